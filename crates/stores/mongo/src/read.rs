//! Reading: from the primary, each answer from one snapshot of what the majority holds.

use crate::Inner;
use crate::record::{Head, hash, key_of, name, number, number_of, partition_of, read};
use jiff::Timestamp;
use mongodb::action::Find;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::ReadConcern;
use philia_ports::store::{
    Cursor, Feed, Key, Kind, MAX_CHANGES, Order, Page, Partition, PartitionId, PartitionInfo, Position, Record, Scan,
    StoreError, Touched, check_feed, micros, partitions_page,
};
use std::collections::HashMap;

/// So many names are asked for at once.
const NAMES_AT_ONCE: usize = 1000;

fn as_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A condition on a pair of fields, compared one after the other.
fn pair(fields: [&str; 2], operator: &str, values: [Bson; 2]) -> Document {
    let [first, second] = values;
    doc! { "$or": [{ fields[0]: { operator: first.clone() } }, { fields[0]: first, fields[1]: { operator: second } }] }
}

impl Inner {
    /// All that a search finds, of one instant.
    async fn all(&self, find: Find<'_, Document>) -> Result<Vec<Document>, StoreError> {
        let mut cursor = self.ask(find.read_concern(ReadConcern::snapshot())).await?;
        let mut found = Vec::new();
        while self.ask(cursor.advance()).await? {
            found.push(cursor.deserialize_current().map_err(|error| self.failed(&error))?);
        }
        Ok(found)
    }

    fn record(&self, document: &Document) -> Result<Record, StoreError> {
        let unreadable = || format!("a record cannot be read: {:?}", document.get("_id"));
        read(document).ok_or_else(|| self.corrupt(unreadable()))
    }

    pub(crate) async fn get_many(&self, id: &PartitionId, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let hash = hash(id);
        let mut records: HashMap<Key, Record> = HashMap::with_capacity(keys.len());
        for some in keys.chunks(NAMES_AT_ONCE) {
            let names: Vec<Document> = some.iter().map(|key| name(&hash, key)).collect();
            let find = self.records.find(doc! { "_id": { "$in": names }, "x": { "$exists": false } });
            for document in self.all(find).await? {
                let record = self.record(&document)?;
                records.insert(record.key.clone(), record);
            }
        }
        Ok(keys.iter().map(|key| records.get(key).cloned()).collect())
    }

    pub(crate) async fn scan(&self, id: &PartitionId, scan: &Scan) -> Result<Page<Record>, StoreError> {
        let (after, before) = scan.range()?;
        let direction = match scan.order {
            Order::Ascending => 1,
            Order::Descending => -1,
        };
        let fields = ["t", "_id.i"];
        let values = |place: &Position| [Bson::Int64(place.at), Bson::String(place.id.clone())];
        let within = doc! {
            "_id.p": hash(id), "_id.k": scan.kind.as_str(), "t": { "$gte": after.at, "$lte": before.at },
            "$and": [pair(fields, "$gt", values(&after)), pair(fields, "$lt", values(&before))],
        };
        // One more than the page holds, to know whether there is a next.
        let limit = as_limit(scan.page_size() + 1);
        let mut find = self.records.find(within).sort(doc! { "t": direction, "_id.i": direction }).limit(limit);
        if !scan.blobs {
            find = find.projection(doc! { "b": 0 });
        }
        let mut found = self.all(find).await?;
        let more = found.len() > scan.page_size();
        found.truncate(scan.page_size());
        let items: Vec<Record> = found.iter().map(|document| self.record(document)).collect::<Result<_, _>>()?;
        let place_of = |last: &Record| Position { at: micros(last.at), id: last.key.id.clone() };
        let next = items.last().filter(|_| more).map(|last| place_of(last).to_cursor());
        Ok(Page { items, next })
    }

