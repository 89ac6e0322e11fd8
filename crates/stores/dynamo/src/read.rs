//! The port for one partition: what is read, and where commits are handed on.

use crate::DynamoStore;
use crate::content::content_of;
use crate::head::Head;
use crate::item::{BLOB, CHANGE, DOC, GONE, Home, Item, Name, PART, TIME, is, number_of, read, text_of, time};
use crate::request::after;
use crate::schema::{BY_CHANGE, BY_TIME};
use crate::transact::Tries;
use async_trait::async_trait;
use futures_util::future::ready;
use futures_util::{StreamExt, TryStreamExt};
use philia_ports::store::{
    Change, Feed, Key, Kind, MAX_CHANGES, MAX_PAGE, Order, Page, Partition, PartitionId, Position, Record, Scan, Store,
    StoreError, Touched, check_changes, check_feed, micros,
};

#[async_trait]
impl Store for DynamoStore {
    async fn open(&self, id: &PartitionId) -> Result<Partition, StoreError> {
        Ok(self.head(&Home::of(id)).await?.partition())
    }

    async fn commit(&self, partition: &Partition, changes: Vec<Change>) -> Result<u64, StoreError> {
        check_changes(&changes)?;
        let (store, partition) = (self.clone(), partition.clone());
        self.to_its_end(async move { store.commit_changes(&partition, &changes).await }).await
    }

    async fn get_many(&self, partition: &Partition, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let home = Home::of(&partition.id);
        let names: Vec<Name> = keys.iter().map(|key| home.record(key)).collect();
        let mut tries = Tries::default();
        while tries.next().await {
            let items = self.get_all(&names, None).await?;
            if let Some(records) = self.records(&home, items, true).await? {
                return Ok(records);
            }
        }
        Err(self.corrupt("the content of a record is missing"))
    }

    async fn scan(&self, partition: &Partition, scan: &Scan) -> Result<Page<Record>, StoreError> {
        let (from, until) = scan.range()?;
        let (from, until) = (after(&time(&from)), time(&until));
        if from > until {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let (home, size) = (Home::of(&partition.id), scan.page_size());
        let pk = home.pk(scan.kind);
        let mut tries = Tries::default();
        while tries.next().await {
            let range = self.range(&BY_TIME, &pk, (&from, &until), size + 2);
            let range = range.scan_index_forward(scan.order == Order::Ascending);
            // The end of the range does not belong to it. One more than the page holds tells whether there is a next.
            let places = self.items(range).try_filter(|item| ready(text_of(item, TIME) != until)).take(size + 1);
            let mut items: Vec<Item> = places.try_collect().await?;
            let more = items.len() > size;
            items.truncate(size);
            if scan.blobs {
                items = self.own(&items, TIME).await?;
            }
            let records = self.records(&home, items, scan.blobs).await?;
            if let Some(items) = records.and_then(|records| records.into_iter().collect::<Option<Vec<Record>>>()) {
                let place = |last: &Record| Position { at: micros(last.at), id: last.key.id.clone() };
                let next = items.last().filter(|_| more).map(|last| place(last).to_cursor());
                return Ok(Page { items, next });
            }
        }
        Err(self.corrupt("the content of a record is missing"))
    }

    async fn changes(&self, partition: &Partition, kind: Kind, since: u64, limit: usize) -> Result<Feed, StoreError> {
        check_feed(kind, limit)?;
        let home = Home::of(&partition.id);
        let mut tries = Tries::default();
        while tries.next().await {
            let head = self.head(&home).await?;
            let mut feed = self.feed(&head, kind, since, limit).await?;
            // A query may come upon a transaction before all that it wrote can be seen. The newest commit is told whole
            // or not yet.
            let of_newest = feed.touched.iter().filter(|touched| touched.seq == head.seq).count() as u64;
            if feed.more || since >= head.seq || of_newest == number_of(&head.touched, kind.as_str()) {
                // Whoever starts from nothing has nothing that could be gone.
                feed.touched.retain(|touched| since > 0 || !touched.deleted);
                return Ok(feed);
            }
        }
        Err(self.unavailable("others commit faster than their changes can be read"))
    }
}

impl DynamoStore {
    /// The items that places in an index stand for, in their order, each empty where it has gone or moved meanwhile.
    pub(crate) async fn own(&self, places: &[Item], sorted_by: &str) -> Result<Vec<Item>, StoreError> {
        let names: Vec<Name> = places.iter().map(Name::of).collect();
        let mut items = self.get_all(&names, None).await?;
        for (item, place) in items.iter_mut().zip(places) {
            if text_of(item, sorted_by) != text_of(place, sorted_by) {
                item.clear();
            }
        }
        Ok(items)
    }

    /// The records of items in their order, each with what is kept apart from it; none where there is none. None at all
    /// if they have to be read again: a commit was completed just now, or what is kept apart was replaced meanwhile.
    pub(crate) async fn records(
        &self,
        home: &Home,
        mut items: Vec<Item>,
        blobs: bool,
    ) -> Result<Option<Vec<Option<Record>>>, StoreError> {
        if items.iter().any(|item| is(item, PART)) {
            let head = Head::read(home.clone(), &self.get(&home.head()).await?);
            if !head.rest.is_empty() {
                self.settle(&head).await?;
                return Ok(None);
            }
        }
        let apart = |item: &Item| content_of(item).filter(|_| blobs || !item.contains_key(DOC));
        let names: Vec<Name> = items.iter().filter_map(apart).collect();
        let mut contents = self.get_all(&names, None).await?.into_iter();
        for item in items.iter_mut().filter(|item| apart(item).is_some()) {
            let content = contents.next().unwrap_or_default();
            if content.is_empty() {
                return Ok(None);
            }
            item.extend(content.into_iter().filter(|(name, _)| name == DOC || (blobs && name == BLOB)));
        }
        let record = |item: Item| {
            if item.is_empty() || is(&item, GONE) {
                return Ok(None);
            }
            let unreadable = || self.corrupt(format!("a record cannot be read: {:?}", Name::of(&item)));
            read(&item).ok_or_else(unreadable).map(Some)
        };
        items.into_iter().map(record).collect::<Result<_, _>>().map(Some)
    }

    /// What was touched after a commit, up to the head.
    async fn feed(&self, head: &Head, kind: Kind, since: u64, limit: usize) -> Result<Feed, StoreError> {
        let mut feed = Feed { generation: head.generation, head: head.seq, touched: Vec::new(), more: false };
        if since >= head.seq {
            return Ok(feed);
        }
        let place = |seq: u64| format!("{:016x}", seq.saturating_add(1));
        // The page may end where a commit does.
        let most = limit.saturating_add(MAX_CHANGES + 1).min(MAX_PAGE);
        let range = self.range(&BY_CHANGE, &head.home.pk(kind), (&place(since), &place(head.seq)), most);
        let mut items = self.items(range);
        while let Some(item) = items.try_next().await? {
            let (seq, id) = text_of(&item, CHANGE).split_at_checked(16).unwrap_or_default();
            let seq = u64::from_str_radix(seq, 16);
            let seq = seq.map_err(|_| self.corrupt(format!("a change of no number: {:?}", Name::of(&item))))?;
            if feed.touched.len() >= limit && feed.touched.last().is_some_and(|last| last.seq != seq) {
                feed.more = true;
                break;
            }
            feed.touched.push(Touched { seq, id: id.to_owned(), deleted: is(&item, GONE) });
        }
        Ok(feed)
    }
}
