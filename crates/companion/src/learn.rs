//! Learning: a heard turn becomes memories and facts, once.
//!
//! The job is made durable in the same commit as the message, and deleted in the same commit that writes what was
//! learned. So learning twice is impossible, and a crash in between only means learning later. Memories' ids
//! derive from the turn, so a rebuild from the log yields the same ones.

use crate::error::{Error, Result};
use crate::facts;
use crate::hook::Event;
use crate::person::Person;
use crate::philia::Inner;
use crate::records::{Versioned, blob_of, draft, read};
use crate::unit::Unit;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::interaction::Stage;
use philia_mind::memory::extract::Extracted;
use philia_mind::memory::importance::importance;
use philia_mind::memory::{Fact, MemoryKind, Place, Provenance, Speaker};
use philia_mind::persona::Temperament;
use philia_mind::{Interaction, InteractionId, Memory, MemoryId};
use philia_ports::StoreError;
use philia_ports::store::{Change, Draft, Key, Kind, Record, Scan};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Tag of a message that only asks: its words help its neighbours, but it answers nothing itself.
pub(crate) const QUESTION: &str = "question";
/// Tag of what was said in a crisis: kept, findable, never brought up.
pub(crate) const CARE: &str = "care";
/// The most facts that one message teaches: each may change four records, and a commit has an end.
pub(crate) const MAX_FACTS: usize = 20;

/// The job of learning from a turn.
pub(crate) fn job(interaction: &InteractionId, at: Timestamp) -> Result<Draft> {
    let doc = json!({ "task": "learn", "interaction": interaction });
    draft(Kind::Job, &job_id(interaction), at, &doc)
}

/// The job of giving a lesson's memories their vectors, once the embedder answers again.
pub(crate) fn embed_job(interaction: &InteractionId, memories: &[Memory], at: Timestamp) -> Result<Draft> {
    let ids: Vec<&MemoryId> = memories.iter().map(|memory| &memory.id).collect();
    draft(Kind::Job, &format!("embed-{interaction}"), at, &json!({ "task": "embed", "memories": ids }))
}

fn job_id(interaction: &InteractionId) -> String {
    format!("learn-{interaction}")
}

/// Which memory holds the value of a fact that is true now. Unique per (subject, key).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LiveFact {
    pub(crate) subject: String,
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) memory: MemoryId,
}

/// What a turn teaches, before it is written.
pub(crate) struct Lesson {
    /// The message first, then its facts, then the reply.
    pub(crate) memories: Vec<Memory>,
    /// The name the person gave themselves.
    pub(crate) name: Option<String>,
}

impl Lesson {
    /// What a turn teaches. `previous` is the person's message before it in the same session; `zone` is where
    /// "tomorrow" begins for them.
    pub(crate) fn of(app: &Inner, turn: &Interaction, previous: Option<&str>, zone: &TimeZone) -> Self {
        let attempted = turn.security.as_deref().is_some_and(|what| what != "crisis");
        if attempted {
            // What tried to turn the companion into something else stays in the log and teaches nothing.
            return Self { memories: Vec::new(), name: None };
        }
        let mut lesson = match &turn.speaker {
            _ if turn.message.is_empty() => Self { memories: Vec::new(), name: None },
            None => Self::from_the_person(app, turn, previous, zone),
            Some(name) => Self { memories: vec![message_memory(app, turn, Speaker::Other(name.clone()))], name: None },
        };
        if let Some(reply) = turn.reply.as_deref().filter(|reply| !reply.is_empty()) {
            lesson.memories.push(Memory { importance: 0.1, ..memory_of(turn, "r", Speaker::Companion, reply) });
        }
        lesson
    }

    fn from_the_person(app: &Inner, turn: &Interaction, previous: Option<&str>, zone: &TimeZone) -> Self {
        let mut message = message_memory(app, turn, Speaker::User);
        let mut name = None;
        let mut facts = Vec::new();
        if turn.security.is_some() {
            message.tags.push(CARE.into());
        } else {
            if only_asks(&turn.message) {
                message.tags.push(QUESTION.into());
            }
            let said = app.extractor.extract(&turn.message, previous, turn.at, zone);
            if let Some(first) = said.first() {
                message.category = first.category;
            }
            for (n, what) in said.into_iter().enumerate() {
                let Some(fact) = what.fact.as_ref().filter(|_| facts.len() < MAX_FACTS) else { continue };
                if fact.subject == "user" && fact.key == "name" {
                    name = Some(fact.value.clone());
                }
                facts.push(fact_memory(turn, n, what, message.importance));
            }
        }
        let mut memories = vec![message];
        memories.append(&mut facts);
        Self { memories, name }
    }
}

