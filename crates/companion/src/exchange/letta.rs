//! Letta: an agent file (`.af`), which holds agents with their blocks and what was said to them.

use super::conversation::{Conversation, SpokenTurn};
use super::file::{self, FormatError, kind_of, value_looks_like};
use super::{Format, dates};
use jiff::tz::TimeZone;
use philia_mind::memory::Speaker;
use serde_json::Value;

const FORMAT: Format = Format::Letta;

/// An agent of such a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// What makes it this one: the same in every later export of it.
    pub identity: String,
    /// What it is called.
    pub name: String,
    /// What it is, in a few words.
    pub description: Option<String>,
    /// Its core memory: label and text.
    pub blocks: Vec<(String, String)>,
    /// What was said.
    pub conversation: Conversation,
}

/// Reads the agents of a file.
///
/// # Errors
/// [`FormatError`] if it is no such file.
pub fn agents(bytes: &[u8]) -> Result<Vec<Agent>, FormatError> {
    let value = file::json(file::text(bytes, FORMAT)?, FORMAT)?;
    // Older files hold one agent by itself.
    let agents = match value.get("agents") {
        Some(Value::Array(agents)) => agents.as_slice(),
        Some(other) => {
            return Err(FormatError::Malformed {
                place: "agents".into(),
                expected: "a list".into(),
                found: kind_of(other).into(),
            });
        }
        None if value.get("messages").is_some_and(Value::is_array) && value.get("name").is_some() => {
            std::slice::from_ref(&value)
        }
        None => return Err(FormatError::WrongKind { expected: FORMAT.described(), found: value_looks_like(&value) }),
    };
    if agents.is_empty() {
        return Err(FormatError::Nothing { expected: FORMAT.described() });
    }
    Ok(agents.iter().map(|one| agent(one, &value)).collect())
}

fn agent(one: &Value, whole: &Value) -> Agent {
    let text = |field: &str| one[field].as_str().map(str::trim).filter(|text| !text.is_empty());
    let name = text("name").unwrap_or("Agent").to_owned();
    // Ids within a file count from 0 in every file; what it was made of does not.
    let identity =
        format!("{name} {}", one["created_at"].as_str().or(whole["created_at"].as_str()).unwrap_or_default());
    let mut conversation = Conversation::new(FORMAT, identity.clone(), name.clone());
    for message in one["messages"].as_array().into_iter().flatten() {
        match turn(message) {
            Ok(turn) => conversation.turns.push(turn),
            Err(why) => conversation.skip(why),
        }
    }
    conversation.date_the_undated(dates::instant(&one["created_at"], &TimeZone::UTC));
    let named: Vec<&str> = one["block_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let apart = whole["blocks"].as_array().into_iter().flatten();
    let apart = apart.filter(|block| block["id"].as_str().is_some_and(|id| named.contains(&id)));
    let within = one["core_memory"].as_array().into_iter().flatten();
    let block = |block: &Value| Some((block["label"].as_str()?.to_owned(), block["value"].as_str()?.trim().to_owned()));
    let blocks = apart.chain(within).filter_map(block).filter(|(_, text)| !text.is_empty()).collect();
    Agent { identity, name, description: text("description").map(str::to_owned), blocks, conversation }
}

fn turn(message: &Value) -> Result<SpokenTurn, &'static str> {
    let speaker = match message["role"].as_str() {
        Some("user") => Speaker::User,
        Some("assistant") => Speaker::Companion,
        Some("system") => return Err("system messages"),
        Some("tool" | "function") => return Err("output of tools"),
        _ => return Err("messages of nobody"),
    };
    let mut text = words(message.get("content").or_else(|| message.get("text")).unwrap_or(&Value::Null));
    if speaker == Speaker::Companion && text.is_empty() {
        text = sent(message);
    }
    if speaker == Speaker::User {
        text = unwrapped(text)?;
    }
    if text.is_empty() {
        return Err("messages without words");
    }
    let at = dates::instant(&message["created_at"], &TimeZone::UTC);
    let native_id = message["id"].as_str().map(str::to_owned);
    Ok(SpokenTurn { speaker, text, at, native_id, session: None })
}

/// Text, whole or in parts.
fn words(content: &Value) -> String {
    match content {
        Value::String(text) => text.trim().to_owned(),
        Value::Array(parts) => {
            let texts = parts.iter().filter(|part| part["type"].as_str().is_none_or(|kind| kind == "text"));
            texts.filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n").trim().to_owned()
        }
        _ => String::new(),
    }
}

/// What an agent said by its tool for that.
fn sent(message: &Value) -> String {
    let calls = message["tool_calls"].as_array().into_iter().flatten();
    let sent = calls.map(|call| &call["function"]).filter(|call| call["name"] == "send_message").filter_map(|call| {
        let arguments: Value = serde_json::from_str(call["arguments"].as_str()?).ok()?;
        Some(arguments["message"].as_str()?.trim().to_owned())
    });
    sent.collect::<Vec<_>>().join("\n")
}

/// What the person said, out of the envelope that some agents got it in.
fn unwrapped(text: String) -> Result<String, &'static str> {
    match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(envelope)) if envelope.contains_key("type") => match envelope["type"].as_str() {
            Some("user_message") => Ok(envelope.get("message").map(words).unwrap_or_default()),
            _ => Err("notices of the system"),
        },
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn agents_come_with_their_blocks_and_words() {
        let file = json!({
            "agents": [{
                "name": "Sam", "id": "agent-0", "block_ids": ["block-0"], "created_at": "2025-01-02T03:04:05Z",
                "messages": [
                    { "role": "system", "content": [{ "type": "text", "text": "You are Sam." }] },
                    { "role": "user", "content": "{\"type\": \"login\"}", "created_at": "2025-01-02T03:04:06Z" },
                    { "role": "user", "content": [{ "type": "text", "text": "{\"type\": \"user_message\", \"message\": \"I have a cat.\"}" }], "created_at": "2025-01-02T03:05:00Z", "id": "message-2" },
                    { "role": "assistant", "content": null, "tool_calls": [{ "function": { "name": "send_message", "arguments": "{\"message\": \"Lovely!\"}" } }], "created_at": "2025-01-02T03:05:01Z" },
                    { "role": "tool", "content": "ok" },
                ],
            }],
            "blocks": [
                { "id": "block-0", "label": "human", "value": "Likes cats." },
                { "id": "block-1", "label": "human", "value": "Another's." },
            ],
        });
        let agents = agents(file.to_string().as_bytes()).unwrap();
        assert_eq!(agents.len(), 1);
        assert_eq!(agents[0].blocks, [("human".to_owned(), "Likes cats.".to_owned())]);
        let turns = &agents[0].conversation.turns;
        assert_eq!(turns.iter().map(|turn| turn.text.as_str()).collect::<Vec<_>>(), ["I have a cat.", "Lovely!"]);
        assert_eq!(turns[0].at, Some("2025-01-02T03:05:00Z".parse().unwrap()));
        assert_eq!(agents[0].conversation.skipped.iter().map(|skipped| skipped.count).sum::<usize>(), 3);
    }

    #[test]
    fn what_is_no_agent_file_is_told() {
        for wrong in ["", "[]", "{}", "{\"agents\": 3}", "{\"agents\": []}", "hello", "PK\u{3}\u{4}"] {
            assert!(agents(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
