//! `generateContent` on the wire: contents of parts, functions, safety verdicts.

use crate::client::{Answer, ClientConfig, arguments_object};
use crate::failure::{ErrorObject, Failure};
use crate::sse::Event;
use crate::streaming::{Dialect, Piece};
use philia_ports::model::{ChatMessage, ChatRequest, FinishReason, Role, ToolCall, Usage};
use serde_json::{Map, Value, json};

/// Between a call's id and the signature of the thought behind it. The models want the signature back with the
/// call, and an id is all of a call that comes back to us unchanged.
const SIGNATURE: &str = "#thought=";
/// What Google lets stand for the signature of a call that another model made.
const FOREIGN: &str = "skip_thought_signature_validator";
/// What stands where the API wants a turn of the person's and there is none.
const SILENCE: &str = "…";

/// The body of a request.
pub(super) fn body(config: &ClientConfig, request: &ChatRequest) -> Value {
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    let system: Vec<Value> = request
        .messages
        .iter()
        .filter(|m| m.role == Role::System && !m.content.trim().is_empty())
        .map(|m| json!({"text": m.content}))
        .collect();
    if !system.is_empty() {
        set("system_instruction", json!({"parts": system}));
    }
    set("contents", contents(&request.messages).into());
    if !request.tools.is_empty() {
        let functions: Vec<Value> = request
            .tools
            .iter()
            .map(|t| json!({"name": t.name, "description": t.description, "parametersJsonSchema": t.parameters}))
            .collect();
        set("tools", json!([{"functionDeclarations": functions}]));
    }
    let mut generation = Map::new();
    if let Some(temperature) = request.temperature.or(config.temperature) {
        generation.insert("temperature".into(), temperature.into());
    }
    if let Some(limit) = request.max_tokens.or(config.max_tokens) {
        generation.insert("maxOutputTokens".into(), limit.into());
    }
    if request.json && request.tools.is_empty() {
        generation.insert("responseMimeType".into(), "application/json".into());
    }
    if !generation.is_empty() {
        set("generationConfig", generation.into());
    }
    body.into()
}

/// Turns in alternation, the person's first and last. A tool's result is told by the name of the tool.
fn contents(messages: &[ChatMessage]) -> Vec<Value> {
    let mut calls: Vec<&ToolCall> = Vec::new();
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages.iter().filter(|m| m.role != Role::System) {
        let role = if message.role == Role::Assistant { "model" } else { "user" };
        calls.extend(&message.tool_calls);
        let parts = match message.role {
            Role::Tool => {
                // The latest, because the ids we give where there are none begin anew in every answer.
                let call = calls.iter().rev().find(|call| Some(&call.id) == message.tool_call_id.as_ref());
                let name = call.map_or("tool", |call| call.name.as_str());
                let response = json!({"name": name, "response": {"result": message.content}});
                vec![json!({"functionResponse": response})]
            }
            _ => parts(message),
        };
        match turns.last_mut() {
            _ if parts.is_empty() => {}
            Some((last, known)) if *last == role => known.extend(parts),
            _ => turns.push((role, parts)),
        }
    }
    let silence = || ("user", vec![json!({"text": SILENCE})]);
    if turns.first().is_none_or(|(role, _)| *role != "user") {
        turns.insert(0, silence());
    }
    if turns.last().is_some_and(|(role, _)| *role != "user") {
        turns.push(silence());
    }
    turns.into_iter().map(|(role, parts)| json!({"role": role, "parts": parts})).collect()
}

fn parts(message: &ChatMessage) -> Vec<Value> {
    let text = (!message.content.trim().is_empty()).then(|| json!({"text": message.content}));
    let calls = message.tool_calls.iter().enumerate().map(|(number, call)| {
        let mut part = json!({"functionCall": {"name": call.name, "args": arguments_object(&call.arguments)}});
        // Of calls made at once only the first is signed.
        let signature = call.id.split_once(SIGNATURE).map(|(_, signature)| signature);
        if let Some(signature) = signature.or((number == 0).then_some(FOREIGN)) {
            part["thoughtSignature"] = signature.into();
        }
        part
    });
    text.into_iter().chain(calls).collect()
}

/// Reads a whole answer.
pub(super) fn answer(answer: &Value) -> Result<Answer, Failure> {
    let mut read = Answer { usage: usage(answer).unwrap_or_default(), ..Answer::default() };
    let pieces = pieces(answer, 0)?;
    if answer.pointer("/candidates/0").is_none() {
        return Err(Failure::Unusable("an answer without candidates".into()));
    }
    for piece in pieces {
        match piece {
            Piece::Text(text) => read.content.push_str(&text),
            Piece::Call { id, name, arguments, .. } => {
                read.tool_calls.push(ToolCall { id: id.unwrap_or_default(), name: name.unwrap_or_default(), arguments })
            }
            Piece::Finish(reason) => read.finish = Some(reason),
            Piece::Usage(_) | Piece::End => {}
        }
    }
    Ok(read)
}

