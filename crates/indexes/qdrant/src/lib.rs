//! The recall index on Qdrant, over its REST API.
//!
//! Qdrant finds candidates, and the mind judges them ([`philia_mind::memory::recall::judge`]), so that a question is
//! answered as by the index in process.
//!
//! - A collection for every length of vectors (`philia_384`), so for every embedder, and one for people who have no vector
//!   yet (`philia_0`). A point is an entry: its vector (`meaning`, half precision), what its words are worth (`words`, a
//!   sparse vector), and a payload with its stems, its neighbours and what filters ask for. Whose it is stands in an
//!   indexed field, by which Qdrant keeps a graph of each person's own; up to 20,000 memories all vectors are compared.
//! - A collection of people (`philia_people`), whose points say how far the index has come (`head`).
//!
//! Nothing tells whose a point is to whoever does not know their name: it stands there as a hash.
//!
//! - `wire`: the way to the server; `collections`: what is asked of it; `entry`: an entry as a point.
//! - `head`: who may write; `apply`: what is taken in; `search`: what is found.
//!
//! # URL
//! `qdrant://HOST:PORT` (6333 if none is named), `qdrants://` by TLS, `qdrant://:KEY@HOST:PORT` with a key (what is special
//! in a URL as `%XX`), and `?prefix=NAME` for what the names of collections begin with (`philia`).
//!
//! # Several instances
//! Of two who bring the same changes one writes (`head`). Who asks on another instance while somebody's entries are
//! written waits a little, and is never answered from half a change. Where there are replicas, all writes go through the
//! same one, and what is read is what most of them have.
//!
//! # Snapshots
//! [`QdrantIndex::snapshot`] has Qdrant keep one of each collection. None is needed: all that is here can be had again from
//! the store.

mod apply;
mod collections;
mod entry;
mod head;
mod search;
mod wire;

use async_trait::async_trait;
use collections::Collections;
use entry::owner;
use head::{FORMAT, Head};
use philia_mind::MemoryId;
use philia_mind::memory::recall::judge::Kindred;
use philia_mind::text::Analyzer;
use philia_ports::clock::{Chance, random_bytes};
use philia_ports::index::{Entry, Filter, Hit, Index, IndexError, IndexInfo, Query};
use philia_ports::store::{Partition, PartitionId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::RwLock;
use tokio::time::timeout;

/// From so many memories of a person on, the nearest vectors are found by a graph; below, all are looked at.
pub const GRAPH_FROM: usize = 20_000;

/// About what an entry takes besides its vector, in bytes.
const ENTRY_BYTES: usize = 1500;
/// How long a server may take to answer when the program starts.
const OPENS: Duration = Duration::from_secs(5);
/// How long it is waited for another instance that writes of the same person: by who asks, and by who would write
/// everything anew.
const ASKS: Duration = Duration::from_secs(1);
const WRITES: Duration = Duration::from_secs(3);
/// How often it is tried again to write everything anew where others do the same.
const TRIES: u32 = 5;

/// A recall index on a Qdrant server.
pub struct QdrantIndex {
    collections: Collections,
    analyzer: Analyzer,
    kindred: Arc<dyn Kindred>,
    chance: Arc<dyn Chance>,
    graph_from: usize,
    /// Held while somebody's entries are written, so that whoever asks here waits until they are.
    people: Mutex<HashMap<PartitionId, Weak<RwLock<()>>>>,
}

impl fmt::Debug for QdrantIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QdrantIndex").finish_non_exhaustive()
    }
}

impl QdrantIndex {
    /// Opens the index at a URL. A server that does not answer is asked again when it is needed. `kindred` knows which
    /// words mean nearly the same; what `chance` draws tells this instance from others.
    ///
    /// # Errors
    /// [`IndexError::Invalid`] for a URL that makes no sense, a key that the server does not know, a collection that is
    /// somebody else's, a server that is no Qdrant.
    pub async fn open(url: &str, kindred: Arc<dyn Kindred>, chance: Arc<dyn Chance>) -> Result<Self, IndexError> {
        let collections = Collections::new(wire::Server::new(url)?);
        let silent = |_| Err(IndexError::Unavailable(format!("no answer within {} s", OPENS.as_secs())));
        match timeout(OPENS, collections.ensure_people()).await.unwrap_or_else(silent) {
            Err(IndexError::Unavailable(why)) => {
                tracing::warn!(why, "the index does not answer; it is asked again when needed")
            }
            other => other?,
        }
        Ok(Self {
            collections,
            analyzer: Analyzer::new(),
            kindred,
            chance,
            graph_from: GRAPH_FROM,
            people: Mutex::default(),
        })
    }

