//! `POST /api/chat/message`: says something, and answers when the whole reply is there.

use crate::extract::{Body, Caller};
use crate::idempotent::{Named, problem, replayed};
use crate::problem::Problem;
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use philia_companion::{Incoming, Reply};
use philia_mind::ThreadId;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is said. The streaming variant takes the same.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Message)]
pub(crate) struct Said {
    /// The words.
    #[schema(min_length = 1, max_length = 32768, pattern = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]")]
    message: String,
    /// The named conversation; the main one if none is named.
    #[schema(min_length = 1, max_length = 128, pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]+$")]
    conversation_id: Option<String>,
    /// The client's own name for this message: sent twice, it is heard and answered once.
    #[schema(min_length = 1, max_length = 128, pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]+$")]
    message_id: Option<String>,
    /// Whom they talk with, by id.
    persona: Option<String>,
    /// Who says it.
    #[schema(ignore)]
    pub(crate) user: Option<String>,
}

impl Said {
    /// The words.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Is the client's own name for the request the message's?
    pub(crate) fn is_named_by(&self, name: Option<&str>) -> bool {
        self.message_id.is_none() && name.is_some()
    }

    /// What was said, by the client's own name for the request if the message itself has none.
    pub(crate) fn incoming(self, name: Option<String>) -> Incoming {
        Incoming {
            message_id: self.message_id.or(name),
            thread: self.conversation_id.map(ThreadId::new),
            persona: self.persona,
            ..Incoming::new("web", self.message)
        }
    }
}

/// Says something, and answers when the whole reply is there.
#[utoipa::path(
    post,
    path = "/api/chat/message",
    tag = "Talk",
    request_body = Said,
    responses((status = 200, description = "It is so", body = Reply))
)]
pub(crate) async fn post(caller: Caller, Named(name): Named, Body(mut said): Body<Said>) -> Result<Response, Problem> {
    let person = caller.person_or(said.user.take()).await?;
    let is_named = said.is_named_by(name.as_deref());
    let reply = person.ask(said.incoming(name)).await.map_err(|error| problem(error, is_named))?;
    let replayed = replayed(is_named && reply.repeated);
    Ok((replayed, Json(reply)).into_response())
}
