//! `POST /api/tasks/{id}/snooze`: puts a task off.

use crate::extract::{Body, Name, Params};
use crate::problem::Problem;
use crate::revision::{Editor, Revised};
use philia_companion::revision::Thing;
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
    editor: Editor,
    Name(id): Name,
    params: Params,
    Body(asked): Body<Snooze>,
) -> Result<Revised<TaskView>, Problem> {
    params.done()?;
    let person = editor.of(Thing::Memory(&id), asked.user).await?;
    let until = person.read_time(&asked.until).await?;
    let task = person.snooze_task(&MemoryId::new(id.as_str()), until).await?;
    Ok(Revised(person.revised(), task))
}
