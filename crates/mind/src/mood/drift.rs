//! The baseline drifts, a little every night, towards how the days have been.
//!
//! `baseline += (mean of the moods after the week's turns - baseline) * 0.01`, if there were enough of them, never by
//! more than 0.02 a night, and never further than 0.25 from where the temperament puts it: no treatment, however long,
//! makes another being of it. Nights that were missed are made up for in order, so that it makes no difference when the
//! work is done.

use super::{Mood, Pad, baseline_of};
use crate::measure::{config, within};
use crate::persona::Temperament;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

config! {
    /// How a baseline drifts.
    DriftConfig {
        /// Fewest turns in the window for a night to count.
        min_interactions: u32 = 5 in 1..=1000,
        /// Days that a night looks back on.
        window_days: u32 = 7 in 1..=60,
        /// Share of the way to the mean that one night goes.
        rate: f64 = 0.01 in 0.0..=0.1,
        /// The most that one night moves any dimension.
        most_a_night: f64 = 0.02 in 0.0..=0.1,
        /// The furthest that any dimension gets from the temperament's.
        most_from_temperament: f64 = 0.25 in 0.0..=1.0,
    }
}

/// Where a companion's mood rests, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// The resting point.
    pub pad: Pad,
    /// The person's day whose night was the last to be dealt with.
    pub through: Date,
}

/// What the nights are lived with.
#[derive(Clone, Copy, Debug)]
pub struct Nights<'a> {
    /// Whose baseline it is.
    pub temperament: &'a Temperament,
    /// The half-life with which the mood relaxes, in hours.
    pub half_life_hours: f64,
    /// The present.
    pub now: Timestamp,
    /// Where the person's day ends.
    pub zone: &'a TimeZone,
    /// The numbers.
    pub config: &'a DriftConfig,
}

/// What the nights have done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drifted {
    /// The baseline now.
    pub baseline: Baseline,
    /// The mood, anchored at the last night that moved the baseline.
    pub mood: Mood,
    /// How many nights moved it.
    pub nights: u32,
}

impl Baseline {
    /// The baseline of a companion that begins now: its temperament's, with its first night still to come.
    pub fn newborn(temperament: &Temperament, now: Timestamp, zone: &TimeZone) -> Self {
        let today = zone.to_datetime(now).date();
        Self { pad: baseline_of(temperament), through: today.yesterday().unwrap_or(today) }
    }

    /// Lives every night that has passed since the last one. `log` holds the turns of at least that time and the
    /// window before it: when each was, and the mood after it, in order of time.
    pub fn catch_up(mut self, mut mood: Mood, log: &[(Timestamp, Pad)], nights: &Nights<'_>) -> Drifted {
        let home = baseline_of(nights.temperament);
        let window = SignedDuration::from_hours(24 * i64::from(nights.config.window_days));
        // After the last turn has left the window nothing moves any more, however many nights there were.
        let last = log.last().and_then(|(at, _)| at.checked_add(window).ok());
        let mut moved = 0;
        while let Some((day, night)) = next_night(self.through, nights) {
            if last.is_none_or(|last| last <= night) {
                self.through = last_night(nights).unwrap_or(day).max(day);
                break;
            }
            let since = night.checked_sub(window).unwrap_or(Timestamp::MIN);
            let from = log.partition_point(|(at, _)| *at <= since);
            let to = log.partition_point(|(at, _)| *at <= night).max(from);
            let next = after_night(self.pad, home, log[from..to].iter().map(|(_, pad)| *pad), nights.config);
            if next != self.pad {
                mood = mood.felt(Pad::NEUTRAL, self.pad, nights.half_life_hours, night);
                self.pad = next;
                moved += 1;
            }
            self.through = day;
        }
        Drifted { baseline: self, mood, nights: moved }
    }
}

/// One night: the baseline after it, from the moods after the week's turns. `home` is the temperament's.
pub fn after_night(baseline: Pad, home: Pad, moods: impl Iterator<Item = Pad>, config: &DriftConfig) -> Pad {
    let (mut sum, mut count) = (Pad::NEUTRAL, 0_u32);
    for pad in moods {
        sum = sum.zip(pad.clamped(), |a, b| a + b);
        count += 1;
    }
    let baseline = baseline.clamped();
    if count == 0 || count < config.min_interactions {
        return baseline;
    }
    let most = within(config.most_a_night, 0.0, 2.0, 0.0);
    let far = within(config.most_from_temperament, 0.0, 2.0, 0.0);
    let rate = within(config.rate, 0.0, 1.0, 0.0);
    let home = home.clamped();
    let target = baseline.zip(sum, |b, s| b + (s / f64::from(count) - b) * rate);
    let kept = target.zip(home, |t, h| t.clamp(h - far, h + far));
    baseline.zip(kept, |b, k| b + (k - b).clamp(-most, most)).clamped()
}

