//! ChatGPT: `conversations.json` of an export. Each conversation is a tree of messages; what counts is the branch
//! that was last looked at, from `current_node` up to the root.

use super::conversation::{Conversation, SpokenTurn};
use super::file::{self, FormatError, kind_of, value_looks_like};
use super::{Format, dates};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::memory::Speaker;
use serde_json::{Map, Value};
use std::collections::HashSet;

const FORMAT: Format = Format::ChatGpt;

/// Reads an export: a list of conversations, or one of them alone. An entry that is no conversation is left out
/// and counted.
///
/// # Errors
/// [`FormatError`] if it is no such file.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Conversation>, FormatError> {
    let value = file::json(file::text(bytes, FORMAT)?, FORMAT)?;
    let is_one = |item: &Value| item.get("mapping").is_some_and(Value::is_object);
    let items = match &value {
        Value::Array(items) => items.as_slice(),
        _ => std::slice::from_ref(&value),
    };
    if items.is_empty() {
        return Err(FormatError::Nothing { expected: FORMAT.described() });
    }
    if !items.iter().any(is_one) {
        return Err(match items[0].get("mapping") {
            Some(mapping) => FormatError::Malformed {
                place: "the first conversation, mapping".into(),
                expected: "an object with the messages".into(),
                found: kind_of(mapping).into(),
            },
            None => FormatError::WrongKind { expected: FORMAT.described(), found: value_looks_like(&value) },
        });
    }
    Ok(items
        .iter()
        .enumerate()
        .map(|(n, item)| match item.get("mapping").and_then(Value::as_object) {
            Some(mapping) => conversation(item, mapping),
            None => {
                let mut none = Conversation::new(FORMAT, format!("entry {}", n + 1), "Untitled".into());
                none.skip("entries that are no conversation");
                none
            }
        })
        .collect())
}

fn conversation(item: &Value, mapping: &Map<String, Value>) -> Conversation {
    let path = path(item, mapping);
    let text = |field: &str| item[field].as_str().map(str::trim).filter(|text| !text.is_empty());
    let identity = text("conversation_id").or_else(|| text("id")).or(path.first().copied()).unwrap_or_default();
    let title = text("title").unwrap_or("Untitled");
    let mut conversation = Conversation::new(FORMAT, identity.to_owned(), title.to_owned());
    for id in path {
        let message = &mapping[id]["message"];
        // The root of the tree is a node without a message.
        if message.is_null() {
            continue;
        }
        match turn(id, message) {
            Ok(turn) => conversation.turns.push(turn),
            Err(why) => conversation.skip(why),
        }
    }
    conversation.date_the_undated(date(&item["create_time"]).or_else(|| date(&item["update_time"])));
    conversation
}

/// The nodes from the root to the one that was last looked at.
fn path<'a>(item: &'a Value, mapping: &'a Map<String, Value>) -> Vec<&'a str> {
    let current = item["current_node"].as_str().filter(|id| mapping.contains_key(*id));
    let mut path = Vec::new();
    let mut seen = HashSet::new();
    let mut next = current.or_else(|| newest_leaf(mapping));
    while let Some(id) = next {
        let Some((id, node)) = mapping.get_key_value(id) else { break };
        // A ring is no tree; what has been walked is kept.
        if !seen.insert(id.as_str()) {
            break;
        }
        path.push(id.as_str());
        next = node["parent"].as_str();
    }
    path.reverse();
    path
}

/// The leaf with the latest message, for exports that do not say which branch was looked at.
fn newest_leaf(mapping: &Map<String, Value>) -> Option<&str> {
    let parents: HashSet<&str> = mapping.values().filter_map(|node| node["parent"].as_str()).collect();
    let leaves = mapping.iter().filter(|(id, _)| !parents.contains(id.as_str()));
    leaves.max_by_key(|(id, node)| (date(&node["message"]["create_time"]), *id)).map(|(id, _)| id.as_str())
}

fn date(value: &Value) -> Option<Timestamp> {
    dates::instant(value, &TimeZone::UTC)
}

fn turn(node: &str, message: &Value) -> Result<SpokenTurn, &'static str> {
    let speaker = match message["author"]["role"].as_str() {
        Some("user") => Speaker::User,
        Some("assistant") => Speaker::Companion,
        Some("system" | "developer") => return Err("system messages"),
        Some("tool" | "function") => return Err("output of tools"),
        _ => return Err("messages of an unknown role"),
    };
    let metadata = &message["metadata"];
    let hidden = metadata["is_visually_hidden_from_conversation"].as_bool() == Some(true)
        || metadata["is_user_system_message"].as_bool() == Some(true)
        || message["weight"].as_f64() == Some(0.0);
    if hidden {
        return Err("hidden messages");
    }
    if message["recipient"].as_str().is_some_and(|recipient| recipient != "all") {
        return Err("calls of tools");
    }
    let text = said(&message["content"])?;
    if text.trim().is_empty() {
        return Err("messages without words");
    }
    let native_id = message["id"].as_str().unwrap_or(node).to_owned();
    Ok(SpokenTurn { speaker, text, at: date(&message["create_time"]), native_id: Some(native_id), session: None })
}

