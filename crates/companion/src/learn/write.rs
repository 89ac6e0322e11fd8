//! Writing memories: what was said before strengthens the memory that is there; facts take their place in time.

use super::folded;
use crate::error::Result;
use crate::facts::{self, check_sources, store, strengthen};
use crate::person::Person;
use crate::records::draft;
use crate::text::id_of;
use crate::unit::Unit;
use crate::vectors::{Vector, pack};
use philia_mind::memory::sameness::gist;
use philia_mind::memory::{Link, MemoryKind, Provenance, Relation, Speaker};
use philia_mind::{Memory, MemoryId};
use philia_ports::store::{Change, Draft, Key, Kind, Record};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// The most memories of one subject that its newest fact is linked with.
const MAX_RELATED: usize = 6;

/// Which memory holds a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Statement {
    pub(crate) memory: MemoryId,
}

/// The newest facts about a subject.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct About {
    memories: Vec<MemoryId>,
}

/// The id of the record that finds the memory of what this one says; none for a memory that stands for itself: a fact, a
/// task, a part of a document, something concluded.
pub(crate) fn statement_id(memory: &Memory) -> Option<String> {
    let of_talk = |source: &Provenance| matches!(source, Provenance::Interaction(_) | Provenance::Hand);
    let stands_for_itself = memory.kind != MemoryKind::Episodic
        || memory.fact.is_some()
        || memory.task.is_some()
        || !memory.attachments.is_empty()
        || !memory.sources.iter().all(of_talk);
    if stands_for_itself {
        return None;
    }
    let who = match &memory.speaker {
        Speaker::User => "u",
        Speaker::Companion => "c",
        Speaker::Other(name) => name,
        // A document's parts are its own.
        Speaker::Document(_) => return None,
    };
    let mut hash = Sha256::new();
    hash.update([matches!(memory.speaker, Speaker::Other(_)).into()]);
    hash.update(who.as_bytes());
    hash.update([0]);
    hash.update(gist(&memory.content).as_bytes());
    Some(id_of(hash))
}

impl Person {
    /// Writes memories with their vectors, and returns those that are new. The same said again by the same one
    /// strengthens the memory that is there. A fact whose key has a value already closes the one before it in time; the
    /// same value again strengthens it.
    ///
    /// # Errors
    /// A memory without sources is refused.
    pub(crate) async fn write_memories(
        &self,
        unit: &mut Unit<'_>,
        memories: &[Memory],
        vectors: Option<&[Option<Vector>]>,
    ) -> Result<Vec<Memory>> {
        let statements: Vec<Option<String>> = memories.iter().map(statement_id).collect();
        fetch(unit, memories, &statements).await?;
        let mut new = Vec::new();
        let mut instead: HashMap<MemoryId, MemoryId> = HashMap::new();
        for (n, (memory, statement)) in memories.iter().zip(statements).enumerate() {
            check_sources(memory)?;
            let mut memory = memory.clone();
            for link in &mut memory.links {
                if let Some(known) = instead.get(&link.to) {
                    link.to = known.clone();
                }
            }
            if let Some(statement) = statement
                && let Some(known) = said_before(unit, &statement, &memory).await?
            {
                instead.insert(memory.id, known);
                continue;
            }
            let Some(mut memory) = facts::settle(unit, memory).await? else { continue };
            relate(unit, &mut memory).await?;
            let vector = vectors.and_then(|vectors| vectors.get(n)).and_then(Option::as_ref);
            memory.embedder = vector.map(|vector| vector.by.clone());
            unit.write(self.memory_draft(memory.clone(), vector)?);
            new.push(memory);
        }
        Ok(new)
    }

    /// A memory's record with its vector, if it has one.
    pub(crate) fn memory_draft(&self, mut memory: Memory, vector: Option<&Vector>) -> Result<Draft> {
        let blob = pack(vector.map(std::slice::from_ref).unwrap_or_default(), &mut memory);
        let mut draft = draft(Kind::Memory, memory.id.as_str(), memory.occurred_at, &memory)?;
        draft.blob = blob;
        Ok(draft)
    }

    /// Vectors of memories by the embedder that serves, in their order; none at all if it does not answer.
    pub(crate) async fn vectors_of(&self, memories: &[Memory]) -> Option<Vec<Option<Vector>>> {
        let vectors = async {
            let serving = Arc::clone(&*self.serving().await?);
            self.vectors_by(&*serving, &memories.iter().collect::<Vec<_>>()).await
        };
        match vectors.await {
            Ok(vectors) => Some(vectors.into_iter().map(Some).collect()),
            Err(error) => {
                tracing::warn!(%error, "memories are kept without a vector for now");
                None
            }
        }
    }