/// What an answer, or a chunk of one, says. `calls` is how many calls came before it.
fn pieces(answer: &Value, mut calls: usize) -> Result<Vec<Piece>, Failure> {
    if let Some(error) = ErrorObject::find(answer) {
        return Err(Failure::of_error_object(&error));
    }
    if let Some(reason) = answer.pointer("/promptFeedback/blockReason").and_then(Value::as_str) {
        return Err(Failure::Refused(format!("its safety filter blocked the prompt ({reason})")));
    }
    let mut pieces: Vec<Piece> = usage(answer).map(Piece::Usage).into_iter().collect();
    let Some(candidate) = answer.pointer("/candidates/0") else { return Ok(pieces) };
    let parts = candidate.pointer("/content/parts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for part in parts {
        if part.get("thought").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        if let Some(text) = part.get("text").and_then(Value::as_str) {
            pieces.push(Piece::Text(text.to_owned()));
        }
        if let Some(call) = part.get("functionCall") {
            let string = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
            let id = string(call.get("id")).unwrap_or_else(|| format!("call_{calls}"));
            let signature = string(part.get("thoughtSignature")).map(|s| format!("{SIGNATURE}{s}")).unwrap_or_default();
            let arguments =
                call.get("args").filter(|args| !args.is_null()).map_or_else(|| "{}".into(), Value::to_string);
            pieces.push(Piece::Call {
                slot: None,
                id: Some(id + &signature),
                name: string(call.get("name")),
                arguments,
            });
            calls += 1;
        }
    }
    match candidate.get("finishReason").and_then(Value::as_str) {
        None | Some("FINISH_REASON_UNSPECIFIED") => {}
        Some("MAX_TOKENS") => pieces.push(Piece::Finish(FinishReason::Length)),
        Some("SAFETY" | "RECITATION" | "PROHIBITED_CONTENT" | "BLOCKLIST" | "SPII" | "LANGUAGE" | "IMAGE_SAFETY") => {
            pieces.push(Piece::Finish(FinishReason::ContentFilter))
        }
        Some(reason @ ("MALFORMED_FUNCTION_CALL" | "UNEXPECTED_TOOL_CALL")) => {
            return Err(Failure::Unusable(format!("a tool call that makes no sense ({reason})")));
        }
        Some(_) => pieces.push(Piece::Finish(FinishReason::Stop)),
    }
    Ok(pieces)
}

fn usage(answer: &Value) -> Option<Usage> {
    let usage = answer.get("usageMetadata")?;
    let count = |name: &str| usage.get(name).and_then(Value::as_u64).unwrap_or_default();
    Some(Usage {
        prompt_tokens: count("promptTokenCount"),
        cached_tokens: count("cachedContentTokenCount"),
        completion_tokens: count("candidatesTokenCount") + count("thoughtsTokenCount"),
    })
}

/// A stream of chunks, each like a whole answer.
#[derive(Default)]
pub(super) struct Parts {
    calls: usize,
}

impl Dialect for Parts {
    fn whole(&self, whole: Value) -> Result<Answer, Failure> {
        answer(&whole)
    }

    fn event(&mut self, event: &Event) -> Result<Vec<Piece>, Failure> {
        if event.data.trim().is_empty() {
            return Ok(Vec::new());
        }
        let data: Value = serde_json::from_str(&event.data)
            .map_err(|e| Failure::Unusable(format!("a piece that is no JSON ({e})")))?;
        let pieces = pieces(&data, self.calls)?;
        self.calls += pieces.iter().filter(|piece| matches!(piece, Piece::Call { .. })).count();
        Ok(pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calls_signature_comes_back_with_it() {
        let said = json!({"candidates": [{"finishReason": "STOP", "content": {"parts": [
            {"thought": true, "text": "hmm"},
            {"functionCall": {"name": "weather", "args": {"city": "Rome"}}, "thoughtSignature": "c2ln"},
            {"functionCall": {"name": "time"}},
        ]}}]});
        let answer = answer(&said).unwrap();
        assert_eq!(answer.content, "");
        assert_eq!(answer.tool_calls[0].arguments, r#"{"city":"Rome"}"#);
        assert_ne!(answer.tool_calls[0].id, answer.tool_calls[1].id);
        let mut calling = ChatMessage::new(Role::Assistant, "");
        calling.tool_calls = answer.tool_calls.clone();
        let mut result = ChatMessage::new(Role::Tool, "sunny");
        result.tool_call_id = Some(answer.tool_calls[0].id.clone());
        let contents = contents(&[ChatMessage::new(Role::User, "?"), calling, result]);
        assert_eq!(contents[1]["parts"][0]["thoughtSignature"], "c2ln");
        assert_eq!(contents[1]["parts"][1].get("thoughtSignature"), None);
        assert_eq!(contents[2]["parts"][0]["functionResponse"]["name"], "weather");
    }

    #[test]
    fn a_call_of_another_model_passes() {
        let mut calling = ChatMessage::new(Role::Assistant, "");
        calling.tool_calls = vec![ToolCall { id: "call_1".into(), name: "f".into(), arguments: "{}".into() }];
        assert_eq!(contents(&[calling])[1]["parts"][0]["thoughtSignature"], FOREIGN);
    }

    #[test]
    fn verdicts_of_the_safety_filter() {
        let blocked = json!({"promptFeedback": {"blockReason": "SAFETY"}});
        assert!(matches!(answer(&blocked), Err(Failure::Refused(why)) if why.contains("SAFETY")));
        let stopped = json!({"candidates": [{"finishReason": "SAFETY"}]});
        assert_eq!(answer(&stopped).unwrap().finish, Some(FinishReason::ContentFilter));
        assert!(matches!(answer(&json!({})), Err(Failure::Unusable(_))));
        let malformed = json!({"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL"}]});
        assert!(matches!(answer(&malformed), Err(Failure::Unusable(_))));
    }
}
