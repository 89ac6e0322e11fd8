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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personas::Personas;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_toml_cannot_say_comes_back_all_the_same() {
        let mut persona = Personas::built_in().unwrap().get("curious_companion").unwrap().as_ref().clone();
        for (name, value) in [
            ("null", json!(null)),
            ("nested", json!({"a": [1, {"b": null}]})),
            ("huge", json!(u64::MAX)),
            ("marked", json!("json:{")),
            ("plain", json!({"a b": [1.5, true], "deep": {"x": "y"}})),
        ] {
            persona.extensions.insert(name.into(), value);
        }
        let text = to_toml(&persona);
        assert!(text.contains("[extensions.plain") && text.contains("\"json:null\""), "{text}");
        assert_eq!(Persona::from_map(parse(&text).unwrap().fields().clone()).unwrap(), persona);
        assert_eq!(Persona::from_map(parse(&to_json(&persona)).unwrap().fields().clone()).unwrap(), persona);
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let says = |text: &str| parse(text).unwrap_err().to_string();
        assert!(says("id = \"x\"\nname = ").contains("line 2"), "{}", says("id = \"x\"\nname = "));
        assert!(says("{\"id\": \"x\", }").contains("line 1 column"));
        let all = says("id = \"x\"\nnmae = \"Y\"\n[temperament]\nopenness = inf\n[extensions]\nx = \"json:{\"");
        assert!(all.contains("extensions.x is no JSON"), "{all}");
        let all = says("id = \"x\"\nnmae = \"Y\"\n[temperament]\nopenness = inf");
        assert!(
            all.contains("did you mean name?") && all.contains("temperament.openness is not a finite number"),
            "{all}"
        );
    }

    proptest! {
        #[test]
        fn numbers_and_texts_survive_toml(
            five in prop::array::uniform5(0.0..=1.0f64),
            points in 0.0..=100.0f64,
            words in "(\\PC|\n|\t|\"|'''|\\\\|\"\"\"|#){1,40}[a-z]",
        ) {
            let mut persona = Personas::built_in().unwrap().get("base_assistant").unwrap().as_ref().clone();
            let t = &mut persona.temperament;
            [t.openness, t.conscientiousness, t.extraversion, t.agreeableness, t.neuroticism] = five;
            persona.traits.insert("warmth".into(), points);
            persona.description = words.clone();
            persona.style.instructions = words.clone();
            persona.greetings = vec![words.clone(), format!("{words}\r\n")];
            persona.style.expertise = vec![words];
            for text in [to_toml(&persona), to_json(&persona)] {
                prop_assert_eq!(&Persona::from_map(parse(&text).unwrap().fields().clone()).unwrap(), &persona);
            }
        }
    }
}
