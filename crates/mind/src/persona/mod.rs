//! The definition of a character: identity, temperament, traits and style.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub mod traits;
mod validate;

pub use traits::{Band, band, behaviour};
pub use validate::Problem;

/// The Big Five, each 0..1. Fixed for a companion's life.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Temperament {
    /// Openness to experience.
    pub openness: f64,
    /// Conscientiousness.
    pub conscientiousness: f64,
    /// Extraversion.
    pub extraversion: f64,
    /// Agreeableness.
    pub agreeableness: f64,
    /// Neuroticism.
    pub neuroticism: f64,
}

impl Temperament {
    /// Neither one way nor the other: every trait at 0.5.
    pub const MIDDLE: Self =
        Self { openness: 0.5, conscientiousness: 0.5, extraversion: 0.5, agreeableness: 0.5, neuroticism: 0.5 };
}

/// One exchange that shows how the character talks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The person's line.
    pub user: String,
    /// The character's answer.
    pub reply: String,
}

/// How the character talks, each 0..10 where it is a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Style {
    /// Casual 0 to formal 10.
    pub formality: f64,
    /// Terse 0 to talkative 10.
    pub verbosity: f64,
    /// Earnest 0 to witty 10.
    pub wit: f64,
    /// Waits 0 to takes the first step 10.
    pub proactivity: f64,
    /// Emoji in replies.
    pub use_emojis: bool,
    /// Offers suggestions unasked.
    pub provide_suggestions: bool,
    /// Asks when something is unclear.
    pub ask_clarifying_questions: bool,
    /// What the character knows well.
    pub expertise: Vec<String>,
    /// Anything else, in free words.
    pub instructions: String,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            formality: 3.0,
            verbosity: 5.0,
            wit: 5.0,
            proactivity: 5.0,
            use_emojis: false,
            provide_suggestions: true,
            ask_clarifying_questions: true,
            expertise: Vec::new(),
            instructions: String::new(),
        }
    }
}

/// A character, complete: what a persona file says after inheritance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// The file's name, and the name by which it is chosen.
    pub id: String,
    /// What the character is called.
    pub name: String,
    /// Who they are, in a few sentences.
    pub description: String,
    /// Version of this definition.
    #[serde(default)]
    pub version: String,
    /// Who wrote it.
    #[serde(default)]
    pub author: String,
    /// Free labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// BCP 47 language the character is written in.
    #[serde(default)]
    pub language: String,
    /// First words at a first meeting.
    #[serde(default)]
    pub greetings: Vec<String>,
    /// How the character talks, shown.
    #[serde(default)]
    pub examples: Vec<Example>,
    /// The Big Five.
    pub temperament: Temperament,
    /// Evolving traits, 0..100.
    #[serde(default)]
    pub traits: BTreeMap<String, f64>,
    /// Traits that no evolution changes.
    #[serde(default)]
    pub immutable_traits: Vec<String>,
    /// How the character talks.
    #[serde(default)]
    pub style: Style,
}

#[cfg(test)]
pub(crate) mod tests;
