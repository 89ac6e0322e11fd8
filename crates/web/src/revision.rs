//! Revisions: `ETag`, and what clients make of it. A list that has not changed is not sent again (`If-None-Match`), and
//! what is edited is changed only if it is still what the client has seen (`If-Match`).
//!
//! A tag is the version of the record (where there is one) and a sum of the answer's bytes: `"3-1f0c..."`. The sum tells
//! answers apart that change without a record's changing, by time or by what they are made of. An edit is held to the
//! version alone.

use crate::Door;
use crate::doorway::Onward;
use crate::extract::Caller;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use philia_companion::Person;
use philia_companion::revision::Thing;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Where `If-Match` is held to.
const EDITED: [&str; 10] = [
    "/api/memories/{id}",
    "/api/tasks/{id}",
    "/api/tasks/{id}/done",
    "/api/tasks/{id}/snooze",
    "/api/blocks/{label}",
    "/api/personas/{id}",
    "/api/personality/set",
    "/api/personality/restore",
    "/api/settings",
    "/api/admin/users/{id}/limits",
];

/// Is `If-Match` held to there?
pub(crate) fn is_edited(route: &str) -> bool {
    EDITED.contains(&route)
}

/// An answer, and the version of the record that it is about.
pub(crate) struct Revised<T>(pub(crate) u64, pub(crate) T);

/// The version, on its way to the tag.
#[derive(Clone, Copy)]
struct Version(u64);

impl<T: Serialize> IntoResponse for Revised<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.1).into_response();
        response.extensions_mut().insert(Version(self.0));
        response
    }
}

/// What the client has seen of what it wants to change.
pub(crate) struct Seen(Option<Tags>);

enum Tags {
    /// `*`: whatever it is.
    Any,
    /// The versions of these tags.
    Versions(Vec<u64>),
}

impl Tags {
    fn fit(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

impl Seen {
    /// Would this version do?
    pub(crate) fn fits(&self, version: u64) -> bool {
        self.0.as_ref().is_none_or(|tags| tags.fit(version))
    }

    /// The person, by whose handle nothing but what was seen is changed.
    pub(crate) async fn of(&self, person: Person, thing: Thing<'_>) -> Result<Person, Problem> {
        Ok(person.upon(thing, self.0.as_ref().map(|tags| |version| tags.fit(version))).await?)
    }
}

impl<S: Sync> FromRequestParts<S> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(tags) = tags(&parts.headers, header::IF_MATCH)? else { return Ok(Self(None)) };
        if tags == ["*"] {
            return Ok(Self(Some(Tags::Any)));
        }
        // A tag of another making fits nothing.
        let version = |tag: &String| tag.strip_prefix('"')?.split_once('-')?.0.parse().ok();
        Ok(Self(Some(Tags::Versions(tags.iter().filter_map(version).collect()))))
    }
}

/// Gives answers their tag, and does not send again what the client has.
pub(crate) async fn tag(request: Request, next: impl Onward) -> Response {
    try_tag(request, next).await.unwrap_or_else(|problem| problem.into_response())
}

async fn try_tag(request: Request, next: impl Onward) -> Result<Response, Problem> {
    let headers = request.headers();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = if reads { tags(headers, header::IF_NONE_MATCH)? } else { None };
    let route = request.extensions().get::<MatchedPath>();
    if !reads && headers.contains_key(header::IF_MATCH) && !route.is_some_and(|route| is_edited(route.as_str())) {
        return Err(Problem::refused("If-Match is not held to here; leave it out"));
    }
    let response = next(request).await;
    let version = response.extensions().get::<Version>().copied();
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if !(response.status().is_success() && is_json && (reads || version.is_some())) {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| Problem::from(Kind::Internal))?;
    let sum: String = Sha256::digest(&body).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let tag = match version {
        Some(Version(version)) => format!("\"{version}-{sum}\""),
        None => format!("\"{sum}\""),
    };
    let unchanged = known.is_some_and(|known| known.iter().any(|known| known == "*" || weakly(known) == tag));
    parts.headers.insert(header::ETAG, HeaderValue::try_from(tag).map_err(|_| Problem::from(Kind::Internal))?);
    if unchanged {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Ok(Response::from_parts(parts, Body::empty()));
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// A tag that a cache on the way may have weakened.
fn weakly(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// The tags of a header, with their quotes.
fn tags(headers: &HeaderMap, name: HeaderName) -> Result<Option<Vec<String>>, Problem> {
    if !headers.contains_key(&name) {
        return Ok(None);
    }
    let mut tags = Vec::new();
    for value in headers.get_all(&name) {
        // No tag of ours has a comma in it.
        let text = value.to_str().unwrap_or_default();
        tags.extend(text.split(',').map(|tag| tag.trim().to_owned()));
    }
    let is_tag = |tag: &String| {
        let tag = weakly(tag);
        tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"')
    };
    if tags != ["*"] && !tags.iter().all(is_tag) {
        let detail = format!("{name}: an ETag in its quotes is allowed, several with commas between them, or *");
        return Err(Problem::malformed(detail));
    }
    Ok(Some(tags))
}

/// Who asks, and what they have seen.
pub(crate) struct Editor {
    caller: Caller,
    seen: Seen,
}

impl FromRequestParts<Door> for Editor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Problem> {
        let seen = Seen::from_request_parts(parts, door).await?;
        Ok(Self { caller: Caller::from_request_parts(parts, door).await?, seen })
    }
}

impl Editor {
    /// The person who asks, by whose handle nothing but what was seen of it is changed. The body may name them, too.
    pub(crate) async fn of(self, thing: Thing<'_>, in_body: Option<String>) -> Result<Person, Problem> {
        self.seen.of(self.caller.person_or(in_body).await?, thing).await
    }

    /// The same for what a companion has become: by its id, or whom they have chosen.
    pub(crate) async fn of_companion(self, persona: Option<&str>, in_body: Option<String>) -> Result<Person, Problem> {
        let person = self.caller.person_or(in_body).await?;
        let persona = person.persona(persona).await?;
        self.seen.of(person, Thing::Companion(&persona.id)).await
    }
}
