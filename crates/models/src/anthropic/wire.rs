//! Messages on the wire: the system prompt apart, turns that alternate, content in blocks.

use crate::client::{Answer, ClientConfig, arguments_object, portable_id};
use crate::failure::{ErrorObject, Failure};
use crate::sse::Event;
use crate::streaming::{Dialect, Piece};
use philia_ports::model::{ChatMessage, ChatRequest, FinishReason, Role, ToolCall, Usage};
use serde_json::{Map, Value, json};

/// The API wants a limit. Thinking counts against it, so it is generous; what is not used costs nothing.
const DEFAULT_LIMIT: u32 = 8192;
/// Tool call ids may be so long here.
const LONGEST_ID: usize = 64;
/// What stands where the API wants a turn of the person's and there is none.
const SILENCE: &str = "…";

/// The body of a request.
pub(super) fn body(config: &ClientConfig, request: &ChatRequest, stream: bool, takes_temperature: bool) -> Value {
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set("model", config.model.clone().into());
    set("max_tokens", request.max_tokens.or(config.max_tokens).unwrap_or(DEFAULT_LIMIT).into());
    let system = system(request);
    if !system.is_empty() {
        set("system", system.into());
    }
    set("messages", turns(&request.messages).into());
    if let Some(temperature) = request.temperature.or(config.temperature).filter(|_| takes_temperature) {
        // The scale ends at 1 here.
        set("temperature", temperature.clamp(0.0, 1.0).into());
    }
    if !request.tools.is_empty() {
        let tools = request
            .tools
            .iter()
            .map(|tool| json!({"name": tool.name, "description": tool.description, "input_schema": tool.parameters}));
        set("tools", tools.collect());
    }
    if stream {
        set("stream", true.into());
    }
    body.into()
}

/// System messages as blocks. The first is the stable prefix (who the companion is) and is marked for the provider's
/// cache, together with the tools, which stand before it there.
fn system(request: &ChatRequest) -> Vec<Value> {
    let texts = request.messages.iter().filter(|m| m.role == Role::System).map(|m| m.content.trim());
    let json = request.json.then_some("Answer with one JSON object and nothing else.");
    let texts = texts.filter(|text| !text.is_empty()).chain(json);
    let mut blocks: Vec<Value> = texts.map(|text| json!({"type": "text", "text": text})).collect();
    if let Some(first) = blocks.first_mut() {
        first["cache_control"] = json!({"type": "ephemeral"});
    }
    blocks
}

/// Turns of person and model in alternation, the person's first and last.
fn turns(messages: &[ChatMessage]) -> Vec<Value> {
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages.iter().filter(|m| m.role != Role::System) {
        let role = if message.role == Role::Assistant { "assistant" } else { "user" };
        let blocks = blocks(message);
        match turns.last_mut() {
            _ if blocks.is_empty() => {}
            Some((last, known)) if *last == role => known.extend(blocks),
            _ => turns.push((role, blocks)),
        }
    }
    let silence = || ("user", vec![json!({"type": "text", "text": SILENCE})]);
    if turns.first().is_none_or(|(role, _)| *role != "user") {
        turns.insert(0, silence());
    }
    if turns.last().is_some_and(|(role, _)| *role != "user") {
        turns.push(silence());
    }
    turns.into_iter().map(|(role, content)| json!({"role": role, "content": content})).collect()
}

fn blocks(message: &ChatMessage) -> Vec<Value> {
    if message.role == Role::Tool {
        let id = portable_id(message.tool_call_id.as_deref().unwrap_or_default(), LONGEST_ID);
        return vec![json!({"type": "tool_result", "tool_use_id": id, "content": message.content})];
    }
    let text = (!message.content.trim().is_empty()).then(|| json!({"type": "text", "text": message.content}));
    let calls = message.tool_calls.iter().map(|call| {
        let id = portable_id(&call.id, LONGEST_ID);
        json!({"type": "tool_use", "id": id, "name": call.name, "input": arguments_object(&call.arguments)})
    });
    text.into_iter().chain(calls).collect()
}

/// Reads a whole answer.
pub(super) fn answer(answer: &Value) -> Result<Answer, Failure> {
    if let Some(error) = ErrorObject::find(answer) {
        return Err(Failure::of_error_object(&error));
    }
    let blocks = answer.get("content").and_then(Value::as_array);
    let blocks = blocks.ok_or_else(|| Failure::Unusable("an answer without content".into()))?;
    let mut read = Answer { usage: usage(answer.get("usage")), finish: finish(answer), ..Answer::default() };
    for block in blocks {
        let string = |name: &str| block.get(name).and_then(Value::as_str).unwrap_or_default();
        match string("type") {
            "text" => read.content.push_str(string("text")),
            "tool_use" => read.tool_calls.push(ToolCall {
                id: string("id").to_owned(),
                name: string("name").to_owned(),
                arguments: block.get("input").map_or_else(|| "{}".to_owned(), Value::to_string),
            }),
            // Thinking, and what else there will be.
            _ => {}
        }
    }
    Ok(read)
}

fn finish(holder: &Value) -> Option<FinishReason> {
    Some(match holder.get("stop_reason")?.as_str()? {
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "tool_use" => FinishReason::ToolCalls,
        "refusal" => FinishReason::ContentFilter,
        _ => FinishReason::Stop,
    })
}

