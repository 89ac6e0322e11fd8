//! Reading a file of a kind that nobody named: what it is shows in its first bytes.

use super::{Asset, CardError, LARGEST_FILE, LARGEST_TEXT, card, charx, luminora, own, png};
use philia_mind::Persona;
use philia_mind::persona::resolve;
use serde_json::Value;
use std::collections::BTreeMap;

/// A character that came from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// Who it is. Sound: nothing is left to be validated.
    pub persona: Persona,
    /// The picture it came in, whole, to be given back at an export.
    pub picture: Option<Vec<u8>>,
    /// The files that came with it.
    pub assets: Vec<Asset>,
    /// What could not be taken over as it was, in words.
    pub notes: Vec<String>,
}

/// Reads a character from a file of any of the known kinds.
///
/// # Errors
/// What is wrong with it; and for another kind of file, what it is.
pub fn read(bytes: &[u8]) -> Result<Imported, CardError> {
    if bytes.len() > LARGEST_FILE {
        let (size, most) = (bytes.len() as u64, LARGEST_FILE as u64);
        return Err(CardError::TooLarge { what: "file".into(), size, most });
    }
    if bytes.starts_with(png::SIGNATURE) {
        let json = png::card(bytes)?.ok_or_else(|| not("a PNG picture without a card in it"))?;
        return Ok(Imported { picture: Some(bytes.to_vec()), ..from_json(&json)? });
    }
    if bytes.starts_with(b"PK\x03\x04") {
        let (json, assets) = charx::read(bytes)?;
        let json = json.ok_or_else(|| not("a zip archive without a card.json in it"))?;
        return Ok(Imported { assets, ..from_json(&json)? });
    }
    if let Some(found) = other_kind(bytes) {
        return Err(not(found));
    }
    let text = text(bytes)?;
    // Both JSON lists and TOML tables begin with a bracket.
    let is_json =
        |text: &str| text.starts_with('{') || text.starts_with('[') && toml::from_str::<toml::Table>(text).is_err();
    if is_json(text.trim_start()) { from_json(bytes) } else { from_toml(text) }
}

fn not(found: impl Into<String>) -> CardError {
    CardError::NotACard { found: found.into() }
}

fn text(bytes: &[u8]) -> Result<&str, CardError> {
    if bytes.len() > LARGEST_TEXT {
        let (size, most) = (bytes.len() as u64, LARGEST_TEXT as u64);
        return Err(CardError::TooLarge { what: "card's text".into(), size, most });
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|_| not("a binary file"))
}

/// What a file is that is certainly no character, by its first bytes.
fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 11] = [
        (b"\xff\xd8\xff", "a JPEG picture, which holds no card"),
        (b"GIF8", "a GIF picture"),
        (b"RIFF", "a WebP picture or a sound, which holds no card"),
        (b"%PDF", "a PDF document"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"Rar!", "a RAR archive"),
        (b"PK\x05\x06", "an empty zip archive"),
        (b"SQLite format 3", "an SQLite database"),
        (b"\x7fELF", "a program"),
        (b"<", "a web page or XML"),
    ];
    let start = bytes.trim_ascii_start();
    if start.is_empty() {
        return Some("an empty file");
    }
    KINDS.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, found)| *found)
}

fn from_json(bytes: &[u8]) -> Result<Imported, CardError> {
    let text = text(bytes)?;
    let value: Value =
        serde_json::from_str(text).map_err(|error| CardError::Damaged { what: "JSON", detail: error.to_string() })?;
    let mut notes = Vec::new();
    let persona = if card::is_card(&value) {
        card::import(&value, &mut notes)?
    } else if luminora::is_luminora(&value) {
        luminora::import(&value, &mut notes)?
    } else if value.get("temperament").is_some() || value.get("parent").is_some() {
        return alone(text);
    } else {
        return Err(not(described(&value)));
    };
    Ok(Imported { persona, picture: None, assets: Vec::new(), notes })
}

fn from_toml(text: &str) -> Result<Imported, CardError> {
    match toml::from_str::<toml::Table>(text) {
        Ok(table) if table.contains_key("temperament") || table.contains_key("id") => alone(text),
        Ok(_) => Err(not("a text or a TOML file of another kind")),
        Err(_) if !text.contains("[temperament]") => Err(not("a text")),
        Err(error) => Err(CardError::Damaged { what: "TOML", detail: error.to_string() }),
    }
}

/// A persona file that needs no other.
fn alone(text: &str) -> Result<Imported, CardError> {
    let file = own::parse(text)?;
    let id = file.id().to_owned();
    let persona = resolve(&id, &BTreeMap::from([(id.clone(), file)]))
        .map_err(|error| CardError::Damaged { what: "persona file", detail: error.to_string() })?;
    Ok(Imported { persona, picture: None, assets: Vec::new(), notes: Vec::new() })
}

fn described(value: &Value) -> String {
    if value.pointer("/data/name").is_some() || value.get("spec").is_some() {
        return format!("a card of a kind that is not known (spec {})", value.get("spec").unwrap_or(&Value::Null));
    }
    if value.get("mapping").is_some() || value.pointer("/0/mapping").is_some() {
        return "a ChatGPT export".into();
    }
    match value {
        Value::Array(_) => "a JSON list".into(),
        Value::Object(map) if map.contains_key("entries") => "a lorebook without a character".into(),
        Value::Object(map) => {
            let fields: Vec<String> = map.keys().take(5).map(|key| super::clipped(key, 30)).collect();
            format!(
                "JSON of another kind (with {})",
                if fields.is_empty() { "nothing in it".into() } else { fields.join(", ") }
            )
        }
        _ => "JSON of another kind".into(),
    }
}
