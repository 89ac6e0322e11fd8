//! Reading. Every read is strongly consistent but that of due jobs, which finds them by a global index.

use crate::Inner;
use crate::content::content;
use crate::head::Head;
use crate::item::{
    BLOB, CHANGE, CONTENT, DOC, DUE, GONE, Home, Item, PART, PK, SHARD, SHARDS, SK, TIME, due_of, due_shard, entry_of,
    is, key_of, name_of, read, record_of, sortable, text, text_of, time,
};
use crate::schema::{BY_CHANGE, BY_DUE, BY_TIME};
use crate::transact::back_off;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use philia_ports::store::{
    Cursor, Feed, Key, Kind, MAX_CHANGES, MAX_PAGE, Order, Page, Partition, PartitionId, PartitionInfo, Position,
    Record, Scan, StoreError, Touched, check_feed, micros, partitions_page,
};
use std::collections::{HashMap, HashSet};

/// The most keys of one request.
const KEYS_AT_ONCE: usize = 100;

/// So many requests of one read are under way at once.
const REQUESTS_AT_ONCE: usize = 4;

/// So often is read again what others rewrite while it is read.
const ROUNDS: u32 = 30;

/// A range of one partition key, both ends included, in a table or an index.
pub(crate) struct Query<'a> {
    index: Option<&'a str>,
    hash: &'a str,
    pk: &'a str,
    range: &'a str,
    from: &'a str,
    until: &'a str,
    descending: bool,
    limit: usize,
}

impl<'a> Query<'a> {
    /// A range of the table, from its beginning, as much as comes at once.
    pub(crate) fn within(pk: &'a str, range: &'a str, from: &'a str, until: &'a str) -> Self {
        Self { index: None, hash: PK, pk, range, from, until, descending: false, limit: MAX_PAGE }
    }
}

/// The next text that a key may be: none of ours holds the character appended.
pub(crate) fn after(text: &str) -> String {
    format!("{text}\u{1}")
}

impl Inner {
    /// One item.
    pub(crate) async fn get(&self, key: Item) -> Result<Option<Item>, StoreError> {
        let get = self.client.get_item().table_name(&self.place.table).set_key(Some(key)).consistent_read(true);
        Ok(get.send().await.map_err(|error| self.failed(error))?.item)
    }

    /// The items of those keys that are there, in no order. No key may be named twice.
    pub(crate) async fn batch_get(&self, keys: Vec<Item>, only: Option<&str>) -> Result<Vec<Item>, StoreError> {
        let batches: Vec<Vec<Item>> = keys.chunks(KEYS_AT_ONCE).map(<[Item]>::to_vec).collect();
        let found = stream::iter(batches).map(|batch| self.get_batch(batch, only)).buffered(REQUESTS_AT_ONCE);
        let found: Vec<Vec<Item>> = found.try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn get_batch(&self, mut keys: Vec<Item>, only: Option<&str>) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::new();
        for tried in 0..ROUNDS {
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
            let wanted = wanted.set_projection_expression(only.map(str::to_owned)).build();
            let wanted = wanted.map_err(|error| self.unavailable(&error.to_string()))?;
            let got = self.client.batch_get_item().request_items(&self.place.table, wanted).send().await;
            let got = got.map_err(|error| self.failed(error))?;
            let some = got.responses.into_iter().flatten().flat_map(|(_, items)| items);
            let before = found.len();
            found.extend(some);
            keys = got.unprocessed_keys.into_iter().flatten().flat_map(|(_, left)| left.keys).collect();
            if keys.is_empty() {
                return Ok(found);
            }
            // More than sixteen megabytes come in parts; nothing at all means that it is too much at once.
            if found.len() == before {
                back_off(tried).await;
            }
        }
        Err(self.unavailable("too much at once"))
    }

