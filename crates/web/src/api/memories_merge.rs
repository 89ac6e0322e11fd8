//! `POST /api/memories/merge`: makes one memory of several that say the same.

use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::{Memory, MemoryId};
use serde::Deserialize;

/// What becomes one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    /// The memory that stays.
    keep: MemoryId,
    /// Those that become a part of it.
    others: Vec<MemoryId>,
    /// Who asks.
    user: Option<String>,
}

pub(crate) async fn post(caller: Caller, params: Params, Body(asked): Body<Merge>) -> Result<Json<Memory>, Problem> {
    params.done()?;
    Ok(Json(caller.person_or(asked.user).await?.merge_memories(&asked.keep, &asked.others).await?))
}
