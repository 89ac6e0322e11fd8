//! The vault: a store before the store, which seals what comes and opens what goes for those who are sealed.
//!
//! Everything above it reads and writes clear records; every engine, backup and replica below it sees ciphertext. Who
//! is sealed has a record of their keys, wrapped by the master key; who is not has none and pays the look into a table.
//!
//! Sealing what is there, unsealing it, and sealing it anew with another key take their time. Meanwhile a person is
//! between two states: what comes is written as it will be, what is there is found in either. The state changes only
//! while no call of that person is running, so no clear record can come late.

use super::cipher::{Ring, Sealer, is_sealed, open, random, seal};
use super::master::{MasterKey, MasterKeys, Salt};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use philia_ports::store::{
    Change, Cursor, Doc, Draft, Feed, Key, Kind, Page, PartitionInfo, Record, Scan, StoreHealth, check_changes,
};
use philia_ports::{Chance, Clock, Partition, PartitionId, Store, StoreAdmin, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{Mutex as AsyncMutex, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock as AsyncRwLock};

type Result<T> = std::result::Result<T, StoreError>;

/// The id of a person's record of keys.
const KEYS: &str = "keys";
/// The id of the program's own record of the master key.
const MASTER: &str = "master";
/// The job that seals, unseals, or seals anew.
pub(crate) const TASK: &str = "seal";
/// Records sealed or unsealed in one commit: each is a deletion and an insertion.
const BATCH: usize = 48;
/// The same of parts of files.
const FILES: usize = 8;
/// Of so many people it is kept in mind whether they are sealed.
const MOST_ENTRIES: usize = 50_000;

/// What is going on with somebody's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Phase {
    /// All are sealed.
    Sealed,
    /// They are being sealed.
    Sealing,
    /// They are being unsealed.
    Unsealing,
    /// They are being sealed anew, with a new key.
    Rotating,
}

impl Phase {
    /// May a record be clear, or kept under its clear name?
    fn is_mixed(self) -> bool {
        matches!(self, Self::Sealing | Self::Unsealing)
    }
}

/// A person's record of keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Wrapped {
    phase: Phase,
    /// Which master key wraps them.
    master: String,
    /// The keys, wrapped.
    keys: String,
}

/// The program's record of the master key.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct MasterRecord {
    /// Which it is.
    id: String,
    /// What a passphrase is stretched with.
    salt: String,
}

impl MasterRecord {
    fn salt(&self) -> Salt {
        let bytes = STANDARD.decode(&self.salt).unwrap_or_default();
        bytes.try_into().unwrap_or_default()
    }
}

#[derive(Clone)]
struct Sealed {
    sealer: Sealer,
    phase: Phase,
    /// The version of the record of keys.
    version: u64,
}

#[derive(Default)]
enum State {
    #[default]
    Unknown,
    Clear,
    Sealed(Box<Sealed>),
}

#[derive(Default)]
struct Entry {
    /// Read by every call; written while it changes.
    state: Arc<AsyncRwLock<State>>,
    /// Held while records are looked at and changed in either form.
    mixed: AsyncMutex<()>,
    erasing: AtomicBool,
}

/// A store that seals. See the module's words.
pub(crate) struct Vault {
    inner: Arc<dyn StoreAdmin>,
    keys: Arc<dyn MasterKeys>,
    chance: Arc<dyn Chance>,
    clock: Arc<dyn Clock>,
    /// Other instances may change how somebody is kept: what is known of it is looked at before each use.
    shared: bool,
    entries: RwLock<HashMap<PartitionId, Arc<Entry>>>,
    /// Master keys that were read, by their ids.
    masters: RwLock<HashMap<String, MasterKey>>,
}

impl Vault {
    pub(crate) fn new(
        inner: Arc<dyn StoreAdmin>,
        keys: Arc<dyn MasterKeys>,
        chance: Arc<dyn Chance>,
        clock: Arc<dyn Clock>,
        shared: bool,
    ) -> Self {
        Self { inner, keys, chance, clock, shared, entries: RwLock::default(), masters: RwLock::default() }
    }

    /// The store as it is, sealed where it is.
    pub(crate) fn beneath(&self) -> &dyn StoreAdmin {
        &*self.inner
    }

