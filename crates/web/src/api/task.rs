//! `GET`, `PATCH` and `DELETE /api/tasks/{id}`: one task.

use crate::extract::{Body, Caller, Name, Params};
use crate::problem::Problem;
use crate::revision::{Editor, Revised};
use axum::http::StatusCode;
use philia_companion::revision::Thing;
use philia_companion::tasks::{TaskEdit, TaskView};
use philia_mind::MemoryId;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// What is to be changed; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskEdit)]
pub(crate) struct Edit {
    #[schema(min_length = 1, max_length = 500, pattern = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]")]
    text: Option<String>,
    /// An instant or words; `null` takes the time away.
    #[serde(default, deserialize_with = "named")]
    due: Option<Option<String>>,
    done: Option<bool>,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// A field that is there, even as `null`.
fn named<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(field).map(Some)
}

/// One task.
#[utoipa::path(
    get,
    path = "/api/tasks/{id}",
    tag = "Tasks",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = TaskView))
)]
pub(crate) async fn get(caller: Caller, Name(id): Name, params: Params) -> Result<Revised<TaskView>, Problem> {
    params.done()?;
    let person = caller.person().await?;
    let version = person.revision(Thing::Memory(&id)).await?;
    Ok(Revised(version, person.task(&MemoryId::new(id)).await?))
}

/// Changes a task; what is not named stays.
#[utoipa::path(
    patch,
    path = "/api/tasks/{id}",
    tag = "Tasks",
    params(("id" = String, Path, description = "Its id")),
    request_body = Edit,
    responses((status = 200, description = "It is so", body = TaskView))
)]
pub(crate) async fn patch(
    editor: Editor,
    Name(id): Name,
    params: Params,
    Body(asked): Body<Edit>,
) -> Result<Revised<TaskView>, Problem> {
    params.done()?;
    let person = editor.of(Thing::Memory(&id), asked.user).await?;
    let due = match asked.due {
        Some(Some(words)) => Some(Some(person.read_time(&words).await?)),
        Some(None) => Some(None),
        None => None,
    };
    let edit = TaskEdit { text: asked.text, due, done: asked.done };
    let task = person.edit_task(&MemoryId::new(id.as_str()), &edit).await?;
    Ok(Revised(person.revised(), task))
}

/// Removes a task. The turn it was found in stays.
#[utoipa::path(
    delete,
    path = "/api/tasks/{id}",
    tag = "Tasks",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn delete(editor: Editor, Name(id): Name, params: Params) -> Result<StatusCode, Problem> {
    params.done()?;
    editor.of(Thing::Memory(&id), None).await?.remove_task(&MemoryId::new(id.as_str())).await?;
    Ok(StatusCode::NO_CONTENT)
}
