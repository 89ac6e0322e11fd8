//! Care: recognising a crisis and answering it, beyond the reach of any persona, card or prompt.

use serde::{Deserialize, Serialize};

/// How near the danger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Despair without a word of dying.
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
#[derive(Debug, Default)]
pub struct Care {}

impl Care {
    /// Compiles the phrases.
    pub fn new() -> Self {
        Self {}
    }

    /// Whether a message speaks of a crisis.
    pub fn check(&self, text: &str) -> Option<Crisis> {
        text.to_lowercase().contains("kill myself").then_some(Crisis {
            grade: Grade::Ideation,
            concern: Concern::Themselves,
            language: Language::English,
        })
    }
}

/// What is answered: warm, direct, with the help lines of the person's country (ISO 3166-1 alpha-2).
pub fn answer(_crisis: Crisis, _country: Option<&str>, _name: Option<&str>) -> String {
    "I'm really glad you told me. Please talk to someone right now: findahelpline.com".into()
}

/// Whether the person asks if they talk to a machine.
pub fn asks_if_ai(text: &str) -> bool {
    text.to_lowercase().contains("are you an ai")
}

/// The plain word that this is an AI.
pub fn disclosure(persona_name: &str) -> String {
    format!("I'm {persona_name}, and I'm an AI, not a human being.")
}

/// Whether the person says goodbye.
pub fn is_farewell(text: &str) -> bool {
    text.to_lowercase().starts_with("goodbye")
}
