//! `Idempotency-Key`: a POST that is sent twice is done once, and answered the same way for a day.
//!
//! It holds for what is JSON, asked and answered. For a message the key is its `message_id`, which the log keeps for
//! good; a file is known by its bytes. Where an answer opens something (a token, a key, a link) or tells of what was
//! just forgotten, nothing is kept, and the key means nothing.

use crate::doorway::Onward;
use crate::extract::{Caller, announced};
use crate::problem::{Kind, Problem};
use crate::{Door, MAX_CARD_BYTES};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use philia_companion::once::{Once, Outcome, Ticket};
use philia_companion::{Error, Person};
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;

const KEY: &str = "idempotency-key";
/// Tells that an answer was given before.
const REPLAYED: (&str, &str) = ("idempotency-replayed", "true");
/// The longest key, in bytes.
const LONGEST: usize = 128;

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    kind: Option<String>,
    location: Option<String>,
    body: String,
}

/// The client's own name for a request, if it has one.
pub(crate) struct Named(pub(crate) Option<String>);

impl<S: Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        key(&parts.headers).map(Self)
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get(KEY) else { return Ok(None) };
    let wrong = || Problem::malformed(format!("Idempotency-Key: 1 to {LONGEST} visible characters are allowed"));
    let text = key.to_str().ok().filter(|key| (1..=LONGEST).contains(&key.len()));
    text.map(|key| Some(key.to_owned())).ok_or_else(wrong)
}

/// What a repeated answer to a message says in its head.
pub(crate) fn replayed(is_repeated: bool) -> Option<[(&'static str, &'static str); 1]> {
    is_repeated.then_some([REPLAYED])
}

/// What went wrong with a message; where the header named it, another one under its name is refused as everywhere else.
pub(crate) fn problem(error: Error, is_named: bool) -> Problem {
    match error {
        Error::Reused(words) if is_named => Problem::new(Kind::KeyReused, words),
        other => other.into(),
    }
}

/// Does what is asked by name once.
pub(crate) async fn once(door: Door, request: Request, next: impl Onward) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let is_held = route.is_some_and(|route| is_held(route.as_str()));
    if request.method() != Method::POST || !is_held || !is_json(request.headers()) {
        return next(request).await;
    }
    match key(request.headers()) {
        Ok(None) => next(request).await,
        Ok(Some(key)) => named(door, key, request, next).await.unwrap_or_else(|problem| problem.into_response()),
        Err(problem) => problem.into_response(),
    }
}

/// Is an answer of this route to be kept?
fn is_held(route: &str) -> bool {
    const APART: [&str; 5] = [
        "/api/chat/message",
        "/api/chat/stream",
        "/api/erase",
        "/api/memories/forget",
        "/api/admin/users/{id}/reset-link",
    ];
    !APART.contains(&route) && !route.starts_with("/api/auth/")
}

/// Is it JSON, or nothing at all?
fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

async fn named(door: Door, key: String, request: Request, next: impl Onward) -> Result<Response, Problem> {
    announced(&request, MAX_CARD_BYTES)?;
    let (mut parts, body) = request.into_parts();
    let person = Caller::from_request_parts(&mut parts, &door).await?.person().await?;
    // What the route itself refuses is at most as large.
    let too_large = |_| Problem::new(Kind::TooLarge, format!("the body is larger than {MAX_CARD_BYTES} bytes"));
    let body = to_bytes(body, MAX_CARD_BYTES).await.map_err(too_large)?;
    let asked = [parts.uri.to_string().as_bytes(), b"\n", &body].concat();
    match person.once(&key, &asked).await? {
        Once::First(ticket) => {
            let request = Request::from_parts(parts, Body::from(body));
            // On a task of its own: it is done once even if the client goes away, and asks again.
            let done = async move { finish(person, ticket, next(request).await).await };
            door.sockets.spawn(done.in_current_span()).await.map_err(|_| Problem::from(Kind::Internal))
        }
        Once::Answered(kept) => again(&kept),
        Once::Done => Err(Problem::new(Kind::KeyReused, "this was done; its answer is not kept any more")),
        Once::Other => Err(Problem::new(Kind::KeyReused, "this Idempotency-Key came with another request before")),
        Once::Busy => Err(Problem::new(Kind::KeyBusy, "ask again when the first has been answered")),
    }
}

/// Keeps the answer, if it is one to be given again.
async fn finish(person: Person, ticket: Ticket, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let (body, outcome) = match is_json(&parts.headers) {
        // What failed or was refused may be tried again.
        _ if !parts.status.is_success() => (body, Outcome::Failed),
        // What is streamed is for one reader.
        false => (body, Outcome::Failed),
        true => match to_bytes(body, usize::MAX).await {
            Ok(bytes) => {
                let outcome = keep(parts.status, &parts.headers, &bytes).map_or(Outcome::Failed, Outcome::Done);
                (Body::from(bytes), outcome)
            }
            Err(error) => {
                tracing::error!(%error, "an answer broke off");
                return Problem::from(Kind::Internal).into_response();
            }
        },
    };
    if let Err(error) = person.done_once(ticket, outcome).await {
        tracing::warn!(%error, "an answer is not kept for its Idempotency-Key");
    }
    Response::from_parts(parts, body)
}

fn keep(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Option<Vec<u8>> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
    let body = String::from_utf8(body.to_vec()).ok()?;
    let kept =
        Kept { status: status.as_u16(), kind: text(header::CONTENT_TYPE), location: text(header::LOCATION), body };
    serde_json::to_vec(&kept).ok()
}

/// The first answer, once more.
fn again(kept: &[u8]) -> Result<Response, Problem> {
    let damaged = || Problem::from(Kind::Internal);
    let kept: Kept = serde_json::from_slice(kept).map_err(|_| damaged())?;
    let mut response = Response::new(Body::from(kept.body));
    *response.status_mut() = StatusCode::from_u16(kept.status).map_err(|_| damaged())?;
    for (name, value) in [(header::CONTENT_TYPE, kept.kind), (header::LOCATION, kept.location)] {
        if let Some(value) = value {
            response.headers_mut().insert(name, HeaderValue::try_from(value).map_err(|_| damaged())?);
        }
    }
    let (name, value) = REPLAYED;
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    Ok(response)
}
