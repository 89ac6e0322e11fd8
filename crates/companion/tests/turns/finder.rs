//! An index on a server: who is found by it, what happens when it is gone, and whose words never reach it.

use crate::world::World;
use async_trait::async_trait;
use philia_companion::Person;
use philia_companion::health::Status;
use philia_companion::memories::About;
use philia_companion::recall::{Recollection, Request};
use philia_index_embedded::EmbeddedIndex;
use philia_mind::MemoryId;
use philia_mind::profile::PrivacyTier;
use philia_ports::index::{Entry, Filter, Hit, IndexInfo, Query};
use philia_ports::{Index, IndexError, Partition, PartitionId};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

const WELL: u8 = 0;
const GONE: u8 = 1;
const HANGS: u8 = 2;

/// An index on a server, which remembers every word that ever reached it.
struct Server {
    index: EmbeddedIndex,
    is: AtomicU8,
    words: Mutex<String>,
}

impl Server {
    fn new() -> Arc<Self> {
        let index = EmbeddedIndex::new(64 << 20);
        Arc::new(Self { index, is: AtomicU8::new(WELL), words: Mutex::default() })
    }

    fn is(&self, how: u8) {
        self.is.store(how, Ordering::SeqCst);
    }

    async fn answers(&self) -> Result<(), IndexError> {
        match self.is.load(Ordering::SeqCst) {
            GONE => Err(IndexError::Unavailable("a test has it gone".into())),
            HANGS => std::future::pending().await,
            _ => Ok(()),
        }
    }

    fn heard(&self, words: &str) {
        *self.words.lock().unwrap() += &format!("{}\n", words.to_lowercase());
    }

    fn knows(&self, word: &str) -> bool {
        self.words.lock().unwrap().contains(word)
    }

    /// How many entries it holds of somebody.
    async fn holds(&self, name: &str) -> usize {
        let partition = Partition { id: PartitionId::new("test", name).unwrap(), generation: 0 };
        self.index.info(&partition).await.unwrap().map_or(0, |info| info.entries)
    }
}

#[async_trait]
impl Index for Server {
    async fn info(&self, partition: &Partition) -> Result<Option<IndexInfo>, IndexError> {
        self.answers().await?;
        self.index.info(partition).await
    }

