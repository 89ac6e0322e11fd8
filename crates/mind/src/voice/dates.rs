//! Dates in human words, seen from the person's own day.

use crate::memory::extract::month_name;
use crate::memory::extract::when::{Grain, When};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// When something was told: "just now", "earlier today", "yesterday", "on Tuesday", "on 3 May", "on 3 May 2023".
pub(super) fn told(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, today) = (at.to_zoned(zone.clone()).date(), now.to_zoned(zone.clone()).date());
    if then == today {
        let seconds = now.as_second() - at.as_second();
        return if (0..600).contains(&seconds) { "just now".into() } else { "earlier today".into() };
    }
    match days_between(then, today) {
        1 => "yesterday".into(),
        2..=6 => format!("on {}", weekday_name(then)),
        _ => format!("on {}", day(then, today)),
    }
}

/// The present time in words: "It's 12:05 on Wednesday, 13 May 2026, where you are."
pub(super) fn clock(now: Timestamp, zone: &TimeZone) -> String {
    let here = now.to_zoned(zone.clone());
    let date = here.date();
    format!(
        "It's {:02}:{:02} on {}, {} {} {}, by the clock that I have for you.",
        here.hour(),
        here.minute(),
        weekday_name(date),
        date.day(),
        month_name(date),
        date.year()
    )
}

/// Were both said on the same day of the person's?
pub(super) fn same_day(at: Timestamp, now: Timestamp, zone: &TimeZone) -> bool {
    at.to_zoned(zone.clone()).date() == now.to_zoned(zone.clone()).date()
}

/// A date with its distance where it is near: "yesterday, 2 May", "tomorrow, 4 May", "on Friday, 6 May".
pub(super) fn happening(when: &When, today: Date) -> String {
    let date = when.date;
    let exact = day(date, today);
    match when.grain {
        Grain::Year => format!("in {}", date.year()),
        Grain::Month => format!("in {} {}", month_name(date), date.year()),
        Grain::Week => format!("in the week of {exact}"),
        Grain::Day => match days_between(date, today) {
            0 => format!("today, {exact}"),
            1 => format!("yesterday, {exact}"),
            -1 => format!("tomorrow, {exact}"),
            -6..=6 => format!("on {}, {exact}", weekday_name(date)),
            _ => format!("on {exact}"),
        },
    }
}

/// "3 May", with the year where it is another.
pub(super) fn day(date: Date, today: Date) -> String {
    let plain = format!("{} {}", date.day(), month_name(date));
    if date.year() == today.year() { plain } else { format!("{plain} {}", date.year()) }
}

fn days_between(earlier: Date, later: Date) -> i32 {
    later.since(earlier).map_or(i32::MAX, |span| span.get_days())
}

fn weekday_name(date: Date) -> &'static str {
    const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    NAMES[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0).min(6)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn dates_are_told_from_the_persons_own_day() {
        let now: Timestamp = "2026-05-13T20:30:00Z".parse().unwrap();
        let east = TimeZone::fixed(jiff::tz::offset(5));
        let cases = [
            ("2026-05-13T20:29:00Z", "just now"),
            ("2026-05-13T19:30:00Z", "earlier today"),
            // 23:30 of the 13th in the east, where it is already the 14th.
            ("2026-05-13T18:30:00Z", "yesterday"),
            ("2026-05-11T12:00:00Z", "on Monday"),
            ("2026-05-03T12:00:00Z", "on 3 May"),
            ("2023-05-03T12:00:00Z", "on 3 May 2023"),
        ];
        for (at, expected) in cases {
            assert_eq!(told(at.parse().unwrap(), now, &east), expected, "{at}");
        }
        let today = date(2026, 5, 13);
        let day_at = |d| When { date: d, grain: Grain::Day, words: String::new() };
        assert_eq!(happening(&day_at(date(2026, 5, 12)), today), "yesterday, 12 May");
        assert_eq!(happening(&day_at(date(2026, 5, 15)), today), "on Friday, 15 May");
        assert_eq!(happening(&day_at(date(2025, 6, 1)), today), "on 1 June 2025");
    }
}
