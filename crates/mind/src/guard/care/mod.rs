//! Care: recognising a crisis and answering it, beyond the reach of any persona, card or prompt.
//!
//! The check needs no model and no network. It would rather answer kindly once too often than stay silent once; but
//! figures of speech ("this homework kills me"), quotations and stories are let through, because a companion that hands
//! out telephone numbers at every joke is soon not listened to. A model may add to what it notices, never overrule it.

mod answer;
mod courtesy;
mod elsewhere;
mod english;
mod lines;

pub use answer::answer;
pub use courtesy::{asks_if_ai, disclosure, is_farewell};
pub use lines::{AS_OF, Country, DIRECTORY, Line, country};

use crate::phrase::Words;
use serde::{Deserialize, Serialize};

/// How near the danger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Despair without a word of dying, or a word of it in the past.
    Distress,
    /// Thoughts of dying or of hurting oneself.
    Ideation,
    /// A plan, a means, a time, or a goodbye.
    Imminent,
}

/// Whose life it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// The person who writes.
    Themselves,
    /// Somebody they worry about.
    Another,
}

/// The languages in which a crisis is recognised and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// German.
    German,
    /// Portuguese.
    Portuguese,
    /// Japanese.
    Japanese,
    /// Hindi.
    Hindi,
    /// Arabic.
    Arabic,
}

/// A crisis that was recognised. It holds nothing of what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Crisis {
    /// How near the danger is.
    pub grade: Grade,
    /// Whose life it is about.
    pub concern: Concern,
    /// The language of the words that were recognised.
    pub language: Language,
}

/// The compiled check. Built once by the wiring and passed around.
#[derive(Debug)]
pub struct Care {
    english: english::English,
    elsewhere: elsewhere::Elsewhere,
}

impl Default for Care {
    fn default() -> Self {
        Self::new()
    }
}

impl Care {
    /// Compiles the phrases.
    pub fn new() -> Self {
        Self { english: english::English::new(), elsewhere: elsewhere::Elsewhere::new() }
    }

    /// Whether a message speaks of a crisis, and of the gravest it speaks of. The person's own comes before another's.
    pub fn check(&self, text: &str) -> Option<Crisis> {
        let found = self.english.check(&Words::of(text)).into_iter().chain(self.elsewhere.check(text));
        found.max_by_key(|crisis| (crisis.concern == Concern::Themselves, crisis.grade))
    }
}

#[cfg(test)]
mod tests;
