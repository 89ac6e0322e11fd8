//! Recall: the index catches up with the store, finds candidates, and the mind ranks them.
//!
//! The index is a follower of the store's change feed. That one mechanism loads a person at first use, takes in
//! what was just learned, follows what another instance wrote, and recovers from a crash.

use crate::error::{Error, Result};
use crate::hook::Event;
use crate::learn::folded;
use crate::person::Person;
use crate::philia::zone_of;
use crate::records::read;
use crate::vectors::unpack;
use jiff::Timestamp;
use philia_mind::memory::recall::{self, Known, Query, Ranking, Recalled};
use philia_mind::memory::{Memory, Speaker};
use philia_mind::{MemoryId, Profile};
use philia_ports::index::{Entry, Filter, Hit};
use philia_ports::store::{Key, Kind, Record};
use philia_ports::{Embedder, IndexError, StoreError};
use std::collections::HashSet;

/// Records that the index takes in at once.
const FEED: usize = 500;

/// What is asked of memory.
#[derive(Clone, Debug)]
pub struct Request {
    /// The question, in the person's words.
    pub text: String,
    /// How many, 1..=50.
    pub k: usize,
    /// Which may be found.
    pub filter: Filter,
    /// Relevance against diversity, 0..=1; none takes the configured one.
    pub lambda: Option<f64>,
}

impl Request {
    /// Five memories for a question, any of them.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), k: 5, filter: Filter::default(), lambda: None }
    }
}

/// What was recalled.
#[derive(Clone, Debug, Default)]
pub struct Recollection {
    /// Memories, best first.
    pub memories: Vec<Recalled>,
    /// Parts that were not there (`embedder`).
    pub degraded: Vec<&'static str>,
}

impl Person {
    /// Recalls memories for a question asked now.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty question, or a `k` outside 1..=50.
    pub async fn recall(&self, request: &Request) -> Result<Recollection> {
        self.recall_for(request, &self.profile().await?, self.now()).await
    }

    pub(crate) async fn recall_for(
        &self,
        request: &Request,
        profile: &Profile,
        now: Timestamp,
    ) -> Result<Recollection> {
        let settings = &self.app.parts.settings;
        if request.text.trim().is_empty() {
            return Err(Error::Invalid("the question is empty; say what to look for".into()));
        }
        if !(1..=50).contains(&request.k) {
            return Err(Error::Invalid(format!("k: {} is not 1 to 50", request.k)));
        }
        self.app.tell(&self.partition.id, &Event::Query(&request.text));

        let mut degraded = Vec::new();
        let zone = zone_of(profile);
        let embedder = self.serving().await?;
        let speakers = self.follow(&**embedder).await?;
        let known = Known { user: profile.display_name.as_deref(), speakers: &speakers };
        let query = recall::analyse(&self.app.analyzer, &request.text, &known, now, &zone);
        let vectors = self.query_vectors(&**embedder, &query, &mut degraded).await;
        let mut filter = request.filter.clone();
        filter.include_companion |= query.asks_companion;
        let hits = self.search(&**embedder, &query, &vectors, &filter, recall::POOL).await?;

        let embedder = embedder.info();
        let ranking = Ranking {
            // A fact and the message it was read from may say the same in the same words: room for the next.
            k: (2 * request.k).min(50),
            lambda: request.lambda.unwrap_or(settings.recall_lambda),
            importance: settings.recall_importance,
            recency: settings.recall_recency,
            half_life_days: settings.recency_half_life_days,
            floor: Some(f64::from(embedder.floor)),
            duplicate: f64::from(embedder.duplicate),
        };
        let ranked = recall::rank(&query, hits, &ranking, now);
        let keys: Vec<Key> = ranked.iter().map(|ranked| Key::new(Kind::Memory, ranked.hit.id.as_str())).collect();
        let records = self.app.parts.store.get_many(&self.partition, &keys).await?;
        let mut memories = Vec::with_capacity(request.k);
        let mut said = HashSet::new();
        for (ranked, record) in ranked.into_iter().zip(records) {
            // Forgotten since the index caught up: then it is not recalled.
            let Some(record) = record else { continue };
            let memory = read::<Memory>(record)?.value;
            if memories.len() == request.k || !said.insert(folded(&memory.content)) {
                continue;
            }
            self.app.tell(&self.partition.id, &Event::MemoryAccessed(&memory));
            memories.push(Recalled::new(ranked, memory, &ranking, now, &zone));
        }
        Ok(Recollection { memories, degraded })
    }

