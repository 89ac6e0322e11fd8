//! What crosses partitions: jobs that are due, the list of partitions, erasure, and the server itself.

use crate::RedisStore;
use crate::error::Place as _;
use crate::names::{self, Home, SHARDS};
use crate::read::Bytes;
use crate::scripts::{ERASE, FORGET};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use philia_ports::store::{
    Cursor, Key, Kind, Page, Partition, PartitionId, PartitionInfo, Record, StoreError, StoreHealth, micros,
    partitions_page,
};
use philia_redis::{Error, Promise, Request};
use redis::{cmd, pipe};
use std::time::Duration;

/// Shards or partitions that are asked at once.
const AT_ONCE: usize = 64;
/// How often to look whether the server has rewritten its files.
const LOOK: Duration = Duration::from_millis(20);
/// How long a server may take to begin that, at most: it may be busy with the last time.
const LOOKS: u32 = 3 * 3600 * 50;

impl RedisStore {
    /// The first entries of every shard's list between two bounds, in order.
    async fn of_all_shards(
        &self,
        list: fn(u16) -> String,
        from: &[u8],
        to: &[u8],
        most: usize,
    ) -> Result<Vec<Vec<Vec<u8>>>, StoreError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let shards = stream::iter(0..SHARDS).map(|shard| async move {
            let mut range = cmd("ZRANGE");
            range.arg(list(shard)).arg(from).arg(to).arg("BYLEX").arg("LIMIT").arg(0).arg(most);
            self.ask(Request::Command(&range)).await
        });
        shards.buffered(AT_ONCE).try_collect().await
    }

    pub(crate) async fn due_jobs(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<(Partition, Record)>, StoreError> {
        let until = [b"(", &names::time(micros(before).saturating_add(1))[..]].concat();
        let mut places = self.of_all_shards(names::due, b"-", &until, limit).await?.concat();
        places.sort_unstable();
        places.truncate(limit);
        let wrong = || self.link.corrupt("an entry of the list of jobs is none");
        let jobs = places.iter().map(|place| names::parse_job(place).ok_or_else(wrong));
        let jobs = jobs.collect::<Result<Vec<_>, _>>()?;
        let found = stream::iter(jobs).map(|(id, key)| self.job(id, key));
        // In their order; one that was done meanwhile is due no more.
        found.buffered(AT_ONCE).try_filter_map(async |job| Ok(job)).try_collect().await
    }

    /// A job and whose it is.
    async fn job(&self, id: PartitionId, key: Key) -> Result<Option<(Partition, Record)>, StoreError> {
        let home = Home::of(&id);
        let mut all = pipe();
        all.atomic().cmd("HGET").arg(&home.meta).arg("generation");
        all.cmd("HGET").arg(home.records(Kind::Job)).arg(&key.id);
        all.cmd("HGET").arg(home.blobs(Kind::Job)).arg(&key.id);
        let (generation, value, blob): (Option<u64>, Bytes, Bytes) = self.ask(Request::Pipeline(&all)).await?;
        let partition = Partition { id, generation: generation.unwrap_or(0) };
        let record = value.map(|value| self.record(key, &value, blob)).transpose()?;
        Ok(record.map(|record| (partition, record)))
    }

    pub(crate) async fn list_partitions(
        &self,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<Page<PartitionInfo>, StoreError> {
        let (limit, after) = partitions_page(limit, cursor.as_ref())?;
        let mut after = after.as_ref().map(names::person);
        let system = names::person(&PartitionId::system());
        let mut people: Vec<Vec<u8>> = Vec::new();
        // One more than the page holds, to know whether there is a next.
        let share = (limit + 1).div_ceil(usize::from(SHARDS)) * 2 + 8;
        while people.len() <= limit {
            let from = after.as_ref().map_or_else(|| b"-".to_vec(), |after| [b"(", &after[..]].concat());
            let shards = self.of_all_shards(names::people, &from, b"+", share).await?;
            // Beyond the last of a shard that has more, others of it may come: so far all shards have told.
            let told = shards.iter().filter(|some| some.len() == share).filter_map(|some| some.last()).min().cloned();
            let mut some = shards.concat();
            some.retain(|person| told.as_ref().is_none_or(|told| person <= told) && *person != system);
            some.sort_unstable();
            people.append(&mut some);
            match told {
                Some(told) => after = Some(told),
                None => break,
            }
        }
        let more = people.len() > limit;
        people.truncate(limit);
        let wrong = || self.link.corrupt("an entry of the list of partitions is none");
        let ids = people.iter().map(|person| names::parse_person(person).ok_or_else(wrong));
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        let items: Vec<PartitionInfo> =
            stream::iter(ids).map(|id| self.info(id)).buffered(AT_ONCE).try_collect().await?;
        let next = items.last().filter(|_| more).map(|last| Cursor(last.partition.id.to_string()));
        Ok(Page { items, next })
    }

    async fn info(&self, id: PartitionId) -> Result<PartitionInfo, StoreError> {
        let mut get = cmd("HMGET");
        get.arg(Home::of(&id).meta).arg("generation").arg("head");
        let (generation, head): (Option<u64>, Option<u64>) = self.ask(Request::Command(&get)).await?;
        let partition = Partition { id, generation: generation.unwrap_or(0) };
        Ok(PartitionInfo { partition, head: head.unwrap_or(0) })
    }

    pub(crate) async fn erase_partition(&self, id: &PartitionId) -> Result<(), StoreError> {
        let home = Home::of(id);
        let mut script = ERASE.key(&home.meta);
        script.key(home.people()).key(home.due()).key(home.traces()).key(home.times(Kind::Job));
        for kind in Kind::ALL {
            script.key(&home.kind(*kind));
        }
        script.arg(names::person(id));
        let traces: u64 = self.write(&script).await.map_err(|error| self.link.error(error))?;
        self.remove_traces(&[(home.traces(), traces)]).await
    }

    /// Finishes what somebody has begun who was interrupted.
    pub(crate) async fn finish_erasures(&self) -> Result<(), StoreError> {
        let traces = self.traces().await?;
        if traces.is_empty() { Ok(()) } else { self.remove_traces(&traces).await }
    }

    /// The shards of which erased people can still be read, and how many.
    pub(crate) async fn traces(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let shards = stream::iter(0..SHARDS).map(|shard| async move {
            let key = names::traces(shard);
            let count: Option<u64> = self.ask(Request::Command(cmd("GET").arg(&key))).await?;
            Ok(count.map(|count| (key, count)))
        });
        shards.buffered(AT_ONCE).try_filter_map(async |traces| Ok(traces)).try_collect().await
    }

    /// Makes sure that nothing which is gone can be read from the server's files, and notes that it is so.
    pub(crate) async fn remove_traces(&self, traces: &[(String, u64)]) -> Result<(), StoreError> {
        self.rewrite_files().await?;
        for (key, count) in traces {
            let mut script = FORGET.key(key);
            let _: redis::Value = self.ask(Request::Script(script.arg(*count))).await?;
        }
        Ok(())
    }

    /// Has the server write its log anew from what it holds, and waits for that: what was deleted or overwritten is in
    /// the old one still. A snapshot, if it makes any, is made anew, too.
    async fn rewrite_files(&self) -> Result<(), StoreError> {
        let promise = Promise::of(&self.link).await.map_err(|error| self.link.error(error))?;
        if promise.append_only {
            self.rewrite("BGREWRITEAOF", "aof_rewrite_in_progress", "aof_last_bgrewrite_status").await?;
        }
        if promise.snapshots {
            self.rewrite("BGSAVE", "rdb_bgsave_in_progress", "rdb_last_bgsave_status").await?;
        }
        Ok(())
    }

    /// Begins to write a file anew, after what may be running (it began before what is to be gone), and waits for its
    /// end.
    async fn rewrite(&self, command: &str, running: &str, status: &str) -> Result<(), StoreError> {
        let mut begun = false;
        for _ in 0..LOOKS {
            let infos: Vec<String> = self.ask(Request::EveryNode(cmd("INFO").arg("persistence"))).await?;
            let says = |name: &str, value: &str| {
                infos.iter().flat_map(|info| info.lines()).any(|line| line == format!("{name}:{value}"))
            };
            let busy = ["rdb_bgsave_in_progress", "aof_rewrite_in_progress", "aof_rewrite_scheduled"];
            match (begun, busy.iter().any(|name| says(name, "1"))) {
                (true, _) if !says(running, "1") && !says("aof_rewrite_scheduled", "1") => {
                    return match says(status, "err") {
                        false => Ok(()),
                        true => Err(StoreError::Unavailable(format!("{command} failed at {}", self.link.location()))),
                    };
                }
                (false, false) => match self.link.ask::<redis::Value>(Request::EveryNode(&cmd(command)), false).await {
                    Ok(_) => {
                        begun = true;
                        continue;
                    }
                    // Somebody else has begun at the same moment.
                    Err(Error::Refused(words)) if words.contains("in progress") => {}
                    Err(Error::Refused(words)) => {
                        // Who runs Redis for others sees to its files, too.
                        tracing::warn!(words, "the server does not let its files be written anew");
                        return Ok(());
                    }
                    Err(error) => return Err(self.link.error(error)),
                },
                _ => {}
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(StoreError::Unavailable(format!("{command} does not end at {}", self.link.location())))
    }

    pub(crate) async fn say_health(&self) -> Result<StoreHealth, StoreError> {
        let promise = Promise::of(&self.link).await.map_err(|error| self.link.error(error))?;
        // Its settings may have been changed since it was opened.
        self.check(&promise).map_err(StoreError::Unavailable)?;
        let Promise { engine, bytes, .. } = promise;
        Ok(StoreHealth { engine, location: self.link.location().to_owned(), bytes })
    }
}
