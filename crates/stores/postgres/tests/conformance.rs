//! The PostgreSQL store passes the suite that every store passes, on each major, and answers like the memory store.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use philia_ports::store::StoreAdmin;
use philia_store_memory::MemoryStore;
use philia_store_postgres::PostgresStore;
use philia_testkit::server::postgres;
use philia_testkit::store::{self, Fixture};
use proptest::prelude::*;
use std::sync::Arc;

/// An empty database.
struct InDatabase(String);

impl InDatabase {
    fn new(major: u16) -> Option<Self> {
        Some(Self(format!("{}?pool_min=1&pool_max=8", postgres::shared(major)?.database())))
    }
}

#[async_trait::async_trait]
impl Fixture for InDatabase {
    async fn open(&self) -> Arc<dyn StoreAdmin> {
        Arc::new(PostgresStore::open(&self.0).await.unwrap())
    }
}

macro_rules! on {
    ($($name:ident = $major:literal),*) => {$(
        mod $name {
            use super::*;

            philia_testkit::store_conformance!(InDatabase::new($major));
            philia_testkit::durable_store_conformance!(InDatabase::new($major));
            philia_testkit::shared_store_conformance!(InDatabase::new($major));
        }
    )*};
}

on!(postgres_16 = 16, postgres_18 = 18);

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_like_the_memory_store(operations in store::operations(60)) {
        store::run(async {
            let reference: Arc<dyn StoreAdmin> = Arc::new(MemoryStore::new());
            let Some(fixture) = InDatabase::new(18) else { return };
            store::agree(&reference, &fixture.open().await, &operations).await;
        });
    }
}
