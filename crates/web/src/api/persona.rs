//! `GET`, `PUT` and `DELETE /api/personas/{id}`: one character, whole; the person's own can be replaced and removed.

use super::characters;
use super::openapi::Character;
use crate::MAX_CARD_BYTES;
use crate::extract::{Body, Caller, Name, Params};
use crate::problem::Problem;
use crate::revision::{Editor, Revised};
use axum::Json;
use philia_companion::revision::Thing;
use philia_mind::Persona;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The character that is gone, so that it can be brought back.
#[derive(Serialize, ToSchema)]
#[schema(as = RemovedCharacter)]
pub(crate) struct Removed {
    #[schema(value_type = Character)]
    removed: Persona,
}

/// One character, whole.
#[utoipa::path(
    get,
    path = "/api/personas/{id}",
    tag = "Characters",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Character))
)]
pub(crate) async fn get(caller: Caller, Name(id): Name, params: Params) -> Result<Revised<Persona>, Problem> {
    params.done()?;
    let person = caller.person().await?;
    let version = person.revision(Thing::Persona(&id)).await?;
    Ok(Revised(version, person.find_persona(&id).await?.as_ref().clone()))
}

/// Replaces a character of the person's own.
#[utoipa::path(
    put,
    path = "/api/personas/{id}",
    tag = "Characters",
    params(("id" = String, Path, description = "Its id")),
    request_body = Character,
    responses((status = 200, description = "It is so", body = Character))
)]
pub(crate) async fn put(
    editor: Editor,
    Name(id): Name,
    params: Params,
    Body(mut written): Body<Map<String, Value>, MAX_CARD_BYTES>,
) -> Result<Revised<Persona>, Problem> {
    params.done()?;
    let person = editor.of(Thing::Persona(&id), None).await?;
    let all = person.personas().await?;
    all.get(&id)?;
    if *written.entry("id").or_insert_with(|| id.as_str().into()) != *id {
        let detail =
            format!("the id in the body is not {id:?}; leave it out, or create another with POST /api/personas");
        return Err(Problem::refused(detail));
    }
    let (file, _) =
        characters::read(Value::Object(written), &all).map_err(|findings| characters::unsound(&findings))?;
    let kept = characters::keep(&person, file, true).await?;
    Ok(Revised(person.revised(), kept.as_ref().clone()))
}

/// Removes a character of the person's own, and answers with it.
#[utoipa::path(
    delete,
    path = "/api/personas/{id}",
    tag = "Characters",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Removed))
)]
pub(crate) async fn delete(editor: Editor, Name(id): Name, params: Params) -> Result<Json<Removed>, Problem> {
    params.done()?;
    let person = editor.of(Thing::Persona(&id), None).await?;
    let removed = person.find_persona(&id).await?;
    // Whoever they talk with must be there, or nothing they say is heard.
    if person.profile().await?.persona == id {
        let detail = format!("{id:?} is whom you talk with; choose another first, with PATCH /api/settings");
        return Err(Problem::refused(detail));
    }
    person.remove_persona(&id).await?;
    Ok(Json(Removed { removed: removed.as_ref().clone() }))
}