    async fn query_vectors(
        &self,
        embedder: &dyn Embedder,
        query: &Query,
        degraded: &mut Vec<&'static str>,
    ) -> Vec<Option<Vec<f32>>> {
        let mut vectors = Vec::with_capacity(query.dense_texts.len());
        for text in &query.dense_texts {
            let asked = tokio::time::timeout(self.app.parts.settings.embed_patience, embedder.embed_query(text));
            match asked.await {
                Ok(Ok(vector)) => vectors.push(vector),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "recall goes by words alone");
                    degraded.push("embedder");
                    return vec![None; query.dense_texts.len()];
                }
                Err(_) => {
                    tracing::warn!(
                        embedder = embedder.info().id,
                        "the embedder is too slow; recall goes by words alone"
                    );
                    degraded.push("embedder");
                    return vec![None; query.dense_texts.len()];
                }
            }
        }
        vectors
    }

    pub(crate) async fn search(
        &self,
        embedder: &dyn Embedder,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>> {
        loop {
            match self.app.parts.index.search(&self.partition, query, vectors, filter, k).await {
                // It was dropped for somebody else since it caught up.
                Err(IndexError::NotLoaded) => self.follow(embedder).await?,
                other => return other.map_err(unavailable),
            };
        }
    }

    /// Brings the index up to the store's newest commit, and returns the names of others whose words it holds.
    pub(crate) async fn catch_up(&self) -> Result<Vec<String>> {
        let embedder = self.serving().await?;
        self.follow(&**embedder).await
    }

    /// The same, with the vectors of the embedder that serves.
    pub(crate) async fn follow(&self, embedder: &dyn Embedder) -> Result<Vec<String>> {
        let parts = &self.app.parts;
        let _one_at_a_time = self.locks.index.lock().await;
        loop {
            let info = parts.index.info(&self.partition).await.map_err(unavailable)?;
            let info = info.filter(|info| info.generation == self.partition.generation);
            let since = info.as_ref().map(|info| info.upto);
            let feed = parts.store.changes(&self.partition, Kind::Memory, since.unwrap_or(0), FEED).await?;
            if feed.generation != self.partition.generation {
                return Err(StoreError::Erased.into());
            }
            if let Some(info) = info.filter(|info| info.upto == feed.head) {
                return Ok(info.speakers);
            }
            let upto = if feed.more { feed.touched.last().map_or(feed.head, |last| last.seq) } else { feed.head };
            let (gone, there): (Vec<_>, Vec<_>) = feed.touched.into_iter().partition(|touched| touched.deleted);
            let keys: Vec<Key> = there.into_iter().map(|touched| Key::new(Kind::Memory, touched.id)).collect();
            let mut removals: Vec<MemoryId> = gone.into_iter().map(|touched| MemoryId::new(touched.id)).collect();
            let mut entries = Vec::with_capacity(keys.len());
            for (key, record) in keys.iter().zip(parts.store.get_many(&self.partition, &keys).await?) {
                match record.map(|record| self.entry(record, &embedder.info().id)) {
                    Some(Some(entry)) => entries.push(entry),
                    // Deleted since the feed was read, or not to be understood: not to be found either way.
                    Some(None) | None => removals.push(MemoryId::new(&key.id)),
                }
            }
            match parts.index.apply(&self.partition, since, entries, &removals, upto).await {
                // It was dropped for somebody else meanwhile: from the beginning, then.
                Err(IndexError::NotLoaded) => {}
                other => other.map_err(unavailable)?,
            }
        }
    }

    fn entry(&self, mut record: Record, embedder: &str) -> Option<Entry> {
        let blob = record.blob.take();
        let id = record.key.id.clone();
        match read::<Memory>(record) {
            Ok(memory) => Some(entry_of(memory.value, blob.as_deref(), embedder)),
            Err(error) => {
                tracing::error!(%error, id, "a memory cannot be read and is left out of recall");
                None
            }
        }
    }
}

/// What the index needs to know of a memory. A vector of another embedder's space is left out: the memory is
/// found by its words until it is embedded anew.
fn entry_of(memory: Memory, blob: Option<&[u8]>, embedder: &str) -> Entry {
    let vectors = unpack(memory.embedder.as_deref(), blob).into_iter();
    let vector = vectors.filter(|vector| vector.by == embedder).find_map(|vector| vector.numbers);
    let hidden = memory.valid_until.is_some() || memory.tags.iter().any(|tag| tag == crate::learn::QUESTION);
    let text = match (&memory.fact, &memory.speaker) {
        (Some(fact), _) => format!("{} {}", memory.content, fact.cues()),
        // A part of a document is also about what stands above it.
        (None, Speaker::Document(title)) => {
            let section = memory.metadata.get("section").and_then(serde_json::Value::as_str).unwrap_or_default();
            format!("{title} {section}\n{}", memory.content)
        }
        (None, _) => memory.content,
    };
    Entry {
        id: memory.id,
        text,
        vector,
        speaker: memory.speaker,
        place: memory.place,
        occurred_at: memory.occurred_at,
        kind: memory.kind,
        category: memory.category,
        importance: memory.importance,
        reinforced: memory.reinforced,
        emotion: memory.emotion,
        tags: memory.tags,
        hidden,
    }
}

fn unavailable(error: IndexError) -> Error {
    Error::Store(StoreError::Unavailable(error.to_string()))
}
