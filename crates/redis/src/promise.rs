//! Whether a server keeps what it is given.

use crate::link::{Error, Link, Request};
use redis::cmd;
use std::collections::HashMap;

/// The oldest major version that will do.
const OLDEST: u32 = 7;

/// The policy that drops nothing.
const NOTHING: &str = "noeviction";

/// What a server says about itself, as far as it matters to who relies on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Promise {
    /// Its name and version (`Redis 7.4.1`).
    pub engine: String,
    /// What it drops when its memory is full (`maxmemory-policy`); `noeviction` is nothing.
    pub eviction: String,
    /// It writes every change to a file (`appendonly`).
    pub append_only: bool,
    /// When that file is synced to the disk (`appendfsync`): `always`, `everysec`, `no`; none where the server does not
    /// say (some hosts hide its settings).
    pub synced: Option<String>,
    /// It copies another and takes no changes itself.
    pub is_replica: bool,
    /// It is a node of a cluster.
    pub is_clustered: bool,
    /// It writes snapshots to a file, by itself (`save`).
    pub snapshots: bool,
    /// Bytes of its log on the disk.
    pub bytes: Option<u64>,
}

impl Promise {
    /// Asks a server, or all nodes of a cluster: then it is what the weakest of them promises.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is no Redis, or one older than version 7; [`Error::Unavailable`].
    pub async fn of(link: &Link) -> Result<Self, Error> {
        let infos: Vec<String> = link.ask(Request::EveryNode(&cmd("INFO")), true).await?;
        let mut asks = cmd("CONFIG");
        asks.arg("GET").arg("appendfsync").arg("save");
        // Who runs Redis for others often hides its settings.
        let settings: Vec<HashMap<String, String>> = match link.ask(Request::EveryNode(&asks), true).await {
            Ok(settings) => settings,
            Err(Error::Refused(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        let settings = settings.into_iter().map(Some).chain(std::iter::repeat(None));
        let nodes = infos.iter().zip(settings).map(|(info, settings)| Self::read(info, &settings.unwrap_or_default()));
        let weakest = nodes.reduce(Self::weaker).unwrap_or_default();
        let (location, engine) = (link.location(), &weakest.engine);
        let major = engine.strip_prefix("Redis ").and_then(|version| version.split('.').next()?.parse().ok());
        if major.is_none_or(|major: u32| major < OLDEST) {
            return Err(Error::Refused(format!("{location} is {engine:?}; Redis {OLDEST} or newer is needed")));
        }
        Ok(weakest)
    }

    fn read(info: &str, settings: &HashMap<String, String>) -> Self {
        let info: HashMap<&str, &str> = info.lines().filter_map(|line| line.split_once(':')).collect();
        let says = |name: &str| info.get(name).copied().unwrap_or_default();
        Self {
            engine: format!("Redis {}", says("redis_version")),
            eviction: says("maxmemory_policy").to_owned(),
            append_only: says("aof_enabled") == "1",
            synced: settings.get("appendfsync").cloned(),
            is_replica: says("role") == "slave",
            is_clustered: says("cluster_enabled") == "1",
            snapshots: settings.get("save").is_some_and(|points| !points.is_empty()),
            bytes: says("aof_current_size").parse().ok(),
        }
    }

    fn weaker(self, other: Self) -> Self {
        let synced = if self.synced.as_deref() == Some("always") { other.synced } else { self.synced };
        Self {
            engine: self.engine.min(other.engine),
            eviction: if self.eviction == NOTHING { other.eviction } else { self.eviction },
            append_only: self.append_only && other.append_only,
            synced,
            is_replica: self.is_replica || other.is_replica,
            is_clustered: self.is_clustered || other.is_clustered,
            snapshots: self.snapshots || other.snapshots,
            bytes: self.bytes.zip(other.bytes).map(|(one, two)| one + two),
        }
    }

    /// Does it drop what has an end, or anything, when its memory is full?
    pub fn evicts(&self) -> bool {
        self.eviction != NOTHING
    }
}
