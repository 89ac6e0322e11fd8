//! `POST /api/chat/stream`: says something, and sends the reply as it comes, as server-sent events.
//!
//! | event | data |
//! |---|---|
//! | `heard` | `{interaction_id}`: the message is durable |
//! | `mood` | `{before, after, octant, emotion, felt}`: what it evoked, and the mood now |
//! | `token` | `{text}`: a piece of the reply |
//! | `restart` | `{model, error}`: that model broke off; the reply begins anew |
//! | `done` | the whole reply, as `/api/chat/message` answers it |
//! | `error` | a problem document; the last event, in place of `done` |
//!
//! What fails before anything happened is an ordinary HTTP error. When the client goes away, the reply stops, and
//! what was said is kept.

use super::chat_message::Said;
use crate::extract::{Body, Caller};
use crate::idempotent::{Named, problem, replayed};
use crate::problem::Problem;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{Stream, unfold};
use philia_companion::{Error, TurnEvent, TurnStream};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;

/// A comment is sent after so long a silence, so that no proxy takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Says something, and sends the reply as it comes, as server-sent events.
///
/// `heard`, `mood`, `token`..., `restart`, and `done` or `error`; see the guide.
#[utoipa::path(
    post,
    path = "/api/chat/stream",
    tag = "Talk",
    request_body = Said,
    responses((status = 200, description = "Events", body = super::openapi::TurnEvent, content_type = "text/event-stream"))
)]
pub(crate) async fn post(
    caller: Caller,
    Named(name): Named,
    Body(mut said): Body<Said>,
) -> Result<impl IntoResponse, Problem> {
    let person = caller.person_or(said.user.take()).await?;
    let is_named = said.is_named_by(name.as_deref());
    let said = said.incoming(name);
    // Where that cannot be known the turn goes on: care answers whatever the store does.
    let replayed = replayed(is_named && person.has_answered(&said).await.unwrap_or_default());
    let mut turn = person.say(said);
    let first = turn.next().await.unwrap_or(Err(Error::BrokenOff)).map_err(|error| problem(error, is_named))?;
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok((replayed, [("x-accel-buffering", "no")], Sse::new(events(first, turn)).keep_alive(keep_alive)))
}

/// The events of a turn, of which the first has come. Dropping them drops the turn.
fn events(first: TurnEvent, turn: TurnStream) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold((Some(Ok(first)), Some(turn)), async |(came, turn)| {
        let mut turn = turn?;
        let next = match came {
            Some(first) => first,
            // A turn that ends without an end was torn down with the program.
            None => turn.next().await.unwrap_or(Err(Error::BrokenOff)),
        };
        let goes_on = !matches!(next, Ok(TurnEvent::Done(_)) | Err(_));
        Some((Ok(event(next)), (None, goes_on.then_some(turn))))
    })
}

fn event(next: Result<TurnEvent, Error>) -> Event {
    let (name, data) = told(next);
    // JSON holds no raw line break, so one data line carries it all.
    Event::default().event(name).data(data.to_string())
}

/// What clients are told of an event, and what it is called.
pub(crate) fn told(next: Result<TurnEvent, Error>) -> (&'static str, Value) {
    match next {
        Ok(TurnEvent::Heard(id)) => ("heard", json!({ "interaction_id": id })),
        Ok(TurnEvent::Felt { before, after, felt }) => {
            let (octant, emotion) = (after.octant(), after.emotion());
            let data = json!({ "before": before, "after": after, "octant": octant, "emotion": emotion, "felt": felt });
            ("mood", data)
        }
        Ok(TurnEvent::Text(text)) => ("token", json!({ "text": text })),
        Ok(TurnEvent::Restart(attempt)) => ("restart", json!(attempt)),
        Ok(TurnEvent::Done(reply)) => ("done", json!(reply)),
        Err(error) => ("error", Problem::from(error).document()),
    }
}
