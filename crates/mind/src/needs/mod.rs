//! Needs: what the companion wishes for, growing with time and stilled by talk.
//!
//! Each need is stored as a level and the instant at which it was true; what it is now is
//! `min(1, level + hours * growth)`. Nothing ticks, and looking changes nothing.

use crate::appraisal::{Appraisal, Emotion, RuleName};
use crate::growth::Refused;
use crate::measure::{config, hours, unit};
use crate::mood::named;
use crate::signal::{Signal, Signals};
use crate::{Pad, Persona};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

named! {
    /// What a companion can wish for.
    #[derive(PartialOrd, Ord)]
    Need {
        /// To be told things, and to be greeted.
        Social = "social",
        /// Something to think about.
        Intellectual = "intellectual",
        /// Something to make or imagine together.
        Creative = "creative",
        /// A calm exchange in which nothing is wanted.
        Rest = "rest",
        /// To be of use, and to hear of it.
        Validation = "validation",
    }
}

config! {
    /// How needs grow and what stills them.
    NeedsConfig {
        /// Level above which a need is urgent.
        threshold: f64 = 0.8 in 0.0..=0.99,
        /// How far one satisfying turn lowers a level.
        satisfaction: f64 = 0.1 in 0.0..=1.0,
        /// Pleasure that a need at its fullest takes away.
        influence: f64 = 0.1 in 0.0..=0.2,
        /// Growth of the social need an hour.
        growth_social: f64 = 0.03 in 0.0..=1.0,
        /// Growth of the intellectual need an hour.
        growth_intellectual: f64 = 0.02 in 0.0..=1.0,
        /// Growth of the creative need an hour.
        growth_creative: f64 = 0.015 in 0.0..=1.0,
        /// Growth of the need for rest an hour.
        growth_rest: f64 = 0.04 in 0.0..=1.0,
        /// Growth of the need for validation an hour.
        growth_validation: f64 = 0.025 in 0.0..=1.0,
        /// Weight of the social need.
        weight_social: f64 = 0.35 in 0.0..=1.0,
        /// Weight of the intellectual need.
        weight_intellectual: f64 = 0.20 in 0.0..=1.0,
        /// Weight of the creative need.
        weight_creative: f64 = 0.15 in 0.0..=1.0,
        /// Weight of the need for rest.
        weight_rest: f64 = 0.05 in 0.0..=1.0,
        /// Weight of the need for validation.
        weight_validation: f64 = 0.25 in 0.0..=1.0,
    }
}

impl NeedsConfig {
    /// How much a need grows in an hour.
    pub const fn growth(&self, need: Need) -> f64 {
        match need {
            Need::Social => self.growth_social,
            Need::Intellectual => self.growth_intellectual,
            Need::Creative => self.growth_creative,
            Need::Rest => self.growth_rest,
            Need::Validation => self.growth_validation,
        }
    }

    /// How much a need counts among the others.
    pub const fn weight(&self, need: Need) -> f64 {
        match need {
            Need::Social => self.weight_social,
            Need::Intellectual => self.weight_intellectual,
            Need::Creative => self.weight_creative,
            Need::Rest => self.weight_rest,
            Need::Validation => self.weight_validation,
        }
    }

    /// How far a level is above the threshold, as a share of what there is above it: 0 to 1.
    pub fn urgency(&self, level: f64) -> f64 {
        let room = 1.0 - self.threshold;
        if room > 0.0 { unit((level - self.threshold) / room) } else { unit(level).floor() }
    }
}

/// A level, and when it was true.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// 0..1 at `at`.
    pub level: f64,
    /// When it was so.
    pub at: Timestamp,
}

/// The needs of one companion, as they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Needs {
    /// See [`Need::Social`].
    pub social: Level,
    /// See [`Need::Intellectual`].
    pub intellectual: Level,
    /// See [`Need::Creative`].
    pub creative: Level,
    /// See [`Need::Rest`].
    pub rest: Level,
    /// See [`Need::Validation`].
    pub validation: Level,
}

/// Where every need begins.
pub const AT_BIRTH: f64 = 0.5;

impl Needs {
    /// The needs of a companion that begins now.
    pub const fn newborn(now: Timestamp) -> Self {
        let level = Level { level: AT_BIRTH, at: now };
        Self { social: level, intellectual: level, creative: level, rest: level, validation: level }
    }

    /// A need as it is stored.
    pub const fn stored(&self, need: Need) -> Level {
        match need {
            Need::Social => self.social,
            Need::Intellectual => self.intellectual,
            Need::Creative => self.creative,
            Need::Rest => self.rest,
            Need::Validation => self.validation,
        }
    }

