//! `GET /api/personas` and `/api/personas/{id}`: the characters one can talk with.

use crate::Door;
use crate::api::Page;
use crate::extract::{Name, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_mind::Persona;
use serde::Serialize;
use std::sync::Arc;

/// A character in short.
#[derive(Serialize)]
pub(crate) struct Summary {
    id: String,
    name: String,
    description: String,
    tags: Vec<String>,
    language: String,
}

impl From<&Arc<Persona>> for Summary {
    fn from(persona: &Arc<Persona>) -> Self {
        Self {
            id: persona.id.clone(),
            name: persona.name.clone(),
            description: persona.description.trim().to_owned(),
            tags: persona.tags.clone(),
            language: persona.language.clone(),
        }
    }
}

pub(crate) async fn all(State(door): State<Door>, params: Params) -> Result<Json<Page<Summary>>, Problem> {
    params.done()?;
    Ok(Json(Page { items: door.philia.personas().all().map(Summary::from).collect(), next: None }))
}

pub(crate) async fn one(
    State(door): State<Door>,
    Name(id): Name,
    params: Params,
) -> Result<Json<Persona>, Problem> {
    params.done()?;
    Ok(Json(door.philia.personas().get(&id)?.as_ref().clone()))
}
