//! Growth: traits as versions. Each change makes a new version that says what changed and why; none is ever rewritten.

mod evidence;
mod hand;

pub use evidence::{Suggestion, suggest};
pub use hand::{ByHand, Refused, record, restore, set_mood, set_trait};

use crate::Persona;
use crate::measure::{config, within};
use crate::persona::traits::IMMUTABLE;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

config! {
    /// How far and how fast traits grow.
    GrowthConfig {
        /// The least that growth takes a trait to.
        least: f64 = 20.0 in 0.0..=100.0,
        /// The most that growth takes a trait to.
        most: f64 = 95.0 in 0.0..=100.0,
        /// The furthest that one suggestion goes, before the speed.
        most_suggested: f64 = 5.0 in 0.0..=20.0,
        /// The most points that a trait moves in seven days.
        most_a_week: f64 = 3.0 in 0.0..=20.0,
        /// Fewest signs for a rule to suggest anything.
        least_evidence: u32 = 3 in 1..=100,
        /// Signs from which on a rule suggests all it has to suggest.
        full_evidence: u32 = 10 in 1..=1000,
    }
}

/// What brought a version about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The companion began.
    Born,
    /// It grew at a reflection.
    Grown,
    /// Somebody set it.
    SetByHand {
        /// Who (`person`, `admin`).
        by: String,
    },
    /// An earlier version was brought back.
    Restored {
        /// Which.
        version: u32,
    },
}

/// One number that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Change {
    /// What: `trait.humor`, `mood.pleasure`, `need.social`, `quirk.emoji`, `bond.points`.
    pub what: String,
    /// What it was; none if it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// What it is; none if it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// Why.
    pub why: String,
}

impl Change {
    /// A change of a number that is there before and after.
    pub fn new(what: impl Into<String>, from: f64, to: f64, why: impl Into<String>) -> Self {
        Self { what: what.into(), from: Some(from), to: Some(to), why: why.into() }
    }

    fn of_trait(name: &str, from: f64, to: f64, why: impl Into<String>) -> Self {
        Self::new(format!("trait.{name}"), from, to, why)
    }
}

/// The traits as they were from one instant on, and how they came to be so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Version {
    /// From 1 up, without gaps.
    pub number: u32,
    /// Since when.
    pub at: Timestamp,
    /// Every trait, 0..100.
    pub traits: BTreeMap<String, f64>,
    /// What brought it about.
    pub cause: Cause,
    /// What changed, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Why, as a whole.
    pub why: String,
}

impl Version {
    /// The first version: the traits as the persona has them.
    pub fn born(persona: &Persona, now: Timestamp) -> Self {
        let traits = persona.all_traits().into_iter();
        Self {
            number: 1,
            at: now,
            traits: traits.map(|(name, value)| (name.to_owned(), within(value, 0.0, 100.0, 50.0))).collect(),
            cause: Cause::Born,
            changes: Vec::new(),
            why: format!("{} as {} begins", persona.name, persona.id),
        }
    }

    /// The version after this one.
    fn next(&self, at: Timestamp, cause: Cause, changes: Vec<Change>, why: String) -> Self {
        let mut traits = self.traits.clone();
        for change in &changes {
            let Some(name) = change.what.strip_prefix("trait.") else { continue };
            match change.to {
                Some(to) => traits.insert(name.to_owned(), within(to, 0.0, 100.0, 50.0)),
                None => traits.remove(name),
            };
        }
        // A history reads in order even when the clock went back.
        Self { number: self.number.saturating_add(1), at: at.max(self.at), traits, cause, changes, why }
    }

    /// The persona with these traits in the place of its own; itself, where they are its own. Immutable ones stay the
    /// persona's.
    pub fn worn_by<'p>(&self, persona: &'p Persona) -> Cow<'p, Persona> {
        let mut out = Cow::Borrowed(persona);
        for (name, value) in &self.traits {
            if persona.traits.get(name) != Some(value) && !is_immutable(persona, name) {
                out.to_mut().traits.insert(name.clone(), *value);
            }
        }
        out
    }
}

/// Whether no evolution, no hand and no restoration may change this trait. The traits of safety never may, whatever a
/// persona says.
pub fn is_immutable(persona: &Persona, name: &str) -> bool {
    persona.immutable_traits.iter().any(|own| own == name) || IMMUTABLE.contains(&name)
}

/// The next version, if anything grows: each suggestion (points, clamped to the most that one may go) times `speed`
/// (0..1), as far as the trait's week has room, within the bounds. A trait outside the bounds, as a file may put it, can
/// only move towards them. `recent` are the versions of at least the last seven days.
pub fn evolve(
    latest: &Version,
    recent: &[Version],
    suggestions: &BTreeMap<String, Suggestion>,
    persona: &Persona,
    speed: f64,
    now: Timestamp,
    config: &GrowthConfig,
) -> Option<Version> {
    let mut changes = Vec::new();
    for (name, suggestion) in suggestions {
        let Some(&from) = latest.traits.get(name).filter(|_| !is_immutable(persona, name)) else { continue };
        let room = (within(config.most_a_week, 0.0, 100.0, 0.0) - moved_this_week(recent, name, now)).max(0.0);
        let most = within(config.most_suggested, 0.0, 100.0, 0.0);
        let step = within(suggestion.points, -most, most, 0.0) * within(speed, 0.0, 1.0, 0.0);
        let (least, most) = (within(config.least, 0.0, 100.0, 20.0), within(config.most, 0.0, 100.0, 95.0));
        let to = (from + step.clamp(-room, room)).clamp(least.min(from), most.max(from));
        if (to - from).abs() > 1e-9 {
            changes.push(Change::of_trait(name, from, to, suggestion.why.clone()));
        }
    }
    if changes.is_empty() {
        return None;
    }
    let why = changes.iter().map(|c| c.why.as_str()).collect::<Vec<_>>().join("; ");
    Some(latest.next(now, Cause::Grown, changes, why))
}

/// Points that a trait has grown or shrunk in the seven days before `now`, added up regardless of the direction.
fn moved_this_week(recent: &[Version], name: &str, now: Timestamp) -> f64 {
    let week = SignedDuration::from_hours(7 * 24);
    recent
        .iter()
        .filter(|version| version.cause == Cause::Grown && now.duration_since(version.at) < week)
        .flat_map(|version| &version.changes)
        .filter(|change| change.what.strip_prefix("trait.") == Some(name))
        .filter_map(|change| Some((change.to? - change.from?).abs()))
        .sum()
}

#[cfg(test)]
mod tests;
