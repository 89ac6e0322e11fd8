//! The Letta door: the core of its API, for those whose server was retired.
//!
//! An agent is a character, with a thread of its own; making one makes a character of the person's own. Its core memory
//! is the person's core blocks, which all of their agents share, but for `persona`: that is the character's description.
//! Its archival memory is what the companion remembers of the person, whoever kept it. `.af` files are brought in.

mod agent;
pub(crate) mod agents;
pub(crate) mod archival;
pub(crate) mod blocks;
pub(crate) mod import;
pub(crate) mod messages;

use crate::problem::Problem;
use crate::{Door, upload};
use axum::Json;
use axum::extract::DefaultBodyLimit;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

/// The door's name in the log and on memories.
const DOOR: &str = "letta";

/// The most that is listed at once.
const MOST: usize = 1000;

/// How many are asked for.
fn limit(query: &BTreeMap<String, String>) -> Result<usize, Problem> {
    match query.get("limit").map(|text| text.parse()) {
        None => Ok(100),
        Some(Ok(limit)) if (1..=MOST).contains(&limit) => Ok(limit),
        Some(_) => Err(Problem::invalid(format!("limit: a whole number from 1 to {MOST} is expected"))),
    }
}

/// Its routes.
pub(crate) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(agents::models))
        .routes(routes!(agents::list, agents::create))
        .routes(routes!(agents::get, agents::patch, agents::delete))
        .routes(routes!(import::post).layer(DefaultBodyLimit::max(upload::MAX_BYTES)))
        .routes(routes!(messages::list, messages::post))
        .routes(routes!(messages::stream))
        .routes(routes!(blocks::of_agent))
        .routes(routes!(blocks::of_agent_get, blocks::of_agent_patch))
        .routes(routes!(blocks::list, blocks::create))
        .routes(routes!(blocks::get, blocks::patch, blocks::delete))
        .routes(routes!(archival::list, archival::create))
        .routes(routes!(archival::search))
        .routes(routes!(archival::delete))
}

/// That the server is there.
#[utoipa::path(
    get,
    path = "/v1/health/",
    tag = "Letta",
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}
