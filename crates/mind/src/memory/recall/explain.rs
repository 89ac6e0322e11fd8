//! Why a memory was recalled, in words fit for the person.

use super::Ranked;
use super::link::LINK;
use crate::memory::{Memory, Speaker};
use jiff::Timestamp;
use jiff::tz::TimeZone;
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
    let mut parts = Vec::new();
    let quoted = |words: Vec<&str>| words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ");
    let (mut shared, mut kinds, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for word in &hit.shared {
        match (word.strip_prefix(LINK), word.strip_prefix(KIND)) {
            (Some(name), _) => names.push(name),
            (None, Some(kind)) => kinds.push(kind),
            (None, None) => shared.push(&**word),
        }
    }
    kinds.retain(|kind| !shared.contains(kind));
    if !shared.is_empty() {
        parts.push(format!("shares {}", quoted(shared)));
    }
    if !kinds.is_empty() {
        parts.push(format!("speaks of {}", quoted(kinds)));
    }
    if !names.is_empty() {
        parts.push(format!("linked to {}", quoted(names)));
    }
    if hit.signals.feeling > 0.0 {
        parts.push("felt as you ask".to_owned());
    }
    if hit.shared.is_empty() && hit.signals.neighbourhood >= 0.5 {
        parts.push("said next to words of the question".to_owned());
    }
    if hit.vector.is_some() && hit.signals.cosine >= floor.unwrap_or(0.4) {
        parts.push("close in meaning".to_owned());
    }
    if hit.signals.date >= 0.5 {
        parts.push("from the time asked about".to_owned());
    }
    if hit.importance >= 0.7 {
        parts.push("important".to_owned());
    }
    let when = day(hit.occurred_at, now, tz);
    parts.push(match &memory.speaker {
        Speaker::User => format!("you said it {when}"),
        Speaker::Companion => format!("I said it {when}"),
        Speaker::Other(name) => format!("{name} said it {when}"),
        Speaker::Document(_) => format!("it is in {}", memory.citation().unwrap_or_default()),
    });
    parts.join("; ")
}

/// "today", "yesterday", "3 days ago" within a fortnight, else "on 3 May 2023".
fn day(at: Timestamp, now: Timestamp, tz: &TimeZone) -> String {
    let (then, today) = (at.to_zoned(tz.clone()).date(), now.to_zoned(tz.clone()).date());
    let days = then.until(today).map_or(i32::MAX, |span| span.get_days());
    match days {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        2..=13 => format!("{days} days ago"),
        _ => {
            let month = usize::try_from(then.month() - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"");
            format!("on {} {month} {}", then.day(), then.year())
        }
    }
}
