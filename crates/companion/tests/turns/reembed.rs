//! The embedder changes: the former one serves until every memory has a vector of the new one.

use crate::world::World;
use async_trait::async_trait;
use philia_companion::recall::Request;
use philia_companion::{Error, Person};
use philia_mind::Memory;
use philia_ports::store::{Kind, Record, Scan};
use philia_ports::{Embedder, EmbedderError, EmbedderInfo, PartitionId, Store as _, StoreError};
use philia_store_memory::MemoryStore;
use philia_testkit::faulty::FaultyStore;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// An embedder that hashes words into as many numbers as it has, and counts what it was asked.
struct Hashing {
    info: EmbedderInfo,
    down: AtomicBool,
    documents: Mutex<HashMap<String, usize>>,
    queries: AtomicUsize,
}

impl Hashing {
    fn new(dimensions: usize) -> Arc<Self> {
        let id = format!("test:hash-{dimensions}");
        let info = EmbedderInfo { id, dimensions, floor: 0.3, cluster: 0.7, duplicate: 0.95, remote: false };
        Arc::new(Self { info, down: AtomicBool::new(false), documents: Mutex::default(), queries: AtomicUsize::new(0) })
    }

    fn vector(&self, text: &str) -> Option<Vec<f32>> {
        let mut vector = vec![0.0_f32; self.info.dimensions];
        for word in text.split_whitespace() {
            let hash = word.bytes().fold(7_usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
            vector[hash % self.info.dimensions] += 1.0;
        }
        let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
        (length > 0.0).then(|| vector.iter().map(|number| number / length).collect())
    }

    fn most(&self) -> usize {
        self.documents.lock().unwrap().values().copied().max().unwrap_or_default()
    }

    fn queries(&self) -> usize {
        self.queries.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Embedder for Hashing {
    fn info(&self) -> &EmbedderInfo {
        &self.info
    }

    async fn embed_documents(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        tokio::task::yield_now().await;
        if self.down.load(Ordering::SeqCst) {
            return Err(EmbedderError::Unavailable { embedder: self.info.id.clone(), detail: "it sleeps".into() });
        }
        let mut documents = self.documents.lock().unwrap();
        texts.iter().for_each(|text| *documents.entry(text.clone()).or_default() += 1);
        Ok(texts.iter().map(|text| self.vector(text)).collect())
    }

    async fn embed_query(&self, text: &str) -> Result<Option<Vec<f32>>, EmbedderError> {
        self.queries.fetch_add(1, Ordering::SeqCst);
        Ok(self.vector(text))
    }
}

const SAID: usize = 150;

/// A store with memories that `old` embedded.
async fn lived(old: &Arc<Hashing>) -> Arc<FaultyStore> {
    let store = Arc::new(FaultyStore::new(MemoryStore::new()));
    let world = World::over(store.clone(), None, old.clone());
    let ana = world.person("ana").await;
    for n in 0..SAID {
        world.say(&ana, &format!("The walk number {n} led past the green mill")).await;
    }
    store
}

fn changed(store: &Arc<FaultyStore>, old: &Arc<Hashing>, new: &Arc<Hashing>) -> World {
    let former = old.clone();
    let make = move |id: &str| (id == former.info.id).then(|| former.clone() as Arc<dyn Embedder>);
    let world = World::following(store.clone(), None, new.clone(), Some(Box::new(make)));
    // It is a later day: what is said now has names of its own.
    world.clock.advance(jiff::SignedDuration::from_hours(24));
    world
}

async fn memories(store: &FaultyStore) -> Vec<(Memory, usize)> {
    let partition = store.open(&PartitionId::new("test", "ana").unwrap()).await.unwrap();
    let scan = Scan { blobs: true, ..Scan::of(Kind::Memory) };
    let page = store.scan(&partition, &scan).await.unwrap();
    assert!(page.next.is_none());
    let of = |record: Record| (record.doc.read().unwrap(), record.blob.map_or(0, |blob| blob.len()));
    page.items.into_iter().map(of).collect()
}

/// How near the best hit is, which shows that vectors of one space were compared.
async fn found(person: &Person) -> f64 {
    let found = person.recall(&Request::new("The walk number 7 led past the green mill")).await.unwrap();
    assert!(found.degraded.is_empty());
    found.memories.iter().map(|recalled| recalled.signals.cosine).fold(0.0, f64::max)
}

#[tokio::test]
async fn the_former_embedder_serves_until_all_is_embedded_anew() {
    let (old, new) = (Hashing::new(8), Hashing::new(24));
    let store = lived(&old).await;
    let world = changed(&store, &old, &new);
    let ana = world.person("ana").await;

    assert!(found(&ana).await > 0.99);
    assert_eq!(new.queries(), 0, "nothing is in the new space yet");
    world.say(&ana, "The walk number 151 led to the sea").await;
    assert!(new.documents.lock().unwrap().is_empty());

    let before = old.queries();
    let made = ana.reembed(|_, _| {}).await.unwrap();
    assert_eq!(made, memories(&store).await.len());
    assert!(found(&ana).await > 0.99);
    assert!(new.queries() > 0 && old.queries() == before, "the new one serves");
    for (memory, bytes) in memories(&store).await {
        assert_eq!((memory.embedder.as_deref(), bytes), (Some("test:hash-24"), 24 * 4), "{}", memory.content);
    }
    assert_eq!(ana.reembed(|_, _| {}).await.unwrap(), 0, "there is nothing left to do");

    let next = changed(&store, &old, &new);
    let ana = next.person("ana").await;
    let before = old.queries();
    assert!(found(&ana).await > 0.99);
    assert_eq!(old.queries(), before);
}

#[tokio::test]
async fn an_interruption_at_any_commit_loses_nothing_and_repeats_nothing() {
    let (old, new) = (Hashing::new(8), Hashing::new(24));
    let store = lived(&old).await;
    let mut runs = 0_i64;
    loop {
        // A new program each time, that ends after a few commits.
        let world = changed(&store, &old, &new);
        world.clock.advance(jiff::SignedDuration::from_hours(runs * 24));
        let ana = world.person("ana").await;
        assert!(found(&ana).await > 0.99, "run {runs}");
        world.say(&ana, &format!("Said in between, number {runs}")).await;
        store.fail_commits_after(4, usize::MAX);
        let done = ana.reembed(|_, _| {}).await;
        store.fail_commits(0);
        runs += 1;
        match done {
            Ok(_) => break,
            Err(error) => assert!(matches!(error, Error::Store(StoreError::Full(_))), "{error}"),
        }
        assert!(runs < 120, "{runs}");
    }
    assert!(runs > 3, "{runs}");
    let memories = memories(&store).await;
    assert!(memories.len() >= 2 * SAID);
    assert!(memories.iter().all(|(memory, bytes)| memory.embedder.as_deref() == Some("test:hash-24") && *bytes == 96));
    // A batch that was embedded and then could not be written is embedded again; nothing else is.
    assert!(new.documents.lock().unwrap().values().filter(|times| **times > 1).count() as i64 <= runs * 4 * 66);
}

#[tokio::test]
async fn without_interruption_each_text_is_embedded_once() {
    let (old, new) = (Hashing::new(8), Hashing::new(24));
    let store = Arc::new(FaultyStore::new(MemoryStore::new()));
    let world = World::over(store.clone(), None, old.clone());
    let ana = world.person("ana").await;
    for n in 0..40 {
        world.say(&ana, &format!("I walked {n} miles along the river that day")).await;
    }
    let texts: std::collections::HashSet<String> =
        memories(&store).await.into_iter().map(|(memory, _)| memory.content).collect();
    let all = memories(&store).await.len();
    let world = changed(&store, &old, &new);
    world.philia.reembed_everybody(|_| {}).await.unwrap();
    let asked = new.documents.lock().unwrap().clone();
    assert_eq!(asked.len(), texts.len());
    assert_eq!(asked.values().sum::<usize>(), all);
    assert_eq!(world.philia.reembed_everybody(|_| {}).await.unwrap(), 0);
    let _ = new.most();
}

#[tokio::test]
async fn a_former_embedder_that_cannot_be_made_leaves_words_until_it_is_done() {
    let (old, new) = (Hashing::new(8), Hashing::new(24));
    let store = lived(&old).await;
    let world = World::over(store.clone(), None, new.clone());
    let ana = world.person("ana").await;
    let words = ana.recall(&Request::new("walk number 7")).await.unwrap();
    assert!(!words.memories.is_empty());
    ana.reembed(|_, _| {}).await.unwrap();
    assert!(found(&ana).await > 0.99);
}

#[tokio::test]
async fn a_new_embedder_that_does_not_answer_changes_nothing() {
    let (old, new) = (Hashing::new(8), Hashing::new(24));
    let store = lived(&old).await;
    let world = changed(&store, &old, &new);
    let ana = world.person("ana").await;
    new.down.store(true, Ordering::SeqCst);
    assert!(world.philia.reembed_everybody(|_| {}).await.is_err());
    assert!(found(&ana).await > 0.99);
    new.down.store(false, Ordering::SeqCst);
    assert!(world.philia.reembed_everybody(|_| {}).await.unwrap() > SAID);
    assert!(found(&ana).await > 0.99);
}
