//! Problems: every error as RFC 9457 `application/problem+json`, with a stable `type` to tell them apart by.

use crate::doorway::Onward;
use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use futures_util::FutureExt as _;
use philia_companion::Error;
use philia_ports::StoreError;
use serde_json::{Value, json};
use std::panic::AssertUnwindSafe;

/// The beginning of every `type`.
pub(crate) const PREFIX: &str = "urn:philia:problem:";

/// Declares the kinds: each with its name, its status and its title.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $status:ident, $title:literal;)+) => {
        /// What kind of problem. Clients may rely on the name; titles may change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($(#[$doc])* $kind,)+
        }

        impl Kind {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind),+];

            const fn parts(self) -> (&'static str, StatusCode, &'static str) {
                match self { $(Self::$kind => ($name, StatusCode::$status, $title),)+ }
            }
        }
    };
}

kinds! {
    /// The request cannot be read.
    Malformed = "malformed", BAD_REQUEST, "The request cannot be read";
    /// It can be read, and asks for something that is not allowed.
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "The request asks for something not allowed";
    /// The server is called by a name that is not its own.
    ForbiddenHost = "forbidden-host", FORBIDDEN, "The server has another name";
    /// It was sent by another site's page.
    CrossOrigin = "cross-origin", FORBIDDEN, "Other sites may not ask this";
    /// Who asks has not shown who they are.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Please sign in";
    /// Who asks may not do this.
    Forbidden = "forbidden", FORBIDDEN, "You may not do this";
    /// Their account is suspended.
    Suspended = "suspended", FORBIDDEN, "The account is suspended";
    /// They have done as much as they may for now.
    TooMany = "too-many", TOO_MANY_REQUESTS, "Too much for now";
    /// There is no such thing.
    NotFound = "not-found", NOT_FOUND, "There is no such thing";
    /// There is no such route.
    NoSuchRoute = "no-such-route", NOT_FOUND, "There is nothing at this address";
    /// The route does something else.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "Not in this way";
    /// It is well formed, but cannot be done with what there is.
    Refused = "refused", CONFLICT, "This cannot be done";
    /// There is one of that name already.
    Taken = "taken", CONFLICT, "The name is taken";
    /// Somebody changed it meanwhile.
    Changed = "changed", CONFLICT, "It was changed meanwhile";
    /// It is no longer what `If-Match` says.
    Stale = "stale", PRECONDITION_FAILED, "It is not what it was";
    /// The same Idempotency-Key came with another request.
    KeyReused = "key-reused", UNPROCESSABLE_ENTITY, "The key belongs to another request";
    /// The first request with this Idempotency-Key is still running.
    KeyBusy = "key-busy", CONFLICT, "The first of these requests is still running";
    /// The body took too long to come.
    TooSlow = "too-slow", REQUEST_TIMEOUT, "The request came too slowly";
    /// The answer took too long.
    TimedOut = "timed-out", GATEWAY_TIMEOUT, "The answer took too long";
    /// The person's data was erased meanwhile.
    Erased = "erased", GONE, "This person's data was erased";
    /// The body is too large.
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, "The request is too large";
    /// The body is of a kind that is not read here.
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The body is of another kind";
    /// The store does not answer.
    StoreUnavailable = "store-unavailable", SERVICE_UNAVAILABLE, "The memory cannot be reached just now";
    /// A service that was asked does not answer well.
    Unreachable = "unreachable", BAD_GATEWAY, "A service that was asked does not answer";
    /// The store has no space left.
    StoreFull = "store-full", INSUFFICIENT_STORAGE, "There is no space left";
    /// What is sealed cannot be opened.
    Locked = "locked", SERVICE_UNAVAILABLE, "What is sealed cannot be opened";
    /// Something stored cannot be read.
    Damaged = "damaged", INTERNAL_SERVER_ERROR, "Something stored cannot be read";
    /// A turn ended without an answer.
    BrokenOff = "broken-off", SERVICE_UNAVAILABLE, "The turn ended without an answer";
    /// A mistake of ours.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong here";
}

impl Kind {
    /// The end of its `type`.
    pub(crate) const fn name(self) -> &'static str {
        self.parts().0
    }

    /// The status it comes with.
    pub(crate) const fn status(self) -> u16 {
        self.parts().1.as_u16()
    }

    /// Words for those that say nothing of their own.
    fn detail(self) -> &'static str {
        match self {
            Self::Changed => "It was changed meanwhile; please try again.",
            Self::Erased => "This person's data was erased while the request was running.",
            Self::StoreUnavailable => "The store does not answer. Nothing was lost; please try again in a moment.",
            Self::StoreFull => "The disk or quota of the store is full. What is there can still be read.",
            Self::Damaged => "A stored record cannot be read. Nothing was overwritten; the log says which.",
            Self::Locked => "The key that opens it is missing or another. Nothing was changed; the log says more.",
            Self::BrokenOff => "What was heard is kept. Send the same message_id again, and it is answered once.",
            _ => "This should not have happened; the log has the reason, under this answer's x-request-id.",
        }
    }
}