impl Person {
    /// Learns from a turn, if that has not been done.
    pub(crate) async fn learn(&self, id: &InteractionId) -> Result<()> {
        loop {
            let [job, heard] =
                self.get_records([Key::new(Kind::Job, job_id(id)), Key::new(Kind::Interaction, id.as_str())]).await?;
            let Some(job) = job else { return Ok(()) };
            let done = Change::Delete { key: job.key, expected: Some(job.version) };
            let lesson = match heard.map(read::<Interaction>).transpose()? {
                Some(Versioned { value: turn, .. }) if !turn.redacted => self.lesson(&turn).await?,
                _ => Lesson { memories: Vec::new(), name: None },
            };
            let vectors = self.vectors_of(&lesson.memories).await;
            let mut unit = Unit::new(self);
            self.write_memories(&mut unit, &lesson.memories, vectors.as_deref()).await?;
            let mut changes = unit.changes();
            if vectors.is_none() && !lesson.memories.is_empty() {
                changes.push(Change::Insert(embed_job(id, &lesson.memories, self.now())?));
            }
            changes.push(done);
            match self.commit(changes).await {
                // Another fact of the same key, or the same lesson on another instance: look again.
                Err(Error::Store(StoreError::Conflict(_))) => continue,
                other => other?,
            };
            if let Some(name) = lesson.name {
                self.take_up_name(name).await?;
            }
            for memory in &lesson.memories {
                self.app.tell(&self.partition.id, &Event::MemoryCreated(memory));
            }
            return Ok(());
        }
    }

    async fn lesson(&self, turn: &Interaction) -> Result<Lesson> {
        // The message before says who "he" is.
        let scan = Scan { until: Some(turn.at), ..Scan::newest(Kind::Interaction, 5) };
        let before = self.page::<Interaction>(&scan).await?.items;
        let previous = before.iter().find(|i| i.session == turn.session && i.id != turn.id && !i.redacted);
        let zone = self.zone(&self.profile().await?);
        Ok(Lesson::of(&self.app, turn, previous.map(|i| i.message.as_str()), &zone))
    }

    /// Writes memories, their vectors and the facts they state. A fact whose key has a value already closes the one
    /// before it in time; the same value again strengthens it.
    pub(crate) async fn write_memories(
        &self,
        unit: &mut Unit<'_>,
        memories: &[Memory],
        vectors: Option<&[Option<Vec<f32>>]>,
    ) -> Result<()> {
        for (n, memory) in memories.iter().enumerate() {
            if let Some(memory) = facts::settle(unit, memory.clone()).await? {
                let vector = vectors.and_then(|vectors| vectors.get(n)).and_then(Option::as_deref);
                unit.write(self.memory_draft(memory, vector)?);
            }
        }
        Ok(())
    }

    /// A memory's record with its vector, if it has one.
    pub(crate) fn memory_draft(&self, mut memory: Memory, vector: Option<&[f32]>) -> Result<Draft> {
        memory.embedder = vector.map(|_| self.app.parts.embedder.info().id.clone());
        let mut draft = draft(Kind::Memory, memory.id.as_str(), memory.occurred_at, &memory)?;
        draft.blob = vector.map(blob_of);
        Ok(draft)
    }

    /// Vectors of memories, none for one that the embedder cannot judge; none at all if it does not answer.
    pub(crate) async fn vectors_of(&self, memories: &[Memory]) -> Option<Vec<Option<Vec<f32>>>> {
        let texts: Vec<String> = memories.iter().map(|memory| memory.content.clone()).collect();
        match self.app.parts.embedder.embed_documents(&texts).await {
            Ok(vectors) => Some(vectors),
            Err(error) => {
                tracing::warn!(%error, "memories are kept without a vector for now");
                None
            }
        }
    }

