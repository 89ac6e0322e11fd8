//! `GET /api/memories/facts`: what is known to be true, by subject and key; with `history` also what was.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::facts::{FactQuery, FactView};
use serde::Serialize;
use utoipa::ToSchema;

/// What is known.
#[derive(Serialize, ToSchema)]
pub(crate) struct Facts {
    items: Vec<FactView>,
}

/// What is known to be true, by subject and key.
#[utoipa::path(
    get,
    path = "/api/memories/facts",
    tag = "Memories",
    params(
        ("subject" = Option<String>, Query),
        ("key" = Option<String>, Query, description = "`pet` finds `pet.dog.name`"),
        ("history" = Option<bool>, Query, description = "Also what was true before"),
    ),
    responses((status = 200, description = "It is so", body = Facts))
)]
pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Json<Facts>, Problem> {
    let subject = params.text("subject");
    let key = params.text("key");
    let history = params.flag("history");
    params.done()?;
    let items = caller.person().await?.facts(&FactQuery { subject, key, history }).await?;
    Ok(Json(Facts { items }))
}
