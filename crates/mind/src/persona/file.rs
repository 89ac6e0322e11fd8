//! Persona files as they are written, and the personas they make once all parents have had their say.

use super::{Persona, Problem, check};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A persona file as it is written: everything in it is a known field of the right type and range, nothing but its id
/// need be there.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonaFile {
    id: String,
    parent: Option<String>,
    fields: Map<String, Value>,
}

/// Why no persona could be made of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// Nobody has that id, neither asked for nor as a parent.
    #[error("there is no persona {:?}{}", chain.last().map_or("", String::as_str), asked_by(chain))]
    Missing {
        /// From the id that was asked for to the one that is not there.
        chain: Vec<String>,
    },
    /// A persona is its own ancestor.
    #[error("these personas build on each other in a circle: {}; allowed: parents that end somewhere", chain.join(" -> "))]
    Cycle {
        /// From the id that was asked for to the one that closes the circle.
        chain: Vec<String>,
    },
    /// All parents are there, but together they make no persona.
    #[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unsound {
        /// Everything that is wrong.
        problems: Vec<Problem>,
    },
}

fn asked_by(chain: &[String]) -> String {
    if chain.len() < 2 { String::new() } else { format!(" (asked for as a parent: {})", chain.join(" -> ")) }
}

impl PersonaFile {
    /// Takes a parsed file.
    ///
    /// # Errors
    /// Everything that is wrong with its fields: unknown ones, wrong types, values out of range.
    pub fn new(value: Value) -> Result<Self, Vec<Problem>> {
        let Value::Object(fields) = value else {
            let value = if value.is_null() { "empty".to_owned() } else { "no table".to_owned() };
            return Err(vec![Problem { field: "the file".into(), value, allowed: "a table of fields".into() }]);
        };
        let problems = check::file(&fields);
        if !problems.is_empty() {
            return Err(problems);
        }
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self { id: text("id").unwrap_or_default(), parent: text("parent"), fields })
    }

    /// The name by which it is chosen.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The persona that it builds on.
    pub fn parent(&self) -> Option<&str> {
        self.parent.as_deref()
    }

    /// Its fields.
    pub const fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }
}

impl From<&Persona> for PersonaFile {
    fn from(persona: &Persona) -> Self {
        Self { id: persona.id.clone(), parent: None, fields: persona.to_map() }
    }
}

impl Persona {
    /// The fields of this persona, as a file would have them. A number that is none becomes null.
    pub fn to_map(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields,
            // Strings, numbers and maps with text keys: there is nothing in it that could fail.
            _ => Map::new(),
        }
    }

    /// Makes a persona of fields that need no parent.
    ///
    /// # Errors
    /// Everything that is wrong or missing.
    pub fn from_map(fields: Map<String, Value>) -> Result<Self, Vec<Problem>> {
        let problems = check::complete(&fields);
        if !problems.is_empty() {
            return Err(problems);
        }
        serde_json::from_value(Value::Object(fields)).map_err(|error| {
            vec![Problem {
                field: "the persona".into(),
                value: error.to_string(),
                allowed: "see persona.schema.json".into(),
            }]
        })
    }
}

/// The persona of that id: its parents' fields, the eldest's first, and its own over them.
///
/// # Errors
/// A missing parent or a circle, with the chain; or everything that is wrong with the result.
pub fn resolve(id: &str, files: &BTreeMap<String, PersonaFile>) -> Result<Persona, Unresolved> {
    let mut chain: Vec<String> = Vec::new();
    let mut line: Vec<&PersonaFile> = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next {
        let seen = chain.iter().any(|earlier| earlier == id);
        chain.push(id.to_owned());
        if seen {
            return Err(Unresolved::Cycle { chain });
        }
        let Some(file) = files.get(id) else { return Err(Unresolved::Missing { chain }) };
        line.push(file);
        next = file.parent();
    }
    let mut fields = Map::new();
    for file in line.into_iter().rev() {
        merge(&mut fields, file.fields());
    }
    fields.remove("parent");
    Persona::from_map(fields).map_err(|problems| Unresolved::Unsound { problems })
}

/// Lays `over` on `base`: scalars override, tables merge key by key, lists append what is not there yet.
pub fn merge(base: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (name, value) in over {
        match (base.get_mut(name), value) {
            (Some(Value::Object(base)), Value::Object(over)) => merge(base, over),
            (Some(Value::Array(base)), Value::Array(over)) => {
                for item in over {
                    if !base.contains(item) {
                        base.push(item.clone());
                    }
                }
            }
            _ => {
                base.insert(name.clone(), value.clone());
            }
        }
    }
}
