//! The cache in process passes the suite that every cache passes, and keeps its budget.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use async_trait::async_trait;
use philia_cache_local::LocalCache;
use philia_ports::{Cache, CacheKey, Clock, PartitionId};
use philia_testkit::cache::{Fixture, run};
use philia_testkit::world::ManualClock;
use std::sync::Arc;
use std::time::Duration;

struct InProcess;

#[async_trait]
impl Fixture for InProcess {
    async fn open(&self, clock: Arc<dyn Clock>) -> Arc<dyn Cache> {
        Arc::new(LocalCache::new(clock, 8 << 20))
    }
}

philia_testkit::cache_conformance!(Some(InProcess));

const HOUR: Duration = Duration::from_secs(3600);

fn key(name: &str) -> CacheKey {
    CacheKey::new(&PartitionId::new("home", "ana").unwrap(), name).unwrap()
}

#[test]
fn the_longest_unused_leave_when_the_budget_is_full() {
    run(async {
        let cache = LocalCache::new(Arc::new(ManualClock::at("2026-05-03T10:00:00Z")), 4000);
        for name in ["a", "b", "c"] {
            cache.set(&key(name), vec![0; 1000], HOUR).await.unwrap();
        }
        assert!(cache.get(&key("a")).await.unwrap().is_some(), "all three fit");
        cache.set(&key("d"), vec![0; 1000], HOUR).await.unwrap();
        assert!(cache.get(&key("b")).await.unwrap().is_none(), "b was not asked for longest");
        for name in ["a", "c", "d"] {
            assert!(cache.get(&key(name)).await.unwrap().is_some(), "{name}");
        }
        cache.set(&key("large"), vec![0; 5000], HOUR).await.unwrap();
        assert!(cache.get(&key("large")).await.unwrap().is_none(), "what is larger than the budget is not held");
        cache.set(&key("a"), vec![0; 3000], HOUR).await.unwrap();
        assert!(cache.get(&key("a")).await.unwrap().is_some(), "there is room again");
    });
}

#[test]
fn replacing_a_value_gives_its_bytes_back() {
    run(async {
        let cache = LocalCache::new(Arc::new(ManualClock::at("2026-05-03T10:00:00Z")), 3000);
        cache.set(&key("kept"), vec![1; 1000], HOUR).await.unwrap();
        for _ in 0..100 {
            cache.set(&key("again"), vec![2; 1000], HOUR).await.unwrap();
            cache.remove(&key("again")).await.unwrap();
            cache.set(&key("again"), vec![2; 1000], HOUR).await.unwrap();
        }
        assert!(cache.get(&key("kept")).await.unwrap().is_some());
    });
}
