//! What a client of OpenAI's asks: its request, read into what the companion takes up.

use super::CHOSEN;
use crate::problem::Problem;
use axum::http::HeaderMap;
use philia_companion::turn::{Brought, Resent};
use philia_mind::ThreadId;
use philia_ports::model::{ChatMessage, Role, ToolCall, ToolSpec};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// A request. What is not named here is read past.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChatCompletionRequest)]
pub(crate) struct Asked {
    /// A character's id, or `philia` for whomever the person has chosen.
    pub(super) model: String,
    /// The conversation. Its last message is the user's, or a tool's result.
    #[schema(min_items = 1)]
    messages: Vec<Message>,
    /// As events, as it comes.
    #[serde(default)]
    pub(super) stream: Option<bool>,
    #[serde(default)]
    pub(super) stream_options: Option<StreamOptions>,
    /// `false`: nothing of this is kept.
    #[serde(default)]
    store: Option<bool>,
    /// 0..=2.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 2)]
    temperature: Option<f64>,
    #[serde(default)]
    #[schema(minimum = 1)]
    max_tokens: Option<u32>,
    #[serde(default)]
    #[schema(minimum = 1)]
    max_completion_tokens: Option<u32>,
    /// Tools the model may want called; the client calls them.
    #[serde(default)]
    tools: Option<Vec<Tool>>,
    /// `none`, or `auto`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    tool_choice: Option<Value>,
    /// `{"type": "json_object"}`, or a schema.
    #[serde(default)]
    response_format: Option<Format>,
    /// Only 1.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1)]
    n: Option<u32>,
    /// `conversation_id` names the thread.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// Whose conversation it is.
    #[serde(default)]
    #[schema(ignore)]
    pub(super) user: Option<String>,
}

/// How it is streamed.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChatStreamOptions)]
pub(crate) struct StreamOptions {
    /// Also a last piece with the tokens.
    #[serde(default)]
    pub(super) include_usage: Option<bool>,
}

/// One message.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChatMessage)]
pub(crate) struct Message {
    role: Speaker,
    #[serde(default)]
    content: Option<Content>,
    #[serde(default)]
    tool_calls: Option<Vec<Call>>,
    #[serde(default)]
    tool_call_id: Option<String>,
}

/// Whose it is.
#[derive(Clone, Copy, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ChatRole)]
pub(crate) enum Speaker {
    System,
    Developer,
    User,
    Assistant,
    Tool,
}

/// Text, whole or in parts.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ChatContent)]
pub(crate) enum Content {
    /// Whole.
    Text(String),
    /// In parts.
    Parts(Vec<Part>),
}

