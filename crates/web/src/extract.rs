//! What is taken out of a request: who asks, and for what. Everything that is wrong is named, and all at once.

use crate::auth::Me;
use crate::problem::{Kind, Problem};
use crate::{Door, cursor, strict};
use axum::body::{Bytes, HttpBody as _};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use jiff::Timestamp;
use philia_companion::accounts::Identity;
use philia_companion::{Person, Philia};
use philia_ports::store::Cursor;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Who asks, as far as header and query say.
pub(crate) struct Caller {
    philia: Philia,
    identity: Arc<Identity>,
    named: Option<String>,
}

impl Caller {
    /// Whom they name.
    pub(crate) fn named(self) -> Option<String> {
        self.named
    }

    /// The person who asks.
    pub(crate) async fn person(self) -> Result<Person, Problem> {
        self.person_or(None).await
    }

    /// The person who asks, where the body may name them too.
    pub(crate) async fn person_or(self, in_body: Option<String>) -> Result<Person, Problem> {
        let named = agreed(self.named, in_body)?;
        Ok(self.philia.person_of(&self.identity, named.as_deref()).await?)
    }
}

impl FromRequestParts<Door> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Problem> {
        let Me(identity) = Me::from_request_parts(parts, door).await?;
        let mut named = None;
        for header in parts.headers.get_all("x-philia-user") {
            let name = std::str::from_utf8(header.as_bytes());
            let name = name.map_err(|_| Problem::malformed("the header X-Philia-User is not UTF-8"))?;
            named = agreed(named, Some(name.to_owned()))?;
        }
        for (name, value) in pairs(parts)? {
            if name == "user" {
                named = agreed(named, Some(value))?;
            }
        }
        Ok(Self { philia: door.philia.clone(), identity, named })
    }
}

/// One name out of two that may be given.
fn agreed(one: Option<String>, other: Option<String>) -> Result<Option<String>, Problem> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Err(Problem::malformed(format!(
            "two users are named, {one:?} and {other:?}; name one, in X-Philia-User or in user"
        ))),
        (one, other) => Ok(one.or(other)),
    }
}

/// The query, taken apart piece by piece; [`Params::done`] then names all that was wrong.
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    problems: Vec<String>,
    /// A cursor leads nowhere.
    lost: bool,
}

impl Params {
    /// The text of a parameter; none if it is not there.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let mut values: Vec<String> =
            self.pairs.extract_if(.., |(key, _)| key == name).map(|(_, value)| value).collect();
        if values.len() > 1 {
            self.problems.push(format!("{name}: given {} times; once is enough", values.len()));
        }
        values.pop()
    }

    /// A whole number within a range.
    pub(crate) fn number(&mut self, name: &'static str, allowed: RangeInclusive<usize>) -> Option<usize> {
        let wrong = format!("a whole number from {} to {}", allowed.start(), allowed.end());
        self.read(name, &wrong, |text| text.parse().ok().filter(|number| allowed.contains(number)))
    }

    /// A share, 0..=1.
    pub(crate) fn share(&mut self, name: &'static str) -> Option<f64> {
        self.read(name, "a number from 0 to 1", |text| text.parse().ok().filter(|share| (0.0..=1.0).contains(share)))
    }

    /// An instant.
    pub(crate) fn instant(&mut self, name: &'static str) -> Option<Timestamp> {
        self.read(name, "an instant such as 2026-05-03T08:00:00Z", |text| text.parse().ok())
    }

    /// Where a page begins.
    pub(crate) fn cursor(&mut self) -> Option<Cursor> {
        let text = self.text("cursor")?;
        let place = cursor::read(&text);
        self.lost |= place.is_none();
        place.map(Cursor)
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        self.read(name, "true or false", |text| text.parse().ok()).unwrap_or(false)
    }

    /// One of the values that a type names.
    pub(crate) fn one<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        let text = self.text(name)?;
        self.named(name, text)
    }

    /// Some of the values that a type names, with commas between them; nothing is none of them.
    pub(crate) fn some<T: DeserializeOwned>(&mut self, name: &'static str) -> Vec<T> {
        let text = self.text(name);
        let parts = text.iter().flat_map(|text| text.split(','));
        parts.filter_map(|part| self.named(name, part.trim().to_owned())).collect()
    }

    /// Texts with commas between them.
    pub(crate) fn texts(&mut self, name: &'static str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Everything that was wrong, parameters nobody knows included.
    pub(crate) fn done(mut self) -> Result<(), Problem> {
        for (name, _) in &self.pairs {
            let known = self.known.join(", ");
            self.problems.push(format!("{name}: no such parameter; there are {known}, user"));
        }
        if !self.problems.is_empty() {
            return Err(Problem::invalid(self.problems.join("; ")));
        }
        let lost = "cursor: it leads to no page of this list; begin without one";
        if self.lost { Err(Problem::new(Kind::NotFound, lost)) } else { Ok(()) }
    }

    fn read<T>(&mut self, name: &'static str, allowed: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = read(text.trim());
        if value.is_none() {
            self.problems.push(format!("{name}: {text:?} is not {allowed}"));
        }
        value
    }

    fn named<T: DeserializeOwned>(&mut self, name: &'static str, text: String) -> Option<T> {
        match serde_json::from_value(text.into()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problems.push(format!("{name}: {error}"));
                None
            }
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut pairs = pairs(parts)?;
        pairs.retain(|(name, _)| name != "user");
        Ok(Self { pairs, known: Vec::new(), problems: Vec::new(), lost: false })
    }
}

