//! The cache on Redis passes the suite that every cache passes.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use async_trait::async_trait;
use jiff::SignedDuration;
use philia_cache_redis::RedisCache;
use philia_ports::{Cache, Clock};
use philia_testkit::cache::Fixture;
use philia_testkit::server::redis;
use std::sync::Arc;

/// A database of its own.
struct OnRedis(String);

fn on_redis() -> Option<OnRedis> {
    Some(OnRedis(redis::shared()?.database()))
}

#[async_trait]
impl Fixture for OnRedis {
    async fn open(&self, clock: Arc<dyn Clock>) -> Arc<dyn Cache> {
        // Patient: what is tested here is not how soon it gives up.
        let url = format!("{}?timeout=60000", self.0);
        Arc::new(RedisCache::open(&url, clock).await.unwrap())
    }

    /// The server's clock goes on by itself, so every end is moved instead.
    async fn pass(&self, time: SignedDuration) {
        const NEARER: &str = "
            for _, key in ipairs(redis.call('KEYS', '*')) do
              local ends = redis.call('PEXPIRETIME', key)
              if ends > 0 then redis.call('PEXPIREAT', key, ends - ARGV[1]) end
            end";
        let client = ::redis::Client::open(self.0.as_str()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let millis = i64::try_from(time.as_millis()).unwrap();
        let () = ::redis::Script::new(NEARER).arg(millis).invoke_async(&mut connection).await.unwrap();
    }
}

philia_testkit::cache_conformance!(on_redis());
