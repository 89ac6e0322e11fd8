//! `GET /api/documents/{id}/chunks`: the parts of a document, in its order.

use super::Page;
use crate::extract::{Caller, Name, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::Memory;

/// The parts of a document, in its order.
#[utoipa::path(
    get,
    path = "/api/documents/{id}/chunks",
    tag = "Documents",
    params(
        ("id" = String, Path, description = "Its id"),
        ("limit" = Option<usize>, Query, description = "How many at most; 50 if nothing is said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "It is so", body = Page<Memory>))
)]
pub(crate) async fn get(caller: Caller, Name(id): Name, mut params: Params) -> Result<Json<Page<Memory>>, Problem> {
    let limit = params.number("limit", 1..=200).unwrap_or(50);
    let from = params.cursor().and_then(|cursor| cursor.0.parse().ok()).unwrap_or(0);
    params.done()?;
    let (items, next) = caller.person().await?.document_parts(&id, from, limit).await?;
    Ok(Json(Page::of(items, next.map(|next| next.to_string()))))
}
