//! `POST /api/memories/merge`: makes one memory of several that say the same.

use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::{Memory, MemoryId};
use serde::Deserialize;
use utoipa::ToSchema;

/// What becomes one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    /// The memory that stays.
    keep: MemoryId,
    /// Those that become a part of it.
    #[schema(min_items = 1, max_items = 20)]
    others: Vec<MemoryId>,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// Makes one memory of several that say the same.
#[utoipa::path(
    post,
    path = "/api/memories/merge",
    tag = "Memories",
    request_body = Merge,
    responses((status = 200, description = "It is so", body = Memory))
)]
pub(crate) async fn post(caller: Caller, params: Params, Body(asked): Body<Merge>) -> Result<Json<Memory>, Problem> {
    params.done()?;
    Ok(Json(caller.person_or(asked.user).await?.merge_memories(&asked.keep, &asked.others).await?))
}
