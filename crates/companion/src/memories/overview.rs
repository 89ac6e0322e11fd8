//! All memories at a glance: an audit, statistics, and the graph.

use crate::error::{Error, Result};
use crate::learn::folded;
use crate::person::Person;
use crate::suspect::SUSPICIOUS;
use jiff::Timestamp;
use philia_mind::memory::audit::{Fault, faults};
use philia_mind::memory::conflict::{Conflict, ConflictState};
use philia_mind::memory::graph::{Graph, graph};
use philia_mind::memory::layers::layer;
use philia_mind::memory::{Category, Provenance, Speaker};
use philia_mind::{Interaction, Memory, MemoryId};
use philia_ports::store::Kind;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// How many of each kind of junk are named.
const NAMED: usize = 20;

/// How many there are, and of what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Statistics {
    /// All of them, the companion's own words included.
    pub memories: usize,
    /// By `episodic` and `semantic`.
    pub kinds: BTreeMap<String, usize>,
    /// By category.
    pub categories: BTreeMap<String, usize>,
    /// By who said it (`user`, `companion`, `other`, `document`).
    pub speakers: BTreeMap<String, usize>,
    /// By layer.
    pub layers: BTreeMap<String, usize>,
    /// By month in which it was true in the world (`2026-05`, in UTC).
    pub months: BTreeMap<String, usize>,
    /// Bytes of their words.
    pub bytes: usize,
    /// When the oldest was true.
    pub oldest: Option<Timestamp>,
    /// When the newest was.
    pub newest: Option<Timestamp>,
}

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Audit {
    /// How many there are, and of what.
    pub statistics: Statistics,
    /// Junk by rule, by what is wrong with it.
    pub faults: BTreeMap<String, Vec<MemoryId>>,
    /// Live memories that say the same as another, once case, space and punctuation are folded.
    pub duplicates: Vec<MemoryId>,
    /// Memories whose text gives orders to whoever reads it. They are data all the same.
    pub suspicious: Vec<MemoryId>,
    /// Characters of their own whose text does.
    pub suspicious_characters: Vec<String>,
    /// Contradictions that wait to be resolved.
    pub open_conflicts: usize,
    /// Memories that wait for a vector.
    pub without_vector: usize,
    /// Jobs that wait.
    pub jobs: usize,
}

impl Audit {
    /// Is there nothing that should not be? Conflicts and jobs that wait are no junk, nor is what gives
    /// orders: it was brought in, and does nothing.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty() && self.duplicates.is_empty()
    }
}

impl Person {
    /// How many memories there are, by what they are.
    pub async fn statistics(&self) -> Result<Statistics> {
        Ok(self.look_over().await?.0)
    }

    async fn look_over(&self) -> Result<(Statistics, Vec<Memory>)> {
        let mut memories: Vec<Memory> = Vec::new();
        self.each(Kind::Memory, |memory: Memory| memories.push(memory)).await?;
        let now = self.now();
        let mut found = Statistics { memories: memories.len(), ..Statistics::default() };
        for (memory, access) in memories.iter().zip(self.accesses(&memories).await?) {
            let add = |counts: &mut BTreeMap<String, usize>, name: String| *counts.entry(name).or_default() += 1;
            add(&mut found.kinds, name_of(&memory.kind));
            add(&mut found.categories, name_of(&memory.category));
            add(
                &mut found.speakers,
                match memory.speaker {
                    Speaker::User => "user",
                    Speaker::Companion => "companion",
                    Speaker::Other(_) => "other",
                    Speaker::Document(_) => "document",
                }
                .into(),
            );
            add(&mut found.layers, layer(memory, access, now).as_str().into());
            add(&mut found.months, memory.occurred_at.strftime("%Y-%m").to_string());
            found.bytes += memory.content.len();
            found.oldest = Some(found.oldest.map_or(memory.occurred_at, |at| at.min(memory.occurred_at)));
            found.newest = Some(found.newest.map_or(memory.occurred_at, |at| at.max(memory.occurred_at)));
        }
        Ok((found, memories))
    }

    /// What there is, and what of it should not be there.
    pub async fn audit(&self) -> Result<Audit> {
        let (statistics, memories) = self.look_over().await?;
        let mut audit = Audit { statistics, ..Audit::default() };
        let mut said: HashMap<String, String> = HashMap::new();
        self.each(Kind::Interaction, |turn: Interaction| {
            if !turn.redacted {
                said.insert(turn.id.as_str().to_owned(), turn.message);
            }
        })
        .await?;
        let mut known: HashMap<String, MemoryId> = HashMap::new();
        for memory in &memories {
            let words: Vec<&str> = memory
                .sources
                .iter()
                .filter_map(|source| match source {
                    Provenance::Interaction(turn) => said.get(turn.as_str()).map(String::as_str),
                    _ => None,
                })
                .collect();
            let words = words.join("\n");
            let words = (!words.is_empty()).then_some(words.as_str());
            for fault in faults(&self.app.analyzer, memory, words) {
                let named = audit.faults.entry(Fault::as_str(fault).to_owned()).or_default();
                if named.len() < NAMED {
                    named.push(memory.id.clone());
                }
            }
            if memory.tags.iter().any(|tag| tag == SUSPICIOUS) && audit.suspicious.len() < NAMED {
                audit.suspicious.push(memory.id.clone());
            }
            let live = memory.valid_until.is_none();
            let comparable = matches!(memory.speaker, Speaker::User | Speaker::Other(_))
                && memory.category != Category::Insight
                && memory.task.is_none();
            if live && comparable {
                let what = match &memory.fact {
                    Some(fact) => folded(&format!("{} {} {}", fact.subject, fact.key, fact.value)),
                    None => folded(&memory.content),
                };
                let whole = format!("{:?}|{:?}|{what}", memory.kind, memory.speaker);
                if !what.is_empty() && known.insert(whole, memory.id.clone()).is_some() {
                    audit.duplicates.push(memory.id.clone());
                }
            }
            audit.without_vector += usize::from(memory.embedder.is_none());
        }
        self.each(Kind::Conflict, |conflict: Conflict| {
            audit.open_conflicts += usize::from(conflict.state == ConflictState::Detected);
        })
        .await?;
        self.each_record(Kind::Job, |_| audit.jobs += 1).await?;
        self.each_record(Kind::Persona, |record| {
            if self.suspect_character(&record.doc.value()).is_some() {
                audit.suspicious_characters.push(record.key.id.clone());
            }
        })
        .await?;
        Ok(audit)
    }

    /// The graph of memories around something, `depth` edges far, with `limit` nodes at most.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a depth over 5, or a limit outside 1 to 1000.
    pub async fn graph(&self, about: Option<&str>, depth: usize, limit: usize) -> Result<Graph> {
        if depth > 5 || !(1..=1000).contains(&limit) {
            return Err(Error::Invalid(format!("depth: {depth} is not 0 to 5, or limit: {limit} is not 1 to 1000")));
        }
        let mut memories: Vec<Memory> = Vec::new();
        self.each(Kind::Memory, |memory: Memory| {
            if memory.speaker != Speaker::Companion {
                memories.push(memory);
            }
        })
        .await?;
        Ok(graph(&memories, about.filter(|about| !about.trim().is_empty()), depth, limit))
    }
}

/// A value's name as it is stored.
fn name_of(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}
