//! The record store in memory: `memory://`, evaluations and tests.
//!
//! It is also the plainest statement of what a store does: every other adapter is compared with it.

use async_trait::async_trait;
use jiff::Timestamp;
use philia_ports::store::{
    Change, Cursor, Draft, Feed, Key, Kind, Order, Page, Partition, PartitionId, PartitionInfo, Position, Record, Scan,
    Store, StoreAdmin, StoreError, StoreHealth, Touched, check_changes, check_feed, from_micros, micros,
    partitions_page,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Records in memory, gone with the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    partitions: BTreeMap<PartitionId, Contents>,
    /// How often a partition was erased; kept when its contents are not.
    generations: HashMap<PartitionId, u64>,
}

impl State {
    fn generation(&self, id: &PartitionId) -> u64 {
        self.generations.get(id).copied().unwrap_or(0)
    }

    fn table(&self, id: &PartitionId, kind: Kind) -> Option<&Table> {
        self.partitions.get(id)?.tables.get(&kind)
    }
}

/// What one partition holds.
#[derive(Debug, Default)]
struct Contents {
    head: u64,
    tables: BTreeMap<Kind, Table>,
}

/// The records of one kind, by name, by time and by the commit that changed them last.
#[derive(Debug, Default)]
struct Table {
    records: BTreeMap<String, Record>,
    by_time: BTreeSet<Position>,
    /// Also of those that are gone.
    last_change: HashMap<String, u64>,
    by_change: BTreeSet<(u64, String)>,
}

impl Contents {
    fn version(&self, key: &Key) -> Option<u64> {
        Some(self.tables.get(&key.kind)?.records.get(&key.id)?.version)
    }

    fn holds(&self, change: &Change) -> bool {
        match change {
            Change::Insert(draft) => self.version(&draft.key).is_none(),
            Change::Put { draft, expected } => self.version(&draft.key) == Some(*expected),
            Change::Delete { key, expected: Some(expected) } => self.version(key) == Some(*expected),
            Change::Delete { expected: None, .. } => true,
        }
    }

    fn apply(&mut self, change: Change, seq: u64) {
        let version = self.version(change.key()).unwrap_or(0) + 1;
        let table = self.tables.entry(change.key().kind).or_default();
        match change {
            Change::Insert(draft) | Change::Put { draft, .. } => table.write(draft, version, seq),
            Change::Delete { key, .. } => table.remove(&key.id, seq),
        }
    }
}

impl Table {
    fn write(&mut self, draft: Draft, version: u64, seq: u64) {
        let Draft { key, at, doc, blob } = draft;
        self.touch(&key.id, seq);
        let at = to_micros(at);
        self.by_time.insert(position(at, &key.id));
        let id = key.id.clone();
        if let Some(old) = self.records.insert(id, Record { key, at, version, doc, blob })
            && old.at != at
        {
            self.by_time.remove(&position(old.at, &old.key.id));
        }
    }

    fn remove(&mut self, id: &str, seq: u64) {
        if let Some(old) = self.records.remove(id) {
            self.touch(id, seq);
            self.by_time.remove(&position(old.at, id));
        }
    }

    fn touch(&mut self, id: &str, seq: u64) {
        if let Some(before) = self.last_change.insert(id.into(), seq) {
            self.by_change.remove(&(before, id.into()));
        }
        self.by_change.insert((seq, id.into()));
    }

    fn scan(&self, scan: &Scan) -> Result<Page<Record>, StoreError> {
        let (after, before) = scan.range()?;
        if after >= before {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let range = self.by_time.range((Bound::Excluded(after), Bound::Excluded(before)));
        let mut places: Vec<&Position> = match scan.order {
            Order::Ascending => range.take(scan.page_size() + 1).collect(),
            Order::Descending => range.rev().take(scan.page_size() + 1).collect(),
        };
        let more = places.len() > scan.page_size();
        places.truncate(scan.page_size());
        let next = places.last().filter(|_| more).map(|place| place.to_cursor());
        let items = places.iter().filter_map(|place| self.records.get(&place.id)).map(|record| Record {
            blob: record.blob.clone().filter(|_| scan.blobs),
            key: record.key.clone(),
            doc: record.doc.clone(),
            ..*record
        });
        Ok(Page { items: items.collect(), next })
    }

    /// The changes after a commit, and whether there are more.
    fn changes(&self, since: u64, limit: usize) -> (Vec<Touched>, bool) {
        let mut touched: Vec<Touched> = Vec::new();
        for (seq, id) in self.by_change.range((since.saturating_add(1), String::new())..) {
            if touched.len() >= limit && touched.last().is_some_and(|last| last.seq != *seq) {
                return (touched, true);
            }
            touched.push(Touched { seq: *seq, id: id.clone(), deleted: !self.records.contains_key(id) });
        }
        (touched, false)
    }
}

fn to_micros(at: Timestamp) -> Timestamp {
    from_micros(micros(at)).unwrap_or(at)
}

fn position(at: Timestamp, id: &str) -> Position {
    Position { at: micros(at), id: id.into() }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    // A panic while the lock was held can only be one of the allocator's; the maps are as they were.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn open(&self, id: &PartitionId) -> Result<Partition, StoreError> {
        Ok(Partition { id: id.clone(), generation: self.read().generation(id) })
    }

