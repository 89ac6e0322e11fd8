//! "Forget everything about my ex": the turn that asks, and the one that confirms.
//!
//! Rules answer both, before any model is asked, so that it always works and works the same. Asking only shows what
//! would go. Neither turn keeps the words: the one that asked is redacted with the rest, and nothing is learned from
//! either.

use super::hear::Turn;
use super::settle::keep;
use super::{Result, Sink, TurnEvent, Walked};
use crate::error::Error;
use crate::memories::forget::redact;
use crate::memories::{About, Forgetting};
use crate::person::Person;
use philia_mind::memory::forget::ask::{self, Answer, Asked};
use philia_mind::memory::forget::topic::Topic;
use philia_ports::store::{Kind, Scan};
use std::fmt::Write as _;

/// Who answered, and why nothing is learned from the turn.
const FORGETTING: &str = "forgetting";
/// Examples, and things that may be meant, in an answer.
const SHOWN: usize = 3;
/// How far back in the log the question is looked for: other threads' turns may lie between.
const BACK: usize = 20;

/// Answers a turn that asks to forget, or that confirms it; hands back any other.
pub(super) async fn answer(person: &Person, mut turn: Turn, sink: &Sink) -> Result<Result<Walked, Turn>> {
    let message = &turn.interaction.message;
    let text = match (turn.version, ask::asked(message)) {
        // What cannot be kept cannot be changed either.
        (0, _) => None,
        (_, Some(asked)) => {
            turn.make_durable(person).await?;
            Some(preview(person, &turn, asked).await?)
        }
        (_, None) => confirmed(person, &mut turn).await?,
    };
    let Some(text) = text else { return Ok(Err(turn)) };
    turn.interaction.security = Some(FORGETTING.into());
    sink.send(TurnEvent::Text(text.clone())).await;
    keep(person, turn, text, FORGETTING.into(), None, Vec::new()).await.map(Ok)
}

async fn preview(person: &Person, turn: &Turn, asked: Asked) -> Result<String> {
    let (topic, exclude) = match asked {
        Asked::About { topic, exclude } => (topic, exclude),
        Asked::Unclear => return Ok("Forget everything about whom, or what? Say it with a name or a word.".into()),
        Asked::Me => {
            return Ok(
                "That would be all there is between us, so I don't do it from a sentence in a chat. You can name \
                       something or somebody for me to forget, or have all your data erased by whoever runs me."
                    .into(),
            );
        }
    };
    let about = About { exclude, ..About::new(topic) };
    match person.forgetting(&about).await {
        Ok(found) => Ok(shown(&found, person, turn)),
        Err(Error::Refused(_)) => Ok("Forget everything about whom, or what? Say it with a name or a word.".into()),
        Err(error) => Err(error),
    }
}

/// What would go, in words.
fn shown(found: &Forgetting, person: &Person, turn: &Turn) -> String {
    let zone = person.zone(&turn.profile);
    let named: Vec<String> = found.words.iter().map(|word| format!("“{}”", word.words)).collect();
    // The turn that asks speaks of it, and is no reason to ask.
    let mut goes = found.goes.clone();
    goes.turns = goes.turns.saturating_sub(1);
    if goes.is_nothing() {
        return format!("I remember nothing about {}, so there is nothing to forget.", listed(&named, "or"));
    }
    let mut out = format!("I would forget {}: everything that speaks of {}.", amount(&goes), listed(&named, "or"));
    for example in found.examples.iter().take(SHOWN) {
        let day = example.at.to_zoned(zone.clone()).strftime("%-d %b %Y");
        let _ = write!(out, "\n- {day}: {}", short(&example.content));
    }
    if !found.maybe.is_empty() {
        out.push_str("\nThis stays, though you may mean it too:");
        for maybe in found.maybe.iter().take(SHOWN) {
            let _ = write!(out, "\n- {} ({})", short(&maybe.content), maybe.why);
        }
    }
    out.push_str(
        "\nIt would be gone for good. Say “yes, forget it”, or “yes, but keep …”; anything else keeps it all.",
    );
    out
}

/// How much goes, in words.
fn amount(goes: &crate::memories::Going) -> String {
    let counts = [
        (goes.memories, "memory", "memories"),
        (goes.facts, "fact", "facts"),
        (goes.insights, "conclusion", "conclusions"),
        (goes.tasks, "task", "tasks"),
        (goes.documents, "part of a document", "parts of documents"),
        (goes.turns, "exchange of ours", "exchanges of ours"),
        (goes.replies, "answer of mine", "answers of mine"),
        (goes.other.values().sum(), "note beside", "notes beside"),
    ];
    let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
    let parts: Vec<String> =
        counts.map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many })).collect();
    listed(&parts, "and")
}

fn listed(parts: &[String], last: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [some @ .., end] => format!("{} {last} {end}", some.join(", ")),
    }
}

fn short(text: &str) -> String {
    const LONGEST: usize = 120;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The answer to a yes or a no, if the turn before it asked to forget.
async fn confirmed(person: &Person, turn: &mut Turn) -> Result<Option<String>> {
    let Some(answer) = ask::answered(&turn.interaction.message) else { return Ok(None) };
    let scan = Scan { until: Some(turn.interaction.at), ..Scan::newest(Kind::Interaction, BACK) };
    let before = person.page::<philia_mind::Interaction>(&scan).await?.items;
    let before = before.into_iter().find(|i| i.thread == turn.interaction.thread && i.id != turn.interaction.id);
    let asked = before.filter(|i| i.session == turn.interaction.session && !i.redacted);
    let asked = asked.filter(|i| i.security.as_deref() == Some(FORGETTING)).and_then(|i| ask::asked(&i.message));
    let (Some(Asked::About { topic, mut exclude }), answer) = (asked, answer) else { return Ok(None) };
    let Answer::Yes { exclude: more } = answer else { return Ok(Some("All right: I keep it all.".into())) };
    exclude.extend(more);
    turn.make_durable(person).await?;
    let about = About { exclude, ..About::new(topic) };
    let gone = person.forget_all(&about, Some(&turn.interaction.id)).await?;
    let speaks = Topic::new(&person.app.analyzer, &about.about)
        .is_some_and(|topic| topic.mentions(&person.app.analyzer, &turn.interaction.message));
    let named = gone.words.iter().any(|word| turn.interaction.message.contains(&word.words));
    if speaks || named || !about.exclude.is_empty() {
        redact(&mut turn.interaction);
    }
    Ok(Some(format!(
        "It is done. {} gone for good, from my memory, from what I had made of it, and from our log.",
        if gone.goes.is_nothing() {
            "There was nothing left, and it is".into()
        } else {
            format!("{} are", amount(&gone.goes))
        }
    )))
}
