//! The DynamoDB store passes the suite that every store passes, and answers like the memory store.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use philia_ports::store::StoreAdmin;
use philia_store_dynamo::DynamoStore;
use philia_store_memory::MemoryStore;
use philia_testkit::server::dynamo;
use philia_testkit::store::{self, Fixture};
use proptest::prelude::*;
use std::sync::Arc;

struct Table(String);

impl Table {
    fn new() -> Option<Self> {
        // A machine with much else to do may keep a request waiting.
        Some(Self(dynamo::shared()?.url() + "&timeout=60"))
    }
}

#[async_trait::async_trait]
impl Fixture for Table {
    async fn open(&self) -> Arc<dyn StoreAdmin> {
        Arc::new(DynamoStore::open(&self.0).await.unwrap())
    }
}

philia_testkit::store_conformance!(Table::new());
philia_testkit::durable_store_conformance!(Table::new());
philia_testkit::shared_store_conformance!(Table::new());

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_like_the_memory_store(operations in store::operations(40)) {
        let Some(fixture) = Table::new() else { return Ok(()) };
        store::run(async {
            let reference: Arc<dyn StoreAdmin> = Arc::new(MemoryStore::new());
            store::agree(&reference, &fixture.open().await, &operations).await;
        });
    }
}
