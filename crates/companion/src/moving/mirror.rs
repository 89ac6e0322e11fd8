//! Makes a partition of a store the same as a flow of records, from wherever it stands: what is missing is inserted,
//! what differs is replaced, what is too much is deleted. So it can be cut off at any instant and done again.

use super::flow::{Flow, Scanning};
use super::tally::{Sum, Tally};
use crate::error::Result;
use philia_ports::store::{Change, Draft, Key, MAX_CHANGES, Partition, Position, Record, micros};
use philia_ports::{StoreAdmin, StoreError};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::time::Duration;

/// A commit takes no more changes once it has so many bytes: every engine keeps that atomic.
const BYTES: usize = 1024 * 1024;
/// How often a store that does not answer is asked again, each time twice as long after.
const TRIES: u32 = 8;
/// After so long the first time.
const PAUSE: Duration = Duration::from_millis(100);

/// Makes the partition of `target` the same as the flow; returns what was in the flow. `seen` is told of each record.
///
/// # Errors
/// The flow's, the store's.
pub async fn mirror(
    mut flow: impl Flow,
    target: &dyn StoreAdmin,
    partition: &Partition,
    mut seen: impl FnMut() + Send,
) -> Result<Sum> {
    let mut there = Scanning::new(target, partition);
    let mut tally = Tally::default();
    let mut writing = Writing { target, partition, changes: Vec::new(), named: HashSet::new(), bytes: 0 };
    let (mut wanted, mut found) = (flow.next().await?, there.next().await?);
    loop {
        let order = match (&wanted, &found) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(wanted), Some(found)) => place(wanted).cmp(&place(found)),
        };
        let of_flow = if order.is_le() { wanted.take() } else { None };
        let of_store = if order.is_ge() { found.take() } else { None };
        if let Some(record) = &of_flow {
            tally.add(record);
            seen();
        }
        match (of_flow, of_store) {
            (Some(record), None) => writing.push(Change::Insert(draft(record))).await?,
            (Some(record), Some(old)) if record.doc != old.doc || record.blob != old.blob => {
                writing.push(Change::Put { draft: draft(record), expected: old.version }).await?;
            }
            (None, Some(old)) => writing.push(Change::Delete { key: old.key, expected: Some(old.version) }).await?,
            _ => {}
        }
        if order.is_le() {
            wanted = flow.next().await?;
        }
        if order.is_ge() {
            found = there.next().await?;
        }
    }
    writing.flush().await?;
    Ok(tally.sum())
}

/// A record's place in a flow.
fn place(record: &Record) -> (&'static str, Position) {
    (record.key.kind.as_str(), Position { at: micros(record.at), id: record.key.id.clone() })
}

fn draft(record: Record) -> Draft {
    Draft { key: record.key, at: record.at, doc: record.doc, blob: record.blob }
}

/// Changes on their way to the store.
struct Writing<'t> {
    target: &'t dyn StoreAdmin,
    partition: &'t Partition,
    changes: Vec<Change>,
    named: HashSet<Key>,
    bytes: usize,
}

impl Writing<'_> {
    async fn push(&mut self, change: Change) -> Result<()> {
        let bytes = match &change {
            Change::Insert(draft) | Change::Put { draft, .. } => {
                draft.doc.len() + draft.blob.as_ref().map_or(0, Vec::len)
            }
            Change::Delete { .. } => 0,
        };
        let full = self.changes.len() == MAX_CHANGES || self.bytes + bytes > BYTES;
        // A record that is elsewhere in time is deleted there and inserted here: in two commits.
        if full || self.named.contains(change.key()) {
            self.flush().await?;
        }
        self.bytes += bytes;
        self.named.insert(change.key().clone());
        self.changes.push(change);
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        self.bytes = 0;
        self.named.clear();
        let mut changes = std::mem::take(&mut self.changes);
        let mut pause = PAUSE;
        for again in (0..TRIES).rev() {
            if changes.is_empty() {
                return Ok(());
            }
            match self.target.commit(self.partition, changes.clone()).await {
                Ok(_) => return Ok(()),
                // It may be there already: a commit whose outcome was not heard, a record that stood elsewhere in time.
                Err(StoreError::Conflict(_)) if again > 0 => {}
                Err(error) if error.is_retryable() && again > 0 => {
                    tracing::warn!(%error, "the store is asked again");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Err(error) => return Err(error.into()),
            }
            changes = match self.left(&changes).await {
                Ok(left) => left,
                Err(error) if error.is_retryable() => changes,
                Err(error) => return Err(error.into()),
            };
        }
        Ok(())
    }

    /// What of some changes is left to be done, as the store is now.
    async fn left(&self, changes: &[Change]) -> Result<Vec<Change>, StoreError> {
        let keys: Vec<Key> = changes.iter().map(|change| change.key().clone()).collect();
        let found = self.target.get_many(self.partition, &keys).await?;
        let left = changes.iter().zip(found).filter_map(|(change, found)| match (change, found) {
            (Change::Insert(draft) | Change::Put { draft, .. }, None) => Some(Change::Insert(draft.clone())),
            (Change::Insert(draft) | Change::Put { draft, .. }, Some(old)) => {
                let same = (&draft.doc, &draft.blob, micros(draft.at)) == (&old.doc, &old.blob, micros(old.at));
                (!same).then(|| Change::Put { draft: draft.clone(), expected: old.version })
            }
            // Another version of it is what was put there since.
            (Change::Delete { expected, .. }, Some(old)) if *expected == Some(old.version) => Some(change.clone()),
            (Change::Delete { .. }, _) => None,
        });
        Ok(left.collect())
    }
}
