//! What the way a person answers says about how they would like their companion to be.

use super::GrowthConfig;
use crate::signal::Signal;
use crate::window::{Exchange, answered};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Words from which on an answer is one at length.
const AT_LENGTH: usize = 20;

/// Words up to which an answer is curt.
const CURT: usize = 3;

/// How far a trait should move, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Points, before the speed; what lies beyond the most allowed is cut.
    pub points: f64,
    /// In words ("4 jokes were laughed at").
    pub why: String,
}

/// Signs for and against a trait, with the words for them.
#[derive(Default)]
struct Scale {
    more: u32,
    less: u32,
}

/// A rule: the trait, what speaks for more of it and what for less, and the words for both.
struct Rule {
    name: &'static str,
    more: fn(&Exchange<'_>, &Exchange<'_>) -> bool,
    less: fn(&Exchange<'_>, &Exchange<'_>) -> bool,
    words: (&'static str, &'static str),
}

/// Each looks at what was said and at how it was taken.
const RULES: [Rule; 5] = [
    Rule {
        name: "humor",
        more: |_, then| then.signals.has(Signal::Laugh),
        less: |_, then| then.signals.has(Signal::Unamused),
        words: ("they laughed", "a joke was out of place"),
    },
    Rule {
        name: "curiosity",
        more: |said, then| said.reply.contains('?') && then.signals.words >= AT_LENGTH,
        less: |said, then| {
            let asked = said.reply.contains('?');
            let curt = (1..=CURT).contains(&then.signals.words) && !then.signals.has(Signal::Laugh);
            then.signals.has(Signal::TooManyQuestions) || (asked && curt)
        },
        words: ("a question was answered at length", "a question was not welcome"),
    },
    Rule {
        name: "assertiveness",
        more: |_, then| then.signals.has(Signal::Credit),
        less: |_, then| then.signals.has(Signal::Unadvised),
        words: ("advice was taken", "advice was not wanted"),
    },
    Rule {
        name: "emotional_depth",
        more: |_, then| then.signals.any(&[Signal::Feeling, Signal::Confide]),
        less: |_, then| then.signals.has(Signal::TooDeep),
        words: ("depth was returned", "it went too deep"),
    },
    Rule {
        name: "warmth",
        more: |_, then| then.signals.any(&[Signal::Devotion, Signal::AskBack]),
        less: |_, then| then.signals.has(Signal::TooSweet),
        words: ("warmth was returned", "it was too familiar"),
    },
];

/// What the exchanges since the last reflection suggest, by trait: at most five points up or down, the more the clearer
/// and the more often the person showed it. Rudeness suggests nothing: nobody is made colder by being hurt.
pub fn suggest(window: &[Exchange<'_>], config: &GrowthConfig) -> BTreeMap<String, Suggestion> {
    let mut out = BTreeMap::new();
    for rule in RULES {
        let mut scale = Scale::default();
        for (said, then) in answered(window) {
            scale.more += u32::from((rule.more)(said, then));
            scale.less += u32::from((rule.less)(said, then));
        }
        let signs = scale.more + scale.less;
        if signs < config.least_evidence.max(1) || scale.more == scale.less {
            continue;
        }
        let (all, more, less) = (f64::from(signs), f64::from(scale.more), f64::from(scale.less));
        let weight = (all / f64::from(config.full_evidence.max(1))).min(1.0);
        let points = config.most_suggested * (more - less) / all * weight;
        let (words, times) = if more > less { (rule.words.0, scale.more) } else { (rule.words.1, scale.less) };
        let times = if times == 1 { "once".to_owned() } else { format!("{times} times") };
        out.insert(rule.name.to_owned(), Suggestion { points, why: format!("{words} {times}") });
    }
    out
}
