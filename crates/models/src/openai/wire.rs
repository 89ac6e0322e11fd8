//! Chat completions on the wire: what is sent, and what comes back, read leniently.

use super::quirks::Quirks;
use crate::client::{Answer, ClientConfig, portable_id};
use crate::failure::{ErrorObject, Failure};
use crate::sse::Event;
use crate::streaming::{Dialect, Piece};
use philia_ports::model::{ChatMessage, ChatRequest, FinishReason, Role, ToolCall, Usage};
use serde_json::{Map, Value, json};

/// The body of a request.
pub(super) fn body(config: &ClientConfig, request: &ChatRequest, stream: bool, quirks: &Quirks) -> Value {
    let messages: Vec<Value> = request.messages.iter().map(|m| message(m, quirks)).collect();
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set("model", config.model.clone().into());
    set("messages", messages.into());
    if let Some(temperature) = request.temperature.or(config.temperature).filter(|_| quirks.takes_temperature()) {
        set("temperature", temperature.into());
    }
    if let Some(limit) = request.max_tokens.or(config.max_tokens) {
        set(quirks.limit_name(), limit.into());
    }
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            let function = json!({"name": tool.name, "description": tool.description, "parameters": tool.parameters});
            json!({"type": "function", "function": function})
        });
        set("tools", tools.collect());
        if !quirks.reasons_with_tools() {
            set("reasoning_effort", "none".into());
        }
    }
    if request.json && quirks.takes_response_format() {
        set("response_format", json!({"type": "json_object"}));
    }
    if stream {
        set("stream", true.into());
        if quirks.takes_stream_options() {
            set("stream_options", json!({"include_usage": true}));
        }
    }
    body.into()
}

fn message(message: &ChatMessage, quirks: &Quirks) -> Value {
    match message.role {
        Role::System => json!({"role": "system", "content": message.content}),
        Role::User => json!({"role": "user", "content": message.content}),
        Role::Assistant if message.tool_calls.is_empty() => json!({"role": "assistant", "content": message.content}),
        Role::Assistant => {
            let calls = message.tool_calls.iter().map(|call| {
                let function = json!({"name": call.name, "arguments": call.arguments});
                json!({"id": portable_id(&call.id, quirks.longest_id), "type": "function", "function": function})
            });
            let content = if message.content.is_empty() { Value::Null } else { message.content.clone().into() };
            json!({"role": "assistant", "content": content, "tool_calls": calls.collect::<Vec<_>>()})
        }
        Role::Tool => {
            let id = portable_id(message.tool_call_id.as_deref().unwrap_or_default(), quirks.longest_id);
            json!({"role": "tool", "tool_call_id": id, "content": message.content})
        }
    }
}

/// Reads a whole answer.
pub(super) fn answer(answer: Value) -> Result<Answer, Failure> {
    if let Some(error) = ErrorObject::find(&answer) {
        return Err(Failure::of_error_object(&error));
    }
    let choice = answer.pointer("/choices/0").ok_or_else(|| Failure::Unusable("an answer without choices".into()))?;
    let message = choice.get("message").unwrap_or(&Value::Null);
    let calls = message.get("tool_calls").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let tool_calls = calls.iter().enumerate().filter_map(|(number, call)| whole_call(number, call)).collect();
    let mut content = text(message.get("content"));
    let mut finish = choice.get("finish_reason").and_then(finish_reason);
    if content.is_empty() {
        let refusal = text(message.get("refusal"));
        if !refusal.is_empty() {
            (content, finish) = (refusal, Some(FinishReason::ContentFilter));
        }
    }
    Ok(Answer { content, tool_calls, finish, usage: usage(&answer).unwrap_or_default() })
}

fn whole_call(number: usize, call: &Value) -> Option<ToolCall> {
    let function = call.get("function")?;
    let name = function.get("name")?.as_str().filter(|name| !name.is_empty())?.to_owned();
    let id = call.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
    let arguments = arguments(function.get("arguments"));
    let arguments = if arguments.trim().is_empty() { "{}".to_owned() } else { arguments };
    Some(ToolCall { id: id.map_or_else(|| format!("call_{number}"), str::to_owned), name, arguments })
}

/// Arguments are a string of JSON; some send the JSON itself.
fn arguments(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Text as a string, as nothing, or in parts.
fn text(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts
            .iter()
            .filter(|part| part.get("type").and_then(Value::as_str).is_none_or(|kind| kind.ends_with("text")))
            .filter_map(|part| part.as_str().or_else(|| part.get("text")?.as_str()))
            .collect(),
        _ => String::new(),
    }
}

