//! What the chat clients have in common: their configuration, and what an answer is made of.

use crate::failure::Failure;
use crate::http::{Address, Http};
use philia_ports::model::{ChatReply, FinishReason, ModelInfo, ToolCall, Usage};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// What a chat client needs to know.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The provider's name, as it appears before the colon in [`ModelInfo::name`].
    pub provider: String,
    /// The address before `/chat/completions`, `/v1/messages` or `/models`.
    pub base_url: String,
    /// The key; local servers need none.
    pub api_key: Option<SecretString>,
    /// The model's name in the provider's eyes.
    pub model: String,
    /// 0..2, where a request does not say; none leaves it to the model.
    pub temperature: Option<f64>,
    /// The most tokens of a reply, where a request does not say; none leaves it to the model.
    pub max_tokens: Option<u32>,
    /// How long a whole reply, or the first piece of a streamed one, may take.
    pub timeout: Duration,
    /// How long a stream may pause between two pieces.
    pub idle_timeout: Duration,
    /// How many tokens prompt and reply may have together.
    pub context_tokens: u32,
}

/// Why a client cannot be made of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// There is no such provider.
    #[error("there is no provider `{found}`; allowed are {allowed}")]
    UnknownProvider {
        /// What was asked for.
        found: String,
        /// All there are.
        allowed: String,
    },
    /// The address cannot be used.
    #[error("the base URL `{url}` of {provider} cannot be used: {wrong}")]
    BaseUrl {
        /// Whose.
        provider: String,
        /// What was given; without what stands before an `@`.
        url: String,
        /// What is wrong with it.
        wrong: String,
    },
    /// The provider has no address of its own.
    #[error("{provider} needs a base URL")]
    BaseUrlMissing {
        /// Which.
        provider: String,
    },
    /// The provider wants a key.
    #[error("{provider} needs a key{}", variable.map(|name| format!(": set {name}")).unwrap_or_default())]
    KeyMissing {
        /// Which.
        provider: String,
        /// The usual environment variable for it.
        variable: Option<&'static str>,
    },
    /// The provider has no usual model.
    #[error("{provider} needs the name of a model")]
    ModelMissing {
        /// Which.
        provider: String,
    },
    /// The provider makes no embeddings.
    #[error("{provider} has no embeddings; openai, gemini, mistral and ollama have")]
    NoEmbeddings {
        /// Which.
        provider: String,
    },
    /// A number is out of its range.
    #[error("{field} of {provider} is {found}, allowed is {allowed}")]
    OutOfRange {
        /// Whose.
        provider: String,
        /// Which.
        field: &'static str,
        /// What was given.
        found: String,
        /// The range.
        allowed: &'static str,
    },
}

/// Reads a base URL of `provider`.
pub(crate) fn address(provider: &str, base_url: &str) -> Result<Address, ConfigError> {
    Address::parse(base_url).map_err(|wrong| ConfigError::BaseUrl {
        provider: provider.to_owned(),
        // A password in an address must not appear in an error.
        url: base_url.rsplit_once('@').map_or_else(|| base_url.to_owned(), |(_, host)| format!("***@{host}")),
        wrong,
    })
}

impl ClientConfig {
    /// Address and description of the model this configures.
    pub(crate) fn resolve(&self, http: &Http) -> Result<(Address, ModelInfo), ConfigError> {
        let address = address(&self.provider, &self.base_url)?;
        if self.model.trim().is_empty() {
            return Err(ConfigError::ModelMissing { provider: self.provider.clone() });
        }
        let name = format!("{}:{}", self.provider, self.model);
        let remote = !http.stays_here(&address) || runs_elsewhere(&self.model);
        let info = ModelInfo { name, remote, context_tokens: self.context_tokens };
        Ok((address, info))
    }
}

/// A server of this machine may hand a model's work on: Ollama says so in the model's tag.
pub(crate) fn runs_elsewhere(model: &str) -> bool {
    model.rsplit_once(':').is_some_and(|(_, tag)| tag == "cloud" || tag.ends_with("-cloud"))
}

/// A whole answer, before it is known to be a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) content: String,
    pub(crate) tool_calls: Vec<ToolCall>,
    /// None where the model gave no reason we know.
    pub(crate) finish: Option<FinishReason>,
    pub(crate) usage: Usage,
}

