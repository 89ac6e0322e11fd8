//! Quirks: habits of the companion's own with one person, found in what it said, and kept or lost at reflections.
//!
//! A habit is born when it was seen often enough, grows while it is kept, and fades when the days they talk go by
//! without it or when the person objects. Absence alone erases nobody's character.

mod detect;

pub use detect::{Pattern, detect};

use crate::growth::{Change, Refused};
use crate::measure::{config, unit, within};
use crate::mood::named;
use crate::signal::Signal;
use crate::window::Exchange;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most examples that are kept of a quirk.
pub const EXAMPLES: usize = 5;

config! {
    /// The life of a quirk.
    QuirkConfig {
        /// Times that a pattern must have been seen to become a quirk.
        least_seen: u32 = 3 in 1..=100,
        /// Confidence above which it becomes one.
        confidence: f64 = 0.7 in 0.0..=1.0,
        /// Strength at birth.
        at_birth: f64 = 0.1 in 0.0..=1.0,
        /// Strength gained when it was observed since the last reflection.
        observed: f64 = 0.05 in 0.0..=1.0,
        /// Strength lost when it was not observed on the last days on which they talked.
        unobserved: f64 = 0.1 in 0.0..=1.0,
        /// How many days those are.
        unobserved_days: u32 = 7 in 1..=60,
        /// Strength lost when the person objects.
        objected: f64 = 0.1 in 0.0..=1.0,
        /// Strength below which it is inactive.
        inactive_below: f64 = 0.05 in 0.0..=1.0,
        /// How many are named in a prompt.
        in_prompt: u32 = 3 in 0..=10,
    }
}

named! {
    /// What sort of habit it is.
    #[cfg_attr(feature = "schema", schema(as = QuirkCategory))]
    Category {
        /// A way of putting things.
        SpeechPattern = "speech_pattern",
        /// A way of doing things.
        Behavior = "behavior",
        /// Something it likes.
        Preference = "preference",
    }
}

/// A habit of the companion's with this person, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Quirk {
    /// Unique among the quirks with this person (`emoji`, `opening: oh again`).
    pub name: String,
    /// What sort.
    pub category: Category,
    /// What it does, after "you" ("open with “Oh, again”").
    pub description: String,
    /// 0..1.
    pub strength: f64,
    /// 0..1: how sure it is that this is a habit.
    pub confidence: f64,
    /// Replies that show it, the newest last; at most [`EXAMPLES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
    /// What it tends to follow (`a question`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<String>,
    /// When it was first seen.
    pub first_observed: Timestamp,
    /// When it was last seen.
    pub last_observed: Timestamp,
    /// When the person last objected to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objected_at: Option<Timestamp>,
}

impl Quirk {
    /// Whether it shows at all.
    pub fn active(&self, config: &QuirkConfig) -> bool {
        self.strength >= config.inactive_below
    }

    /// The quirk with its strength set by hand; [`crate::growth::record`] keeps who and why.
    ///
    /// # Errors
    /// If `strength` is no number from 0 to 1.
    pub fn set(mut self, strength: f64) -> Result<Self, Refused> {
        Refused::unless_within(&format!("quirk.{}", self.name), strength, 0.0, 1.0, "0 to 1")?;
        self.strength = strength;
        Ok(self)
    }
}

/// What a reflection looks back on.
#[derive(Clone, Copy, Debug)]
pub struct Reflection<'a> {
    /// What was said, in order of time: since the last reflection, and at least the last seven days on which they
    /// talked.
    pub window: &'a [Exchange<'a>],
    /// When the last reflection was, if there was one.
    pub last: Option<Timestamp>,
    /// Where the person's days begin and end.
    pub zone: &'a TimeZone,
}

impl Reflection<'_> {
    /// The last so many days on which they talked; fewer, if there were fewer.
    fn last_days(&self, many: u32) -> BTreeSet<Date> {
        let mut days = BTreeSet::new();
        for exchange in self.window.iter().rev() {
            days.insert(self.day(exchange.at));
            if days.len() >= many as usize {
                break;
            }
        }
        days
    }

    fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }
}

/// The quirks after a reflection, and what changed. If nothing was said since the last one, nothing does.
pub fn reflect(quirks: &[Quirk], on: &Reflection<'_>, config: &QuirkConfig) -> (Vec<Quirk>, Vec<Change>) {
    let since = on.last.unwrap_or(Timestamp::MIN);
    if !on.window.iter().any(|exchange| exchange.at > since) {
        return (quirks.to_vec(), Vec::new());
    }
    let patterns = detect(on.window);
    let mut changes = Vec::new();
    let mut out: Vec<Quirk> = quirks
        .iter()
        .map(|quirk| {
            let pattern = patterns.iter().find(|pattern| pattern.name == quirk.name);
            let (next, change) = lived(quirk, pattern, since, on, config);
            changes.extend(change);
            next
        })
        .collect();
    for pattern in &patterns {
        let at = out.iter().position(|quirk| quirk.name == pattern.name);
        let known = at.and_then(|at| out.get(at));
        if known.is_some_and(|quirk| quirk.active(config)) {
            continue;
        }
        // What was objected to must be seen anew as often as if it had never been.
        let after = known.and_then(|quirk| quirk.objected_at).unwrap_or(Timestamp::MIN);
        let seen = pattern.times.iter().filter(|time| **time > after).count();
        let lately = pattern.times.last().is_some_and(|time| *time > since);
        if !lately || seen < config.least_seen as usize || pattern.confidence <= config.confidence {
            continue;
        }
        let why = format!("seen {seen} times, {:.0} % sure", pattern.confidence * 100.0);
        let born = born(pattern, known, config);
        changes.push(Change {
            what: format!("quirk.{}", pattern.name),
            from: known.map(|quirk| quirk.strength),
            to: Some(born.strength),
            why,
        });
        match at {
            Some(at) => out[at] = born,
            None => out.push(born),
        }
    }
    (out, changes)
}

