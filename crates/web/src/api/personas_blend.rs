//! `POST /api/personas/blend`: one character out of several. It is only shown, unless it is to be kept.

use super::characters::{self, Finding};
use super::openapi::Character;
use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use philia_mind::persona::{PersonaFile, blend};
use serde::Deserialize;
use utoipa::ToSchema;

/// The most characters of a blend; more would leave nothing of any.
const MOST: usize = 20;

/// What is to be blended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Blend)]
pub(crate) struct Asked {
    /// Out of whom.
    #[schema(min_items = 1, max_items = 20)]
    personas: Vec<Part>,
    /// The id of the blend.
    #[schema(pattern = "^[a-z0-9_-]{1,120}$")]
    id: String,
    /// What it is called; as the heaviest, if nothing is said.
    #[schema(min_length = 1, max_length = 120, pattern = "\\S")]
    name: Option<String>,
    /// It becomes a character of the person's own.
    #[serde(default)]
    keep: bool,
}

/// One of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BlendPart)]
struct Part {
    id: String,
    /// Its share; the shares need not sum to one.
    #[schema(minimum = 0)]
    weight: f64,
}

/// One character out of several. It is only shown, unless it is to be kept.
#[utoipa::path(
    post,
    path = "/api/personas/blend",
    tag = "Characters",
    request_body = Asked,
    responses(
        (status = 200, description = "It is so", body = Character),
        (status = 201, description = "It is made", body = Character),
    )
)]
pub(crate) async fn post(caller: Caller, params: Params, Body(asked): Body<Asked>) -> Result<Response, Problem> {
    params.done()?;
    if asked.personas.len() > MOST {
        let count = asked.personas.len();
        return Err(Problem::invalid(format!("personas has {count} entries; allowed: at most {MOST}")));
    }
    let person = caller.person().await?;
    let all = person.personas().await?;
    let mut parts = Vec::new();
    for part in &asked.personas {
        parts.push((all.get(&part.id)?, part.weight));
    }
    let parts: Vec<_> = parts.iter().map(|(persona, weight)| (persona.as_ref(), *weight)).collect();
    let mut made = blend(&parts).map_err(|error| Problem::refused(error.to_string()))?;
    made.id = asked.id;
    made.name = asked.name.unwrap_or(made.name);
    let problems: Vec<Finding> = made.validate().into_iter().map(Finding::from).collect();
    if !problems.is_empty() {
        return Err(characters::unsound(&problems));
    }
    if !asked.keep {
        return Ok(Json(made).into_response());
    }
    let kept = characters::keep(&person, PersonaFile::from(&made), false).await?;
    Ok(characters::created(&kept.id, kept.as_ref().clone()).into_response())
}
