//! Messages: talk with an agent, whole or as it comes, and what was said.

use super::DOOR;
use super::agent::{find, thread};
use crate::extract::{Caller, Fields, Name};
use crate::problem::Problem;
use axum::Json;
use axum::extract::Query;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt as _};
use philia_companion::tokens::estimate_tokens;
use philia_companion::turn::Brought;
use philia_companion::{Error, Incoming, Person, Reply, TurnEvent, TurnStream};
use philia_mind::{Interaction, ThreadId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;
use utoipa::ToSchema;

/// A comment is sent after so long a silence.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Turns of a thread that are looked at.
const BACK: usize = 2000;

/// What is said. What is not named here is read past.
#[derive(Deserialize, ToSchema)]
#[schema(as = LettaSaid)]
pub(crate) struct Said {
    /// The words, where there is one message only.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    input: Option<Content>,
    #[serde(default)]
    messages: Option<Vec<Message>>,
    /// As events, as it comes.
    #[serde(default)]
    streaming: Option<bool>,
    /// In pieces.
    #[serde(default)]
    stream_tokens: Option<bool>,
}

/// A message.
#[derive(Deserialize, ToSchema)]
#[schema(as = LettaMessage)]
pub(crate) struct Message {
    #[schema(pattern = "^(user|system)$")]
    role: String,
    #[schema(value_type = String)]
    content: Content,
}

/// Text, whole or in parts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    text: String,
}

impl Content {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parts(parts) => parts.into_iter().map(|part| part.text).collect::<Vec<_>>().join("\n"),
        }
    }
}

impl Said {
    /// As the companion hears it.
    fn incoming(self, persona: &str, thread: ThreadId) -> Result<Incoming, Problem> {
        let mut said: Vec<String> = self.input.into_iter().map(Content::text).collect();
        let mut instructions = Vec::new();
        for Message { role, content } in self.messages.unwrap_or_default() {
            match role.as_str() {
                "user" => said.push(content.text()),
                "system" => instructions.push(content.text()),
                other => {
                    return Err(Problem::invalid(format!("messages: {other:?} is no role; there are user, system")));
                }
            }
        }
        said.retain(|text| !text.trim().is_empty());
        if said.is_empty() {
            return Err(Problem::refused("messages: there is none of the user's"));
        }
        // The thread is the conversation: only what comes with instructions is brought.
        let brought = (!instructions.is_empty()).then(|| Brought { instructions, ..Brought::default() });
        Ok(Incoming {
            thread: Some(thread),
            persona: Some(persona.to_owned()),
            brought,
            ..Incoming::new(DOOR, said.join("\n\n"))
        })
    }
}

fn message(id: &str, kind: &str, content: &str, date: impl ToString) -> Value {
    json!({ "id": id, "message_type": kind, "content": content, "date": date.to_string() })
}

fn stop() -> Value {
    json!({ "message_type": "stop_reason", "stop_reason": "end_turn" })
}

fn usage(reply: &Reply) -> Value {
    let (prompt, completion) = match reply.tokens {
        (0, 0) => (0, estimate_tokens(&reply.reply) as u64),
        counted => counted,
    };
    json!({
        "message_type": "usage_statistics", "prompt_tokens": prompt, "completion_tokens": completion,
        "total_tokens": prompt + completion, "step_count": 1,
    })
}

fn answer_id(reply: &Reply) -> String {
    format!("message-{}-r", reply.interaction_id)
}

async fn begin(caller: Caller, id: &str, said: Said) -> Result<TurnStream, Problem> {
    let person = caller.person().await?;
    let persona = find(&person, id).await?;
    Ok(person.say(said.incoming(&persona.id, thread(&persona))?))
}

/// Says something to an agent, and answers with what it said.
#[utoipa::path(
    post,
    path = "/v1/agents/{id}/messages",
    tag = "Letta",
    params(("id" = String, Path, description = "The agent's id")),
    request_body = Said,
    responses((
        status = 200,
        description = "The answer; as events where `streaming` is true",
        content((Object = "application/json"), (String = "text/event-stream")),
    ))
)]
pub(crate) async fn post(caller: Caller, Name(id): Name, Fields(said): Fields<Said>) -> Result<Response, Problem> {
    if said.streaming == Some(true) {
        return streamed(caller, &id, said).await;
    }
    let reply = begin(caller, &id, said).await?.reply().await?;
    let answer = message(&answer_id(&reply), "assistant_message", &reply.reply, reply.at);
    Ok(Json(json!({ "messages": [answer], "stop_reason": stop(), "usage": usage(&reply) })).into_response())
}

/// Says something to an agent, and sends what it says as it comes.
#[utoipa::path(
    post,
    path = "/v1/agents/{id}/messages/stream",
    tag = "Letta",
    params(("id" = String, Path, description = "The agent's id")),
    request_body = Said,
    responses((status = 200, description = "Events", content((String = "text/event-stream"))))
)]
pub(crate) async fn stream(caller: Caller, Name(id): Name, Fields(said): Fields<Said>) -> Result<Response, Problem> {
    streamed(caller, &id, said).await
}

