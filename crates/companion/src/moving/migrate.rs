//! A whole store into another, of whatever engine.

use super::flow::{self, Scanning};
use super::mirror::mirror;
use super::tally::{Sum, Totals};
use super::{Progress, Tell, Total, mark, partitions, snapshot};
use crate::error::{Error, Result};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use philia_ports::store::{Partition, PartitionInfo};
use philia_ports::{PartitionId, StoreAdmin};
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

/// Partitions that are under way at once.
const AT_ONCE: usize = 8;

/// Moves everything that `source` holds into `target`, and reads it there again: what arrived must have the counts and
/// the hash of what was there. `each` is told of every partition that is done, in their order. Whatever cuts it off, it is
/// done again from the beginning with the same stores, and does only what is left.
///
/// # Errors
/// [`Error::Refused`] for a target that holds anything else, for a source that is itself half full, or that was written
/// meanwhile; what arrived is not what was sent; the stores' own.
pub async fn migrate(
    source: &dyn StoreAdmin,
    target: &dyn StoreAdmin,
    now: Timestamp,
    tell: Tell<'_>,
    mut each: impl FnMut(&PartitionId, &Sum),
) -> Result<Total> {
    if let Some(from) = mark::unfinished(source).await? {
        return Err(Error::Refused(format!("what is moved from is itself half full of {from}; finish that first")));
    }
    mark::begin(target, &source.health().await?.location, now).await?;
    let all = partitions(source).await?;
    remove_others(target, &all).await?;
    let (records, of) = (AtomicU64::new(0), all.len() as u64);
    let mut totals = Totals::default();
    let mut done = 0;
    let copies = stream::iter(&all).map(|info| copy(source, target, info, &records));
    let mut copies = copies.buffered(AT_ONCE);
    tell(Progress { of, ..Progress::default() });
    while let Some((id, sum)) = copies.try_next().await? {
        totals.add(&id.to_string(), &sum);
        each(id, &sum);
        done += 1;
        tell(Progress { partitions: done, of, records: records.load(Ordering::Relaxed) });
    }
    if partitions(source).await? != all {
        return Err(written());
    }
    mark::end(target).await?;
    Ok(totals.total())
}

fn written() -> Error {
    Error::Refused("what is moved from was written meanwhile; stop every Philia that uses it, and do it again".into())
}

async fn copy<'i>(
    source: &dyn StoreAdmin,
    target: &dyn StoreAdmin,
    info: &'i PartitionInfo,
    records: &AtomicU64,
) -> Result<(&'i PartitionId, Sum)> {
    let (here, id) = (&info.partition, &info.partition.id);
    let there = later(target, here).await?;
    let count = || {
        records.fetch_add(1, Ordering::Relaxed);
    };
    let sum = mirror(Scanning::new(source, here), target, &there, count).await?;
    if snapshot::head(source, here).await? != info.head {
        return Err(written());
    }
    arrived(target, &there, &sum).await?;
    Ok((id, sum))
}

/// Makes sure that a partition holds what was sent.
pub(super) async fn arrived(target: &dyn StoreAdmin, there: &Partition, sent: &Sum) -> Result<()> {
    let found = flow::sum(Scanning::new(target, there)).await?;
    if found == *sent {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "what arrived of {} is not what was sent: {} records with the hash {} instead of {} with {}",
        there.id, found.records, found.sha256, sent.records, sent.sha256
    )))
}

/// The partition at the target, of a later generation than where it came from: what is known of it there is not taken for
/// what is known of it here.
pub(super) async fn later(target: &dyn StoreAdmin, here: &Partition) -> Result<Partition> {
    loop {
        let there = target.open(&here.id).await?;
        if there.generation > here.generation || here.id == PartitionId::system() {
            return Ok(there);
        }
        target.erase(&here.id).await?;
    }
}

/// Removes whom the source no longer knows: they were erased there since an earlier run was cut off.
async fn remove_others(target: &dyn StoreAdmin, all: &[PartitionInfo]) -> Result<()> {
    let known: HashSet<&PartitionId> = all.iter().map(|info| &info.partition.id).collect();
    for info in partitions(target).await? {
        if !known.contains(&info.partition.id) {
            target.erase(&info.partition.id).await?;
        }
    }
    Ok(())
}
