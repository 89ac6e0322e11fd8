//! When a task is due: a day, an hour, or both, seen from when it was said.

use crate::memory::extract::pattern::Pattern;
use crate::memory::extract::when::{Grain, Times, count};
use jiff::civil::{Date, Time, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use std::ops::Range;

/// A day without an hour is due then.
const MORNING: Time = time(9, 0, 0, 0);

/// A time that is to come, and the words that named it.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) at: Timestamp,
    pub(super) words: Vec<Range<usize>>,
}

/// Reads when something is due. Compiled when first needed.
#[derive(Debug)]
pub(super) struct Dues {
    times: Times,
    counted: Pattern,
    clock: Pattern,
    spoken: Pattern,
    part: Pattern,
    end: Pattern,
    joint: Pattern,
}

impl Dues {
    pub(super) fn new() -> Self {
        Self {
            times: Times::new(),
            counted: Pattern::new(
                r"(?i)\b(?:in|within|after|for) (?:about |around |another |the next )?(?:(?P<half>half an hour)|(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|forty-five|a couple of|a few) (?P<u>min(?:ute)?|hour|hr|h|day|week|month)s?(?P<more> and a half)?)\b",
            ),
            clock: Pattern::new(
                r"(?i)\b(?:(?:at|by|around|before|until|till|to|for|from) )?(?:(?P<h1>\d{1,2})[:.](?P<m1>[0-5]\d) ?(?P<ap1>[ap]\.?m\b\.?)?|(?P<h2>\d{1,2}) ?(?P<ap2>[ap]\.?m\b\.?)|(?P<h3>\d{1,2}) o'clock)|\b(?:at|around|by) (?P<h4>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b(?: (?P<ap4>in the (?:morning|afternoon|evening)|sharp))?",
            ),
            spoken: Pattern::new(
                r"(?i)\b(?:at )?(?:(?P<half>half past)|(?P<past>(?:a )?quarter past)|(?P<to>(?:a )?quarter to)) (?P<h>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b|\b(?:at |by |before |around )?(?P<w>noon|midday|midnight|lunch ?time|lunch|dinner ?time|bed ?time)\b",
            ),
            part: Pattern::new(
                r"(?i)\b(?:(?:first thing )?(?:in the |this |on \w+ )?(?P<p>morning|afternoon|evening)|(?P<t>tonight|at night)|(?P<work>after work)|(?P<bed>before bed)|(?P<first>first thing)|(?P<later>later(?: today| on)?))\b",
            ),
            end: Pattern::new(
                r"(?i)\b(?:by |before |until |at )?(?:the )?(?:end of (?:the |this )?(?P<u>day|week|month|year)|(?P<e>eod|eow))\b",
            ),
            joint: Pattern::new(
                r"(?i)(?:^|\s)(?:by|on|before|until|till|to|for|from|due|starting|this coming|sometime|later|some time|first thing)\s*$",
            ),
        }
    }

    /// The time that `text` names, if it does.
    pub(super) fn find(&self, text: &str, at: Timestamp, zone: &TimeZone) -> Option<Due> {
        let now = at.to_zoned(zone.clone());
        if let Some(due) = self.counted(text, &now) {
            return Some(due);
        }
        let mut words = Vec::new();
        let hour = self.hour(text, &mut words);
        let (part, later) = self.part(text, &mut words);
        let day = self.day(text, now.date(), &mut words);
        // "In the morning" said in the evening is tomorrow's.
        let time = match (hour, part) {
            (Some((time, true)), _) => Some(time),
            (Some((time, false)), part) => Some(self.meant(time, part)),
            (None, part) => part,
        };
        let due = match (day, time) {
            (Some(day), time) => {
                let due = zoned(day, time.unwrap_or(MORNING), zone)?;
                // Today's morning may have gone by.
                if due <= at && day == now.date() { at.checked_add(SignedDuration::from_hours(1)).ok()? } else { due }
            }
            (None, Some(time)) => {
                let today = zoned(now.date(), time, zone)?;
                if today > at { today } else { zoned(now.date().tomorrow().ok()?, time, zone)? }
            }
            (None, None) if later => at.checked_add(SignedDuration::from_hours(3)).ok()?,
            (None, None) => return None,
        };
        Some(Due { at: due, words: self.with_joints(text, words) })
    }

    fn counted(&self, text: &str, now: &Zoned) -> Option<Due> {
        let found = self.counted.captures(text)?;
        let due = match found.name("n") {
            None => now.checked_add(30.minutes()).ok()?.timestamp(),
            Some(n) => {
                let n = i64::from(number(n.as_str())?);
                let half = found.name("more").is_some();
                match &found["u"].to_lowercase()[..1] {
                    "m" if found["u"].to_lowercase().starts_with("mi") => now.checked_add(n.minutes()).ok()?,
                    "h" => now.checked_add((n * 60 + if half { 30 } else { 0 }).minutes()).ok()?,
                    unit => {
                        let day = match unit {
                            "d" => now.date().checked_add(n.days()),
                            "w" => now.date().checked_add(n.weeks()),
                            _ => now.date().checked_add(n.months()),
                        };
                        let mut rest = Vec::new();
                        let time = self.hour(text, &mut rest).map_or(MORNING, |(time, _)| time);
                        day.ok()?.to_datetime(time).to_zoned(now.time_zone().clone()).ok()?
                    }
                }
                .timestamp()
            }
        };
        Some(Due { at: due, words: vec![found.get(0)?.range()] })
    }

