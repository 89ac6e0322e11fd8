//! The times a question asks about: "last week", "in May 2023", "two days ago" become ranges.
//!
//! They are soft: talk of a day often comes some days later, so nearness falls off outside a range instead of
//! ending there. English in full, other languages by their commonest phrases ([`foreign`]). Seasons are those of the northern hemisphere; weeks begin on Monday.

use super::foreign::{self, Said};
use crate::text::{Kind, words};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A time that is asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeRange {
    /// Its first instant.
    pub from: Timestamp,
    /// The instant after its last.
    pub until: Timestamp,
    /// How likely it is meant, 0..1: "in May" is this year's or the last one's, or less likely one earlier.
    pub weight: f64,
}

const DAY: f64 = 86_400.0;

/// After so many halvings less than a twentieth is left, which counts as nothing.
const MOST_HALVINGS: f64 = 4.3;

impl TimeRange {
    /// How near an instant is, 0..=weight: full within, halving outside with every quarter of the range's length
    /// (3 days at least, 30 at most), and 0 where less than a twentieth would be left.
    pub fn nearness(&self, at: Timestamp) -> f64 {
        // Whole seconds: this is asked of every memory.
        let (from, until, at) = (self.from.as_second(), self.until.as_second(), at.as_second());
        let gap = (from - at).max(at - until).max(0) as f64;
        let halvings = gap / self.slack();
        if halvings > MOST_HALVINGS { 0.0 } else { self.weight * (-halvings).exp2() }
    }

    /// The first and the last second that are nearer than nothing, since 1970.
    pub fn reach(&self) -> (i64, i64) {
        let reach = (MOST_HALVINGS * self.slack()).floor() as i64;
        (self.from.as_second().saturating_sub(reach), self.until.as_second().saturating_add(reach))
    }

    /// Seconds in which nearness halves.
    fn slack(&self) -> f64 {
        ((self.until.as_second() - self.from.as_second()) as f64 / 4.0).clamp(3.0 * DAY, 30.0 * DAY)
    }
}

/// The times `text` speaks of, as seen from `now` in the time zone `tz`, in the order they are named.
pub fn times(text: &str, now: Timestamp, tz: &TimeZone) -> Vec<TimeRange> {
    mentions(text, now, tz).into_iter().flat_map(|mention| mention.ranges).collect()
}

/// A time expression where it stands.
pub(super) struct Mention {
    pub(super) start: usize,
    pub(super) end: usize,
    ranges: Vec<TimeRange>,
}

impl Mention {
    pub(super) fn ranges(&self) -> &[TimeRange] {
        &self.ranges
    }
}

pub(super) fn mentions(text: &str, now: Timestamp, tz: &TimeZone) -> Vec<Mention> {
    let mut tokens = Vec::new();
    let mut runs = false;
    words(text, |word| {
        runs |= word.kind == Kind::Unspaced;
        if word.kind == Kind::Spaced {
            tokens.push(Token {
                low: word.text.to_lowercase(),
                capital: word.text.starts_with(char::is_uppercase),
                start: word.start,
                end: word.end(),
            });
        }
    });
    let reader = Reader { text, tokens: &tokens, today: now.to_zoned(tz.clone()).date(), tz };
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match reader.read(at) {
            Some((taken, spans)) if taken > 0 => {
                let ranges = spans.iter().filter_map(|span| reader.range(*span)).collect();
                found.push(Mention { start: tokens[at].start, end: tokens[at + taken - 1].end, ranges });
                at += taken;
            }
            _ => at += 1,
        }
    }
    if runs {
        for (start, end, said) in foreign::unspaced(text) {
            let ranges = reader.said(said).and_then(|span| reader.range(span)).into_iter().collect();
            found.push(Mention { start, end, ranges });
        }
        found.sort_by_key(|mention| mention.start);
    }
    found
}

/// Does this word (folded) name a weekday or a month? Then it is spelled like a name and is none.
pub(super) fn names_a_time(word: &str) -> bool {
    weekday(word).is_some() || month(word).is_some()
}

struct Token {
    low: String,
    capital: bool,
    start: usize,
    end: usize,
}

/// From a day up to another, and how likely it is meant.
type Days = (Date, Date, f64);

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    today: Date,
    tz: &'a TimeZone,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unit {
    Day,
    Week,
    Weekend,
    Month,
    Year,
}

