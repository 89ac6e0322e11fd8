//! The cache on Redis (7 or newer), shared by several instances.
//!
//! # Addresses
//! `redis://[user][:password@]host[:port][/database][?parameter=value&...]`, `rediss://` for TLS
//! (`ca=FILE`: with a certificate signed by one in that file). A node of a cluster leads to all of it. A server that may drop what it holds
//! (`maxmemory-policy` other than `noeviction`) is refused, because leases and counters must last until their end;
//! `volatile=allowed` takes it all the same. `timeout=MILLISECONDS` is the longest wait for a connection and for an answer
//! (500). Nothing here needs a server that keeps its data over a restart.
//!
//! # What lies where
//! The keys of a partition share a hash tag, TAG, which stands for its name (`philia_redis::digest`).
//!
//! | key | what | ends |
//! |---|---|---|
//! | `philia:c:TAG:v:NAME` | a value | with its time to live |
//! | `philia:c:TAG:n:NAME` | a counter | with its window |
//! | `philia:c:TAG:i` | the names of the partition's values and counters (`v:NAME`, `n:NAME`) by their end | with the last |
//! | `philia:c:TAG:l:NAME` | a lease: token, space, owner | with the lease |
//! | `philia:c:TAG:t:NAME` | the last token of that lease | a day after the lease |
//! | `philia:c:DATABASE:TAG:m:NAME` | a channel | |
//!
//! # Time
//! Ends are kept by the server: its clock is the one that all instances share, so that two whose own clocks differ by
//! minutes agree on who holds a lease. [`Lease::until`] alone is told in the instance's own clock, counted from before
//! it asked. A token is the server's time in microseconds, and higher than the one before it even if the server's clock
//! went back by up to a day: so tokens grow over restarts, too, of a server that keeps nothing.

mod listen;
mod scripts;

use async_trait::async_trait;
use jiff::SignedDuration;
use listen::Listening;
use philia_ports::cache::{CacheKey, Lease, Messages, check_time, check_value};
use philia_ports::{Cache, CacheError, Clock, PartitionId};
use philia_redis::{Address, Allowed, Error, Link, Pace, Request, digest, digest_text};
use redis::{ScriptInvocation, cmd, pipe};
use std::sync::Arc;
use std::time::Duration;

/// The longest wait for a connection and for an answer, and for how long nobody is asked after that: a turn waits for
/// it, and does without it rather than wait longer.
const TIMEOUT: Duration = Duration::from_millis(500);
/// What may be said in the URL.
const PARAMETERS: &[(&str, Allowed)] =
    &[("volatile", Allowed::Words(&["allowed"])), ("timeout", Allowed::Milliseconds), ("ca", Allowed::File)];
/// Names that are cleared at once.
const CLEARED_AT_ONCE: usize = 500;
/// The longest that anything is kept, in milliseconds: a thousand years.
const LONGEST: u128 = 1000 * 365 * 24 * 3600 * 1000;

/// A cache on a Redis server. It connects anew by itself when the server was away.
pub struct RedisCache {
    link: Link,
    listening: Listening,
    clock: Arc<dyn Clock>,
    database: i64,
}

impl std::fmt::Debug for RedisCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisCache").field("link", &self.link).finish_non_exhaustive()
    }
}

impl RedisCache {
    /// Connects to the server of a URL (see the crate's description). The clock tells [`Lease::until`] and nothing else.
    ///
    /// # Errors
    /// [`Invalid`](CacheError::Invalid) for a URL that is none, a wrong password or database, a server that is no Redis,
    /// too old, a replica, or drops what it holds; [`Unavailable`](CacheError::Unavailable) if it does not answer.
    pub async fn open(url: &str, clock: Arc<dyn Clock>) -> Result<Self, CacheError> {
        let address = Address::parse(url, PARAMETERS).map_err(refused)?;
        let timeout = address.milliseconds("timeout").unwrap_or(TIMEOUT);
        let pace = Pace { connect: timeout, answer: timeout, rest: timeout.min(TIMEOUT) };
        let (link, promise) = Link::open(&address, pace).await.map_err(refused)?;
        let location = address.location();
        if promise.is_replica {
            let words = format!("{location} is a read-only replica; give the address of the server that it copies");
            return Err(CacheError::Invalid(words));
        }
        if promise.evicts() && address.parameter("volatile").is_none() {
            return Err(CacheError::Invalid(format!(
                "{location} drops leases and counters when its memory is full (maxmemory-policy {:?}); set it to \
                 noeviction, or allow it by volatile=allowed in its URL",
                promise.eviction
            )));
        }
        let listening = Listening::new(&address, timeout).map_err(refused)?;
        Ok(Self { link, listening, clock, database: address.database() })
    }

    async fn run<T: redis::FromRedisValue>(&self, script: &ScriptInvocation<'_>, again: bool) -> Result<T, CacheError> {
        self.link.ask(Request::Script(script), again).await.map_err(unavailable)
    }

