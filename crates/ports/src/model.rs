//! The chat-model port: messages in, a reply out, whole or streamed.

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// The result of a tool.
    Tool,
}

/// A call the model wants made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The provider's name for this call.
    pub id: String,
    /// Which tool.
    pub name: String,
    /// Its arguments as the model wrote them: JSON, if the model is well-behaved.
    pub arguments: String,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Whose.
    pub role: Role,
    /// Its text.
    pub content: String,
    /// Calls the assistant wanted made with this message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// For a tool's message: the call it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
}

impl ChatMessage {
    /// A plain message.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into(), tool_calls: Vec::new(), tool_call_id: None }
    }
}

/// A tool the model may ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Its name: letters, digits, `_` and `-`.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// JSON Schema of its arguments.
    pub parameters: serde_json::Value,
}

/// What is asked of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatRequest {
    /// The conversation. System messages come first.
    pub messages: Vec<ChatMessage>,
    /// Tools it may ask for.
    pub tools: Vec<ToolSpec>,
    /// 0..2; none leaves it to the role's configuration.
    pub temperature: Option<f64>,
    /// The most tokens of the reply; none leaves it to the role's configuration.
    pub max_tokens: Option<u32>,
    /// The reply is to be one JSON object.
    pub json: bool,
}

/// Tokens as the model counted them; zeros where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Of the prompt.
    pub prompt_tokens: u64,
    /// Of the prompt, those that came from the provider's cache.
    pub cached_tokens: u64,
    /// Of the reply.
    pub completion_tokens: u64,
}

/// Why the model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// It was done.
    Stop,
    /// It ran into the token limit.
    Length,
    /// It wants tools called.
    ToolCalls,
    /// The provider's filter stopped it.
    ContentFilter,
}

/// One try that failed before another model answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// `provider:model`.
    pub model: String,
    /// What went wrong, fit for a person's eyes.
    pub error: String,
}

/// A whole reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatReply {
    /// Its text. May be empty only if there are tool calls.
    pub content: String,
    /// Calls it wants made.
    pub tool_calls: Vec<ToolCall>,
    /// Why it stopped.
    pub finish: FinishReason,
    /// Tokens.
    pub usage: Usage,
    /// `provider:model` that answered.
    pub model: String,
    /// Those that were asked before it and failed.
    pub failed: Vec<Attempt>,
}

/// A piece of a streamed reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatDelta {
    /// More text.
    Text(String),
    /// A whole tool call (pieces are put together by the adapter).
    ToolCall(ToolCall),
    /// The model broke off and another begins anew: what has been said is void.
    Restart(Attempt),
    /// The end. Always the last, and always there unless the stream ends with an error.
    Done {
        /// Why it stopped.
        finish: FinishReason,
        /// Tokens.
        usage: Usage,
        /// `provider:model` that answered.
        model: String,
        /// Those that were asked before it and failed, [`ChatDelta::Restart`]s included.
        failed: Vec<Attempt>,
    },
}

/// A reply as it comes. An error is the last item.
pub type ChatStream = BoxStream<'static, Result<ChatDelta, ModelError>>;

/// What a model is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// `provider:model` (`openai:gpt-5-mini`); for a chain, its parts joined by ` > `.
    pub name: String,
    /// Do messages leave this machine?
    pub remote: bool,
    /// How many tokens prompt and reply may have together.
    pub context_tokens: u32,
}

/// Why there is no reply.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Not reached, or it broke off (DNS, connect, reset, 5xx, a stream that ends too early).
    #[error("{model} does not answer: {detail}")]
    Unavailable {
        /// Which.
        model: String,
        /// What was seen.
        detail: String,
    },
    /// It took too long.
    #[error("{model} did not answer within {after:?}")]
    Timeout {
        /// Which.
        model: String,
        /// How long was waited.
        after: Duration,
    },
    /// Too many requests, or the quota is used up.
    #[error("{model} is over its limit")]
    RateLimited {
        /// Which.
        model: String,
        /// When to try again, if it said so.
        retry_after: Option<Duration>,
    },
    /// The key is missing, wrong or not allowed.
    #[error("{model} does not accept the key: {detail}")]
    Unauthorized {
        /// Which.
        model: String,
        /// What was seen.
        detail: String,
    },
    /// The request is wrong in its eyes (an unknown model, too long a prompt).
    #[error("{model} refused the request: {detail}")]
    Refused {
        /// Which.
        model: String,
        /// What was seen.
        detail: String,
    },
    /// It answered, but not with a reply (HTML, half a JSON, nothing at all).
    #[error("{model} gave an unusable answer: {detail}")]
    Unusable {
        /// Which.
        model: String,
        /// What was seen.
        detail: String,
    },
    /// It was not asked, because it has just failed too often.
    #[error("{model} is resting after repeated failures")]
    Resting {
        /// Which.
        model: String,
    },
    /// Every model of the chain failed.
    #[error("no model answered ({} tried)", .0.len())]
    Exhausted(Vec<Attempt>),
}

impl ModelError {
    /// Is the same call to the same model worth another try, soon?
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Timeout { .. } | Self::RateLimited { .. })
    }
}

/// A chat model, or a chain of them.
///
/// # Contract
/// A reply is never empty: a model that says nothing and wants no tool gives [`ModelError::Unusable`]. Dropping
/// a stream stops the model. Every call ends within its configured timeout (for a stream: to the first piece,
/// and between pieces).
#[async_trait]
pub trait ChatModel: Send + Sync + 'static {
    /// What it is.
    fn info(&self) -> &ModelInfo;

    /// The whole reply.
    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, ModelError>;

    /// The reply as it comes. An error here means that nothing was said yet.
    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ModelError>;
}
