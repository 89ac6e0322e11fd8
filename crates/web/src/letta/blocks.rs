//! Blocks: the person's core blocks, and who an agent is.

use super::agent::{BlockId, block_id, block_told, blocks, change, find, persona_block};
use super::agents::refused;
use crate::extract::{Caller, Fields, Name};
use crate::problem::Problem;
use axum::Json;
use axum::extract::Path;
use axum::extract::Query;
use philia_companion::Person;
use philia_companion::blocks::PERSONA;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is written into a block. What is not named here is read past.
#[derive(Deserialize, ToSchema)]
#[schema(as = LettaBlockChange)]
pub(crate) struct Change {
    #[serde(default)]
    value: Option<String>,
}

/// A new block.
#[derive(Deserialize, ToSchema)]
#[schema(as = LettaBlock)]
pub(crate) struct New {
    label: String,
    value: String,
}

/// Writes a block of the person's.
async fn write(person: &Person, label: &str, value: Option<&str>) -> Result<Value, Problem> {
    if let Some(value) = value {
        match value.trim().is_empty() {
            true => person.remove_block(label).await.or_else(|error| match error {
                philia_companion::Error::NotFound { .. } => Ok(()),
                other => Err(other),
            })?,
            false => drop(person.set_block(label, value).await.map_err(|error| refused(error.into()))?),
        }
    }
    Ok(block_told(&person.block(label).await?))
}

/// The blocks of an agent.
#[utoipa::path(
    get,
    path = "/v1/agents/{id}/core-memory/blocks",
    tag = "Letta",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Vec<Object>))
)]
pub(crate) async fn of_agent(
    caller: Caller,
    Name(id): Name,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Vec<Value>>, Problem> {
    let person = caller.person().await?;
    let persona = find(&person, &id).await?;
    Ok(Json(after(blocks(&person, &persona).await?, &query)))
}

/// What comes after a thing of that id in a list.
pub(super) fn after(items: Vec<Value>, query: &BTreeMap<String, String>) -> Vec<Value> {
    match query.get("after") {
        None => items,
        Some(after) => items.into_iter().skip_while(|item| item["id"] != **after).skip(1).collect(),
    }
}

/// A block of an agent.
#[utoipa::path(
    get,
    path = "/v1/agents/{id}/core-memory/blocks/{label}",
    tag = "Letta",
    params(("id" = String, Path, description = "The agent's id"), ("label" = String, Path, description = "Its label")),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn of_agent_get(
    caller: Caller,
    Path((id, label)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let person = caller.person().await?;
    let persona = find(&person, &id).await?;
    Ok(Json(match label.as_str() {
        PERSONA => persona_block(&person, &persona),
        other => block_told(&person.block(other).await?),
    }))
}

/// Writes a block of an agent. `persona` is its own, the others are those of all its person's agents.
#[utoipa::path(
    patch,
    path = "/v1/agents/{id}/core-memory/blocks/{label}",
    tag = "Letta",
    params(("id" = String, Path, description = "The agent's id"), ("label" = String, Path, description = "Its label")),
    request_body = Change,
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn of_agent_patch(
    caller: Caller,
    Path((id, label)): Path<(String, String)>,
    Fields(Change { value }): Fields<Change>,
) -> Result<Json<Value>, Problem> {
    let person = caller.person().await?;
    let persona = find(&person, &id).await?;
    if label != PERSONA {
        return Ok(Json(write(&person, &label, value.as_deref()).await?));
    }
    let persona = match value {
        Some(value) => change(&person, &persona, &[("description", value.into())]).await?,
        None => persona,
    };
    Ok(Json(persona_block(&person, &persona)))
}

/// The person's blocks, but for who an agent is.
#[utoipa::path(
    get,
    path = "/v1/blocks/",
    tag = "Letta",
    params(
        ("label" = Option<String>, Query, description = "Only the one of this label"),
        ("after" = Option<String>, Query, description = "Only those after this one, by id"),
    ),
    responses((status = 200, description = "It is so", body = Vec<Object>))
)]
pub(crate) async fn list(
    caller: Caller,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Vec<Value>>, Problem> {
    let all = caller.person().await?.blocks().await?;
    let wanted = all.iter().filter(|block| query.get("label").is_none_or(|label| *label == block.label));
    Ok(Json(after(wanted.map(block_told).collect(), &query)))
}

/// Makes a block.
#[utoipa::path(
    post,
    path = "/v1/blocks/",
    tag = "Letta",
    request_body = New,
    responses((status = 200, description = "It is made", body = Object))
)]
pub(crate) async fn create(caller: Caller, Fields(New { label, value }): Fields<New>) -> Result<Json<Value>, Problem> {
    let person = caller.person().await?;
    let block = person.set_block(&label, &value).await.map_err(|error| refused(error.into()))?;
    Ok(Json(block_told(&block)))
}

/// One block.
#[utoipa::path(
    get,
    path = "/v1/blocks/{id}",
    tag = "Letta",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn get(caller: Caller, Name(id): Name) -> Result<Json<Value>, Problem> {
    let person = caller.person().await?;
    Ok(Json(match block_id(&id)? {
        BlockId::Shared(label) => block_told(&person.block(label).await?),
        BlockId::Of(persona) => persona_block(&person, &*person.find_persona(persona).await?),
    }))
}

/// Writes a block.
#[utoipa::path(
    patch,
    path = "/v1/blocks/{id}",
    tag = "Letta",
    params(("id" = String, Path, description = "Its id")),
    request_body = Change,
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn patch(
    caller: Caller,
    Name(id): Name,
    Fields(Change { value }): Fields<Change>,
) -> Result<Json<Value>, Problem> {
    let person = caller.person().await?;
    let persona = match block_id(&id)? {
        BlockId::Shared(label) => {
            // What was never written is made by POST.
            person.block(label).await?;
            return Ok(Json(write(&person, label, value.as_deref()).await?));
        }
        BlockId::Of(persona) => person.find_persona(persona).await?,
    };
    let changes: Vec<(&str, Value)> = value.map(|value| ("description", value.into())).into_iter().collect();
    Ok(Json(persona_block(&person, &*change(&person, &persona, &changes).await?)))
}

/// Removes what was written into a block.
#[utoipa::path(
    delete,
    path = "/v1/blocks/{id}",
    tag = "Letta",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn delete(caller: Caller, Name(id): Name) -> Result<Json<Value>, Problem> {
    let person = caller.person().await?;
    match block_id(&id)? {
        BlockId::Shared(label) => person.remove_block(label).await?,
        BlockId::Of(_) => {
            return Err(Problem::refused("an agent is always somebody; write it anew, or delete the agent"));
        }
    }
    Ok(Json(json!({ "message": "Block deleted" })))
}
