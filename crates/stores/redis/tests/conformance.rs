//! The Redis store passes the suite that every store passes, and answers like the memory store.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use philia_ports::store::StoreAdmin;
use philia_store_memory::MemoryStore;
use philia_store_redis::RedisStore;
use philia_testkit::server::redis;
use philia_testkit::store::{self, Fixture};
use proptest::prelude::*;
use std::sync::Arc;

/// A database of its own.
struct OnRedis(String);

fn on_redis() -> Option<OnRedis> {
    Some(OnRedis(redis::shared()?.database() + "?timeout=60000"))
}

#[async_trait::async_trait]
impl Fixture for OnRedis {
    async fn open(&self) -> Arc<dyn StoreAdmin> {
        Arc::new(RedisStore::open(&self.0).await.unwrap())
    }
}

philia_testkit::store_conformance!(on_redis());
philia_testkit::durable_store_conformance!(on_redis());
philia_testkit::shared_store_conformance!(on_redis());

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_like_the_memory_store(operations in store::operations(60)) {
        let Some(fixture) = on_redis() else { return Ok(()) };
        store::run(async {
            let reference: Arc<dyn StoreAdmin> = Arc::new(MemoryStore::new());
            store::agree(&reference, &fixture.open().await, &operations).await;
        });
    }
}
