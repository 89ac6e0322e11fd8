//! `GET /api/memories/conflicts`: memories that cannot both be true, newest first, and what became of it.

use super::Page;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::memory::conflict::Conflict;
use philia_ports::store::Cursor;

pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Json<Page<Conflict>>, Problem> {
    let state = params.one("state");
    let limit = params.number("limit", 1..=200).unwrap_or(50);
    let cursor = params.text("cursor").map(Cursor);
    params.done()?;
    Ok(Json(caller.person().await?.conflicts(state, limit, cursor).await?.into()))
}
