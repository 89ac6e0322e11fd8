//! What can go wrong with a request, before it is known whose: it becomes a [`ModelError`] or an [`EmbedderError`].

use philia_ports::{EmbedderError, ModelError};
use std::time::Duration;

/// The most characters of a provider's own words that go into an error.
const LONGEST_DETAIL: usize = 300;

/// Why there is no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Not reached, broken off, or broken on the other side.
    Unavailable(String),
    /// Nothing came within this time.
    Timeout(Duration),
    /// Too many requests, with when to come again, if it was said.
    RateLimited(Option<Duration>),
    /// The key is missing, wrong or not allowed.
    Unauthorized(String),
    /// The request is wrong in the provider's eyes.
    Refused(String),
    /// It answered, but not with an answer.
    Unusable(String),
}

impl Failure {
    /// The failure as the chat-model port says it.
    pub(crate) fn of_model(self, model: &str) -> ModelError {
        let model = model.to_owned();
        match self {
            Self::Unavailable(detail) => ModelError::Unavailable { model, detail },
            Self::Timeout(after) => ModelError::Timeout { model, after },
            Self::RateLimited(retry_after) => ModelError::RateLimited { model, retry_after },
            Self::Unauthorized(detail) => ModelError::Unauthorized { model, detail },
            Self::Refused(detail) => ModelError::Refused { model, detail },
            Self::Unusable(detail) => ModelError::Unusable { model, detail },
        }
    }

    /// The failure as the embedder port says it.
    pub(crate) fn of_embedder(self, embedder: &str) -> EmbedderError {
        let embedder = embedder.to_owned();
        match self {
            Self::Unavailable(detail) => EmbedderError::Unavailable { embedder, detail },
            Self::Timeout(after) => {
                EmbedderError::Unavailable { embedder, detail: format!("nothing within {after:?}") }
            }
            Self::RateLimited(_) => EmbedderError::Unavailable { embedder, detail: "it is over its limit".into() },
            Self::Unauthorized(detail) => {
                EmbedderError::Refused { embedder, detail: format!("the key is not accepted: {detail}") }
            }
            Self::Refused(detail) => EmbedderError::Refused { embedder, detail },
            Self::Unusable(detail) => EmbedderError::Unusable { embedder, detail },
        }
    }

    /// Is the same request worth another try, soon?
    pub(crate) fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Timeout(_) | Self::RateLimited(_))
    }

    /// How long the provider asked to be left alone.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited(after) => *after,
            _ => None,
        }
    }

    /// The failure behind an HTTP status. `kind` is the provider's own name for it (`overloaded_error`), `said` its
    /// words, both possibly empty.
    pub(crate) fn of_status(status: u16, kind: &str, said: &str, retry_after: Option<Duration>) -> Self {
        let detail = if said.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {said}") };
        match status {
            // A quota that money alone restores does not come back by waiting.
            402 => Self::Refused(detail),
            429 if kind == "insufficient_quota" => Self::Refused(detail),
            429 => Self::RateLimited(retry_after),
            401 | 403 => Self::Unauthorized(detail),
            // Google says 400 to a wrong key.
            400 if said.contains("API key not valid") || kind == "API_KEY_INVALID" => Self::Unauthorized(detail),
            // Overloaded, with word of when to come again: the same thing as a limit to us.
            503 | 529 if retry_after.is_some() => Self::RateLimited(retry_after),
            408 | 500.. => Self::Unavailable(detail),
            _ => Self::Refused(detail),
        }
    }

    /// The failure an error object inside an answer with status 200 speaks of.
    pub(crate) fn of_error_object(error: &ErrorObject) -> Self {
        let status = error.status.unwrap_or(match error.kind.as_str() {
            "overloaded_error" | "UNAVAILABLE" => 529,
            "rate_limit_error" | "rate_limit_exceeded" | "insufficient_quota" | "RESOURCE_EXHAUSTED" => 429,
            "authentication_error" | "invalid_api_key" | "UNAUTHENTICATED" => 401,
            "permission_error" | "PERMISSION_DENIED" => 403,
            "invalid_request_error" | "context_length_exceeded" | "INVALID_ARGUMENT" => 400,
            "not_found_error" | "model_not_found" | "NOT_FOUND" => 404,
            _ => 500,
        });
        match Self::of_status(status, &error.kind, &error.message, error.retry_after) {
            Self::Unavailable(_) if !error.message.is_empty() => Self::Unavailable(error.message.clone()),
            Self::Refused(_) if !error.message.is_empty() => Self::Refused(error.message.clone()),
            other => other,
        }
    }
}

/// What providers tell of an error, in whichever of the usual shapes: `{"error": {"message", "type", "code",
/// "status"}}`, `{"error": "..."}`, `{"message": "..."}`, `{"detail": "..."}`, a list with one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorObject {
    /// Its words; may be empty.
    pub(crate) message: String,
    /// Its own name for the error; may be empty.
    pub(crate) kind: String,
    /// The parameter it is about; may be empty.
    pub(crate) param: String,
    /// An HTTP status it names.
    pub(crate) status: Option<u16>,
    /// When to try again, where the body says so (Google's `RetryInfo`).
    pub(crate) retry_after: Option<Duration>,
}

