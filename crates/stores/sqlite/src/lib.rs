//! The record store on SQLite: one file, one writer, several readers.
//!
//! - `place`: what stands at a path, the lock beside it, and opening it without harming what is not ours.
//! - `schema`: the numbered migrations.
//! - `writer`: the one thread that writes, many commits to a transaction (group commit).
//! - `commit`, `erase`: what the writer does; `checkpoint`: what is done beside it.
//! - `read`: what the readers do, side by side with the writer.
//! - `at_hand`: how far partitions are, and what every turn asks for, kept at hand.
//!
//! # Durability
//! WAL with `synchronous=FULL`: a commit is answered after its transaction has been synced to the disk, so it
//! survives a crash of the process, of the system and of the power, as far as the disk keeps its word.

mod at_hand;
mod checkpoint;
mod commit;
mod erase;
mod error;
mod place;
mod read;
mod schema;
mod writer;

use async_trait::async_trait;
use at_hand::{AtHand, Head};
use jiff::Timestamp;
use philia_ports::store::{
    Change, Cursor, Feed, Key, Kind, Page, Partition, PartitionId, PartitionInfo, Record, Scan, Store, StoreAdmin,
    StoreError, StoreHealth, check_changes, check_feed,
};
use place::Place;
use read::Readers;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use writer::{Prepared, Writer};

/// A record store in an SQLite file. Dropping it finishes what was begun, and leaves a single file (and its lock
/// file, which is empty).
#[derive(Debug)]
pub struct SqliteStore {
    place: Arc<Place>,
    readers: Readers,
    at_hand: Arc<AtHand>,
    writer: Writer,
}

/// For tests: limits that a disk would set.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// The most pages that the database may have.
    pub max_pages: Option<u32>,
}