impl Reader<'_> {
    fn range(&self, (from, until, weight): Days) -> Option<TimeRange> {
        let instant = |day: Date| Some(day.to_zoned(self.tz.clone()).ok()?.timestamp());
        Some(TimeRange { from: instant(from)?, until: instant(until)?, weight })
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.low.as_str())
    }

    /// The expression that begins at a token: how many tokens it takes, and what it means.
    fn read(&self, at: usize) -> Option<(usize, Vec<Days>)> {
        self.numeric(at)
            .or_else(|| self.dated(at))
            .or_else(|| self.ago(at))
            .or_else(|| self.relative(at))
            .or_else(|| self.near_day(at))
            .or_else(|| self.season_named(at))
            .or_else(|| self.year_alone(at))
            .or_else(|| self.in_another_language(at))
    }

    /// "la semana pasada", "vor drei Tagen".
    fn in_another_language(&self, at: usize) -> Option<(usize, Vec<Days>)> {
        let (taken, said) = foreign::spaced(at, self.tokens.len(), |n| self.word(n))?;
        Some((taken, vec![self.said(said)?]))
    }

    fn said(&self, said: Said) -> Option<Days> {
        match said {
            Said::At(unit, step) => self.unit_at(unit, step),
            Said::Ago(unit, count) => self.days_ago(unit, count),
        }
    }

    /// "2023-05-08", "8.5.2023".
    fn numeric(&self, at: usize) -> Option<(usize, Vec<Days>)> {
        let parts: Vec<&str> = self.word(at).split('.').collect();
        if let [d, m, y] = parts[..] {
            return Some((1, vec![one_day(Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok()?)?]));
        }
        let glued = |a: usize| {
            matches!(self.text.get(self.tokens.get(a)?.end..self.tokens.get(a + 1)?.start), Some("-" | "/"))
                .then_some(())
        };
        glued(at)?;
        glued(at + 1)?;
        let date =
            Date::new(year(self.word(at))?, self.word(at + 1).parse().ok()?, self.word(at + 2).parse().ok()?).ok()?;
        Some((3, vec![one_day(date)?]))
    }

    /// "8 May 2023", "8th of May", "May 8, 2023", "late May", "in May", "since May".
    fn dated(&self, at: usize) -> Option<(usize, Vec<Days>)> {
        if let Some(day) = day_of_month(self.word(at)) {
            let of = usize::from(self.word(at + 1) == "of");
            let month = month(self.word(at + 1 + of))?;
            let taken = 2 + of;
            return match year(self.word(at + taken)) {
                Some(year) => Some((taken + 1, vec![one_day(Date::new(year, month, day).ok()?)?])),
                None => Some((taken, self.each_year(|y| one_day(Date::new(y, month, day).ok()?)))),
            };
        }
        let part = part_of_month(self.word(at));
        let here = at + usize::from(part.is_some());
        let month = month(self.word(here))?;
        let taken = here - at + 1;
        let next = self.word(here + 1);
        if part.is_none()
            && let Some(day) = day_of_month(next)
        {
            return match year(self.word(here + 2)) {
                Some(year) => Some((3, vec![one_day(Date::new(year, month, day).ok()?)?])),
                None => Some((2, self.each_year(|y| one_day(Date::new(y, month, day).ok()?)))),
            };
        }
        let of = usize::from(next == "of");
        if let Some(year) = year(self.word(here + 1 + of)) {
            return Some((taken + 1 + of, vec![month_part(year, month, part)?]));
        }
        let before = if at > 0 { self.word(at - 1) } else { "" };
        let is_plainly_month = !matches!(self.word(here), "may" | "march" | "mar" | "sun" | "dec" | "jan")
            || part.is_some()
            || matches!(
                before,
                "in" | "of" | "during" | "since" | "by" | "until" | "from" | "around" | "before" | "after"
            )
            || (self.tokens[here].capital && at > 0);
        if !is_plainly_month {
            return None;
        }
        let spans = self.each_year(|y| month_part(y, month, part));
        if before == "since" {
            let (from, _, _) = *spans.first()?;
            return Some((taken, vec![(from, self.today.tomorrow().ok()?, 1.0)]));
        }
        Some((taken, spans))
    }

    /// "two days ago", "a week ago", "a couple of months ago".
    fn ago(&self, at: usize) -> Option<(usize, Vec<Days>)> {
        let (count, taken) = self.count(at)?;
        let unit = unit(self.word(at + taken))?;
        if !matches!(self.word(at + taken + 1), "ago" | "earlier" | "back") {
            return None;
        }
        Some((taken + 2, vec![self.days_ago(unit, count)?]))
    }

    fn days_ago(&self, unit: Unit, count: i32) -> Option<Days> {
        let there = self.today.checked_sub(span(unit, count)?).ok()?;
        // The longer ago, the less exact such words are.
        let margin = match unit {
            Unit::Day => 0,
            Unit::Week | Unit::Weekend => 3,
            Unit::Month => 15,
            Unit::Year => 182,
        };
        let days = Span::new().days(margin);
        Some((there.checked_sub(days).ok()?, there.tomorrow().ok()?.checked_add(days).ok()?, 1.0))
    }

    /// "last week", "past three months", "this weekend", "last May", "last summer", "last Friday", "next year".
    fn relative(&self, at: usize) -> Option<(usize, Vec<Days>)> {
        let step = match self.word(at) {
            "last" | "past" | "previous" => -1,
            "this" | "current" => 0,
            "next" | "coming" => 1,
            _ => return None,
        };
        if step == -1
            && let Some((count, taken)) = self.count(at + 1)
            && let Some(unit) = unit(self.word(at + 1 + taken))
        {
            let from = self.today.checked_sub(span(unit, count)?).ok()?;
            return Some((2 + taken, vec![(from, self.today.tomorrow().ok()?, 1.0)]));
        }
        let next = self.word(at + 1);
        if matches!(next, "night" | "evening") && step == -1 {
            return Some((2, vec![one_day(self.today.yesterday().ok()?)?]));
        }
        if matches!(next, "morning" | "afternoon" | "evening") && step == 0 {
            return Some((2, vec![one_day(self.today)?]));
        }
        if let Some(unit) = unit(next) {
            return Some((2, vec![self.unit_at(unit, step)?]));
        }
        if let Some(weekday) = weekday(next) {
            return Some((2, vec![one_day(self.weekday_at(weekday, step)?)?]));
        }
        if let Some(season) = season(next) {
            return Some((2, vec![self.nth(step, |y| season_of(y, season))?]));
        }
        let month = month(next)?;
        Some((2, vec![self.nth(step, |y| month_part(y, month, None))?]))
    }

    /// "yesterday", "the day before yesterday", "today", "tonight", "tomorrow", "on Monday".
    fn near_day(&self, at: usize) -> Option<(usize, Vec<Days>)> {
        let day = match self.word(at) {
            "yesterday" => self.today.yesterday().ok()?,
            "today" | "tonight" => self.today,
            "tomorrow" => self.today.tomorrow().ok()?,
            "day" if self.word(at + 1) == "before" && self.word(at + 2) == "yesterday" => {
                return Some((3, vec![one_day(self.today.checked_sub(Span::new().days(2)).ok()?)?]));
            }
            name => {
                let weekday = weekday(name)?;
                let named = at > 0 && matches!(self.word(at - 1), "on" | "since");
                if !(named || self.tokens[at].capital) {
                    return None;
                }
                self.weekday_at(weekday, -1)?
            }
        };
        Some((1, vec![one_day(day)?]))
    }

    /// "in summer 2022", "in the summer of 2022", "in the summer".
    fn season_named(&self, at: usize) -> Option<(usize, Vec<Days>)> {
        let season = season(self.word(at))?;
        let of = usize::from(matches!(self.word(at + 1), "of" | "in"));
        if let Some(year) = year(self.word(at + 1 + of)) {
            return Some((2 + of, vec![season_of(year, season)?]));
        }
        let before = |n: usize| if at >= n { self.word(at - n) } else { "" };
        let placed = |word: &str| matches!(word, "in" | "during" | "since" | "over");
        let is_time = placed(before(1)) || (before(1) == "the" && placed(before(2)));
        is_time.then(|| (1, self.each_year(|y| season_of(y, season))))
    }

    /// "in 2022".
    fn year_alone(&self, at: usize) -> Option<(usize, Vec<Days>)> {
        let year = year(self.word(at))?;
        Some((1, vec![(Date::new(year, 1, 1).ok()?, Date::new(year + 1, 1, 1).ok()?, 1.0)]))
    }

    /// A number word or number: its value and how many tokens it takes.
    fn count(&self, at: usize) -> Option<(i32, usize)> {
        let article = usize::from(matches!(self.word(at), "a" | "an" | "the"));
        let value = match self.word(at + article) {
            "couple" => 2,
            "few" => 3,
            "several" => 4,
            _ if article == 1 => return Some((1, 1)),
            "one" => 1,
            "two" => 2,
            "three" => 3,
            "four" => 4,
            "five" => 5,
            "six" => 6,
            "seven" => 7,
            "eight" => 8,
            "nine" => 9,
            "ten" => 10,
            "eleven" => 11,
            "twelve" => 12,
            digits => digits.parse().ok().filter(|n| (1..=1000).contains(n))?,
        };
        let of = usize::from(self.word(at + article + 1) == "of");
        Some((value, 1 + article + of))
    }

    /// What recurs every year, where no year is named: the latest that has begun, and less likely the one before.
    fn each_year(&self, of: impl Fn(i16) -> Option<Days>) -> Vec<Days> {
        let this = self.today.year();
        let Some(latest) =
            (0..8).find_map(|back| of(this - back).filter(|(from, ..)| *from <= self.today).map(|days| (back, days)))
        else {
            return Vec::new();
        };
        let (back, days) = latest;
        let before = of(this - back - 1).map(|(from, until, weight)| (from, until, weight / 2.0));
        std::iter::once(days).chain(before).collect()
    }

    /// What recurs every year: the last that is over (-1), the latest that has begun (0), the next to begin (1).
    fn nth(&self, step: i64, of: impl Fn(i16) -> Option<Days>) -> Option<Days> {
        let this = self.today.year();
        let mut candidates = (-3..=2).filter_map(|offset| of(this + offset));
        match step {
            -1 => candidates.filter(|(_, until, _)| *until <= self.today).last(),
            0 => of(this),
            _ => candidates.find(|(from, ..)| *from > self.today),
        }
    }

    fn unit_at(&self, unit: Unit, step: i64) -> Option<Days> {
        let today = self.today;
        let monday = today.checked_sub(Span::new().days(i64::from(today.weekday().to_monday_zero_offset()))).ok()?;
        let (from, until) = match unit {
            Unit::Day => {
                let from = today.checked_add(Span::new().days(step)).ok()?;
                (from, from.tomorrow().ok()?)
            }
            Unit::Week => {
                let from = monday.checked_add(Span::new().weeks(step)).ok()?;
                (from, from.checked_add(Span::new().weeks(1)).ok()?)
            }
            Unit::Weekend => {
                // On a weekend "last weekend" is the one before; in the week it is the one just over.
                let from = monday.checked_add(Span::new().days(7 * step + 5)).ok()?;
                (from, from.checked_add(Span::new().days(2)).ok()?)
            }
            Unit::Month => {
                let from = today.first_of_month().checked_add(Span::new().months(step)).ok()?;
                (from, from.checked_add(Span::new().months(1)).ok()?)
            }
            Unit::Year => {
                let from = Date::new(today.year() + i16::try_from(step).ok()?, 1, 1).ok()?;
                (from, Date::new(from.year() + 1, 1, 1).ok()?)
            }
        };
        Some((from, until, 1.0))
    }

    fn weekday_at(&self, weekday: Weekday, step: i64) -> Option<Date> {
        let today = self.today;
        match step {
            0 => {
                let offset =
                    i64::from(weekday.to_monday_zero_offset()) - i64::from(today.weekday().to_monday_zero_offset());
                today.checked_add(Span::new().days(offset)).ok()
            }
            _ => today.nth_weekday(i32::try_from(step).ok()?, weekday).ok(),
        }
    }
}