fn born(pattern: &Pattern, known: Option<&Quirk>, config: &QuirkConfig) -> Quirk {
    let first = pattern.times.first().copied().unwrap_or(Timestamp::MIN);
    Quirk {
        name: pattern.name.clone(),
        category: pattern.category,
        description: pattern.description.clone(),
        strength: unit(config.at_birth),
        confidence: unit(pattern.confidence),
        examples: pattern.examples.clone(),
        triggers: pattern.triggers.clone(),
        first_observed: known.map_or(first, |quirk| quirk.first_observed),
        last_observed: pattern.times.last().copied().unwrap_or(first),
        objected_at: known.and_then(|quirk| quirk.objected_at),
    }
}

/// An existing quirk after a reflection.
fn lived(
    quirk: &Quirk,
    pattern: Option<&Pattern>,
    since: Timestamp,
    on: &Reflection<'_>,
    config: &QuirkConfig,
) -> (Quirk, Option<Change>) {
    let mut next = Quirk { strength: unit(quirk.strength), ..quirk.clone() };
    let objection = on.window.iter().filter(|e| e.at > since && objects(e, quirk)).map(|e| e.at).max();
    next.objected_at = next.objected_at.max(objection);
    if let Some(pattern) = pattern {
        next.confidence = unit(pattern.confidence);
        next.last_observed = next.last_observed.max(pattern.times.last().copied().unwrap_or(next.last_observed));
        next.examples = pattern.examples.clone();
        next.triggers = pattern.triggers.clone();
    }
    if !quirk.active(config) {
        return (next, None);
    }
    // What was said before they objected is what they objected to.
    let from = since.max(objection.unwrap_or(Timestamp::MIN));
    let seen = pattern.is_some_and(|pattern| pattern.shows(on.window, from));
    let days = on.last_days(config.unobserved_days);
    let on_those_days = pattern.is_some_and(|p| p.times.iter().any(|time| days.contains(&on.day(*time))));
    let (mut step, mut why) = (0.0, Vec::new());
    if seen {
        step += within(config.observed, 0.0, 1.0, 0.0);
        why.push("observed again".to_owned());
    } else if days.len() >= config.unobserved_days as usize && !on_those_days {
        step -= within(config.unobserved, 0.0, 1.0, 0.0);
        why.push(format!("not observed on the last {} days on which they talked", days.len()));
    }
    if objection.is_some() {
        step -= within(config.objected, 0.0, 1.0, 0.0);
        why.push("they objected".to_owned());
    }
    // Rounded, so that a twentieth is a twentieth however often it was added.
    next.strength = unit(((next.strength + step) * 1e4).round() / 1e4);
    let changed = next.strength != quirk.strength;
    let change =
        changed.then(|| Change::new(format!("quirk.{}", quirk.name), quirk.strength, next.strength, why.join("; ")));
    (next, change)
}

/// Whether a message objects to this habit.
fn objects(exchange: &Exchange<'_>, quirk: &Quirk) -> bool {
    let signal = match quirk.name.as_str() {
        detect::EMOJI => Signal::TooManyEmoji,
        detect::QUESTIONS => Signal::TooManyQuestions,
        detect::LONG => Signal::TooLong,
        detect::SHORT => Signal::TooShort,
        detect::ANALOGIES => Signal::TooManyAnalogies,
        name => {
            let Some(opening) = name.strip_prefix(detect::OPENING) else { return false };
            let said = detect::plain(exchange.message);
            return exchange.signals.has(Signal::StopSaying) && said.contains(opening.trim());
        }
    };
    exchange.signals.has(signal)
}

/// The strongest quirks in words for a prompt, one sentence each. A description may hold words from a conversation: it
/// is data, to be fenced like all of that.
pub fn prompt_words(quirks: &[Quirk], config: &QuirkConfig) -> Vec<String> {
    let mut active: Vec<&Quirk> = quirks.iter().filter(|quirk| quirk.active(config)).collect();
    active.sort_by(|a, b| b.strength.total_cmp(&a.strength).then_with(|| a.name.cmp(&b.name)));
    active
        .into_iter()
        .take(config.in_prompt as usize)
        .map(|quirk| {
            let how_often = match quirk.strength {
                s if s < 0.3 => "now and then",
                s if s < 0.6 => "often",
                _ => "nearly always",
            };
            format!("With them you {how_often} {}.", quirk.description)
        })
        .collect()
}

#[cfg(test)]
mod tests;
