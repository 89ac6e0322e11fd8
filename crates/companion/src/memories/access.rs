//! How often a memory is recalled, and when last.
//!
//! Reading rewrites no memory: the counts are records of their own. They are gathered while turns are answered and
//! written many at once, so no turn waits for them; a crash loses the few that were not written yet.

use crate::error::{Error, Result};
use crate::person::{Person, write};
use crate::philia::{Inner, Philia};
use crate::records::{Versioned, draft, read};
use jiff::Timestamp;
use philia_mind::memory::layers::Access;
use philia_mind::{Memory, MemoryId};
use philia_ports::store::{Key, Kind};
use philia_ports::{Partition, StoreError};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// So many recalled memories of one person are written at once, or all of them when no turn is running.
const MANY: usize = 64;

/// What was counted and not written yet.
#[derive(Default)]
pub(crate) struct Accesses(Mutex<HashMap<Partition, HashMap<MemoryId, Access>>>);

impl Accesses {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<Partition, HashMap<MemoryId, Access>>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn count(&self, whose: &Partition, ids: impl Iterator<Item = MemoryId>, at: Timestamp) -> usize {
        self.with(|all| {
            let counts = all.entry(whose.clone()).or_default();
            for id in ids {
                let known = counts.entry(id).or_insert(Access { count: 0, last: at });
                *known = Access { count: known.count + 1, last: known.last.max(at) };
            }
            counts.len()
        })
    }

    fn take(&self, whose: &Partition) -> HashMap<MemoryId, Access> {
        self.with(|all| all.remove(whose)).unwrap_or_default()
    }

    fn people(&self) -> Vec<Partition> {
        self.with(|all| all.keys().cloned().collect())
    }
}

impl Inner {
    /// What was counted of memories that are gone is dropped.
    pub(crate) fn forget_accesses(&self, whose: &Partition, gone: &[MemoryId]) {
        self.accesses.with(|all| {
            if let Some(counts) = all.get_mut(whose) {
                gone.iter().for_each(|id| {
                    counts.remove(id);
                });
            }
        });
    }
}

impl Philia {
    /// Writes what was counted of everybody.
    pub(crate) async fn write_accesses(&self) {
        for partition in self.0.accesses.people() {
            self.of(partition).write_accesses().await;
        }
    }
}

impl Person {
    /// Counts that memories came up in a turn.
    pub(crate) async fn accessed(&self, ids: impl Iterator<Item = MemoryId>, at: Timestamp) {
        if self.app.accesses.count(&self.partition, ids, at) >= MANY {
            self.write_accesses().await;
        }
    }

    async fn write_accesses(&self) {
        let counted = self.app.accesses.take(&self.partition);
        let mut counted: Vec<(MemoryId, Access)> = counted.into_iter().collect();
        counted.sort_by(|(a, _), (b, _)| a.cmp(b));
        for some in counted.chunks(MANY) {
            if let Err(error) = self.add_accesses(some).await {
                // A count that is lost now and then changes nothing that matters.
                tracing::debug!(%error, "some recalls are not counted");
            }
        }
    }

    async fn add_accesses(&self, some: &[(MemoryId, Access)]) -> Result<()> {
        loop {
            let keys = |kind| some.iter().map(move |(id, _)| Key::new(kind, id.as_str()));
            let both: Vec<Key> = keys(Kind::Access).chain(keys(Kind::Memory)).collect();
            let mut found = self.app.parts.store.get_many(&self.partition, &both).await?;
            let memories = found.split_off(some.len());
            let mut changes = Vec::with_capacity(some.len());
            for (((id, new), old), memory) in some.iter().zip(found).zip(memories) {
                if memory.is_none() {
                    continue;
                }
                let old = old.map(read::<Access>).transpose()?;
                let (count, last, version) = old.map_or((0, new.last, 0), |Versioned { value, version }| {
                    (value.count, value.last.max(new.last), version)
                });
                let sum = Access { count: count + new.count, last };
                changes.push(write(draft(Kind::Access, id.as_str(), last, &sum)?, version));
            }
            if changes.is_empty() {
                return Ok(());
            }
            match self.commit(changes).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => return other.map(|_| ()),
            }
        }
    }

    /// How often memories were recalled, in the order asked; none for one that never was. What is counted and not
    /// yet written is counted in.
    pub async fn accesses(&self, memories: &[Memory]) -> Result<Vec<Option<Access>>> {
        let keys: Vec<Key> = memories.iter().map(|memory| Key::new(Kind::Access, memory.id.as_str())).collect();
        let mut all = Vec::with_capacity(keys.len());
        for some in keys.chunks(500) {
            for record in self.app.parts.store.get_many(&self.partition, some).await? {
                all.push(record.map(read::<Access>).transpose()?.map(|access| access.value));
            }
        }
        self.app.accesses.with(|pending| {
            let Some(counts) = pending.get(&self.partition) else { return };
            for (memory, access) in memories.iter().zip(&mut all) {
                if let Some(new) = counts.get(&memory.id) {
                    let old = access.unwrap_or(Access { count: 0, last: new.last });
                    *access = Some(Access { count: old.count + new.count, last: old.last.max(new.last) });
                }
            }
        });
        Ok(all)
    }
}
