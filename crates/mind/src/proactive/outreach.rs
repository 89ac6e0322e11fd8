//! What was sent unasked, and how it was received.

use super::{ProactiveConfig, Reason};
use crate::measure::hours;
use crate::signal::{Signal, Signals};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The most messages that are remembered.
const KEPT: usize = 100;

/// Most words of a "busy" or a "stop" that is a refusal rather than a story about being busy.
const REFUSAL: usize = 12;

/// A message that was sent unasked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Reason,
    /// The words that were chosen ([`super::Starter::id`]), so that they are not chosen again soon.
    pub starter: String,
    /// What it was about ([`super::Matter::id`]), so that nothing is asked twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// When the person next wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
}

/// The messages sent unasked, as they are stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outreach {
    /// The last hundred of them, in order.
    #[serde(default)]
    pub sent: Vec<Sent>,
    /// When the person last declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined_at: Option<Timestamp>,
}

impl Outreach {
    /// After a message was sent.
    pub fn sent(&mut self, sent: Sent) {
        self.sent.push(sent);
        if self.sent.len() > KEPT {
            self.sent.remove(0);
        }
    }

    /// After the person wrote. Whatever was open is answered; says whether it was a refusal: "not now", "stop", "busy" to
    /// a message that was sent unasked, or the wish not to be written to at any time.
    pub fn heard(&mut self, at: Timestamp, signals: Signals) -> bool {
        let mut answers = false;
        for sent in self.sent.iter_mut().filter(|sent| sent.answered_at.is_none()) {
            sent.answered_at = Some(at.max(sent.at));
            answers = true;
        }
        let refused =
            signals.has(Signal::LeaveBe) || (answers && signals.has(Signal::Decline) && signals.words <= REFUSAL);
        if refused {
            self.declined_at = self.declined_at.max(Some(at));
        }
        refused
    }

    /// After the person put it off by command.
    pub fn snoozed(&mut self, at: Timestamp) {
        self.declined_at = self.declined_at.max(Some(at));
    }

    /// The last one sent.
    pub fn last(&self) -> Option<&Sent> {
        self.sent.iter().max_by_key(|sent| sent.at)
    }

    /// How many of the last ones the person has not answered.
    pub fn unanswered_in_a_row(&self) -> usize {
        self.sent.iter().rev().take_while(|sent| sent.answered_at.is_none()).count()
    }

    /// How many were sent on the person's present day (or later, if the clock went back).
    pub fn sent_today(&self, now: Timestamp, zone: &TimeZone) -> usize {
        let today = zone.to_datetime(now).date();
        self.sent.iter().filter(|sent| zone.to_datetime(sent.at).date() >= today).count()
    }

    /// The share of messages that were answered in time, 0..1, among those of the last days that have had the time;
    /// none without any.
    pub fn response_rate(&self, now: Timestamp, config: &ProactiveConfig) -> Option<f64> {
        let in_time = |sent: &Sent| sent.answered_at.is_some_and(|at| hours(sent.at, at) <= config.answer_hours);
        let days = f64::from(config.history_days);
        let counted = |sent: &&Sent| {
            let age = hours(sent.at, now);
            age <= days * 24.0 && (age > config.answer_hours || sent.answered_at.is_some())
        };
        let (all, answered) = self
            .sent
            .iter()
            .filter(counted)
            .fold((0_u32, 0_u32), |(all, answered), sent| (all + 1, answered + u32::from(in_time(sent))));
        (all > 0).then(|| f64::from(answered) / f64::from(all))
    }
}
