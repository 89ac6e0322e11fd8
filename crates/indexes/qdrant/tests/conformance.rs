//! The index on Qdrant passes the suite that every index passes, on a small Qdrant of the tests' own and, where
//! `QDRANT_URL` names one (`qdrant://:KEY@HOST:PORT`), on a real one.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

mod small;

use jiff::Timestamp;
use philia_index_qdrant::QdrantIndex;
use philia_mind::MemoryId;
use philia_mind::memory::{Category, MemoryKind, Speaker};
use philia_ports::index::{Entry, Index, IndexError};
use philia_ports::store::{Partition, PartitionId};
use philia_testkit::index::run;
use serde_json::json;
use small::{KEY, Small};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

async fn opened(url: &str) -> Result<QdrantIndex, IndexError> {
    QdrantIndex::open(url, Arc::new(())).await
}

mod on_a_small_one {
    philia_testkit::index_conformance!(Some(super::run(super::opened(&super::Small::start().url())).unwrap()));
}

mod on_a_real_one {
    philia_testkit::index_conformance!(super::real());
}

/// An index with collections of its own on the server that is named.
fn real() -> Option<QdrantIndex> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(url) = std::env::var("QDRANT_URL") else {
        philia_testkit::skipped("no QDRANT_URL is given");
        return None;
    };
    let (process, number) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    Some(run(opened(&format!("{url}?prefix=test_{process}_{number}"))).unwrap())
}

fn ana() -> Partition {
    Partition { id: PartitionId::new("home", "ana").unwrap(), generation: 0 }
}

fn entry(id: &str, text: &str) -> Entry {
    Entry {
        id: MemoryId::new(id),
        text: text.into(),
        vector: Some(vec![0.6, 0.8]),
        speaker: Speaker::User,
        place: None,
        occurred_at: Timestamp::UNIX_EPOCH,
        kind: MemoryKind::Episodic,
        category: Category::Conversation,
        importance: 0.5,
        reinforced: 0,
        emotion: None,
        tags: Vec::new(),
        hidden: false,
    }
}

#[test]
fn an_index_that_cannot_be_used_says_why() {
    let small = Small::start();
    let refused = |url: &str| match run(opened(url)) {
        Err(IndexError::Invalid(why)) => why,
        other => panic!("{other:?}"),
    };
    let why = refused(&small.url().replace(KEY, "s3cret"));
    assert!(why.contains("lets nobody in") && !why.contains("s3cret"), "{why}");
    for (url, said) in [
        ("redis://:s3cret@host", "another scheme"),
        ("qdrant://", "cannot be read"),
        ("qdrant://:s3cret@host?prefix=a/b", "prefix"),
        ("qdrant://:s3cret@host?colour=blue", "colour"),
    ] {
        let why = refused(url);
        assert!(why.contains(said) && !why.contains("s3cret"), "{why}");
    }
    small.make("philia_2", json!({ "vectors": { "size": 7, "distance": "Cosine" } }));
    run(async {
        let index = opened(&small.url()).await.unwrap();
        let theirs = index.apply(&ana(), None, vec![entry("1", "a kayak")], &[], 1).await;
        assert!(matches!(&theirs, Err(IndexError::Invalid(why)) if why.contains("philia_2")), "{theirs:?}");
        let own = opened(&format!("{}?prefix=own", small.url())).await.unwrap();
        own.apply(&ana(), None, vec![entry("1", "a kayak")], &[], 1).await.unwrap();
        assert!(small.indexed("own_2").iter().any(|field| field == "owner"));
        assert_eq!(own.snapshot().await.unwrap().len(), 2);
    });
}

#[test]
fn half_a_change_is_not_loaded_and_what_is_cleared_is_gone() {
    let small = Small::start();
    run(async {
        let index = opened(&small.url()).await.unwrap();
        index.apply(&ana(), None, vec![entry("1", "a kayak")], &[], 1).await.unwrap();
        small.fail(503);
        let gone = index.apply(&ana(), Some(1), vec![entry("2", "a piano")], &[], 2).await;
        assert!(matches!(gone, Err(IndexError::Unavailable(_))), "{gone:?}");
        small.fail(0);
        assert_eq!(index.info(&ana()).await.unwrap().unwrap().upto, 1, "nothing was written");
        index.apply(&ana(), Some(1), vec![entry("2", "a piano")], &[], 2).await.unwrap();
        assert!(small.content().contains("piano"));
        index.clear(&ana()).await.unwrap();
        assert!(!small.content().contains("piano") && !small.content().contains("kayak"));
        assert!(!small.content().contains("ana"), "nor who it was");
    });
}

#[test]
fn a_server_that_is_not_there_is_asked_again_later() {
    run(async {
        let index = opened("qdrant://127.0.0.1:9").await.unwrap();
        let gone = index.info(&ana()).await;
        assert!(matches!(gone, Err(IndexError::Unavailable(_))), "{gone:?}");
    });
}
