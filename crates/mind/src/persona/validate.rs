//! What a persona must be, checked as a whole: every problem at once.

use super::{Persona, traits};

/// The most characters of a name or an id.
const NAME: usize = 80;

/// The most characters of a description or of free instructions.
const TEXT: usize = 8000;

/// One thing wrong with a persona.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where (`temperament.openness`).
    pub field: String,
    /// What it says.
    pub value: String,
    /// What is allowed.
    pub allowed: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is {}; allowed: {}", self.field, self.value, self.allowed)
    }
}

/// Collects problems.
#[derive(Default)]
struct Findings(Vec<Problem>);

impl Findings {
    fn add(&mut self, field: impl Into<String>, value: impl Into<String>, allowed: impl Into<String>) {
        self.0.push(Problem { field: field.into(), value: value.into(), allowed: allowed.into() });
    }

    fn number(&mut self, field: &str, value: f64, most: f64) {
        if !(0.0..=most).contains(&value) {
            self.add(field, value.to_string(), format!("a number from 0 to {most}"));
        }
    }

    fn text(&mut self, field: &str, value: &str, most: usize) {
        if value.trim().is_empty() {
            self.add(field, "empty", "some text");
        } else if value.chars().count() > most {
            self.add(field, format!("{} characters long", value.chars().count()), format!("at most {most} characters"));
        }
    }

    fn name(&mut self, field: &str, value: &str) {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        if value.is_empty() || value.len() > NAME || !value.chars().all(plain) {
            self.add(field, format!("{value:?}"), format!("1 to {NAME} of a-z, 0-9, _ and -"));
        }
    }
}

impl Persona {
    /// Everything that is wrong with this persona; nothing, if it is fit for use.
    pub fn validate(&self) -> Vec<Problem> {
        let mut found = Findings::default();
        found.name("id", &self.id);
        found.text("name", &self.name, NAME);
        found.text("description", &self.description, TEXT);
        if !self.language.is_empty() && !is_language_tag(&self.language) {
            found.add("language", format!("{:?}", self.language), "a BCP 47 tag such as en or pt-BR");
        }
        for (i, greeting) in self.greetings.iter().enumerate() {
            found.text(&format!("greetings[{i}]"), greeting, TEXT);
        }
        for (i, example) in self.examples.iter().enumerate() {
            found.text(&format!("examples[{i}].user"), &example.user, TEXT);
            found.text(&format!("examples[{i}].reply"), &example.reply, TEXT);
        }
        let t = &self.temperament;
        for (field, value) in [
            ("openness", t.openness),
            ("conscientiousness", t.conscientiousness),
            ("extraversion", t.extraversion),
            ("agreeableness", t.agreeableness),
            ("neuroticism", t.neuroticism),
        ] {
            found.number(&format!("temperament.{field}"), value, 1.0);
        }
        for (name, value) in &self.traits {
            found.name("traits", name);
            found.number(&format!("traits.{name}"), *value, 100.0);
        }
        for name in &self.immutable_traits {
            if !self.traits.contains_key(name) && traits::default_of(name).is_none() {
                found.add("immutable_traits", format!("{name:?}"), "names of traits that this persona has");
            }
        }
        let s = &self.style;
        for (field, value) in
            [("formality", s.formality), ("verbosity", s.verbosity), ("wit", s.wit), ("proactivity", s.proactivity)]
        {
            found.number(&format!("style.{field}"), value, 10.0);
        }
        if s.instructions.chars().count() > TEXT {
            found.text("style.instructions", &s.instructions, TEXT);
        }
        for (i, field) in s.expertise.iter().enumerate() {
            found.text(&format!("style.expertise[{i}]"), field, NAME);
        }
        found.0
    }
}

fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=8).contains(&primary.len())
        && primary.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|p| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()))
}
