//! A cache that fails when it is told to.

use async_trait::async_trait;
use philia_ports::cache::{Lease, Messages};
use philia_ports::{Cache, CacheError, CacheKey, PartitionId};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Wraps a cache; all its calls fail while it is told so.
#[derive(Debug)]
pub struct FaultyCache<C> {
    inner: C,
    fails: AtomicBool,
    shared: bool,
}

impl<C> FaultyCache<C> {
    /// A cache that does not fail yet.
    pub fn new(inner: C) -> Self {
        Self { inner, fails: AtomicBool::new(false), shared: false }
    }

    /// The same, told to be shared by several instances of the program: those of a test.
    pub fn shared(inner: C) -> Self {
        Self { shared: true, ..Self::new(inner) }
    }

    /// From now on every call fails as a server that is not there, or none does.
    pub fn fail(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }

    /// The cache behind it.
    pub fn inner(&self) -> &C {
        &self.inner
    }

    fn asked(&self) -> Result<&C, CacheError> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(CacheError::Unavailable("a test has it fail".into()));
        }
        Ok(&self.inner)
    }
}

#[async_trait]
impl<C: Cache> Cache for FaultyCache<C> {
    async fn get(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, CacheError> {
        self.asked()?.get(key).await
    }

    async fn set(&self, key: &CacheKey, value: Vec<u8>, time_to_live: Duration) -> Result<(), CacheError> {
        self.asked()?.set(key, value, time_to_live).await
    }

    async fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
        self.asked()?.remove(key).await
    }

    async fn clear(&self, partition: &PartitionId) -> Result<(), CacheError> {
        self.asked()?.clear(partition).await
    }

    async fn increment(&self, key: &CacheKey, by: u64, window: Duration) -> Result<u64, CacheError> {
        self.asked()?.increment(key, by, window).await
    }

    async fn lease(&self, key: &CacheKey, owner: &str, length: Duration) -> Result<Option<Lease>, CacheError> {
        self.asked()?.lease(key, owner, length).await
    }

    async fn publish(&self, channel: &CacheKey, message: Vec<u8>) -> Result<(), CacheError> {
        self.asked()?.publish(channel, message).await
    }

    async fn subscribe(&self, channel: &CacheKey) -> Result<Messages, CacheError> {
        self.asked()?.subscribe(channel).await
    }

    fn is_shared(&self) -> bool {
        self.shared || self.inner.is_shared()
    }
}
