//! Adding: messages that are learned from, or kept as they are worded.

use super::DOOR;
use super::filter::{Filter, MARKS, instant};
use super::people::{Asked, id_of};
use super::shape::{self, EXPIRES, ROLE};
use crate::extract::{Fields, Name};
use crate::problem::Problem;
use axum::Json;
use jiff::Timestamp;
use philia_companion::Person;
use philia_companion::edit::{MemoryEdit, NewMemory};
use philia_companion::turn::Told;
use philia_mind::memory::Speaker;
use philia_mind::{Memory, MemoryId, ThreadId};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is added. What is not named here is read past.
#[derive(Deserialize, ToSchema)]
#[schema(as = Mem0Addition)]
pub(crate) struct Addition {
    #[schema(min_items = 1)]
    messages: Vec<Message>,
    /// False: each message is kept as it is worded.
    #[serde(default)]
    infer: Option<bool>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    filters: Option<Value>,
    /// Seconds since 1970, or a time: when it was said.
    #[serde(default)]
    #[schema(ignore)]
    timestamp: Option<Value>,
    /// The day until which it is shown.
    #[serde(default)]
    #[schema(ignore)]
    expiration_date: Option<String>,
    /// Whose it is: `user_id`, and the marks `agent_id`, `app_id`, `run_id`.
    #[serde(flatten)]
    #[schema(ignore)]
    beside: Map<String, Value>,
}

/// A message.
#[derive(Deserialize, ToSchema)]
#[schema(as = Mem0Message)]
pub(crate) struct Message {
    #[schema(pattern = "^(user|assistant|system)$")]
    role: String,
    #[schema(min_length = 1, max_length = 32768, pattern = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]")]
    content: String,
}

/// What was added.
pub(super) struct Added {
    pub(super) event: String,
    pub(super) results: Vec<Value>,
    pub(super) learned: bool,
}

impl Addition {
    /// Adds it.
    pub(super) async fn add(self, asked: &Asked) -> Result<Added, Problem> {
        let filter = Filter::read(self.filters.as_ref(), &self.beside).map_err(Problem::refused)?;
        if self.messages.is_empty() {
            return Err(Problem::invalid("messages: at least one is needed"));
        }
        let person = asked.person(filter.mark("user_id").as_deref()).await?;
        let mut marks = self.metadata.unwrap_or_default();
        for name in MARKS {
            marks.extend(filter.mark(name).map(|value| (name.to_owned(), value.into())));
        }
        marks.extend(self.expiration_date.map(|day| (EXPIRES.to_owned(), day.into())));
        let at = match self.timestamp.filter(|at| !at.is_null()) {
            None => None,
            Some(at) => Some(instant(&at).ok_or_else(|| Problem::invalid(format!("timestamp: {at} is no time")))?),
        };
        if let Some(other) = self.messages.iter().find(|m| !["user", "assistant", "system"].contains(&m.role.as_str()))
        {
            let role = &other.role;
            return Err(Problem::invalid(format!("messages: {role:?} is no role; there are user, assistant, system")));
        }
        let event = asked.philia.fresh_id();
        let learned = self.infer != Some(false);
        let new = if learned {
            let thread = filter.mark("run_id").unwrap_or_else(|| event.clone());
            let thread = ThreadId::new(format!("{DOOR}-{}", thread.chars().take(100).collect::<String>()));
            let told = told(&self.messages, at);
            let new = person.tell(DOOR, &thread, &event, &told).await?;
            mark(&person, new, &marks).await?
        } else {
            as_worded(&person, &self.messages, at, &marks).await?
        };
        let event = id_of(&person, &MemoryId::new(event));
        Ok(Added { event, results: new.iter().map(|memory| result(&person, memory)).collect(), learned })
    }
}