    /// Gives memories the vectors that the embedder could not make when they were written.
    ///
    /// # Errors
    /// What the embedder says, as [`crate::Error::Store`]'s unavailability: the job is tried again.
    pub(crate) async fn embed(&self, job: &Record) -> Result<()> {
        let ids: Vec<MemoryId> = serde_json::from_value(job.doc.value()["memories"].take()).unwrap_or_default();
        let mut changes = self.fill_in(&ids).await?;
        changes.push(Change::Delete { key: job.key.clone(), expected: Some(job.version) });
        self.commit(changes).await?;
        Ok(())
    }
}

/// Reads what the memories may meet, in two goes however many they are.
async fn fetch(unit: &mut Unit<'_>, memories: &[Memory], statements: &[Option<String>]) -> Result<()> {
    let said = statements.iter().flatten().map(|id| Key::new(Kind::Statement, id));
    let subjects = memories.iter().filter_map(about_id).map(|id| Key::new(Kind::Statement, id));
    let facts = memories.iter().filter_map(|memory| memory.fact.as_ref());
    let facts: Vec<Key> = facts.map(|fact| Key::new(Kind::Fact, facts::fact_id(fact))).collect();
    unit.fetch(said.chain(subjects).chain(facts.iter().cloned())).await?;
    let mut named = Vec::new();
    for key in facts {
        named.extend(unit.get::<facts::LiveFact>(key.kind, &key.id).await?.map(|fact| fact.memory));
    }
    for (memory, statement) in memories.iter().zip(statements) {
        if let Some(id) = statement.as_ref().filter(|_| !is_reply(memory)) {
            named.extend(unit.get::<Statement>(Kind::Statement, id).await?.map(|statement| statement.memory));
        }
    }
    unit.fetch(named.into_iter().map(|id| Key::new(Kind::Memory, String::from(id)))).await
}

/// If the same one said the same before, strengthens that memory and returns its name; else notes under `id` where to
/// find this one.
async fn said_before(unit: &mut Unit<'_>, id: &str, memory: &Memory) -> Result<Option<MemoryId>> {
    if let Some(Statement { memory: known }) = unit.get(Kind::Statement, id).await? {
        if is_reply(memory) {
            return Ok(Some(known));
        }
        if let Some(mut known) = unit.get::<Memory>(Kind::Memory, known.as_str()).await? {
            if strengthen(&mut known, memory) {
                known.metadata.insert(LAST_SAID.into(), memory.occurred_at.to_string().into());
                store(unit, &known)?;
            }
            return Ok(Some(known.id));
        }
    }
    unit.put(Kind::Statement, id, memory.occurred_at, &Statement { memory: memory.id.clone() })?;
    Ok(None)
}

/// Did the companion say this in a turn? That it repeats itself makes its words no truer and no more worth recalling:
/// the memory of the first time stays as it is.
fn is_reply(memory: &Memory) -> bool {
    let of_a_turn = |source: &Provenance| matches!(source, Provenance::Interaction(_));
    memory.speaker == Speaker::Companion && memory.sources.iter().all(of_a_turn)
}

/// In a memory's metadata: when the same was said last.
const LAST_SAID: &str = "last_said_at";
const ABOUT: &str = "about-";

/// The id of the record that knows the newest facts about the subject of this one. Everything is about the person
/// themselves, so that would link all with all.
fn about_id(memory: &Memory) -> Option<String> {
    let fact = memory.fact.as_ref().filter(|fact| fact.subject != "user")?;
    let hash = Sha256::new().chain_update(folded(&fact.subject));
    Some(format!("{ABOUT}{}", id_of(hash)))
}

/// Links a fact with the newest others about the same one.
async fn relate(unit: &mut Unit<'_>, memory: &mut Memory) -> Result<()> {
    let Some(id) = about_id(memory) else { return Ok(()) };
    let mut about = unit.get::<About>(Kind::Statement, &id).await?.unwrap_or_default();
    for other in &about.memories {
        if *other != memory.id && !memory.links.iter().any(|link| link.to == *other) {
            memory.links.push(Link { to: other.clone(), relation: Relation::Related, strength: 0.5 });
        }
    }
    about.memories.retain(|other| *other != memory.id);
    about.memories.insert(0, memory.id.clone());
    about.memories.truncate(MAX_RELATED);
    unit.put(Kind::Statement, &id, memory.occurred_at, &about)
}
