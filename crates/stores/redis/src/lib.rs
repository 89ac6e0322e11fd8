//! The record store on Redis (7 or newer).
//!
//! - `names`: the keys, and how a record's name and time become bytes that sort as they should.
//! - `scripts`: what happens on the server in one step.
//! - `commit`, `read`, `admin`: the port, in these steps.
//! - `error`: what Redis' errors mean to the port.
//!
//! # Addresses
//! `redis://[user][:password@]host[:port][/database][?parameter=value&...]`, `rediss://` for TLS. A node
//! of a cluster leads to all of it.
//!
//! | parameter | what it does |
//! |---|---|
//! | `fsync=everysec` | takes a server that syncs its log every second (or does not say when): a crash of its machine may lose the commits of the last second |
//! | `volatile=allowed` | takes a server that keeps nothing over a restart, or drops what it holds when its memory is full: for trying things out |
//! | `ca=FILE` | for `rediss://`: the server's certificate is signed by one in that file (PEM), not by a public authority |
//! | `timeout=MILLISECONDS` | the longest wait for a connection and for an answer (5000) |
//!
//! # Durability
//! A commit is one script: Redis runs it alone and whole. With `appendonly yes` and `appendfsync always` it is answered
//! after it was synced to the disk, so it survives a crash of the process, of the system and of the power, as far as the
//! disk keeps its word; a server with other settings is refused unless the address allows it. Replicas follow later: a
//! failover may lose what the new master had not received.
//!
//! # What lies where
//! Partitions fall into 256 shards by the hash of their names; all keys of a shard share the hash tag `{SHARD}`, so that
//! they lie on one node of a cluster, and a commit writes a person's records and the shard's lists in one step.
//!
//! | key | type | what |
//! |---|---|---|
//! | `philia:schema` | string | the version of this layout |
//! | `philia:{SHARD}:people` | sorted set, by bytes | the partitions that hold any record |
//! | `philia:{SHARD}:due` | sorted set, by bytes | all jobs by time, partition and id |
//! | `philia:{SHARD}:traces` | string | how many erasures may still be read from the server's files |
//! | `philia:{SHARD}:HASH` | hash | a partition's `generation`, `head`, and number of `records` |
//! | `philia:{SHARD}:HASH:KIND` | hash | by id: time, version, document |
//! | `philia:{SHARD}:HASH:KIND:blob` | hash | by id: the blob |
//! | `philia:{SHARD}:HASH:KIND:time` | sorted set, by bytes | time and id |
//! | `philia:{SHARD}:HASH:KIND:seq` | sorted set, by score | the commit that changed an id last; also of what is gone |
//!
//! A record takes about 650 bytes of the server's memory besides its document and its blob.
//!
//! Times are ordered by bytes and not by scores, because a score is a double, exact to 2^53: in microseconds that is the
//! year 2255, and the port goes to 9999.
//!
//! # Erasure
//! Of who was erased, the generation stays, under the hash of the name. The server's log is written anew, so that nobody
//! can read from it what is gone; whoever is interrupted over that leaves a note, and the next to open the store, or to
//! erase, sees to it. Replicas and backups are their owners' to see to.

mod admin;
mod commit;
mod error;
mod names;
mod read;
mod scripts;

use async_trait::async_trait;
use error::Place as _;
use jiff::Timestamp;
use philia_ports::store::{
    Change, Cursor, Feed, Key, Kind, Page, Partition, PartitionId, PartitionInfo, Record, Scan, Store, StoreAdmin,
    StoreError, StoreHealth,
};
use philia_redis::{Address, Allowed, Error, Link, Pace, Promise, Request};
use redis::cmd;
use std::time::Duration;

/// The version of the layout.
const SCHEMA: u32 = 1;
/// Where it is written.
const SCHEMA_KEY: &str = "philia:schema";
/// The longest wait for a connection and for an answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// For how long a server that hangs, or is not there, is not asked again.
const REST: Duration = Duration::from_millis(100);
/// What may be said in the URL.
const PARAMETERS: &[(&str, Allowed)] = &[
    ("fsync", Allowed::Words(&["everysec"])),
    ("volatile", Allowed::Words(&["allowed"])),
    ("timeout", Allowed::Milliseconds),
    ("ca", Allowed::File),
];

/// A record store on a Redis server. It connects anew by itself when the server was away.
#[derive(Debug)]
pub struct RedisStore {
    link: Link,
    /// A server that syncs later than at every write will do.
    late_sync: bool,
    /// A server that may lose everything will do.
    volatile: bool,
}

