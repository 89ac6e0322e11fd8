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

    /// A record as it will be.
    pub(crate) async fn get<T: DeserializeOwned>(&mut self, kind: Kind, id: &str) -> Result<Option<T>> {
        let key = Key::new(kind, id);
        if !self.slots.contains_key(&key) {
            let [found] = self.person.get_records([key.clone()]).await?;
            let slot = match found {
                Some(Record { key, at, version, doc, blob }) => {
                    Slot { version, draft: Some(Draft { key, at, doc, blob }) }
                }
                None => Slot { version: 0, draft: None },
            };
            self.slots.insert(key.clone(), slot);
        }
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

    /// What is to be committed.
    pub(crate) fn changes(mut self) -> Vec<Change> {
        let slots = self.written.iter().filter_map(|key| self.slots.remove(key));
        slots.filter_map(|slot| Some(write(slot.draft?, slot.version))).collect()
    }
}