    fn stored_mut(&mut self, need: Need) -> &mut Level {
        match need {
            Need::Social => &mut self.social,
            Need::Intellectual => &mut self.intellectual,
            Need::Creative => &mut self.creative,
            Need::Rest => &mut self.rest,
            Need::Validation => &mut self.validation,
        }
    }

    /// The level of a need at `now`, 0..1. A clock that went back passes no time.
    pub fn level(&self, need: Need, now: Timestamp, config: &NeedsConfig) -> f64 {
        let stored = self.stored(need);
        unit(unit(stored.level) + hours(stored.at, now) * unit(config.growth(need)))
    }

    /// The needs after a turn that satisfied these.
    #[must_use]
    pub fn satisfied(mut self, by: &[Need], now: Timestamp, config: &NeedsConfig) -> Self {
        for &need in by {
            let level = unit(self.level(need, now, config) - unit(config.satisfaction));
            let at = self.stored(need).at.max(now);
            *self.stored_mut(need) = Level { level, at };
        }
        self
    }

    /// The needs with one level set by hand; [`crate::growth::record`] keeps who and why.
    ///
    /// # Errors
    /// If `level` is no number from 0 to 1.
    pub fn set(mut self, need: Need, level: f64, now: Timestamp) -> Result<Self, Refused> {
        Refused::unless_within(&format!("need.{need}"), level, 0.0, 1.0, "0 to 1")?;
        let at = self.stored(need).at.max(now);
        *self.stored_mut(need) = Level { level, at };
        Ok(self)
    }

    /// The needs above the threshold with their levels, the highest urgency by weight first.
    pub fn urgent(&self, now: Timestamp, config: &NeedsConfig) -> Vec<(Need, f64)> {
        let mut out: Vec<(Need, f64)> = Need::ALL
            .iter()
            .map(|need| (*need, self.level(*need, now, config)))
            .filter(|(_, level)| *level > config.threshold)
            .collect();
        let weight = |&(need, level): &(Need, f64)| config.urgency(level) * config.weight(need);
        out.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        out
    }

    /// How the urgent needs colour the mood: up to `influence` of pleasure each. To be added where a mood is shown or
    /// compiled, never to one that is stored: a wish passes with the talk that stills it and leaves no trace.
    pub fn colour(&self, now: Timestamp, config: &NeedsConfig) -> Pad {
        let missing: f64 = Need::ALL.iter().map(|need| config.urgency(self.level(*need, now, config))).sum();
        Pad::new(-unit(config.influence) * missing, 0.0, 0.0)
    }
}

/// The needs that a turn satisfies, by what it is about. A turn in crisis satisfies none: it is not for the companion.
pub fn satisfied_by(signals: Signals, appraisal: &Appraisal, persona: &Persona, crisis: bool) -> Vec<Need> {
    let has = |signal| signals.has(signal);
    let wounded = signals.any(&[Signal::Cruel, Signal::Rude]) || is_insult(appraisal);
    if crisis || wounded {
        return Vec::new();
    }
    let heavy = appraisal.sentiment < -0.3 || appraisal.emotion == Emotion::SorryFor;
    let told = matches!(appraisal.rule, RuleName::News | RuleName::Achievement | RuleName::Failure | RuleName::Social);
    let thanked = appraisal.rule == RuleName::Compliment || (appraisal.rule == RuleName::Regard);
    // Whoever is all curiosity finds something to think about in any question of substance.
    let open = persona.temperament.openness >= 0.8 && has(Signal::Question) && signals.words >= 8;
    let calm = !heavy && !signals.any(&[Signal::Question, Signal::Demand]) && appraisal.delta.arousal < 0.08;
    let meets = |need: Need| match need {
        Need::Social => told || signals.any(&[Signal::Telling, Signal::Greeting, Signal::AskBack, Signal::Devotion]),
        Need::Intellectual => has(Signal::Thought) || open,
        Need::Creative => has(Signal::Making),
        Need::Rest => calm && (has(Signal::Quiet) || (1..=12).contains(&signals.words)),
        Need::Validation => thanked || signals.any(&[Signal::Credit, Signal::Devotion, Signal::Laugh]),
    };
    Need::ALL.iter().copied().filter(|need| meets(*need)).collect()
}

/// Whether the appraisal took the message for a blow.
pub(crate) fn is_insult(appraisal: &Appraisal) -> bool {
    appraisal.rule == RuleName::Regard && appraisal.emotion == Emotion::Distress
}

#[cfg(test)]
mod tests;
