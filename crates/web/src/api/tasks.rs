//! `GET` and `POST /api/tasks`: the tasks by when they come up, and a new one.

use super::Page;
use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{HeaderName, LOCATION};
use philia_companion::tasks::{TaskFilter, TaskView};
use philia_mind::memory::tasks::TaskState;
use serde::Deserialize;
use utoipa::ToSchema;

/// A task to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTask)]
pub(crate) struct New {
    /// What is to be done.
    #[schema(min_length = 1, max_length = 500, pattern = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]")]
    text: String,
    /// When: an instant, or words such as `tomorrow 5pm`.
    due: Option<String>,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// The tasks by when they come up, those without a time last.
#[utoipa::path(
    get,
    path = "/api/tasks",
    tag = "Tasks",
    params(
        ("state" = Option<Vec<TaskState>>, Query, explode = false, min_items = 1, description = "Any of these; all that are not done if nothing is said"),
        ("from" = Option<jiff::Timestamp>, Query),
        ("until" = Option<jiff::Timestamp>, Query),
        ("limit" = Option<usize>, Query, description = "How many at most; 50 if nothing is said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "It is so", body = Page<TaskView>))
)]
pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Json<Page<TaskView>>, Problem> {
    let filter =
        TaskFilter { states: params.some("state"), from: params.instant("from"), until: params.instant("until") };
    let limit = params.number("limit", 1..=200).unwrap_or(50);
    let cursor = params.cursor();
    params.done()?;
    Ok(Json(caller.person().await?.tasks(&filter, limit, cursor).await?.into()))
}

/// Adds a task.
#[utoipa::path(
    post,
    path = "/api/tasks",
    tag = "Tasks",
    request_body = New,
    responses((status = 201, description = "It is made", body = TaskView))
)]
pub(crate) async fn post(
    caller: Caller,
    params: Params,
    Body(new): Body<New>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<TaskView>), Problem> {
    params.done()?;
    let person = caller.person_or(new.user).await?;
    let due = match &new.due {
        Some(words) => Some(person.read_time(words).await?),
        None => None,
    };
    let task = person.add_task(&new.text, due, "api").await?;
    Ok((StatusCode::CREATED, [(LOCATION, format!("/api/tasks/{}", task.id))], Json(task)))
}
