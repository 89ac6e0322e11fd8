//! Character.AI: the chats with one character, as the browser extension CAI Tools saves them.

use super::conversation::{Conversation, SpokenTurn};
use super::file::{self, FormatError, kind_of, name_of, value_looks_like};
use super::{Format, dates};
use jiff::tz::TimeZone;
use philia_mind::memory::Speaker;
use serde_json::Value;

const FORMAT: Format = Format::CharacterAi;

/// Reads the chats. A message that is damaged is left out and counted; the rest is kept.
///
/// # Errors
/// [`FormatError`] if the file is empty, is no JSON, or has no list of histories.
pub(super) fn parse(bytes: &[u8], zone: &TimeZone) -> Result<Vec<Conversation>, FormatError> {
    let whole = file::json(file::text(bytes, FORMAT)?, FORMAT)?;
    let histories = match &whole["histories"] {
        Value::Array(histories) => histories,
        nested => nested["histories"].as_array().ok_or_else(|| match nested {
            Value::Null => FormatError::WrongKind { expected: FORMAT.described(), found: value_looks_like(&whole) },
            other => FormatError::Malformed {
                place: "histories".into(),
                expected: "a list of histories".into(),
                found: kind_of(other).into(),
            },
        })?,
    };
    Ok(histories.iter().enumerate().map(|(n, history)| conversation(&whole, n, history, zone)).collect())
}

fn conversation(whole: &Value, n: usize, history: &Value, zone: &TimeZone) -> Conversation {
    let no_messages = Vec::new();
    let messages = history["msgs"].as_array().unwrap_or(&no_messages);
    let info = &whole["info"]["character"];
    let character = [&info["name"], &info["participant__name"], &whole["info"]["name"], &whole["name"]]
        .into_iter()
        .chain(messages.iter().filter(|message| !is_human(message)).map(|message| &message["src"]["name"]))
        .find_map(Value::as_str)
        .unwrap_or("Character.AI");
    let name = ["external_id", "history_id", "id", "created"].iter().find_map(|field| history[*field].as_str());
    let begun = messages.first().map_or("", |first| first["text"].as_str().unwrap_or_default());
    let identity = name.map_or_else(|| format!("{character}|{n}|{begun}"), |name| format!("{character}|{name}"));
    let mut conversation = Conversation::new(FORMAT, identity, character.to_owned());
    for message in messages {
        match message["text"].as_str().filter(|text| !text.trim().is_empty()) {
            Some(text) => conversation.turns.push(SpokenTurn {
                speaker: if is_human(message) { Speaker::User } else { Speaker::Companion },
                text: text.to_owned(),
                at: DATED.iter().find_map(|field| dates::instant(&message[*field], zone)),
                native_id: ["uuid", "id"].iter().find_map(|field| name_of(&message[*field])),
                session: None,
            }),
            None => conversation.skip("messages without a text"),
        }
    }
    conversation.date_the_undated(DATED.iter().find_map(|field| dates::instant(&history[*field], zone)));
    conversation
}

/// Where versions of the extension keep the time.
const DATED: &[&str] = &["created", "create_time", "timestamp", "date", "last_interaction"];

fn is_human(message: &Value) -> bool {
    message["src"]["is_human"].as_bool().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHATS: &str = r#"{"info":{"character":{"name":"Ori"}},"histories":{"histories":[
        {"external_id":"a","msgs":[
            {"src":{"name":"Ori","is_human":false},"text":"Is it raining where you are?"},
            {"src":{"name":"Mira","is_human":true},"text":"It never stops in Bergen.","created":"2024-03-01T09:02:00Z"},
            {"src":{"name":"Mira","is_human":true},"text":" "}]},
        {"external_id":"b","msgs":[{"id":7,"src":{"is_human":true},"text":"I am back."}]}]}}"#;

    #[test]
    fn chats_are_read() {
        let chats = parse(CHATS.as_bytes(), &TimeZone::UTC).unwrap();
        let said: Vec<(&Speaker, &str)> =
            chats.iter().flat_map(|chat| &chat.turns).map(|turn| (&turn.speaker, turn.text.as_str())).collect();
        assert_eq!(
            said,
            [
                (&Speaker::Companion, "Is it raining where you are?"),
                (&Speaker::User, "It never stops in Bergen."),
                (&Speaker::User, "I am back."),
            ]
        );
        assert_eq!((chats[0].title.as_str(), chats[0].identity.as_str()), ("Ori", "Ori|a"));
        assert_eq!(chats[0].turns[0].at.unwrap().to_string(), "2024-03-01T09:02:00Z");
        assert_eq!(chats[1].turns[0].at, None);
        assert_eq!(chats[0].skipped[0].count, 1);
    }

    #[test]
    fn what_holds_no_chats_is_named() {
        for (text, found) in [
            ("", "empty"),
            ("hello", "plain text"),
            (r#"[{"mapping":{}}]"#, "ChatGPT"),
            (r#"{"histories":3}"#, "found a number"),
            (r#"{"histories":{"histories":[{"msgs"#, "cut off"),
        ] {
            let error = parse(text.as_bytes(), &TimeZone::UTC).unwrap_err().to_string();
            assert!(error.contains(found), "{text:?}: {error}");
        }
    }
}
