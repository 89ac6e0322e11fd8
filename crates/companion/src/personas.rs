//! The personas this program knows: the built-in ones, and those that a file adds.

use crate::cards;
use crate::error::{Error, Result};
use lru::LruCache;
use philia_mind::Persona;
use philia_mind::bond::Level;
use philia_mind::needs::Need;
use philia_mind::persona::{PersonaFile, Unresolved, resolve};
use philia_mind::prompt::{CompileInput, Prompt, compile};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

const BUILT_IN: &[(&str, &str)] = &[
    ("base_assistant", include_str!("../../../personas/base_assistant.toml")),
    ("creative_collaborator", include_str!("../../../personas/creative_collaborator.toml")),
    ("curious_companion", include_str!("../../../personas/curious_companion.toml")),
    ("intellectual_mentor", include_str!("../../../personas/intellectual_mentor.toml")),
    ("supportive_friend", include_str!("../../../personas/supportive_friend.toml")),
];

/// Personas by id.
#[derive(Clone, Debug)]
pub struct Personas {
    /// As they are written, so that others can build on them.
    files: BTreeMap<String, PersonaFile>,
    /// As they are, once their parents have had their say.
    resolved: BTreeMap<String, Arc<Persona>>,
}

impl Personas {
    /// The built-in ones.
    ///
    /// # Errors
    /// [`Error::Invalid`] if one of them does not hold, which the tests rule out.
    pub fn built_in() -> Result<Self> {
        let mut personas = Self { files: BTreeMap::new(), resolved: BTreeMap::new() };
        for (id, text) in BUILT_IN {
            let file = cards::parse(text).map_err(|error| Error::Invalid(format!("the persona {id}: {error}")))?;
            personas.add_files([file])?;
        }
        Ok(personas)
    }

    /// Adds files, which may build on each other and on those already there, or replaces those of the same id. Either all
    /// of them are added or none.
    ///
    /// # Errors
    /// [`Error::Refused`] with every problem of every one of them: fields, missing parents, circles.
    pub fn add_files(&mut self, files: impl IntoIterator<Item = PersonaFile>) -> Result<()> {
        let mut all = self.files.clone();
        all.extend(files.into_iter().map(|file| (file.id().to_owned(), file)));
        // All of them again: those that build on a replaced one have changed with it.
        let mut resolved = BTreeMap::new();
        let mut problems = Vec::new();
        for id in all.keys() {
            match resolve(id, &all) {
                Ok(persona) => {
                    resolved.insert(id.clone(), Arc::new(persona));
                }
                Err(error) => problems.push(format!("the persona {id}: {error}{}", hint(&error, &all))),
            }
        }
        if !problems.is_empty() {
            return Err(Error::Refused(problems.join("\n")));
        }
        *self = Self { files: all, resolved };
        Ok(())
    }

    /// Adds one, or replaces the one of the same id.
    ///
    /// # Errors
    /// [`Error::Refused`] with every problem of its fields.
    pub fn add(&mut self, persona: Persona) -> Result<()> {
        let problems = persona.validate();
        if !problems.is_empty() {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            return Err(Error::Refused(format!("the persona {}: {}", persona.id, problems.join("; "))));
        }
        self.add_files([PersonaFile::from(&persona)])
    }

    /// The persona of that id.
    ///
    /// # Errors
    /// [`Error::NotFound`] with the nearest id there is.
    pub fn get(&self, id: &str) -> Result<Arc<Persona>> {
        self.resolved.get(id).cloned().ok_or_else(|| Error::NotFound {
            what: "persona",
            name: id.to_owned(),
            nearest: nearest(id, self.resolved.keys().map(String::as_str)).map(str::to_owned),
        })
    }

    /// One that builds on `id`, if any does.
    pub fn built_on(&self, id: &str) -> Option<&str> {
        self.files.values().find(|file| file.parent() == Some(id)).map(PersonaFile::id)
    }

    /// All of them, by id.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Persona>> {
        self.resolved.values()
    }
}

/// Reads a persona file, TOML or JSON, that builds on nobody or on a built-in persona.
///
/// # Errors
/// What the parser says, with line and column; or everything that is wrong with the fields.
pub fn parse(text: &str) -> Result<Persona, String> {
    let file = cards::parse(text).map_err(|error| error.to_string())?;
    let id = file.id().to_owned();
    let mut files = BTreeMap::new();
    if file.parent().is_some() {
        files = Personas::built_in().map_err(|error| error.to_string())?.files;
    }
    files.insert(id.clone(), file);
    resolve(&id, &files).map_err(|error| format!("{error}{}", hint(&error, &files)))
}

/// The nearest id, where a parent is not there.
fn hint(error: &Unresolved, files: &BTreeMap<String, PersonaFile>) -> String {
    let Unresolved::Missing { chain } = error else { return String::new() };
    let missing = chain.last().map_or("", String::as_str);
    let others = files.keys().map(String::as_str).filter(|id| !chain.iter().any(|seen| seen == id));
    nearest(missing, others).map(|id| format!("; did you mean {id:?}?")).unwrap_or_default()
}

/// Compiled system prompts, the most recently used ones. Compiling is quick; reading from here is quicker, and the
/// same [`Arc`] says that nothing has changed.
pub struct CompiledPrompts(Mutex<LruCache<PromptKey, Arc<Prompt>>>);

