//! What a turn teaches: the message and the reply as episodes, and what the rules read from the message as facts.

use super::{CARE, CORRECTION, ENDED, MAX_FACTS, PAST, QUESTION};
use crate::philia::Inner;
use jiff::tz::TimeZone;
use philia_mind::appraisal::Appraisal;
use philia_mind::guard::care::Crisis;
use philia_mind::interaction::Stage;
use philia_mind::memory::extract::Extracted;
use philia_mind::memory::importance::{appraise_and_score, score};
use philia_mind::memory::{Link, MemoryKind, Place, Provenance, Relation, Speaker};
use philia_mind::persona::Temperament;
use philia_mind::voice::Readings;
use philia_mind::{Interaction, Memory, MemoryId};

/// What a turn teaches, before it is written.
#[derive(Default)]
pub(crate) struct Lesson {
    /// The message first, then its facts, then the reply.
    pub(crate) memories: Vec<Memory>,
    /// The name the person gave themselves.
    pub(crate) name: Option<String>,
    /// The person said it, and not in need: a model may be asked what it says.
    pub(super) by_person: bool,
}

/// The talk that a turn belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Talk<'a> {
    /// The person's message before it in the same session.
    pub(crate) previous: Option<&'a str>,
    /// Where "tomorrow" begins for them.
    pub(crate) zone: &'a TimeZone,
    /// What their talk was found to say.
    pub(crate) readings: &'a Readings,
    /// What the message evoked in the persona, where that is known.
    pub(crate) appraisal: Option<Appraisal>,
}

impl Lesson {
    /// What a turn teaches.
    pub(crate) fn of(app: &Inner, turn: &Interaction, talk: Talk<'_>) -> Self {
        let attempted = turn.security.as_deref().is_some_and(|what| !Crisis::is_noted(what));
        if attempted {
            // What tried to turn the companion into something else stays in the log and teaches nothing.
            return Self::default();
        }
        let mut lesson = match &turn.speaker {
            _ if turn.message.is_empty() => Self::default(),
            None => Self::from_the_person(app, turn, talk),
            Some(name) => {
                let message = message_memory(app, turn, talk, Speaker::Other(name.clone()));
                Self { memories: vec![message], ..Self::default() }
            }
        };
        if let Some(reply) = turn.reply.as_deref().filter(|reply| !reply.is_empty()) {
            lesson.memories.push(Memory { importance: 0.1, ..memory_of(turn, "r", Speaker::Companion, reply) });
        }
        lesson
    }

    fn from_the_person(app: &Inner, turn: &Interaction, talk: Talk<'_>) -> Self {
        let mut message = message_memory(app, turn, talk, Speaker::User);
        let mut name = None;
        let mut facts = Vec::new();
        if turn.security.is_some() {
            message.tags.push(CARE.into());
        } else {
            if only_asks(&turn.message) {
                message.tags.push(QUESTION.into());
            }
            let said = talk.readings.extract(&app.extractor, (&turn.message, talk.previous, turn.at, talk.zone));
            if let Some(first) = said.first() {
                message.category = first.category;
            }
            for (n, what) in said.iter().cloned().enumerate() {
                let Some(fact) = &what.fact else {
                    // A plan or a feeling is told by the message itself, which bears its labels.
                    let new: Vec<String> = what.tags.into_iter().filter(|tag| !message.tags.contains(tag)).collect();
                    message.tags.extend(new);
                    continue;
                };
                if facts.len() == MAX_FACTS {
                    continue;
                }
                if fact.subject == "user" && fact.key == "name" && !what.ends && !what.past {
                    name = Some(fact.value.clone());
                }
                facts.push(fact_memory(turn, &format!("f{n}"), what, &message.id, message.importance));
            }
        }
        let mut memories = vec![message];
        memories.append(&mut facts);
        Self { memories, name, by_person: turn.security.is_none() }
    }
}

