//! The personas this program knows: the built-in ones, and those that a file adds.

use crate::error::{Error, Result};
use philia_mind::Persona;
use std::collections::BTreeMap;
use std::sync::Arc;

const BUILT_IN: &[(&str, &str)] = &[
    ("base_assistant", include_str!("../../../personas/base_assistant.toml")),
    ("creative_collaborator", include_str!("../../../personas/creative_collaborator.toml")),
    ("curious_companion", include_str!("../../../personas/curious_companion.toml")),
    ("intellectual_mentor", include_str!("../../../personas/intellectual_mentor.toml")),
    ("supportive_friend", include_str!("../../../personas/supportive_friend.toml")),
];

/// Personas by id.
#[derive(Clone, Debug)]
pub struct Personas(BTreeMap<String, Arc<Persona>>);

impl Personas {
    /// The built-in ones.
    ///
    /// # Errors
    /// [`Error::Invalid`] if one of them does not hold, which the tests rule out.
    pub fn built_in() -> Result<Self> {
        let mut personas = Self(BTreeMap::new());
        for (id, text) in BUILT_IN {
            let persona = parse(text).map_err(|detail| Error::Invalid(format!("the persona {id}: {detail}")))?;
            personas.add(persona)?;
        }
        Ok(personas)
    }

    /// Adds one, or replaces the one of the same id.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every problem of its fields.
    pub fn add(&mut self, persona: Persona) -> Result<()> {
        let problems = persona.validate();
        if problems.is_empty() {
            self.0.insert(persona.id.clone(), Arc::new(persona));
            return Ok(());
        }
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Err(Error::Invalid(format!("the persona {}: {}", persona.id, problems.join("; "))))
    }

    /// The persona of that id.
    ///
    /// # Errors
    /// [`Error::NotFound`] with the nearest id there is.
    pub fn get(&self, id: &str) -> Result<Arc<Persona>> {
        self.0.get(id).cloned().ok_or_else(|| Error::NotFound {
            what: "persona",
            name: id.to_owned(),
            nearest: nearest(id, self.0.keys().map(String::as_str)).map(str::to_owned),
        })
    }

    /// All of them, by id.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Persona>> {
        self.0.values()
    }
}

/// Reads a persona file.
///
/// # Errors
/// What the parser says, with line and column.
pub fn parse(text: &str) -> Result<Persona, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

/// The known name nearest to what was typed, if any is near.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = name.to_lowercase();
    known
        .map(|candidate| (strsim::jaro_winkler(&typed, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_persona_holds_and_has_the_id_of_its_file() {
        let personas = Personas::built_in().unwrap();
        let ids: Vec<&str> = personas.all().map(|persona| persona.id.as_str()).collect();
        assert_eq!(ids, BUILT_IN.iter().map(|(id, _)| *id).collect::<Vec<_>>());
    }

    #[test]
    fn an_unknown_persona_names_the_nearest() {
        let error = Personas::built_in().unwrap().get("curious_compagnon").unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no persona \"curious_compagnon\"; did you mean \"curious_companion\"?"
        );
        let error = Personas::built_in().unwrap().get("xyzzy").unwrap_err();
        assert_eq!(error.to_string(), "there is no persona \"xyzzy\"");
    }
}
