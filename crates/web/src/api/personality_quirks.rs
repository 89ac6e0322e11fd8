//! `GET /api/personality/quirks`: the habits the companion has with the person, the strongest first.

use super::{Page, personality};
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::quirks::Quirk;

/// The habits the companion has with the person, the strongest first.
#[utoipa::path(
    get,
    path = "/api/personality/quirks",
    tag = "Personality",
    params(
        ("persona" = Option<String>, Query, description = "Whom, by id; whom they have chosen if nothing is said"),
    ),
    responses((status = 200, description = "It is so", body = Page<Quirk>))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Page<Quirk>>, Problem> {
    Ok(Json(Page { items: personality::asked(caller, params).await?.quirks, next: None }))
}
