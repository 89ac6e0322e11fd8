//! `GET /api/memories/graph`: whom memories are about, and how they hang together.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::memory::graph::Graph;

/// Whom memories are about, and how they hang together.
#[utoipa::path(
    get,
    path = "/api/memories/graph",
    tag = "Memories",
    params(
        ("about" = Option<String>, Query, description = "A memory's id, or a word of a subject or value"),
        ("depth" = Option<usize>, Query, minimum = 0, maximum = 5),
        ("limit" = Option<usize>, Query, description = "How many at most; 100 if nothing is said", minimum = 1, maximum = 1000),
    ),
    responses((status = 200, description = "It is so", body = Graph))
)]
pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Json<Graph>, Problem> {
    let about = params.text("about");
    let depth = params.number("depth", 0..=5).unwrap_or(2);
    let limit = params.number("limit", 1..=1000).unwrap_or(100);
    params.done()?;
    Ok(Json(caller.person().await?.graph(about.as_deref(), depth, limit).await?))
}
