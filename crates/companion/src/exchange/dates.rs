//! Dates as chat programs write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde_json::Value;

/// An instant as JSON gives it: a number since 1970 or a text. None if it cannot be understood.
pub(super) fn instant(value: &Value, zone: &TimeZone) -> Option<Timestamp> {
    match value {
        Value::Number(number) => epoch(number.as_f64()?),
        Value::String(text) => spelled(text.trim(), zone),
        _ => None,
    }
}

/// Seconds or milliseconds since 1970: a number too large for the seconds of this millennium is milliseconds.
/// Zero and less say that nothing is known.
fn epoch(number: f64) -> Option<Timestamp> {
    const MILLISECONDS_FROM: f64 = 1e11;
    if number <= 0.0 || !number.is_finite() {
        return None;
    }
    let micros = if number < MILLISECONDS_FROM { number * 1e6 } else { number * 1e3 };
    Timestamp::from_microsecond(micros.round() as i64).ok()
}

fn spelled(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if text.is_empty() {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return epoch(text.parse().ok()?);
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let civil = text.parse::<DateTime>().ok().or_else(|| stamped(text)).or_else(|| patterned(text))?;
    in_zone(civil, zone)
}

/// A civil time as an instant.
pub(super) fn in_zone(civil: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(civil).ok()
}

/// `2023-6-19 @14h 20m 20s 500ms`, with or without the spaces and the milliseconds.
fn stamped(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once('@')?;
    let [year, month, day] = numbers(date)?;
    let mut rest = time.to_lowercase();
    let mut take = |unit: &str| -> Option<i64> {
        let (number, after) = rest.split_once(unit)?;
        let number = number.trim().parse().ok()?;
        let after = after.to_owned();
        rest = after;
        Some(number)
    };
    let (hour, minute, second) = (take("h")?, take("m")?, take("s").unwrap_or(0));
    let millis = take("ms").unwrap_or(0);
    let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let nanos = i32::try_from(millis).ok()?.checked_mul(1_000_000)?;
    let time = Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, nanos).ok()?;
    Some(date.to_datetime(time))
}

fn numbers<const N: usize>(text: &str) -> Option<[i64; N]> {
    let parts: Option<Vec<i64>> = text.trim().split('-').map(|part| part.trim().parse().ok()).collect();
    parts?.try_into().ok()
}

/// Dates with the month as a word.
fn patterned(text: &str) -> Option<DateTime> {
    const PATTERNS: &[&str] = &[
        // SillyTavern: "June 19, 2023 2:20pm"
        "%B %d, %Y %I:%M%p",
        "%B %d, %Y %I:%M %p",
        "%B %d, %Y %H:%M",
        "%b %d, %Y %I:%M%p",
        "%b %d, %Y %I:%M %p",
        // LoCoMo: "1:56 pm on 8 May, 2023"
        "%I:%M %p on %d %B, %Y",
        "%I:%M %p on %d %B %Y",
        "%I:%M%p on %d %B, %Y",
        "%H:%M on %d %B, %Y",
    ];
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    PATTERNS.iter().find_map(|pattern| DateTime::strptime(pattern, &text).ok())
}

/// A date as a text gives it, without a zone.
pub(super) fn civil(text: &str) -> Option<DateTime> {
    patterned(text).or_else(|| text.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_way_of_writing_a_date_is_understood() {
        let karachi = TimeZone::get("Asia/Karachi").unwrap();
        for (written, meant) in [
            (json!("2023-06-19T14:20:20.500Z"), "2023-06-19T14:20:20.5Z"),
            (json!("2023-06-19T14:20:20+02:00"), "2023-06-19T12:20:20Z"),
            (json!("2023-06-19T14:20:20"), "2023-06-19T09:20:20Z"),
            (json!("June 19, 2023 2:20pm"), "2023-06-19T09:20:00Z"),
            (json!("June 9, 2023 12:05am"), "2023-06-08T19:05:00Z"),
            (json!("Jun 19, 2023 2:20 PM"), "2023-06-19T09:20:00Z"),
            (json!("2023-6-19 @14h 20m 20s 500ms"), "2023-06-19T09:20:20.5Z"),
            (json!("2023-06-19@14h20m20s"), "2023-06-19T09:20:20Z"),
            (json!("2023-06-19@14h20m20s007ms"), "2023-06-19T09:20:20.007Z"),
            (json!(1_687_184_420_500_u64), "2023-06-19T14:20:20.5Z"),
            (json!("1687184420500"), "2023-06-19T14:20:20.5Z"),
            (json!(1_687_184_420.25), "2023-06-19T14:20:20.25Z"),
            (json!("1:56 pm on 8 May, 2023"), "2023-05-08T08:56:00Z"),
            (json!("12:09 am on 13 September, 2023"), "2023-09-12T19:09:00Z"),
        ] {
            assert_eq!(instant(&written, &karachi), Some(meant.parse().unwrap()), "{written}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for written in [
            json!(null),
            json!(""),
            json!("soon"),
            json!(0),
            json!(-5),
            json!(1e300),
            json!("99999999999999999999"),
            json!("2023-13-45 @1h 2m"),
            json!("2023-6-19 @99h 1m 1s"),
            json!("@"),
            json!("June 99, 2023 2:20pm"),
            json!([1]),
            json!("1.2.3"),
            json!("2023-6-19 @1h 1m 1s 99999999999ms"),
        ] {
            assert_eq!(instant(&written, &TimeZone::UTC), None, "{written}");
        }
    }
}