/// What went wrong, as clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    kind: Kind,
    detail: String,
    /// After how many seconds it is worth another try.
    retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let retry_after = (kind.parts().1 == StatusCode::SERVICE_UNAVAILABLE).then_some(2);
        Self { kind, detail: detail.into(), retry_after }
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Kind::Malformed, detail)
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, detail)
    }

    pub(crate) fn refused(detail: impl Into<String>) -> Self {
        Self::new(Kind::Refused, detail)
    }

    pub(crate) fn not_found(what: &'static str, name: impl Into<String>) -> Self {
        Error::NotFound { what, name: name.into(), nearest: None }.into()
    }

    /// Would a login help?
    pub(crate) fn asks_for_a_login(&self) -> bool {
        matches!(self.kind, Kind::Unauthenticated | Kind::TooMany)
    }

    /// Is it a fault of ours, and none of the request's?
    pub(crate) fn is_ours(&self) -> bool {
        self.kind.parts().1.is_server_error()
    }

    /// Its status.
    pub(crate) fn status(&self) -> StatusCode {
        self.kind.parts().1
    }

    /// The name of its kind.
    pub(crate) fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// What exactly is wrong.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The document.
    pub(crate) fn document(&self) -> Value {
        let (name, status, title) = self.kind.parts();
        json!({ "type": format!("{PREFIX}{name}"), "title": title, "status": status.as_u16(), "detail": self.detail })
    }
}

/// Writes the request's id into the answer, if it is a problem.
pub(crate) fn name(response: axum::response::Response, request_id: &str) -> axum::response::Response {
    let (mut parts, body) = response.into_parts();
    let Some(problem) = parts.extensions.remove::<Problem>() else {
        return axum::response::Response::from_parts(parts, body);
    };
    let mut document = problem.document();
    document["request_id"] = request_id.into();
    parts.headers.remove(header::CONTENT_LENGTH);
    axum::response::Response::from_parts(parts, Body::from(document.to_string()))
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Self::new(kind, kind.detail())
    }
}

/// The words of a use case reach the client where they are about the request, and the log where they are about us.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Invalid(words) | Error::Store(StoreError::Invalid(words)) => return Self::invalid(words.as_str()),
            Error::Refused(words) | Error::Reused(words) => return Self::new(Kind::Refused, words.as_str()),
            Error::NotFound { .. } => return Self::new(Kind::NotFound, error.to_string()),
            Error::Unauthenticated(words) => return Self::new(Kind::Unauthenticated, words.as_str()),
            Error::Forbidden(words) => return Self::new(Kind::Forbidden, words.as_str()),
            Error::Suspended => return Self::new(Kind::Suspended, error.to_string()),
            Error::Unreachable(words) => return Self::new(Kind::Unreachable, words.as_str()),
            Error::Taken(words) => return Self::new(Kind::Taken, words.as_str()),
            Error::Limited { seconds, .. } => {
                return Self { retry_after: Some(*seconds), ..Self::new(Kind::TooMany, error.to_string()) };
            }
            Error::Stale => return Self::new(Kind::Stale, error.to_string()),
            Error::Changed | Error::Store(StoreError::Conflict(_)) => Kind::Changed,
            Error::BrokenOff => Kind::BrokenOff,
            Error::Store(StoreError::Erased) => Kind::Erased,
            Error::Store(StoreError::Unavailable(_) | StoreError::InUse(_)) => Kind::StoreUnavailable,
            Error::Store(StoreError::Full(_)) => Kind::StoreFull,
            Error::Store(StoreError::Locked(_)) => Kind::Locked,
            Error::Store(StoreError::Corrupt { .. } | StoreError::TooNew { .. }) | Error::Damaged { .. } => {
                Kind::Damaged
            }
            _ => Kind::Internal,
        };
        tracing::error!(%error, "a request failed");
        kind.into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> axum::response::Response {
        let (_, status, _) = self.kind.parts();
        let mut response = (status, Json(self.document())).into_response();
        // For doors that tell it in a shape of their own, and for the request's id.
        response.extensions_mut().insert(self.clone());
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"philia\""));
        }
        response
    }
}

/// Where no route leads.
pub(crate) async fn no_such_route(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::new(Kind::NoSuchRoute, format!("there is nothing at {path}; /docs shows what there is"))
}

/// Where a route leads, but not by this method. Which ones do is in the `Allow` header.
pub(crate) async fn wrong_method(method: Method, uri: Uri) -> Problem {
    Problem::new(Kind::MethodNotAllowed, format!("{} does not take {method}; see the Allow header", uri.path()))
}

/// Answers a request whose handler panicked.
pub(crate) async fn catch(request: Request, next: impl Onward) -> Response<Body> {
    let answer = AssertUnwindSafe(async move { next(request).await });
    answer.catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a handler panicked");
        Problem::from(Kind::Internal).into_response()
    })
}
