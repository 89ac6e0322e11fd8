//! The SQLite store passes the suite that every store passes, and answers like the memory store.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use philia_ports::store::StoreAdmin;
use philia_store_memory::MemoryStore;
use philia_store_sqlite::SqliteStore;
use philia_testkit::store::{self, Fixture};
use proptest::prelude::*;
use std::sync::Arc;
use tempfile::TempDir;

struct OnDisk(TempDir);

impl OnDisk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

#[async_trait::async_trait]
impl Fixture for OnDisk {
    async fn open(&self) -> Arc<dyn StoreAdmin> {
        Arc::new(SqliteStore::open(&self.0.path().join("philia.db")).unwrap())
    }
}

philia_testkit::store_conformance!(Some(OnDisk::new()));
philia_testkit::durable_store_conformance!(Some(OnDisk::new()));

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_like_the_memory_store(operations in store::operations(60)) {
        store::run(async {
            let reference: Arc<dyn StoreAdmin> = Arc::new(MemoryStore::new());
            let fixture = OnDisk::new();
            store::agree(&reference, &fixture.open().await, &operations).await;
        });
    }
}
