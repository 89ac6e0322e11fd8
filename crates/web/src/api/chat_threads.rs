//! `GET /api/chat/threads`: the named conversations, newest first.

use super::Page;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::state::ThreadState;

pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Page<ThreadState>>, Problem> {
    params.done()?;
    Ok(Json(Page { items: caller.person().await?.threads().await?, next: None }))
}
