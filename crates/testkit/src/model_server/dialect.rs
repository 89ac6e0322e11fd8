//! How the server says a thing in each provider's language.

use super::{Recorded, vector};
use serde_json::{Value, json};

/// Tokens the server claims to have read and written.
const USAGE: (u64, u64) = (11, 7);
/// Length of vectors where the request does not say.
const DIMENSIONS: usize = 8;

/// The language of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    OpenAi { streams: bool },
    OpenAiEmbeddings,
    Anthropic { streams: bool },
    Gemini { streams: bool },
    GeminiEmbeddings,
    OllamaEmbeddings,
}

impl Dialect {
    pub(super) fn of(request: &Recorded) -> Self {
        let streams = request.body.get("stream").and_then(Value::as_bool).unwrap_or(false);
        let path = request.path.as_str();
        if path.ends_with("/messages") {
            Self::Anthropic { streams }
        } else if path.ends_with("mbedContents") || path.ends_with(":embedContent") {
            Self::GeminiEmbeddings
        } else if path.contains("enerateContent") {
            Self::Gemini { streams: path.ends_with(":streamGenerateContent") }
        } else if path.ends_with("/api/embed") {
            Self::OllamaEmbeddings
        } else if path.ends_with("/embeddings") {
            Self::OpenAiEmbeddings
        } else {
            Self::OpenAi { streams }
        }
    }

    pub(super) fn streams(self) -> bool {
        matches!(
            self,
            Self::OpenAi { streams: true } | Self::Anthropic { streams: true } | Self::Gemini { streams: true }
        )
    }

    pub(super) fn embeds(self) -> bool {
        matches!(self, Self::OpenAiEmbeddings | Self::GeminiEmbeddings | Self::OllamaEmbeddings)
    }

    /// A whole reply.
    pub(super) fn reply(self, text: &str) -> Value {
        match self {
            Self::Anthropic { .. } => anthropic_message(
                json!([{"type": "thinking", "thinking": "…"}, {"type": "text", "text": text}]),
                "end_turn",
            ),
            Self::Gemini { .. } => gemini(json!([{"text": text}]), Some("STOP"), true),
            _ => openai_whole(json!({"role": "assistant", "content": text, "reasoning_content": "…"}), "stop"),
        }
    }

    /// A whole reply that wants tools called.
    pub(super) fn calls(self, calls: &[(String, String)]) -> Value {
        match self {
            Self::Anthropic { .. } => {
                let blocks = calls.iter().enumerate().map(|(n, (name, arguments))| {
                    json!({"type": "tool_use", "id": format!("toolu_{n}"), "name": name, "input": parsed(arguments)})
                });
                anthropic_message(blocks.collect(), "tool_use")
            }
            Self::Gemini { .. } => gemini(gemini_calls(calls), Some("STOP"), true),
            _ => {
                let calls = calls.iter().enumerate().map(|(n, (name, arguments))| {
                    json!({"id": format!("call_{n}"), "type": "function", "function": {"name": name, "arguments": arguments}})
                });
                openai_whole(
                    json!({"role": "assistant", "content": null, "tool_calls": calls.collect::<Vec<_>>()}),
                    "tool_calls",
                )
            }
        }
    }

    /// The events that say these texts, without the end.
    pub(super) fn told(self, texts: &[String]) -> Vec<Vec<u8>> {
        match self {
            Self::Anthropic { .. } => {
                let start =
                    json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}});
                let texts = texts.iter().map(|text| {
                    let delta = json!({"type": "text_delta", "text": text});
                    named(&json!({"type": "content_block_delta", "index": 0, "delta": delta}))
                });
                [anthropic_start(), named(&json!({"type": "ping"})), named(&start)].into_iter().chain(texts).collect()
            }
            Self::Gemini { .. } => {
                texts.iter().map(|text| data(&gemini(json!([{"text": text}]), None, false))).collect()
            }
            _ => {
                let opening = openai_chunk(json!({"role": "assistant", "content": ""}), None);
                let texts = texts.iter().map(|text| openai_chunk(json!({"content": text}), None));
                std::iter::once(opening).chain(texts).map(|chunk| data(&chunk)).collect()
            }
        }
    }

    /// The events that end a reply.
    pub(super) fn done(self) -> Vec<Vec<u8>> {
        match self {
            Self::Anthropic { .. } => anthropic_end("end_turn"),
            Self::Gemini { .. } => vec![data(&gemini(json!([]), Some("STOP"), true))],
            _ => openai_end("stop"),
        }
    }

    /// The events of a reply that wants tools called, their arguments in pieces.
    pub(super) fn called(self, calls: &[(String, String)]) -> Vec<Vec<u8>> {
        match self {
            Self::Anthropic { .. } => {
                let mut events = vec![anthropic_start()];
                for (n, (name, arguments)) in calls.iter().enumerate() {
                    let block = json!({"type": "tool_use", "id": format!("toolu_{n}"), "name": name, "input": {}});
                    events.push(named(&json!({"type": "content_block_start", "index": n, "content_block": block})));
                    for piece in halves(arguments) {
                        let delta = json!({"type": "input_json_delta", "partial_json": piece});
                        events.push(named(&json!({"type": "content_block_delta", "index": n, "delta": delta})));
                    }
                    events.push(named(&json!({"type": "content_block_stop", "index": n})));
                }
                events.extend(anthropic_end("tool_use"));
                events
            }
            Self::Gemini { .. } => vec![data(&gemini(gemini_calls(calls), Some("STOP"), true))],
            _ => {
                let mut events = Vec::new();
                for (n, (name, _)) in calls.iter().enumerate() {
                    let function = json!({"name": name, "arguments": ""});
                    let first =
                        json!({"index": n, "id": format!("call_{n}"), "type": "function", "function": function});
                    events.push(data(&openai_chunk(json!({"tool_calls": [first]}), None)));
                }
                // The pieces of different calls come mixed, as parallel calls do.
                for half in 0..2 {
                    for (n, (_, arguments)) in calls.iter().enumerate() {
                        let piece = json!({"index": n, "function": {"arguments": halves(arguments)[half]}});
                        events.push(data(&openai_chunk(json!({"tool_calls": [piece]}), None)));
                    }
                }
                events.extend(openai_end("tool_calls"));
                events
            }
        }
    }

    /// An error inside a stream.
    pub(super) fn error(self) -> Vec<u8> {
        match self {
            Self::Anthropic { .. } => {
                named(&json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}))
            }
            Self::Gemini { .. } => {
                data(&json!({"error": {"code": 503, "message": "Overloaded", "status": "UNAVAILABLE"}}))
            }
            _ => data(&json!({"error": {"message": "Overloaded", "type": "server_error"}})),
        }
    }

    /// Vectors for the texts of a request.
    pub(super) fn vectors(self, body: &Value) -> Value {
        match self {
            Self::GeminiEmbeddings => {
                let requests = body.get("requests").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let embeddings = requests.iter().map(|request| {
                    let text = request.pointer("/content/parts/0/text").and_then(Value::as_str).unwrap_or_default();
                    json!({"values": vector(text, dimensions(request.get("outputDimensionality")))})
                });
                json!({"embeddings": embeddings.collect::<Vec<_>>()})
            }
            Self::OllamaEmbeddings => {
                let vectors = inputs(body).into_iter().map(|text| vector(text, dimensions(body.get("dimensions"))));
                json!({"model": body["model"], "embeddings": vectors.collect::<Vec<_>>()})
            }
            _ => {
                let data = inputs(body).into_iter().enumerate().map(|(index, text)| {
                    json!({"object": "embedding", "index": index, "embedding": vector(text, dimensions(body.get("dimensions")))})
                });
                json!({"object": "list", "data": data.collect::<Vec<_>>(), "model": body["model"]})
            }
        }
    }
}

