//! The adapters, each call of which is a span.

use async_trait::async_trait;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use philia_mind::MemoryId;
use philia_ports::cache::{CacheKey, Lease, Messages};
use philia_ports::embedder::{EmbedderError, EmbedderInfo};
use philia_ports::index::{Entry, Filter, Hit, IndexError, IndexInfo, Query};
use philia_ports::model::{ChatDelta, ChatReply, ChatRequest, ChatStream, ModelError, ModelInfo, Usage};
use philia_ports::store::{Change, Cursor, Feed, Key, Kind, Page, PartitionInfo, Record, Scan, Store, StoreHealth};
use philia_ports::{Cache, CacheError, ChatModel, Embedder, Index, Partition, PartitionId, StoreAdmin, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tracing::{Instrument as _, Span};

/// A span around a call of an adapter.
macro_rules! call {
    ($name:literal $(, $field:ident = $value:expr)*) => {
        tracing::debug_span!(
            $name, otel.kind = "client", otel.status_code = tracing::field::Empty $(, $field = $value)*
        )
    };
}

/// Waits within a span, and notes a failure in it; not its words, which may hold somebody's.
async fn within<T, E>(span: Span, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let done = call.instrument(span.clone()).await;
    if done.is_err() {
        span.record("otel.status_code", "ERROR");
    }
    done
}

/// An adapter that is watched.
struct Watched<T: ?Sized>(Arc<T>);

/// The store, watched.
pub(crate) fn store(store: Arc<dyn StoreAdmin>) -> Arc<dyn StoreAdmin> {
    Arc::new(Watched(store))
}

/// The index, watched.
pub(crate) fn index(index: Arc<dyn Index>) -> Arc<dyn Index> {
    Arc::new(Watched(index))
}

/// The cache, watched.
pub(crate) fn cache(cache: Arc<dyn Cache>) -> Arc<dyn Cache> {
    Arc::new(Watched(cache))
}

/// An embedder, watched.
pub(crate) fn embedder(embedder: Arc<dyn Embedder>) -> Arc<dyn Embedder> {
    Arc::new(Watched(embedder))
}

/// A model, watched.
pub(crate) fn chat(model: Arc<dyn ChatModel>) -> Arc<dyn ChatModel> {
    Arc::new(Watched(model))
}

#[async_trait]
impl Store for Watched<dyn StoreAdmin> {
    async fn open(&self, id: &PartitionId) -> Result<Partition, StoreError> {
        within(call!("store.open"), self.0.open(id)).await
    }

    async fn commit(&self, partition: &Partition, changes: Vec<Change>) -> Result<u64, StoreError> {
        within(call!("store.commit", changes = changes.len()), self.0.commit(partition, changes)).await
    }

    async fn get_many(&self, partition: &Partition, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        within(call!("store.get_many", keys = keys.len()), self.0.get_many(partition, keys)).await
    }

    async fn scan(&self, partition: &Partition, scan: &Scan) -> Result<Page<Record>, StoreError> {
        within(call!("store.scan", kind = scan.kind.as_str()), self.0.scan(partition, scan)).await
    }

    async fn changes(&self, partition: &Partition, kind: Kind, since: u64, limit: usize) -> Result<Feed, StoreError> {
        within(call!("store.changes", kind = kind.as_str()), self.0.changes(partition, kind, since, limit)).await
    }
}

#[async_trait]
impl StoreAdmin for Watched<dyn StoreAdmin> {
    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError> {
        within(call!("store.due"), self.0.due(before, limit)).await
    }

    async fn partitions(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<PartitionInfo>, StoreError> {
        within(call!("store.partitions"), self.0.partitions(limit, cursor)).await
    }

    async fn erase(&self, id: &PartitionId) -> Result<(), StoreError> {
        within(call!("store.erase"), self.0.erase(id)).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        within(call!("store.scrub"), self.0.scrub()).await
    }

    async fn health(&self) -> Result<StoreHealth, StoreError> {
        within(call!("store.health"), self.0.health()).await
    }
}

#[async_trait]
impl Index for Watched<dyn Index> {
    async fn info(&self, partition: &Partition) -> Result<Option<IndexInfo>, IndexError> {
        within(call!("index.info"), self.0.info(partition)).await
    }

    async fn apply(
        &self,
        partition: &Partition,
        since: Option<u64>,
        upserts: Vec<Entry>,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<(), IndexError> {
        let span = call!("index.apply", upserts = upserts.len(), removals = removals.len());
        within(span, self.0.apply(partition, since, upserts, removals, upto)).await
    }

    async fn search(
        &self,
        partition: &Partition,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>, IndexError> {
        within(call!("index.search", k = k), self.0.search(partition, query, vectors, filter, k)).await
    }

    async fn clear(&self, partition: &Partition) -> Result<(), IndexError> {
        within(call!("index.clear"), self.0.clear(partition)).await
    }

    fn held_bytes(&self) -> Option<usize> {
        self.0.held_bytes()
    }
}

#[async_trait]
impl Cache for Watched<dyn Cache> {
    async fn get(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, CacheError> {
        within(call!("cache.get"), self.0.get(key)).await
    }

    async fn set(&self, key: &CacheKey, value: Vec<u8>, time_to_live: Duration) -> Result<(), CacheError> {
        within(call!("cache.set", bytes = value.len()), self.0.set(key, value, time_to_live)).await
    }

    async fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
        within(call!("cache.remove"), self.0.remove(key)).await
    }

    async fn clear(&self, partition: &PartitionId) -> Result<(), CacheError> {
        within(call!("cache.clear"), self.0.clear(partition)).await
    }

    async fn increment(&self, key: &CacheKey, by: u64, window: Duration) -> Result<u64, CacheError> {
        within(call!("cache.increment"), self.0.increment(key, by, window)).await
    }

    async fn lease(&self, key: &CacheKey, owner: &str, length: Duration) -> Result<Option<Lease>, CacheError> {
        within(call!("cache.lease"), self.0.lease(key, owner, length)).await
    }

    async fn publish(&self, channel: &CacheKey, message: Vec<u8>) -> Result<(), CacheError> {
        within(call!("cache.publish"), self.0.publish(channel, message)).await
    }

    async fn subscribe(&self, channel: &CacheKey) -> Result<Messages, CacheError> {
        within(call!("cache.subscribe"), self.0.subscribe(channel)).await
    }

    fn is_shared(&self) -> bool {
        self.0.is_shared()
    }

    fn held_bytes(&self) -> Option<usize> {
        self.0.held_bytes()
    }
}

#[async_trait]
impl Embedder for Watched<dyn Embedder> {
    fn info(&self) -> &EmbedderInfo {
        self.0.info()
    }

    async fn embed_documents(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        within(call!("embedder.documents", texts = texts.len()), self.0.embed_documents(texts)).await
    }

    async fn embed_query(&self, text: &str) -> Result<Option<Vec<f32>>, EmbedderError> {
        within(call!("embedder.query"), self.0.embed_query(text)).await
    }
}

/// A span around an answer of a model.
fn answering(model: &ModelInfo) -> Span {
    tracing::debug_span!(
        "model.chat",
        otel.kind = "client",
        otel.status_code = tracing::field::Empty,
        gen_ai.operation.name = "chat",
        gen_ai.request.model = model.name,
        gen_ai.usage.input_tokens = tracing::field::Empty,
        gen_ai.usage.output_tokens = tracing::field::Empty,
    )
}

fn count(span: &Span, usage: &Usage) {
    span.record("gen_ai.usage.input_tokens", usage.prompt_tokens);
    span.record("gen_ai.usage.output_tokens", usage.completion_tokens);
}

#[async_trait]
impl ChatModel for Watched<dyn ChatModel> {
    fn info(&self) -> &ModelInfo {
        self.0.info()
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, ModelError> {
        let span = answering(self.0.info());
        let reply = within(span.clone(), self.0.complete(request)).await?;
        count(&span, &reply.usage);
        Ok(reply)
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ModelError> {
        let span = answering(self.0.info());
        let stream = within(span.clone(), self.0.stream(request)).await?;
        // It ends with the last that the model says.
        let watched = stream.inspect(move |delta| match delta {
            Ok(ChatDelta::Done { usage, .. }) => count(&span, usage),
            Ok(_) => {}
            Err(_) => drop(span.record("otel.status_code", "ERROR")),
        });
        Ok(watched.boxed())
    }
}
