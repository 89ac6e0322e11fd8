//! The record store on MongoDB: a transaction for every commit.
//!
//! - `place`: the URL, the deployment, its collections and indexes.
//! - `record`: how documents are named and what they hold.
//! - `session`: a transaction, tried until its outcome is known.
//! - `commit`, `erase`: what is written.
//! - `read`: what is read.
//!
//! # Where
//! `mongodb://USER:PASSWORD@HOST/DATABASE?replicaSet=NAME`, with all that the driver's connection string knows
//! (`maxPoolSize`, `tls`, ...), and without a database `philia`. Credentials, where the URL has them, belong in it. The
//! deployment has to be a replica set (one of a single member will do) or sharded, of MongoDB 5.0 or newer: a standalone
//! cannot keep a commit together, and is refused. Writes wait for the majority, whatever the URL says. The user needs
//! `readWrite` on the database.
//!
//! # The layout
//! The database may hold other things; Philia's are `philia` (the layout's number), `philia_partition` and
//! `philia_record`. A partition is named by the hash of its name, so that what outlives an erasure (its generation)
//! does not tell whose it was. A record's document is kept as its text, not as BSON: BSON has no unsigned numbers of 64
//! bits, no more than a hundred levels, and keys with a dot or a dollar cannot be asked for. What is sorted and searched
//! stands beside it.
//!
//! # A commit is one transaction, and the partition's head is its lock
//! It reads the head and the records that it changes from one snapshot, judges, and writes them together with the head.
//! Every commit of a partition writes its head, so of two at the same time MongoDB lets one through; the other begins
//! anew (`TransientTransactionError`). Commits of one program to one partition wait for each other, so that this is rare.
//! A commit whose answer is lost (`UnknownTransactionCommitResult`) is asked for again, which MongoDB answers the same
//! way; if no answer comes at all, the head tells whether it was made: it holds the token of its last commit.
//!
//! # What a reader sees
//! Each answer is read from the primary, from one snapshot of what the majority holds. A feed is read after its head, so
//! it is never short of a commit that the head has.
//!
//! # Erasing
//! The transaction that raises the generation is the erasure. The records are removed after it, by their generation;
//! who opens the partition, or the store, finishes what was cut off. What was removed can be in the oplog, in free
//! blocks of the files and in backups for some time: those are the operator's, and encryption at rest is for them.

mod commit;
mod erase;
mod error;
mod place;
mod read;
mod record;
mod session;

use async_trait::async_trait;
use jiff::Timestamp;
use mongodb::bson::Document;
use mongodb::{Client, Collection};
use philia_ports::store::{
    Change, Cursor, Feed, Key, Kind, Page, Partition, PartitionId, PartitionInfo, Record, Scan, Store, StoreAdmin,
    StoreError, StoreHealth, check_changes,
};
use record::hash;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// So many partitions can be committed to at once; two that share a turn wait for each other.
const TURNS: usize = 1024;

/// A record store in a database of MongoDB.
#[derive(Debug)]
pub struct MongoStore {
    inner: Arc<Inner>,
}

/// What the store's tasks share.
struct Inner {
    client: Client,
    partitions: Collection<Document>,
    records: Collection<Document>,
    /// The URL without credentials.
    name: String,
    /// How long one request may take.
    timeout: Duration,
    /// Whose turn it is to commit to a partition.
    turns: Vec<Arc<Mutex<()>>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Inner {
    /// Waits for the commits before this one.
    async fn turn(&self, id: &PartitionId) -> Result<OwnedMutexGuard<()>, StoreError> {
        let number = usize::from_str_radix(hash(id).get(..8).unwrap_or_default(), 16).unwrap_or_default();
        let turn = self.turns.get(number % TURNS).cloned().unwrap_or_default();
        let waiting = tokio::time::timeout(self.timeout * 4, turn.lock_owned());
        waiting.await.map_err(|_| self.unavailable("the commits before this one do not come to their end"))
    }
}

impl MongoStore {
    /// Opens the store at a URL (see above), makes its collections and indexes where they are not there, and finishes
    /// erasures that were cut off. Needs a Tokio runtime, as all that follows.
    ///
    /// # Errors
    /// [`Invalid`](StoreError::Invalid) for a URL that makes no sense, a standalone, or a MongoDB before 5.0;
    /// [`Corrupt`](StoreError::Corrupt) if another program has collections of these names (nothing is changed then);
    /// [`TooNew`](StoreError::TooNew); [`Unavailable`](StoreError::Unavailable) for the rest, such as a wrong password.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, Duration::from_secs(5)).await
    }

    /// [`MongoStore::open`], where one request may take so long.
    ///
    /// # Errors
    /// As there.
    pub async fn open_with(url: &str, timeout: Duration) -> Result<Self, StoreError> {
        let inner = Arc::new(place::connect(url, timeout).await?);
        inner.prepare().await?;
        inner.finish_erasures().await?;
        Ok(Self { inner })
    }

    /// Does something to its end, also when nobody waits for it any more.
    async fn to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        tokio::spawn(work).await.map_err(|error| self.inner.unavailable(&format!("it was cut off: {error}")))?
    }
}

#[async_trait]
impl Store for MongoStore {
    async fn open(&self, id: &PartitionId) -> Result<Partition, StoreError> {
        let head = self.inner.head(id).await?;
        Ok(Partition { id: id.clone(), generation: head.generation })
    }

    async fn commit(&self, partition: &Partition, changes: Vec<Change>) -> Result<u64, StoreError> {
        check_changes(&changes)?;
        let (inner, partition) = (self.inner.clone(), partition.clone());
        self.to_its_end(async move { inner.commit(&partition, &changes).await }).await
    }

    async fn get_many(&self, partition: &Partition, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.inner.get_many(&partition.id, keys).await
    }

    async fn scan(&self, partition: &Partition, scan: &Scan) -> Result<Page<Record>, StoreError> {
        self.inner.scan(&partition.id, scan).await
    }

    async fn changes(&self, partition: &Partition, kind: Kind, since: u64, limit: usize) -> Result<Feed, StoreError> {
        self.inner.changes(&partition.id, kind, since, limit).await
    }
}

#[async_trait]
impl StoreAdmin for MongoStore {
    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError> {
        self.inner.due(before, limit).await
    }

    async fn partitions(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<PartitionInfo>, StoreError> {
        self.inner.partitions(limit, cursor).await
    }

    async fn erase(&self, id: &PartitionId) -> Result<(), StoreError> {
        let (inner, id) = (self.inner.clone(), id.clone());
        self.to_its_end(async move { inner.erase(&id).await }).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        self.inner.finish_erasures().await
    }

    async fn health(&self) -> Result<StoreHealth, StoreError> {
        self.inner.health().await
    }
}