    fn entry(&self, id: &PartitionId) -> Arc<Entry> {
        if let Some(entry) = self.entries.read().unwrap_or_else(PoisonError::into_inner).get(id) {
            return Arc::clone(entry);
        }
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST_ENTRIES {
            entries.retain(|_, entry| Arc::strong_count(entry) > 1);
        }
        Arc::clone(entries.entry(id.clone()).or_default())
    }

    async fn read(&self, id: &PartitionId, entry: &Entry) -> Result<OwnedRwLockReadGuard<State>> {
        if self.shared {
            self.look_again(id, entry).await?;
        }
        loop {
            let state = Arc::clone(&entry.state).read_owned().await;
            if !matches!(*state, State::Unknown) {
                return Ok(state);
            }
            drop(state);
            drop(self.write(id, entry).await?);
        }
    }

    /// Forgets what is known of how somebody is kept, if it is so no more.
    async fn look_again(&self, id: &PartitionId, entry: &Entry) -> Result<()> {
        let known = match &*entry.state.read().await {
            State::Unknown => return Ok(()),
            State::Clear => None,
            State::Sealed(sealed) => Some(sealed.version),
        };
        let now = self.wrapped(id).await?.map(|(_, version)| version);
        if now != known {
            let mut state = entry.state.write().await;
            let unchanged = match &*state {
                State::Unknown => false,
                State::Clear => known.is_none(),
                State::Sealed(sealed) => known == Some(sealed.version),
            };
            if unchanged {
                *state = State::Unknown;
            }
        }
        Ok(())
    }

    async fn write(&self, id: &PartitionId, entry: &Entry) -> Result<OwnedRwLockWriteGuard<State>> {
        if self.shared {
            self.look_again(id, entry).await?;
        }
        let mut state = Arc::clone(&entry.state).write_owned().await;
        if matches!(*state, State::Unknown) {
            *state = match self.wrapped(id).await? {
                None => State::Clear,
                Some((wrapped, version)) => {
                    let sealer = Sealer::new(id, self.unwrap(id, &wrapped).await?);
                    State::Sealed(Box::new(Sealed { sealer, phase: wrapped.phase, version }))
                }
            };
        }
        Ok(state)
    }

    /// A person's record of keys.
    async fn wrapped(&self, id: &PartitionId) -> Result<Option<(Wrapped, u64)>> {
        if *id == PartitionId::system() {
            return Ok(None);
        }
        self.own(id, KEYS).await
    }

    async fn own<T: serde::de::DeserializeOwned>(&self, id: &PartitionId, name: &str) -> Result<Option<(T, u64)>> {
        // Reading asks only who.
        let partition = Partition { id: id.clone(), generation: 0 };
        let found = self.inner.get_many(&partition, &[Key::new(Kind::DataKey, name)]).await?;
        let Some(record) = found.into_iter().next().flatten() else { return Ok(None) };
        let damaged =
            |error: serde_json::Error| StoreError::Locked(format!("the record of keys of {id} is damaged: {error}"));
        Ok(Some((record.doc.read().map_err(damaged)?, record.version)))
    }

    async fn unwrap(&self, id: &PartitionId, wrapped: &Wrapped) -> Result<Ring> {
        let master = match self.known_master(&wrapped.master) {
            Some(master) => master,
            None => {
                self.unlock().await?;
                self.known_master(&wrapped.master).ok_or_else(|| self.wrong(&wrapped.master, None))?
            }
        };
        let bytes = STANDARD.decode(&wrapped.keys).unwrap_or_default();
        let plain = open(master.bytes(), &wrap_place(id), &bytes);
        plain.and_then(|plain| Ring::from_bytes(&plain)).ok_or_else(|| {
            StoreError::Locked(format!(
                "the keys of {id} are damaged, or were put there from elsewhere; nothing was changed"
            ))
        })
    }

    fn wrap(&self, id: &PartitionId, ring: &Ring, phase: Phase, master: &MasterKey) -> Wrapped {
        let nonce = *random(&*self.chance);
        let keys = STANDARD.encode(seal(master.bytes(), nonce, &wrap_place(id), &ring.to_bytes()));
        Wrapped { phase, master: master.id(), keys }
    }

