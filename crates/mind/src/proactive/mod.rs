//! Reaching out: whether to write first, now, why, and with which words.
//!
//! Hard limits come before everything; then a score weighs the companion's needs, the moment, the habits of the two and
//! its temperament; then there must be a reason, and something kind to say. Each decision tells all of its parts.

mod limits;
mod outreach;
mod reason;
mod rhythm;
mod score;
mod starter;
mod when;

pub use limits::Limit;
pub use outreach::{Outreach, Sent};
pub use reason::{Matter, MatterKind, Reason, Trigger};
pub use rhythm::Rhythm;
pub use score::{Need, Pattern, Personality, Score, Timing};
pub use starter::{Starter, StarterKind, pressure};
pub use when::best_window;

use crate::measure::config;
use crate::needs::{Needs, NeedsConfig};
use crate::thought::{Considered, Occasion, Thought, inner_thought};
use crate::{Pad, Persona, Profile};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

config! {
    /// When and how a companion writes first.
    ProactiveConfig {
        /// Score from which on it writes.
        threshold: f64 = 0.6 in 0.0..=1.0,
        /// Weight of the needs.
        need_share: f64 = 0.40 in 0.0..=1.0,
        /// Weight of the moment.
        timing_share: f64 = 0.25 in 0.0..=1.0,
        /// Weight of the habits of the two.
        pattern_share: f64 = 0.35 in 0.0..=1.0,
        /// How much the social need drives it.
        drive_social: f64 = 1.0 in 0.0..=3.0,
        /// How much the intellectual need drives it.
        drive_intellectual: f64 = 1.0 in 0.0..=3.0,
        /// How much the creative need drives it.
        drive_creative: f64 = 1.0 in 0.0..=3.0,
        /// How much the need for rest drives it.
        drive_rest: f64 = 1.0 in 0.0..=3.0,
        /// How much the need for validation drives it.
        drive_validation: f64 = 1.0 in 0.0..=3.0,
        /// Hours over which the penalty for having written just now fades.
        recent_hours: f64 = 12.0 in 0.0..=168.0,
        /// The most messages in one of the person's days.
        per_day: u32 = 3 in 0..=3,
        /// Fewest hours between two messages.
        apart_hours: f64 = 4.0 in 4.0..=168.0,
        /// Hours of silence after a decline.
        after_decline_hours: f64 = 24.0 in 24.0..=720.0,
        /// Messages in a row that may go unanswered; then none until the person writes.
        unanswered: u32 = 2 in 1..=2,
        /// Hours to wait for an answer to a message before the next, but for a reminder that was asked for.
        patience_hours: f64 = 48.0 in 0.0..=336.0,
        /// Days of the log that habits are read from.
        history_days: u32 = 30 in 1..=365,
        /// Hours within which a message counts as answered.
        answer_hours: f64 = 24.0 in 1.0..=168.0,
        /// Hours after a talk in which it leaves the person to themselves.
        settle_hours: f64 = 4.0 in 0.0..=72.0,
        /// Hours of silence after which it may simply ask how they are.
        check_in_hours: f64 = 24.0 in 1.0..=336.0,
        /// Receptivity above which an hour is a good one.
        good_hour: f64 = 0.7 in 0.0..=1.0,
        /// Fewest turns from which habits can be read at all.
        least_turns: u32 = 10 in 0..=1000,
    }
}

/// Everything that a decision is made of.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The present.
    pub now: Timestamp,
    /// Where the person's day begins and ends.
    pub zone: &'a TimeZone,
    /// Who would write, as it has grown.
    pub persona: &'a Persona,
    /// To whom: consent, quiet hours, name and language.
    pub profile: &'a Profile,
    /// The companion's mood now.
    pub mood: Pad,
    /// Its needs.
    pub needs: &'a Needs,
    /// How they grow.
    pub needs_config: &'a NeedsConfig,
    /// What it has sent unasked so far.
    pub outreach: &'a Outreach,
    /// When the person usually talks.
    pub rhythm: &'a Rhythm,
    /// How positive the person's last turns were, -1..1, the newest last.
    pub sentiments: &'a [f64],
    /// What there is to come back to: tasks, events, interests.
    pub matters: &'a [Matter<'a>],
    /// A turn is being answered.
    pub turn_running: bool,
    /// A crisis of the person's is not yet over.
    pub crisis_open: bool,
    /// Chooses among words; the same seed chooses the same.
    pub seed: u64,
}

/// Whether to write, and everything that led to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// When it was made.
    pub at: Timestamp,
    /// Write now.
    pub reach: bool,
    /// What forbids it; where anything does, nothing was scored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// The score with its parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// The reasons there are, the most pressing first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// What to say; a model may say it better. None where there is nothing to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starter: Option<Starter>,
    /// What it thinks about it, for the person to inspect; never sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thought: Option<Thought>,
    /// If not now: the best time within two days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Timestamp>,
}

impl Decision {
    /// The reason to write, if it does.
    pub fn reason(&self) -> Option<Reason> {
        self.triggers.first().filter(|_| self.reach).map(|trigger| trigger.reason)
    }

    /// The decision in words and numbers, one part a line.
    pub fn explain(&self) -> Vec<String> {
        let mut out = vec![if self.reach { "It writes." } else { "It does not write." }.to_owned()];
        out.extend(self.limits.iter().map(|limit| format!("Not allowed: {}.", limit.describe())));
        if let Some(score) = &self.score {
            out.extend(score.explain());
        }
        out.extend(self.triggers.iter().map(|trigger| format!("A reason, {}: {}.", trigger.reason, trigger.why)));
        if self.limits.is_empty() && self.triggers.is_empty() {
            out.push("There is no reason to write.".to_owned());
        }
        out.extend(self.window.map(|at| format!("A good time would be {at}.")));
        out
    }
}

/// Decides whether to write now.
///
/// A reminder that the person asked for needs no score, only that no limit stands against it.
pub fn decide(situation: &Situation<'_>, config: &ProactiveConfig) -> Decision {
    let triggers = reason::triggers(situation, config);
    let reminds = triggers.first().is_some_and(|trigger| trigger.reason == Reason::TaskDue);
    let limits = limits::limits(situation, reminds, config);
    let score = limits.is_empty().then(|| score::score(situation, config));
    let wants = reminds || score.as_ref().is_some_and(|score| score.total >= config.threshold);
    let starter =
        triggers.first().filter(|_| limits.is_empty() && wants).and_then(|trigger| starter::choose(trigger, situation));
    let reach = starter.is_some();
    let thought = triggers.first().zip(score.as_ref()).filter(|_| reach).map(|(trigger, score)| {
        inner_thought(&Considered {
            mood: situation.mood,
            appraisal: None,
            urgent: &situation.needs.urgent(situation.now, situation.needs_config),
            crisis: situation.crisis_open,
            occasion: Occasion::ReachOut { reason: trigger.reason, why: &trigger.why, score: score.total },
        })
    });
    let window = if reach { None } else { best_window(situation, config) };
    Decision { at: situation.now, reach, limits, score, triggers, starter, thought, window }
}

#[cfg(test)]
mod tests;
