//! `GET /api/memories/stats`: how many there are, by what they are.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::memories::Statistics;

/// How many there are, by what they are.
#[utoipa::path(
    get,
    path = "/api/memories/stats",
    tag = "Memories",
    responses((status = 200, description = "It is so", body = Statistics))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Statistics>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.statistics().await?))
}