/// Messages as turns: what the person said with what was answered. Instructions teach nothing.
fn told(messages: &[Message], at: Option<Timestamp>) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    for Message { role, content } in messages {
        match (role.as_str(), told.last_mut()) {
            ("user", _) => told.push(Told { message: content.clone(), reply: None, at }),
            ("assistant", Some(last)) if last.reply.is_none() => last.reply = Some(content.clone()),
            ("assistant", _) => told.push(Told { message: String::new(), reply: Some(content.clone()), at }),
            _ => {}
        }
    }
    told
}

/// Marks the memories that these clients see, and hands those back.
async fn mark(person: &Person, new: Vec<Memory>, marks: &BTreeMap<String, Value>) -> Result<Vec<Memory>, Problem> {
    let mut marked = Vec::new();
    for memory in new.into_iter().filter(shape::is_shown) {
        if marks.is_empty() {
            marked.push(memory);
            continue;
        }
        let edit = MemoryEdit { metadata: Some(marks.clone()), ..MemoryEdit::default() };
        marked.push(person.edit_memory(&memory.id, &edit).await?);
    }
    Ok(marked)
}

/// Each message as a memory of its own.
async fn as_worded(
    person: &Person,
    messages: &[Message],
    at: Option<Timestamp>,
    marks: &BTreeMap<String, Value>,
) -> Result<Vec<Memory>, Problem> {
    let mut added = Vec::new();
    for Message { role, content } in messages {
        let mut metadata = marks.clone();
        metadata.insert(ROLE.into(), role.as_str().into());
        let speaker = if role == "user" { Speaker::User } else { Speaker::Companion };
        let new =
            NewMemory { content: content.clone(), occurred_at: at, metadata: metadata.clone(), ..NewMemory::default() };
        let memory = person.add_memory_of(DOOR, speaker, new).await?;
        // What was there before gets the new marks.
        let edit = MemoryEdit { metadata: Some(metadata), ..MemoryEdit::default() };
        added.push(if memory.reinforced > 0 { person.edit_memory(&memory.id, &edit).await? } else { memory });
    }
    Ok(added)
}

fn result(person: &Person, memory: &Memory) -> Value {
    json!({
        "id": id_of(person, &memory.id),
        "memory": memory.content,
        "data": { "memory": memory.content },
        "event": "ADD",
    })
}

/// Adds messages. What is learned from them is told by the event, and is there when this answers.
#[utoipa::path(
    post,
    path = "/v3/memories/add/",
    tag = "Mem0",
    request_body = Addition,
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn v3(asked: Asked, Fields(addition): Fields<Addition>) -> Result<Json<Value>, Problem> {
    let Added { event, results, learned } = addition.add(&asked).await?;
    Ok(Json(match learned {
        true => json!({
            "event_id": event, "status": "PENDING", "message": "Memory processing has been queued for background execution",
        }),
        false => json!({ "event_id": event, "status": "SUCCEEDED", "results": results }),
    }))
}

/// Adds messages, and answers with what was learned from them.
#[utoipa::path(
    post,
    path = "/v1/memories/",
    tag = "Mem0",
    request_body = Addition,
    responses((status = 200, description = "It is so", body = Vec<Object>))
)]
pub(crate) async fn v1(asked: Asked, Fields(addition): Fields<Addition>) -> Result<Json<Value>, Problem> {
    Ok(Json(addition.add(&asked).await?.results.into()))
}

/// What became of an addition.
#[utoipa::path(
    get,
    path = "/v1/event/{id}/",
    tag = "Mem0",
    params(("id" = String, Path, description = "The event's id")),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn event(asked: Asked, Name(id): Name) -> Result<Json<Value>, Problem> {
    let (person, event) = asked.memory(&id).await.map_err(|_| Problem::not_found("event", id.as_str()))?;
    let told = person.told(event.as_str()).await?.ok_or_else(|| Problem::not_found("event", id.as_str()))?;
    let shown = told.iter().filter(|memory| shape::is_shown(memory));
    let results: Vec<Value> = shown.map(|memory| result(&person, memory)).collect();
    Ok(Json(json!({ "id": id, "event_id": id, "event_type": "ADD", "status": "SUCCEEDED", "results": results })))
}
