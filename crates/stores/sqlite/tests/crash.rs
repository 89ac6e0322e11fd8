//! Killed at any instant, the store keeps every commit that was acknowledged, and no part of another.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, PartitionId, Scan, Store};
use philia_store_sqlite::SqliteStore;
use philia_testkit::store::run;
use serde_json::json;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

const DIRECTORY: &str = "PHILIA_CRASH_TEST_DIRECTORY";
const COMMITTERS: usize = 8;

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

/// Not a test of its own: what the killed process does. It commits and says what was acknowledged, for ever.
#[test]
fn child() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let round = std::process::id();
    let store = Arc::new(SqliteStore::open(&Path::new(&directory).join("philia.db")).unwrap());
    run(async {
        let committers = (0..COMMITTERS).map(|committer| {
            let store = store.clone();
            tokio::spawn(async move {
                let partition = store.open(&person(committer)).await.unwrap();
                for n in 0.. {
                    let id = format!("{round}.{committer}.{n}");
                    store.commit(&partition, pair(&id)).await.unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "acknowledged {committer} {id}").and_then(|()| out.flush()).unwrap();
                }
            })
        });
        for committer in committers.collect::<Vec<_>>() {
            committer.await.unwrap();
        }
    });
}

#[test]
fn what_was_acknowledged_outlives_a_kill_at_any_instant() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<HashSet<String>> = vec![HashSet::new(); COMMITTERS];
    let mut chance: u64 = 20_240_503;
    for round in 0..12 {
        // Killed after so many acknowledgements: a number that looks random and is the same in every run.
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let patience = (chance >> 33) % 300;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(DIRECTORY, directory.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        for line in lines {
            let line = line.unwrap();
            // The first acknowledgement may stand on the line on which the harness names its test.
            let Some((_, said)) = line.split_once("acknowledged ") else { continue };
            let (committer, id) = said.split_once(' ').unwrap();
            acknowledged[committer.parse::<usize>().unwrap()].insert(id.to_owned());
            seen += 1;
            if seen == patience + 1 {
                child.kill().unwrap();
            }
        }
        let ended = child.wait().unwrap();
        assert!(!ended.success() && seen > patience, "it ended by itself in round {round}: {ended}");

        let store = SqliteStore::open(&directory.path().join("philia.db")).unwrap();
        run(async {
            store.verify().await.unwrap();
            for (committer, ids) in acknowledged.iter().enumerate() {
                let partition = store.open(&person(committer)).await.unwrap();
                let there = all(&store, &partition, Kind::Interaction).await;
                let lost: Vec<_> = ids.difference(&there).collect();
                assert!(lost.is_empty(), "{lost:?} were acknowledged and are lost after round {round}");
                assert_eq!(there, all(&store, &partition, Kind::Job).await, "half a commit after round {round}");
                // Each commit took the next number, and none is missing.
                let head = store.changes(&partition, Kind::Interaction, 0, 1).await.unwrap().head;
                assert_eq!(head, there.len() as u64);
            }
        });
    }
}

async fn all(store: &SqliteStore, partition: &philia_ports::Partition, kind: Kind) -> HashSet<String> {
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
