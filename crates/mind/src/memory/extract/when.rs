//! Times in a person's words ("yesterday", "next Friday", "3 May", "two weeks ago") turned into dates, as seen from
//! the day they were said.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use regex::{Regex, RegexSet};

/// How exactly a time is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grain {
    /// A day.
    Day,
    /// The week that begins there.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// A time that was spoken of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct When {
    /// Its first day.
    pub(crate) date: Date,
    /// How exact it is.
    pub(crate) grain: Grain,
    /// The words that said it.
    pub(crate) words: String,
}

/// Finds times in text. Compiled once.
#[derive(Debug)]
pub(crate) struct Times {
    /// All of the following but `past` at once: where none is there, none is looked for.
    any: RegexSet,
    absolute: Regex,
    month: Regex,
    year: Regex,
    relative_day: Regex,
    ago: Regex,
    ahead: Regex,
    weekday: Regex,
    period: Regex,
    past: Regex,
    iso: Regex,
    nth: Regex,
}

const MONTHS: &str = "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec";
const DAYS: &str = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";
const COUNT: &str = r"\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a couple of|a few";

impl Times {
    pub(crate) fn new() -> Self {
        let c = super::compile;
        let mut times = Self {
            any: RegexSet::empty(),
            absolute: c(&format!(
                r"(?i)\b(?:(?:the )?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m1>{MONTHS})|(?P<m2>{MONTHS})\.? (?:the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)\b(?:,? (?P<y>(?:19|20)\d\d))?"
            )),
            month: c(&format!(
                r"(?i)\b(?:in|since|until|by|this|last|next|early|late|mid) (?P<m>{MONTHS})\b(?:,? (?P<y>(?:19|20)\d\d))?"
            )),
            year: c(r"(?i)\b(?:in|since|until|by|from) (?P<y>(?:19|20)\d\d)\b"),
            relative_day: c(
                r"(?i)\b(?P<w>the day before yesterday|the day after tomorrow|yesterday|last night|today|tonight|this (?:morning|afternoon|evening)|tomorrow)\b",
            ),
            ago: c(&format!(r"(?i)\b(?P<n>{COUNT}) (?P<u>day|week|month|year)s? ago\b")),
            ahead: c(&format!(r"(?i)\bin (?P<n>{COUNT}) (?P<u>day|week|month|year)s?\b")),
            weekday: c(&format!(r"(?i)\b(?:(?P<q>last|next|this|coming) )?(?:on )?(?P<w>{DAYS})\b")),
            period: c(r"(?i)\b(?P<q>last|next|this) (?P<u>week(?:end)?|month|year)\b"),
            iso: c(r"\b(?P<d>(?:19|20)\d\d-\d\d-\d\d)\b"),
            nth: c(r"(?i)\b(?:on|by|until|before) the (?P<d>\d{1,2})(?:st|nd|rd|th)\b"),
            past: c(
                r"(?i)\b(?:was|were|had|went|got|came|saw|met|took|made|did|bought|left|began|ran|won|lost|told|said|felt|found|broke|ate|drank|flew|drove|wrote|gave|\w{2,}ed)\b",
            ),
        };
        times.any = super::compile_set(
            [
                &times.absolute,
                &times.iso,
                &times.nth,
                &times.relative_day,
                &times.ago,
                &times.ahead,
                &times.weekday,
                &times.month,
                &times.period,
                &times.year,
            ]
            .map(Regex::as_str),
        );
        times
    }

    /// The first time that `text` names, seen from `said`, the day it was said.
    pub(crate) fn find(&self, text: &str, said: Date) -> Option<When> {
        if self.any.is_match(text) { self.seen(text, said, self.past.is_match(text)) } else { None }
    }

    /// As [`Times::find`], for what is still to come: "on Friday" is the next one, whatever the verb.
    pub(crate) fn coming(&self, text: &str, said: Date) -> Option<When> {
        if self.any.is_match(text) { self.seen(text, said, false) } else { None }
    }

    /// Does a verb of the text tell of the past?
    pub(crate) fn tells_past(&self, text: &str) -> bool {
        self.past.is_match(text)
    }

