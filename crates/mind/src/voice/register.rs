//! How a character sounds: one of five registers, read from its tags, traits and style.

use crate::Persona;

/// A way of talking. A phrase table holds one list for each, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Register {
    /// Few words, no ornament.
    Plain,
    /// Close and gentle.
    Warm,
    /// Pictures and play.
    Imaginative,
    /// Asks what lies behind it.
    Mentor,
    /// Awake and friendly: everybody else.
    Curious,
}

impl Register {
    pub(super) fn of(persona: &Persona) -> Self {
        let tagged =
            |words: &[&str]| persona.tags.iter().any(|tag| words.iter().any(|word| word.eq_ignore_ascii_case(tag)));
        let level = |name: &str, missing: f64| persona.traits.get(name).copied().unwrap_or(missing);
        if tagged(&["creative", "artist", "playful"]) || level("imagination", 0.0) >= 75.0 {
            Self::Imaginative
        } else if tagged(&["mentor", "teacher", "tutor"])
            || level("curiosity", 50.0) >= 85.0 && level("assertiveness", 50.0) >= 70.0
        {
            Self::Mentor
        } else if tagged(&["assistant"]) || level("warmth", 75.0) <= 55.0 || persona.style.verbosity <= 2.0 {
            Self::Plain
        } else if tagged(&["supportive", "gentle", "listener"]) || level("warmth", 75.0) >= 85.0 {
            Self::Warm
        } else {
            Self::Curious
        }
    }

    /// This register's list of a table.
    pub(super) fn of_table<'a>(self, table: &'a [&'a [&'a str]; 5]) -> &'a [&'a str] {
        table[self as usize]
    }
}
