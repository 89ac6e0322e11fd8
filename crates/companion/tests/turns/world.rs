//! A companion over real parts: the store in memory, the embedded index, the static table; only time and chance
//! are the test's.

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream;
use philia_cache_local::LocalCache;
use philia_companion::accounts::{AccountSettings, Hashing};
use philia_companion::reembed::Former;
use philia_companion::{Incoming, Parts, Person, Personas, Philia, Reply, Settings};
use philia_index_embedded::EmbeddedIndex;
use philia_mind::Profile;
use philia_models::static_table::StaticTable;
use philia_ports::model::{ChatDelta, ChatReply, ChatRequest, ChatStream, FinishReason, ModelInfo, Usage};
use philia_ports::{ChatModel, Embedder, Index, ModelError, StoreAdmin};
use philia_store_memory::MemoryStore;
use philia_testkit::cache::FaultyCache;
use philia_testkit::faulty::FaultyStore;
use philia_testkit::world::{CountingChance, ManualClock};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

pub(crate) struct World {
    pub(crate) philia: Philia,
    pub(crate) store: Arc<FaultyStore>,
    pub(crate) cache: Arc<FaultyCache<LocalCache>>,
    pub(crate) clock: Arc<ManualClock>,
}

impl World {
    /// A world without a model.
    pub(crate) fn new() -> Self {
        Self::on(Arc::new(MemoryStore::new()))
    }

    /// The same over another store.
    pub(crate) fn on(store: Arc<dyn StoreAdmin>) -> Self {
        Self::over(Arc::new(FaultyStore::over(store)), None, Arc::new(StaticTable::load().expect("the static table")))
    }

    pub(crate) fn with(chat: Option<Arc<dyn ChatModel>>) -> Self {
        let store = Arc::new(FaultyStore::new(MemoryStore::new()));
        Self::over(store, chat, Arc::new(StaticTable::load().expect("the static table")))
    }

    /// A world in which a model helps with learning; nobody waits for more turns.
    pub(crate) fn learning(chat: Option<Arc<dyn ChatModel>>, fast: Arc<dyn ChatModel>) -> Self {
        let store = Arc::new(FaultyStore::new(MemoryStore::new()));
        let settings = Settings { learn_wait: Duration::ZERO, ..Settings::default() };
        Self::made(store, chat, Some(fast), Arc::new(StaticTable::load().expect("the static table")), None, settings)
    }

    /// A world in which attempts are held back and paused for so long.
    pub(crate) fn pausing(held_back: Duration, pause: Duration) -> Self {
        let store = Arc::new(FaultyStore::new(MemoryStore::new()));
        let settings = Settings { held_back, pause, ..Settings::default() };
        Self::made(store, None, None, Arc::new(StaticTable::load().expect("the static table")), None, settings)
    }

    /// A world with accounts, whose passwords are cheap to guess.
    pub(crate) fn housed(accounts: AccountSettings) -> Self {
        let store = Arc::new(FaultyStore::new(MemoryStore::new()));
        let hashing = Hashing { memory_kib: 64, passes: 1, ..accounts.hashing };
        let accounts = AccountSettings { hashing, ..accounts };
        let settings = Settings { accounts, ..Settings::default() };
        Self::made(store, None, None, Arc::new(StaticTable::load().expect("the static table")), None, settings)
    }

    /// Another program over the same store, which knows nothing of what this one holds.
    pub(crate) fn reopened(&self) -> Self {
        Self::over(self.store.clone(), None, Arc::new(StaticTable::load().expect("the static table")))
    }

    /// Instances of the program over one store and one cache.
    pub(crate) fn instances(count: usize, chat: Option<Arc<dyn ChatModel>>) -> Vec<Self> {
        let store = Arc::new(FaultyStore::new(MemoryStore::new()));
        let clock = Arc::new(ManualClock::at("2026-05-03T10:00:00Z"));
        let cache = Arc::new(FaultyCache::shared(LocalCache::new(clock.clone(), 1 << 24)));
        let chance = Arc::new(CountingChance::default());
        let keys = Arc::new(philia_companion::privacy::HeldKeys::default());
        let instance = |_| {
            let embedder: Arc<dyn Embedder> = Arc::new(StaticTable::load().expect("the static table"));
            let philia = Philia::new(Parts {
                cache: cache.clone(),
                chance: chance.clone(),
                master_keys: keys.clone(),
                ..parts(&store, &clock, chat.clone(), None, embedder, None, Settings::default())
            });
            Self { philia, store: store.clone(), cache: cache.clone(), clock: clock.clone() }
        };
        (0..count).map(instance).collect()
    }

    /// A world whose memories are found on a server, which is given up at once and asked again at once.
    pub(crate) fn with_index_on(server: Arc<dyn Index>) -> Self {
        let store = Arc::new(FaultyStore::new(MemoryStore::new()));
        let clock = Arc::new(ManualClock::at("2026-05-03T10:00:00Z"));
        let cache = Arc::new(FaultyCache::new(LocalCache::new(clock.clone(), 1 << 24)));
        let settings =
            Settings { index_patience: Duration::from_millis(50), index_rest: Duration::ZERO, ..Settings::default() };
        let embedder: Arc<dyn Embedder> = Arc::new(StaticTable::load().expect("the static table"));
        let parts = parts(&store, &clock, None, None, embedder, None, settings);
        let philia = Philia::new(Parts { cache: cache.clone(), remote_index: Some(server), ..parts });
        Self { philia, store, cache, clock }
    }

