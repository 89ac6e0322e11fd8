//! What is set by hand, and what is brought back: versions like any other, with who and why.

use super::{Cause, Change, Version, is_immutable};
use crate::{Pad, Persona};
use jiff::Timestamp;

/// Most characters of a reason.
const REASON: usize = 500;

/// The furthest that a mood can be moved by hand, in any dimension.
const MOOD: f64 = 2.0;

/// Somebody's hand.
#[derive(Clone, Copy, Debug)]
pub struct ByHand<'a> {
    /// Who (`person`, `admin`).
    pub by: &'a str,
    /// Why, in their words.
    pub why: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Why something cannot be set.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    /// It is one of those that never change.
    #[error("{0} never changes")]
    Immutable(String),
    /// There is no such trait.
    #[error("there is no trait {name:?}; there are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// Those there are.
        known: String,
    },
    /// It is out of range.
    #[error("{what} is {value}; allowed: {allowed}")]
    OutOfRange {
        /// What.
        what: String,
        /// What was asked for.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// No reason was given, or too long a one.
    #[error("a reason of 1 to 500 characters is needed")]
    NoReason,
}

impl Refused {
    /// Nothing, if `value` is a number from `least` to `most`.
    pub(crate) fn unless_within(
        what: &str,
        value: f64,
        least: f64,
        most: f64,
        allowed: &'static str,
    ) -> Result<(), Self> {
        if (least..=most).contains(&value) {
            return Ok(());
        }
        Err(Self::OutOfRange { what: what.to_owned(), value: value.to_string(), allowed })
    }
}

impl ByHand<'_> {
    fn reason(&self) -> Result<String, Refused> {
        let why = self.why.trim();
        if why.is_empty() || why.chars().count() > REASON { Err(Refused::NoReason) } else { Ok(why.to_owned()) }
    }
}

/// A version that records what was set by hand besides traits (`bond.points`, `need.social`, `quirk.emoji`).
///
/// # Errors
/// If there is no reason.
pub fn record(latest: &Version, changes: Vec<Change>, hand: &ByHand<'_>) -> Result<Version, Refused> {
    let why = hand.reason()?;
    Ok(latest.next(hand.now, Cause::SetByHand { by: hand.by.to_owned() }, changes, why))
}

/// The version in which a trait has this value, 0..100.
///
/// # Errors
/// If the trait is immutable or unknown, the value no number from 0 to 100, or the reason missing.
pub fn set_trait(
    latest: &Version,
    persona: &Persona,
    name: &str,
    value: f64,
    hand: &ByHand<'_>,
) -> Result<Version, Refused> {
    if is_immutable(persona, name) {
        return Err(Refused::Immutable(name.to_owned()));
    }
    let Some(&from) = latest.traits.get(name) else {
        let known = latest.traits.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(Refused::Unknown { name: name.to_owned(), known });
    };
    Refused::unless_within(name, value, 0.0, 100.0, "0 to 100")?;
    let why = hand.reason()?;
    record(latest, vec![Change::of_trait(name, from, value, why)], hand)
}

/// The mood after it was moved by hand, and the version that says so.
///
/// # Errors
/// If a dimension of `delta` is no number from -2 to 2, or the reason is missing.
pub fn set_mood(latest: &Version, mood: Pad, delta: Pad, hand: &ByHand<'_>) -> Result<(Pad, Version), Refused> {
    let why = hand.reason()?;
    let mood = mood.clamped();
    let after = mood.plus(delta);
    let mut changes = Vec::new();
    for (name, by, from, to) in [
        ("mood.pleasure", delta.pleasure, mood.pleasure, after.pleasure),
        ("mood.arousal", delta.arousal, mood.arousal, after.arousal),
        ("mood.dominance", delta.dominance, mood.dominance, after.dominance),
    ] {
        Refused::unless_within(&format!("the change of {name}"), by, -MOOD, MOOD, "-2 to 2")?;
        if by != 0.0 {
            changes.push(Change::new(name, from, to, why.clone()));
        }
    }
    Ok((after, record(latest, changes, hand)?))
}

/// The version that brings an earlier one's traits back. Immutable traits stay as they are. Moods pass by themselves
/// and a bond is earned, so neither is restored.
///
/// # Errors
/// If the reason is missing.
pub fn restore(latest: &Version, earlier: &Version, persona: &Persona, hand: &ByHand<'_>) -> Result<Version, Refused> {
    let why = hand.reason()?;
    let mutable = |name: &str| !is_immutable(persona, name);
    let names: std::collections::BTreeSet<&String> = latest.traits.keys().chain(earlier.traits.keys()).collect();
    let changes = names
        .into_iter()
        .filter(|name| mutable(name) && latest.traits.get(*name) != earlier.traits.get(*name))
        .map(|name| Change {
            what: format!("trait.{name}"),
            from: latest.traits.get(name).copied(),
            to: earlier.traits.get(name).copied(),
            why: why.clone(),
        })
        .collect();
    Ok(latest.next(hand.now, Cause::Restored { version: earlier.number }, changes, why))
}