/// Prompt tokens are counted in three parts here: read from the cache, written to it, and the rest.
fn usage(usage: Option<&Value>) -> Usage {
    let count = |name: &str| usage.and_then(|u| u.get(name)?.as_u64()).unwrap_or_default();
    let cached = count("cache_read_input_tokens");
    Usage {
        prompt_tokens: count("input_tokens") + count("cache_creation_input_tokens") + cached,
        cached_tokens: cached,
        completion_tokens: count("output_tokens"),
    }
}

/// A stream of named events.
pub(super) struct Events;

impl Dialect for Events {
    fn whole(&self, whole: Value) -> Result<Answer, Failure> {
        answer(&whole)
    }

    fn event(&mut self, event: &Event) -> Result<Vec<Piece>, Failure> {
        if event.data.trim().is_empty() {
            return Ok(Vec::new());
        }
        let data: Value = serde_json::from_str(&event.data)
            .map_err(|e| Failure::Unusable(format!("a piece that is no JSON ({e})")))?;
        if let Some(error) = ErrorObject::find(&data) {
            return Err(Failure::of_error_object(&error));
        }
        let string = |path: &str| data.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let slot = data.get("index").and_then(Value::as_u64);
        let kind = data.get("type").and_then(Value::as_str).unwrap_or(&event.name);
        Ok(match kind {
            "message_start" => vec![Piece::Usage(usage(data.pointer("/message/usage")))],
            "content_block_start" if string("/content_block/type").as_deref() == Some("tool_use") => {
                let (id, name) = (string("/content_block/id"), string("/content_block/name"));
                vec![Piece::Call { slot, id, name, arguments: String::new() }]
            }
            "content_block_start" => string("/content_block/text").map(Piece::Text).into_iter().collect(),
            "content_block_delta" => match string("/delta/type").as_deref() {
                Some("text_delta") => string("/delta/text").map(Piece::Text).into_iter().collect(),
                Some("input_json_delta") => {
                    let arguments = string("/delta/partial_json").unwrap_or_default();
                    vec![Piece::Call { slot, id: None, name: None, arguments }]
                }
                _ => Vec::new(),
            },
            "message_delta" => {
                let count = Piece::Usage(usage(data.get("usage")));
                let reason = data.get("delta").and_then(finish).map(Piece::Finish);
                std::iter::once(count).chain(reason).collect()
            }
            "message_stop" => vec![Piece::End],
            // `ping`, `content_block_stop` and what else there will be.
            _ => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use philia_ports::model::ToolSpec;
    use std::time::Duration;

    fn config() -> ClientConfig {
        ClientConfig {
            provider: "anthropic".into(),
            base_url: "https://x.y".into(),
            api_key: None,
            model: "m".into(),
            temperature: Some(1.7),
            max_tokens: None,
            timeout: Duration::from_secs(1),
            idle_timeout: Duration::from_secs(1),
            context_tokens: 1000,
        }
    }

    #[test]
    fn the_conversation_is_put_into_the_shape_the_api_wants() {
        let mut calling = ChatMessage::new(Role::Assistant, "");
        calling.tool_calls = vec![
            ToolCall { id: "a#1".into(), name: "f".into(), arguments: "{\"x\":1}".into() },
            ToolCall { id: "b".into(), name: "g".into(), arguments: String::new() },
        ];
        let mut results = [ChatMessage::new(Role::Tool, "one"), ChatMessage::new(Role::Tool, "two")];
        results[0].tool_call_id = Some("a#1".into());
        results[1].tool_call_id = Some("b".into());
        let [one, two] = results;
        let request = ChatRequest {
            messages: vec![
                ChatMessage::new(Role::System, "stable"),
                ChatMessage::new(Role::System, "volatile"),
                ChatMessage::new(Role::Assistant, "Hello!"),
                ChatMessage::new(Role::User, "Hi"),
                ChatMessage::new(Role::User, ""),
                ChatMessage::new(Role::User, "Weather?"),
                calling,
                one,
                two,
                ChatMessage::new(Role::Assistant, "It rains."),
            ],
            tools: vec![ToolSpec { name: "f".into(), description: "d".into(), parameters: json!({"type": "object"}) }],
            json: true,
            ..ChatRequest::default()
        };
        let body = body(&config(), &request, true, true);
        assert_eq!(
            body["system"][0],
            json!({"type": "text", "text": "stable", "cache_control": {"type": "ephemeral"}})
        );
        assert_eq!(body["system"][1], json!({"type": "text", "text": "volatile"}));
        assert!(body["system"][2]["text"].as_str().unwrap().contains("JSON"));
        assert_eq!(body["temperature"], 1.0);
        assert_eq!(body["max_tokens"], 8192);
        let roles: Vec<_> = body["messages"].as_array().unwrap().iter().map(|m| m["role"].as_str().unwrap()).collect();
        assert_eq!(roles, ["user", "assistant", "user", "assistant", "user", "assistant", "user"]);
        assert_eq!(body["messages"][2]["content"].as_array().unwrap().len(), 2);
        let use_ = &body["messages"][3]["content"][0];
        let result = &body["messages"][4]["content"][0];
        assert_eq!((&use_["type"], &use_["input"]), (&json!("tool_use"), &json!({"x": 1})));
        assert_eq!(use_["id"], result["tool_use_id"]);
        assert_eq!(body["messages"][4]["content"][1]["content"], "two");
    }

    #[test]
    fn a_conversation_of_nothing_still_has_a_turn() {
        assert_eq!(turns(&[]).len(), 1);
        assert_eq!(turns(&[ChatMessage::new(Role::System, "s")])[0]["role"], "user");
    }
}
