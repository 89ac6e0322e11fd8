//! Agents: list, make, see, change, remove.

use super::agent::{change, find, id_of, make, told};
use crate::extract::{Caller, Fields, Name};
use crate::problem::Problem;
use axum::Json;
use axum::extract::Query;
use philia_companion::blocks::PERSONA;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A new agent, or what is to be changed of one. What is not named here is read past.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = LettaAgent)]
pub(crate) struct Agent {
    #[serde(default)]
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    memory_blocks: Option<Vec<NewBlock>>,
}

/// A block to begin with.
#[derive(Deserialize, ToSchema)]
#[schema(as = LettaNewBlock)]
pub(crate) struct NewBlock {
    label: String,
    value: String,
}

/// A name, if it is one.
fn named(name: String) -> Result<String, Problem> {
    let length = name.chars().count();
    if name.trim().is_empty() || length > 100 || name.chars().any(char::is_control) {
        return Err(Problem::invalid("name: 1 to 100 characters are allowed, none of them a control character"));
    }
    Ok(name)
}

/// The characters, as agents.
#[utoipa::path(
    get,
    path = "/v1/agents/",
    tag = "Letta",
    params(
        ("name" = Option<String>, Query, description = "Only those of this name"),
        ("after" = Option<String>, Query, description = "Only those after this one, by id"),
    ),
    responses((status = 200, description = "It is so", body = Vec<Object>))
)]
pub(crate) async fn list(
    caller: Caller,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Vec<Value>>, Problem> {
    let person = caller.person().await?;
    let all = person.personas().await?;
    let mut agents = Vec::new();
    for persona in all.all() {
        let after = query.get("after").is_none_or(|after| id_of(persona) > *after);
        if after && query.get("name").is_none_or(|name| *name == persona.name) {
            agents.push(told(&person, persona).await?);
        }
    }
    Ok(Json(agents))
}

/// Makes an agent: a character of the person's own.
#[utoipa::path(
    post,
    path = "/v1/agents/",
    tag = "Letta",
    request_body = Agent,
    responses((status = 200, description = "It is made", body = Object))
)]
pub(crate) async fn create(caller: Caller, Fields(new): Fields<Agent>) -> Result<Json<Value>, Problem> {
    let person = caller.person().await?;
    let blocks = new.memory_blocks.unwrap_or_default();
    let who = blocks.iter().find(|block| block.label == PERSONA).map(|block| block.value.clone());
    let description = who.or(new.description);
    let name = new.name.map_or_else(|| Ok("Agent".to_owned()), named)?;
    let persona = make(&person, None, &name, description.as_deref(), &new.tags.unwrap_or_default()).await?;
    for block in blocks.iter().filter(|block| block.label != PERSONA && !block.value.trim().is_empty()) {
        if let Err(error) = person.set_block(&block.label, &block.value).await {
            // Half an agent is none.
            person.remove_persona(&persona.id).await?;
            return Err(refused(error.into()));
        }
    }
    Ok(Json(told(&person, &persona).await?))
}

/// What is wrong with what was asked, once it was read.
pub(super) fn refused(problem: Problem) -> Problem {
    if problem.status() == axum::http::StatusCode::UNPROCESSABLE_ENTITY {
        return Problem::refused(problem.detail());
    }
    problem
}

/// One agent.
#[utoipa::path(
    get,
    path = "/v1/agents/{id}",
    tag = "Letta",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn get(caller: Caller, Name(id): Name) -> Result<Json<Value>, Problem> {
    let person = caller.person().await?;
    let persona = find(&person, &id).await?;
    Ok(Json(told(&person, &persona).await?))
}

/// Changes an agent of one's own.
#[utoipa::path(
    patch,
    path = "/v1/agents/{id}",
    tag = "Letta",
    params(("id" = String, Path, description = "Its id")),
    request_body = Agent,
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn patch(
    caller: Caller,
    Name(id): Name,
    Fields(changes): Fields<Agent>,
) -> Result<Json<Value>, Problem> {
    let person = caller.person().await?;
    let persona = find(&person, &id).await?;
    let mut fields: Vec<(&str, Value)> = Vec::new();
    fields.extend(changes.name.map(named).transpose()?.map(|name| ("name", name.into())));
    fields.extend(changes.description.map(|text| ("description", text.into())));
    fields.extend(changes.tags.map(|tags| ("tags", json!(tags))));
    let persona = change(&person, &persona, &fields).await?;
    Ok(Json(told(&person, &persona).await?))
}

/// Removes an agent of one's own. What is remembered stays.
#[utoipa::path(
    delete,
    path = "/v1/agents/{id}",
    tag = "Letta",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn delete(caller: Caller, Name(id): Name) -> Result<Json<Value>, Problem> {
    let person = caller.person().await?;
    let persona = find(&person, &id).await?;
    person.remove_persona(&persona.id).await?;
    Ok(Json(json!({ "message": "Agent deleted" })))
}

/// The one model that agents have: whatever is configured here.
#[utoipa::path(
    get,
    path = "/v1/models/",
    tag = "Letta",
    responses((status = 200, description = "It is so", body = Vec<Object>))
)]
pub(crate) async fn models() -> Json<Vec<Value>> {
    Json(vec![json!({
        "handle": "philia", "name": "philia", "model": "philia", "display_name": "Philia", "provider_type": "openai",
        "provider_name": "philia", "model_type": "llm", "model_endpoint_type": "openai", "max_context_window": 8192,
        "context_window": 8192,
    })])
}
