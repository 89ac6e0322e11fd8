//! Why a memory was recalled, in words fit for the person.

use super::Ranked;
use super::link::LINK;
use crate::memory::{Memory, Speaker};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::sync::Arc;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What the surface of a kind that is asked for begins with: "pets" is not shared by a puppy, but meant.
pub(super) const KIND: char = '≈';

/// What a hit shares with the question, as people may read it: words (those it only means included), and names that
/// were followed.
pub(super) fn told(shared: &[Arc<str>]) -> (Vec<String>, Vec<String>) {
    let (mut words, mut names): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for word in shared {
        let (into, word) = match word.strip_prefix(LINK) {
            Some(name) => (&mut names, name),
            None => (&mut words, word.strip_prefix(KIND).unwrap_or(word)),
        };
        if !into.iter().any(|known| known == word) {
            into.push(word.to_owned());
        }
    }
    (words, names)
}

/// "shares 'dog', 'name'; close in meaning; you said it 3 days ago". `floor` is the embedder's.
pub fn explain(ranked: &Ranked, memory: &Memory, floor: Option<f64>, now: Timestamp, tz: &TimeZone) -> String {
    let hit = &ranked.hit;
    let words = || hit.shared.iter().map(|word| &**word);
    let shared = || words().filter(|word| !word.starts_with([LINK, KIND]));
    let kinds = words().filter_map(|word| word.strip_prefix(KIND));
    let mut why = Reasons(String::with_capacity(REASONS));
    why.quote("shares", shared());
    why.quote("speaks of", kinds.filter(|kind| shared().all(|word| word != *kind)));
    why.quote("linked to", words().filter_map(|word| word.strip_prefix(LINK)));
    if hit.signals.feeling > 0.0 {
        why.add("felt as you ask");
    }
    if hit.shared.is_empty() && hit.signals.neighbourhood >= 0.5 {
        why.add("said next to words of the question");
    }
    if hit.vector.is_some() && hit.signals.cosine >= floor.unwrap_or(0.4) {
        why.add("close in meaning");
    }
    if hit.signals.date >= 0.5 {
        why.add("from the time asked about");
    }
    if hit.importance >= 0.7 {
        why.add("important");
    }
    let (who, when) = match &memory.speaker {
        Speaker::User => ("you said it ", day(hit.occurred_at, now, tz)),
        Speaker::Companion => ("I said it ", day(hit.occurred_at, now, tz)),
        Speaker::Other(name) => (name.as_str(), format!(" said it {}", day(hit.occurred_at, now, tz)).into()),
        Speaker::Document(_) => ("it is in ", memory.citation().unwrap_or_default().into()),
    };
    why.add(who);
    why.0.push_str(&when);
    why.0
}

/// As many bytes as most reasons take.
const REASONS: usize = 96;

/// Reasons, one after the other.
struct Reasons(String);

impl Reasons {
    fn add(&mut self, reason: &str) {
        let seam = if self.0.is_empty() { "" } else { "; " };
        self.0.extend([seam, reason]);
    }

    /// What and then these words, if there are any.
    fn quote<'a>(&mut self, what: &str, words: impl Iterator<Item = &'a str>) {
        for (at, word) in words.enumerate() {
            if at == 0 {
                self.add(what);
            }
            self.0.extend([if at == 0 { " '" } else { ", '" }, word, "'"]);
        }
    }
}

/// "today", "yesterday", "3 days ago" within a fortnight, else "on 3 May 2023".
fn day(at: Timestamp, now: Timestamp, tz: &TimeZone) -> Cow<'static, str> {
    let (then, today) = (tz.to_datetime(at).date(), tz.to_datetime(now).date());
    let days = then.until(today).map_or(i32::MAX, |span| span.get_days());
    match days {
        0 => "today".into(),
        1 => "yesterday".into(),
        2..=13 => format!("{days} days ago").into(),
        _ => {
            let month = usize::try_from(then.month() - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"");
            format!("on {} {month} {}", then.day(), then.year()).into()
        }
    }
}
