//! A unit of work: records read, changed in memory, and written in one commit.
//!
//! A commit may name each record once, and what one change does to a record must be seen by the next. So several
//! changes that build on each other are laid over what was read, and become one change a record.

use crate::error::Result;
use crate::person::{Person, write};
use crate::records::{draft, read};
use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, Record};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// Records as they will be after the commit.
pub(crate) struct Unit<'a> {
    person: &'a Person,
    slots: HashMap<Key, Slot>,
    /// Names of what is written, in the order of their first writing.
    written: Vec<Key>,
}

/// One record.
struct Slot {
    /// The version that was read; 0 if it is not in the store.
    version: u64,
    /// As it will be.
    draft: Option<Draft>,
}

impl<'a> Unit<'a> {
    pub(crate) fn new(person: &'a Person) -> Self {
        Self { person, slots: HashMap::new(), written: Vec::new() }
    }

    /// Whose records they are.
    pub(crate) fn person(&self) -> &'a Person {
        self.person
    }

    /// Reads records in one go, so that what follows finds them here.
    pub(crate) async fn fetch(&mut self, keys: impl IntoIterator<Item = Key>) -> Result<()> {
        let mut missing: Vec<Key> = keys.into_iter().filter(|key| !self.slots.contains_key(key)).collect();
        missing.sort();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let found = self.person.app.parts.store.get_many(&self.person.partition, &missing).await?;
        for (key, record) in missing.into_iter().zip(found) {
            self.slots.insert(key, Slot::of(record));
        }
        Ok(())
    }

    /// A record as it will be.
    pub(crate) async fn get<T: DeserializeOwned>(&mut self, kind: Kind, id: &str) -> Result<Option<T>> {
        let key = Key::new(kind, id);
        self.fetch([key.clone()]).await?;
        let Some(draft) = self.slots.get(&key).and_then(|slot| slot.draft.clone()) else { return Ok(None) };
        let record = Record { key, at: draft.at, version: 0, doc: draft.doc, blob: None };
        Ok(Some(read::<T>(record)?.value))
    }

    /// Writes a document; the bytes beside it stay. One that was not read before is taken to be new.
    pub(crate) fn put<T: Serialize>(&mut self, kind: Kind, id: &str, at: Timestamp, value: &T) -> Result<()> {
        let mut draft = draft(kind, id, at, value)?;
        draft.blob = self.slots.get(&draft.key).and_then(|slot| slot.draft.as_ref()?.blob.clone());
        self.write(draft);
        Ok(())
    }

    /// Writes a record with the bytes beside it. One that was not read before is taken to be new.
    pub(crate) fn write(&mut self, draft: Draft) {
        if !self.written.contains(&draft.key) {
            self.written.push(draft.key.clone());
        }
        let slot = self.slots.entry(draft.key.clone()).or_insert(Slot { version: 0, draft: None });
        slot.draft = Some(draft);
    }

    /// Removes a record that was read before; one that was not is taken not to be there.
    pub(crate) fn delete(&mut self, kind: Kind, id: &str) {
        let key = Key::new(kind, id);
        if !self.written.contains(&key) {
            self.written.push(key.clone());
        }
        self.slots.entry(key).or_insert(Slot { version: 0, draft: None }).draft = None;
    }

    /// What is to be committed.
    pub(crate) fn changes(mut self) -> Vec<Change> {
        let mut changes = Vec::with_capacity(self.written.len());
        for key in self.written {
            match self.slots.remove(&key) {
                Some(Slot { version, draft: Some(draft) }) => changes.push(write(draft, version)),
                Some(Slot { version, draft: None }) if version > 0 => {
                    changes.push(Change::Delete { key, expected: Some(version) });
                }
                _ => {}
            }
        }
        changes
    }
}

impl Slot {
    fn of(found: Option<Record>) -> Self {
        match found {
            Some(Record { key, at, version, doc, blob }) => Self { version, draft: Some(Draft { key, at, doc, blob }) },
            None => Self { version: 0, draft: None },
        }
    }
}