fn one_day(day: Date) -> Option<Days> {
    Some((day, day.tomorrow().ok()?, 1.0))
}

fn span(unit: Unit, count: i32) -> Option<Span> {
    let span = Span::new();
    match unit {
        Unit::Day => span.try_days(count),
        Unit::Week | Unit::Weekend => span.try_weeks(count),
        Unit::Month => span.try_months(count),
        Unit::Year => span.try_years(count),
    }
    .ok()
}

fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "day" | "days" => Unit::Day,
        "week" | "weeks" => Unit::Week,
        "weekend" | "weekends" => Unit::Weekend,
        "month" | "months" => Unit::Month,
        "year" | "years" => Unit::Year,
        _ => return None,
    })
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

fn month(word: &str) -> Option<i8> {
    Some(match word {
        "january" | "jan" => 1,
        "february" | "feb" => 2,
        "march" | "mar" => 3,
        "april" | "apr" => 4,
        "may" => 5,
        "june" | "jun" => 6,
        "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sept" | "sep" => 9,
        "october" | "oct" => 10,
        "november" | "nov" => 11,
        "december" | "dec" => 12,
        _ => return None,
    })
}

/// The first month of a season.
fn season(word: &str) -> Option<i8> {
    Some(match word {
        "spring" => 3,
        "summer" => 6,
        "autumn" | "fall" => 9,
        "winter" => 12,
        _ => return None,
    })
}

