//! The mark that a store bears while everything is moved into it: so that a move that was cut off can go on, that
//! nobody moves into what holds something else, and that nobody lives in a house that is half furnished.

use super::flow::{Flow as _, Scanning};
use crate::error::{Error, Result};
use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, Partition};
use philia_ports::{PartitionId, StoreAdmin, StoreError};
use serde_json::{Value, json};

/// The mark's record, in the system partition.
fn key() -> Key {
    Key::new(Kind::SyncLog, "moving")
}

/// Is this record a mark?
pub(super) fn is_mark(partition: &Partition, key: &Key) -> bool {
    *key == self::key() && partition.id == PartitionId::system()
}

async fn read(store: &dyn StoreAdmin, system: &Partition) -> Result<Option<Value>, StoreError> {
    Ok(store.get_many(system, &[key()]).await?.into_iter().next().flatten().map(|record| record.doc.value()))
}

/// Where from everything is being moved into this store; none if that was finished, or never begun.
///
/// # Errors
/// The store's own.
pub async fn unfinished(store: &dyn StoreAdmin) -> Result<Option<String>, StoreError> {
    let system = store.open(&PartitionId::system()).await?;
    let mark = read(store, &system).await?;
    Ok(mark.map(|mark| mark["from"].as_str().unwrap_or("somewhere").to_owned()))
}

/// Marks a store that everything of `from` is moved into. One that holds something already must bear that mark.
///
/// # Errors
/// [`Error::Refused`] for a store that holds anything else.
pub(super) async fn begin(store: &dyn StoreAdmin, from: &str, now: Timestamp) -> Result<()> {
    let system = store.open(&PartitionId::system()).await?;
    match read(store, &system).await? {
        Some(mark) if mark["from"] == from => return Ok(()),
        Some(mark) => {
            let other = mark["from"].as_str().unwrap_or("somewhere");
            return Err(Error::Refused(format!(
                "what is moved into is half full of {other}: finish that first, or begin with an empty store"
            )));
        }
        None => {}
    }
    let others = !store.partitions(1, None).await?.items.is_empty();
    if others || Scanning::new(store, &system).next().await?.is_some() {
        return Err(Error::Refused("what is moved into holds something already; it must be empty".into()));
    }
    // What was known of it before is of another generation.
    store.erase(&system.id).await?;
    let system = store.open(&system.id).await?;
    let doc = json!({ "task": "moving", "from": from }).into();
    store.commit(&system, vec![Change::Insert(Draft { key: key(), at: now, doc, blob: None })]).await?;
    Ok(())
}

/// Takes the mark away: everything is there.
pub(super) async fn end(store: &dyn StoreAdmin) -> Result<()> {
    let system = store.open(&PartitionId::system()).await?;
    store.commit(&system, vec![Change::Delete { key: key(), expected: None }]).await?;
    Ok(())
}
