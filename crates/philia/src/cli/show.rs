//! Memories, moods and reasons for a person's eyes, with dates in their own time zone.

use super::paint::{Paint, harmless};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_companion::Person;
use philia_companion::moving::Total;
use philia_companion::person::MoodView;
use philia_mind::memory::Speaker;
use philia_mind::memory::recall::Recalled;
use philia_mind::{Interaction, Memory};
use std::fmt::Write as _;

/// How things are shown to one person.
pub(crate) struct Show {
    zone: TimeZone,
    paint: Paint,
}

impl Show {
    /// In this person's time zone.
    pub(crate) async fn for_person(person: &Person, paint: Paint) -> philia_companion::error::Result<Self> {
        let profile = person.profile().await?;
        Ok(Self { zone: TimeZone::get(&profile.time_zone).unwrap_or(TimeZone::UTC), paint })
    }

    /// A day: `3 May 2026`.
    pub(crate) fn day(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%-d %b %Y").to_string()
    }

    /// A memory on a line: its day, its words, its name.
    pub(crate) fn memory(&self, memory: &Memory) -> String {
        let speaker = match &memory.speaker {
            Speaker::User => String::new(),
            Speaker::Companion => "(I said) ".into(),
            Speaker::Other(name) => format!("{name}: "),
            Speaker::Document(_) => format!("{}: ", memory.citation().unwrap_or_default()),
        };
        let day = self.paint.dim(&format!("{:>11}", self.day(memory.occurred_at)));
        let id = self.paint.dim(memory.id.as_str());
        format!("{day}  {}{}  {id}\n", harmless(&speaker), one_line(&memory.content))
    }

    /// A recalled memory with the reason.
    pub(crate) fn recalled(&self, recalled: &Recalled) -> String {
        format!("{}{}", self.memory(&recalled.memory), self.reason(&recalled.why))
    }

    fn reason(&self, why: &str) -> String {
        if why.is_empty() { String::new() } else { format!("             {}\n", self.paint.dim(&one_line(why))) }
    }

    /// Why an answer was what it was: what was felt, who spoke, and which memories it drew on.
    pub(crate) async fn why(&self, person: &Person, turn: &Interaction) -> philia_companion::error::Result<String> {
        let mut out = String::new();
        let _ = writeln!(out, "You said: {}", one_line(&turn.message));
        if let Some(felt) = turn.felt.as_ref().filter(|felt| felt.intensity > 0.0) {
            let _ = writeln!(
                out,
                "I felt:   {} ({:.0} %, by the rule {})",
                felt.emotion,
                felt.intensity * 100.0,
                felt.rule
            );
        }
        if let Some(thought) = &turn.thought {
            let thought = format!("{} {} {}", thought.assessment, thought.person_state, thought.strategy);
            let _ = writeln!(out, "I thought: {}", one_line(&thought));
        }
        if let Some(bond) = &turn.bond {
            let _ = writeln!(out, "Our bond: {}", one_line(&bond.replace('_', " ")));
        }
        let model = turn.model.as_deref().unwrap_or("nobody");
        let _ = writeln!(out, "Answered: {}", if model == "offline" { "the offline voice" } else { model });
        for attempt in &turn.fallback {
            let _ = writeln!(out, "  before, {} failed: {}", attempt.model, one_line(&attempt.error));
        }
        if turn.used.is_empty() {
            out.push_str("It drew on no memory.\n");
        } else {
            out.push_str("It drew on:\n");
        }
        for used in &turn.used {
            match person.memory(&used.id).await? {
                Some(memory) => out.push_str(&self.memory(&memory)),
                None => out.push_str("             (forgotten since)\n"),
            }
            out.push_str(&self.reason(&used.why));
        }
        Ok(out)
    }
}

/// A mood in words and numbers.
pub(crate) fn mood(mood: &MoodView, name: &str, paint: Paint) -> String {
    let mut out = String::new();
    let turns = counted(mood.turns, "turn");
    let _ = writeln!(out, "{} feels {} ({}), after {turns}.", paint.bold(&one_line(name)), mood.emotion, mood.octant);
    let rows = [
        ("pleasure", mood.pad.pleasure, mood.baseline.pleasure),
        ("arousal", mood.pad.arousal, mood.baseline.arousal),
        ("dominance", mood.pad.dominance, mood.baseline.dominance),
    ];
    for (dimension, now, base) in rows {
        let _ = writeln!(
            out,
            "  {dimension:10} {} {now:+.2}  {}",
            gauge(now),
            paint.dim(&format!("returns to {base:+.2}"))
        );
    }
    out
}

/// A gauge from -1 to 1 with a mark at the value.
fn gauge(value: f64) -> String {
    let at = (0..=20).min_by(|a, b| {
        let off = |tick: &i32| (f64::from(*tick) / 10.0 - 1.0 - value).abs();
        off(a).total_cmp(&off(b))
    });
    (0..=20)
        .map(|tick| {
            if Some(tick) == at {
                '●'
            } else if tick == 10 {
                '┼'
            } else {
                '─'
            }
        })
        .collect()
}

/// A bar of ten, filled to `share` (0..1).
pub(crate) fn bar(share: f64) -> String {
    let full = (0..10).filter(|tenth| f64::from(*tenth) + 0.5 <= share * 10.0).count();
    format!("{}{}", "█".repeat(full), "░".repeat(10 - full))
}

/// A number of things: `1 turn`, `2 turns`.
pub(crate) fn counted(count: u64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Records and whose they are: `18 records of 2 people`. The program's own count as somebody's.
pub(crate) fn records(total: &Total) -> String {
    let people = if total.partitions == 1 { "1 person".into() } else { format!("{} people", total.partitions) };
    format!("{} of {people}", counted(total.sum.records, "record"))
}

/// A size: `812 bytes`, `12.3 kB`, `4.5 MB`.
pub(crate) fn size(bytes: u64) -> String {
    let of = |unit: f64, name: &str| format!("{:.1} {name}", bytes as f64 / unit);
    match bytes {
        0..1_000 => counted(bytes, "byte"),
        1_000..1_000_000 => of(1e3, "kB"),
        1_000_000..1_000_000_000 => of(1e6, "MB"),
        _ => of(1e9, "GB"),
    }
}

/// Text on one line, harmless, and not endless.
pub(crate) fn one_line(text: &str) -> String {
    const LONGEST: usize = 300;
    let words = harmless(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauges_mark_their_value() {
        assert_eq!(gauge(0.0), "──────────●──────────");
        assert_eq!(gauge(-1.0), "●─────────┼──────────");
        assert_eq!(gauge(1.0), "──────────┼─────────●");
    }

    #[test]
    fn bars_are_filled_to_their_share() {
        assert_eq!(bar(0.0), "░░░░░░░░░░");
        assert_eq!(bar(0.52), "█████░░░░░");
        assert_eq!(bar(1.0), "██████████");
    }

    #[test]
    fn long_and_broken_lines_become_one() {
        assert_eq!(one_line("a\n b\u{1b}[0m"), "a b[0m");
        assert_eq!(one_line(&"x".repeat(400)).chars().count(), 301);
    }
}
