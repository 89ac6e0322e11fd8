//! `GET /api/chat/history`: the log, newest first.

use super::Page;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::{Interaction, ThreadId};

/// The log, newest first.
#[utoipa::path(
    get,
    path = "/api/chat/history",
    tag = "Talk",
    params(
        ("conversation_id" = Option<String>, Query, description = "Only this conversation"),
        ("limit" = Option<usize>, Query, description = "How many at most; 50 if nothing is said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "It is so", body = Page<Interaction>))
)]
pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Json<Page<Interaction>>, Problem> {
    let thread = params.text("conversation_id").map(ThreadId::new);
    let limit = params.number("limit", 1..=200).unwrap_or(50);
    let cursor = params.cursor();
    params.done()?;
    Ok(Json(caller.person().await?.history(thread.as_ref(), limit, cursor).await?.into()))
}
