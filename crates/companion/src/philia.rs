//! The running program: its ports, its compiled matchers, and the people whose turns it keeps in order.

use crate::accounts::{House, Identity};
use crate::error::Result;
use crate::finder::{Finder, Remote};
use crate::gate::{Gate, Lease, Pass};
use crate::hook::{Event, Hook};
use crate::learn::{Counters, Lessons};
use crate::memories::access::Accesses;
use crate::observe;
use crate::person::Person;
use crate::personas::Personas;
use crate::privacy::{Embedders, MasterKeys, Models, Remembered, Vault};
use crate::reembed::{Former, Reembedding};
use crate::settings::Settings;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use lru::LruCache;
use philia_mind::Profile;
use philia_mind::appraisal::Rules;
use philia_mind::guard::care::Care;
use philia_mind::guard::threat::Threats;
use philia_mind::memory::extract::Extractor;
use philia_mind::signal::Signposts;
use philia_mind::text::Analyzer;
use philia_mind::voice::{Readings, Voice};
use philia_ports::clock::time_ordered_id;
use philia_ports::{Cache, Chance, Clock, Embedder, Index, Partition, PartitionId, StoreAdmin};
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::{Mutex as AsyncMutex, RwLock};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What the program is made of. The binary's wiring fills it in.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn StoreAdmin>,
    /// Where memories are found, in this process.
    pub index: Arc<dyn Index>,
    /// Where they are found before that: on a server, for all who are not sealed. None: in this process alone.
    pub remote_index: Option<Arc<dyn Index>>,
    /// What is kept at hand for a while; everything in it can be had from the store, too.
    pub cache: Arc<dyn Cache>,
    /// Texts to vectors.
    pub embedder: Embedders,
    /// Makes a former embedder again, by its id: it serves while memories are embedded anew. None: they are found by
    /// their words meanwhile.
    pub former: Option<Box<Former>>,
    /// The model that talks; none leaves it to the offline voice.
    pub chat: Models,
    /// The quick model that helps with learning, never while a person waits; none leaves it to the rules.
    pub fast: Models,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Draws random bytes.
    pub chance: Arc<dyn Chance>,
    /// The characters one can talk with.
    pub personas: Personas,
    /// The settings of those who have not changed them.
    pub default_profile: Profile,
    /// Told of what happens.
    pub hooks: Vec<Arc<dyn Hook>>,
    /// Where the master key is kept that wraps the keys of sealed people.
    pub master_keys: Arc<dyn MasterKeys>,
    /// Every number.
    pub settings: Settings,
}

/// The running program. Clones share it.
#[derive(Clone)]
pub struct Philia(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) parts: Parts,
    /// The store of the parts, which seals.
    pub(crate) vault: Arc<Vault>,
    /// The indexes of the parts, each for whom it may find memories.
    pub(crate) index: Finder,
    pub(crate) rules: Rules,
    pub(crate) signposts: Signposts,
    pub(crate) care: Care,
    pub(crate) threats: Threats,
    /// Stands in every prompt of this run of the program, and in no answer.
    pub(crate) mark: String,
    pub(crate) voice: LazyLock<Voice>,
    pub(crate) extractor: LazyLock<Extractor>,
    pub(crate) analyzer: Analyzer,
    pub(crate) running: TaskTracker,
    /// Cancelled when the program ends at once: turns stop where they are.
    pub(crate) stopped: CancellationToken,
    pub(crate) lessons: Counters,
    pub(crate) accesses: Accesses,
    pub(crate) house: House,
    /// Held while a backup is made in the directory of backups.
    pub(crate) backing_up: AsyncMutex<()>,
    /// Turns in a row that no configured model answered.
    pub(crate) unanswered_by_models: AtomicU64,
    /// All memories are known to have vectors of the configured embedder.
    pub(crate) settled: AtomicBool,
    /// How far embedding anew has come, while it is under way.
    reembedding: Mutex<Option<Reembedding>>,
    people: Mutex<HashMap<PartitionId, Weak<Locks>>>,
    /// What the offline voice read in the words of those who talked last. Let go of with what else is kept at hand.
    readings: Mutex<LruCache<PartitionId, Arc<Readings>>>,
    /// When each of those who have talked lately did so last.
    active: Mutex<HashMap<PartitionId, Timestamp>>,
}

/// Of so many people it is kept what the offline voice read in their words.
const READINGS: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

/// Who has talked within so long is active.
const ACTIVE: SignedDuration = SignedDuration::from_mins(15);