/// The first night after this day that is over, and the instant at which it was: the start of the day after.
fn next_night(through: Date, nights: &Nights<'_>) -> Option<(Date, Timestamp)> {
    let day = through.tomorrow().ok()?;
    let night = nights.zone.to_timestamp(day.tomorrow().ok()?.at(0, 0, 0, 0)).ok()?;
    (night <= nights.now).then_some((day, night))
}

/// The last day whose night is over.
fn last_night(nights: &Nights<'_>) -> Option<Date> {
    nights.zone.to_datetime(nights.now).date().yesterday().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CONFIG: DriftConfig = DriftConfig {
        min_interactions: 5,
        window_days: 7,
        rate: 0.01,
        most_a_night: 0.02,
        most_from_temperament: 0.25,
    };

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_704_067_200 + hours * 3600).unwrap() // 2024-01-01T00:00Z
    }

    fn nights(now: Timestamp) -> Nights<'static> {
        static ZONE: TimeZone = TimeZone::UTC;
        Nights { temperament: &Temperament::MIDDLE, half_life_hours: 6.0, now, zone: &ZONE, config: &CONFIG }
    }

    fn newborn() -> Baseline {
        Baseline::newborn(&Temperament::MIDDLE, at(10), &TimeZone::UTC)
    }

    fn mood() -> Mood {
        Mood::new(Pad::new(0.5, 0.5, 0.5), at(10))
    }

    /// `a_day` turns each day from 10 o'clock on, every one leaving `pad`.
    fn log(days: i64, a_day: i64, pad: Pad) -> Vec<(Timestamp, Pad)> {
        (0..days).flat_map(|day| (0..a_day).map(move |i| (at(day * 24 + 10 + i), pad))).collect()
    }

    #[test]
    fn the_defaults_are_the_models_numbers_and_in_range() {
        assert_eq!(DriftConfig::default(), CONFIG);
        assert_eq!(CONFIG.problems(), []);
    }

    #[test]
    fn five_turns_move_it_by_a_hundredth_of_the_way_and_four_by_nothing() {
        let pad = Pad::new(0.5, -0.4, 0.2);
        for (turns, expected) in [(5, Pad::new(0.005, -0.004, 0.002)), (4, Pad::NEUTRAL), (0, Pad::NEUTRAL)] {
            let drifted = newborn().catch_up(mood(), &log(1, turns, pad), &nights(at(24)));
            assert_eq!(drifted.baseline.pad, expected, "{turns} turns");
            assert_eq!(drifted.baseline.through.to_string(), "2024-01-01");
        }
    }

    #[test]
    fn no_night_before_it_is_over() {
        let log = log(1, 9, Pad::new(1.0, 1.0, 1.0));
        let drifted = newborn().catch_up(mood(), &log, &nights(at(23)));
        assert_eq!((drifted.baseline, drifted.mood, drifted.nights), (newborn(), mood(), 0));
        let late = Baseline { through: jiff::civil::date(2025, 1, 1), ..newborn() };
        assert_eq!(
            late.catch_up(mood(), &log, &nights(at(24))).baseline,
            late,
            "a clock that went back lives no night"
        );
    }

    #[test]
    fn a_week_of_turns_counts_for_seven_nights_after_the_last() {
        let drifted = newborn().catch_up(mood(), &log(1, 5, Pad::new(0.5, 0.0, 0.0)), &nights(at(24 * 365 * 10)));
        assert_eq!(drifted.nights, 7);
        let expected = 0.5 * (1.0 - 0.99_f64.powi(7));
        assert!((drifted.baseline.pad.pleasure - expected).abs() < 1e-12);
        assert_eq!(drifted.baseline.through, at(24 * 365 * 10 - 1).to_zoned(TimeZone::UTC).date());
    }

    #[test]
    fn a_month_of_hostility_lowers_it_by_the_formula() {
        let pad = Pad::new(-0.6, 0.3, -0.4);
        let drifted = newborn().catch_up(mood(), &log(30, 6, pad), &nights(at(24 * 30)));
        assert_eq!(drifted.nights, 30);
        let share = 1.0 - 0.99_f64.powi(30);
        for (is, mean) in [(drifted.baseline.pad.pleasure, -0.6), (drifted.baseline.pad.dominance, -0.4)] {
            assert!((is - mean * share).abs() < 1e-12, "{is}");
        }
    }

    #[test]
    fn no_treatment_makes_another_being_of_it() {
        let drifted = newborn().catch_up(mood(), &log(1000, 5, Pad::new(-1.0, 1.0, -1.0)), &nights(at(24 * 1000)));
        assert_eq!(drifted.baseline.pad, Pad::new(-0.25, 0.25, -0.25));
    }

    #[test]
    fn the_mood_is_anchored_anew_at_each_night_that_moves() {
        let log = log(1, 5, Pad::new(0.9, 0.0, 0.0));
        let stored = Mood::new(Pad::new(0.9, 0.0, 0.0), at(14));
        let drifted = newborn().catch_up(stored, &log, &nights(at(24)));
        assert_eq!(drifted.mood, Mood::new(stored.at(Pad::NEUTRAL, 6.0, at(24)), at(24)));
        let read = |mood: &Mood, base| mood.at(base, 6.0, at(24));
        let before = read(&stored, Pad::NEUTRAL);
        assert_eq!(read(&drifted.mood, drifted.baseline.pad), before, "the mood does not jump when the baseline moves");
    }

    #[test]
    fn a_night_is_the_persons_own() {
        let karachi = TimeZone::fixed(jiff::tz::offset(5));
        let newborn = Baseline::newborn(&Temperament::MIDDLE, at(10), &karachi);
        let log = log(1, 5, Pad::new(0.5, 0.0, 0.0));
        let at_hour = |hour| newborn.catch_up(mood(), &log, &Nights { zone: &karachi, ..nights(at(hour)) }).nights;
        assert_eq!((at_hour(18), at_hour(19)), (0, 1), "midnight there is 19:00 UTC");
    }

    #[test]
    fn bad_numbers_never_stay() {
        let config = DriftConfig { rate: f64::NAN, most_a_night: f64::INFINITY, ..CONFIG };
        let bad = [Pad::new(f64::NAN, f64::INFINITY, 3.0); 6];
        let next = after_night(Pad::new(f64::NAN, 0.1, 0.1), Pad::NEUTRAL, bad.into_iter(), &config);
        assert!([next.pleasure, next.arousal, next.dominance].iter().all(|x| (-1.0..=1.0).contains(x)), "{next:?}");
    }

    fn pad() -> impl Strategy<Value = Pad> {
        (-1.0..=1.0, -1.0..=1.0, -1.0..=1.0).prop_map(|(p, a, d)| Pad::new(p, a, d))
    }

    proptest! {
        #[test]
        fn one_night_is_exactly_the_formula_and_at_most_two_hundredths(
            (start, off, moods) in (pad(), pad(), prop::collection::vec(pad(), 0..12)),
        ) {
            let home = start.zip(off, |s, o| s + o * 0.2).clamped();
            let next = after_night(start, home, moods.iter().copied(), &CONFIG);
            let n = moods.len() as f64;
            let check = |b: f64, h: f64, mean: f64, is: f64| {
                let exact = if moods.len() >= 5 {
                    (b + (mean - b) * 0.01).clamp(-1.0, 1.0).clamp(h - 0.25, h + 0.25)
                } else { b };
                (is - exact).abs() < 1e-9 && (is - b).abs() <= 0.02 + 1e-12 && (-1.0..=1.0).contains(&is)
            };
            let mean = |f: fn(&Pad) -> f64| moods.iter().map(f).sum::<f64>() / n;
            prop_assert!(check(start.pleasure, home.pleasure, mean(|p| p.pleasure), next.pleasure));
            prop_assert!(check(start.arousal, home.arousal, mean(|p| p.arousal), next.arousal));
            prop_assert!(check(start.dominance, home.dominance, mean(|p| p.dominance), next.dominance));
        }

        #[test]
        fn nights_lived_one_by_one_or_all_at_once_are_the_same(
            turns in prop::collection::vec((0i64..24 * 40, pad()), 0..80), days in 1i64..60,
        ) {
            let mut log: Vec<_> = turns.into_iter().map(|(hour, pad)| (at(hour), pad)).collect();
            log.sort_by_key(|(at, _)| *at);
            let at_once = newborn().catch_up(mood(), &log, &nights(at(days * 24)));
            let (mut one_by_one, mut mood) = (newborn(), mood());
            for day in 0..=days {
                let now = at(day * 24);
                let seen = &log[..log.partition_point(|(at, _)| *at <= now)];
                let drifted = one_by_one.catch_up(mood, seen, &nights(now));
                (one_by_one, mood) = (drifted.baseline, drifted.mood);
            }
            prop_assert_eq!(at_once.baseline, one_by_one);
            prop_assert_eq!(at_once.mood, mood);
        }
    }
}
