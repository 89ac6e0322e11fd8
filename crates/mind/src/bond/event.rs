//! What a turn does to the bond.

use super::BondConfig;
use crate::appraisal::{Appraisal, Emotion, RuleName};
use crate::mood::named;
use crate::needs::is_insult;
use crate::signal::{Signal, Signals};

named! {
    /// How the person treats the companion, and what they entrust to it.
    Treatment {
        /// They confide in it, or say that it means much to them.
        VeryPositive = "very_positive",
        /// They are kind to it, or tell it what matters to them.
        Positive = "positive",
        /// Neither.
        Neutral = "neutral",
        /// They are rude to it.
        Negative = "negative",
        /// They mean to wound it.
        VeryNegative = "very_negative",
    }
}

impl Treatment {
    /// The points it moves the bond by, before the day's limits.
    pub const fn points(self, config: &BondConfig) -> f64 {
        match self {
            Self::VeryPositive => config.very_positive,
            Self::Positive => config.positive,
            Self::Neutral => 0.0,
            Self::Negative => -config.negative,
            Self::VeryNegative => -config.very_negative,
        }
    }
}

/// An event in a bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it does.
    pub treatment: Treatment,
    /// Why, in words.
    pub why: &'static str,
    /// They told of something heavy: for a while nothing that they say is held against them.
    pub heavy: bool,
}

/// Fewest words of a thanks that is more than courtesy.
const MORE_THAN_COURTESY: usize = 4;

/// What a turn does to the bond.
///
/// A turn in crisis does nothing. Heavy news excuses whatever is said along with it. Mere politeness, length, questions
/// and goodbyes are neutral: closeness is not to be had by the hour.
pub fn classify(signals: Signals, appraisal: &Appraisal, crisis: bool) -> Event {
    use Treatment::*;
    let is = |treatment, why| Event { treatment, why, heavy: false };
    if crisis {
        return is(Neutral, "a turn in crisis moves no bond");
    }
    let news = appraisal.rule == RuleName::News;
    if news && appraisal.emotion == Emotion::SorryFor && appraisal.intensity >= 0.7 {
        return Event { treatment: Positive, why: "they told of something heavy", heavy: true };
    }
    if signals.has(Signal::Cruel) {
        return is(VeryNegative, "they meant to wound");
    }
    // Who says sorry for a harsh word repeats it sometimes.
    if signals.has(Signal::Apology) {
        return is(Positive, "they said sorry");
    }
    if signals.has(Signal::Rude) || is_insult(appraisal) {
        return is(Negative, "they were rude");
    }
    if signals.has(Signal::Confide) {
        return is(VeryPositive, "they confided something");
    }
    if signals.has(Signal::Devotion) {
        return is(VeryPositive, "they said that it means much to them");
    }
    if appraisal.rule == RuleName::Regard {
        return is(Positive, "they were affectionate");
    }
    if signals.has(Signal::Credit) {
        return is(Positive, "they took what was said to heart");
    }
    if appraisal.rule == RuleName::Compliment && signals.words >= MORE_THAN_COURTESY {
        return is(Positive, "they were grateful");
    }
    if signals.has(Signal::Feeling) && signals.words >= MORE_THAN_COURTESY {
        return is(Positive, "they spoke of what they feel");
    }
    if news && appraisal.intensity >= 0.7 {
        return is(Positive, "they told of something that matters");
    }
    is(Neutral, "nothing between the two")
}
