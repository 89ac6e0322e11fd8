//! The Mem0 doors, for clients that are already there: the platform's routes, slashes at their ends included, and those
//! of the open-source server.
//!
//! A Mem0 user is a person of the asker's account; agents, apps and runs are marks on their memories, to be filtered by.
//! What is added is learned from as if it had been said here, or kept as it is worded where `infer` is false. Errors are
//! problems as at every other door: their `detail` is what these clients read.
//!
//! In paths a memory's id is called `entry`: called `id`, tools that read our OpenAPI take what is forgotten here and what
//! is at `/api/memories` for two things that are made and removed each by itself.

pub(crate) mod add;
pub(crate) mod batch;
pub(crate) mod entities;
pub(crate) mod exports;
mod filter;
pub(crate) mod find;
pub(crate) mod one;
pub(crate) mod oss;
mod people;
mod shape;

use crate::Door;
use axum::Json;
use people::Asked;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The door's name in the log and on memories.
const DOOR: &str = "mem0";

/// Its routes.
pub(crate) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(ping))
        .routes(routes!(add::v3))
        .routes(routes!(find::v3_search))
        .routes(routes!(find::v3_list))
        .routes(routes!(find::v2_search))
        .routes(routes!(find::v2_list))
        .routes(routes!(find::v1_search))
        .routes(routes!(find::v1_list, add::v1, one::delete_all))
        .routes(routes!(one::get, one::put, one::delete))
        .routes(routes!(one::history))
        .routes(routes!(add::event))
        .routes(routes!(entities::get))
        .routes(routes!(entities::delete))
        .routes(routes!(batch::put, batch::delete))
        .routes(routes!(exports::post))
        .routes(routes!(exports::get))
        .routes(routes!(oss::list, oss::add, oss::delete_all))
        .routes(routes!(oss::get, oss::put, oss::delete))
        .routes(routes!(oss::history))
        .routes(routes!(oss::search))
        .routes(routes!(oss::reset))
}

/// What else is said of something that was done.
#[derive(Serialize, ToSchema)]
#[schema(as = Mem0Done)]
pub(crate) struct Done {
    message: String,
}

impl Done {
    fn new(message: impl Into<String>) -> Json<Self> {
        Json(Self { message: message.into() })
    }
}

/// Whose key it is: what these clients ask first.
#[utoipa::path(
    get,
    path = "/v1/ping/",
    tag = "Mem0",
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn ping(asked: Asked) -> Json<Value> {
    let (account, name) = asked.account();
    // An address is told only where the name is one: without it, clients report to nobody.
    let email = name.filter(|name| name.contains('@'));
    Json(json!({ "status": "ok", "org_id": account, "project_id": account, "user_email": email }))
}
