//! The memory store passes the suite that every store passes.

use philia_ports::store::StoreAdmin;
use philia_store_memory::MemoryStore;
use philia_testkit::store::Fixture;
use std::sync::Arc;

#[derive(Default)]
struct InMemory(Arc<MemoryStore>);

#[async_trait::async_trait]
impl Fixture for InMemory {
    async fn open(&self) -> Arc<dyn StoreAdmin> {
        self.0.clone()
    }
}

philia_testkit::store_conformance!(Some(InMemory::default()));
philia_testkit::shared_store_conformance!(Some(InMemory::default()));
