//! `POST /api/memories/forget`: everything about a topic. Shows what would go; with `dry_run` false it is gone.

use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::memories::{About, Forgetting};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to be forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forget {
    /// The topic, in the person's words.
    #[schema(min_length = 1, pattern = "\\S")]
    about: String,
    /// Words that are meant as well, or ids of memories.
    #[serde(default)]
    include: Vec<String>,
    /// Words that are not meant, or ids of memories that stay.
    #[serde(default)]
    exclude: Vec<String>,
    /// Only show what would go.
    #[serde(default = "yes")]
    dry_run: bool,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

fn yes() -> bool {
    true
}

/// Shows what would go with a topic; with `dry_run` false it is gone.
#[utoipa::path(
    post,
    path = "/api/memories/forget",
    tag = "Memories",
    request_body = Forget,
    responses((status = 200, description = "It is so", body = Forgetting))
)]
pub(crate) async fn post(
    caller: Caller,
    params: Params,
    Body(asked): Body<Forget>,
) -> Result<Json<Forgetting>, Problem> {
    params.done()?;
    let person = caller.person_or(asked.user).await?;
    let about = About { about: asked.about, include: asked.include, exclude: asked.exclude };
    Ok(Json(if asked.dry_run { person.forgetting(&about).await? } else { person.forget_about(&about).await? }))
}
