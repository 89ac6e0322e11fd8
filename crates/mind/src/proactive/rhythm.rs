//! When the person usually talks, for how long, and who begins.

use super::{Outreach, ProactiveConfig};
use crate::measure::hours;
use crate::window::SESSION_GAP;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Habits of talk, over the last days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rhythm {
    /// Turns by hour of the person's day.
    pub hours: [u32; 24],
    /// Turns by day of the week, Monday first.
    pub weekdays: [u32; 7],
    /// Turns in all.
    pub turns: u32,
    /// Runs of turns.
    pub sessions: u32,
    /// Runs that the person began of themselves.
    pub begun_by_person: u32,
    /// The last turn, however long ago.
    pub last: Option<Timestamp>,
}

/// Where nothing is known.
const UNKNOWN: f64 = 0.5;

impl Rhythm {
    /// Reads the habits off the turns, given in order of time.
    pub fn of(
        turns: &[Timestamp],
        outreach: &Outreach,
        now: Timestamp,
        zone: &TimeZone,
        config: &ProactiveConfig,
    ) -> Self {
        let mut out = Self { last: turns.last().copied(), ..Self::default() };
        let days = f64::from(config.history_days);
        let mut before: Option<Timestamp> = None;
        for &at in turns {
            let previous = before.replace(at);
            if hours(at, now) > days * 24.0 {
                continue;
            }
            let (hour, weekday) = place(at, zone);
            out.hours[hour] += 1;
            out.weekdays[weekday] += 1;
            out.turns += 1;
            if previous.is_none_or(|previous| at.duration_since(previous) >= SESSION_GAP) {
                out.sessions += 1;
                let answers = |sent_at: Timestamp| {
                    sent_at <= at
                        && previous.is_none_or(|previous| sent_at > previous)
                        && hours(sent_at, at) <= config.answer_hours
                };
                out.begun_by_person += u32::from(!outreach.sent.iter().any(|sent| answers(sent.at)));
            }
        }
        out
    }

    /// How active they are at this time, 0..1: by hour of the day and by day of the week, each against its maximum;
    /// 0.5 without data.
    pub fn activity(&self, at: Timestamp, zone: &TimeZone) -> (f64, f64) {
        let (hour, weekday) = place(at, zone);
        (share(&self.hours, hour), share(&self.weekdays, weekday))
    }

    /// Turns in a run, on average; none without data.
    pub fn average_length(&self) -> Option<f64> {
        (self.sessions > 0).then(|| f64::from(self.turns) / f64::from(self.sessions))
    }

    /// The share of the runs that the person began, 0..1; none without data.
    pub fn initiation(&self) -> Option<f64> {
        (self.sessions > 0).then(|| f64::from(self.begun_by_person) / f64::from(self.sessions))
    }
}

/// The hour of the day, 0..23, and the day of the week, 0..6.
pub(super) fn place(at: Timestamp, zone: &TimeZone) -> (usize, usize) {
    let local = zone.to_datetime(at);
    (usize::from(local.hour().unsigned_abs()), usize::from(local.weekday().to_monday_zero_offset().unsigned_abs()))
}

fn share(counts: &[u32], at: usize) -> f64 {
    match (counts.iter().max(), counts.get(at)) {
        (Some(&most), Some(&here)) if most > 0 => f64::from(here) / f64::from(most),
        _ => UNKNOWN,
    }
}