    fn channel(&self, key: &CacheKey) -> String {
        format!("philia:c:{}:{}:m:{}", self.database, tag(key.partition()), key.name())
    }
}

fn tag(partition: &PartitionId) -> String {
    format!("{{{}}}", digest_text(digest(partition)))
}

/// What begins every key of a partition.
fn prefix(partition: &PartitionId) -> String {
    format!("philia:c:{}:", tag(partition))
}

fn key_of(kind: char, key: &CacheKey) -> String {
    format!("{}{kind}:{}", prefix(key.partition()), key.name())
}

fn index_of(partition: &PartitionId) -> String {
    format!("{}i", prefix(partition))
}

/// In whole milliseconds, rounded up.
fn millis(time: Duration) -> u64 {
    let millis = time.as_nanos().div_ceil(1_000_000).min(LONGEST);
    u64::try_from(millis).unwrap_or(u64::MAX)
}

/// While it is opened: what somebody has to change is said so.
fn refused(error: Error) -> CacheError {
    match error {
        Error::Refused(words) => CacheError::Invalid(words),
        error => unavailable(error),
    }
}

/// While it is used: whoever asked did nothing wrong, and goes on without the cache.
fn unavailable(error: Error) -> CacheError {
    CacheError::Unavailable(match error {
        Error::Refused(words) | Error::Foreign(words) | Error::Unavailable(words) => words,
        Error::Full => "its memory is full".into(),
    })
}

#[async_trait]
impl Cache for RedisCache {
    async fn get(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, CacheError> {
        let mut get = cmd("GET");
        get.arg(key_of('v', key));
        self.link.ask(Request::Command(&get), true).await.map_err(unavailable)
    }

    async fn set(&self, key: &CacheKey, value: Vec<u8>, time_to_live: Duration) -> Result<(), CacheError> {
        let allowed = check_value(&value).and_then(|()| check_time("time to live", time_to_live));
        if allowed.is_err() {
            self.remove(key).await?;
            return allowed;
        }
        let mut script = scripts::SET.key(key_of('v', key));
        script.key(index_of(key.partition())).arg(value).arg(millis(time_to_live)).arg(format!("v:{}", key.name()));
        self.run(&script, true).await
    }

    async fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
        let mut both = pipe();
        both.atomic().unlink(key_of('v', key)).ignore();
        both.zrem(index_of(key.partition()), format!("v:{}", key.name())).ignore();
        self.link.ask(Request::Pipeline(&both), true).await.map_err(unavailable)
    }

    async fn clear(&self, partition: &PartitionId) -> Result<(), CacheError> {
        let (prefix, index) = (prefix(partition), index_of(partition));
        let mut list = cmd("ZRANGE");
        list.arg(&index).arg(0).arg(-1);
        let names: Vec<Vec<u8>> = self.link.ask(Request::Command(&list), true).await.map_err(unavailable)?;
        for names in names.chunks(CLEARED_AT_ONCE) {
            let keys: Vec<Vec<u8>> = names.iter().map(|name| [prefix.as_bytes(), name].concat()).collect();
            let mut both = pipe();
            both.atomic().unlink(keys).ignore().zrem(&index, names).ignore();
            let () = self.link.ask(Request::Pipeline(&both), true).await.map_err(unavailable)?;
        }
        Ok(())
    }

    async fn increment(&self, key: &CacheKey, by: u64, window: Duration) -> Result<u64, CacheError> {
        check_time("window", window)?;
        // Redis counts to i64::MAX.
        let by = i64::try_from(by).unwrap_or(i64::MAX);
        let mut script = scripts::INCREMENT.key(key_of('n', key));
        script.key(index_of(key.partition())).arg(by).arg(millis(window)).arg(format!("n:{}", key.name()));
        self.run(&script, false).await
    }

    async fn lease(&self, key: &CacheKey, owner: &str, length: Duration) -> Result<Option<Lease>, CacheError> {
        // Before asking: the answer may take its time, and the lease runs already.
        let now = self.clock.now();
        let mut script = scripts::LEASE.key(key_of('l', key));
        script.key(key_of('t', key)).arg(owner).arg(millis(length));
        let token: Option<u64> = self.run(&script, true).await?;
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        let until = now.saturating_add(length).unwrap_or(jiff::Timestamp::MAX);
        Ok(token.map(|token| Lease { token, until }))
    }

    async fn publish(&self, channel: &CacheKey, message: Vec<u8>) -> Result<(), CacheError> {
        check_value(&message)?;
        let mut publish = cmd("PUBLISH");
        publish.arg(self.channel(channel)).arg(message);
        self.link.ask(Request::Command(&publish), false).await.map_err(unavailable)
    }

    async fn subscribe(&self, channel: &CacheKey) -> Result<Messages, CacheError> {
        self.listening.subscribe(self.channel(channel)).await.map_err(unavailable)
    }
}