    pub(crate) async fn changes(
        &self,
        id: &PartitionId,
        kind: Kind,
        since: u64,
        limit: usize,
    ) -> Result<Feed, StoreError> {
        check_feed(kind, limit)?;
        // The head first: what is read after it holds all that it counts.
        let head = self.head(id).await?;
        let mut feed = Feed { generation: head.generation, head: head.seq, touched: Vec::new(), more: false };
        if since >= head.seq {
            return Ok(feed);
        }
        let mut within = doc! {
            "_id.p": hash(id), "_id.k": kind.as_str(), "s": { "$gt": number(since), "$lte": number(head.seq) },
        };
        // Whoever starts from nothing has nothing that could be gone.
        if since == 0 {
            within.insert("x", doc! { "$exists": false });
        }
        // The page ends where a commit does, and none is longer.
        let most = as_limit(limit.saturating_add(MAX_CHANGES + 1));
        let find = self.records.find(within).sort(doc! { "s": 1, "_id.i": 1 }).limit(most);
        for document in self.all(find.projection(doc! { "s": 1, "x": 1 })).await? {
            let (Some(seq), Some(key)) = (number_of(&document, "s"), key_of(&document)) else {
                return Err(self.corrupt(format!("a change cannot be read: {:?}", document.get("_id"))));
            };
            if feed.touched.len() >= limit && feed.touched.last().is_some_and(|last| last.seq != seq) {
                feed.more = true;
                break;
            }
            feed.touched.push(Touched { seq, id: key.id, deleted: document.get_bool("x").unwrap_or(false) });
        }
        Ok(feed)
    }

    pub(crate) async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError> {
        // A limit of nothing would mean no limit.
        if limit == 0 {
            return Ok(Vec::new());
        }
        let find = self.records.find(doc! { "j": true, "t": { "$lte": micros(before) } });
        let find = find.sort(doc! { "t": 1, "a": 1, "u": 1, "_id.i": 1 }).limit(as_limit(limit));
        let jobs = self.all(find).await?;
        let mut due = Vec::with_capacity(jobs.len());
        for job in &jobs {
            let partition = partition_of(job);
            let partition =
                partition.ok_or_else(|| self.corrupt(format!("a job of nobody's: {:?}", job.get("_id"))))?;
            due.push((partition, self.record(job)?));
        }
        // Jobs of somebody who is being erased are not done any more.
        let mut hashes: Vec<String> = due.iter().map(|(partition, _)| hash(&partition.id)).collect();
        hashes.dedup();
        let heads = self.all(self.partitions.find(doc! { "_id": { "$in": hashes } })).await?;
        let generations: HashMap<&str, u64> = heads
            .iter()
            .filter_map(|head| Some((head.get_str("_id").ok()?, Head::read(Some(head)).generation)))
            .collect();
        due.retain(|(partition, _)| generations.get(hash(&partition.id).as_str()) == Some(&partition.generation));
        Ok(due)
    }

    pub(crate) async fn partitions(
        &self,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<Page<PartitionInfo>, StoreError> {
        let (limit, after) = partitions_page(limit, cursor.as_ref())?;
        let mut within = doc! { "r": { "$gt": 0 }, "_id": { "$ne": hash(&PartitionId::system()) } };
        if let Some(after) = after {
            let values = [Bson::String(after.account().into()), Bson::String(after.subject().into())];
            within.extend(pair(["a", "u"], "$gt", values));
        }
        let find = self.partitions.find(within).sort(doc! { "a": 1, "u": 1 }).limit(as_limit(limit + 1));
        let mut found = self.all(find).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let info = |document: &Document| {
            let partition = partition_of(document);
            let partition = partition.ok_or_else(|| self.corrupt(format!("nobody's: {:?}", document.get("_id"))))?;
            Ok(PartitionInfo { partition, head: Head::read(Some(document)).seq })
        };
        let items: Vec<PartitionInfo> = found.iter().map(info).collect::<Result<_, StoreError>>()?;
        let next = items.last().filter(|_| more).map(|last| Cursor(last.partition.id.to_string()));
        Ok(Page { items, next })
    }
}