fn said(content: &Value) -> Result<String, &'static str> {
    match content["content_type"].as_str() {
        Some("thoughts" | "reasoning_recap") => return Err("thoughts of the model"),
        Some("user_editable_context" | "model_editable_context") => return Err("custom instructions"),
        _ => {}
    }
    let parts = match &content["parts"] {
        Value::Array(parts) => parts.iter().filter_map(part).collect::<Vec<_>>().join("\n"),
        Value::String(text) => text.clone(),
        _ => String::new(),
    };
    if parts.is_empty() { Ok(content["text"].as_str().unwrap_or_default().to_owned()) } else { Ok(parts) }
}

/// A part as text; what is no text is named in brackets.
fn part(part: &Value) -> Option<String> {
    match part {
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Object(fields) => {
            let kind = fields.get("content_type").and_then(Value::as_str).unwrap_or_default();
            let text = fields.get("text").and_then(Value::as_str).filter(|text| !text.is_empty());
            Some(match text {
                Some(text) => text.to_owned(),
                None if kind.contains("image") => "[image]".into(),
                None if kind.contains("video") => "[video]".into(),
                None if kind.contains("audio") => "[audio]".into(),
                None => "[attachment]".into(),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn node(id: &str, parent: Option<&str>, message: Value) -> (String, Value) {
        (id.to_owned(), json!({ "id": id, "parent": parent, "children": [], "message": message }))
    }

    fn message(role: &str, at: Value, parts: Value) -> Value {
        json!({ "author": { "role": role }, "create_time": at, "content": { "content_type": "text", "parts": parts } })
    }

    fn export() -> Value {
        let mapping: Map<String, Value> = [
            node("root", None, Value::Null),
            node("sys", Some("root"), message("system", json!(null), json!([""]))),
            node("q1", Some("sys"), message("user", json!(1_700_000_000.5), json!(["Which moss grows on slate?"]))),
            node("a1-old", Some("q1"), message("assistant", json!(1_700_000_005), json!(["None."]))),
            node("a1", Some("q1"), message("assistant", json!(null), json!(["Several do.", "Grimmia, for one."]))),
            node("tool", Some("a1"), message("tool", json!(1_700_000_011), json!(["{}"]))),
            node(
                "q2",
                Some("tool"),
                message("user", json!(1_700_000_060), json!([{ "content_type": "image_asset_pointer" }, "This one?"])),
            ),
        ]
        .into_iter()
        .collect();
        json!({ "title": "Moss", "create_time": 1_699_999_999, "conversation_id": "c-1", "current_node": "q2", "mapping": mapping })
    }

    fn parse_value(value: &Value) -> Result<Vec<Conversation>, FormatError> {
        parse(value.to_string().as_bytes())
    }

    #[test]
    fn the_branch_that_was_looked_at_is_read() {
        let conversations = parse_value(&json!([export()])).unwrap();
        let [moss] = conversations.as_slice() else { panic!("one conversation") };
        let said: Vec<(&Speaker, &str, i64)> =
            moss.turns.iter().map(|t| (&t.speaker, t.text.as_str(), t.at.unwrap().as_millisecond())).collect();
        assert_eq!(
            said,
            [
                (&Speaker::User, "Which moss grows on slate?", 1_700_000_000_500),
                (&Speaker::Companion, "Several do.\nGrimmia, for one.", 1_700_000_000_500),
                (&Speaker::User, "[image]\nThis one?", 1_700_000_060_000),
            ]
        );
        assert_eq!((moss.title.as_str(), moss.identity.as_str()), ("Moss", "c-1"));
        assert_eq!(moss.turns[0].native_id.as_deref(), Some("q1"));
        let left_out: Vec<&str> = moss.skipped.iter().map(|s| s.why.as_str()).collect();
        assert_eq!(left_out, ["system messages", "output of tools"]);
    }

    #[test]
    fn one_conversation_alone_is_read_and_a_missing_current_node_is_the_newest_leaf() {
        let mut alone = export();
        alone["current_node"] = Value::Null;
        assert_eq!(parse_value(&alone).unwrap()[0].turns.len(), 3);
        alone["current_node"] = json!("nowhere");
        assert_eq!(parse_value(&alone).unwrap()[0].turns.len(), 3);
    }

    #[test]
    fn a_ring_of_messages_ends() {
        let mut ring = export();
        ring["mapping"]["root"]["parent"] = json!("q2");
        assert_eq!(parse_value(&ring).unwrap()[0].turns.len(), 3);
    }

    #[test]
    fn an_entry_that_is_no_conversation_is_counted() {
        let conversations = parse_value(&json!([export(), 7, { "mapping": [] }])).unwrap();
        assert_eq!(conversations.len(), 3);
        assert_eq!(conversations[1].skipped[0].why, "entries that are no conversation");
        assert!(conversations[2].turns.is_empty());
    }

    #[test]
    fn what_is_no_export_is_named() {
        for (text, found) in [
            ("", "empty"),
            ("[]", "no message"),
            ("{}", "an empty JSON object"),
            ("[1]", "some other JSON"),
            ("<html><body>chat", "HTML"),
            ("PK\u{3}\u{4}zip", "zip archive"),
            ("[{\"mapping\": {\"a\"", "cut off: it ends at line 1"),
            ("[{\"mapping\": nonsense}]", "line 1, column 15"),
            ("[{\"mapping\": []}]", "expected an object with the messages, found an empty list"),
            ("[{\"sample_id\": \"x\", \"conversation\": {}}]", "LoCoMo"),
            ("{\"user_name\":\"a\",\"character_name\":\"b\"}\n{\"mes\":\"c\"}", "SillyTavern"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(found), "{text:?}: {error}");
        }
    }
}