impl RedisStore {
    /// Connects to the server of a URL (see the crate's description).
    ///
    /// # Errors
    /// [`Invalid`](StoreError::Invalid) for a URL that is none, a wrong password or database, a server that is no Redis,
    /// too old, a replica, or does not keep what it is given; [`TooNew`](StoreError::TooNew);
    /// [`Corrupt`](StoreError::Corrupt) if somebody else's data has our keys; [`Unavailable`](StoreError::Unavailable) if
    /// it does not answer.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let address = Address::parse(url, PARAMETERS).map_err(error::at_start)?;
        let timeout = address.milliseconds("timeout").unwrap_or(TIMEOUT);
        let pace = Pace { connect: timeout, answer: timeout, rest: REST };
        let (link, promise) = Link::open(&address, pace).await.map_err(error::at_start)?;
        let (late_sync, volatile) = (address.parameter("fsync").is_some(), address.parameter("volatile").is_some());
        let store = Self { link, late_sync, volatile };
        store.check(&promise).map_err(StoreError::Invalid)?;
        store.check_schema().await?;
        store.finish_erasures().await?;
        Ok(store)
    }

    /// Does the server keep what it is given? If not, what has to be changed.
    fn check(&self, promise: &Promise) -> Result<(), String> {
        let location = self.link.location();
        if promise.is_replica {
            return Err(format!("{location} is a read-only replica; give the address of the server that it copies"));
        }
        if self.volatile {
            return Ok(());
        }
        let eviction = &promise.eviction;
        if promise.evicts() {
            return Err(format!(
                "{location} drops records when its memory is full (maxmemory-policy {eviction:?}); set it to noeviction"
            ));
        }
        if !promise.append_only {
            return Err(format!(
                "{location} keeps nothing over a crash (appendonly no); set appendonly yes and appendfsync always"
            ));
        }
        match promise.synced.as_deref() {
            Some("always") => Ok(()),
            _ if self.late_sync => Ok(()),
            synced => Err(format!(
                "{location} may lose what it acknowledged (appendfsync {:?}); set it to always, or accept the loss of \
                 about a second when its machine crashes by fsync=everysec in the URL",
                synced.unwrap_or("unknown")
            )),
        }
    }

    /// Is the layout ours? Writes its version if there is none.
    async fn check_schema(&self) -> Result<(), StoreError> {
        let mut claim = cmd("SET");
        claim.arg(SCHEMA_KEY).arg(SCHEMA).arg("NX");
        let _: redis::Value = self.link.ask(Request::Command(&claim), true).await.map_err(|e| self.link.error(e))?;
        let mut get = cmd("GET");
        get.arg(SCHEMA_KEY);
        let found: Vec<u8> = self.link.ask(Request::Command(&get), true).await.map_err(|e| self.link.error(e))?;
        let found = String::from_utf8_lossy(&found).into_owned();
        match found.parse::<u32>() {
            Ok(SCHEMA) => Ok(()),
            Ok(found) if found > SCHEMA => Err(StoreError::TooNew { found, known: SCHEMA }),
            _ => Err(self.link.corrupt(format!("{SCHEMA_KEY} says {found:?}"))),
        }
    }

    /// Asks, for what may be asked twice.
    async fn ask<T: redis::FromRedisValue>(&self, request: Request<'_>) -> Result<T, StoreError> {
        self.link.ask(request, true).await.map_err(|error| self.link.error(error))
    }

    /// Writes, which may not be repeated blindly.
    async fn write<T: redis::FromRedisValue>(&self, script: &redis::ScriptInvocation<'_>) -> Result<T, Error> {
        self.link.ask(Request::Script(script), false).await
    }
}

#[async_trait]
impl Store for RedisStore {
    async fn open(&self, id: &PartitionId) -> Result<Partition, StoreError> {
        self.open_partition(id).await
    }

    async fn commit(&self, partition: &Partition, changes: Vec<Change>) -> Result<u64, StoreError> {
        self.commit_changes(partition, changes).await
    }

    async fn get_many(&self, partition: &Partition, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.read_named(&partition.id, keys).await
    }

    async fn scan(&self, partition: &Partition, scan: &Scan) -> Result<Page<Record>, StoreError> {
        self.read_range(&partition.id, scan).await
    }

    async fn changes(&self, partition: &Partition, kind: Kind, since: u64, limit: usize) -> Result<Feed, StoreError> {
        self.read_changes(&partition.id, kind, since, limit).await
    }
}

#[async_trait]
impl StoreAdmin for RedisStore {
    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError> {
        self.due_jobs(before, limit).await
    }

    async fn partitions(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<PartitionInfo>, StoreError> {
        self.list_partitions(limit, cursor).await
    }

    async fn erase(&self, id: &PartitionId) -> Result<(), StoreError> {
        self.erase_partition(id).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        self.remove_traces(&self.traces().await?).await
    }

    async fn health(&self) -> Result<StoreHealth, StoreError> {
        self.say_health().await
    }
}
