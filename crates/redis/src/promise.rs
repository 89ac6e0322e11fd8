//! Whether a server keeps what it is given.

use crate::link::{Error, Link, Request};
use redis::cmd;
use std::collections::HashMap;

/// The oldest major version that will do.
const OLDEST: u32 = 7;

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
    /// Asks a server.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is no Redis, or one older than version 7; [`Error::Unavailable`].
    pub async fn of(link: &Link) -> Result<Self, Error> {
        let info: String = link.ask(Request::Command(&cmd("INFO")), true).await?;
        let info: HashMap<&str, &str> = info.lines().filter_map(|line| line.split_once(':')).collect();
        let says = |name: &str| info.get(name).copied().unwrap_or_default();
        let version = says("redis_version");
        let major: u32 = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
        if major < OLDEST {
            let location = link.location();
            return Err(Error::Refused(format!(
                "{location} is Redis {version:?}; version {OLDEST} or newer is needed"
            )));
        }
        let mut asks = cmd("CONFIG");
        asks.arg("GET").arg("appendfsync").arg("save");
        // Who runs Redis for others often hides its settings.
        let settings: HashMap<String, String> = match link.ask(Request::Command(&asks), true).await {
            Ok(settings) => settings,
            Err(Error::Refused(_)) => HashMap::new(),
            Err(error) => return Err(error),
        };
        Ok(Self {
            engine: format!("Redis {version}"),
            eviction: says("maxmemory_policy").to_owned(),
            append_only: says("aof_enabled") == "1",
            synced: settings.get("appendfsync").cloned(),
            is_replica: says("role") == "slave",
            is_clustered: says("cluster_enabled") == "1",
            snapshots: settings.get("save").is_some_and(|points| !points.is_empty()),
            bytes: says("aof_current_size").parse().ok(),
        })
    }

    /// Does it drop what has an end, or anything, when its memory is full?
    pub fn evicts(&self) -> bool {
        self.eviction != "noeviction"
    }
}
