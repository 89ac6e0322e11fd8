//! One memory, and all that are marked so: read, change, forget.

use super::find::Wanted;
use super::people::Asked;
use super::shape::{self, EXPIRES};
use super::{Done, filter::instant};
use crate::extract::{Fields, Name};
use crate::problem::Problem;
use axum::Json;
use axum::extract::Query;
use philia_companion::Person;
use philia_companion::edit::MemoryEdit;
use philia_mind::{Memory, MemoryId};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// What is to be changed; what is not named stays.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = Mem0Change)]
pub(crate) struct Change {
    #[serde(default, alias = "data", alias = "memory")]
    #[schema(min_length = 1, max_length = 32768, pattern = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]")]
    pub(super) text: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(super) metadata: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    #[schema(ignore)]
    pub(super) timestamp: Option<Value>,
    /// The day until which it is shown; `null` takes it away.
    #[serde(default, deserialize_with = "there")]
    #[schema(ignore)]
    pub(super) expiration_date: Option<Value>,
}

/// That something is there, though it be `null`.
fn there<'de, D: serde::Deserializer<'de>>(field: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(field).map(Some)
}

impl Change {
    /// Changes a memory.
    pub(super) async fn make(self, person: &Person, id: &MemoryId) -> Result<Memory, Problem> {
        let occurred_at = match self.timestamp.filter(|at| !at.is_null()) {
            None => None,
            Some(at) => Some(instant(&at).ok_or_else(|| Problem::invalid(format!("timestamp: {at} is no time")))?),
        };
        let mut metadata = self.metadata;
        if let Some(day) = self.expiration_date {
            metadata.get_or_insert_default().insert(EXPIRES.to_owned(), day);
        }
        let edit = MemoryEdit { content: self.text, occurred_at, metadata, ..MemoryEdit::default() };
        Ok(person.edit_memory(id, &edit).await?)
    }
}

/// A memory that there is, as it is told.
pub(super) async fn found(asked: &Asked, id: &str) -> Result<(Person, Memory), Problem> {
    let (person, memory) = asked.memory(id).await?;
    match person.memory(&memory).await? {
        Some(memory) => Ok((person, memory)),
        None => Err(Problem::not_found("memory", id)),
    }
}

/// Forgets all that a filter lets pass; how many.
///
/// # Errors
/// A filter that names nothing.
pub(super) async fn forget_all(asked: &Asked, wanted: &Wanted) -> Result<usize, Problem> {
    if wanted.filter()?.is_empty() {
        return Err(Problem::refused("say whose memories: user_id, agent_id, app_id, run_id, or filters"));
    }
    let all = wanted.all(asked).await?;
    let mut gone = 0;
    let mut left = all.as_slice();
    while let [(person, _), ..] = left {
        let end = left.iter().position(|(other, _)| other.id() != person.id()).unwrap_or(left.len());
        let ids: BTreeSet<&MemoryId> = left[..end].iter().map(|(_, memory)| &memory.id).collect();
        gone += person.forget_where(|memory| ids.contains(&memory.id)).await?.len();
        left = &left[end..];
    }
    Ok(gone)
}

/// One memory.
#[utoipa::path(
    get,
    path = "/v1/memories/{entry}/",
    tag = "Mem0",
    params(("entry" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn get(asked: Asked, Name(id): Name) -> Result<Json<Value>, Problem> {
    let (person, memory) = found(&asked, &id).await?;
    Ok(Json(shape::told(&person, &memory)))
}

/// Changes a memory; what is not named stays.
#[utoipa::path(
    put,
    path = "/v1/memories/{entry}/",
    tag = "Mem0",
    params(("entry" = String, Path, description = "Its id")),
    request_body = Change,
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn put(asked: Asked, Name(id): Name, Fields(change): Fields<Change>) -> Result<Json<Value>, Problem> {
    let (person, memory) = found(&asked, &id).await?;
    Ok(Json(shape::told(&person, &change.make(&person, &memory.id).await?)))
}

/// Forgets a memory.
#[utoipa::path(
    delete,
    path = "/v1/memories/{entry}/",
    tag = "Mem0",
    params(("entry" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Done))
)]
pub(crate) async fn delete(asked: Asked, Name(id): Name) -> Result<Json<Done>, Problem> {
    let (person, memory) = found(&asked, &id).await?;
    person.forget(&memory.id).await?;
    Ok(Done::new("Memory deleted successfully!"))
}

/// How a memory came to be as it is.
#[utoipa::path(
    get,
    path = "/v1/memories/{entry}/history/",
    tag = "Mem0",
    params(("entry" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Vec<Object>))
)]
pub(crate) async fn history(asked: Asked, Name(id): Name) -> Result<Json<Vec<Value>>, Problem> {
    let (person, memory) = found(&asked, &id).await?;
    Ok(Json(shape::history(&person, &memory)))
}

/// Forgets everything of a user, an agent, an app or a run.
#[utoipa::path(
    delete,
    path = "/v1/memories/",
    tag = "Mem0",
    params(
        ("user_id" = Option<String>, Query, min_length = 1, max_length = 128, pattern = r"^[^/\x00-\x1f\x7f-\x9f]*$"),
        ("agent_id" = Option<String>, Query),
        ("app_id" = Option<String>, Query),
        ("run_id" = Option<String>, Query),
    ),
    responses((status = 200, description = "It is so", body = Done))
)]
pub(crate) async fn delete_all(
    asked: Asked,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Done>, Problem> {
    forget_all(&asked, &Wanted::of(query)?).await?;
    Ok(Done::new("Memories deleted successfully!"))
}
