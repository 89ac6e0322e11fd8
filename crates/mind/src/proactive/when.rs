//! The best time to write within the next two days.

use super::limits::is_quiet;
use super::rhythm::place;
use super::{ProactiveConfig, Situation};
use crate::measure::{hours, unit};
use jiff::{SignedDuration, Timestamp};

/// How far it looks ahead, in hours.
const AHEAD: i64 = 48;

/// The hours of an afternoon.
const AFTERNOON: std::ops::RangeInclusive<usize> = 12..=18;

/// The hours of work.
const WORK: std::ops::RangeInclusive<usize> = 9..=17;

/// The hour, 1 to 48 from now, at which the person is likely most open to a message, if any is good enough. While
/// little is known of them, the first afternoon hour that is allowed.
pub fn best_window(situation: &Situation<'_>, config: &ProactiveConfig) -> Option<Timestamp> {
    let ahead = (1..=AHEAD).filter_map(|h| situation.now.checked_add(SignedDuration::from_hours(h)).ok());
    if situation.rhythm.turns < config.least_turns {
        return ahead
            .filter(|at| AFTERNOON.contains(&place(*at, situation.zone).0))
            .filter(|at| !is_quiet(situation.profile.quiet_hours, *at, situation.zone))
            .find(|at| situation.outreach.last().is_none_or(|sent| hours(sent.at, *at) >= config.apart_hours));
    }
    let mut best: Option<(f64, Timestamp)> = None;
    for at in ahead {
        let receptivity = receptivity(situation, at);
        if receptivity > config.good_hour && best.is_none_or(|(most, _)| receptivity > most) {
            best = Some((receptivity, at));
        }
    }
    best.map(|(_, at)| at)
}

/// How open the person is likely to be then, 0..1.
fn receptivity(situation: &Situation<'_>, at: Timestamp) -> f64 {
    let (hour, weekday) = situation.rhythm.activity(at, situation.zone);
    let (clock, day) = place(at, situation.zone);
    let weekend = day >= 5;
    let mut out = 0.7 * hour + 0.3 * weekday;
    if is_quiet(situation.profile.quiet_hours, at, situation.zone) {
        out *= 0.2;
    }
    if weekend && AFTERNOON.contains(&clock) {
        out *= 1.2;
    }
    if !weekend && WORK.contains(&clock) {
        out *= 0.8;
    }
    let since = situation.outreach.last().map_or(f64::INFINITY, |sent| hours(sent.at, at));
    unit(out * (since / 12.0).min(1.0))
}