    fn seen(&self, text: &str, said: Date, past: bool) -> Option<When> {
        self.absolute(text, said, past)
            .or_else(|| self.iso(text))
            .or_else(|| self.day(text, said))
            .or_else(|| self.counted(text, said))
            .or_else(|| self.weekday(text, said, past))
            .or_else(|| self.month(text, said, past))
            .or_else(|| self.of_this_month(text, said, past))
            .or_else(|| self.period(text, said))
            .or_else(|| {
                let found = self.year.captures(text)?;
                let date = Date::new(found["y"].parse().ok()?, 1, 1).ok()?;
                Some(When { date, grain: Grain::Year, words: found[0].to_owned() })
            })
    }

    fn absolute(&self, text: &str, said: Date, past: bool) -> Option<When> {
        let found = self.absolute.captures(text)?;
        let day: i8 = found.name("d1").or_else(|| found.name("d2"))?.as_str().parse().ok()?;
        let month = month_number(found.name("m1").or_else(|| found.name("m2"))?.as_str())?;
        let year = found.name("y").and_then(|y| y.as_str().parse().ok());
        let date = match year {
            Some(year) => Date::new(year, month, day).ok()?,
            None => nearest_year(said, month, day, past)?,
        };
        Some(When { date, grain: Grain::Day, words: found[0].to_owned() })
    }

    fn iso(&self, text: &str) -> Option<When> {
        let found = self.iso.find(text)?;
        Some(When { date: found.as_str().parse().ok()?, grain: Grain::Day, words: found.as_str().to_owned() })
    }

    /// "On the 15th": of this month, or of the one it must be in.
    fn of_this_month(&self, text: &str, said: Date, past: bool) -> Option<When> {
        let found = self.nth.captures(text)?;
        let day = found["d"].parse().ok()?;
        let months = if past { [0, -1] } else { [0, 1] };
        let fits = |date: &Date| if past { *date <= said } else { *date >= said };
        let date = months.into_iter().find_map(|n: i64| {
            let month = said.first_of_month().checked_add(n.months()).ok()?;
            Date::new(month.year(), month.month(), day).ok().filter(fits)
        })?;
        Some(When { date, grain: Grain::Day, words: found[0].to_owned() })
    }

    fn day(&self, text: &str, said: Date) -> Option<When> {
        let found = self.relative_day.find(text)?;
        let offset = match found.as_str().to_lowercase().as_str() {
            "the day before yesterday" => -2,
            "yesterday" | "last night" => -1,
            "tomorrow" => 1,
            "the day after tomorrow" => 2,
            _ => 0,
        };
        Some(When { date: said.checked_add(offset.days()).ok()?, grain: Grain::Day, words: found.as_str().to_owned() })
    }

    fn counted(&self, text: &str, said: Date) -> Option<When> {
        let (found, sign) = match self.ago.captures(text) {
            Some(found) => (found, -1),
            None => (self.ahead.captures(text)?, 1),
        };
        let n = sign * i64::from(count(&found["n"])?);
        let (span, grain) = match found["u"].to_lowercase().as_str() {
            "day" => (n.days(), Grain::Day),
            "week" => (n.weeks(), Grain::Week),
            "month" => (n.months(), Grain::Month),
            _ => (n.years(), Grain::Year),
        };
        let date = start_of(said.checked_add(span).ok()?, grain);
        Some(When { date, grain, words: found[0].to_owned() })
    }

    fn weekday(&self, text: &str, said: Date, past: bool) -> Option<When> {
        let found = self.weekday.captures(text)?;
        let weekday = weekday(&found["w"])?;
        let past = match found.name("q").map(|q| q.as_str().to_lowercase()) {
            Some(q) if q == "last" => true,
            Some(_) => false,
            None => past,
        };
        let date = said.nth_weekday(if past { -1 } else { 1 }, weekday).ok()?;
        Some(When { date, grain: Grain::Day, words: found[0].to_owned() })
    }

