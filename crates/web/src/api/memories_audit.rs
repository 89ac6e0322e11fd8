//! `GET /api/memories/audit`: what there is, and what of it should not be there.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::memories::Audit;

/// What there is, and what of it should not be there.
#[utoipa::path(
    get,
    path = "/api/memories/audit",
    tag = "Memories",
    responses((status = 200, description = "It is so", body = Audit))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Audit>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.audit().await?))
}
