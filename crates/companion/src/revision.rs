//! Revisions: changing something only if it is still what somebody has seen.
//!
//! The store counts the versions of every record. A handle made with [`Person::upon`] watches one record: a commit that
//! changes another version of it than the expected one is refused before it reaches the store, and the store refuses it
//! if somebody was faster. So no use case needs to know of it.
//!
//! A revision names the partition's generation besides the version: the store counts versions anew after an erasure, and
//! when everything was moved to another engine, and what somebody saw before is not taken for what is there now.

use crate::error::{Error, Result};
use crate::person::Person;
use philia_ports::store::{Change, Key, Kind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of a revision that tell the version; those above them tell the generation.
const VERSION_BITS: u32 = 40;

/// Something of a person's that can be edited, by the id of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing<'a> {
    /// A memory, a task among them.
    Memory(&'a str),
    /// A core block, by its label.
    Block(&'a str),
    /// A character of their own.
    Persona(&'a str),
    /// What a companion has become with them, by the character's id.
    Companion(&'a str),
    /// Their settings.
    Profile,
}

impl Thing<'_> {
    fn key(self) -> Key {
        match self {
            Self::Memory(id) => Key::new(Kind::Memory, id),
            Self::Block(label) => Key::new(Kind::Block, label),
            Self::Persona(id) => Key::new(Kind::Persona, id),
            Self::Companion(id) => Key::new(Kind::Companion, id),
            Self::Profile => Key::new(Kind::Profile, "profile"),
        }
    }
}

/// A record that is watched.
pub(crate) struct Watched {
    key: Key,
    /// Is another version than that refused?
    strictly: bool,
    /// The version it was at when it was last looked at; 0 while it is not there.
    version: AtomicU64,
}

impl Watched {
    /// The version that the record will have after these changes; none if they do not touch it.
    ///
    /// # Errors
    /// [`Error::Stale`]: they do not build on the expected version.
    pub(crate) fn after(&self, changes: &mut [Change]) -> Result<Option<u64>> {
        let Some(change) = changes.iter_mut().find(|change| *change.key() == self.key) else { return Ok(None) };
        let now = self.version.load(Ordering::Relaxed);
        let (upon, next) = match change {
            Change::Insert(_) => (Some(0), 1),
            Change::Put { expected, .. } => (Some(*expected), *expected + 1),
            Change::Delete { expected, .. } => {
                if self.strictly {
                    *expected = expected.or(Some(now));
                }
                (*expected, 0)
            }
        };
        if self.strictly && upon != Some(now) {
            return Err(Error::Stale);
        }
        Ok(Some(next))
    }

    /// It was committed.
    pub(crate) fn is_now(&self, version: u64) {
        self.version.store(version, Ordering::Relaxed);
    }
}

impl Person {
    /// The revision that something is at; 0 if it is not kept, or as it was born.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revision(&self, thing: Thing<'_>) -> Result<u64> {
        Ok(self.revision_of(self.version(thing).await?))
    }

    async fn version(&self, thing: Thing<'_>) -> Result<u64> {
        let [record] = self.get_records([thing.key()]).await?;
        Ok(record.map_or(0, |record| record.version))
    }

    fn revision_of(&self, version: u64) -> u64 {
        if version == 0 { 0 } else { self.partition.generation << VERSION_BITS | version }
    }

    /// A handle that watches something. With `expected`, which says whether a revision will do, it changes nothing but
    /// the version that it is at now.
    ///
    /// # Errors
    /// [`Error::Stale`] if that will not do; later, whatever changes it may fail so.
    pub async fn upon(self, thing: Thing<'_>, expected: Option<impl Fn(u64) -> bool>) -> Result<Self> {
        let version = self.version(thing).await?;
        if expected.as_ref().is_some_and(|will_do| !will_do(self.revision_of(version))) {
            return Err(Error::Stale);
        }
        let watched = Watched { key: thing.key(), strictly: expected.is_some(), version: AtomicU64::new(version) };
        Ok(Self { watched: Some(Arc::new(watched)), ..self })
    }

    /// The revision that what is watched has now, by what was done through this handle.
    pub fn revised(&self) -> u64 {
        self.watched.as_ref().map_or(0, |watched| self.revision_of(watched.version.load(Ordering::Relaxed)))
    }
}