/// What a listing of models looks like at `path`.
pub(super) fn listing(path: &str, models: &[String]) -> Value {
    if path.ends_with("/api/tags") {
        let models = models.iter().map(|name| json!({"name": name, "model": name, "size": 1}));
        return json!({"models": models.collect::<Vec<_>>()});
    }
    let models = models.iter().map(|id| json!({"id": id, "object": "model"}));
    json!({"object": "list", "data": models.collect::<Vec<_>>()})
}

fn inputs(body: &Value) -> Vec<&str> {
    match body.get("input") {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn dimensions(asked: Option<&Value>) -> usize {
    asked.and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(DIMENSIONS)
}

fn parsed(arguments: &str) -> Value {
    serde_json::from_str(arguments).unwrap_or(Value::Null)
}

fn halves(text: &str) -> [&str; 2] {
    let (a, b) = text.split_at(text.floor_char_boundary(text.len() / 2));
    [a, b]
}

fn data(event: &Value) -> Vec<u8> {
    format!("data: {event}\n\n").into_bytes()
}

fn named(event: &Value) -> Vec<u8> {
    let name = event.get("type").and_then(Value::as_str).unwrap_or_default();
    format!("event: {name}\ndata: {event}\n\n").into_bytes()
}

fn openai_usage() -> Value {
    let (read, written) = USAGE;
    let details = json!({"cached_tokens": 3});
    json!({"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written, "prompt_tokens_details": details})
}

fn openai_whole(message: Value, finish: &str) -> Value {
    let choice = json!({"index": 0, "message": message, "finish_reason": finish});
    json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [choice], "usage": openai_usage()})
}

fn openai_chunk(delta: Value, finish: Option<&str>) -> Value {
    let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
    json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice], "usage": null})
}

fn openai_end(finish: &str) -> Vec<Vec<u8>> {
    let usage = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [], "usage": openai_usage()});
    vec![data(&openai_chunk(json!({}), Some(finish))), data(&usage), b"data: [DONE]\n\n".to_vec()]
}

fn anthropic_message(content: Value, stop: &str) -> Value {
    let (read, written) = USAGE;
    let usage = json!({"input_tokens": read - 3, "cache_read_input_tokens": 3, "output_tokens": written});
    json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "content": content, "stop_reason": stop, "usage": usage})
}

fn anthropic_start() -> Vec<u8> {
    let usage = json!({"input_tokens": USAGE.0 - 3, "cache_read_input_tokens": 3, "output_tokens": 1});
    named(
        &json!({"type": "message_start", "message": {"id": "msg_1", "role": "assistant", "content": [], "usage": usage}}),
    )
}

fn anthropic_end(stop: &str) -> Vec<Vec<u8>> {
    let delta = json!({"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": USAGE.1}});
    vec![named(&delta), named(&json!({"type": "message_stop"}))]
}

fn gemini(parts: Value, finish: Option<&str>, counted: bool) -> Value {
    let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": parts}});
    if let Some(finish) = finish {
        candidate["finishReason"] = finish.into();
    }
    let mut answer = json!({"candidates": [candidate], "modelVersion": "scripted"});
    if counted {
        let (read, written) = USAGE;
        answer["usageMetadata"] =
            json!({"promptTokenCount": read, "cachedContentTokenCount": 3, "candidatesTokenCount": written});
    }
    answer
}

fn gemini_calls(calls: &[(String, String)]) -> Value {
    let parts = calls.iter().enumerate().map(|(n, (name, arguments))| {
        let mut part = json!({"functionCall": {"name": name, "args": parsed(arguments)}});
        if n == 0 {
            part["thoughtSignature"] = "c2lnbmF0dXJl".into();
        }
        part
    });
    parts.collect()
}
