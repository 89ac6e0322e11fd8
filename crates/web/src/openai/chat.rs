//! `POST /v1/chat/completions`: says what is new in a conversation, and answers whole or as it comes.

use super::ask::Asked;
use super::error;
use super::say::{Answering, ChatCompletion};
use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt as _};
use philia_companion::tokens::estimate_tokens;
use philia_companion::{Error, TurnEvent, TurnStream};
use serde_json::json;
use std::convert::Infallible;
use std::time::Duration;

/// A comment is sent after so long a silence, so that no proxy takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// What is said anew after something broke off is set apart from it so: a stream cannot be taken back here.
const ANEW: &str = "\n\n—\n\n";

/// Says what is new in a conversation, and answers whole or as it comes.
///
/// A model is a character. The conversation is found again in the log, so that only what the user said last is a turn;
/// what else is in it is read by the model and teaches nothing.
#[utoipa::path(
    post,
    path = "/v1/chat/completions",
    tag = "OpenAI",
    request_body = Asked,
    responses((
        status = 200,
        description = "The answer; as events where `stream` is true",
        content((ChatCompletion = "application/json"), (String = "text/event-stream")),
    ))
)]
pub(crate) async fn post(
    caller: Caller,
    params: Params,
    headers: HeaderMap,
    Body(mut asked): Body<Asked>,
) -> Result<Response, Problem> {
    params.done()?;
    let streamed = asked.stream == Some(true);
    let with_usage = asked.stream_options.as_ref().and_then(|options| options.include_usage) == Some(true);
    let person = caller.person_or(asked.user.take()).await?;
    let model = asked.model.clone();
    let resent = asked.resent(&headers)?;
    let sent = resent.messages.iter().map(|message| estimate_tokens(&message.content)).sum();
    let philia = person.philia();
    let answering =
        Answering { model, sent, created: philia.now().as_second(), id: format!("chatcmpl-{}", philia.fresh_id()) };
    let mut turn = person.say(person.take_up("openai", resent).await?);
    if !streamed {
        return Ok(Json(answering.whole(&turn.reply().await?)).into_response());
    }
    // What fails before anything happened is an ordinary error.
    let first = turn.next().await.unwrap_or(Err(Error::BrokenOff))?;
    let sse = Sse::new(events(first, turn, answering, with_usage)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    Ok(([("x-accel-buffering", "no")], sse).into_response())
}

/// The events of a turn, of which the first has come. Dropping them drops the turn.
fn events(
    first: TurnEvent,
    turn: TurnStream,
    answering: Answering,
    with_usage: bool,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let begin = answering.piece(json!({ "role": "assistant", "content": "" }), None);
    let rest = stream::unfold((Some(Ok(first)), Some(turn)), |(came, turn)| async move {
        let mut turn = turn?;
        let next = match came {
            Some(first) => first,
            // A turn that ends without an end was torn down with the program.
            None => turn.next().await.unwrap_or(Err(Error::BrokenOff)),
        };
        let goes_on = !matches!(next, Ok(TurnEvent::Done(_)) | Err(_));
        Some((next, (None, goes_on.then_some(turn))))
    });
    // A turn that was answered before has no pieces: it comes whole.
    let mut said = false;
    let rest = rest.flat_map(move |next| {
        let pieces = match next {
            Ok(TurnEvent::Text(text)) => {
                said = true;
                vec![answering.piece(json!({ "content": text }), None)]
            }
            Ok(TurnEvent::Restart(_)) => vec![answering.piece(json!({ "content": ANEW }), None)],
            Ok(TurnEvent::Heard(_) | TurnEvent::Felt { .. }) => Vec::new(),
            Ok(TurnEvent::Done(reply)) => {
                let whole = (!said && !reply.reply.is_empty()).then(|| json!({ "content": reply.reply }));
                let whole = whole.map(|delta| answering.piece(delta, None));
                whole.into_iter().chain(answering.end(&reply, with_usage)).collect()
            }
            Err(error) => vec![error::object(&Problem::from(error))],
        };
        stream::iter(pieces)
    });
    let pieces = stream::iter([begin]).chain(rest).map(|piece| piece.to_string());
    pieces.chain(stream::iter(["[DONE]".to_owned()])).map(|data| Ok(Event::default().data(data)))
}
