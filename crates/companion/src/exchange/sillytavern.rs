//! SillyTavern: a chat file with one JSON object a line, the first of them about the chat itself.

use super::conversation::{Conversation, SpokenTurn};
use super::file::{self, FormatError, looks_like, name_of, reason, value_looks_like};
use super::{Format, dates};
use jiff::tz::TimeZone;
use philia_mind::memory::Speaker;
use serde_json::Value;

const FORMAT: Format = Format::SillyTavern;

/// Reads a chat. A line that is damaged is left out and counted; the rest is kept.
///
/// # Errors
/// [`FormatError`] if the file is empty, is no text, or its first line is none of a chat.
pub(super) fn parse(bytes: &[u8], zone: &TimeZone) -> Result<Conversation, FormatError> {
    let text = file::text(bytes, FORMAT)?;
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).peekable();
    let first = lines.peek().map_or("", |(_, line)| line);
    let header = header(text, first)?;
    let mut damaged = Vec::new();
    let mut messages = Vec::new();
    if header.get("mes").is_none() {
        lines.next();
    }
    while let Some((n, line)) = lines.next() {
        match serde_json::from_str::<Value>(line) {
            Ok(message) => messages.push(message),
            Err(error) if lines.peek().is_none() && error.is_eof() => {
                damaged.push(format!("line {}, the last one, which is cut off", n + 1));
            }
            Err(error) => damaged.push(format!("line {}: no JSON ({})", n + 1, reason(&error))),
        }
    }

    let mut conversation = conversation_of(&header, &messages, zone);
    for why in damaged {
        conversation.skip(&why);
    }
    Ok(conversation)
}

/// The first line, if it is one of a chat.
fn header(text: &str, line: &str) -> Result<Value, FormatError> {
    let wrong = |found| FormatError::WrongKind { expected: FORMAT.described(), found };
    let header: Value = match serde_json::from_str(line) {
        Ok(header) => header,
        Err(error) if line.trim_start().starts_with('{') && error.is_eof() && text.trim().lines().count() == 1 => {
            return Err(FormatError::Truncated { expected: FORMAT.described(), line: 1, column: error.column() });
        }
        Err(_) => return Err(wrong(looks_like(text))),
    };
    let known = ["user_name", "character_name", "chat_metadata", "mes"].iter().any(|name| header.get(name).is_some());
    match header {
        Value::Object(_) if known => Ok(header),
        Value::Object(_) | Value::Array(_) => Err(wrong(value_looks_like(&header))),
        _ => Err(wrong(looks_like(text))),
    }
}

fn conversation_of(header: &Value, messages: &[Value], zone: &TimeZone) -> Conversation {
    let name = |field: &str| header[field].as_str().map(str::trim).filter(|name| !name.is_empty());
    let character = name("character_name").filter(|name| *name != "unused");
    let mut conversation = Conversation::new(
        FORMAT,
        identity(header, messages.first()),
        character.map_or_else(|| "Group chat".to_owned(), str::to_owned),
    );
    let user = name("user_name");
    let others = distinct_others(messages, user);
    for message in messages {
        match turn(message, user, character, &others, zone) {
            Ok(turn) => conversation.turns.push(turn),
            Err(why) => conversation.skip(why),
        }
    }
    conversation.date_the_undated(dates::instant(&header["create_date"], zone));
    conversation
}

/// What tells this chat from every other: its own mark where it has one, else who talks and since when.
fn identity(header: &Value, first: Option<&Value>) -> String {
    if let Some(mark) = header["chat_metadata"]["integrity"].as_str() {
        return mark.to_owned();
    }
    let begun = match &header["create_date"] {
        Value::Null => {
            first.map_or(Value::Null, |first| Value::from(format!("{}{}", first["send_date"], first["mes"])))
        }
        date => date.clone(),
    };
    format!("{}|{}|{begun}", header["user_name"], header["character_name"])
}

