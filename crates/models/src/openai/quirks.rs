//! What a server turned out not to take. Learned from its refusals, remembered for the life of the client.

use crate::failure::ErrorObject;
use serde_json::Value;
use std::sync::atomic::{AtomicU8, Ordering};

/// The reply's limit is called `max_completion_tokens`.
const COMPLETION_TOKENS: u8 = 1;
/// It does not take a temperature.
const NO_TEMPERATURE: u8 = 1 << 1;
/// It does not take `stream_options`.
const NO_STREAM_OPTIONS: u8 = 1 << 2;
/// It does not take `response_format`.
const NO_RESPONSE_FORMAT: u8 = 1 << 3;
/// It takes tools only with `reasoning_effort: "none"`.
const NO_REASONING_WITH_TOOLS: u8 = 1 << 4;

/// A set of peculiarities.
#[derive(Debug)]
pub(super) struct Quirks {
    known: AtomicU8,
    /// Mistral takes only tool call ids of nine letters and digits.
    pub(super) longest_id: usize,
}

impl Quirks {
    /// What is known of a provider beforehand.
    pub(super) fn of(provider: &str) -> Self {
        let known = if provider == "openai" { COMPLETION_TOKENS } else { 0 };
        Self { known: AtomicU8::new(known), longest_id: if provider == "mistral" { 9 } else { 40 } }
    }

    fn has(&self, quirk: u8) -> bool {
        self.known.load(Ordering::Relaxed) & quirk != 0
    }

    pub(super) fn limit_name(&self) -> &'static str {
        if self.has(COMPLETION_TOKENS) { "max_completion_tokens" } else { "max_tokens" }
    }

    pub(super) fn takes_temperature(&self) -> bool {
        !self.has(NO_TEMPERATURE)
    }

    pub(super) fn takes_stream_options(&self) -> bool {
        !self.has(NO_STREAM_OPTIONS)
    }

    pub(super) fn takes_response_format(&self) -> bool {
        !self.has(NO_RESPONSE_FORMAT)
    }

    pub(super) fn reasons_with_tools(&self) -> bool {
        !self.has(NO_REASONING_WITH_TOOLS)
    }

    /// Learns from a refusal of `body`. True if there is another way to ask. `learned` holds what this request has
    /// taught already, so that no two refusals send it round in a circle.
    pub(super) fn learn(&self, error: &ErrorObject, body: &Value, learned: &mut u8) -> bool {
        let said = format!("{} {}", error.param, error.message).to_lowercase();
        let sent = |name: &str| body.get(name).is_some();
        let about = |name: &str| sent(name) && said.contains(name);
        let limit = self.limit_name();
        let other = if limit == "max_tokens" { "max_completion_tokens" } else { "max_tokens" };
        // "max_tokens is too large" asks for a smaller number, not for another name.
        let misnamed = about(limit) && (said.contains(other) || is_unknown_parameter(&said));
        let quirk = if said.contains("reasoning_effort") && sent("tools") {
            NO_REASONING_WITH_TOOLS
        } else if about("temperature") {
            NO_TEMPERATURE
        } else if about("stream_options") {
            NO_STREAM_OPTIONS
        } else if about("response_format") {
            NO_RESPONSE_FORMAT
        } else if misnamed {
            COMPLETION_TOKENS
        } else {
            return false;
        };
        if *learned & quirk != 0 {
            return false;
        }
        *learned |= quirk;
        if quirk == COMPLETION_TOKENS {
            // Another request may have learned it in the meantime: decide by what was sent, not by what is known.
            if limit == "max_tokens" {
                self.known.fetch_or(quirk, Ordering::Relaxed);
            } else {
                self.known.fetch_and(!quirk, Ordering::Relaxed);
            }
        } else {
            self.known.fetch_or(quirk, Ordering::Relaxed);
        }
        true
    }
}

fn is_unknown_parameter(said: &str) -> bool {
    ["unsupported", "unrecognized", "unknown", "not supported", "not permitted", "extra", "unexpected"]
        .iter()
        .any(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(quirks: &Quirks, message: &str, body: &Value) -> bool {
        quirks.learn(&ErrorObject { message: message.into(), ..ErrorObject::default() }, body, &mut 0)
    }

    #[test]
    fn the_limit_is_renamed_both_ways() {
        let quirks = Quirks::of("groq");
        let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
        assert!(refused(&quirks, message, &json!({"max_tokens": 5})));
        assert_eq!(quirks.limit_name(), "max_completion_tokens");
        assert!(refused(
            &quirks,
            "max_completion_tokens: Extra inputs are not permitted",
            &json!({"max_completion_tokens": 5})
        ));
        assert_eq!(quirks.limit_name(), "max_tokens");
    }

    #[test]
    fn a_limit_that_is_too_large_is_no_misnomer() {
        let quirks = Quirks::of("groq");
        assert!(!refused(&quirks, "max_tokens must be at most 4096", &json!({"max_tokens": 9000})));
        assert!(!refused(&quirks, "Unsupported parameter: max_tokens", &json!({})));
    }

    #[test]
    fn what_is_refused_is_left_out() {
        let quirks = Quirks::of("x");
        assert!(refused(
            &quirks,
            "Unsupported value: 'temperature' does not support 0.7",
            &json!({"temperature": 0.7})
        ));
        assert!(refused(&quirks, "unknown field stream_options", &json!({"stream_options": {}})));
        assert!(refused(&quirks, "response_format is not available", &json!({"response_format": {}})));
        assert!(refused(&quirks, "Function tools with reasoning_effort are not supported", &json!({"tools": []})));
        assert!(!quirks.takes_temperature() && !quirks.takes_stream_options());
        assert!(!quirks.takes_response_format() && !quirks.reasons_with_tools());
        assert!(!refused(&quirks, "the prompt is too long", &json!({"temperature": 1})));
    }

    #[test]
    fn one_request_learns_each_thing_once() {
        let quirks = Quirks::of("x");
        let error = ErrorObject { message: "temperature".into(), ..ErrorObject::default() };
        let mut learned = 0;
        assert!(quirks.learn(&error, &json!({"temperature": 1}), &mut learned));
        assert!(!quirks.learn(&error, &json!({"temperature": 1}), &mut learned));
    }
}
