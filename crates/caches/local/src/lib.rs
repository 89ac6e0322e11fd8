//! The cache in process: values within a budget of bytes, counters, leases and messages.
//!
//! What has ended is taken away when somebody next asks for it or when the map it lies in has doubled; no task and no
//! timer runs. Values that nobody asked for longest leave first when the budget is full; counters and leases are
//! small, are promised until they end, and are never pushed out.

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use lru::LruCache;
use philia_ports::cache::{CacheKey, Lease, Messages, check_time, check_value};
use philia_ports::{Cache, CacheError, Clock, PartitionId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};

/// What an entry takes besides its key and its value, roughly.
const OVERHEAD: usize = 128;
/// Messages that a listener may be behind before it misses the oldest.
const BACKLOG: usize = 256;

/// A cache in this process.
pub struct LocalCache {
    clock: Arc<dyn Clock>,
    budget: usize,
    held: Mutex<Held>,
}

struct Held {
    values: LruCache<CacheKey, Ending<Vec<u8>>>,
    bytes: usize,
    counters: HashMap<CacheKey, Ending<u64>>,
    leases: HashMap<CacheKey, Ending<(String, u64)>>,
    /// The last fencing token that was given to anybody.
    token: u64,
    channels: HashMap<CacheKey, broadcast::Sender<Vec<u8>>>,
}

/// Something that is gone at an instant.
struct Ending<T> {
    what: T,
    at: Timestamp,
}

impl LocalCache {
    /// An empty cache whose values take about `budget` bytes at most, by this clock.
    pub fn new(clock: Arc<dyn Clock>, budget: usize) -> Self {
        let held = Held {
            values: LruCache::unbounded(),
            bytes: 0,
            counters: HashMap::new(),
            leases: HashMap::new(),
            token: 0,
            channels: HashMap::new(),
        };
        Self { clock, budget, held: Mutex::new(held) }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Nothing in here can panic half-way, so a poisoned lock holds a good cache.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The instant after a time from now.
    fn after(&self, time: Duration) -> Timestamp {
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        self.clock.now().saturating_add(time).unwrap_or(Timestamp::MAX)
    }
}

impl Held {
    fn take_value(&mut self, key: &CacheKey) {
        if let Some(value) = self.values.pop(key) {
            self.bytes = self.bytes.saturating_sub(size(key, &value.what));
        }
    }
}

#[async_trait]
impl Cache for LocalCache {
    async fn get(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, CacheError> {
        let now = self.clock.now();
        let mut held = self.held();
        let value = held.values.get(key).filter(|value| value.at > now).map(|value| value.what.clone());
        if value.is_none() {
            held.take_value(key);
        }
        Ok(value)
    }

    async fn set(&self, key: &CacheKey, value: Vec<u8>, time_to_live: Duration) -> Result<(), CacheError> {
        let mut held = self.held();
        held.take_value(key);
        check_value(&value)?;
        check_time("time to live", time_to_live)?;
        held.bytes += size(key, &value);
        held.values.put(key.clone(), Ending { what: value, at: self.after(time_to_live) });
        while held.bytes > self.budget
            && let Some((key, value)) = held.values.pop_lru()
        {
            held.bytes = held.bytes.saturating_sub(size(&key, &value.what));
        }
        Ok(())
    }

    async fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
        self.held().take_value(key);
        Ok(())
    }

    async fn clear(&self, partition: &PartitionId) -> Result<(), CacheError> {
        let mut held = self.held();
        let theirs: Vec<CacheKey> =
            held.values.iter().map(|(key, _)| key).filter(|key| key.partition() == partition).cloned().collect();
        for key in theirs {
            held.take_value(&key);
        }
        held.counters.retain(|key, _| key.partition() != partition);
        Ok(())
    }

    async fn increment(&self, key: &CacheKey, by: u64, window: Duration) -> Result<u64, CacheError> {
        check_time("window", window)?;
        let (now, until) = (self.clock.now(), self.after(window));
        let mut held = self.held();
        sweep(&mut held.counters, now);
        let counter = held.counters.entry(key.clone()).or_insert(Ending { what: 0, at: until });
        if counter.at <= now {
            *counter = Ending { what: 0, at: until };
        }
        counter.what = counter.what.saturating_add(by);
        Ok(counter.what)
    }

    async fn lease(&self, key: &CacheKey, owner: &str, length: Duration) -> Result<Option<Lease>, CacheError> {
        let (now, until) = (self.clock.now(), self.after(length));
        let mut held = self.held();
        sweep(&mut held.leases, now);
        let running = held.leases.get(key).filter(|lease| lease.at > now);
        let token = match running {
            Some(lease) if lease.what.0 != owner => return Ok(None),
            _ if length.is_zero() => {
                held.leases.remove(key);
                return Ok(None);
            }
            Some(lease) => lease.what.1,
            None => {
                held.token += 1;
                held.token
            }
        };
        held.leases.insert(key.clone(), Ending { what: (owner.to_owned(), token), at: until });
        Ok(Some(Lease { token, until }))
    }

    async fn publish(&self, channel: &CacheKey, message: Vec<u8>) -> Result<(), CacheError> {
        check_value(&message)?;
        let mut held = self.held();
        let heard = held.channels.get(channel).is_some_and(|listeners| listeners.send(message).is_ok());
        if !heard {
            held.channels.remove(channel);
        }
        Ok(())
    }

    async fn subscribe(&self, channel: &CacheKey) -> Result<Messages, CacheError> {
        let mut held = self.held();
        if held.channels.len() == held.channels.capacity() {
            held.channels.retain(|_, listeners| listeners.receiver_count() > 0);
        }
        let listeners = held.channels.entry(channel.clone()).or_insert_with(|| broadcast::Sender::new(BACKLOG));
        let messages = stream::unfold(listeners.subscribe(), |mut messages| async {
            loop {
                match messages.recv().await {
                    Ok(message) => return Some((message, messages)),
                    // Too slow: the oldest are missed, as the contract says.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        });
        Ok(messages.boxed())
    }

    fn held_bytes(&self) -> Option<usize> {
        Some(self.held().bytes)
    }
}

fn size(key: &CacheKey, value: &[u8]) -> usize {
    let partition = key.partition();
    OVERHEAD + key.name().len() + partition.account().len() + partition.subject().len() + value.len()
}

/// Takes away what has ended, when the map is about to grow: that is seldom, and pays for itself.
fn sweep<T>(map: &mut HashMap<CacheKey, Ending<T>>, now: Timestamp) {
    if map.len() == map.capacity() {
        map.retain(|_, ending| ending.at > now);
    }
}
