//! What a persona says about closeness: where the levels begin, and what it becomes with each.

use super::Level;
use crate::Persona;
use crate::persona::Problem;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The points at which the levels begin; a stranger begins at 0. Rising, each 0..100.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Default 20.
    pub acquaintance: f64,
    /// Default 40.
    pub friend: f64,
    /// Default 60.
    pub close_friend: f64,
    /// Default 80.
    pub soulmate: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { acquaintance: 20.0, friend: 40.0, close_friend: 60.0, soulmate: 80.0 }
    }
}

impl Thresholds {
    /// The level of so many points. A level holds from its threshold up to, and without, the next.
    pub fn level(&self, points: f64) -> Level {
        if points >= self.soulmate {
            Level::Soulmate
        } else if points >= self.close_friend {
            Level::CloseFriend
        } else if points >= self.friend {
            Level::Friend
        } else if points >= self.acquaintance {
            Level::Acquaintance
        } else {
            Level::Stranger
        }
    }

    /// The most points of those who may only be friends: one below the next level.
    pub(super) fn last_of_friendship(&self) -> f64 {
        let last = self.close_friend - 1.0;
        if last.is_finite() { last.clamp(0.0, 100.0) } else { 59.0 }
    }
}

/// What a level changes of how the character talks. What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StyleOverrides {
    /// Casual 0 to formal 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formality: Option<f64>,
    /// Terse 0 to talkative 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verbosity: Option<f64>,
    /// Earnest 0 to witty 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wit: Option<f64>,
    /// Waits 0 to takes the first step 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proactivity: Option<f64>,
    /// Emoji in replies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_emojis: Option<bool>,
    /// Offers suggestions unasked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provide_suggestions: Option<bool>,
    /// Asks when something is unclear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask_clarifying_questions: Option<bool>,
    /// Said in addition to the persona's own instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
}

/// What a level changes of a persona.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overrides {
    /// Traits, 0..100. Immutable ones are left alone.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub traits: BTreeMap<String, f64>,
    /// How it talks.
    pub style: StyleOverrides,
}

/// A persona's own rules of closeness.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BondPolicy {
    /// Where the levels begin.
    pub thresholds: Thresholds,
    /// What the persona becomes with each level; a level that is not named changes nothing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<Level, Overrides>,
}

impl BondPolicy {
    /// Everything that is wrong with it, named from `bond` on.
    pub fn problems(&self) -> Vec<Problem> {
        let mut out = Vec::new();
        let mut add =
            |field: String, value: String, allowed: &str| out.push(Problem { field, value, allowed: allowed.into() });
        let t = &self.thresholds;
        let rising = [
            ("acquaintance", t.acquaintance),
            ("friend", t.friend),
            ("close_friend", t.close_friend),
            ("soulmate", t.soulmate),
        ];
        let mut floor = 0.0;
        for (name, value) in rising {
            if !(0.0..=100.0).contains(&value) {
                add(format!("bond.thresholds.{name}"), value.to_string(), "a number from 0 to 100");
            } else if value <= floor {
                add(
                    format!("bond.thresholds.{name}"),
                    value.to_string(),
                    &format!("more than the level before, {floor}"),
                );
            } else {
                floor = value;
            }
        }
        for (level, overrides) in &self.overrides {
            let at = format!("bond.overrides.{level}");
            for (name, value) in &overrides.traits {
                if !(0.0..=100.0).contains(value) {
                    add(format!("{at}.traits.{name}"), value.to_string(), "a number from 0 to 100");
                }
            }
            let style = &overrides.style;
            let numbers = [
                ("formality", style.formality),
                ("verbosity", style.verbosity),
                ("wit", style.wit),
                ("proactivity", style.proactivity),
            ];
            for (name, value) in numbers {
                if let Some(value) = value.filter(|value| !(0.0..=10.0).contains(value)) {
                    add(format!("{at}.style.{name}"), value.to_string(), "a number from 0 to 10");
                }
            }
        }
        out
    }
}

/// The persona as it is at this level of closeness. Immutable traits stay; what is no number in range changes nothing.
pub fn with_overrides<'a>(persona: &'a Persona, policy: &BondPolicy, level: Level) -> Cow<'a, Persona> {
    let Some(overrides) = policy.overrides.get(&level) else { return Cow::Borrowed(persona) };
    let mut out = persona.clone();
    for (name, value) in &overrides.traits {
        if (0.0..=100.0).contains(value) && !persona.immutable_traits.contains(name) {
            out.traits.insert(name.clone(), *value);
        }
    }
    let change = &overrides.style;
    let style = &mut out.style;
    for (to, from) in [
        (&mut style.formality, change.formality),
        (&mut style.verbosity, change.verbosity),
        (&mut style.wit, change.wit),
        (&mut style.proactivity, change.proactivity),
    ] {
        *to = from.filter(|value| (0.0..=10.0).contains(value)).unwrap_or(*to);
    }
    for (to, from) in [
        (&mut style.use_emojis, change.use_emojis),
        (&mut style.provide_suggestions, change.provide_suggestions),
        (&mut style.ask_clarifying_questions, change.ask_clarifying_questions),
    ] {
        *to = from.unwrap_or(*to);
    }
    if let Some(more) = change.instructions.as_deref().filter(|more| !more.trim().is_empty()) {
        style.instructions = format!("{}\n{}", style.instructions.trim_end(), more.trim()).trim_start().to_owned();
    }
    Cow::Owned(out)
}