    /// The same with graphs from another size on.
    #[must_use]
    pub fn with_graphs_from(self, entries: usize) -> Self {
        Self { graph_from: entries, ..self }
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
        self.collections.ensure_people().await?;
        let head = self.collections.settled(&partition.id, ASKS).await?;
        let ours = |head: &Head| !head.busy && head.format == FORMAT && head.generation == partition.generation;
        Ok(head.filter(ours))
    }

    /// Claims a person who stands as was found.
    async fn claim(&self, id: &PartitionId, found: Option<Head>) -> Result<Head, IndexError> {
        let stamp: [u8; 16] = random_bytes(&*self.chance);
        self.collections.claim(id, found, stamp.iter().map(|byte| format!("{byte:02x}")).collect()).await
    }

    /// Claims a person, whoever wrote of them, and removes all that is there; returns the claim's stamp.
    async fn empty(&self, id: &PartitionId) -> Result<String, IndexError> {
        let mut tries = 0;
        loop {
            self.collections.ensure_people().await?;
            let found = self.collections.settled(id, WRITES).await?;
            match self.claim(id, found).await {
                Ok(head) => {
                    self.collections.purge("owner", &owner(id)).await?;
                    return Ok(head.stamp);
                }
                // Another instance was faster, and is waited for.
                Err(IndexError::NotLoaded) if tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes in what fits, and says so.
    async fn take_in(
        &self,
        id: &PartitionId,
        head: Head,
        coming: apply::Coming,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<(), IndexError> {
        let (stamp, person) = (head.stamp.clone(), head.person.clone());
        let taken_in = match self.collections.take_in(id, head, coming, removals, upto).await {
            Ok(head) => self.collections.settle(id, head).await,
            Err(error) => Err(error),
        };
        if taken_in.is_err() {
            // If this does not succeed either, whoever comes next finds it busy and waits before they fill it anew.
            let withdrawn = async {
                self.collections.withdraw(id, &stamp).await?;
                self.collections.purge("person", &person).await
            };
            let _ = withdrawn.await;
        }
        taken_in
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
                let found =
                    self.head(partition).await?.filter(|head| head.upto == since).ok_or(IndexError::NotLoaded)?;
                coming.check(&found)?;
                let head = self.claim(id, Some(found)).await?;
                self.take_in(id, head, coming, removals, upto).await
            }
            None => {
                let stamp = self.empty(id).await?;
                let person = format!("{}-{stamp}", owner(id));
                let head = Head {
                    format: FORMAT,
                    stamp,
                    busy: true,
                    person,
                    generation: partition.generation,
                    ..Head::default()
                };
                self.take_in(id, head, coming, &[], upto).await
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
        let looked_for = search::LookedFor { query, vectors, filter, k, graph_from: self.graph_from };
        let found = self.collections.find(&*self.kindred, &head, &looked_for).await;
        if matches!(found, Err(IndexError::NotLoaded)) {
            // Something is gone that the head says is there.
            self.collections.withdraw(&partition.id, &head.stamp).await?;
        }
        let found = found?;
        let now = self.collections.head(&partition.id).await?;
        // Another instance may have written meanwhile.
        if now.as_ref() == Some(&head) { Ok(found) } else { Err(IndexError::NotLoaded) }
    }

    async fn clear(&self, partition: &Partition) -> Result<(), IndexError> {
        let lock = self.lock(&partition.id);
        let _alone = lock.write().await;
        let stamp = self.empty(&partition.id).await?;
        self.collections.withdraw(&partition.id, &stamp).await
    }
}
