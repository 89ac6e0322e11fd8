//! What is kept of the person, told back: facts first, each in its newest form, then what mattered; never what was
//! said in anger or in passing.

use super::acknowledge::MUSING;
use super::answer::Moment;
use super::evidence::{FORMER_HOME, Heard, Topic};
use super::plain::spelled_out;
use super::{Context, Spoken, Voice, meeting};
use crate::MemoryId;
use crate::memory::Fact;
use hashbrown::HashSet;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The most facts and events in one list.
const FACTS: usize = 9;
const EVENTS: usize = 3;
/// Less important things are not told unasked.
const MATTERS: f64 = 0.45;

/// A fact in its newest form.
struct Known {
    fact: Fact,
    at: Timestamp,
    from: Option<MemoryId>,
}

impl Voice {
    /// "What do you know about me?"
    pub(super) fn what_i_keep(&self, ctx: &Context<'_>) -> Spoken {
        let heard = self.heard(ctx);
        let known = Self::known(&heard);
        let mut lines: Vec<(u8, String)> = Vec::new();
        let mut used = Vec::new();
        if let Some(name) = meeting::known_name(ctx) {
            lines.push((0, format!("You're called {name}.")));
        }
        for known in &known {
            let Some((rank, line)) = stated(&known.fact, lines.iter().any(|(rank, _)| *rank == 0)) else { continue };
            if !lines.iter().any(|(_, said)| *said == line) {
                lines.push((rank, line));
                used.extend(known.from.clone());
            }
        }
        lines.sort_by_key(|(rank, _)| *rank);
        lines.truncate(FACTS);
        let mut lines: Vec<String> = lines.into_iter().map(|(_, line)| format!("- {line}")).collect();
        let at = Moment { now: ctx.now, zone: ctx.zone, recent: &[] };
        for event in self.events(&heard) {
            lines.push(format!("- {}", self.answerer.told(event, event.content.trim(), at)));
            used.extend(event.id.clone());
        }
        used.dedup();
        let text = match (lines.as_slice(), meeting::known_name(ctx)) {
            ([], _) => {
                "Not much yet: you haven't told me anything about yourself that I can find. I'd be glad to listen."
                    .into()
            }
            ([_], Some(name)) => format!(
                "I know that you're called {name}, and not much more yet: you haven't told me more that I can find. I'd be glad to listen."
            ),
            (lines, _) => format!("Some of what I keep:\n{}\n/memories shows the rest.", lines.join("\n")),
        };
        Spoken { text, used }
    }

    /// Every fact in its newest form: of what was recalled, and of what was said in this talk.
    fn known(heard: &[Heard]) -> Vec<Known> {
        let told = heard.iter().filter(|h| h.by.is_none() && !h.over).flat_map(|h| {
            h.facts.iter().filter_map(|e| Some(Known { fact: e.fact.clone()?, at: h.at, from: h.id.clone() }))
        });
        let mut newest: BTreeMap<(String, String), Known> = BTreeMap::new();
        for known in told {
            let key = (known.fact.subject.clone(), known.fact.key.clone());
            match newest.get(&key) {
                Some(kept) if kept.at > known.at || (kept.at == known.at && kept.from.is_some()) => {}
                _ => drop(newest.insert(key, known)),
            }
        }
        newest.into_values().collect()
    }

    /// What happened and mattered, the most important first.
    fn events<'h>(&self, heard: &'h [Heard]) -> Vec<&'h Heard> {
        let mut seen = HashSet::new();
        let mut events: Vec<&Heard> = heard
            .iter()
            .filter(|h| {
                let words: Vec<&str> = h.content.split_whitespace().collect();
                let musing = words.first().is_some_and(|w| MUSING.contains(&w.to_lowercase().as_str()));
                h.by.is_none()
                    && !h.over
                    && h.facts.is_empty()
                    && h.importance >= MATTERS
                    && (4..=40).contains(&words.len())
                    && !musing
                    && h.clauses.iter().any(|c| matches!(c.topic, Topic::Speaker | Topic::Somebody) && !c.hedged)
                    && !h.clauses.iter().any(|c| c.negated && c.topic == Topic::Speaker)
                    && self.manners.read(&h.content).is_none()
                    && seen.insert(h.content.trim())
            })
            .collect();
        events.sort_by(|a, b| b.importance.total_cmp(&a.importance).then(b.at.cmp(&a.at)));
        events.truncate(EVENTS);
        events
    }

    /// "What did we talk about?": what was said last that was neither a question nor a heavy thing.
    pub(super) fn what_we_spoke_of(&self, ctx: &Context<'_>) -> Spoken {
        let at = Moment { now: ctx.now, zone: ctx.zone, recent: &[] };
        let fit = |message: &str| {
            message.split_whitespace().count() >= 3
                && !message.contains('?')
                && self.manners.read(message).is_none()
                && self.acknowledger.is_light(&spelled_out(message))
        };
        let last = ctx.recent.iter().rev().filter(|turn| fit(turn.message)).take(3).collect::<Vec<_>>();
        let mut lines: Vec<String> =
            last.iter().rev().map(|turn| self.answerer.said(turn.at, turn.message, at)).collect();
        let mut used = Vec::new();
        if lines.is_empty() {
            let mut heard = self.heard(ctx);
            heard.retain(|h| h.by.is_none() && fit(&h.content));
            heard.sort_by_key(|h| std::cmp::Reverse(h.at));
            for h in heard.iter().take(2).rev() {
                lines.push(self.answerer.told(h, h.content.trim(), at));
                used.extend(h.id.clone());
            }
        }
        let text = match lines.as_slice() {
            [] => "I find nothing of that right now. /memories shows all that I keep.".to_owned(),
            [line] => line.clone(),
            lines => format!(
                "Lately you told me this:\n{}",
                lines.iter().map(|l| format!("- {l}")).collect::<Vec<_>>().join("\n")
            ),
        };
        Spoken { text, used }
    }
}

