//! `GET`, `PATCH` and `DELETE /api/memories/{id}`: one memory. A patch is merged: what it does not name stays.
//! Forgetting it answers with everything that is gone with it.

use crate::extract::{Body, Caller, Name, Params};
use crate::problem::Problem;
use crate::revision::{Editor, Revised};
use axum::Json;
use philia_companion::edit::MemoryEdit;
use philia_companion::revision::Thing;
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
    params(("id" = String, Path, description = "Its id", pattern = "-")),
    responses((status = 200, description = "It is so", body = Memory))
)]
pub(crate) async fn get(caller: Caller, Name(id): Name, params: Params) -> Result<Revised<Memory>, Problem> {
    params.done()?;
    let person = caller.person().await?;
    let version = person.revision(Thing::Memory(&id)).await?;
    let memory = person.memory(&MemoryId::new(id.as_str())).await?;
    memory.map(|memory| Revised(version, memory)).ok_or_else(|| Problem::not_found("memory", id))
}

/// Forgets a memory, and answers with everything that is gone with it.
#[utoipa::path(
    delete,
    path = "/api/memories/{id}",
    tag = "Memories",
    params(("id" = String, Path, description = "Its id", pattern = "-")),
    responses((status = 200, description = "It is so", body = Forgotten))
)]
pub(crate) async fn delete(editor: Editor, Name(id): Name, params: Params) -> Result<Json<Forgotten>, Problem> {
    params.done()?;
    let forgotten = editor.of(Thing::Memory(&id), None).await?.forget(&MemoryId::new(id.as_str())).await?;
    Ok(Json(Forgotten { forgotten }))
}

/// Changes a memory by hand; what is not named stays.
#[utoipa::path(
    patch,
    path = "/api/memories/{id}",
    tag = "Memories",
    params(("id" = String, Path, description = "Its id", pattern = "-")),
    request_body = MemoryEdit,
    responses((status = 200, description = "It is so", body = Memory))
)]
pub(crate) async fn patch(
    editor: Editor,
    Name(id): Name,
    params: Params,
    Body(edit): Body<MemoryEdit>,
) -> Result<Revised<Memory>, Problem> {
    params.done()?;
    let person = editor.of(Thing::Memory(&id), None).await?;
    let memory = person.edit_memory(&MemoryId::new(id.as_str()), &edit).await?;
    Ok(Revised(person.revised(), memory))
}