    /// Gives memories the vectors that the embedder could not make when they were written.
    ///
    /// # Errors
    /// What the embedder says, as [`Error::Store`]'s unavailability: the job is tried again.
    pub(crate) async fn embed(&self, job: &Record) -> Result<()> {
        let ids: Vec<String> = serde_json::from_value(job.doc["memories"].clone()).unwrap_or_default();
        let keys: Vec<Key> = ids.into_iter().map(|id| Key::new(Kind::Memory, id)).collect();
        let found = self.app.parts.store.get_many(&self.partition, &keys).await?;
        let memories: Vec<Versioned<Memory>> = found.into_iter().flatten().map(read).collect::<Result<_>>()?;
        let texts: Vec<Memory> = memories.iter().map(|memory| memory.value.clone()).collect();
        let Some(vectors) = self.vectors_of(&texts).await else {
            return Err(StoreError::Unavailable("the embedder does not answer yet".into()).into());
        };
        let mut changes = vec![Change::Delete { key: job.key.clone(), expected: Some(job.version) }];
        for (Versioned { value, version }, vector) in memories.into_iter().zip(vectors) {
            changes.push(Change::Put { draft: self.memory_draft(value, vector.as_deref())?, expected: version });
        }
        self.commit(changes).await?;
        Ok(())
    }

    pub(crate) async fn take_up_name(&self, name: String) -> Result<()> {
        let taken = self.update_profile(|profile| profile.display_name = Some(name.clone())).await;
        match taken {
            Err(Error::Invalid(why)) => tracing::debug!(why, "a name that cannot be taken up"),
            other => {
                other?;
            }
        }
        Ok(())
    }
}

/// The id of the record that makes a fact unique.
pub(crate) fn fact_id(fact: &Fact) -> String {
    let mut hash = Sha256::new();
    hash.update(folded(&fact.subject).as_bytes());
    hash.update([0]);
    hash.update(folded(&fact.key).as_bytes());
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Text as it is compared: without case, punctuation and surplus space.
pub(crate) fn folded(text: &str) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect())
        .filter(|word: &String| !word.is_empty())
        .collect();
    words.join(" ")
}

/// What was said, as an episode.
fn message_memory(app: &Inner, turn: &Interaction, speaker: Speaker) -> Memory {
    let persona = app.parts.personas.get(turn.persona.as_str()).ok();
    let temperament = persona.map_or(Temperament::MIDDLE, |persona| persona.temperament);
    let appraisal = app.rules.appraise(&turn.message, &temperament);
    // What was brought in was never felt; what it would have evoked makes it findable all the same.
    let felt = match turn.stage {
        Stage::Imported => Some(appraisal.emotion.as_str().to_owned()),
        _ => turn.felt.as_ref().map(|felt| felt.emotion.clone()),
    };
    Memory {
        importance: importance(&turn.message, &appraisal),
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

fn fact_memory(turn: &Interaction, n: usize, said: Extracted, importance: f64) -> Memory {
    Memory {
        kind: MemoryKind::Semantic,
        category: said.category,
        content: said.content,
        confidence: said.confidence,
        importance: importance.max(0.5),
        subject: said.fact.as_ref().map(|fact| fact.subject.clone()),
        fact: said.fact,
        tags: said.tags,
        place: None,
        ..memory_of(turn, &format!("f{n}"), Speaker::User, "")
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

    #[test]
    fn texts_are_compared_without_case_space_and_punctuation() {
        assert_eq!(folded("  Berlin,  Germany! "), folded("berlin germany"));
        assert_ne!(folded("May 3"), folded("May 5"));
        assert_ne!(folded("Lahore to Berlin"), folded("Berlin to Lahore"));
    }

    #[test]
    fn a_fact_is_one_by_subject_and_key() {
        let fact =
            |subject: &str, key: &str| fact_id(&Fact { subject: subject.into(), key: key.into(), value: "x".into() });
        assert_eq!(fact("user", "home"), fact("User", "home"));
        assert_ne!(fact("user", "home"), fact("sister", "home"));
        assert_ne!(fact("ab", "c"), fact("a", "bc"));
    }
}
