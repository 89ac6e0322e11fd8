//! What the cache on Redis does when the server, or its address, is not as it should be.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use futures_util::StreamExt as _;
use philia_cache_redis::RedisCache;
use philia_ports::cache::MAX_VALUE_BYTES;
use philia_ports::{Cache, CacheError, CacheKey, Clock, PartitionId};
use philia_testkit::cache::run;
use philia_testkit::server::Server as _;
use philia_testkit::server::redis::{self, Redis};
use philia_testkit::world::ManualClock;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::at("2026-05-03T10:00:00Z"))
}

fn key(name: &str) -> CacheKey {
    CacheKey::new(&PartitionId::new("home", "ana").unwrap(), name).unwrap()
}

/// Asks until the answer is content.
async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{what} does not happen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn command(url: &str, words: &[&str]) {
    let client = ::redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let _: ::redis::Value = ::redis::cmd(words[0]).arg(&words[1..]).query_async(&mut connection).await.unwrap();
}

#[test]
fn instances_whose_clocks_differ_agree_on_a_lease() {
    let Some(server) = redis::shared() else { return };
    run(async {
        let url = server.database() + "?timeout=60000";
        let early = RedisCache::open(&url, clock()).await.unwrap();
        let late = RedisCache::open(&url, Arc::new(ManualClock::at("2026-05-03T10:02:00Z"))).await.unwrap();
        let minute = Duration::from_secs(60);
        let held = early.lease(&key("a"), "early", minute).await.unwrap().unwrap();
        assert_eq!(held.until, "2026-05-03T10:01:00Z".parse().unwrap(), "in the clock of who asked");
        assert_eq!(
            late.lease(&key("a"), "late", minute).await,
            Ok(None),
            "its clock is past the end; the server's is not"
        );
        early.lease(&key("a"), "early", Duration::ZERO).await.unwrap();
        let taken = late.lease(&key("a"), "late", minute).await.unwrap().unwrap();
        assert_eq!(taken.until, "2026-05-03T10:03:00Z".parse().unwrap());
        assert_eq!(early.lease(&key("a"), "early", minute).await, Ok(None));
    });
}

#[test]
fn what_is_short_ends_by_itself() {
    let Some(server) = redis::shared() else { return };
    run(async {
        let cache = RedisCache::open(&(server.database() + "?timeout=60000"), clock()).await.unwrap();
        let moment = Duration::from_nanos(1);
        cache.set(&key("a"), b"x".to_vec(), moment).await.unwrap();
        cache.increment(&key("a"), 5, moment).await.unwrap();
        cache.lease(&key("a"), "one", moment).await.unwrap().unwrap();
        until("the end", async || cache.get(&key("a")).await.unwrap().is_none().then_some(())).await;
        until("the end", async || cache.lease(&key("a"), "two", DAY).await.unwrap()).await;
        until("the end", async || (cache.increment(&key("a"), 1, moment).await.unwrap() == 1).then_some(())).await;
    });
}

#[test]
fn what_is_cleared_is_gone_from_the_server() {
    let Some(server) = redis::shared() else { return };
    run(async {
        let url = server.database();
        let cache = RedisCache::open(&(url.clone() + "?timeout=60000"), clock()).await.unwrap();
        let partition = PartitionId::new("home", "ana").unwrap();
        for n in 0..1200 {
            cache.set(&key(&format!("{n}")), b"x".to_vec(), DAY).await.unwrap();
        }
        cache.increment(&key("count"), 1, DAY).await.unwrap();
        cache.clear(&partition).await.unwrap();
        let client = ::redis::Client::open(url).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let left: usize = ::redis::cmd("DBSIZE").query_async(&mut connection).await.unwrap();
        assert_eq!(left, 0);
    });
}

#[test]
fn a_server_that_comes_back_is_used_again_and_tokens_grow_though_it_forgot_all() {
    // It keeps nothing on a disk.
    let Some(mut server) = Redis::start_with(&[]) else { return };
    run(async {
        let url = server.database();
        let cache = until("a connection", async || RedisCache::open(&url, clock()).await.ok()).await;
        let mut messages = until("a channel", async || cache.subscribe(&key("news")).await.ok()).await;
        let mut last = 0;
        for _ in 0..3 {
            let lease = until("a lease", async || cache.lease(&key("a"), "one", DAY).await.ok().flatten()).await;
            assert!(lease.token > last, "{} after {last}", lease.token);
            last = lease.token;
            server.kill();
            let since = Instant::now();
            for _ in 0..100 {
                let failed = cache.get(&key("a")).await;
                assert!(matches!(failed, Err(CacheError::Unavailable(_))), "{failed:?}");
            }
            assert!(since.elapsed() < Duration::from_secs(10), "a hundred refusals took {:?}", since.elapsed());
            server.restart();
            until("an answer", async || cache.set(&key("v"), b"x".to_vec(), DAY).await.ok()).await;
            // Who listened before listens again.
            until("a message", async || {
                let _ = cache.publish(&key("news"), b"back".to_vec()).await;
                tokio::time::timeout(Duration::from_millis(100), messages.next()).await.ok()
            })
            .await;
        }
    });
}

