//! `GET /api/blocks`: the core blocks, small texts that stand in every prompt.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::blocks::Block;

/// The core blocks.
#[utoipa::path(
    get,
    path = "/api/blocks",
    tag = "Blocks",
    responses((status = 200, description = "It is so", body = Vec<Block>))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Vec<Block>>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.blocks().await?))
}