    /// What comes at once of a range, and whether there is more.
    pub(crate) async fn query(&self, query: &Query<'_>) -> Result<(Vec<Item>, bool), StoreError> {
        let Query { index, hash, pk, range, from, until, descending, limit } = *query;
        let request = self.client.query().table_name(&self.place.table).set_index_name(index.map(str::to_owned));
        let request = request
            .key_condition_expression(format!("{hash} = :h AND {range} BETWEEN :from AND :until"))
            .expression_attribute_values(":h", text(pk))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":until", text(until))
            .scan_index_forward(!descending)
            .consistent_read(hash == PK)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let answer = request.send().await.map_err(|error| self.failed(error))?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key.is_some()))
    }

    /// The records of items that are there, each with what is kept apart from it; none where that was replaced
    /// meanwhile.
    async fn complete(&self, kind: Kind, mut items: Vec<Item>, blobs: bool) -> Result<Option<Vec<Record>>, StoreError> {
        let wanted = |item: &&Item| item.contains_key(CONTENT) && (blobs || !item.contains_key(DOC));
        let keys: Vec<Item> =
            items.iter().filter(wanted).filter_map(|item| Some(content(text_of(item, CONTENT)?))).collect();
        if !keys.is_empty() {
            let contents = self.batch_get(keys, None).await?;
            let mut by_id: HashMap<String, Item> =
                contents.into_iter().filter_map(|item| Some((text_of(&item, PK)?.to_owned(), item))).collect();
            for item in items.iter_mut().filter(|item| wanted(&&**item)) {
                let id = format!("content#{}", text_of(item, CONTENT).unwrap_or_default());
                let Some(content) = by_id.remove(&id) else { return Ok(None) };
                let more = content.into_iter().filter(|(name, _)| name == DOC || (blobs && name == BLOB));
                item.extend(more);
            }
        }
        let record = |item: &Item| {
            read(kind, item).ok_or_else(|| self.corrupt(format!("a record cannot be read: {:?}", name_of(item))))
        };
        items.iter().map(record).collect::<Result<_, _>>().map(Some)
    }

    /// Is all there of the commits that wrote these? False if one was completed just now: they have to be read again.
    async fn whole(&self, home: &Home, items: &[Item]) -> Result<bool, StoreError> {
        if !items.iter().any(|item| is(item, PART)) {
            return Ok(true);
        }
        let head = Head::read(home, self.get(home.head()).await?.as_ref());
        if head.rest.is_empty() {
            return Ok(true);
        }
        self.settle(&head).await?;
        Ok(false)
    }

    pub(crate) async fn get_many(&self, id: &PartitionId, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let home = Home::of(id);
        // Names that no record can have are not asked for: they may not be allowed as keys either.
        let allowed = |key: &&Key| !key.id.is_empty() && key.id.len() <= 256;
        let unique: HashSet<&Key> = keys.iter().filter(allowed).collect();
        let mut by_kind: HashMap<Kind, Vec<Item>> = HashMap::new();
        for tried in 0..ROUNDS {
            by_kind.clear();
            let found = self.batch_get(unique.iter().map(|key| home.record(key)).collect(), None).await?;
            if !self.whole(&home, &found).await? {
                continue;
            }
            for item in found.into_iter().filter(|item| !is(item, GONE)) {
                let key = record_of(&item);
                let kind = key.ok_or_else(|| self.corrupt(format!("an item of no kind: {:?}", name_of(&item))))?.kind;
                by_kind.entry(kind).or_default().push(item);
            }
            let mut records: HashMap<Key, Record> = HashMap::new();
            let mut whole = true;
            for (kind, items) in std::mem::take(&mut by_kind) {
                match self.complete(kind, items, true).await? {
                    Some(some) => records.extend(some.into_iter().map(|record| (record.key.clone(), record))),
                    None => whole = false,
                }
            }
            if whole {
                return Ok(keys.iter().map(|key| records.get(key).cloned()).collect());
            }
            back_off(tried).await;
        }
        Err(self.corrupt("the content of a record is missing"))
    }

    pub(crate) async fn scan(&self, id: &PartitionId, scan: &Scan) -> Result<Page<Record>, StoreError> {
        let (after, before) = scan.range()?;
        let home = Home::of(id);
        for tried in 0..ROUNDS {
            if let Some(page) = self.page(&home, scan, &after, &before).await? {
                return Ok(page);
            }
            back_off(tried).await;
        }
        Err(self.corrupt("the content of a record is missing"))
    }

    /// A page of a scan; none if what it holds was replaced meanwhile.
    async fn page(
        &self,
        home: &Home,
        scan: &Scan,
        after: &Position,
        before: &Position,
    ) -> Result<Option<Page<Record>>, StoreError> {
        let pk = home.pk(scan.kind);
        let descending = scan.order == Order::Descending;
        let (mut from, mut until) = (self::after(&time(after)), time(before));
        let mut items: Vec<Item> = Vec::new();
        // One more than the page holds, to know whether there is a next.
        while after < before && from <= until && items.len() <= scan.page_size() {
            let limit = scan.page_size() + 2 - items.len();
            let (index, range) = (Some(BY_TIME), TIME);
            let query = Query { index, range, descending, limit, ..Query::within(&pk, range, &from, &until) };
            let (mut some, more) = self.query(&query).await?;
            let last = some.last().and_then(|last| text_of(last, TIME)).map(str::to_owned);
            // The end of the range does not belong to it.
            some.retain(|item| text_of(item, TIME) != Some(until.as_str()));
            if scan.blobs {
                some = self.with_blobs(some).await?;
            }
            items.extend(some);
            match last.filter(|_| more) {
                Some(last) if descending => until = last,
                Some(last) => from = self::after(&last),
                None => break,
            }
        }
        if !self.whole(home, &items).await? {
            return Ok(None);
        }
        let more = items.len() > scan.page_size();
        items.truncate(scan.page_size());
        let Some(items) = self.complete(scan.kind, items, scan.blobs).await? else { return Ok(None) };
        let place_of = |last: &Record| Position { at: micros(last.at), id: last.key.id.clone() };
        let next = items.last().filter(|_| more).map(|last| place_of(last).to_cursor());
        Ok(Some(Page { items, next }))
    }

    /// The records themselves of items of `by_time`, without those that have gone or moved meanwhile.
    async fn with_blobs(&self, items: Vec<Item>) -> Result<Vec<Item>, StoreError> {
        let found = self.batch_get(items.iter().map(key_of).collect(), None).await?;
        let mut by_name: HashMap<String, Item> =
            found.into_iter().filter_map(|item| Some((text_of(&item, SK)?.to_owned(), item))).collect();
        let own =
            |item: &Item| by_name.remove(text_of(item, SK)?).filter(|own| text_of(own, TIME) == text_of(item, TIME));
        Ok(items.iter().filter_map(own).collect())
    }

    pub(crate) async fn changes(
        &self,
        id: &PartitionId,
        kind: Kind,
        since: u64,
        limit: usize,
    ) -> Result<Feed, StoreError> {
        check_feed(kind, limit)?;
        let home = Home::of(id);
        for tried in 0..ROUNDS {
            let head = self.head(&home).await?;
            let (touched, more) = self.touched(&head, kind, since, limit).await?;
            // A query may come upon a transaction before all that it wrote can be seen. The newest commit is told whole
            // or not yet.
            let of_newest = touched.iter().filter(|touched| touched.seq == head.seq).count() as u64;
            if !more && since < head.seq && of_newest != head.touched(kind) {
                back_off(tried.min(3)).await;
                continue;
            }
            // Whoever starts from nothing has nothing that could be gone.
            let touched = touched.into_iter().filter(|touched| since > 0 || !touched.deleted).collect();
            return Ok(Feed { generation: head.generation, head: head.seq, touched, more });
        }
        Err(self.unavailable("others commit faster than their changes can be read"))
    }

    /// What was touched after a commit, up to the head.
    async fn touched(
        &self,
        head: &Head,
        kind: Kind,
        since: u64,
        limit: usize,
    ) -> Result<(Vec<Touched>, bool), StoreError> {
        let pk = head.home.pk(kind);
        let place = |seq: u64| format!("{:016x}", seq.saturating_add(1));
        let (mut from, until) = (place(since), place(head.seq));
        let mut touched: Vec<Touched> = Vec::new();
        while from < until {
            // The page may end where a commit does.
            let most = limit.saturating_sub(touched.len()).saturating_add(MAX_CHANGES + 1).min(MAX_PAGE);
            let (index, range) = (Some(BY_CHANGE), CHANGE);
            let query = Query { index, range, limit: most, ..Query::within(&pk, range, &from, &until) };
            let (items, more) = self.query(&query).await?;
            for item in &items {
                let place = text_of(item, CHANGE).unwrap_or_default();
                let seq = place.get(..16).and_then(|seq| u64::from_str_radix(seq, 16).ok());
                let seq = seq.ok_or_else(|| self.corrupt(format!("a change of no number: {:?}", name_of(item))))?;
                if touched.len() >= limit && touched.last().is_some_and(|last| last.seq != seq) {
                    return Ok((touched, true));
                }
                touched.push(Touched { seq, id: place[16..].to_owned(), deleted: is(item, GONE) });
            }
            match items.last().and_then(|last| text_of(last, CHANGE)).filter(|_| more) {
                Some(last) => from = after(last),
                None => break,
            }
        }
        Ok((touched, false))
    }

    pub(crate) async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let until = sortable(micros(before).saturating_add(1));
        let shards = stream::iter(0..SHARDS).map(|shard| self.due_of_shard(shard, &until, limit));
        let found: Vec<Vec<Item>> = shards.buffered(SHARDS.into()).try_collect().await?;
        let mut found: Vec<Item> = found.into_iter().flatten().collect();
        found.sort_by(|a, b| text_of(a, DUE).cmp(&text_of(b, DUE)));
        found.truncate(limit);
        // The index may tell of a job what it was a moment ago: what counts is the job itself.
        let own = self.batch_get(found.iter().map(key_of).collect(), None).await?;
        let mut own: HashMap<(String, String), Item> = own
            .into_iter()
            .filter_map(|item| {
                let (pk, sk) = name_of(&item)?;
                Some(((pk.to_owned(), sk.to_owned()), item))
            })
            .collect();
        let mut jobs: Vec<(PartitionId, Item)> = Vec::new();
        for place in &found {
            let (id, _) =
                due_of(place).ok_or_else(|| self.corrupt(format!("a job of nobody's: {:?}", name_of(place))))?;
            let job = name_of(place).and_then(|(pk, sk)| own.remove(&(pk.to_owned(), sk.to_owned())));
            jobs.extend(job.filter(|job| text_of(job, DUE) == text_of(place, DUE)).map(|job| (id, job)));
        }
        let homes: HashSet<&PartitionId> = jobs.iter().map(|(id, _)| id).collect();
        let heads = self.heads(&homes.into_iter().map(Home::of).collect::<Vec<_>>()).await?;
        let mut due = Vec::new();
        for (id, job) in jobs {
            let Some(head) = heads.get(&Home::of(&id).hash).filter(|head| !head.erasing) else { continue };
            // None if it was done meanwhile.
            let record = self.complete(Kind::Job, vec![job], true).await?.and_then(|mut one| one.pop());
            due.extend(record.map(|record| (Partition { id, generation: head.generation }, record)));
        }
        Ok(due)
    }

    async fn due_of_shard(&self, shard: u8, until: &str, limit: usize) -> Result<Vec<Item>, StoreError> {
        let (pk, mut from, mut found) = (due_shard(shard), "0".to_owned(), Vec::new());
        while found.len() < limit {
            let query = Query {
                index: Some(BY_DUE),
                hash: SHARD,
                limit: limit - found.len(),
                ..Query::within(&pk, DUE, &from, until)
            };
            let (some, more) = self.query(&query).await?;
            let last = some.last().and_then(|last| text_of(last, DUE)).map(after);
            found.extend(some);
            match last.filter(|_| more) {
                Some(last) => from = last,
                None => break,
            }
        }
        Ok(found)
    }

    pub(crate) async fn partitions(
        &self,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<Page<PartitionInfo>, StoreError> {
        let (limit, start) = partitions_page(limit, cursor.as_ref())?;
        let place = |id: &PartitionId| text_of(&Home::of(id).entry(), SK).map(after).unwrap_or_default();
        let mut from = start.as_ref().map_or_else(|| "\u{1}".to_owned(), place);
        // No name is as long.
        let until = "\u{10ffff}".repeat(80);
        let mut found: Vec<PartitionInfo> = Vec::new();
        // One more than the page holds, to know whether there is a next.
        while found.len() <= limit {
            let query = Query { limit: limit + 1 - found.len(), ..Query::within("directory", SK, &from, &until) };
            let (entries, more) = self.query(&query).await?;
            let homes: Vec<Home> = entries.iter().filter_map(entry_of).map(|id| Home::of(&id)).collect();
            let heads = self.heads(&homes).await?;
            // An entry stays when all that it stands for is deleted.
            let heads = homes.iter().filter_map(|home| heads.get(&home.hash));
            found.extend(heads.filter(|head| head.records > 0).map(|head| PartitionInfo {
                partition: Partition { id: head.home.id.clone(), generation: head.generation },
                head: head.seq,
            }));
            match entries.last().and_then(|last| text_of(last, SK)).filter(|_| more) {
                Some(last) => from = after(last),
                None => break,
            }
        }
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| Cursor(last.partition.id.to_string()));
        Ok(Page { items: found, next })
    }
}