impl Answer {
    /// The answer as a reply of `model`, if it is one: text or calls.
    pub(crate) fn reply(self, model: &str) -> Result<ChatReply, Failure> {
        let finish = finish(!self.content.trim().is_empty(), !self.tool_calls.is_empty(), self.finish)?;
        Ok(ChatReply {
            content: self.content,
            tool_calls: self.tool_calls,
            finish,
            usage: self.usage,
            model: model.to_owned(),
            failed: Vec::new(),
        })
    }
}

/// Why the reply ended, or why what ended is no reply.
pub(crate) fn finish(said: bool, calls: bool, reason: Option<FinishReason>) -> Result<FinishReason, Failure> {
    match (said || calls, reason) {
        (true, Some(FinishReason::Stop) | None) if calls => Ok(FinishReason::ToolCalls),
        // Some say "tool_calls" and call nothing.
        (true, Some(FinishReason::ToolCalls)) if !calls => Ok(FinishReason::Stop),
        (true, reason) => Ok(reason.unwrap_or(FinishReason::Stop)),
        (false, Some(FinishReason::ContentFilter)) => {
            Err(Failure::Refused("its content filter stopped the reply".into()))
        }
        (false, Some(FinishReason::Length)) => {
            Err(Failure::Unusable("it came to its token limit before it said anything".into()))
        }
        (false, _) => Err(Failure::Unusable("an empty reply".into())),
    }
}

/// A tool call's id as another provider takes it: ids travel along when a chain changes the model in the middle of a
/// conversation, and each provider allows its own characters and length. The same id always gives the same.
pub(crate) fn portable_id(id: &str, longest: usize) -> String {
    let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if plain && (1..=longest).contains(&id.len()) {
        return id.to_owned();
    }
    let hash = Sha256::digest(id.as_bytes());
    hash.iter().map(|byte| char::from(b'a' + byte % 26)).take(longest.min(20)).collect()
}

/// A tool's arguments as JSON, which models do not always write.
pub(crate) fn arguments_object(arguments: &str) -> serde_json::Value {
    match serde_json::from_str(arguments) {
        Ok(serde_json::Value::Object(object)) => object.into(),
        Ok(serde_json::Value::Null) | Err(_) if arguments.trim().is_empty() => serde_json::json!({}),
        Ok(other) => serde_json::json!({ "value": other }),
        Err(_) => serde_json::json!({ "value": arguments }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_reply_only_if_it_says_something() {
        let text = |content: &str, finish| Answer { content: content.into(), finish, ..Answer::default() }.reply("m");
        assert_eq!(text("hi", None).unwrap().finish, FinishReason::Stop);
        assert_eq!(text("hi", Some(FinishReason::Length)).unwrap().finish, FinishReason::Length);
        assert_eq!(text("hi", Some(FinishReason::ToolCalls)).unwrap().finish, FinishReason::Stop);
        assert!(matches!(text(" \n", Some(FinishReason::Stop)), Err(Failure::Unusable(_))));
        assert!(matches!(text("", Some(FinishReason::ContentFilter)), Err(Failure::Refused(_))));
        assert!(matches!(text("", Some(FinishReason::Length)), Err(Failure::Unusable(why)) if why.contains("limit")));
        let call = ToolCall { id: "1".into(), name: "n".into(), arguments: "{}".into() };
        let calls = Answer { tool_calls: vec![call], finish: Some(FinishReason::Stop), ..Answer::default() };
        assert_eq!(calls.reply("m").unwrap().finish, FinishReason::ToolCalls);
    }

    #[test]
    fn ids_travel_between_providers() {
        assert_eq!(portable_id("call_abc-1", 40), "call_abc-1");
        let id = portable_id("weather#sig==", 40);
        assert_eq!((id.len(), id.chars().all(|c| c.is_ascii_lowercase())), (20, true));
        assert_eq!(id, portable_id("weather#sig==", 40));
        assert_eq!(portable_id("call_abcdefghij", 9).len(), 9);
        assert_eq!(portable_id("", 40).len(), 20);
    }

    #[test]
    fn arguments_are_always_an_object() {
        assert_eq!(arguments_object(r#"{"a": 1}"#), serde_json::json!({"a": 1}));
        assert_eq!(arguments_object(" "), serde_json::json!({}));
        assert_eq!(arguments_object("[1]"), serde_json::json!({"value": [1]}));
        assert_eq!(arguments_object("{oops"), serde_json::json!({"value": "{oops"}));
    }

    #[test]
    fn no_password_in_errors() {
        let wrong = address("openai", "https://me:hunter2@x.y").unwrap_err().to_string();
        assert!(!wrong.contains("hunter2"), "{wrong}");
    }
}