    async fn commit(&self, partition: &Partition, changes: Vec<Change>) -> Result<u64, StoreError> {
        check_changes(&changes)?;
        let mut state = self.write();
        if state.generation(&partition.id) != partition.generation {
            return Err(StoreError::Erased);
        }
        let contents = state.partitions.entry(partition.id.clone()).or_default();
        // No change of a commit touches another's record, so all can be judged before any is made.
        if let Some(change) = changes.iter().find(|change| !contents.holds(change)) {
            return Err(StoreError::Conflict(change.key().clone()));
        }
        contents.head += 1;
        let seq = contents.head;
        for change in changes {
            contents.apply(change, seq);
        }
        Ok(seq)
    }

    async fn get_many(&self, partition: &Partition, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let state = self.read();
        let get = |key: &Key| state.table(&partition.id, key.kind)?.records.get(&key.id).cloned();
        Ok(keys.iter().map(get).collect())
    }

    async fn scan(&self, partition: &Partition, scan: &Scan) -> Result<Page<Record>, StoreError> {
        match self.read().table(&partition.id, scan.kind) {
            Some(table) => table.scan(scan),
            None => Table::default().scan(scan),
        }
    }

    async fn changes(&self, partition: &Partition, kind: Kind, since: u64, limit: usize) -> Result<Feed, StoreError> {
        check_feed(kind, limit)?;
        let state = self.read();
        let (touched, more) =
            state.table(&partition.id, kind).map_or_else(Default::default, |t| t.changes(since, limit));
        let head = state.partitions.get(&partition.id).map_or(0, |contents| contents.head);
        Ok(Feed { generation: state.generation(&partition.id), head, touched, more })
    }
}

#[async_trait]
impl StoreAdmin for MemoryStore {
    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError> {
        let state = self.read();
        let until = Position { at: micros(before).saturating_add(1), id: String::new() };
        let mut due: Vec<(&PartitionId, &Record)> = Vec::new();
        for (id, contents) in &state.partitions {
            if let Some(jobs) = contents.tables.get(&Kind::Job) {
                due.extend(jobs.by_time.range(..&until).filter_map(|place| Some((id, jobs.records.get(&place.id)?))));
            }
        }
        // A stable sort: within an instant the order of partitions and ids stays.
        due.sort_by_key(|(_, job)| job.at);
        let handle = |id: &PartitionId| Partition { id: id.clone(), generation: state.generation(id) };
        Ok(due.into_iter().take(limit).map(|(id, job)| (handle(id), job.clone())).collect())
    }

    async fn partitions(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<PartitionInfo>, StoreError> {
        let (limit, after) = partitions_page(limit, cursor.as_ref())?;
        let state = self.read();
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let holds_any = |contents: &Contents| contents.tables.values().any(|table| !table.records.is_empty());
        let mut some = state
            .partitions
            .range((after, Bound::Unbounded))
            .filter(|(id, contents)| **id != PartitionId::system() && holds_any(contents))
            .map(|(id, contents)| PartitionInfo {
                partition: Partition { id: id.clone(), generation: state.generation(id) },
                head: contents.head,
            });
        let items: Vec<_> = some.by_ref().take(limit).collect();
        let next = some.next().and(items.last()).map(|last| Cursor(last.partition.id.to_string()));
        Ok(Page { items, next })
    }

    async fn erase(&self, id: &PartitionId) -> Result<(), StoreError> {
        let mut state = self.write();
        state.partitions.remove(id);
        *state.generations.entry(id.clone()).or_default() += 1;
        Ok(())
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn health(&self) -> Result<StoreHealth, StoreError> {
        Ok(StoreHealth { engine: "memory".into(), location: "memory://".into(), bytes: None })
    }
}
