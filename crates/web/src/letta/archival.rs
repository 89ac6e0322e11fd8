//! Archival memory: what the companion remembers of the person, whichever agent kept it.

use super::agent::find;
use super::agents::refused;
use super::blocks::after;
use super::{DOOR, MOST};
use crate::extract::{Caller, Fields, Name};
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, Query};
use jiff::Timestamp;
use philia_companion::Person;
use philia_companion::edit::NewMemory;
use philia_companion::recall::Request;
use philia_mind::{Memory, MemoryId};
use philia_ports::index::Filter;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is to be kept. What is not named here is read past.
#[derive(Deserialize, ToSchema)]
#[schema(as = LettaPassage)]
pub(crate) struct New {
    #[schema(min_length = 1, max_length = 32768, pattern = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]")]
    text: String,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    #[schema(ignore)]
    created_at: Option<Timestamp>,
}

fn told(memory: &Memory) -> Value {
    json!({
        "id": memory.id, "text": memory.content, "tags": memory.tags, "metadata": {},
        "created_at": memory.occurred_at, "updated_at": memory.created_at,
    })
}

/// The person an agent is talked with by.
async fn whose(caller: Caller, agent: &str) -> Result<Person, Problem> {
    let person = caller.person().await?;
    find(&person, agent).await?;
    Ok(person)
}

/// What is remembered: oldest first, or newest first.
#[utoipa::path(
    get,
    path = "/v1/agents/{id}/archival-memory",
    tag = "Letta",
    params(
        ("id" = String, Path, description = "The agent's id"),
        ("search" = Option<String>, Query, description = "Only what has these words in it"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "Only what comes after this one, by id"),
        ("ascending" = Option<bool>, Query, description = "Oldest first, which is usual"),
    ),
    responses((status = 200, description = "It is so", body = Vec<Object>))
)]
pub(crate) async fn list(
    caller: Caller,
    Name(id): Name,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Vec<Value>>, Problem> {
    let person = whose(caller, &id).await?;
    let limit = super::limit(&query)?;
    let ascending = match query.get("ascending").map(String::as_str) {
        None | Some("true") => true,
        Some("false") => false,
        Some(other) => return Err(Problem::invalid(format!("ascending: {other:?} is neither true nor false"))),
    };
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = person.browse(&Filter::default(), MOST, cursor).await?;
        all.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let words = query.get("search").map(|words| words.to_lowercase());
    all.retain(|memory| words.as_ref().is_none_or(|words| memory.content.to_lowercase().contains(words)));
    if ascending {
        all.reverse();
    }
    let mut passages = after(all.iter().map(told).collect(), &query);
    passages.truncate(limit);
    Ok(Json(passages))
}

/// Keeps a passage.
#[utoipa::path(
    post,
    path = "/v1/agents/{id}/archival-memory",
    tag = "Letta",
    params(("id" = String, Path, description = "The agent's id")),
    request_body = New,
    responses((status = 200, description = "It is made", body = Vec<Object>))
)]
pub(crate) async fn create(
    caller: Caller,
    Name(id): Name,
    Fields(new): Fields<New>,
) -> Result<Json<Vec<Value>>, Problem> {
    let person = whose(caller, &id).await?;
    let New { text, tags, created_at } = new;
    let new =
        NewMemory { content: text, tags: tags.unwrap_or_default(), occurred_at: created_at, ..NewMemory::default() };
    let memory = person.add_memory(DOOR, new).await.map_err(|error| refused(error.into()))?;
    Ok(Json(vec![told(&memory)]))
}

/// Passages that answer a question.
#[utoipa::path(
    get,
    path = "/v1/agents/{id}/archival-memory/search",
    tag = "Letta",
    params(
        ("id" = String, Path, description = "The agent's id"),
        ("query" = String, Query, description = "A question, in plain words", min_length = 1, pattern = "\\S"),
        ("top_k" = Option<usize>, Query, minimum = 1, maximum = 50),
    ),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn search(
    caller: Caller,
    Name(id): Name,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Problem> {
    let person = whose(caller, &id).await?;
    let k = match query.get("top_k").map(|text| text.parse::<usize>()) {
        None => 10,
        Some(Ok(k)) if (1..=50).contains(&k) => k,
        Some(_) => return Err(Problem::invalid("top_k: a whole number from 1 to 50 is expected")),
    };
    let question = query.get("query").cloned().unwrap_or_default();
    let found = person.recall(&Request { k, ..Request::new(question) }).await?.memories;
    let results: Vec<Value> = found
        .iter()
        .map(|found| {
            let memory = &found.memory;
            json!({ "id": memory.id, "content": memory.content, "timestamp": memory.occurred_at, "tags": memory.tags })
        })
        .collect();
    Ok(Json(json!({ "count": results.len(), "results": results })))
}

/// Forgets a passage.
#[utoipa::path(
    delete,
    path = "/v1/agents/{id}/archival-memory/{memory}",
    tag = "Letta",
    params(("id" = String, Path, description = "The agent's id"), ("memory" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn delete(caller: Caller, Path((id, memory)): Path<(String, String)>) -> Result<Json<Value>, Problem> {
    whose(caller, &id).await?.forget(&MemoryId::new(memory)).await?;
    Ok(Json(json!({ "message": "Passage deleted" })))
}
