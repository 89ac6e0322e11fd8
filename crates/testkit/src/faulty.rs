//! A store that fails when it is told to.

use async_trait::async_trait;
use jiff::Timestamp;
use philia_ports::store::{Change, Cursor, Feed, Key, Kind, Page, PartitionInfo, Record, Scan, StoreHealth};
use philia_ports::{Partition, PartitionId, Store, StoreAdmin, StoreError};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Wraps a store; its commits, or all its calls, fail while it is told so.
pub struct FaultyStore {
    inner: Arc<dyn StoreAdmin>,
    spared: AtomicUsize,
    commits: AtomicUsize,
    reads: AtomicUsize,
    dying: AtomicBool,
    contested: Mutex<Option<Kind>>,
}

impl FaultyStore {
    /// A store that does not fail yet.
    pub fn new(inner: impl StoreAdmin) -> Self {
        Self::over(Arc::new(inner))
    }

    /// The same over one that others use, too.
    pub fn over(inner: Arc<dyn StoreAdmin>) -> Self {
        Self {
            inner,
            spared: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
            reads: AtomicUsize::new(0),
            dying: AtomicBool::new(false),
            contested: Mutex::default(),
        }
    }

    /// After so many more commits nothing answers any more, as if the server had died, until [`FaultyStore::recover`].
    pub fn die_after(&self, commits: usize) {
        self.fail_commits_after(commits, usize::MAX);
        self.dying.store(true, Ordering::SeqCst);
    }

    /// Everything answers again.
    pub fn recover(&self) {
        self.fail_commits(0);
        self.fail_reads(0);
        self.dying.store(false, Ordering::SeqCst);
    }

    /// The next `count` commits fail as a full disk does. 0 mends it.
    pub fn fail_commits(&self, count: usize) {
        self.fail_commits_after(0, count);
    }

    /// Lets `spared` commits through, then fails `count`.
    pub fn fail_commits_after(&self, spared: usize, count: usize) {
        self.spared.store(spared, Ordering::SeqCst);
        self.commits.store(count, Ordering::SeqCst);
    }

    /// The next `count` reads fail as a server that is not there. 0 mends it.
    pub fn fail_reads(&self, count: usize) {
        self.reads.store(count, Ordering::SeqCst);
    }

    /// The next commit with a change of that kind conflicts there, as if somebody else had come first.
    ///
    /// # Panics
    /// Another test thread panicked within this store.
    pub fn contest(&self, kind: Kind) {
        *self.contested.lock().expect("the kind") = Some(kind);
    }

    /// The store behind it.
    pub fn inner(&self) -> &dyn StoreAdmin {
        &*self.inner
    }

    fn take(counter: &AtomicUsize) -> bool {
        counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }

    fn read(&self) -> Result<(), StoreError> {
        let dead = self.dying.load(Ordering::SeqCst) && self.spared.load(Ordering::SeqCst) == 0;
        if dead || Self::take(&self.reads) {
            return Err(StoreError::Unavailable("a test has it fail".into()));
        }
        Ok(())
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn open(&self, id: &PartitionId) -> Result<Partition, StoreError> {
        if self.reads.load(Ordering::SeqCst) > 0 {
            return Err(StoreError::Unavailable("a test has it fail".into()));
        }
        self.inner.open(id).await
    }

    async fn commit(&self, partition: &Partition, changes: Vec<Change>) -> Result<u64, StoreError> {
        if !Self::take(&self.spared) && Self::take(&self.commits) {
            return Err(StoreError::Full("a test's disk".into()));
        }
        let contested = changes.iter().map(Change::key).find(|key| {
            let mut kind = self.contested.lock().expect("the kind");
            kind.take_if(|kind| *kind == key.kind).is_some()
        });
        if let Some(key) = contested {
            return Err(StoreError::Conflict(key.clone()));
        }
        self.inner.commit(partition, changes).await
    }

    async fn get_many(&self, partition: &Partition, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.read()?;
        self.inner.get_many(partition, keys).await
    }

    async fn scan(&self, partition: &Partition, scan: &Scan) -> Result<Page<Record>, StoreError> {
        self.read()?;
        self.inner.scan(partition, scan).await
    }

    async fn changes(&self, partition: &Partition, kind: Kind, since: u64, limit: usize) -> Result<Feed, StoreError> {
        self.read()?;
        self.inner.changes(partition, kind, since, limit).await
    }
}

#[async_trait]
impl StoreAdmin for FaultyStore {
    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError> {
        self.inner.due(before, limit).await
    }

    async fn partitions(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<PartitionInfo>, StoreError> {
        self.inner.partitions(limit, cursor).await
    }

    async fn erase(&self, id: &PartitionId) -> Result<(), StoreError> {
        self.inner.erase(id).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        self.inner.scrub().await
    }

    async fn health(&self) -> Result<StoreHealth, StoreError> {
        self.read()?;
        self.inner.health().await
    }
}
