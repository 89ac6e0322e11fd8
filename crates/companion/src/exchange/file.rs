//! Reading files that may be anything: what went wrong, and what the file may be instead.

use super::{Format, MemoryFormat};
use serde_json::Value;
use serde_json::error::Category;

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// There is nothing in it.
    #[error("the file is empty; expected {expected}")]
    Empty {
        /// What was expected.
        expected: &'static str,
    },
    /// It is something else.
    #[error("expected {expected}, but this looks like {found}")]
    WrongKind {
        /// What was expected.
        expected: &'static str,
        /// What it looks like.
        found: String,
    },
    /// It ends in the middle.
    #[error("the file is cut off: it ends at line {line}, column {column}, in the middle of {expected}")]
    Truncated {
        /// What was expected.
        expected: &'static str,
        /// The last line, from 1.
        line: usize,
        /// The last column, from 1.
        column: usize,
    },
    /// A part of it is not as it should be.
    #[error("{place}: expected {expected}, found {found}")]
    Malformed {
        /// Where.
        place: String,
        /// What was expected there.
        expected: String,
        /// What was found there.
        found: String,
    },
    /// It is of the right kind and holds nothing to bring in.
    #[error("the file holds no message or memory that could be brought in; expected {expected}")]
    Nothing {
        /// What was expected.
        expected: &'static str,
    },
}

/// The text of a file, without a byte order mark.
pub(super) fn text(bytes: &[u8], format: Format) -> Result<&str, FormatError> {
    text_of(bytes, format.described())
}

/// The same for a file that is expected to be this.
pub(super) fn text_of<'b>(bytes: &'b [u8], expected: &'static str) -> Result<&'b str, FormatError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(FormatError::Empty { expected });
    }
    if let Some(found) = binary(bytes) {
        return Err(FormatError::WrongKind { expected, found: found.to_owned() });
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = end_of(&bytes[..error.valid_up_to()]);
        match error.error_len() {
            None => FormatError::Truncated { expected, line, column },
            Some(_) => FormatError::Malformed {
                place: format!("line {line}, column {column}"),
                expected: "UTF-8 text".into(),
                found: "bytes that are none".into(),
            },
        }
    })
}

/// The JSON of a file.
pub(super) fn json(text: &str, format: Format) -> Result<Value, FormatError> {
    json_of(text, format.described())
}

/// The same for a file that is expected to be this.
pub(super) fn json_of(text: &str, expected: &'static str) -> Result<Value, FormatError> {
    if !text.trim_start().starts_with(['[', '{']) {
        return Err(FormatError::WrongKind { expected, found: looks_like(text) });
    }
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof => FormatError::Truncated { expected, line: error.line(), column: error.column() },
        _ if jsonl(text) => FormatError::WrongKind { expected, found: looks_like(text) },
        _ => FormatError::Malformed {
            place: format!("line {}, column {}", error.line(), error.column()),
            expected: "valid JSON".into(),
            found: reason(&error),
        },
    })
}

/// What serde says, without the place that the caller names.
pub(super) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// What a JSON value is, in a word.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(items) if items.is_empty() => "an empty list",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A guess at what a text file is.
pub(super) fn looks_like(text: &str) -> String {
    let start = text.trim_start();
    let lower: String = start.chars().take(200).collect::<String>().to_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return "a web page (HTML); the export also holds JSON files".into();
    }
    if start.starts_with('<') {
        return "an XML or HTML file".into();
    }
    if !start.starts_with(['[', '{']) {
        return "plain text".into();
    }
    let whole: Option<Value> = serde_json::from_str(start).ok();
    let first_line = || serde_json::from_str(start.lines().next().unwrap_or_default()).ok();
    match whole.or_else(first_line) {
        Some(value) => value_looks_like(&value),
        None => "damaged JSON".into(),
    }
}

/// A guess at what a JSON file is.
pub(super) fn value_looks_like(value: &Value) -> String {
    let first = value.as_array().and_then(|items| items.first()).unwrap_or(value);
    let has = |name: &str| first.get(name).is_some();
    if has("mapping") {
        Format::ChatGpt.described().into()
    } else if has("conversation") || has("sample_id") {
        Format::Locomo.described().into()
    } else if has("mes") || has("chat_metadata") || (has("user_name") && has("character_name")) {
        Format::SillyTavern.described().into()
    } else if first.get("format").and_then(Value::as_str) == Some(super::EXPORT_FORMAT) {
        "an export of Philia itself".into()
    } else if has("histories") {
        Format::CharacterAi.described().into()
    } else if has("memory") || value.get("results").is_some() {
        MemoryFormat::Mem0.described().into()
    } else if has("entityType") || has("relationType") {
        MemoryFormat::McpMemory.described().into()
    } else if has("role") {
        Format::Jsonl.described().into()
    } else if has("spec") || has("char_name") || has("first_mes") {
        "a character card; it describes a character and holds no chat".into()
    } else {
        match first {
            Value::Object(fields) => {
                let names: Vec<String> = fields.keys().take(4).map(|name| format!("{:?}", short(name))).collect();
                if names.is_empty() {
                    "an empty JSON object".into()
                } else {
                    format!("some other JSON, with the fields {}", names.join(", "))
                }
            }
            _ => format!("some other JSON: {}", kind_of(value)),
        }
    }
}

/// At most forty characters of a text, to be quoted in an error.
pub(super) fn short(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(40).collect();
    if chars.next().is_some() { format!("{start}...") } else { start }
}

/// Are there several lines, the first of them JSON by itself?
fn jsonl(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    lines.next().is_some() && serde_json::from_str::<Value>(first).is_ok()
}

fn binary(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "a zip archive; unpack it and give the file inside"),
        (b"\x1f\x8b", "a gzip archive; unpack it and give the file inside"),
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"%PDF", "a PDF document"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\xff\xfe", "text in UTF-16; save it as UTF-8"),
        (b"\xfe\xff", "text in UTF-16; save it as UTF-8"),
    ];
    let known = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, name)| *name);
    known.or_else(|| bytes.iter().take(512).any(|byte| *byte == 0).then_some("a binary file"))
}

/// The line and column after the last of these bytes, from 1.
fn end_of(bytes: &[u8]) -> (usize, usize) {
    let line = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = bytes.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    (line, column)
}

/// A name as text, whether it is written as text or as a number.
pub(super) fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
