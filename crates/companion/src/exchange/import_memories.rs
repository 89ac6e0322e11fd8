//! Writing memories from elsewhere.
//!
//! Each gets a name made of the source's own name for it, so that an import can be interrupted anywhere and repeated at
//! any time: what is there is left as it is. One that says what a memory says already is known, too.

use super::conversation::{Skipped, skip};
use super::foreign_memories::{ForeignMemories, MemoryFormat};
use crate::error::{Error, Result};
use crate::hook::Event;
use crate::learn::{embed_job, statement_id};
use crate::person::Person;
use crate::text::id_of;
use crate::unit::Unit;
use jiff::Timestamp;
use philia_mind::memory::Speaker;
use philia_mind::{InteractionId, Memory, MemoryId};
use philia_ports::StoreError;
use philia_ports::store::{Key, Kind};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Memories in one commit: each changes at most itself and the record that finds it.
const BATCH: usize = 40;

/// What an import of memories did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportedMemories {
    /// Memories that can be kept.
    pub memories: usize,
    /// Those that are new.
    pub added: usize,
    /// Those that were there already.
    pub known: usize,
    /// When the first was true.
    pub earliest: Option<Timestamp>,
    /// When the last was true.
    pub latest: Option<Timestamp>,
    /// New ones without a vector so far, because the embedder did not answer. They get one later.
    pub unembedded: usize,
    /// What is left out, and why.
    pub skipped: Vec<Skipped>,
}

impl Person {
    /// Brings memories in, with their own times. `progress` is told (memories done, memories in all) after every commit.
    /// Bringing the same in again changes nothing; dropping the future stops after a whole commit.
    ///
    /// # Errors
    /// [`Error::Store`] if the store fails or the person is erased meanwhile; what was written until then is kept.
    pub async fn import_memories(
        &self,
        format: MemoryFormat,
        read: &ForeignMemories,
        mut progress: impl FnMut(usize, usize) + Send,
    ) -> Result<ImportedMemories> {
        self.app.tell(&self.partition.id, &Event::UserAction("import"));
        let (memories, mut report) = self.made_of(format, read);
        for (n, some) in memories.chunks(BATCH).enumerate() {
            let vectors = self.vectors_of(some).await;
            let new = loop {
                let missing = self.missing(some).await?;
                let its = |memory: &&Memory| missing.contains(&memory.id);
                let new: Vec<Memory> = some.iter().filter(its).cloned().collect();
                let vectors = vectors.as_ref().map(|vectors| {
                    let kept = some.iter().zip(vectors).filter(|(memory, _)| its(memory));
                    kept.map(|(_, vector)| vector.clone()).collect::<Vec<_>>()
                });
                let mut unit = Unit::new(self);
                let new = self.write_memories(&mut unit, &new, vectors.as_deref()).await?;
                if let (None, Some(first)) = (&vectors, new.first()) {
                    unit.write(embed_job(&InteractionId::new(first.id.as_str()), &new, self.now())?);
                }
                let changes = unit.changes();
                if changes.is_empty() {
                    break new;
                }
                match self.commit(changes).await {
                    Err(Error::Store(StoreError::Conflict(_))) => {}
                    other => {
                        other?;
                        break new;
                    }
                }
            };
            self.note_planted(&new).await;
            report.added += new.len();
            report.known += some.len() - new.len();
            report.unembedded += if vectors.is_none() { new.len() } else { 0 };
            for memory in &new {
                self.app.tell(&self.partition.id, &Event::MemoryCreated(memory));
            }
            progress((n * BATCH + some.len()).min(memories.len()), memories.len());
        }
        Ok(report)
    }

    /// What [`import_memories`](Self::import_memories) would do. Writes nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn dry_run_memories(&self, format: MemoryFormat, read: &ForeignMemories) -> Result<ImportedMemories> {
        let (memories, mut report) = self.made_of(format, read);
        for some in memories.chunks(BATCH) {
            report.added += self.missing(some).await?.len();
        }
        report.known = report.memories - report.added;
        Ok(report)
    }

    /// The memories as they would be written, the same one once; what cannot be kept is left out.
    fn made_of(&self, format: MemoryFormat, read: &ForeignMemories) -> (Vec<Memory>, ImportedMemories) {
        let mut report = ImportedMemories { skipped: read.skipped.clone(), ..ImportedMemories::default() };
        let mut seen = HashSet::new();
        let mut memories = Vec::with_capacity(read.memories.len());
        for (name, new) in &read.memories {
            let id = memory_id(format, name);
            match self.drafted(id.clone(), &format.source(), Speaker::User, new.clone()) {
                Ok(memory) => {
                    if !seen.insert(id) || statement_id(&memory).is_some_and(|said| !seen.insert(MemoryId::new(said))) {
                        skip(&mut report.skipped, "said twice in the file", 1);
                        continue;
                    }
                    report.earliest = Some(report.earliest.map_or(memory.occurred_at, |at| at.min(memory.occurred_at)));
                    report.latest = Some(report.latest.map_or(memory.occurred_at, |at| at.max(memory.occurred_at)));
                    memories.push(memory);
                }
                Err(error) => skip(&mut report.skipped, &error.to_string(), 1),
            }
        }
        report.memories = memories.len();
        (memories, report)
    }

    /// Those of these memories that are not there, nor another that says the same.
    async fn missing(&self, memories: &[Memory]) -> Result<HashSet<MemoryId>> {
        let said: Vec<Option<String>> = memories.iter().map(statement_id).collect();
        let mut keys: Vec<Key> = memories.iter().map(|memory| Key::new(Kind::Memory, memory.id.as_str())).collect();
        keys.extend(said.iter().flatten().map(|id| Key::new(Kind::Statement, id)));
        let found = self.app.parts.store.get_many(&self.partition, &keys).await?;
        let there: HashSet<&str> = found.iter().flatten().map(|record| record.key.id.as_str()).collect();
        let known = |(memory, said): &(&Memory, &Option<String>)| {
            there.contains(memory.id.as_str()) || said.as_ref().is_some_and(|said| there.contains(said.as_str()))
        };
        let missing = memories.iter().zip(&said).filter(|one| !known(one));
        Ok(missing.map(|(memory, _)| memory.id.clone()).collect())
    }
}

/// The lasting name of a memory that a source calls so.
fn memory_id(format: MemoryFormat, name: &str) -> MemoryId {
    let mut hash = Sha256::new();
    hash.update(format.as_str());
    hash.update([0]);
    hash.update(name);
    MemoryId::new(format!("i-{}", id_of(hash)))
}
