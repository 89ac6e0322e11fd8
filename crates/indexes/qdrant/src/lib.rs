//! The recall index on Qdrant, over its REST API.
//!
//! Qdrant finds candidates, and the mind judges them ([`philia_mind::memory::recall::judge`]), so that a question is
//! answered as by the index in process.
//!
//! - A collection for every length of vectors (`philia_384`), so for every embedder, and one for entries before the first
//!   vector (`philia_0`). A point is an entry: its vector (`meaning`, half precision), what its words are worth (`words`, a
//!   sparse vector), and a payload with its words, its neighbours and what filters ask for. Whose it is stands in an
//!   indexed field, by which Qdrant keeps a graph of each person's own.
//! - A collection of people (`philia_people`), whose points say how far the index has come. While somebody's entries are
//!   written theirs says *busy*, and counts as not loaded if whoever wrote is cut off.
//!
//! # URL
//! `qdrant://HOST:PORT` (6333 if none is named), `qdrants://` by TLS, `qdrant://:KEY@HOST:PORT` with a key, and
//! `?prefix=NAME` for what the names of collections begin with (`philia`).
//!
//! # Snapshots
//! [`QdrantIndex::snapshot`] has Qdrant keep one of each collection. None is needed: all that is here can be had again from
//! the store.

mod apply;
mod collections;
mod entry;
mod search;
mod wire;

use async_trait::async_trait;
use collections::Collections;
use entry::Head;
use philia_mind::MemoryId;
use philia_mind::memory::recall::judge::Kindred;
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, Filter, Hit, Index, IndexError, IndexInfo, Query};
use philia_ports::store::{Partition, PartitionId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::RwLock;

/// About what an entry takes besides its vector, in bytes.
const ENTRY_BYTES: usize = 1500;

/// A recall index on a Qdrant server.
pub struct QdrantIndex {
    collections: Collections,
    analyzer: Analyzer,
    kindred: Arc<dyn Kindred>,
    /// Held while somebody's entries are written, so that nobody here reads half of a change.
    people: Mutex<HashMap<PartitionId, Weak<RwLock<()>>>>,
}

impl fmt::Debug for QdrantIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QdrantIndex").finish_non_exhaustive()
    }
}

impl QdrantIndex {
    /// Opens the index at a URL. A server that does not answer is asked again when it is needed. `kindred` knows which
    /// words mean nearly the same.
    ///
    /// # Errors
    /// [`IndexError::Invalid`] for a URL that makes no sense, a key that the server does not know, a collection that is
    /// somebody else's.
    pub async fn open(url: &str, kindred: Arc<dyn Kindred>) -> Result<Self, IndexError> {
        let collections = Collections::new(wire::Server::new(url)?);
        match collections.people().await {
            Err(IndexError::Unavailable(_)) | Ok(_) => {}
            Err(other) => return Err(other),
        }
        Ok(Self { collections, analyzer: Analyzer::new(), kindred, people: Mutex::default() })
    }

    /// Has the server keep a snapshot of each collection there is; returns their names.
    ///
    /// # Errors
    /// The server does not answer, or does not keep them.
    pub async fn snapshot(&self) -> Result<Vec<String>, IndexError> {
        self.collections.snapshot().await
    }

    fn lock(&self, id: &PartitionId) -> Arc<RwLock<()>> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = people.get(id).and_then(Weak::upgrade) {
            return lock;
        }
        if people.len() == people.capacity() {
            people.retain(|_, lock| lock.strong_count() > 0);
        }
        let lock = Arc::default();
        people.insert(id.clone(), Arc::downgrade(&lock));
        lock
    }

    /// What is known of a person, if all of it is there.
    async fn head(&self, partition: &Partition) -> Result<Option<Head>, IndexError> {
        let head = self.collections.head(&partition.id).await?;
        Ok(head.filter(|head| !head.busy && head.generation == partition.generation))
    }
}

#[async_trait]
impl Index for QdrantIndex {
    async fn info(&self, partition: &Partition) -> Result<Option<IndexInfo>, IndexError> {
        let lock = self.lock(&partition.id);
        let _whole = lock.read().await;
        Ok(self.head(partition).await?.map(|head| IndexInfo {
            generation: head.generation,
            upto: head.upto,
            entries: head.entries,
            bytes: head.entries * (ENTRY_BYTES + 2 * head.dimensions),
            speakers: head.speakers.into_keys().collect(),
        }))
    }

    async fn apply(
        &self,
        partition: &Partition,
        since: Option<u64>,
        upserts: Vec<Entry>,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<(), IndexError> {
        let coming = apply::Coming::read(&self.analyzer, upserts)?;
        let lock = self.lock(&partition.id);
        let _alone = lock.write().await;
        let id = &partition.id;
        match since {
            Some(since) => {
                let head =
                    self.head(partition).await?.filter(|head| head.upto == since).ok_or(IndexError::NotLoaded)?;
                coming.check(&head)?;
                self.collections.take_in(id, head, coming, removals, upto).await
            }
            None => {
                let former = self.collections.head(id).await?;
                let load = former.as_ref().map_or(0, |head| head.load + 1);
                self.collections.forget(id, former.as_ref()).await?;
                let head = Head { generation: partition.generation, load, ..Head::default() };
                self.collections.take_in(id, head, coming, &[], upto).await
            }
        }
    }

    async fn search(
        &self,
        partition: &Partition,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>, IndexError> {
        let lock = self.lock(&partition.id);
        let _whole = lock.read().await;
        let head = self.head(partition).await?.ok_or(IndexError::NotLoaded)?;
        search::search(&self.collections, &*self.kindred, &partition.id, &head, query, vectors, filter, k).await
    }

    async fn clear(&self, partition: &Partition) -> Result<(), IndexError> {
        let lock = self.lock(&partition.id);
        let _alone = lock.write().await;
        let head = self.collections.head(&partition.id).await?;
        self.collections.forget(&partition.id, head.as_ref()).await
    }
}