    fn month(&self, text: &str, said: Date, past: bool) -> Option<When> {
        let found = self.month.captures(text)?;
        let month = month_number(&found["m"])?;
        let date = match found.name("y").and_then(|y| y.as_str().parse().ok()) {
            Some(year) => Date::new(year, month, 1).ok()?,
            None => nearest_year(said, month, 1, past)?,
        };
        Some(When { date, grain: Grain::Month, words: found[0].to_owned() })
    }

    fn period(&self, text: &str, said: Date) -> Option<When> {
        let found = self.period.captures(text)?;
        let n: i64 = match found["q"].to_lowercase().as_str() {
            "last" => -1,
            "next" => 1,
            _ => 0,
        };
        let (span, grain) = match found["u"].to_lowercase().as_str() {
            "week" | "weekend" => (n.weeks(), Grain::Week),
            "month" => (n.months(), Grain::Month),
            _ => (n.years(), Grain::Year),
        };
        let mut date = start_of(said.checked_add(span).ok()?, grain);
        let mut exact = grain;
        if found["u"].eq_ignore_ascii_case("weekend") {
            (date, exact) = (date.checked_add(5.days()).ok()?, Grain::Day);
        }
        Some(When { date, grain: exact, words: found[0].to_owned() })
    }
}

/// A small number in words or digits.
pub(crate) fn count(words: &str) -> Option<u16> {
    let words = words.trim().to_lowercase();
    if let Ok(n) = words.parse() {
        return Some(n);
    }
    let names = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    match words.as_str() {
        "a" | "an" => Some(1),
        "a couple of" => Some(2),
        "a few" => Some(3),
        other => names.iter().position(|n| *n == other).and_then(|i| u16::try_from(i + 1).ok()),
    }
}

fn start_of(date: Date, grain: Grain) -> Date {
    match grain {
        Grain::Day => date,
        Grain::Week => date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).unwrap_or(date),
        Grain::Month => date.first_of_month(),
        Grain::Year => date.first_of_year(),
    }
}

/// The year nearest in the direction the sentence speaks of.
fn nearest_year(said: Date, month: i8, day: i8, past: bool) -> Option<Date> {
    let here = Date::new(said.year(), month, day).ok()?;
    let shift = match (past, here > said) {
        (true, true) => -1,
        (false, false) if here < said => 1,
        _ => 0,
    };
    Date::new(said.year() + shift, month, day).ok()
}

fn month_number(name: &str) -> Option<i8> {
    let name = name.to_lowercase();
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    names.iter().position(|short| name.starts_with(short)).and_then(|i| i8::try_from(i + 1).ok())
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name.to_lowercase().as_str() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn times_are_resolved_from_the_day_they_were_said() {
        let times = Times::new();
        let said = date(2026, 5, 13); // a Wednesday
        let cases = [
            ("I passed it yesterday", date(2026, 5, 12), Grain::Day),
            ("my exam is tomorrow", date(2026, 5, 14), Grain::Day),
            ("we met two weeks ago", date(2026, 4, 27), Grain::Week),
            ("I fly in three days", date(2026, 5, 16), Grain::Day),
            ("my interview is on Friday", date(2026, 5, 15), Grain::Day),
            ("I went swimming on Friday", date(2026, 5, 8), Grain::Day),
            ("last Monday was hard", date(2026, 5, 11), Grain::Day),
            ("the wedding is on 3 June", date(2026, 6, 3), Grain::Day),
            ("my birthday is March 3rd", date(2027, 3, 3), Grain::Day),
            ("we married on the 4th of July 2009", date(2009, 7, 4), Grain::Day),
            ("I moved in April", date(2026, 4, 1), Grain::Month),
            ("I started in 2019", date(2019, 1, 1), Grain::Year),
            ("we go next month", date(2026, 6, 1), Grain::Month),
            ("last week I slept badly", date(2026, 5, 4), Grain::Week),
            ("this weekend we paint", date(2026, 5, 16), Grain::Day),
        ];
        for (text, expected, grain) in cases {
            let found = times.find(text, said).unwrap_or_else(|| panic!("no time in {text:?}"));
            assert_eq!((found.date, found.grain), (expected, grain), "{text}");
        }
        assert_eq!(times.find("nothing here, I may go", said), None);
    }
}