#[test]
fn a_server_that_hangs_holds_nobody_up_for_long() {
    let Some(server) = Redis::start() else { return };
    run(async {
        let url = server.database();
        let cache = until("a connection", async || RedisCache::open(&url, clock()).await.ok()).await;
        until("an answer", async || cache.set(&key("a"), b"x".to_vec(), DAY).await.ok()).await;
        server.hang();
        let since = Instant::now();
        for _ in 0..4 {
            for _ in 0..20 {
                let failed = cache.get(&key("a")).await;
                assert!(matches!(failed, Err(CacheError::Unavailable(_))), "{failed:?}");
            }
            let failed = cache.subscribe(&key("a")).await.map(|_| ());
            assert!(matches!(failed, Err(CacheError::Unavailable(_))), "{failed:?}");
        }
        server.resume();
        // Half a second for each who listens and for one of those who ask; the others need not wait.
        assert!(since.elapsed() < Duration::from_secs(30), "it took {:?}", since.elapsed());
        let value = until("an answer", async || cache.get(&key("a")).await.ok()).await;
        assert_eq!(value, Some(b"x".to_vec()));
        until("a channel", async || cache.subscribe(&key("a")).await.ok().map(|_| ())).await;
    });
}

#[test]
fn a_full_memory_is_told_and_what_is_there_can_be_read() {
    let Some(server) = Redis::start() else { return };
    run(async {
        let url = server.database();
        let cache = RedisCache::open(&(url.clone() + "?timeout=60000"), clock()).await.unwrap();
        cache.set(&key("a"), b"x".to_vec(), DAY).await.unwrap();
        command(&url, &["CONFIG", "SET", "maxmemory", "1"]).await;
        let full = cache.set(&key("b"), vec![0; MAX_VALUE_BYTES], DAY).await;
        assert_eq!(full, Err(CacheError::Unavailable("its memory is full".into())));
        assert_eq!(cache.get(&key("a")).await, Ok(Some(b"x".to_vec())));
        assert!(cache.lease(&key("a"), "one", DAY).await.unwrap().is_some(), "leases are small");
        command(&url, &["CONFIG", "SET", "maxmemory", "0"]).await;
        cache.set(&key("b"), b"x".to_vec(), DAY).await.unwrap();
    });
}

/// Something else that listens there.
fn web_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    url
}

#[test]
fn what_is_no_proper_server_is_refused_with_words() {
    let Some(server) = Redis::start() else { return };
    run(async {
        let url = server.database();
        let port = server.port();
        let patient = |url: &str| format!("{url}{}timeout=60000", if url.contains('?') { '&' } else { '?' });
        let refused = async |url: &str, words: &str| match RedisCache::open(&patient(url), clock()).await {
            Err(CacheError::Invalid(said)) => {
                assert!(said.contains(words) && !said.contains("s3cret"), "{said:?} does not say {words:?}");
            }
            other => panic!("{other:?} where {words:?} should have been refused"),
        };
        refused("http://127.0.0.1", "redis://").await;
        refused(&format!("{url}?volatile=perhaps"), "volatile=allowed").await;
        refused(&format!("redis://127.0.0.1:{port}/99999999"), "no such database").await;
        refused(&web_server(), "is no Redis").await;
        // A wrong password, and none.
        command(&url, &["CONFIG", "SET", "requirepass", "right"]).await;
        refused(&format!("redis://:s3cret@127.0.0.1:{port}"), "the password").await;
        refused(&url, "the password").await;
        let url = format!("redis://:right@127.0.0.1:{port}/0");
        RedisCache::open(&patient(&url), clock()).await.unwrap();
        // It drops what it holds.
        for policy in ["allkeys-lru", "volatile-ttl"] {
            command(&url, &["CONFIG", "SET", "maxmemory-policy", policy]).await;
            refused(&url, policy).await;
            RedisCache::open(&patient(&format!("{url}?volatile=allowed")), clock()).await.unwrap();
        }
        command(&url, &["CONFIG", "SET", "maxmemory-policy", "noeviction"]).await;
        command(&url, &["REPLICAOF", "127.0.0.1", "1"]).await;
        refused(&url, "replica").await;
        command(&url, &["REPLICAOF", "NO", "ONE"]).await;
        server.kill();
        let nobody = RedisCache::open(&url, clock()).await;
        assert!(matches!(nobody, Err(CacheError::Unavailable(_))), "{nobody:?}");
    });
}

#[test]
fn it_works_on_a_cluster() {
    let Some(server) = Redis::start_node(&[]) else { return };
    run(async {
        let url = format!("redis://127.0.0.1:{}", server.port());
        command(&url, &["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]).await;
        // It takes a moment to find that all slots are there.
        let url = format!("{url}?timeout=10000");
        let cache = until("a connection", async || RedisCache::open(&url, clock()).await.ok()).await;
        until("an answer", async || cache.set(&key("a"), b"x".to_vec(), DAY).await.ok()).await;
        let mut messages = cache.subscribe(&key("news")).await.unwrap();
        for subject in ["ana", "ben", "cem"] {
            let partition = PartitionId::new("home", subject).unwrap();
            let key = |name: &str| CacheKey::new(&partition, name).unwrap();
            cache.set(&key("a"), subject.into(), DAY).await.unwrap();
            assert_eq!(cache.increment(&key("n"), 2, DAY).await, Ok(2));
            assert!(cache.lease(&key("l"), "one", DAY).await.unwrap().is_some());
            assert_eq!(cache.get(&key("a")).await, Ok(Some(subject.into())));
            cache.remove(&key("a")).await.unwrap();
            cache.clear(&partition).await.unwrap();
            assert_eq!(cache.increment(&key("n"), 1, DAY).await, Ok(1));
        }
        cache.publish(&key("news"), b"hello".to_vec()).await.unwrap();
        assert_eq!(messages.next().await.unwrap(), b"hello");
    });
}
