//! What crosses partitions: jobs that are due, the list of partitions, erasing, and the table itself.

use crate::DynamoStore;
use crate::item::{DUE, Home, Item, Name, SHARDS, due_of, due_shard, entry_of, sortable, text_of};
use crate::request::{FIRST, LAST, after};
use crate::schema::{BY_DUE, TABLE};
use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use philia_ports::store::{
    Cursor, Page, Partition, PartitionId, PartitionInfo, Record, StoreAdmin, StoreError, StoreHealth, micros,
    partitions_page,
};

#[async_trait]
impl StoreAdmin for DynamoStore {
    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let until = sortable(micros(before).saturating_add(1));
        let shards = stream::iter(0..SHARDS).map(|shard| {
            let range = self.range(&BY_DUE, &due_shard(shard), ("0", &until), limit);
            self.items(range).take(limit).try_collect::<Vec<Item>>()
        });
        let mut places: Vec<Item> = shards.buffered(SHARDS.into()).try_concat().await?;
        places.sort_by(|a, b| text_of(a, DUE).cmp(text_of(b, DUE)));
        places.truncate(limit);
        // The index may tell of a job what it was a moment ago: what counts is the job itself.
        let mut jobs = self.own(&places, DUE).await?;
        jobs.retain(|job| !job.is_empty());
        let whose = |job: &Item| {
            let (id, _) = due_of(job).ok_or_else(|| self.corrupt(format!("a job of nobody's: {:?}", Name::of(job))))?;
            Ok(Home::of(&id))
        };
        let homes: Vec<Home> = jobs.iter().map(whose).collect::<Result<_, StoreError>>()?;
        let mut due = Vec::with_capacity(jobs.len());
        for (head, job) in self.heads(homes).await?.into_iter().zip(jobs) {
            if head.erasing {
                continue;
            }
            // None if it was done meanwhile.
            let record = self.records(&head.home, vec![job], true).await?.and_then(|mut one| one.pop()?);
            due.extend(record.map(|record| (head.partition(), record)));
        }
        Ok(due)
    }

    async fn partitions(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<PartitionInfo>, StoreError> {
        let (limit, start) = partitions_page(limit, cursor.as_ref())?;
        let from = start.map_or(FIRST.to_owned(), |id| after(&Home::of(&id).entry().sk));
        let entries = self.items(self.range(&TABLE, "directory", (&from, &LAST), limit + 1));
        let mut entries = entries.try_chunks(limit + 1);
        let mut items = Vec::new();
        // One more than the page holds, to know whether there is a next.
        while items.len() <= limit
            && let Some(some) = entries.try_next().await.map_err(|error| error.1)?
        {
            let ids = some.iter().filter_map(|entry| entry_of(&Name::of(entry)));
            let mut heads = self.heads(ids.map(|id| Home::of(&id)).collect()).await?;
            // An entry stays when all that it stands for is deleted.
            heads.retain(|head| head.records > 0);
            items.extend(heads.iter().map(|head| PartitionInfo { partition: head.partition(), head: head.seq }));
        }
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| Cursor(last.partition.id.to_string()));
        Ok(Page { items, next })
    }

    async fn erase(&self, id: &PartitionId) -> Result<(), StoreError> {
        let (store, id) = (self.clone(), id.clone());
        self.to_its_end(async move { store.erase_partition(&id).await }).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        self.finish_erasures().await?;
        self.sweep(None).await
    }

    async fn health(&self) -> Result<StoreHealth, StoreError> {
        let table = self.describe().await?.ok_or_else(|| self.unavailable("the table is not there"))?;
        let bytes = table.table_size_bytes().and_then(|bytes| u64::try_from(bytes).ok());
        Ok(StoreHealth { engine: "DynamoDB".into(), location: self.place.name(), bytes })
    }
}
