//! What a client of OpenAI's is answered: whole, or in pieces.

use philia_companion::Reply;
use philia_companion::tokens::estimate_tokens;
use philia_ports::model::ToolCall;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A whole answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChatCompletion {
    id: String,
    object: &'static str,
    created: i64,
    /// The character, as it was asked for.
    model: String,
    #[schema(value_type = Vec<Object>)]
    choices: Vec<Value>,
    #[schema(value_type = Object)]
    usage: Value,
    /// What else there is to know of the turn.
    #[schema(value_type = Object)]
    philia: Value,
}

/// What all pieces of an answer have in common.
#[derive(Clone)]
pub(super) struct Answering {
    pub(super) model: String,
    /// Tokens of what was sent, for where no model counts them.
    pub(super) sent: usize,
    /// Seconds since 1970.
    pub(super) created: i64,
    pub(super) id: String,
}

impl Answering {
    /// The whole answer.
    pub(super) fn whole(&self, reply: &Reply) -> ChatCompletion {
        let calls = calls(&reply.tool_calls);
        let content = if reply.reply.is_empty() && !calls.is_empty() { Value::Null } else { json!(reply.reply) };
        let mut message = json!({ "role": "assistant", "content": content, "refusal": null });
        if !calls.is_empty() {
            message["tool_calls"] = calls.into();
        }
        ChatCompletion {
            id: self.id.clone(),
            object: "chat.completion",
            created: self.created,
            model: self.model.clone(),
            choices: vec![json!({
                "index": 0, "message": message, "logprobs": null, "finish_reason": finish(reply),
            })],
            usage: self.usage(reply),
            philia: about(reply),
        }
    }

    /// A piece that says this.
    pub(super) fn piece(&self, delta: Value, finish: Option<&str>) -> Value {
        json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": [{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }],
        })
    }

    /// The pieces that end an answer.
    pub(super) fn end(&self, reply: &Reply, with_usage: bool) -> Vec<Value> {
        let mut pieces = Vec::new();
        let calls = calls(&reply.tool_calls);
        if !calls.is_empty() {
            pieces.push(self.piece(json!({ "tool_calls": calls }), None));
        }
        let mut last = self.piece(json!({}), Some(finish(reply)));
        last["philia"] = about(reply);
        pieces.push(last);
        if with_usage {
            let mut usage = self.piece(json!({}), None);
            usage["choices"] = json!([]);
            usage["usage"] = self.usage(reply);
            pieces.push(usage);
        }
        pieces
    }

    /// Tokens as the model counted them; estimated where none did.
    fn usage(&self, reply: &Reply) -> Value {
        let (prompt, completion) = match reply.tokens {
            (0, 0) => (self.sent as u64, estimate_tokens(&reply.reply) as u64),
            counted => counted,
        };
        json!({ "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion })
    }
}

fn finish(reply: &Reply) -> &'static str {
    match reply {
        _ if !reply.tool_calls.is_empty() => "tool_calls",
        _ if reply.cut_short => "length",
        _ => "stop",
    }
}

/// Calls as both shapes have them: a streamed one needs its index, and a whole one is not hurt by it.
fn calls(calls: &[ToolCall]) -> Vec<Value> {
    let call = |(index, call): (usize, &ToolCall)| {
        let function = json!({ "name": call.name, "arguments": call.arguments });
        json!({ "index": index, "id": call.id, "type": "function", "function": function })
    };
    calls.iter().enumerate().map(call).collect()
}

fn about(reply: &Reply) -> Value {
    json!({
        "interaction_id": reply.interaction_id,
        "conversation_id": reply.conversation_id,
        "persona": reply.persona,
        "model": reply.model,
        "saved": reply.saved,
    })
}
