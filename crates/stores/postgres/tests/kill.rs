//! The server is killed again and again under load: every commit that was acknowledged is there, once and whole, and the
//! store goes on by itself.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, PartitionId, Scan, Store, StoreAdmin, StoreError};
use philia_store_postgres::PostgresStore;
use philia_testkit::server::Server as _;
use philia_testkit::server::postgres::Postgres;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const COMMITTERS: usize = 6;
const KILLS: usize = 20;

fn person(committer: usize) -> PartitionId {
    PartitionId::new("home", format!("person{}", committer % 3)).unwrap()
}

/// The records of a commit, of which all must be there or none.
fn turn(id: &str) -> Vec<Change> {
    let part = |kind| {
        let doc = json!({ "text": "x".repeat(200), "turn": id });
        Change::Insert(Draft {
            key: Key::new(kind, id),
            at: Timestamp::UNIX_EPOCH,
            doc: doc.into(),
            blob: Some(vec![7; 500]),
        })
    };
    vec![part(Kind::Interaction), part(Kind::Job), part(Kind::Access)]
}

/// What the committers and the one who kills know together.
#[derive(Default)]
struct Load {
    acknowledged: AtomicUsize,
    failed: AtomicUsize,
    over: AtomicBool,
}

/// Commits one turn after another, each until it is there. Returns how many.
async fn commit(store: Arc<PostgresStore>, load: Arc<Load>, committer: usize) -> usize {
    let partition = philia_ports::Partition { id: person(committer), generation: 0 };
    for n in 0.. {
        if load.over.load(Ordering::Relaxed) {
            return n;
        }
        let id = format!("{committer}.{n}");
        let mut tried = 0;
        loop {
            match store.commit(&partition, turn(&id)).await {
                Ok(_) => break,
                // Only after an unknown outcome may it be there already.
                Err(StoreError::Conflict(_)) if tried > 0 => break,
                Err(error) => {
                    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
                    load.failed.fetch_add(1, Ordering::Relaxed);
                    tried += 1;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
        load.acknowledged.fetch_add(1, Ordering::Relaxed);
    }
    0
}

async fn all(store: &PostgresStore, committer: usize, kind: Kind) -> BTreeSet<String> {
    let partition = store.open(&person(committer)).await.unwrap();
    let (mut ids, mut scan) = (BTreeSet::new(), Scan::of(kind));
    loop {
        let page = store.scan(&partition, &scan).await.unwrap();
        ids.extend(page.items.into_iter().map(|record| record.key.id));
        match page.next {
            Some(next) => scan.cursor = Some(next),
            None => return ids,
        }
    }
}

fn survives(major: u16) {
    let Some(mut server) = Postgres::start(major) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let store = Arc::new(runtime.block_on(PostgresStore::open(&server.database())).unwrap());
    let load = Arc::new(Load::default());
    let committers: Vec<_> =
        (0..COMMITTERS).map(|committer| runtime.spawn(commit(store.clone(), load.clone(), committer))).collect();
    let mut chance: u64 = 20_240_503;
    for round in 0..=KILLS {
        // After so many acknowledgements: a number that looks random and is the same in every run.
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let until = load.acknowledged.load(Ordering::Relaxed) + 1 + (chance >> 33) as usize % 60;
        while load.acknowledged.load(Ordering::Relaxed) < until {
            assert!(committers.iter().all(|committer| !committer.is_finished()), "a committer ended in round {round}");
            std::thread::sleep(Duration::from_millis(1));
        }
        if round < KILLS {
            server.kill();
            assert!(runtime.block_on(store.health()).unwrap_err().is_retryable());
            server.restart();
        }
    }
    load.over.store(true, Ordering::Relaxed);
    runtime.block_on(async {
        let mut expected: Vec<BTreeSet<String>> = vec![BTreeSet::new(); 3];
        for (committer, commits) in committers.into_iter().enumerate() {
            let ids = (0..commits.await.unwrap()).map(|n| format!("{committer}.{n}"));
            expected[committer % 3].extend(ids);
        }
        for (who, expected) in expected.iter().enumerate() {
            for kind in [Kind::Interaction, Kind::Job, Kind::Access] {
                assert_eq!(&all(&store, who, kind).await, expected, "{kind} of person{who}");
            }
            // Each commit took the next number, and none was made twice.
            let partition = store.open(&person(who)).await.unwrap();
            let head = store.changes(&partition, Kind::Interaction, 0, 1).await.unwrap().head;
            assert_eq!(head, expected.len() as u64);
        }
    });
    let failed = load.failed.load(Ordering::Relaxed);
    assert!(failed >= KILLS, "only {failed} attempts failed in {KILLS} kills");
}

#[test]
fn what_was_acknowledged_outlives_twenty_kills_of_postgres_16() {
    survives(16);
}

#[test]
fn what_was_acknowledged_outlives_twenty_kills_of_postgres_18() {
    survives(18);
}