/// What keeps one person's work in order. Different people's locks are independent.
pub(crate) struct Locks {
    /// Held while a message is made durable: the order of hearing is the order of answering.
    pub(crate) hear: Arc<AsyncMutex<()>>,
    /// Passed while a turn is answered and learned from. First come, first served.
    turn: Gate,
    /// Held while what is kept at hand is filled, added to, or let go of.
    pub(crate) context: AsyncMutex<()>,
    /// Passed while documents and attachments come and go.
    files: Gate,
    /// Held while memories are consolidated.
    pub(crate) consolidate: AsyncMutex<()>,
    /// Held while the fast model is asked about turns.
    pub(crate) lesson: AsyncMutex<()>,
    /// Held while the index catches up with the store.
    pub(crate) index: AsyncMutex<()>,
    /// The embedder whose vectors the index holds; none before anybody asked. Taken before `index`.
    pub(crate) serves: RwLock<Option<Arc<dyn Embedder>>>,
    /// Held while records get another form.
    pub(crate) seal: AsyncMutex<()>,
    /// How far that has come: records, of how many.
    pub(crate) progress: Mutex<Option<(usize, usize)>>,
    /// How far this person's words might go when that was last read.
    pub(crate) reach: Remembered,
}

impl Default for Locks {
    fn default() -> Self {
        Self {
            hear: Arc::default(),
            turn: Gate::new("turn"),
            context: AsyncMutex::default(),
            files: Gate::new("files"),
            consolidate: AsyncMutex::default(),
            lesson: AsyncMutex::default(),
            index: AsyncMutex::default(),
            serves: RwLock::default(),
            seal: AsyncMutex::default(),
            progress: Mutex::default(),
            reach: Remembered::default(),
        }
    }
}

impl Person {
    /// Waits until no turn of theirs is running, and keeps others from beginning.
    pub(crate) async fn between_turns(&self) -> Pass {
        self.locks.turn.pass(&self.app, &self.partition.id).await
    }

    /// The same if none is running now.
    pub(crate) async fn if_between_turns(&self) -> Option<Pass> {
        self.locks.turn.try_pass(&self.app, &self.partition.id).await
    }

    /// Waits until no other instance has them: from then on their turns are answered here.
    pub(crate) async fn with_us(&self) -> Lease {
        self.locks.turn.lease(&self.app, &self.partition.id).await
    }

    /// The line of their turns on this instance.
    pub(crate) fn line(&self) -> Arc<AsyncMutex<()>> {
        self.locks.turn.queue()
    }

    /// Waits until nobody else brings or takes away files of theirs.
    pub(crate) async fn among_files(&self) -> Pass {
        self.locks.files.pass(&self.app, &self.partition.id).await
    }

    /// The same if nobody does now.
    pub(crate) async fn if_among_files(&self) -> Option<Pass> {
        self.locks.files.try_pass(&self.app, &self.partition.id).await
    }
}

impl Philia {
    /// Puts the parts together and compiles the matchers. Reads and writes nothing.
    ///
    /// The two that take longest (tens of milliseconds) are compiled on threads of their own, so that the doors
    /// open meanwhile; who needs one of them first waits for it.
    pub fn new(mut parts: Parts) -> Self {
        let (keys, chance, clock) = (&parts.master_keys, &parts.chance, &parts.clock);
        let vault = Arc::new(Vault::new(
            Arc::clone(&parts.store),
            Arc::clone(keys),
            Arc::clone(chance),
            Arc::clone(clock),
            parts.cache.is_shared(),
        ));
        parts.store = Arc::clone(&vault) as Arc<dyn StoreAdmin>;
        let house = House::new(&parts.settings.accounts);
        let Settings { index_patience, index_rest, .. } = parts.settings;
        let remote = parts.remote_index.clone().map(|index| {
            let tier = parts.default_profile.privacy;
            Remote::new(index, Arc::clone(&vault), tier, index_patience, index_rest)
        });
        let index = Finder::new(Arc::clone(&parts.index), remote);
        let mark = time_ordered_id(parts.clock.now(), &*parts.chance);
        let philia = Self(Arc::new(Inner {
            house,
            backing_up: AsyncMutex::default(),
            parts,
            vault,
            index,
            rules: Rules::new(),
            signposts: Signposts::new(),
            care: Care::new(),
            threats: Threats::new(),
            mark,
            voice: LazyLock::new(Voice::new),
            extractor: LazyLock::new(Extractor::new),
            analyzer: Analyzer::new(),
            running: TaskTracker::new(),
            stopped: CancellationToken::new(),
            lessons: Counters::default(),
            accesses: Accesses::default(),
            unanswered_by_models: AtomicU64::new(0),
            settled: AtomicBool::new(false),
            reembedding: Mutex::default(),
            people: Mutex::default(),
            readings: Mutex::new(LruCache::new(READINGS)),
            active: Mutex::default(),
        }));
        let (voice, extractor) = (Arc::clone(&philia.0), Arc::clone(&philia.0));
        std::thread::spawn(move || {
            LazyLock::force(&voice.voice);
        });
        std::thread::spawn(move || {
            LazyLock::force(&extractor.extractor);
        });
        philia
    }

