//! `POST /api/tasks/{id}/done`: completes a task.

use crate::extract::{Name, Params};
use crate::problem::Problem;
use crate::revision::{Editor, Revised};
use philia_companion::revision::Thing;
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
pub(crate) async fn post(editor: Editor, Name(id): Name, params: Params) -> Result<Revised<TaskView>, Problem> {
    params.done()?;
    let person = editor.of(Thing::Memory(&id), None).await?;
    let task = person.finish_task(&MemoryId::new(id.as_str())).await?;
    Ok(Revised(person.revised(), task))
}