impl SqliteStore {
    /// Opens the store at a path, and makes it if there is nothing yet (with its directory). An older schema is
    /// brought up to date, after a backup beside it. On a disk that cannot be written, what is there is read, and each
    /// commit is [`Unavailable`](StoreError::Unavailable). Blocks for some milliseconds.
    ///
    /// # Errors
    /// [`InUse`](StoreError::InUse) if it is open already, here or in another process;
    /// [`Corrupt`](StoreError::Corrupt) if it is damaged or somebody else's (nothing is changed then);
    /// [`TooNew`](StoreError::TooNew); [`Full`](StoreError::Full); [`Unavailable`](StoreError::Unavailable) for
    /// the rest, such as a missing permission.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_within(path, Limits::default())
    }

    /// [`SqliteStore::open`] with limits.
    #[doc(hidden)]
    pub fn open_within(path: &Path, limits: Limits) -> Result<Self, StoreError> {
        let place = Arc::new(Place::claim(path)?);
        let connection = place.open(limits)?;
        let at_hand = Arc::new(AtHand::default());
        let writer = Writer::start(connection, place.clone(), at_hand.clone())?;
        Ok(Self { readers: Readers::new(place.clone()), place, at_hand, writer })
    }

    /// Can nothing be written, because the disk cannot?
    pub fn is_read_only(&self) -> bool {
        self.place.is_read_only()
    }

    /// Copies the store as it is now to a new file, while it goes on being used.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if something is there already; as for [`SqliteStore::open`].
    pub async fn backup_to(&self, path: &Path) -> Result<(), StoreError> {
        if path.exists() {
            return Err(StoreError::Invalid(format!("there is a file at {} already", path.display())));
        }
        let path = path.to_owned();
        self.readers.read(move |connection, place| place.copy(connection, &path)).await
    }

    /// How far a partition is.
    async fn head(&self, id: &PartitionId) -> Result<Head, StoreError> {
        let moment = match self.at_hand.head(id) {
            Ok(head) => return Ok(head),
            Err(moment) => moment,
        };
        let of = id.clone();
        let head = self.readers.read_few(move |connection, place| read::head(connection, place, &of)).await?;
        self.at_hand.learn(id, head, moment);
        Ok(head)
    }

    /// Reads the whole file and checks that it holds together. May take seconds for gigabytes.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with what was found first.
    pub async fn verify(&self) -> Result<(), StoreError> {
        self.readers.read(read::verify).await
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // The writer's connection should be the last, because the last one to close puts the log into the file.
        self.readers.close();
        self.writer.stop();
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn open(&self, id: &PartitionId) -> Result<Partition, StoreError> {
        let generation = self.head(id).await?.generation;
        Ok(Partition { id: id.clone(), generation })
    }

    async fn commit(&self, partition: &Partition, changes: Vec<Change>) -> Result<u64, StoreError> {
        check_changes(&changes)?;
        self.writer.commit(Prepared::new(partition.clone(), changes)).await
    }

    async fn get_many(&self, partition: &Partition, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let id = &partition.id;
        let moment = match self.at_hand.records(id, keys) {
            Ok(found) => return Ok(found),
            Err(moment) => moment,
        };
        let Some(partition) = self.head(id).await?.row else { return Ok(vec![None; keys.len()]) };
        let (few, asked) = (read::are_few(keys), keys.to_vec());
        let query = move |connection: &Connection, place: &Place| read::get_many(connection, place, partition, &asked);
        let found = if few { self.readers.read_few(query).await? } else { self.readers.read(query).await? };
        if let Some(moment) = moment {
            self.at_hand.learn_records(id, keys, &found, moment);
        }
        Ok(found)
    }

    async fn scan(&self, partition: &Partition, scan: &Scan) -> Result<Page<Record>, StoreError> {
        scan.range()?;
        let id = &partition.id;
        let nothing = Page { items: Vec::new(), next: None };
        let Err(moment) = self.at_hand.has_nothing_of(id, scan.kind) else { return Ok(nothing) };
        let Some(partition) = self.head(id).await?.row else { return Ok(nothing) };
        let scan = scan.clone();
        // Most scans find a handful: what they find at once is all there is.
        if let Some(first) = read::first_of(&scan) {
            let (whole, kind) = (first.limit == scan.page_size(), first.kind);
            let few = move |connection: &Connection, place: &Place| {
                let page = read::scan(connection, place, partition, &first)?;
                let has_any = !page.items.is_empty() || read::has_any(connection, place, partition, kind)?;
                Ok((page, has_any))
            };
            let (page, has_any) = self.readers.read_few(few).await?;
            if !has_any {
                self.at_hand.learn_nothing_of(id, kind, moment);
            }
            if whole || page.next.is_none() {
                return Ok(page);
            }
        }
        self.readers.read(move |connection, place| read::scan(connection, place, partition, &scan)).await
    }

    async fn changes(&self, partition: &Partition, kind: Kind, since: u64, limit: usize) -> Result<Feed, StoreError> {
        check_feed(kind, limit)?;
        let head = self.head(&partition.id).await?;
        if head.head <= since {
            return Ok(head.nothing_new());
        }
        if let Some(feed) = self.at_hand.changes(&partition.id, kind, since, limit) {
            return Ok(feed);
        }
        let id = partition.id.clone();
        let few =
            move |connection: &Connection, place: &Place| read::few_changes(connection, place, &id, kind, since, limit);
        if let Some(feed) = self.readers.read_few(few).await? {
            return Ok(feed);
        }
        let id = partition.id.clone();
        self.readers.read(move |connection, place| read::changes(connection, place, &id, kind, since, limit)).await
    }
}

#[async_trait]
impl StoreAdmin for SqliteStore {
    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError> {
        self.readers.read(move |connection, place| read::due(connection, place, before, limit)).await
    }

    async fn partitions(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<PartitionInfo>, StoreError> {
        self.readers.read(move |connection, place| read::partitions(connection, place, limit, cursor)).await
    }

    async fn erase(&self, id: &PartitionId) -> Result<(), StoreError> {
        self.writer.erase(id.clone()).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        self.writer.scrub().await
    }

    async fn health(&self) -> Result<StoreHealth, StoreError> {
        self.readers.read(read::ping).await?;
        Ok(StoreHealth {
            engine: format!("SQLite {}", rusqlite::version()),
            location: self.place.name(),
            bytes: self.place.bytes(),
        })
    }
}