/// What was said, as an episode.
fn message_memory(app: &Inner, turn: &Interaction, talk: Talk<'_>, speaker: Speaker) -> Memory {
    let (appraisal, importance) = match talk.appraisal {
        Some(known) => (known, score(&turn.message, &known)),
        None => {
            let persona = app.parts.personas.get(turn.persona.as_str()).ok();
            let temperament = persona.map_or(Temperament::MIDDLE, |persona| persona.temperament);
            appraise_and_score(&app.rules, &turn.message, &temperament)
        }
    };
    // What was brought in was never felt; what it would have evoked makes it findable all the same.
    let felt = match turn.stage {
        Stage::Imported => Some(appraisal.emotion.as_str().to_owned()),
        _ => turn.felt.as_ref().map(|felt| felt.emotion.clone()),
    };
    Memory {
        importance,
        mood: turn.mood_after,
        emotion: felt.filter(|emotion| emotion != "neutral"),
        ..memory_of(turn, "u", speaker, &turn.message)
    }
}

fn memory_of(turn: &Interaction, part: &str, speaker: Speaker, content: &str) -> Memory {
    let reply = u64::from(part == "r");
    let at = if reply == 1 { turn.replied_at.unwrap_or(turn.at) } else { turn.at };
    let from = Provenance::Interaction(turn.id.clone());
    Memory {
        created_at: turn.replied_at.unwrap_or(turn.at),
        place: Some(Place { group: turn.session.as_str().to_owned(), order: turn.turn * 2 + reply }),
        ..Memory::new(MemoryId::of(&turn.id, part), content, speaker, &turn.channel, at, from)
    }
}

/// A fact that was read from a message.
pub(super) fn fact_memory(
    turn: &Interaction,
    part: &str,
    said: Extracted,
    message: &MemoryId,
    importance: f64,
) -> Memory {
    let stands = [(said.ends, ENDED), (said.past, PAST), (said.corrected, CORRECTION)];
    let mut tags = said.tags;
    tags.extend(stands.into_iter().filter(|(is, _)| *is).map(|(_, tag)| tag.to_owned()));
    Memory {
        kind: MemoryKind::Semantic,
        category: said.category,
        content: said.content,
        confidence: said.confidence,
        importance: importance.max(0.5),
        subject: said.fact.as_ref().map(|fact| fact.subject.clone()),
        fact: said.fact,
        tags,
        place: None,
        links: vec![Link { to: message.clone(), relation: Relation::Parent, strength: 1.0 }],
        ..memory_of(turn, part, Speaker::User, "")
    }
}

/// Does the message only ask? Careful: "I got a puppy, isn't that great?" tells something.
fn only_asks(text: &str) -> bool {
    const OPENERS: &[&str] = &[
        "what", "what's", "whats", "where", "where's", "when", "when's", "who", "who's", "whose", "whom", "which",
        "why", "how", "how's", "do", "does", "did", "is", "are", "am", "was", "were", "can", "could", "would", "will",
        "should", "have", "has", "had", "remember",
    ];
    let text = text.trim();
    let Some(body) = text.strip_suffix(['?', '？', '؟']) else { return false };
    if body.contains(['.', '!', '?', '。', '！', '？', '\n']) {
        return false;
    }
    let latin = body.chars().filter(|c| c.is_alphabetic()).all(|c| c.is_ascii());
    let first = body.split_whitespace().next().unwrap_or_default().to_lowercase();
    if latin { OPENERS.contains(&first.as_str()) && !body.contains(", ") } else { true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bare_question_only_asks() {
        for text in [
            "What is my dog's name?",
            "Do I have a dog?",
            "where do I live?",
            "私の犬の名前は？",
            "¿Cómo se llama mi perro?",
        ] {
            assert!(only_asks(text), "{text}");
        }
        for text in [
            "I got a puppy, isn't that great?",
            "His name is Sparky.",
            "My sister Ana had a baby. Can you believe it?",
            "Did I tell you, Ana moved to Rome?",
            "Sparky ate my shoe?",
        ] {
            assert!(!only_asks(text), "{text}");
        }
    }
}