    fn known_master(&self, id: &str) -> Option<MasterKey> {
        self.masters.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn know(&self, keys: Vec<MasterKey>) {
        let mut masters = self.masters.write().unwrap_or_else(PoisonError::into_inner);
        masters.extend(keys.into_iter().map(|key| (key.id(), key)));
    }

    fn wrong(&self, wanted: &str, found: Option<String>) -> StoreError {
        let place = self.keys.place();
        StoreError::Locked(match found {
            Some(found) => format!(
                "people here are sealed with the master key {wanted}, but {place} holds {found}; put the right one back. \
                 Nothing was changed"
            ),
            None => format!(
                "people here are sealed with the master key {wanted}, and there is none in {place}; put it back. Nothing \
                 was changed"
            ),
        })
    }

    /// Reads the master key, if anybody was ever sealed with one, and makes sure that it is the right one.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if it is missing, or another.
    pub(crate) async fn unlock(&self) -> Result<Option<MasterKey>> {
        let Some((known, _)) = self.own::<MasterRecord>(&PartitionId::system(), MASTER).await? else { return Ok(None) };
        let there = self.keys.read(&known.salt()).map_err(|error| StoreError::Locked(error.to_string()))?;
        let right = there.iter().find(|key| key.id() == known.id).cloned();
        let found = there.first().map(MasterKey::id);
        self.know(there);
        right.map(Some).ok_or_else(|| self.wrong(&known.id, found))
    }

    /// The master key; made if nobody was sealed before.
    async fn master(&self) -> Result<MasterKey> {
        loop {
            if let Some(master) = self.unlock().await? {
                return Ok(master);
            }
            let salt: Salt = *random(&*self.chance);
            let master = self.keys.make(&salt, &*self.chance).map_err(|error| StoreError::Locked(error.to_string()))?;
            let record = MasterRecord { id: master.id(), salt: STANDARD.encode(salt) };
            let system = self.inner.open(&PartitionId::system()).await?;
            match self.inner.commit(&system, vec![Change::Insert(self.own_draft(MASTER, &record)?)]).await {
                Err(StoreError::Conflict(_)) => {}
                other => {
                    other?;
                    self.know(vec![master.clone()]);
                    return Ok(master);
                }
            }
        }
    }

    fn own_draft<T: Serialize>(&self, name: &str, value: &T) -> Result<Draft> {
        let doc = Doc::of(value).map_err(|error| StoreError::Invalid(error.to_string()))?;
        Ok(Draft { key: Key::new(Kind::DataKey, name), at: self.clock.now(), doc, blob: None })
    }

    /// What is going on with somebody's records; none if they are not sealed.
    pub(crate) async fn phase(&self, id: &PartitionId) -> Result<Option<Phase>> {
        Ok(match &*self.read(id, &self.entry(id)).await? {
            State::Sealed(sealed) => Some(sealed.phase),
            _ => None,
        })
    }

    /// Changes what is going on, and promises the job that does it. False if nothing is to be done.
    pub(super) async fn begin(&self, partition: &Partition, wanted: Phase) -> Result<bool> {
        let id = &partition.id;
        let entry = self.entry(id);
        let mut state = self.write(id, &entry).await?;
        let (mut ring, now, version) = match &*state {
            State::Sealed(sealed) => (sealed.sealer.ring.clone(), Some(sealed.phase), sealed.version),
            _ if wanted == Phase::Sealing => (Ring::new(&*self.chance), None, 0),
            _ => return Ok(false),
        };
        let goes = match (now, wanted) {
            (None | Some(Phase::Unsealing), Phase::Sealing) => true,
            (Some(Phase::Sealed), Phase::Rotating) => {
                ring.add_key(&*self.chance);
                true
            }
            (Some(now), Phase::Unsealing) => now != Phase::Unsealing,
            _ => false,
        };
        if !goes {
            return Ok(now != Some(Phase::Sealed) && now.is_some());
        }
        let wrapped = self.wrap(id, &ring, wanted, &self.master().await?);
        let draft = self.own_draft(KEYS, &wrapped)?;
        let keys = if version == 0 { Change::Insert(draft) } else { Change::Put { draft, expected: version } };
        let mut changes = vec![keys];
        let sealer = Sealer::new(id, ring);
        let job = Key::new(Kind::Job, TASK);
        let either = [job.clone(), sealer.key(&job)?];
        if self.inner.get_many(partition, &either).await?.iter().all(Option::is_none) {
            let draft =
                Draft { key: job, at: self.clock.now(), doc: serde_json::json!({ "task": TASK }).into(), blob: None };
            changes.push(Change::Insert(if wanted == Phase::Unsealing { draft } else { self.sealed(&sealer, draft)? }));
        }
        self.inner.commit(partition, changes).await?;
        *state = State::Sealed(Box::new(Sealed { sealer, phase: wanted, version: version + 1 }));
        Ok(true)
    }

    /// Everything has its new form: the former keys are gone for good.
    pub(super) async fn finish(&self, partition: &Partition) -> Result<()> {
        let id = &partition.id;
        let entry = self.entry(id);
        let mut state = self.write(id, &entry).await?;
        let State::Sealed(sealed) = &*state else { return Ok(()) };
        let (mut ring, version) = (sealed.sealer.ring.clone(), sealed.version);
        match sealed.phase {
            Phase::Sealed => {}
            Phase::Unsealing => {
                let key = Key::new(Kind::DataKey, KEYS);
                self.inner.commit(partition, vec![Change::Delete { key, expected: Some(version) }]).await?;
                *state = State::Clear;
            }
            Phase::Sealing | Phase::Rotating => {
                let current = ring.current();
                ring.keys.retain(|number, _| *number == current);
                let draft = self.own_draft(KEYS, &self.wrap(id, &ring, Phase::Sealed, &self.master().await?))?;
                self.inner.commit(partition, vec![Change::Put { draft, expected: version }]).await?;
                let sealer = Sealer::new(id, ring);
                *state = State::Sealed(Box::new(Sealed { sealer, phase: Phase::Sealed, version: version + 1 }));
            }
        }
        Ok(())
    }

    /// Gives the next records of a kind their new form; returns how many were looked at, how many had another, and where
    /// to go on.
    pub(super) async fn convert(
        &self,
        partition: &Partition,
        kind: Kind,
        cursor: Option<Cursor>,
    ) -> Result<(usize, usize, Option<Cursor>)> {
        let entry = self.entry(&partition.id);
        let state = self.read(&partition.id, &entry).await?;
        let State::Sealed(sealed) = &*state else { return Ok((0, 0, None)) };
        let _one_at_a_time = entry.mixed.lock().await;
        let limit = if kind == Kind::Blob { FILES } else { BATCH };
        let scan = Scan { limit, cursor, blobs: true, ..Scan::of(kind) };
        loop {
            let page = self.inner.scan(partition, &scan).await?;
            let seen = page.items.len();
            let mut changes = Vec::new();
            let mut converted = 0;
            for record in page.items {
                let unseal = sealed.phase == Phase::Unsealing;
                if if unseal { !is_sealed(&record) } else { sealed.sealer.is_current(&record) } {
                    continue;
                }
                converted += 1;
                let (kept, version) = (record.key.clone(), record.version);
                let Record { key, at, doc, blob, .. } = sealed.sealer.open(record)?;
                let draft = Draft { key, at, doc, blob };
                let draft = if unseal { draft } else { self.sealed(&sealed.sealer, draft)? };
                if draft.key == kept {
                    changes.push(Change::Put { draft, expected: version });
                } else {
                    changes.push(Change::Delete { key: kept, expected: Some(version) });
                    changes.push(Change::Insert(draft));
                }
            }
            if changes.is_empty() {
                return Ok((seen, 0, page.next));
            }
            match self.inner.commit(partition, changes).await {
                // A turn was faster: look again.
                Err(StoreError::Conflict(_)) => {}
                other => return other.map(|_| (seen, converted, page.next)),
            }
        }
    }

    /// Wraps everybody's keys with the next master key, and makes that the present one. Returns how many people's keys
    /// there were, and what is left for the operator to do. If it breaks off, it goes on when it is asked again.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if the present key is missing, or the next cannot be made.
    pub(crate) async fn rotate_master(&self) -> Result<Option<(usize, Option<String>)>> {
        let system = PartitionId::system();
        let Some((mut record, version)) = self.own::<MasterRecord>(&system, MASTER).await? else { return Ok(None) };
        self.unlock().await?;
        let locked = |error: super::MasterError| StoreError::Locked(error.to_string());
        let next = self.keys.make_next(&record.salt(), &*self.chance).map_err(locked)?;
        self.know(vec![next.clone()]);
        let mut people = 0;
        let mut cursor = None;
        loop {
            let page = self.inner.partitions(philia_ports::store::MAX_PAGE, cursor).await?;
            for info in page.items {
                people += usize::from(self.rewrap(&info.partition, &next).await?);
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        record.id = next.id();
        let partition = self.inner.open(&system).await?;
        let draft = self.own_draft(MASTER, &record)?;
        self.inner.commit(&partition, vec![Change::Put { draft, expected: version }]).await?;
        let left = self.keys.adopt_next().map_err(locked)?;
        Ok(Some((people, left)))
    }

    async fn rewrap(&self, partition: &Partition, master: &MasterKey) -> Result<bool> {
        let entry = self.entry(&partition.id);
        let mut state = self.write(&partition.id, &entry).await?;
        let State::Sealed(sealed) = &mut *state else { return Ok(false) };
        let wrapped = self.wrap(&partition.id, &sealed.sealer.ring, sealed.phase, master);
        let change = Change::Put { draft: self.own_draft(KEYS, &wrapped)?, expected: sealed.version };
        self.inner.commit(partition, vec![change]).await?;
        sealed.version += 1;
        Ok(true)
    }

    fn sealed(&self, sealer: &Sealer, draft: Draft) -> Result<Draft> {
        let key = sealer.key(&draft.key)?;
        Ok(Draft { key, ..sealer.seal(draft, &*self.chance) })
    }

    /// What a commit becomes where everything is sealed.
    fn sealed_changes(&self, sealer: &Sealer, changes: Vec<Change>) -> Result<Vec<Change>> {
        let seal = |change| {
            Ok(match change {
                Change::Insert(draft) => Change::Insert(self.sealed(sealer, draft)?),
                Change::Put { draft, expected } => Change::Put { draft: self.sealed(sealer, draft)?, expected },
                Change::Delete { key, expected } => Change::Delete { key: sealer.key(&key)?, expected },
            })
        };
        changes.into_iter().map(seal).collect()
    }

    /// What it becomes while records are in either form: what is there keeps its name until its turn comes.
    async fn mixed_changes(&self, partition: &Partition, sealed: &Sealed, changes: Vec<Change>) -> Result<Vec<Change>> {
        let sealer = &sealed.sealer;
        let clear: Vec<Key> = changes.iter().map(|change| change.key().clone()).collect();
        let mut either = clear.clone();
        for key in &clear {
            either.push(sealer.key(key)?);
        }
        let there = self.inner.get_many(partition, &either).await?;
        let count = clear.len();
        let mut out = Vec::with_capacity(count);
        for (n, change) in changes.into_iter().enumerate() {
            let kept = [n, n + count].into_iter().find(|at| there[*at].is_some()).map(|at| either[at].clone());
            let content = |draft: Draft| match sealed.phase {
                Phase::Unsealing => draft,
                _ => sealer.seal(draft, &*self.chance),
            };
            let goes = match sealed.phase {
                Phase::Unsealing => &either[n],
                _ => &either[n + count],
            };
            out.push(match change {
                Change::Insert(draft) if kept.is_some() => return Err(StoreError::Conflict(draft.key)),
                Change::Insert(draft) => Change::Insert(Draft { key: goes.clone(), ..content(draft) }),
                Change::Put { draft, expected } => {
                    let key = kept.unwrap_or_else(|| goes.clone());
                    Change::Put { draft: Draft { key, ..content(draft) }, expected }
                }
                Change::Delete { expected, .. } => {
                    Change::Delete { key: kept.unwrap_or_else(|| goes.clone()), expected }
                }
            });
        }
        Ok(out)
    }
}

fn wrap_place(id: &PartitionId) -> Vec<u8> {
    format!("philia\0keys\0{id}").into_bytes()
}

/// Errors name records as those above know them.
fn clear_error(sealer: &Sealer, error: StoreError) -> StoreError {
    match error {
        StoreError::Conflict(key) => StoreError::Conflict(Key::new(key.kind, sealer.true_id(key.kind, key.id))),
        other => other,
    }
}

#[async_trait]
impl Store for Vault {
    async fn open(&self, id: &PartitionId) -> Result<Partition> {
        let erasing = {
            let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
            entries.get(id).is_some_and(|entry| entry.erasing.load(Ordering::Acquire))
        };
        if erasing { Err(StoreError::Erased) } else { self.inner.open(id).await }
    }

    async fn commit(&self, partition: &Partition, changes: Vec<Change>) -> Result<u64> {
        let entry = self.entry(&partition.id);
        let state = self.read(&partition.id, &entry).await?;
        let State::Sealed(sealed) = &*state else { return self.inner.commit(partition, changes).await };
        check_changes(&changes)?;
        let clear = |error| clear_error(&sealed.sealer, error);
        if sealed.phase.is_mixed() {
            let _one_at_a_time = entry.mixed.lock().await;
            let changes = self.mixed_changes(partition, sealed, changes).await?;
            return self.inner.commit(partition, changes).await.map_err(clear);
        }
        let changes = self.sealed_changes(&sealed.sealer, changes)?;
        self.inner.commit(partition, changes).await.map_err(clear)
    }

    async fn get_many(&self, partition: &Partition, keys: &[Key]) -> Result<Vec<Option<Record>>> {
        let state = self.read(&partition.id, &self.entry(&partition.id)).await?;
        let State::Sealed(sealed) = &*state else { return self.inner.get_many(partition, keys).await };
        let mut kept = keys.iter().map(|key| sealed.sealer.key(key)).collect::<Result<Vec<_>>>()?;
        if sealed.phase.is_mixed() {
            kept.extend_from_slice(keys);
        }
        let mut found = self.inner.get_many(partition, &kept).await?;
        let clear = found.split_off(keys.len().min(found.len()));
        let mut clear = clear.into_iter();
        let either = found.into_iter().map(|found| {
            let clear = clear.next().flatten();
            found.or(clear).map(|record| sealed.sealer.open(record)).transpose()
        });
        either.collect()
    }

    async fn scan(&self, partition: &Partition, scan: &Scan) -> Result<Page<Record>> {
        let state = self.read(&partition.id, &self.entry(&partition.id)).await?;
        let page = self.inner.scan(partition, scan).await?;
        let State::Sealed(sealed) = &*state else { return Ok(page) };
        let items = page.items.into_iter().map(|record| sealed.sealer.open(record)).collect::<Result<_>>()?;
        Ok(Page { items, next: page.next })
    }

    async fn changes(&self, partition: &Partition, kind: Kind, since: u64, limit: usize) -> Result<Feed> {
        let state = self.read(&partition.id, &self.entry(&partition.id)).await?;
        let mut feed = self.inner.changes(partition, kind, since, limit).await?;
        let State::Sealed(sealed) = &*state else { return Ok(feed) };
        for touched in &mut feed.touched {
            touched.id = sealed.sealer.true_id(kind, std::mem::take(&mut touched.id));
        }
        // One that has got another form is gone in the former.
        let there: HashSet<String> = feed.touched.iter().filter(|t| !t.deleted).map(|t| t.id.clone()).collect();
        feed.touched.retain(|touched| !touched.deleted || !there.contains(&touched.id));
        Ok(feed)
    }
}

#[async_trait]
impl StoreAdmin for Vault {
    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>> {
        let mut due = Vec::new();
        for (partition, record) in self.inner.due(before, limit).await? {
            let opened = match self.read(&partition.id, &self.entry(&partition.id)).await {
                Ok(state) => match &*state {
                    State::Sealed(sealed) => sealed.sealer.open(record),
                    _ => Ok(record),
                },
                Err(error) => Err(error),
            };
            match opened {
                Ok(record) => due.push((partition, record)),
                // Others' work goes on.
                Err(error) => tracing::error!(%error, "a sealed job cannot be read and waits"),
            }
        }
        Ok(due)
    }

    async fn partitions(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<PartitionInfo>> {
        self.inner.partitions(limit, cursor).await
    }

    async fn erase(&self, id: &PartitionId) -> Result<()> {
        let entry = self.entry(id);
        // Whoever comes now is turned away, and whoever is here fails: nothing is heard while it is forgotten.
        entry.erasing.store(true, Ordering::Release);
        let mut state = Arc::clone(&entry.state).write_owned().await;
        let erased = self.inner.erase(id).await;
        *state = State::Unknown;
        entry.erasing.store(false, Ordering::Release);
        erased
    }

    async fn scrub(&self) -> Result<()> {
        self.inner.scrub().await
    }

    async fn health(&self) -> Result<StoreHealth> {
        self.inner.health().await
    }
}
