//! A simulated relationship: a scripted person talks, falls silent, praises and wounds, and the real mind lives it.
//!
//! The same calls as in a turn of the program ([`philia_mind::life::Life`]), with a clock that is counted and chances
//! that are rolled from a seed. A scenario goes in, rows come out; nothing here reads a clock or touches a file.

mod dice;
mod picture;
mod plan;
mod play;
mod replies;
mod scenario;
mod table;

pub use picture::picture;
pub use scenario::{Answers, DayKind, Event, MOST_DAYS, Scenario, Sort, Spell, Told, Weekday};
pub use table::csv;

use crate::error::{Error, Result};
use jiff::Zoned;
use philia_mind::bond::{Level, Thresholds};
use philia_mind::needs::Need;
use philia_mind::{Pad, Persona};

/// The traits that grow, in the order of every row.
pub const TRAITS: [&str; 5] = ["warmth", "curiosity", "assertiveness", "humor", "emotional_depth"];

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A message of the person's, after it was felt.
    Turn,
    /// A night, after it was lived.
    Night,
    /// The companion wrote first.
    Reach,
    /// Noon, when nothing in particular happens.
    Noon,
}

impl What {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Turn => "turn",
            Self::Night => "night",
            Self::Reach => "reach",
            Self::Noon => "noon",
        }
    }
}

/// The companion at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// When, in the person's zone.
    pub at: Zoned,
    /// The day, from 1 up.
    pub day: u32,
    /// What happened.
    pub what: What,
    /// Its mood.
    pub mood: Pad,
    /// Where its mood rests.
    pub baseline: Pad,
    /// Its needs, in the order of [`Need::ALL`].
    pub needs: [f64; Need::ALL.len()],
    /// Its traits, in the order of [`TRAITS`].
    pub traits: [f64; TRAITS.len()],
    /// How close the two are, 0..100.
    pub bond: f64,
    /// The same by name.
    pub level: Level,
    /// How many habits show.
    pub quirks: usize,
    /// The score of the decision whether to write, where there was one and no limit forbade it.
    pub score: Option<f64>,
    /// It wrote.
    pub sent: bool,
    /// Why, in words.
    pub why: String,
}

/// How a message that was sent unasked was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// The person wrote within the time that counts as an answer.
    Answered,
    /// The person declined.
    Declined,
    /// The person did not write, or much later.
    Unanswered,
}

/// A message that was sent unasked.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// When.
    pub at: Zoned,
    /// The words.
    pub text: String,
    /// How it was received.
    pub received: Received,
}

/// A simulated time.
#[derive(Clone, Debug, PartialEq)]
pub struct Year {
    /// How many days.
    pub days: u32,
    /// The seed of its chances.
    pub seed: u64,
    /// The persona's name.
    pub persona: String,
    /// Where the levels of its bond begin.
    pub thresholds: Thresholds,
    /// What it is to be written above which score.
    pub threshold: f64,
    /// Where the needs become urgent.
    pub urgent: f64,
    /// The baseline at birth.
    pub born: Pad,
    /// The traits at birth, in the order of [`TRAITS`].
    pub born_traits: [f64; TRAITS.len()],
    /// What happened, in order of time.
    pub rows: Vec<Row>,
    /// What was sent unasked.
    pub sent: Vec<Outgoing>,
    /// How many nights moved the baseline.
    pub nights: u32,
}

impl Year {
    /// How many messages the person sent.
    pub fn turns(&self) -> usize {
        self.rows.iter().filter(|row| row.what == What::Turn).count()
    }

    /// How far the baseline moved.
    pub fn shift(&self) -> Pad {
        let end = self.rows.last().map_or(self.born, |row| row.baseline);
        Pad::new(
            end.pleasure - self.born.pleasure,
            end.arousal - self.born.arousal,
            end.dominance - self.born.dominance,
        )
    }

    /// The traits that moved: name, at birth, at the end.
    pub fn moved(&self) -> Vec<(&'static str, f64, f64)> {
        let end = self.rows.last().map_or(self.born_traits, |row| row.traits);
        let all = TRAITS.iter().zip(self.born_traits).zip(end);
        all.map(|((name, from), to)| (*name, from, to)).filter(|(_, from, to)| (from - to).abs() > 1e-9).collect()
    }

    /// How many of the messages that were sent unasked were received so.
    pub fn received(&self, how: Received) -> usize {
        self.sent.iter().filter(|sent| sent.received == how).count()
    }
}

/// Plays a scenario with this persona. `tell` is told of each day that is over.
///
/// # Errors
/// [`Error::Invalid`] if there are no days or too many, if the scenario does not hold, or if it ends after the last date
/// that can be told.
pub fn simulate(scenario: &Scenario, persona: &Persona, days: u32, seed: u64, tell: impl FnMut(u32)) -> Result<Year> {
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Error::Invalid(format!("days is {days}; allowed: 1 to {MOST_DAYS}")));
    }
    let problems = scenario.problems();
    if !problems.is_empty() {
        return Err(Error::Invalid(problems.join("\n")));
    }
    let zone = scenario.time_zone()?;
    play::Play::new(scenario, persona, &zone, seed)?.days(days, tell)
}
