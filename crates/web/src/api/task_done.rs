//! `POST /api/tasks/{id}/done`: completes a task.

use crate::extract::{Caller, Name, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::tasks::TaskView;
use philia_mind::MemoryId;

/// Completes a task.
#[utoipa::path(
    post,
    path = "/api/tasks/{id}/done",
    tag = "Tasks",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = TaskView))
)]
pub(crate) async fn post(caller: Caller, Name(id): Name, params: Params) -> Result<Json<TaskView>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.finish_task(&MemoryId::new(id)).await?))
}
