//! However often the server is killed, the store keeps every commit that was acknowledged, once, and no part of another;
//! and goes on by itself when the server is back.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, Partition, PartitionId, Scan, Store, StoreError};
use philia_store_redis::RedisStore;
use philia_testkit::server::Server as _;
use philia_testkit::server::redis::Redis;
use philia_testkit::store::run;
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const COMMITTERS: usize = 8;
const KILLS: usize = 20;

fn person(committer: usize) -> PartitionId {
    PartitionId::new("home", format!("person{}", committer % 3)).unwrap()
}

/// The two records of a commit, which must both be there or neither.
fn pair(id: &str) -> Vec<Change> {
    let half = |kind| {
        let doc = json!({ "text": "x".repeat(id.len() * 50) });
        Change::Insert(Draft { key: Key::new(kind, id), at: Timestamp::UNIX_EPOCH, doc: doc.into(), blob: None })
    };
    vec![half(Kind::Interaction), half(Kind::Job)]
}

/// Commits until it is known to be done; a repetition is told by its conflict.
async fn commit(store: &RedisStore, partition: &Partition, id: &str) {
    let since = Instant::now();
    let mut unknown = false;
    loop {
        match store.commit(partition, pair(id)).await {
            Ok(_) => return,
            Err(StoreError::Conflict(key)) if unknown => {
                assert_eq!(key, Key::new(Kind::Interaction, id));
                return;
            }
            Err(StoreError::Unavailable(_)) => unknown = true,
            Err(other) => panic!("{other}"),
        }
        assert!(since.elapsed() < Duration::from_secs(120), "it does not come back");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn all(store: &RedisStore, partition: &Partition, kind: Kind) -> HashSet<String> {
    let mut ids = HashSet::new();
    let mut scan = Scan::of(kind);
    loop {
        let page = store.scan(partition, &scan).await.unwrap();
        ids.extend(page.items.into_iter().map(|record| record.key.id));
        match page.next {
            Some(next) => scan.cursor = Some(next),
            None => return ids,
        }
    }
}

#[test]
fn what_was_acknowledged_outlives_kills_at_any_instant() {
    let Some(mut server) = Redis::start() else { return };
    run(async {
        let store = Arc::new(RedisStore::open(&server.database()).await.unwrap());
        let acknowledged = Arc::new(AtomicU64::new(0));
        let ended = Arc::new(AtomicBool::new(false));
        let committers: Vec<_> = (0..COMMITTERS)
            .map(|committer| {
                let (store, acknowledged, ended) = (store.clone(), acknowledged.clone(), ended.clone());
                tokio::spawn(async move {
                    let partition = Partition { id: person(committer), generation: 0 };
                    let mut done = Vec::new();
                    while !ended.load(Ordering::SeqCst) {
                        let id = format!("{committer}.{}", done.len());
                        commit(&store, &partition, &id).await;
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                        done.push(id);
                    }
                    done
                })
            })
            .collect();
        let mut chance: u64 = 20_240_503;
        for kill in 0..KILLS {
            // Killed after so many acknowledgements: a number that looks random and is the same in every run.
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let until = acknowledged.load(Ordering::SeqCst) + (chance >> 33) % 300;
            let since = Instant::now();
            while acknowledged.load(Ordering::SeqCst) <= until {
                assert!(since.elapsed() < Duration::from_secs(120), "nothing goes on after {kill} kills");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            server.kill();
            server.restart();
        }
        ended.store(true, Ordering::SeqCst);
        let mut done: Vec<HashSet<String>> = vec![HashSet::new(); 3];
        for (committer, task) in committers.into_iter().enumerate() {
            done[committer % 3].extend(task.await.unwrap());
        }
        for (number, done) in done.iter().enumerate() {
            let partition = store.open(&person(number)).await.unwrap();
            assert_eq!(&all(&store, &partition, Kind::Interaction).await, done, "lost, or never asked for");
            assert_eq!(&all(&store, &partition, Kind::Job).await, done, "half a commit");
            // Each commit took the next number, none twice, and none is missing.
            let head = store.changes(&partition, Kind::Interaction, 0, 1).await.unwrap().head;
            assert_eq!(head, done.len() as u64);
        }
    });
}

#[test]
fn a_server_that_hangs_is_given_up_and_a_repetition_commits_once() {
    let Some(server) = Redis::start() else { return };
    run(async {
        let url = server.database();
        let store = Arc::new(RedisStore::open(&format!("{url}?timeout=2000")).await.unwrap());
        let ana = store.open(&person(0)).await.unwrap();
        commit(&store, &ana, "before").await;
        server.hang();
        let since = Instant::now();
        // It lies at the server, which may do it later, or not.
        let hung = store.commit(&ana, pair("hung")).await;
        assert!(matches!(hung, Err(StoreError::Unavailable(_))), "{hung:?}");
        let failed = store.get_many(&ana, &[Key::new(Kind::Job, "before")]).await;
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
        assert!(since.elapsed() < Duration::from_secs(60), "it took {:?}", since.elapsed());
        server.resume();
        let mut unknown = Err(StoreError::Unavailable(String::new()));
        while let Err(StoreError::Unavailable(_)) = unknown {
            assert!(since.elapsed() < Duration::from_secs(120), "it does not come back");
            unknown = store.commit(&ana, pair("hung")).await;
        }
        assert!(matches!(unknown, Ok(2) | Err(StoreError::Conflict(_))), "{unknown:?}");
        commit(&store, &ana, "after").await;
        let head = store.changes(&ana, Kind::Interaction, 0, 1).await.unwrap().head;
        assert_eq!(head, 3);
        assert_eq!(all(&store, &ana, Kind::Interaction).await, all(&store, &ana, Kind::Job).await);
    });
}