fn pairs(parts: &Parts) -> Result<Vec<(String, String)>, Problem> {
    let query = Query::try_from_uri(&parts.uri);
    query.map(|Query(pairs)| pairs).map_err(|error| Problem::malformed(format!("the query: {error}")))
}

/// A name in the path.
pub(crate) struct Name(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(name)| Self(name)).map_err(|error| Problem::malformed(error.body_text()))
    }
}

/// A JSON body that is an object, of so many bytes at most; the route's limit must say the same.
pub(crate) struct Body<T, const MOST: usize = { crate::MAX_BODY_BYTES }>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync, const MOST: usize> FromRequest<S> for Body<T, MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let text = json(request, state, MOST).await?;
        // Otherwise a list would be taken for the fields in their order.
        if text.trim_start().starts_with('[') {
            return Err(Problem::invalid("the body is a list; an object is expected"));
        }
        read_json(&text).map(Self)
    }
}

/// A JSON body, whatever it is.
pub(crate) struct Anything<const MOST: usize>(pub(crate) Value);

impl<S: Send + Sync, const MOST: usize> FromRequest<S> for Anything<MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        parsed(&json(request, state, MOST).await?).map(Self)
    }
}

/// The text of a body that is said to be JSON.
async fn json<S: Send + Sync>(request: Request, state: &S, most: usize) -> Result<String, Problem> {
    // It also keeps other sites out: a page may send text or a form to anywhere, but JSON only where it is allowed.
    let bytes = body(request, state, &["application/json"], most).await?;
    let wrong = |at: usize| Problem::malformed(format!("the body is not UTF-8 (byte {})", at + 1));
    String::from_utf8(bytes.into()).map_err(|error| wrong(error.utf8_error().valid_up_to()))
}

fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    read_value(parsed(text)?).map_err(|error| match serde_json::from_str::<T>(text) {
        // It knows where in the text that is.
        Err(placed) if placed.is_data() => Problem::invalid(placed.to_string()),
        _ => error,
    })
}

/// What is JSON, with each key once.
fn parsed(text: &str) -> Result<Value, Problem> {
    strict::parse(text.as_bytes()).map_err(|error| match error.is_data() {
        true => Problem::malformed(format!("the body is not clear: {error}")),
        false => Problem::malformed(format!("the body is not JSON: {error}")),
    })
}

/// A value as what is expected; whole numbers may be written with a point.
fn read_value<T: DeserializeOwned>(mut value: Value) -> Result<T, Problem> {
    let read = strict::read(&value).or_else(|error| {
        whole(&mut value);
        strict::read(&value).map_err(|_| error)
    });
    read.map_err(|error| Problem::invalid(error.to_string()))
}

/// The same for clients that send more than is read.
pub(crate) struct Fields<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Fields<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Body(fields) = Body::<Map<String, Value>>::from_request(request, state).await?;
        read_value(Value::Object(fields)).map(Self)
    }
}

/// Writes whole numbers without a point: `3.0` and `3` are the same to JSON, and not to what reads it.
pub(crate) fn whole(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let float = number.as_f64().filter(|n| !number.is_i64() && !number.is_u64() && n.fract() == 0.0);
            // Beyond this, floating point does not tell whole numbers apart.
            if let Some(float) = float.filter(|n| n.abs() < 9_007_199_254_740_992.0) {
                *value = Value::from(float as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole),
        Value::Object(fields) => fields.values_mut().for_each(whole),
        _ => {}
    }
}

/// A character's file, as it is. What it is shows in its bytes; the content-type only says that it is a file.
pub(crate) struct Upload(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        const KINDS: &[&str] = &[
            "application/json",
            "application/toml",
            "image/png",
            "application/zip",
            "application/octet-stream",
            "text/plain",
        ];
        body(request, state, KINDS, crate::MAX_CARD_BYTES).await.map(Self)
    }
}

/// The bytes of a body of one of these kinds; `limit` is the route's.
async fn body<S: Send + Sync>(
    request: Request,
    state: &S,
    kinds: &'static [&'static str],
    limit: usize,
) -> Result<Bytes, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !kinds.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        let detail = format!("the content-type is {kind:?}; send {}", kinds.join(", "));
        return Err(Problem::new(Kind::UnsupportedMediaType, detail));
    }
    announced(&request, limit)?;
    Bytes::from_request(request, state).await.map_err(|rejection| unread(rejection, limit))
}

/// Nobody waits for a body that says itself that it is too large.
pub(crate) fn announced(request: &Request, limit: usize) -> Result<(), Problem> {
    match usize::try_from(request.body().size_hint().lower()) {
        Ok(length) if length <= limit => Ok(()),
        _ => Err(too_large(limit)),
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Kind::TooLarge, format!("the body is larger than {limit} bytes; send it in parts"))
}

fn unread(rejection: BytesRejection, limit: usize) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large(limit);
    }
    tracing::debug!(response = ?rejection.into_response().status(), "a body broke off");
    Problem::malformed("the body broke off")
}
