//! `GET /api/memories/graph`: whom memories are about, and how they hang together.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::memory::graph::Graph;

pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Json<Graph>, Problem> {
    let about = params.text("about");
    let depth = params.number("depth", 0..=5).unwrap_or(2);
    let limit = params.number("limit", 1..=1000).unwrap_or(100);
    params.done()?;
    Ok(Json(caller.person().await?.graph(about.as_deref(), depth, limit).await?))
}