/// Everything that a compiled prompt depends on. The persona goes in by a fingerprint of all it says.
#[derive(PartialEq, Eq, Hash)]
struct PromptKey {
    persona: [u8; 32],
    traits: Option<Vec<(String, u64)>>,
    bond: Option<Level>,
    quirks: Vec<String>,
    needs: Vec<Need>,
    lore: Vec<String>,
    mood: Option<[u64; 3]>,
    user: Option<String>,
    budget: usize,
}

/// A persona's fingerprint: the same for the same content, whatever it is called by and wherever it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Takes it. Slower than compiling: take it once, when the persona is loaded.
    pub fn of(persona: &Persona) -> Self {
        Self(Sha256::digest(Value::Object(persona.to_map()).to_string()).into())
    }
}

impl CompiledPrompts {
    /// Room for so many prompts, at least one.
    pub fn new(room: usize) -> Self {
        Self(Mutex::new(LruCache::new(NonZeroUsize::new(room).unwrap_or(NonZeroUsize::MIN))))
    }

    /// The compiled prompt, from here or made now. `fingerprint` must be that of `input.persona`, and the estimator the
    /// same at every call.
    pub fn compile(&self, fingerprint: Fingerprint, input: &CompileInput<'_>) -> Arc<Prompt> {
        let living = &input.living;
        let key = PromptKey {
            persona: fingerprint.0,
            traits: living.traits.map(|traits| traits.iter().map(|(name, v)| (name.clone(), v.to_bits())).collect()),
            bond: living.bond,
            quirks: living.quirks.iter().map(|quirk| (*quirk).to_owned()).collect(),
            needs: living.needs.to_vec(),
            lore: living.lore.iter().map(|entry| entry.content.clone()).collect(),
            mood: input.mood.map(|mood| [mood.pleasure, mood.arousal, mood.dominance].map(f64::to_bits)),
            user: input.user.map(str::to_owned),
            budget: input.budget,
        };
        // Nothing is left half done by a panic elsewhere: what is kept is whole.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.get_or_insert(key, || Arc::new(compile(input))))
    }
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
        assert_eq!(error.to_string(), "there is no persona \"curious_compagnon\"; did you mean \"curious_companion\"?");
        let error = Personas::built_in().unwrap().get("xyzzy").unwrap_err();
        assert_eq!(error.to_string(), "there is no persona \"xyzzy\"");
    }

    fn file(text: &str) -> PersonaFile {
        cards::parse(text).unwrap()
    }

    #[test]
    fn files_build_on_each_other_in_any_order_or_not_at_all() {
        let mut personas = Personas::built_in().unwrap();
        let child = file("id = \"child\"\nparent = \"middle\"\nname = \"Child\"");
        let middle = file(r#"{"id": "middle", "parent": "supportive_friend", "traits": {"humor": 80}}"#);
        personas.add_files([child, middle]).unwrap();
        let made = personas.get("child").unwrap();
        assert_eq!((made.name.as_str(), made.traits["humor"], made.traits["warmth"]), ("Child", 80.0, 90.0));
        // Those that build on a replaced one change with it.
        let mut friend = personas.get("supportive_friend").unwrap().as_ref().clone();
        friend.traits.insert("warmth".into(), 33.0);
        personas.add(friend).unwrap();
        assert_eq!(personas.get("child").unwrap().traits["warmth"], 33.0);

        let error = personas.add_files([file("id = \"x\"\nparent = \"suportive_friend\"")]).unwrap_err().to_string();
        assert!(
            error.contains("x -> suportive_friend") && error.contains("did you mean \"supportive_friend\"?"),
            "{error}"
        );
        assert!(personas.get("x").is_err(), "what does not hold is not added");
        assert!(parse("id = \"y\"\nparent = \"base_assistant\"").unwrap().temperament.openness > 0.0);
    }

    #[test]
    fn a_prompt_is_compiled_once() {
        let personas = Personas::built_in().unwrap();
        let persona = personas.get("curious_companion").unwrap();
        let fingerprint = Fingerprint::of(&persona);
        let estimate = |text: &str| crate::tokens::estimate_tokens(text);
        let input = CompileInput {
            persona: &persona,
            living: philia_mind::prompt::Living::default(),
            mood: None,
            user: None,
            budget: 4000,
            estimate: &estimate,
        };
        let prompts = CompiledPrompts::new(2);
        let first = prompts.compile(fingerprint, &input);
        assert_eq!(*first, compile(&input));
        assert!(Arc::ptr_eq(&first, &prompts.compile(fingerprint, &input)));
        let other = prompts.compile(fingerprint, &CompileInput { user: Some("Amina"), budget: 500, ..input });
        assert_ne!(*first, *other);
        prompts.compile(fingerprint, &CompileInput { budget: 700, ..input });
        prompts.compile(fingerprint, &CompileInput { budget: 800, ..input });
        assert!(!Arc::ptr_eq(&first, &prompts.compile(fingerprint, &input)), "the oldest one made room");
        assert_ne!(fingerprint, Fingerprint::of(&personas.get("base_assistant").unwrap()));
    }
}
