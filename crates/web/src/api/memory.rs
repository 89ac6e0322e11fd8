//! `GET`, `PATCH` and `DELETE /api/memories/{id}`: one memory. A patch is merged: what it does not name stays.
//! Forgetting it answers with everything that is gone with it.

use crate::extract::{Body, Caller, Name, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::edit::MemoryEdit;
use philia_mind::{Memory, MemoryId};
use serde::Serialize;
use utoipa::ToSchema;

/// What was forgotten: the memory, and what rested on nothing else.
#[derive(Serialize, ToSchema)]
pub(crate) struct Forgotten {
    forgotten: Vec<Memory>,
}

/// One memory.
#[utoipa::path(
    get,
    path = "/api/memories/{id}",
    tag = "Memories",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Memory))
)]
pub(crate) async fn get(caller: Caller, Name(id): Name, params: Params) -> Result<Json<Memory>, Problem> {
    params.done()?;
    let memory = caller.person().await?.memory(&MemoryId::new(id.as_str())).await?;
    memory.map(Json).ok_or_else(|| Problem::not_found("memory", id))
}

/// Forgets a memory, and answers with everything that is gone with it.
#[utoipa::path(
    delete,
    path = "/api/memories/{id}",
    tag = "Memories",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Forgotten))
)]
pub(crate) async fn delete(caller: Caller, Name(id): Name, params: Params) -> Result<Json<Forgotten>, Problem> {
    params.done()?;
    let forgotten = caller.person().await?.forget(&MemoryId::new(id)).await?;
    Ok(Json(Forgotten { forgotten }))
}

/// Changes a memory by hand; what is not named stays.
#[utoipa::path(
    patch,
    path = "/api/memories/{id}",
    tag = "Memories",
    params(("id" = String, Path, description = "Its id")),
    request_body = MemoryEdit,
    responses((status = 200, description = "It is so", body = Memory))
)]
pub(crate) async fn patch(
    caller: Caller,
    Name(id): Name,
    params: Params,
    Body(edit): Body<MemoryEdit>,
) -> Result<Json<Memory>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.edit_memory(&MemoryId::new(id), &edit).await?))
}
