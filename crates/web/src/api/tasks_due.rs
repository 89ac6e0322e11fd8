//! `GET /api/tasks/due`: what is due now, the longest overdue first.

use super::Page;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::tasks::TaskView;

/// What is due now, the longest overdue first.
#[utoipa::path(
    get,
    path = "/api/tasks/due",
    tag = "Tasks",
    responses((status = 200, description = "It is so", body = Page<TaskView>))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Page<TaskView>>, Problem> {
    params.done()?;
    Ok(Json(Page::of(caller.person().await?.due_tasks().await?, None)))
}