impl ErrorObject {
    /// The error in a JSON answer; none if it holds no `error`.
    pub(crate) fn find(answer: &serde_json::Value) -> Option<Self> {
        let answer = answer.as_array().and_then(|list| list.first()).unwrap_or(answer);
        let error = answer.get("error").filter(|error| !error.is_null())?;
        if let Some(message) = error.as_str() {
            return Some(Self { message: tidy(message), ..Self::default() });
        }
        let text = |name: &str| error.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        let details = error.get("details").and_then(|d| d.as_array()).map(Vec::as_slice).unwrap_or_default();
        let detail = |name: &str| details.iter().find_map(|d| d.get(name).and_then(|v| v.as_str()));
        let kind = [detail("reason").unwrap_or_default().to_owned(), text("code"), text("type"), text("status")];
        let status = error.get("code").or_else(|| error.get("status")).and_then(serde_json::Value::as_u64);
        Some(Self {
            message: tidy(&text("message")),
            kind: kind.into_iter().find(|k| !k.is_empty()).unwrap_or_default(),
            param: text("param"),
            status: status.and_then(|s| u16::try_from(s).ok()).filter(|s| (400..600).contains(s)),
            retry_after: detail("retryDelay")
                .and_then(|delay| delay.strip_suffix('s')?.parse().ok())
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        })
    }

    /// What the body of an answer with an error status says, whatever its shape.
    pub(crate) fn read(body: &[u8]) -> Self {
        let Ok(json) = serde_json::from_slice::<serde_json::Value>(body) else {
            let text = String::from_utf8_lossy(body);
            // A proxy's page helps nobody.
            let message = if text.trim_start().starts_with('<') { String::new() } else { tidy(&text) };
            return Self { message, ..Self::default() };
        };
        Self::find(&json).unwrap_or_else(|| {
            let said = ["message", "detail", "error_message"].iter().find_map(|name| json.get(name)?.as_str());
            Self { message: tidy(said.unwrap_or_default()), ..Self::default() }
        })
    }
}

/// One line of bounded length without control characters: fit for an error and a log.
pub(crate) fn tidy(text: &str) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if let Some((cut, _)) = line.char_indices().nth(LONGEST_DETAIL) {
            line.truncate(cut);
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn statuses_become_the_failures_they_are() {
        let of = |status| Failure::of_status(status, "", "", None);
        for status in [401, 403] {
            assert!(matches!(of(status), Failure::Unauthorized(_)), "{status}");
        }
        for status in [400, 402, 404, 413, 422] {
            assert!(matches!(of(status), Failure::Refused(_)), "{status}");
        }
        for status in [408, 500, 502, 503, 504, 529] {
            assert!(matches!(of(status), Failure::Unavailable(_)), "{status}");
        }
        assert_eq!(of(429), Failure::RateLimited(None));
        let wait = Some(Duration::from_secs(7));
        assert_eq!(Failure::of_status(503, "", "", wait), Failure::RateLimited(wait));
        assert!(matches!(Failure::of_status(429, "insufficient_quota", "pay", None), Failure::Refused(_)));
        assert!(matches!(Failure::of_status(400, "API_KEY_INVALID", "no", None), Failure::Unauthorized(_)));
    }

    #[test]
    fn errors_are_read_in_the_usual_shapes() {
        let openai = json!({"error": {"message": "No such model", "type": "invalid_request_error", "param": "model", "code": "model_not_found"}});
        let found = ErrorObject::find(&openai).unwrap();
        assert_eq!(
            (found.message.as_str(), found.kind.as_str(), found.param.as_str()),
            ("No such model", "model_not_found", "model")
        );
        let google = json!([{"error": {"code": 429, "message": "Quota", "status": "RESOURCE_EXHAUSTED",
            "details": [{"@type": "x/RetryInfo", "retryDelay": "34.5s"}]}}]);
        let found = ErrorObject::find(&google).unwrap();
        assert_eq!((found.status, found.retry_after), (Some(429), Some(Duration::from_millis(34_500))));
        assert_eq!(Failure::of_error_object(&found), Failure::RateLimited(Some(Duration::from_millis(34_500))));
        assert_eq!(ErrorObject::find(&json!({"error": "model is loading"})).unwrap().message, "model is loading");
        assert_eq!(ErrorObject::find(&json!({"error": null, "choices": []})), None);
        assert_eq!(ErrorObject::read(br#"{"detail": "not here"}"#).message, "not here");
        assert_eq!(ErrorObject::read(b"<html>502 Bad Gateway</html>").message, "");
        assert_eq!(ErrorObject::read(b"plain\nwords").message, "plain words");
        let overloaded =
            ErrorObject { kind: "overloaded_error".into(), message: "Overloaded".into(), ..ErrorObject::default() };
        assert_eq!(Failure::of_error_object(&overloaded), Failure::Unavailable("Overloaded".into()));
    }

    #[test]
    fn details_are_one_short_line() {
        assert_eq!(tidy(" a\n\tb\u{7}c "), "a b c");
        assert_eq!(tidy(&"x".repeat(5000)).chars().count(), LONGEST_DETAIL + 1);
        assert_eq!(tidy(&"ä ".repeat(5000)).chars().count(), LONGEST_DETAIL + 1);
    }
}
