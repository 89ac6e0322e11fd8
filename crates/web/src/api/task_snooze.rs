//! `POST /api/tasks/{id}/snooze`: puts a task off.

use crate::extract::{Body, Caller, Name, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::tasks::TaskView;
use philia_mind::MemoryId;
use serde::Deserialize;
use utoipa::ToSchema;

/// Until when.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snooze {
    /// An instant, or words such as `tomorrow morning`.
    until: String,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// Puts a task off.
#[utoipa::path(
    post,
    path = "/api/tasks/{id}/snooze",
    tag = "Tasks",
    params(("id" = String, Path, description = "Its id")),
    request_body = Snooze,
    responses((status = 200, description = "It is so", body = TaskView))
)]
pub(crate) async fn post(
    caller: Caller,
    Name(id): Name,
    params: Params,
    Body(asked): Body<Snooze>,
) -> Result<Json<TaskView>, Problem> {
    params.done()?;
    let person = caller.person_or(asked.user).await?;
    let until = person.read_time(&asked.until).await?;
    Ok(Json(person.snooze_task(&MemoryId::new(id), until).await?))
}