    /// A world whose memories are found by this index in its process.
    pub(crate) fn indexed_by(index: Arc<dyn Index>) -> Self {
        let store = Arc::new(FaultyStore::new(MemoryStore::new()));
        let clock = Arc::new(ManualClock::at("2026-05-03T10:00:00Z"));
        let cache = Arc::new(FaultyCache::new(LocalCache::new(clock.clone(), 1 << 24)));
        let embedder: Arc<dyn Embedder> = Arc::new(StaticTable::load().expect("the static table"));
        let parts = parts(&store, &clock, None, None, embedder, None, Settings::default());
        let philia = Philia::new(Parts { cache: cache.clone(), index, ..parts });
        Self { philia, store, cache, clock }
    }

    pub(crate) fn over(store: Arc<FaultyStore>, chat: Option<Arc<dyn ChatModel>>, embedder: Arc<dyn Embedder>) -> Self {
        Self::following(store, chat, embedder, None)
    }

    /// A world in which another embedder may have served before.
    pub(crate) fn following(
        store: Arc<FaultyStore>,
        chat: Option<Arc<dyn ChatModel>>,
        embedder: Arc<dyn Embedder>,
        former: Option<Box<Former>>,
    ) -> Self {
        Self::made(store, chat, None, embedder, former, Settings::default())
    }

    fn made(
        store: Arc<FaultyStore>,
        chat: Option<Arc<dyn ChatModel>>,
        fast: Option<Arc<dyn ChatModel>>,
        embedder: Arc<dyn Embedder>,
        former: Option<Box<Former>>,
        settings: Settings,
    ) -> Self {
        let clock = Arc::new(ManualClock::at("2026-05-03T10:00:00Z"));
        let cache = Arc::new(FaultyCache::new(LocalCache::new(clock.clone(), 1 << 24)));
        let parts = parts(&store, &clock, chat, fast, embedder, former, settings);
        let philia = Philia::new(Parts { cache: cache.clone(), ..parts });
        Self { philia, store, cache, clock }
    }

    pub(crate) async fn person(&self, name: &str) -> Person {
        self.philia.person("test", name).await.expect("a person")
    }

    /// Says something, waits for the answer and for what is learned from it.
    pub(crate) async fn say(&self, person: &Person, message: &str) -> Reply {
        let reply = person.ask(Incoming::new("test", message)).await.expect("an answer");
        self.philia.idle().await;
        self.clock.advance(jiff::SignedDuration::from_secs(20));
        reply
    }
}

fn parts(
    store: &Arc<FaultyStore>,
    clock: &Arc<ManualClock>,
    chat: Option<Arc<dyn ChatModel>>,
    fast: Option<Arc<dyn ChatModel>>,
    embedder: Arc<dyn Embedder>,
    former: Option<Box<Former>>,
    settings: Settings,
) -> Parts {
    Parts {
        store: store.clone(),
        index: Arc::new(EmbeddedIndex::new(64 << 20)),
        remote_index: None,
        cache: Arc::new(LocalCache::new(clock.clone(), 1 << 24)),
        embedder: embedder.into(),
        former,
        chat: chat.into(),
        fast: fast.into(),
        clock: clock.clone(),
        chance: Arc::new(CountingChance::default()),
        personas: Personas::built_in().expect("the built-in personas"),
        default_profile: Profile::default(),
        hooks: Vec::new(),
        master_keys: Arc::new(philia_companion::privacy::HeldKeys::default()),
        settings,
    }
}

/// What a scripted model does with one request.
pub(crate) enum Act {
    /// Streams these pieces, then ends.
    Say(&'static [&'static str]),
    /// Streams these pieces, then breaks.
    Break(&'static [&'static str]),
    /// Fails at once.
    Fail,
    /// Streams these pieces, then waits for ever.
    Hang(&'static [&'static str]),
}

/// A model that follows a script and remembers what it was asked.
pub(crate) struct Scripted {
    info: ModelInfo,
    acts: Mutex<VecDeque<Act>>,
    pub(crate) asked: Mutex<Vec<ChatRequest>>,
    /// Notified when a hanging stream was dropped.
    pub(crate) dropped: Arc<Notify>,
}

impl Scripted {
    pub(crate) fn new(acts: impl IntoIterator<Item = Act>) -> Arc<Self> {
        Arc::new(Self {
            info: ModelInfo { name: "script:one".into(), remote: true, context_tokens: 8000 },
            acts: Mutex::new(acts.into_iter().collect()),
            asked: Mutex::default(),
            dropped: Arc::default(),
        })
    }
}

struct OnDrop(Arc<Notify>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[async_trait]
impl ChatModel for Scripted {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn complete(&self, _request: &ChatRequest) -> Result<ChatReply, ModelError> {
        unreachable!("a turn streams")
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ModelError> {
        self.asked.lock().expect("the requests").push(request.clone());
        let act = self.acts.lock().expect("the script").pop_front().expect("the script has ended");
        let broken = || ModelError::Unavailable { model: "script:one".into(), detail: "it broke".into() };
        let texts = |pieces: &'static [&'static str]| {
            stream::iter(pieces.iter().map(|piece| Ok(ChatDelta::Text((*piece).to_owned()))))
        };
        match act {
            Act::Fail => Err(broken()),
            Act::Say(pieces) => {
                let usage = Usage { prompt_tokens: 100, cached_tokens: 0, completion_tokens: 7 };
                let done = ChatDelta::Done {
                    finish: FinishReason::Stop,
                    usage,
                    model: "script:one".into(),
                    failed: Vec::new(),
                };
                Ok(texts(pieces).chain(stream::iter([Ok(done)])).boxed())
            }
            Act::Break(pieces) => Ok(texts(pieces).chain(stream::iter([Err(broken())])).boxed()),
            Act::Hang(pieces) => {
                let guard = OnDrop(self.dropped.clone());
                let endless = stream::pending().map(move |item| {
                    let _ = &guard;
                    item
                });
                Ok(texts(pieces).chain(endless).boxed())
            }
        }
    }
}