/// A part of a message.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChatPart)]
pub(crate) struct Part {
    #[serde(rename = "type")]
    #[schema(pattern = "^(text|refusal)$")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

/// A call of a tool.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChatToolCall)]
pub(crate) struct Call {
    id: String,
    function: Called,
}

/// What is called.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChatCalled)]
pub(crate) struct Called {
    name: String,
    #[serde(default)]
    arguments: String,
}

/// A tool.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChatTool)]
pub(crate) struct Tool {
    #[serde(rename = "type")]
    #[schema(pattern = "^function$")]
    kind: String,
    #[serde(default)]
    function: Option<Function>,
}

/// A function.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChatFunction)]
pub(crate) struct Function {
    /// Letters, digits, `_` and `-`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_-]+$")]
    name: String,
    #[serde(default)]
    description: Option<String>,
    /// JSON Schema of its arguments.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    parameters: Option<Map<String, Value>>,
}

/// What the reply is to look like.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChatFormat)]
pub(crate) struct Format {
    #[serde(rename = "type")]
    #[schema(pattern = "^(text|json_object|json_schema)$")]
    kind: String,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    json_schema: Option<Map<String, Value>>,
}

impl Asked {
    /// What the companion takes up.
    ///
    /// # Errors
    /// What is not read here: pictures, several answers, a tool that must be called.
    pub(super) fn resent(self, headers: &HeaderMap) -> Result<Resent, Problem> {
        if self.n.is_some_and(|n| n != 1) {
            return Err(Problem::invalid("n: only one answer at a time is given"));
        }
        let json = self.response_format.as_ref().is_some_and(|format| format.kind.starts_with("json"));
        let schema = self.response_format.and_then(|format| format.json_schema);
        let instructions = schema.map(|schema| format!("Answer with a JSON object of this schema: {}", json!(schema)));
        let named = text_header(headers, "x-philia-conversation")?;
        let in_metadata = self.metadata.as_ref().and_then(|with| with.get("conversation_id")?.as_str());
        let unrecorded = match text_header(headers, "x-philia-store")?.as_deref() {
            None => self.store == Some(false),
            Some("true") => false,
            Some("false") => true,
            Some(other) => {
                return Err(Problem::invalid(format!("X-Philia-Store: {other:?} is neither true nor false")));
            }
        };
        Ok(Resent {
            messages: self.messages.into_iter().map(Message::read).collect::<Result<_, _>>()?,
            thread: named.or_else(|| in_metadata.map(str::to_owned)).map(ThreadId::new),
            again: text_header(headers, "x-stainless-retry-count")?.is_some_and(|count| count != "0"),
            persona: Some(self.model).filter(|model| model != CHOSEN),
            unrecorded,
            with: Brought {
                instructions: instructions.into_iter().collect(),
                tools: offered(self.tools.unwrap_or_default(), self.tool_choice.as_ref())?,
                temperature: self.temperature.map(|t| t.clamp(0.0, 2.0)),
                max_tokens: self.max_completion_tokens.or(self.max_tokens),
                json,
                ..Brought::default()
            },
        })
    }
}

impl Message {
    fn read(self) -> Result<ChatMessage, Problem> {
        let role = match self.role {
            Speaker::System | Speaker::Developer => Role::System,
            Speaker::User => Role::User,
            Speaker::Assistant => Role::Assistant,
            Speaker::Tool => Role::Tool,
        };
        let calls = self.tool_calls.unwrap_or_default().into_iter();
        let call = |Call { id, function: Called { name, arguments } }| ToolCall { id, name, arguments };
        Ok(ChatMessage {
            role,
            content: self.content.map(Content::read).transpose()?.unwrap_or_default(),
            tool_calls: calls.map(call).collect(),
            tool_call_id: self.tool_call_id,
        })
    }
}

impl Content {
    fn read(self) -> Result<String, Problem> {
        let parts = match self {
            Self::Text(text) => return Ok(text),
            Self::Parts(parts) => parts,
        };
        let texts = parts.into_iter().map(|part| match part.kind.as_str() {
            "text" | "input_text" => Ok(part.text.unwrap_or_default()),
            "refusal" => Ok(part.refusal.unwrap_or_default()),
            other => Err(Problem::invalid(format!("content: only text is read here, and no {other}"))),
        });
        Ok(texts.collect::<Result<Vec<_>, _>>()?.join("\n"))
    }
}

/// The tools that the model may want called.
fn offered(tools: Vec<Tool>, choice: Option<&Value>) -> Result<Vec<ToolSpec>, Problem> {
    match choice.map(|choice| choice.as_str().unwrap_or("one of them")) {
        None | Some("auto") => {}
        Some("none") => return Ok(Vec::new()),
        Some(other) => {
            return Err(Problem::invalid(format!(
                "tool_choice: it cannot be had that {other} is called; allowed: auto, none"
            )));
        }
    }
    let tools = tools.into_iter().map(|tool| match tool.function {
        Some(Function { name, description, parameters }) if tool.kind == "function" => Ok(ToolSpec {
            name,
            description: description.unwrap_or_default(),
            parameters: parameters.map_or_else(|| json!({ "type": "object", "properties": {} }), Value::Object),
        }),
        _ => Err(Problem::invalid(format!(
            "tools: {:?} is no kind of tool that is known here; allowed: function",
            tool.kind
        ))),
    });
    tools.collect()
}

fn text_header(headers: &HeaderMap, name: &'static str) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes());
    text.map(|text| Some(text.to_owned())).map_err(|_| Problem::malformed(format!("the header {name} is not UTF-8")))
}
