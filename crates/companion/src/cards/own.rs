//! Philia's own persona files, TOML and JSON.

use super::CardError;
use philia_mind::Persona;
use philia_mind::persona::{PersonaFile, Problem};
use serde_json::{Map, Value};

/// Marks a text in TOML's `extensions` that is JSON: TOML knows no null.
const JSON: &str = "json:";

/// Reads a persona file, JSON if it begins with a brace and TOML otherwise.
///
/// # Errors
/// What the parser says, with line and column; or everything that is wrong with the fields.
pub fn parse(text: &str) -> Result<PersonaFile, CardError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        let value = serde_json::from_str(text)
            .map_err(|error| CardError::Damaged { what: "JSON", detail: error.to_string() })?;
        return PersonaFile::new(value).map_err(CardError::Unsound);
    }
    let mut value: Value =
        toml::from_str(text).map_err(|error| CardError::Damaged { what: "TOML", detail: error.to_string() })?;
    if let Some(extensions) = value.get_mut("extensions").and_then(Value::as_object_mut) {
        unpack(extensions)?;
    }
    PersonaFile::new(value).map_err(CardError::Unsound)
}

fn unpack(extensions: &mut Map<String, Value>) -> Result<(), CardError> {
    for (name, value) in extensions {
        if let Some(json) = value.as_str().and_then(|text| text.strip_prefix(JSON)) {
            *value = serde_json::from_str(json).map_err(|error| {
                let problem = Problem {
                    field: format!("extensions.{name}"),
                    value: format!("no JSON ({error})"),
                    allowed: format!("JSON after {JSON:?}"),
                };
                CardError::Unsound(vec![problem])
            })?;
        }
    }
    Ok(())
}

/// A persona as a TOML file.
pub fn to_toml(persona: &Persona) -> String {
    let mut persona = persona.clone();
    for value in persona.extensions.values_mut() {
        if !is_toml(value) || value.as_str().is_some_and(|text| text.starts_with(JSON)) {
            *value = Value::String(format!("{JSON}{value}"));
        }
    }
    // Every field has a place in TOML now; a map with text keys cannot fail.
    toml::to_string_pretty(&persona).unwrap_or_default()
}

/// Whether TOML can say this, and read it back as the same.
fn is_toml(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Number(number) => number.is_i64() || number.is_f64(),
        Value::Array(items) => items.iter().all(is_toml),
        Value::Object(map) => map.values().all(is_toml),
        Value::Bool(_) | Value::String(_) => true,
    }
}

/// A persona as a JSON file.
pub fn to_json(persona: &Persona) -> String {
    format!("{:#}\n", Value::Object(persona.to_map()))
}
