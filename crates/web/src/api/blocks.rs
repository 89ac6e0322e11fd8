//! `GET /api/blocks`: the core blocks, small texts that stand in every prompt.

use super::Page;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::blocks::Block;

/// The core blocks.
#[utoipa::path(
    get,
    path = "/api/blocks",
    tag = "Blocks",
    responses((status = 200, description = "It is so", body = Page<Block>))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Page<Block>>, Problem> {
    params.done()?;
    Ok(Json(Page::of(caller.person().await?.blocks().await?, None)))
}
