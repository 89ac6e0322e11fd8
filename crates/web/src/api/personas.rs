//! `GET` and `POST /api/personas`: the characters the person can talk with; a new one of their own.

use super::openapi::Character;
use super::{Page, characters};
use crate::MAX_CARD_BYTES;
use crate::extract::{Anything, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::Persona;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A character in short.
#[derive(Serialize, ToSchema)]
#[schema(as = CharacterSummary)]
pub(crate) struct Summary {
    id: String,
    name: String,
    description: String,
    tags: Vec<String>,
    language: String,
    /// It is the person's own: nobody else sees it, and they may change it.
    own: bool,
}

impl Summary {
    fn of(persona: &Arc<Persona>, own: bool) -> Self {
        Self {
            id: persona.id.clone(),
            name: persona.name.clone(),
            description: persona.description.trim().to_owned(),
            tags: persona.tags.clone(),
            language: persona.language.clone(),
            own,
        }
    }
}

/// The characters the person can talk with.
#[utoipa::path(
    get,
    path = "/api/personas",
    tag = "Characters",
    responses((status = 200, description = "It is so", body = Page<Summary>))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Page<Summary>>, Problem> {
    params.done()?;
    let person = caller.person().await?;
    let all = person.personas().await?;
    let items = all.all().map(|persona| Summary::of(persona, !characters::is_everybodys(&person, &persona.id)));
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// Makes a character of the person's own.
#[utoipa::path(
    post,
    path = "/api/personas",
    tag = "Characters",
    request_body = Character,
    responses((status = 201, description = "It is made", body = Character))
)]
pub(crate) async fn post(
    caller: Caller,
    params: Params,
    Anything(written): Anything<MAX_CARD_BYTES>,
) -> Result<characters::Created<Persona>, Problem> {
    params.done()?;
    let person = caller.person().await?;
    let (file, _) =
        characters::read(written, &person.personas().await?).map_err(|findings| characters::unsound(&findings))?;
    let persona = characters::keep(&person, file, false).await?;
    Ok(characters::created(&persona.id, persona.as_ref().clone()))
}
