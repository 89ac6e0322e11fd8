//! What a day will be: its kind, and what the person says when.

use super::dice::Dice;
use super::scenario::{DayKind, Scenario, Weekday};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Something that will be said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) at: Timestamp,
    pub(super) text: &'a str,
}

/// Plans one day after the other.
#[derive(Debug)]
pub(super) struct Planner<'a> {
    scenario: &'a Scenario,
    zone: &'a TimeZone,
    seed: u64,
    /// What was said last from each pool, so that nobody says the same thing twice in a row.
    last: BTreeMap<&'a str, usize>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(scenario: &'a Scenario, zone: &'a TimeZone, seed: u64) -> Self {
        Self { scenario, zone, seed, last: BTreeMap::new() }
    }

    /// The kind of a day and what is said on it, in order of time. Days count from 1.
    pub(super) fn day(&mut self, number: u32, date: Date) -> (Option<&'a DayKind>, Vec<Line<'a>>) {
        let mut dice = Dice::new(self.seed, u64::from(number));
        let kind = self.kind(number, date, &mut dice);
        let mut lines = kind.map(|kind| self.lines(kind, date, &mut dice)).unwrap_or_default();
        let scenario = self.scenario;
        for event in scenario.events.iter().filter(|event| event.day == number) {
            let mut minute = 0;
            for text in &event.say {
                lines.extend(self.at(date, event.hour, minute).map(|at| Line { at, text }));
                minute += dice.between([2, 6]);
            }
        }
        lines.sort_by_key(|line| line.at);
        (kind, lines)
    }

    /// A line of a pool.
    pub(super) fn pick(&mut self, pool: &'a str, dice: &mut Dice) -> Option<&'a str> {
        let lines = self.scenario.pools.get(pool)?;
        let mut index = dice.index(lines.len());
        if self.last.get(pool) == Some(&index) {
            index = (index + 1) % lines.len().max(1);
        }
        self.last.insert(pool, index);
        lines.get(index).map(String::as_str)
    }

    fn kind(&self, number: u32, date: Date, dice: &mut Dice) -> Option<&'a DayKind> {
        let today = weekday(date);
        let mut kind = None;
        for spell in &self.scenario.calendar {
            // Each entry rolls on each day, so that a change of one leaves the others' luck alone.
            let comes = dice.chance(spell.chance);
            let covers =
                (spell.from..=spell.to).contains(&number) && (spell.on.is_empty() || spell.on.contains(&today));
            if comes && covers {
                kind = self.scenario.days.get(&spell.day);
            }
        }
        kind
    }

    fn lines(&mut self, kind: &'a DayKind, date: Date, dice: &mut Dice) -> Vec<Line<'a>> {
        let mut left = dice.between(kind.messages);
        let mut hours = kind.hours.clone();
        let mut out = Vec::new();
        while left > 0 && !hours.is_empty() {
            let hour = hours.swap_remove(dice.index(hours.len()));
            // What no later talk has room for is said in the last one.
            let here = if hours.is_empty() { left } else { left.min(dice.between([1, kind.talk])) };
            let mut minute = dice.between([0, 20]);
            for _ in 0..here {
                let pool = weighed(&kind.lines, dice);
                let text = pool.and_then(|pool| self.pick(pool, dice));
                out.extend(self.at(date, hour, minute).zip(text).map(|(at, text)| Line { at, text }));
                minute += dice.between([2, 7]);
            }
            left -= here;
        }
        out
    }

    /// A time of the person's day; minutes may run into the next hours, not into the next day.
    fn at(&self, date: Date, hour: u32, minute: u32) -> Option<Timestamp> {
        let minutes = (hour * 60 + minute).min(24 * 60 - 1);
        let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
        self.zone.to_timestamp(date.at(hour, minute, 0, 0)).ok()
    }
}

fn weighed<'a>(pools: &'a BTreeMap<String, f64>, dice: &mut Dice) -> Option<&'a str> {
    let mut left = dice.unit() * pools.values().sum::<f64>();
    let hit = pools.iter().find(|(_, weight)| {
        left -= **weight;
        left < 0.0
    });
    hit.or_else(|| pools.last_key_value()).map(|(name, _)| name.as_str())
}

fn weekday(date: Date) -> Weekday {
    use jiff::civil::Weekday as Day;
    match date.weekday() {
        Day::Monday => Weekday::Mon,
        Day::Tuesday => Weekday::Tue,
        Day::Wednesday => Weekday::Wed,
        Day::Thursday => Weekday::Thu,
        Day::Friday => Weekday::Fri,
        Day::Saturday => Weekday::Sat,
        Day::Sunday => Weekday::Sun,
    }
}
