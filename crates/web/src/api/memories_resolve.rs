//! `POST /api/memories/conflicts/{id}/resolve`: says how a conflict is settled, and which memory holds.

use crate::extract::{Body, Caller, Name, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::MemoryId;
use philia_mind::memory::conflict::{Conflict, Method};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is to be settled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resolve {
    /// The method.
    method: Method,
    /// The memory that holds, where the method leaves that open.
    keep: Option<MemoryId>,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// Says how a conflict is settled, and which memory holds.
#[utoipa::path(
    post,
    path = "/api/memories/conflicts/{id}/resolve",
    tag = "Memories",
    params(("id" = String, Path, description = "Its id")),
    request_body = Resolve,
    responses((status = 200, description = "It is so", body = Conflict))
)]
pub(crate) async fn post(
    caller: Caller,
    Name(id): Name,
    params: Params,
    Body(asked): Body<Resolve>,
) -> Result<Json<Conflict>, Problem> {
    params.done()?;
    let person = caller.person_or(asked.user).await?;
    Ok(Json(person.resolve_conflict(&id, asked.method, asked.keep.as_ref()).await?))
}
