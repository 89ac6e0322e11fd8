//! The MongoDB store passes the suite that every store passes, on the replica set at `MONGODB_URL`.
//!
//! Each test has a database of its own there, which is dropped afterwards.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use philia_ports::store::StoreAdmin;
use philia_store_memory::MemoryStore;
use philia_store_mongo::MongoStore;
use philia_testkit::store::{self, Fixture};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

struct Database {
    url: String,
    name: String,
}

impl Database {
    fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("MONGODB_URL") else {
            philia_testkit::skipped("MONGODB_URL names no MongoDB");
            return None;
        };
        let name = format!("philia_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let (server, options) =
            server.split_once('?').map_or((server.as_str(), ""), |(server, options)| (server, options));
        let hosts = server.trim_start_matches("mongodb://").split('/').next().unwrap();
        Some(Self { url: format!("mongodb://{hosts}/{name}?{options}"), name })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (url, name) = (self.url.clone(), self.name.clone());
        store::run(async move {
            let client = mongodb::Client::with_uri_str(url).await.unwrap();
            client.database(&name).drop().await.unwrap();
        });
    }
}

#[async_trait::async_trait]
impl Fixture for Database {
    async fn open(&self) -> Arc<dyn StoreAdmin> {
        Arc::new(MongoStore::open(&self.url).await.unwrap())
    }
}

philia_testkit::store_conformance!(Database::new());
philia_testkit::durable_store_conformance!(Database::new());
philia_testkit::shared_store_conformance!(Database::new());

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_like_the_memory_store(operations in store::operations(40)) {
        let Some(fixture) = Database::new() else { return Ok(()) };
        store::run(async {
            let reference: Arc<dyn StoreAdmin> = Arc::new(MemoryStore::new());
            store::agree(&reference, &fixture.open().await, &operations).await;
        });
    }
}
