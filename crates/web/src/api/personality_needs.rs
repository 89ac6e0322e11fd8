//! `GET /api/personality/needs`: what the companion needs now, and how much.

use super::{Page, personality};
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::personality::NeedView;

/// What the companion needs now, and how much.
#[utoipa::path(
    get,
    path = "/api/personality/needs",
    tag = "Personality",
    params(
        ("persona" = Option<String>, Query, description = "Whom, by id; whom they have chosen if nothing is said"),
    ),
    responses((status = 200, description = "It is so", body = Page<NeedView>))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Page<NeedView>>, Problem> {
    Ok(Json(Page { items: personality::asked(caller, params).await?.needs, next: None }))
}