/// The season that begins in a year.
fn season_of(year: i16, first_month: i8) -> Option<Days> {
    let from = Date::new(year, first_month, 1).ok()?;
    Some((from, from.checked_add(Span::new().months(3)).ok()?, 1.0))
}

fn part_of_month(word: &str) -> Option<(i8, i8)> {
    Some(match word {
        "early" => (1, 11),
        "mid" => (10, 21),
        "late" => (20, 32),
        _ => return None,
    })
}

fn month_part(year: i16, month: i8, part: Option<(i8, i8)>) -> Option<Days> {
    let first = Date::new(year, month, 1).ok()?;
    let after = first.checked_add(Span::new().months(1)).ok()?;
    match part {
        None => Some((first, after, 1.0)),
        Some((from, until)) => {
            let until = if until > first.days_in_month() { after } else { Date::new(year, month, until).ok()? };
            Some((Date::new(year, month, from).ok()?, until, 1.0))
        }
    }
}

fn day_of_month(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    matches!(&word[digits.len()..], "" | "st" | "nd" | "rd" | "th").then_some(())?;
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

fn year(word: &str) -> Option<i16> {
    (word.len() == 4).then_some(())?;
    word.parse().ok().filter(|year| (1900..2100).contains(year))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Friday 20 October 2023, half past nine in the evening in UTC.
    fn now() -> Timestamp {
        "2023-10-20T21:30:00Z".parse().unwrap()
    }

    fn ranges(text: &str) -> Vec<String> {
        times(text, now(), &TimeZone::UTC)
            .iter()
            .map(|r| {
                let day = |t: Timestamp| t.to_string()[..10].to_owned();
                format!("{}..{}{}", day(r.from), day(r.until), if r.weight < 1.0 { " perhaps" } else { "" })
            })
            .collect()
    }

    #[test]
    fn other_languages_name_days_and_weeks_too() {
        for (text, expected) in [
            ("¿Qué hice ayer?", &["2023-10-19..2023-10-20"][..]),
            ("¿Qué te conté hace tres días?", &["2023-10-17..2023-10-18"]),
            ("la semana pasada", &["2023-10-09..2023-10-16"]),
            ("Qu'est-ce que j'ai fait hier ?", &["2023-10-19..2023-10-20"]),
            ("il y a deux semaines", &["2023-10-03..2023-10-10"]),
            ("le mois dernier", &["2023-09-01..2023-10-01"]),
            ("Was habe ich hier erzählt?", &[]),
            ("Was war gestern?", &["2023-10-19..2023-10-20"]),
            ("vor 3 Tagen", &["2023-10-17..2023-10-18"]),
            ("letztes Jahr", &["2022-01-01..2023-01-01"]),
            ("O que eu fiz ontem?", &["2023-10-19..2023-10-20"]),
            ("tre giorni fa", &["2023-10-17..2023-10-18"]),
            ("Что я делал на прошлой неделе?", &["2023-10-09..2023-10-16"]),
            ("неделю назад", &["2023-10-10..2023-10-17"]),
            ("ماذا فعلت أمس؟", &["2023-10-19..2023-10-20"]),
            ("قبل 3 أيام", &["2023-10-17..2023-10-18"]),
            ("पिछले हफ्ते क्या हुआ?", &["2023-10-09..2023-10-16"]),
            ("3 दिन पहले", &["2023-10-17..2023-10-18"]),
            ("어제 뭐 했어?", &["2023-10-19..2023-10-20"]),
            ("昨日は何をした？", &["2023-10-19..2023-10-20"]),
            ("一昨日の話", &["2023-10-18..2023-10-19"]),
            ("3日前に話したこと", &["2023-10-17..2023-10-18"]),
            ("上个月我做了什么", &["2023-09-01..2023-10-01"]),
            ("hace", &[]),
            ("fa caldo", &[]),
        ] {
            assert_eq!(ranges(text), expected, "{text}");
        }
    }

    #[test]
    fn time_expressions_become_ranges() {
        for (text, expected) in [
            ("What did I do yesterday?", &["2023-10-19..2023-10-20"][..]),
            ("the day before yesterday", &["2023-10-18..2023-10-19"]),
            ("today", &["2023-10-20..2023-10-21"]),
            ("What happened last night?", &["2023-10-19..2023-10-20"]),
            ("two days ago", &["2023-10-18..2023-10-19"]),
            ("a week ago", &["2023-10-10..2023-10-17"]),
            ("a couple of weeks ago", &["2023-10-03..2023-10-10"]),
            ("3 months ago", &["2023-07-05..2023-08-05"]),
            ("last week", &["2023-10-09..2023-10-16"]),
            ("this week", &["2023-10-16..2023-10-23"]),
            ("last weekend", &["2023-10-14..2023-10-16"]),
            ("last month", &["2023-09-01..2023-10-01"]),
            ("last year", &["2022-01-01..2023-01-01"]),
            ("next year", &["2024-01-01..2025-01-01"]),
            ("in the last three weeks", &["2023-09-29..2023-10-21"]),
            ("over the past few days", &["2023-10-17..2023-10-21"]),
            ("in May 2023", &["2023-05-01..2023-06-01"]),
            ("in May", &["2023-05-01..2023-06-01", "2022-05-01..2022-06-01 perhaps"]),
            ("in December", &["2022-12-01..2023-01-01", "2021-12-01..2022-01-01 perhaps"]),
            ("last May", &["2023-05-01..2023-06-01"]),
            ("last December", &["2022-12-01..2023-01-01"]),
            ("since August", &["2023-08-01..2023-10-21"]),
            ("late June 2023", &["2023-06-20..2023-07-01"]),
            ("on 3 May 2023", &["2023-05-03..2023-05-04"]),
            ("the 3rd of May, 2023", &["2023-05-03..2023-05-04"]),
            ("May 8, 2023", &["2023-05-08..2023-05-09"]),
            ("May 8", &["2023-05-08..2023-05-09", "2022-05-08..2022-05-09 perhaps"]),
            ("on 2023-05-08", &["2023-05-08..2023-05-09"]),
            ("am 8.5.2023", &["2023-05-08..2023-05-09"]),
            ("in 2022", &["2022-01-01..2023-01-01"]),
            ("last summer", &["2023-06-01..2023-09-01"]),
            ("in the summer of 2022", &["2022-06-01..2022-09-01"]),
            ("winter 2022", &["2022-12-01..2023-03-01"]),
            ("on Monday", &["2023-10-16..2023-10-17"]),
            ("last Friday", &["2023-10-13..2023-10-14"]),
            ("29 February", &["2020-02-29..2020-03-01"]),
            ("between 3 May 2023 and June 2023", &["2023-05-03..2023-05-04", "2023-06-01..2023-07-01"]),
        ] {
            assert_eq!(ranges(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_only_looks_like_a_time_is_none() {
        for text in [
            "May I ask you something?",
            "I may go",
            "they march on",
            "How many days",
            "31 dogs",
            "in room 3",
            "a second",
            "fall over",
            "the year",
            "32 May 2023 99999",
            "last",
            "",
        ] {
            let found = ranges(text);
            assert!(found.is_empty() || text.starts_with("32"), "{text:?} gave {found:?}");
        }
    }

    #[test]
    fn the_day_is_that_of_the_time_zone() {
        let karachi = TimeZone::fixed(jiff::tz::offset(5));
        let found = times("today", now(), &karachi);
        assert_eq!(found[0].from.to_string(), "2023-10-20T19:00:00Z", "it is already the 21st there");
    }

    #[test]
    fn nearness_is_full_within_and_falls_off_outside() {
        let day = times("8 May 2023", now(), &TimeZone::UTC)[0];
        let at = |text: &str| day.nearness(text.parse().unwrap());
        assert_eq!(at("2023-05-08T12:00:00Z"), 1.0);
        assert!(at("2023-05-09T12:00:00Z") > at("2023-05-11T12:00:00Z"));
        assert!(at("2023-05-11T12:00:00Z") > 0.3);
        assert_eq!(at("2023-06-08T12:00:00Z"), 0.0);
        assert_eq!(at("2022-05-08T12:00:00Z"), 0.0);
    }
}
