//! A partition as it was at one commit, read while others write.
//!
//! The port has no snapshots, and needs none: every commit has a number, and the feed tells what changed since one. So
//! everything is read, then what changed meanwhile is read again, until a round goes by in which nothing does. All
//! records are those of that round's number then. The person's records are held in memory until it is known (some KB for a
//! memory); the parts of files are not, for they are never rewritten.

use super::flow::page;
use super::mark;
use super::tally::{self, kinds};
use crate::error::Result;
use philia_ports::store::{Key, Kind, Partition, Record, Scan, Store, micros};
use philia_ports::{PartitionId, StoreAdmin, StoreError};
use std::collections::BTreeMap;

/// Rounds until a partition is given up: it is written faster than it is read.
const ROUNDS: usize = 500;
/// How often it is begun anew, after an erasure.
const ATTEMPTS: usize = 20;
/// Changes asked for at once.
const CHANGES: usize = 10_000;

/// A partition's newest commit.
pub(super) async fn head(store: &(impl Store + ?Sized), of: &Partition) -> Result<u64, StoreError> {
    Ok(store.changes(of, Kind::Profile, u64::MAX, 1).await?.head)
}

/// A partition at one commit.
pub(super) struct Snapshot {
    pub(super) partition: Partition,
    pub(super) head: u64,
    /// By kind and id: when, and the record as a line of a file. Parts of files have no line yet.
    records: BTreeMap<(Kind, String), (i64, Held)>,
}

enum Held {
    Line(Vec<u8>),
    /// A part of a file, not read yet: its version.
    Later(u64),
}

/// Why it is begun anew.
enum Again {
    Anew,
    Failed(crate::Error),
}

impl<E: Into<crate::Error>> From<E> for Again {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Takes a partition as it is at one commit.
///
/// # Errors
/// The store's; [`StoreError::Unavailable`] for one that is written faster than it is read.
pub(super) async fn take(store: &dyn StoreAdmin, id: &PartitionId) -> Result<Snapshot> {
    for _ in 0..ATTEMPTS {
        match read(store, id).await {
            Ok(snapshot) => return Ok(snapshot),
            Err(Again::Anew) => {}
            Err(Again::Failed(error)) => return Err(error),
        }
    }
    Err(StoreError::Unavailable("somebody's records change faster than they can be read".into()).into())
}

async fn read(store: &dyn StoreAdmin, id: &PartitionId) -> Result<Snapshot, Again> {
    let partition = store.open(id).await?;
    let mut since = head(store, &partition).await?;
    let mut snapshot = Snapshot { partition, head: since, records: BTreeMap::new() };
    for kind in kinds() {
        snapshot.scan(store, kind).await?;
    }
    for _ in 0..ROUNDS {
        let partition = &snapshot.partition;
        let feed = store.changes(partition, Kind::Profile, u64::MAX, 1).await?;
        if feed.generation != partition.generation {
            return Err(Again::Anew);
        }
        if feed.head == since {
            snapshot.head = since;
            return Ok(snapshot);
        }
        // What was deleted is told only to who has seen something before.
        if since == 0 {
            return Err(Again::Anew);
        }
        let now = feed.head;
        for kind in kinds() {
            snapshot.mend(store, kind, since).await?;
        }
        since = now;
    }
    Err(Again::Failed(StoreError::Unavailable(format!("{id} is written faster than it can be read")).into()))
}

impl Snapshot {
    fn keep(&mut self, record: &Record) {
        if mark::is_mark(&self.partition, &record.key) {
            return;
        }
        let held = match record.key.kind {
            Kind::Blob => Held::Later(record.version),
            _ => Held::Line(tally::line(record)),
        };
        let name = (record.key.kind, record.key.id.clone());
        self.records.insert(name, (micros(record.at), held));
    }

    async fn scan(&mut self, store: &dyn StoreAdmin, kind: Kind) -> Result<(), Again> {
        let mut scan = Scan { limit: page(kind), blobs: kind != Kind::Blob, ..Scan::of(kind) };
        loop {
            let found = store.scan(&self.partition, &scan).await?;
            found.items.iter().for_each(|record| self.keep(record));
            match found.next {
                Some(next) => scan.cursor = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Reads again what changed in a kind. Jobs, which nobody can follow, are all read again.
    async fn mend(&mut self, store: &dyn StoreAdmin, kind: Kind, mut since: u64) -> Result<(), Again> {
        if kind == Kind::Job {
            self.records.retain(|(other, _), _| *other != kind);
            return self.scan(store, kind).await;
        }
        loop {
            let feed = store.changes(&self.partition, kind, since, CHANGES).await?;
            for some in feed.touched.chunks(page(kind)) {
                let keys: Vec<Key> = some.iter().map(|touched| Key::new(kind, touched.id.clone())).collect();
                let found = store.get_many(&self.partition, &keys).await?;
                for (key, found) in keys.into_iter().zip(found) {
                    match found {
                        Some(record) => self.keep(&record),
                        None => drop(self.records.remove(&(kind, key.id))),
                    }
                }
            }
            match feed.touched.last() {
                Some(last) if feed.more => since = last.seq,
                _ => return Ok(()),
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Its lines in their order.
    pub(super) fn lines(self) -> Lines {
        let ordered = self.records.into_iter().map(|((kind, id), (at, held))| (kind, at, id, held));
        let mut ordered: Vec<_> = ordered.collect();
        ordered.sort_unstable_by(|a, b| (a.0.as_str(), a.1, &a.2).cmp(&(b.0.as_str(), b.1, &b.2)));
        Lines { partition: self.partition, left: ordered.into_iter() }
    }
}

/// The lines of a partition at one commit.
pub(super) struct Lines {
    partition: Partition,
    left: std::vec::IntoIter<(Kind, i64, String, Held)>,
}

impl Lines {
    /// The next line; none at the end.
    ///
    /// # Errors
    /// The store's; [`StoreError::Unavailable`] if a file was removed meanwhile: all of it is to be done again.
    pub(super) async fn next(&mut self, store: &dyn StoreAdmin) -> Result<Option<(Kind, Vec<u8>)>> {
        let Some((kind, _, id, held)) = self.left.next() else { return Ok(None) };
        let version = match held {
            Held::Line(line) => return Ok(Some((kind, line))),
            Held::Later(version) => version,
        };
        let found = store.get_many(&self.partition, &[Key::new(kind, id)]).await?;
        match found.into_iter().next().flatten() {
            Some(record) if record.version == version => Ok(Some((kind, tally::line(&record)))),
            _ => Err(StoreError::Unavailable("a file was removed while it was read".into()).into()),
        }
    }
}