fn finish_reason(reason: &Value) -> Option<FinishReason> {
    Some(match reason.as_str()? {
        "" => return None,
        "length" | "max_tokens" | "model_length" => FinishReason::Length,
        "tool_calls" | "function_call" => FinishReason::ToolCalls,
        "content_filter" | "safety" => FinishReason::ContentFilter,
        // `stop`, `eos`, `end_turn` and whatever comes next year.
        _ => FinishReason::Stop,
    })
}

fn usage(answer: &Value) -> Option<Usage> {
    let usage = answer.get("usage").or_else(|| answer.pointer("/x_groq/usage")).filter(|usage| usage.is_object())?;
    let count = |path: &str| usage.pointer(path).and_then(Value::as_u64);
    Some(Usage {
        prompt_tokens: count("/prompt_tokens").unwrap_or_default(),
        // DeepSeek has a name of its own.
        cached_tokens: count("/prompt_tokens_details/cached_tokens")
            .or_else(|| count("/prompt_cache_hit_tokens"))
            .unwrap_or_default(),
        completion_tokens: count("/completion_tokens").unwrap_or_default(),
    })
}

/// A stream of chunks.
pub(super) struct Chunks;

impl Dialect for Chunks {
    fn whole(&self, whole: Value) -> Result<Answer, Failure> {
        answer(whole)
    }

    fn event(&mut self, event: &Event) -> Result<Vec<Piece>, Failure> {
        let data = event.data.trim();
        if data == "[DONE]" {
            return Ok(vec![Piece::End]);
        }
        if data.is_empty() {
            return Ok(Vec::new());
        }
        let chunk: Value =
            serde_json::from_str(data).map_err(|e| Failure::Unusable(format!("a piece that is no JSON ({e})")))?;
        if let Some(error) = ErrorObject::find(&chunk) {
            return Err(Failure::of_error_object(&error));
        }
        if event.name == "error" {
            return Err(Failure::of_error_object(&ErrorObject::read(data.as_bytes())));
        }
        let mut pieces = Vec::new();
        pieces.extend(usage(&chunk).map(Piece::Usage));
        let Some(choice) = chunk.pointer("/choices/0") else { return Ok(pieces) };
        // A few send `message` where `delta` belongs.
        let delta = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        pieces.push(Piece::Text(text(delta.get("content"))));
        pieces.push(Piece::Text(text(delta.get("refusal"))));
        let calls = delta.get("tool_calls").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for call in calls {
            let string = |path: &str| call.pointer(path).and_then(Value::as_str).map(str::to_owned);
            pieces.push(Piece::Call {
                slot: call.get("index").and_then(Value::as_u64),
                id: string("/id"),
                name: string("/function/name"),
                arguments: arguments(call.pointer("/function/arguments")),
            });
        }
        pieces.extend(choice.get("finish_reason").and_then(finish_reason).map(Piece::Finish));
        Ok(pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_but_honest_answers_are_understood() {
        let read = |value: Value| answer(value).unwrap();
        let parts = json!({"choices": [{"message": {"content": [{"type": "text", "text": "Hel"}, {"type": "output_text", "text": "lo"}, {"type": "reasoning", "text": "hm"}]}}]});
        assert_eq!(read(parts).content, "Hello");
        let odd = json!({"id": 7, "surprise": {}, "choices": [{"finish_reason": "banana", "message": {"content": "Hi", "reasoning_content": "secret"}}], "usage": null});
        let odd = read(odd);
        assert_eq!((odd.content.as_str(), odd.finish, odd.usage), ("Hi", Some(FinishReason::Stop), Usage::default()));
        let null = json!({"choices": [{"message": {"content": null, "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}}]});
        assert_eq!(
            read(null).tool_calls,
            [ToolCall { id: "call_0".into(), name: "f".into(), arguments: r#"{"a":1}"#.into() }]
        );
        let refusal = json!({"choices": [{"message": {"content": null, "refusal": "I will not"}}]});
        assert_eq!(read(refusal).finish, Some(FinishReason::ContentFilter));
    }

    #[test]
    fn answers_without_a_choice_are_unusable() {
        for value in [json!({}), json!({"choices": []}), json!([]), json!("hello"), json!(null)] {
            assert!(matches!(answer(value), Err(Failure::Unusable(_))));
        }
    }

    #[test]
    fn counts_come_under_several_names() {
        let of = |value: Value| usage(&value).unwrap();
        let openai = json!({"usage": {"prompt_tokens": 9, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 4}}});
        assert_eq!(of(openai), Usage { prompt_tokens: 9, cached_tokens: 4, completion_tokens: 3 });
        assert_eq!(of(json!({"usage": {"prompt_cache_hit_tokens": 2}})).cached_tokens, 2);
        assert_eq!(of(json!({"x_groq": {"usage": {"prompt_tokens": 5}}})).prompt_tokens, 5);
    }
}
