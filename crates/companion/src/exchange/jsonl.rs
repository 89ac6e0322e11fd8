//! Plain JSON lines: a message a line, or a list of messages a line, as programs write logs of talk.

use super::conversation::{Conversation, SpokenTurn};
use super::file::{self, FormatError, looks_like, name_of, reason};
use super::{Format, dates};
use jiff::tz::TimeZone;
use philia_mind::memory::Speaker;
use serde_json::Value;

const FORMAT: Format = Format::Jsonl;

/// The names under which a message's parts are looked for, the first that is there counts.
const TEXT: &[&str] = &["content", "text", "message"];
const WHO: &[&str] = &["role", "speaker", "sender", "from", "name"];
const WHEN: &[&str] = &["timestamp", "created_at", "time", "date", "at", "ts"];
const ID: &[&str] = &["id", "message_id", "uuid"];
const CONVERSATION: &[&str] = &["conversation", "conversation_id", "thread", "thread_id", "session", "session_id"];

/// Reads the lines. A line that is damaged is left out and counted; the rest is kept.
///
/// # Errors
/// [`FormatError`] if the file is empty, is no text, or its first line is no message.
pub(super) fn parse(bytes: &[u8], zone: &TimeZone) -> Result<Vec<Conversation>, FormatError> {
    let text = file::text(bytes, FORMAT)?;
    let mut read = Reading { zone, conversations: Vec::new(), first: String::new() };
    let mut damaged = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Value>(line) {
            Ok(value) if value["messages"].is_array() => read.list(n, &value),
            Ok(value) if first(&value, TEXT).is_some() => read.message(&value),
            Ok(_) | Err(_) if read.conversations.is_empty() => {
                return Err(FormatError::WrongKind { expected: FORMAT.described(), found: looks_like(text) });
            }
            Ok(_) => damaged.push(format!("line {}: no text under {}", n + 1, TEXT.join(", "))),
            Err(error) => damaged.push(format!("line {}: no JSON ({})", n + 1, reason(&error))),
        }
    }
    let mut conversations = read.conversations;
    if let Some(last) = conversations.last_mut() {
        damaged.iter().for_each(|why| last.skip(why));
    }
    conversations.iter_mut().for_each(|conversation| conversation.date_the_undated(None));
    Ok(conversations)
}

struct Reading<'z> {
    zone: &'z TimeZone,
    conversations: Vec<Conversation>,
    /// The first message of those that name no conversation: it tells this file from others.
    first: String,
}

impl Reading<'_> {
    /// A line that is a conversation of its own.
    fn list(&mut self, n: usize, line: &Value) {
        let Some(messages) = line["messages"].as_array() else { return };
        let begun = messages.iter().find_map(|message| first(message, TEXT)?.as_str()).unwrap_or_default();
        let name = first(line, CONVERSATION).or_else(|| first(line, ID)).and_then(name_of);
        let identity = name.unwrap_or_else(|| format!("{n}|{begun}"));
        for message in messages {
            self.put(&identity, message);
        }
    }

    /// A line that is a message.
    fn message(&mut self, line: &Value) {
        let identity = first(line, CONVERSATION).and_then(name_of).unwrap_or_else(|| {
            if self.first.is_empty() {
                self.first = line.to_string();
            }
            self.first.clone()
        });
        self.put(&identity, line);
    }

    fn put(&mut self, identity: &str, message: &Value) {
        let known = self.conversations.iter().rposition(|known| known.identity == identity);
        let at = known.unwrap_or_else(|| {
            self.conversations.push(Conversation::new(FORMAT, identity.to_owned(), String::new()));
            self.conversations.len() - 1
        });
        let conversation = &mut self.conversations[at];
        let who = first(message, WHO).and_then(Value::as_str).map_or("user", str::trim);
        let speaker = match who.to_lowercase().as_str() {
            "user" | "human" | "me" | "" => Speaker::User,
            "assistant" | "ai" | "bot" | "model" | "companion" => Speaker::Companion,
            "system" | "developer" | "tool" | "function" => return conversation.skip("instructions and tools"),
            _ => Speaker::Other(who.to_owned()),
        };
        match first(message, TEXT).and_then(Value::as_str).filter(|text| !text.trim().is_empty()) {
            Some(text) => conversation.turns.push(SpokenTurn {
                speaker,
                text: text.to_owned(),
                at: first(message, WHEN).and_then(|when| dates::instant(when, self.zone)),
                native_id: first(message, ID).and_then(name_of),
                session: None,
            }),
            None => conversation.skip("messages without a text"),
        }
    }
}

/// The first of these fields that is there.
fn first<'v>(value: &'v Value, names: &[&str]) -> Option<&'v Value> {
    names.iter().find_map(|name| value.get(*name)).filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Conversation>, FormatError> {
        parse(text.as_bytes(), &TimeZone::UTC)
    }

    #[test]
    fn a_message_a_line_is_one_conversation_unless_it_names_another() {
        let talk = read(
            "{\"role\":\"user\",\"content\":\"The heron is back.\",\"timestamp\":\"2024-03-01T09:00:00Z\"}\n\
             {\"role\":\"assistant\",\"content\":\"At the same pond?\"}\n\n\
             {\"speaker\":\"Ana\",\"text\":\"I saw it first.\"}\n\
             {\"role\":\"system\",\"content\":\"Be kind.\"}\n\
             {\"role\":\"user\",\"content\":\"Another day.\",\"thread\":\"two\"}\n\
             {\"role\":\"user\",\"con",
        )
        .unwrap();
        assert_eq!(talk.len(), 2);
        let speakers: Vec<&Speaker> = talk[0].turns.iter().map(|turn| &turn.speaker).collect();
        assert_eq!(speakers, [&Speaker::User, &Speaker::Companion, &Speaker::Other("Ana".into())]);
        assert!(talk[0].turns.iter().all(|turn| turn.at.unwrap().to_string() == "2024-03-01T09:00:00Z"));
        assert_eq!(talk[0].skipped[0].why, "instructions and tools");
        assert!(talk[1].skipped[0].why.starts_with("line 7: no JSON"), "{:?}", talk[1].skipped);
    }

    #[test]
    fn a_list_a_line_is_a_conversation_a_line() {
        let line = r#"{"messages":[{"role":"user","content":"Hi."},{"role":"assistant","content":"Hello."}]}"#;
        let talk = read(&format!("{line}\n{line}")).unwrap();
        assert_eq!(talk.iter().map(|talk| talk.turns.len()).collect::<Vec<_>>(), [2, 2]);
        assert_ne!(talk[0].identity, talk[1].identity);
    }

    #[test]
    fn what_is_no_talk_is_named() {
        for (text, found) in
            [("", "empty"), ("hello", "plain text"), ("{\"a\":1}", "the fields \"a\""), ("[1]", "some other JSON")]
        {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(found), "{text:?}: {error}");
        }
    }
}