async fn streamed(caller: Caller, id: &str, said: Said) -> Result<Response, Problem> {
    let in_pieces = said.stream_tokens == Some(true);
    let mut turn = begin(caller, id, said).await?;
    let first = turn.next().await.unwrap_or(Err(Error::BrokenOff))?;
    let sse = Sse::new(events(first, turn, in_pieces)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    Ok(([("x-accel-buffering", "no")], sse).into_response())
}

fn events(first: TurnEvent, turn: TurnStream, in_pieces: bool) -> impl Stream<Item = Result<Event, Infallible>> {
    let events = stream::unfold((Some(Ok(first)), Some(turn)), |(came, turn)| async move {
        let mut turn = turn?;
        let next = match came {
            Some(first) => first,
            None => turn.next().await.unwrap_or(Err(Error::BrokenOff)),
        };
        let goes_on = !matches!(next, Ok(TurnEvent::Done(_)) | Err(_));
        Some((next, (None, goes_on.then_some(turn))))
    });
    // Pieces of one message have one id, which is known once it was heard.
    let mut id = "message-r".to_owned();
    let mut said = false;
    let pieces = events.flat_map(move |next| {
        let pieces = match next {
            Ok(TurnEvent::Heard(turn)) => {
                id = format!("message-{turn}-r");
                Vec::new()
            }
            Ok(TurnEvent::Text(text)) if in_pieces => {
                said = true;
                vec![message(&id, "assistant_message", &text, "")]
            }
            Ok(TurnEvent::Text(_) | TurnEvent::Felt { .. } | TurnEvent::Restart(_)) => Vec::new(),
            Ok(TurnEvent::Done(reply)) => {
                let whole = message(&answer_id(&reply), "assistant_message", &reply.reply, reply.at);
                let whole = (!said).then_some(whole);
                whole.into_iter().chain([stop(), usage(&reply)]).collect()
            }
            Err(error) => {
                let problem = Problem::from(error);
                vec![json!({ "message_type": "error_message", "message": problem.detail(), "error_type": problem.name() })]
            }
        };
        stream::iter(pieces)
    });
    let data = pieces.map(|piece| piece.to_string()).chain(stream::iter(["[DONE]".to_owned()]));
    data.map(|data| Ok(Event::default().data(data)))
}

/// What was said with an agent: newest first, or in order.
#[utoipa::path(
    get,
    path = "/v1/agents/{id}/messages",
    tag = "Letta",
    params(
        ("id" = String, Path, description = "The agent's id"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "Only what comes after this message, by id"),
        ("before" = Option<String>, Query, description = "Only what comes before this message, by id"),
        ("order" = Option<String>, Query, description = "`asc` or `desc`", pattern = "^(asc|desc)$"),
    ),
    responses((status = 200, description = "It is so", body = Vec<Object>))
)]
pub(crate) async fn list(
    caller: Caller,
    Name(id): Name,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Vec<Value>>, Problem> {
    let person = caller.person().await?;
    let persona = find(&person, &id).await?;
    let limit = super::limit(&query)?;
    let mut messages: Vec<Value> = said(&person, &thread(&persona)).await?.iter().flat_map(told).collect();
    match query.get("order").map(String::as_str) {
        Some("asc") => messages.reverse(),
        None | Some("desc") => {}
        Some(other) => return Err(Problem::invalid(format!("order: {other:?} is neither asc nor desc"))),
    }
    if let Some(before) = query.get("before") {
        let place = messages.iter().position(|message| message["id"] == **before);
        messages.truncate(place.unwrap_or_default());
    }
    let mut messages = super::blocks::after(messages, &query);
    messages.truncate(limit);
    Ok(Json(messages))
}

/// The turns of a thread, newest first.
async fn said(person: &Person, thread: &ThreadId) -> Result<Vec<Interaction>, Problem> {
    let mut turns = Vec::new();
    let mut cursor = None;
    let mut seen = 0;
    while seen < BACK {
        let page = person.history(Some(thread), 200, cursor).await?;
        seen += 200;
        turns.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(turns)
}

/// A turn as messages, newest first.
fn told(turn: &Interaction) -> Vec<Value> {
    let reply = turn.reply.as_deref().filter(|reply| !reply.is_empty());
    let reply = reply.map(|reply| {
        let at = turn.replied_at.unwrap_or(turn.at);
        message(&format!("message-{}-r", turn.id), "assistant_message", reply, at)
    });
    let said = (!turn.message.is_empty())
        .then(|| message(&format!("message-{}-u", turn.id), "user_message", &turn.message, turn.at));
    reply.into_iter().chain(said).collect()
}
