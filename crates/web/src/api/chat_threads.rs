//! `GET /api/chat/threads`: the named conversations, newest first.

use super::Page;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::state::ThreadState;

/// The named conversations, newest first.
#[utoipa::path(
    get,
    path = "/api/chat/threads",
    tag = "Talk",
    responses((status = 200, description = "It is so", body = Page<ThreadState>))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Page<ThreadState>>, Problem> {
    params.done()?;
    Ok(Json(Page { items: caller.person().await?.threads().await?, next: None }))
}
