//! `GET /api/memories/conflicts`: memories that cannot both be true, newest first, and what became of it.

use super::Page;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::memory::conflict::{Conflict, ConflictState};

/// Memories that cannot both be true, newest first, and what became of it.
#[utoipa::path(
    get,
    path = "/api/memories/conflicts",
    tag = "Memories",
    params(
        ("state" = Option<ConflictState>, Query),
        ("limit" = Option<usize>, Query, description = "How many at most; 50 if nothing is said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "It is so", body = Page<Conflict>))
)]
pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Json<Page<Conflict>>, Problem> {
    let state: Option<ConflictState> = params.one("state");
    let limit = params.number("limit", 1..=200).unwrap_or(50);
    let cursor = params.cursor();
    params.done()?;
    Ok(Json(caller.person().await?.conflicts(state, limit, cursor).await?.into()))
}
