//! The cache port: short-lived bytes, counters, leases and messages. In process by default, shared when there are
//! several instances.
//!
//! # Contract
//! - **Never the only copy.** Anything may be gone at any time, except a lease before its end and a counter before the
//!   end of its window. Who reads the cache can do without it, and goes straight to the store when it fails.
//! - **Partitions are walls.** Every key names a partition; the program's own are in [`PartitionId::system`].
//! - **Keys.** A name is 1 to [`MAX_NAME_BYTES`] bytes without control characters, compared by bytes. Values, counters,
//!   leases and channels are apart: the same key may name one of each.
//! - **Values** are bytes, at most [`MAX_VALUE_BYTES`].
//! - **Time** is that of one clock, the same for all who share the cache: in process the clock it was made with, on a
//!   server the server's own. So instances whose clocks differ agree about who holds a lease. What ends at an instant is
//!   gone at that instant. A clock that goes backwards keeps things longer, never shorter than they were promised from
//!   its own view. Nothing sleeps.
//! - **It answers soon**, or fails with [`CacheError::Unavailable`]: an adapter over a network has its own short
//!   timeout, because a turn waits for it.

use crate::store::PartitionId;
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use std::time::Duration;

/// The most bytes of a name.
pub const MAX_NAME_BYTES: usize = 256;
/// The most bytes of a value or a message.
pub const MAX_VALUE_BYTES: usize = 1024 * 1024;

/// Names something in the cache.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CacheKey {
    partition: PartitionId,
    name: String,
}

impl CacheKey {
    /// Names something of a partition.
    ///
    /// # Errors
    /// [`CacheError::Invalid`] for a name that is not allowed (see the module's contract).
    pub fn new(partition: &PartitionId, name: impl Into<String>) -> Result<Self, CacheError> {
        let name = name.into();
        if name.is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) {
            return Err(CacheError::Invalid(format!(
                "the cache key {:?} is not allowed: 1 to {MAX_NAME_BYTES} bytes without control characters",
                name.chars().take(40).collect::<String>()
            )));
        }
        Ok(Self { partition: partition.clone(), name })
    }

    /// Whose it is.
    pub fn partition(&self) -> &PartitionId {
        &self.partition
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// That somebody, and nobody else, may do something until an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The fencing token: higher than that of every earlier holder of this lease, however long ago, and the same when it
    /// is renewed. What is written under a lease carries it, so that a late writer is known.
    pub token: u64,
    /// When it ends, unless it is renewed before: by the clock of who asked, counted from the moment of asking, so it is
    /// not later than the true end.
    pub until: Timestamp,
}

/// Messages as they come.
pub type Messages = BoxStream<'static, Vec<u8>>;

/// What went wrong. No variant repeats its source in its words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// What was asked makes no sense; the words say what is allowed.
    #[error("{0}")]
    Invalid(String),
    /// The cache does not answer; go on without it.
    #[error("the cache does not answer: {0}")]
    Unavailable(String),
}

/// Short-lived things. See the module's contract.
#[async_trait]
pub trait Cache: Send + Sync + 'static {
    /// A value that was set and has neither ended nor been dropped.
    async fn get(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, CacheError>;

    /// Sets a value, instead of the one before, for a time to live.
    ///
    /// # Errors
    /// [`Invalid`](CacheError::Invalid) for a value over [`MAX_VALUE_BYTES`] and for no time at all; the value before
    /// is gone then, too: what is old must not outlive what could not replace it.
    async fn set(&self, key: &CacheKey, value: Vec<u8>, time_to_live: Duration) -> Result<(), CacheError>;

    /// Removes a value. Removing what is not there is content.
    async fn remove(&self, key: &CacheKey) -> Result<(), CacheError>;

    /// Removes every value and counter of a partition. Leases stay: they guard work that is running.
    async fn clear(&self, partition: &PartitionId) -> Result<(), CacheError>;

    /// Adds to a counter, and returns what it is after that. It begins with 0, and ends `window` after the increment
    /// that began it. It does not overflow.
    ///
    /// # Errors
    /// [`Invalid`](CacheError::Invalid) for no window at all.
    async fn increment(&self, key: &CacheKey, by: u64, window: Duration) -> Result<u64, CacheError>;

    /// Takes a lease for a time from now, or renews the owner's own; none while somebody else holds it. A length of
    /// zero gives up one's own, and returns none.
    async fn lease(&self, key: &CacheKey, owner: &str, length: Duration) -> Result<Option<Lease>, CacheError>;

    /// Sends a message to those who are listening now, each at most once: who is too slow misses some, and nothing is
    /// kept for later.
    ///
    /// # Errors
    /// [`Invalid`](CacheError::Invalid) for a message over [`MAX_VALUE_BYTES`].
    async fn publish(&self, channel: &CacheKey, message: Vec<u8>) -> Result<(), CacheError>;

    /// Listens from now on, in the order of sending. Dropping the stream ends it.
    async fn subscribe(&self, channel: &CacheKey) -> Result<Messages, CacheError>;

    /// Do other instances of the program see what is in it? Then what must be done by one of them at a time needs a lease.
    fn is_shared(&self) -> bool {
        false
    }

    /// Bytes that its values take in this process, as far as it knows.
    fn held_bytes(&self) -> Option<usize> {
        None
    }
}

/// Refuses what no cache takes as a value or message.
///
/// # Errors
/// [`CacheError::Invalid`] for more than [`MAX_VALUE_BYTES`].
pub fn check_value(value: &[u8]) -> Result<(), CacheError> {
    if value.len() > MAX_VALUE_BYTES {
        let bytes = value.len();
        return Err(CacheError::Invalid(format!("{bytes} bytes are too many; at most {MAX_VALUE_BYTES} are allowed")));
    }
    Ok(())
}

/// Refuses a time of no length.
///
/// # Errors
/// [`CacheError::Invalid`] for zero.
pub fn check_time(what: &str, time: Duration) -> Result<(), CacheError> {
    if time.is_zero() {
        return Err(CacheError::Invalid(format!("the {what} is 0; more than 0 is allowed")));
    }
    Ok(())
}