    fn day(&self, text: &str, today: Date, words: &mut Vec<Range<usize>>) -> Option<Date> {
        if let Some(found) = self.end.captures(text) {
            words.push(found.get(0)?.range());
            let unit = found.name("u").map_or_else(|| found["e"].to_lowercase(), |u| u.as_str().to_lowercase());
            return match unit.as_str() {
                "day" | "eod" => Some(today),
                "month" => Some(today.last_of_month()),
                "year" => Some(today.last_of_year()),
                // The Friday of this week, or of the next one at the weekend.
                _ => {
                    let day = i64::from(today.weekday().to_monday_zero_offset());
                    today.checked_add((if day > 4 { 11 - day } else { 4 - day }).days()).ok()
                }
            };
        }
        let when = self.times.coming(text, today)?;
        let start = text.find(when.words.as_str())?;
        let range = start..start + when.words.len();
        if !words.iter().any(|known| known.start < range.end && range.start < known.end) {
            words.push(range);
        }
        // What is due in May is due when May begins; what began already is due now.
        Some(if when.grain == Grain::Day { when.date } else { when.date.max(today) })
    }

    /// The hour, and whether it was said which half of the day.
    fn hour(&self, text: &str, words: &mut Vec<Range<usize>>) -> Option<(Time, bool)> {
        if let Some(found) = self.spoken.captures(text) {
            words.push(found.get(0)?.range());
            if let Some(word) = found.name("w") {
                let hour = match &word.as_str().to_lowercase()[..3] {
                    "mid" if word.as_str().to_lowercase().starts_with("midn") => (23, 59),
                    "noo" | "mid" => (12, 0),
                    "lun" => (12, 30),
                    "din" => (19, 0),
                    _ => (22, 0),
                };
                return Some((Time::new(hour.0, hour.1, 0, 0).ok()?, true));
            }
            let hour = i8::try_from(number(&found["h"])?).ok()?;
            let (hour, minute) = match (found.name("half"), found.name("past")) {
                (Some(_), _) => (hour, 30),
                (_, Some(_)) => (hour, 15),
                _ => (hour - 1, 45),
            };
            return Some((Time::new(hour, minute, 0, 0).ok()?, hour > 12));
        }
        let found = self.clock.captures(text)?;
        let hour = ["h1", "h2", "h3", "h4"].iter().find_map(|name| found.name(name))?;
        let hour = i8::try_from(number(hour.as_str())?).ok()?;
        let minute = found.name("m1").and_then(|m| m.as_str().parse().ok()).unwrap_or(0);
        let half = ["ap1", "ap2", "ap4"].iter().find_map(|name| found.name(name)).map(|m| m.as_str().to_lowercase());
        let hour = match half.as_deref() {
            Some(half) if half.starts_with('p') || half.contains("afternoon") || half.contains("evening") => {
                if hour < 12 { hour + 12 } else { hour }
            }
            Some(half) if half.starts_with('a') || half.contains("morning") => hour % 12,
            _ => hour,
        };
        let whole = found.get(0)?.range();
        let time = Time::new(hour, minute, 0, 0).ok()?;
        // "by 5 May" names a day, "by 5 people" nobody's hour.
        if found.name("h4").is_some() && half.is_none() && counts(&text[whole.end..]) {
            return None;
        }
        words.push(whole);
        let certain = half.is_some_and(|half| half != "sharp") || hour > 12 || hour == 0;
        Some((time, certain))
    }

    /// The hour that is meant by "at 5": what people are awake for, and what the part of the day says.
    fn meant(&self, time: Time, part: Option<Time>) -> Time {
        let evening = part.is_some_and(|part| part.hour() >= 12);
        let morning = part.is_some_and(|part| part.hour() < 12);
        let later = time.hour() < 12 && ((evening && time.hour() > 0) || (!morning && time.hour() < 8));
        if later { Time::new(time.hour() + 12, time.minute(), 0, 0).unwrap_or(time) } else { time }
    }

    fn part(&self, text: &str, words: &mut Vec<Range<usize>>) -> (Option<Time>, bool) {
        let Some(found) = self.part.captures(text) else { return (None, false) };
        words.extend(found.get(0).map(|m| m.range()));
        let hour = match found.name("p").map(|p| p.as_str().to_lowercase()) {
            Some(part) => match part.as_str() {
                "morning" => 9,
                "afternoon" => 15,
                _ => 19,
            },
            None if found.name("t").is_some() => 20,
            None if found.name("work").is_some() => 18,
            None if found.name("bed").is_some() => 22,
            None if found.name("first").is_some() => 8,
            None => return (None, true),
        };
        (Time::new(hour, 0, 0, 0).ok(), false)
    }

    /// The words of a time with the prepositions that lead to them.
    fn with_joints(&self, text: &str, mut words: Vec<Range<usize>>) -> Vec<Range<usize>> {
        for range in &mut words {
            while let Some(joint) = text.get(..range.start).and_then(|head| self.joint.find(head)) {
                if joint.start() == range.start {
                    break;
                }
                range.start = joint.start();
            }
        }
        words
    }
}

fn zoned(date: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    Some(date.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp())
}

fn number(words: &str) -> Option<u16> {
    match words.to_lowercase().as_str() {
        "fifteen" => Some(15),
        "twenty" => Some(20),
        "thirty" => Some(30),
        "forty" => Some(40),
        "forty-five" => Some(45),
        other => count(other),
    }
}

/// Do these words go on counting, so that the number before them is no hour?
fn counts(after: &str) -> bool {
    let word = after.trim_start().split(' ').next().unwrap_or("").to_lowercase();
    !word.is_empty()
        && !after.starts_with([',', '.', ';'])
        && ![
            "on",
            "tomorrow",
            "today",
            "tonight",
            "next",
            "this",
            "to",
            "and",
            "for",
            "with",
            "in",
            "please",
            "sharp",
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ]
        .contains(&word.as_str())
}
