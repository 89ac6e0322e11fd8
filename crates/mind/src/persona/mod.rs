//! The definition of a character: identity, temperament, traits, style, limits and background.
//!
//! A [`PersonaFile`] is what somebody wrote, all of it optional; [`resolve`] follows its parents and makes a [`Persona`]
//! of it. [`blend`] mixes several, [`assemble`](Persona::assembled) fits one to a person and an occasion. What a file may
//! say stands in one table ([`schema`]): types, ranges and meanings, from which the checks and the JSON Schema come.

use crate::bond::BondPolicy;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

mod assemble;
mod blend;
mod check;
mod file;
pub mod lore;
pub mod schema;
pub mod traits;

pub use assemble::Overlay;
pub use blend::{BlendError, blend};
pub use check::Problem;
pub use file::{PersonaFile, Unresolved, merge, resolve};
pub use lore::{Lore, LoreEntry, Lorebook};
pub use traits::{Band, band, behaviour};

/// The Big Five, each 0..1. Fixed for a companion's life.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
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

impl Default for Temperament {
    fn default() -> Self {
        Self::MIDDLE
    }
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

/// How fast a character grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speed {
    /// A quarter of every adjustment.
    Slow,
    /// Half of it.
    #[default]
    Medium,
    /// All of it.
    Fast,
}

impl Speed {
    /// All of them, slowest first.
    pub const ALL: [Self; 3] = [Self::Slow, Self::Medium, Self::Fast];

    /// What an adjustment of a trait is multiplied by.
    pub const fn factor(self) -> f64 {
        match self {
            Self::Slow => 0.25,
            Self::Medium => 0.5,
            Self::Fast => 1.0,
        }
    }
}

/// How a character changes with time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Evolution {
    /// How fast.
    pub speed: Speed,
}

/// What a character holds back, on top of what every character keeps to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Safety {
    /// Topics it does not go into.
    pub refuses: Vec<String>,
    /// Minutes of a conversation after which it says again that it is an AI, 1..180.
    pub disclose_every_minutes: u32,
}

impl Safety {
    /// The longest a conversation may go on without saying again that this is an AI, in minutes.
    pub const LONGEST_CADENCE: u32 = 180;
}

impl Default for Safety {
    fn default() -> Self {
        Self { refuses: Vec::new(), disclose_every_minutes: Self::LONGEST_CADENCE }
    }
}

/// A character, complete: what a persona file says after inheritance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// The file's name, and the name by which it is chosen.
    pub id: String,
    /// What the character is called.
    pub name: String,
    /// Who they are, in a few sentences. `{{char}}` and `{{user}}` stand for the two names, here and in all texts.
    pub description: String,
    /// Version of this definition.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// What it is for (`companion`, `mentor`), in one word.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// Free labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// BCP 47 language the character is written in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// First words at a first meeting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub greetings: Vec<String>,
    /// Where and when it plays, if anywhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scenario: String,
    /// How the character talks, shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// The Big Five.
    pub temperament: Temperament,
    /// Evolving traits, 0..100.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub traits: BTreeMap<String, f64>,
    /// Traits that no evolution changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub immutable_traits: Vec<String>,
    /// How the character talks.
    #[serde(default)]
    pub style: Style,
    /// How it changes with time.
    #[serde(default)]
    pub evolution: Evolution,
    /// Where closeness begins, and what the character becomes with it.
    #[serde(default)]
    pub bond: BondPolicy,
    /// What it holds back.
    #[serde(default)]
    pub safety: Safety,
    /// Background that comes to mind when it is spoken of.
    #[serde(default, skip_serializing_if = "Lorebook::is_empty")]
    pub lorebook: Lorebook,
    /// What other programs keep here. It is carried along and never read into a prompt.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

#[cfg(test)]
pub(crate) mod tests;
