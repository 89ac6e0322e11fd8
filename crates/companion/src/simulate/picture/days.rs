//! The rows by day: a year of them is drawn a day at a time, or nothing but noise would be seen.

use super::super::{Row, TRAITS, What, Year};
use jiff::civil::Date;
use philia_mind::Pad;
use philia_mind::needs::Need;

/// How many numbers a day has: mood, baseline, needs, traits, bond.
pub(super) const MOOD: usize = 0;
pub(super) const BASELINE: usize = 3;
pub(super) const NEEDS: usize = 6;
pub(super) const TRAIT: usize = NEEDS + Need::ALL.len();
pub(super) const BOND: usize = TRAIT + TRAITS.len();
const NUMBERS: usize = BOND + 1;

/// One day.
#[derive(Clone, Debug)]
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) least: [f64; NUMBERS],
    pub(super) mean: [f64; NUMBERS],
    pub(super) most: [f64; NUMBERS],
    /// The last value of the day.
    pub(super) last: [f64; NUMBERS],
    /// The highest score that a decision had.
    pub(super) score: Option<f64>,
    pub(super) turns: usize,
}

/// All days, in order.
#[derive(Clone, Debug)]
pub(super) struct Days(pub(super) Vec<Day>);

impl Days {
    pub(super) fn of(year: &Year) -> Self {
        Self(year.rows.chunk_by(|a, b| a.day == b.day).filter_map(day).collect())
    }

    /// The least and the most of these numbers over all days.
    pub(super) fn range(&self, of: std::ops::Range<usize>) -> (f64, f64) {
        let all = || self.0.iter().flat_map(|day| [&day.least, &day.most]).flat_map(|values| &values[of.clone()]);
        (all().copied().fold(f64::INFINITY, f64::min), all().copied().fold(f64::NEG_INFINITY, f64::max))
    }
}

fn day(rows: &[Row]) -> Option<Day> {
    let first = rows.first()?;
    let mut out = Day {
        date: first.at.date(),
        least: [f64::INFINITY; NUMBERS],
        mean: [0.0; NUMBERS],
        most: [f64::NEG_INFINITY; NUMBERS],
        last: [0.0; NUMBERS],
        score: None,
        turns: 0,
    };
    for row in rows {
        out.last = numbers(row);
        for (i, value) in out.last.into_iter().enumerate() {
            out.least[i] = out.least[i].min(value);
            out.most[i] = out.most[i].max(value);
            out.mean[i] += value / rows.len() as f64;
        }
        out.score = [out.score, row.score].into_iter().flatten().reduce(f64::max);
        out.turns += usize::from(row.what == What::Turn);
    }
    Some(out)
}

fn numbers(row: &Row) -> [f64; NUMBERS] {
    let pad = |pad: Pad| [pad.pleasure, pad.arousal, pad.dominance];
    let all = pad(row.mood).into_iter().chain(pad(row.baseline)).chain(row.needs).chain(row.traits).chain([row.bond]);
    let mut out = [0.0; NUMBERS];
    out.iter_mut().zip(all).for_each(|(slot, value)| *slot = value);
    out
}