    /// A handle for one person: `account` owns the key, `subject` is who is spoken with.
    ///
    /// # Errors
    /// Names that are not allowed (see [`PartitionId::new`]). A store that does not answer shows when it is asked for
    /// something of theirs.
    pub async fn person(&self, account: &str, subject: &str) -> Result<Person> {
        let id = PartitionId::new(account, subject)?;
        Ok(self.of(match self.0.parts.store.open(&id).await {
            // They are answered all the same. A handle of somebody who was erased before cannot write anything.
            Err(error) if error.is_retryable() => Partition { id, generation: 0 },
            other => other?,
        }))
    }

    /// The handle of whoever a partition is, on nobody's behalf.
    pub(crate) fn of(&self, partition: Partition) -> Person {
        let locks = self.0.locks(&partition.id);
        Person { app: Arc::clone(&self.0), partition, locks, asker: None, watched: None }
    }

    /// A handle for the person that an identity speaks for: whom it names, within its reach, in its own account.
    ///
    /// # Errors
    /// As for [`Philia::person`]; [`Error::Forbidden`](crate::Error::Forbidden) for somebody out of its reach.
    pub async fn person_of(&self, identity: &Arc<Identity>, named: Option<&str>) -> Result<Person> {
        let person = self.person(&identity.account, &identity.subject(named)?).await?;
        Ok(Person { asker: Some(Arc::clone(identity)), ..person })
    }

    /// The characters one can talk with.
    pub fn personas(&self) -> &Personas {
        &self.0.parts.personas
    }

    /// The settings of those who have not changed them.
    pub fn default_profile(&self) -> &Profile {
        &self.0.parts.default_profile
    }

    /// How the fast model has done since the program started.
    pub fn lessons(&self) -> Lessons {
        self.0.lessons.read()
    }

    /// The present instant, by the program's clock.
    pub fn now(&self) -> jiff::Timestamp {
        self.0.parts.clock.now()
    }

    /// A new name for anything: unique, and sorting by time.
    pub fn fresh_id(&self) -> String {
        self.0.fresh_id()
    }
}

impl Inner {
    pub(crate) fn fresh_id(&self) -> String {
        time_ordered_id(self.parts.clock.now(), &*self.parts.chance)
    }

    /// May other instances of the program work on the same store?
    pub(crate) fn is_shared(&self) -> bool {
        self.parts.cache.is_shared()
    }

    pub(crate) fn locks(&self, id: &PartitionId) -> Arc<Locks> {
        let mut people = lock(&self.people);
        if let Some(locks) = people.get(id).and_then(Weak::upgrade) {
            return locks;
        }
        // Those who have gone leave an empty place: sweep when the map has doubled since it was last dense.
        if people.len() == people.capacity() {
            people.retain(|_, locks| locks.strong_count() > 0);
        }
        let locks = Arc::new(Locks::default());
        people.insert(id.clone(), Arc::downgrade(&locks));
        locks
    }

    /// What the offline voice read in somebody's words.
    pub(crate) fn readings_of(&self, id: &PartitionId) -> Arc<Readings> {
        let mut readings = lock(&self.readings);
        if let Some(known) = readings.get(id) {
            return Arc::clone(known);
        }
        let new = Arc::<Readings>::default();
        readings.put(id.clone(), Arc::clone(&new));
        new
    }

    /// Lets go of it.
    pub(crate) fn let_go_of_readings(&self, id: &PartitionId) {
        lock(&self.readings).pop(id);
    }

    /// Notes that somebody has talked.
    pub(crate) fn seen(&self, id: &PartitionId) {
        let now = self.parts.clock.now();
        let mut active = lock(&self.active);
        if active.len() == active.capacity() {
            active.retain(|_, at| now.duration_since(*at) < ACTIVE);
        }
        active.insert(id.clone(), now);
    }

    /// How many have talked lately.
    pub(crate) fn active(&self) -> usize {
        let now = self.parts.clock.now();
        lock(&self.active).values().filter(|at| now.duration_since(**at) < ACTIVE).count()
    }

    /// How far embedding anew has come; none if nothing is under way.
    pub(crate) fn reembedding(&self) -> Option<Reembedding> {
        lock(&self.reembedding).clone()
    }

    pub(crate) fn set_reembedding(&self, how_far: Option<Reembedding>) {
        *lock(&self.reembedding) = how_far;
    }

    pub(crate) fn tell(&self, person: &PartitionId, event: &Event<'_>) {
        match event {
            Event::MemoryCreated(_) => observe::memories("create", 1),
            Event::Query(_) => observe::memories("search", 1),
            Event::MemoryAccessed(_) => observe::memories("recall", 1),
            Event::UserAction("forget") => observe::memories("forget", 1),
            Event::UserAction(_) => {}
        }
        for hook in &self.parts.hooks {
            hook.on(person, event);
        }
    }
}

/// The time zone of that IANA name; UTC for a name nobody knows.
pub(crate) fn zone_of(profile: &Profile) -> TimeZone {
    TimeZone::get(&profile.time_zone).unwrap_or(TimeZone::UTC)
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