/// A fact as a sentence, with its place in a list: who, where and what first, tastes last.
fn stated(fact: &Fact, named: bool) -> Option<(u8, String)> {
    let value = fact.value.trim();
    let (head, rest) = fact.key.split_once('.').unwrap_or((fact.key.as_str(), ""));
    let thing = rest.replace('-', " ");
    if fact.subject != "user" {
        return of_somebody(&fact.subject, head, value, &thing);
    }
    Some(match (head, rest) {
        ("name" | "display_name", _) if !named => (0, format!("You're called {value}.")),
        ("age", "") => (1, format!("You're {value} years old.")),
        ("birthday", "") => (1, format!("Your birthday is {value}.")),
        ("birth", "year" | "place") => (1, format!("You were born in {value}.")),
        ("home", "") => (2, format!("You live in {value}.")),
        _ if fact.key == FORMER_HOME => (3, format!("Before that you lived in {value}.")),
        ("origin", "") => (3, format!("You come from {value}.")),
        ("work", "") if ["retired", "unemployed", "self-employed"].iter().any(|w| value.starts_with(w)) => {
            (4, format!("You're {value}."))
        }
        ("work", "") => (4, format!("You work as {} {value}.", article(value))),
        ("work", "employer" | "place") => (4, format!("You work at {value}.")),
        ("study", "") => (5, format!("You study {value}.")),
        ("study", "place") => (5, format!("You study at {value}.")),
        ("status", "") => (6, format!("You're {value}.")),
        (of, "name") if !matches!(of, "pet" | "name") => {
            (6, format!("Your {} is called {value}.", of.replace('-', " ")))
        }
        ("count", _) => (7, format!("You have {value} {thing}.")),
        ("pet", _) => (8, of_pet(rest, value)?),
        ("allergy", _) => (9, format!("You're allergic to {value}.")),
        ("diet", "") => (9, format!("You're {value}.")),
        ("diet", _) => (9, format!("You {}.", value.replacen("doesn't", "don't", 1))),
        ("languages", "") => (9, format!("You speak {value}.")),
        ("learning", "") => (9, format!("You're learning {value}.")),
        ("plays", _) => (9, format!("You play {value}.")),
        ("favourite", _) => (10, format!("Your favourite {thing} is {value}.")),
        ("prefers", _) => (10, format!("You prefer {value}.")),
        ("taste", _) if value == "dislike" => (11, format!("You don't like {thing}.")),
        ("taste", _) => (11, format!("You {value} {thing}.")),
        _ => return None,
    })
}

fn of_somebody(subject: &str, head: &str, value: &str, thing: &str) -> Option<(u8, String)> {
    Some(match head {
        "relation" => (6, format!("Your {value} is called {subject}.")),
        "work" => (7, format!("Your {subject} is {} {value}.", article(value))),
        "home" => (7, format!("Your {subject} lives in {value}.")),
        "age" => (7, format!("Your {subject} is {value}.")),
        "birthday" => (7, format!("Your {subject}'s birthday is {value}.")),
        "allergy" => (9, format!("Your {subject} is allergic to {thing}.")),
        _ => return None,
    })
}

fn of_pet(rest: &str, value: &str) -> Option<String> {
    Some(match rest.split_once('.') {
        None => format!("You have {value}."),
        Some((animal, "name")) => format!("Your {} is called {value}.", animal.replace('-', " ")),
        Some((animal, "breed")) => format!("Your {} is {} {value}.", animal.replace('-', " "), article(value)),
        Some(_) => return None,
    })
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" }
}
