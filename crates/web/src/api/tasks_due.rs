//! `GET /api/tasks/due`: what is due now, the longest overdue first.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::tasks::TaskView;

pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Vec<TaskView>>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.due_tasks().await?))
}