    async fn apply(
        &self,
        partition: &Partition,
        since: Option<u64>,
        upserts: Vec<Entry>,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<(), IndexError> {
        self.answers().await?;
        upserts.iter().for_each(|entry| self.heard(&entry.text));
        self.index.apply(partition, since, upserts, removals, upto).await
    }

    async fn search(
        &self,
        partition: &Partition,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>, IndexError> {
        self.answers().await?;
        self.heard(&query.text);
        self.index.search(partition, query, vectors, filter, k).await
    }

    async fn clear(&self, partition: &Partition) -> Result<(), IndexError> {
        self.answers().await?;
        self.index.clear(partition).await
    }
}

async fn recall(person: &Person, question: &str) -> Recollection {
    person.recall(&Request::new(question)).await.unwrap()
}

fn found(recollection: &Recollection, word: &str) -> bool {
    recollection.memories.iter().any(|recalled| recalled.memory.content.contains(word))
}

async fn memory(world: &World) -> Status {
    world.philia.part("memory").await.unwrap().status
}

#[tokio::test]
async fn the_index_in_process_stands_in_for_a_server_that_is_gone_or_hangs() {
    for how in [GONE, HANGS] {
        let server = Server::new();
        let world = World::with_index_on(server.clone());
        let ana = world.person("ana").await;
        world.say(&ana, "My sister Ida lives in Rome.").await;
        let there = recall(&ana, "Where does my sister live?").await;
        assert!(found(&there, "Rome") && there.degraded.is_empty() && server.knows("rome"));
        assert_eq!(memory(&world).await, Status::Ok);

        server.is(how);
        world.say(&ana, "My locker code is quicksilver.").await;
        for (question, word) in [("Where does my sister live?", "Rome"), ("What is my locker code?", "quicksilver")] {
            let here = recall(&ana, question).await;
            assert!(found(&here, word), "{question}");
            assert_eq!(here.degraded, ["index"]);
        }
        assert!(!server.knows("quicksilver"));
        assert_eq!(memory(&world).await, Status::Degraded);

        server.is(WELL);
        let again = recall(&ana, "What is my locker code?").await;
        assert!(found(&again, "quicksilver") && again.degraded.is_empty() && server.knows("quicksilver"));
        assert_eq!(memory(&world).await, Status::Ok);
    }
}

#[tokio::test]
async fn words_of_the_sealed_never_reach_a_server() {
    for tier in [PrivacyTier::Hybrid, PrivacyTier::Local] {
        let server = Server::new();
        let world = World::with_index_on(server.clone());
        let ana = world.person("ana").await;
        ana.update_profile(|profile| profile.privacy = tier).await.unwrap();
        world.say(&ana, "My locker code is quicksilver.").await;
        let here = recall(&ana, "What is the quicksilver that I told?").await;
        assert!(found(&here, "quicksilver") && here.degraded.is_empty(), "nothing is missing");
        ana.settle_privacy(|_, _| ()).await.unwrap();
        assert!(found(&recall(&ana, "What is my locker code?").await, "quicksilver"));
        assert!(!server.knows("quicksilver") && !server.knows("locker"));

        // Who opens themselves is found by it, and who is sealed later leaves nothing there.
        ana.update_profile(|profile| profile.privacy = PrivacyTier::Cloud).await.unwrap();
        ana.settle_privacy(|_, _| ()).await.unwrap();
        assert!(found(&recall(&ana, "What is my locker code?").await, "quicksilver"));
        assert!(server.knows("quicksilver") && server.holds("ana").await > 0);
        ana.update_profile(|profile| profile.privacy = tier).await.unwrap();
        assert!(found(&recall(&ana, "What is my locker code?").await, "quicksilver"));
        ana.settle_privacy(|_, _| ()).await.unwrap();
        assert!(server.holds("ana").await == 0);
        world.say(&ana, "I water the hibiscus on Sundays.").await;
        assert!(found(&recall(&ana, "What do I water?").await, "hibiscus"));
        assert!(!server.knows("hibiscus") && server.holds("ana").await == 0);
    }
}

#[tokio::test]
async fn a_server_that_is_gone_forgets_the_sealed_and_the_erased_when_it_is_back() {
    let server = Server::new();
    let world = World::with_index_on(server.clone());
    let (ana, bea) = (world.person("ana").await, world.person("bea").await);
    for person in [&ana, &bea] {
        world.say(person, "My locker code is quicksilver.").await;
        assert!(found(&recall(person, "What is my locker code?").await, "quicksilver"));
    }
    server.is(GONE);
    ana.update_profile(|profile| profile.privacy = PrivacyTier::Hybrid).await.unwrap();
    assert!(ana.settle_privacy(|_, _| ()).await.is_err(), "it is not done while clear words are elsewhere");
    bea.erase().await.unwrap();
    world.philia.reflect().await.unwrap();
    server.is(WELL);
    assert!(server.holds("ana").await > 0 && server.holds("bea").await > 0);

    ana.settle_privacy(|_, _| ()).await.unwrap();
    world.philia.reflect().await.unwrap();
    assert!(server.holds("ana").await + server.holds("bea").await == 0);
    assert!(found(&recall(&ana, "What is my locker code?").await, "quicksilver"));
}

#[tokio::test]
async fn what_is_forgotten_leaves_the_server_at_once() {
    let server = Server::new();
    let world = World::with_index_on(server.clone());
    let ana = world.person("ana").await;
    world.say(&ana, "My locker code is quicksilver.").await;
    world.say(&ana, "My sister Ida lives in Rome.").await;
    assert!(found(&recall(&ana, "What is my locker code?").await, "quicksilver"));
    let before = server.holds("ana").await;
    ana.forget_about(&About::new("my locker code")).await.unwrap();
    assert!(server.holds("ana").await < before);
    assert!(!found(&recall(&ana, "What is my locker code?").await, "quicksilver"));
}