/// The names, beside the person's, under which something was said.
fn distinct_others<'a>(messages: &'a [Value], user: Option<&str>) -> Vec<&'a str> {
    let mut names = Vec::new();
    for message in messages.iter().filter(|message| !is_user(message, user) && !is_system(message)) {
        if let Some(name) = message["name"].as_str()
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

fn is_user(message: &Value, user: Option<&str>) -> bool {
    message["is_user"].as_bool().unwrap_or_else(|| user.is_some() && message["name"].as_str() == user)
}

fn is_system(message: &Value) -> bool {
    message["is_system"].as_bool() == Some(true)
}

fn turn(
    message: &Value,
    user: Option<&str>,
    character: Option<&str>,
    others: &[&str],
    zone: &TimeZone,
) -> Result<SpokenTurn, &'static str> {
    if is_system(message) {
        return Err("system lines");
    }
    let Some(text) = message["mes"].as_str() else { return Err("lines without a message") };
    let speaker = if is_user(message, user) {
        Speaker::User
    } else {
        match message["name"].as_str() {
            // Where several others speak, only the character of this chat is the companion.
            Some(name) if others.len() > 1 && Some(name) != character => Speaker::Other(name.to_owned()),
            _ => Speaker::Companion,
        }
    };
    let sent = &message["send_date"];
    let native_id = name_of(sent);
    Ok(SpokenTurn { speaker, text: text.to_owned(), at: dates::instant(sent, zone), native_id, session: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: &str = r#"{"user_name":"Mira","character_name":"Ori","create_date":"2024-03-01@09h00m00s","chat_metadata":{}}
{"name":"Ori","is_user":false,"is_system":false,"send_date":"March 1, 2024 9:00am","mes":"The kettle is on. Tea?"}
{"name":"Mira","is_user":true,"is_system":false,"send_date":"March 1, 2024 9:02am","mes":"Yes please, with cardamom."}
{"name":"System","is_user":false,"is_system":true,"send_date":"March 1, 2024 9:02am","mes":"A branch was made."}
{"name":"Ori","is_user":false,"is_system":false,"mes":"Two cups, then.","swipes":["One cup.","Two cups, then."],"swipe_id":1}
"#;

    fn parse_text(text: &str) -> Result<Conversation, FormatError> {
        parse(text.as_bytes(), &TimeZone::UTC)
    }

    #[test]
    fn a_chat_is_read() {
        let chat = parse_text(CHAT).unwrap();
        let said: Vec<(&Speaker, &str, String)> =
            chat.turns.iter().map(|t| (&t.speaker, t.text.as_str(), t.at.unwrap().to_string())).collect();
        assert_eq!(
            said,
            [
                (&Speaker::Companion, "The kettle is on. Tea?", "2024-03-01T09:00:00Z".to_owned()),
                (&Speaker::User, "Yes please, with cardamom.", "2024-03-01T09:02:00Z".to_owned()),
                // Undated: that of the turn before.
                (&Speaker::Companion, "Two cups, then.", "2024-03-01T09:02:00Z".to_owned()),
            ]
        );
        assert_eq!(chat.title, "Ori");
        assert_eq!(chat.skipped.len(), 1);
        assert_eq!(chat.skipped[0].why, "system lines");
    }

    #[test]
    fn in_a_group_only_its_character_is_the_companion() {
        let group = CHAT.replace(
            r#""name":"Ori","is_user":false,"is_system":false,"mes""#,
            r#""name":"Pel","is_user":false,"mes""#,
        );
        let speakers: Vec<Speaker> = parse_text(&group).unwrap().turns.into_iter().map(|t| t.speaker).collect();
        assert_eq!(speakers, [Speaker::Companion, Speaker::User, Speaker::Other("Pel".into())]);
    }

    #[test]
    fn a_damaged_line_is_left_out_and_named() {
        let damaged = CHAT.replacen(r#"{"name":"Mira""#, r#"{"name":Mira""#, 1);
        let chat = parse_text(&damaged).unwrap();
        assert_eq!(chat.turns.len(), 2);
        assert!(chat.skipped.iter().any(|skipped| skipped.why.starts_with("line 3: no JSON")), "{:?}", chat.skipped);

        let cut = &CHAT[..CHAT.len() - 30];
        let chat = parse_text(cut).unwrap();
        assert_eq!(chat.turns.len(), 2);
        assert!(chat.skipped.iter().any(|skipped| skipped.why.contains("line 5, the last one")), "{:?}", chat.skipped);
    }

    #[test]
    fn what_is_no_chat_is_named() {
        for (text, found) in [
            ("", "empty"),
            ("  \n\n", "empty"),
            ("hello", "plain text"),
            ("[1,2]", "some other JSON"),
            ("{\"a\":1}\n{\"a\":2}", "the fields \"a\""),
            ("[{\"mapping\":{}}]", "ChatGPT"),
            ("{\"user_name\":\"Mi", "cut off"),
            ("12\n13", "plain text"),
        ] {
            let error = parse_text(text).unwrap_err().to_string();
            assert!(error.contains(found), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_chat_without_its_first_line_is_read_too() {
        let headless = CHAT.split_once('\n').unwrap().1;
        assert_eq!(parse_text(headless).unwrap().turns.len(), 3);
    }
}
