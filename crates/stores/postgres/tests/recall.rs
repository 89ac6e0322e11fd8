//! The recall index on pgvector passes the suite that every index passes, on each major; its graphs find nearly what a
//! look at all finds; and what can be wrong with its server is told clearly.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::MemoryId;
use philia_mind::memory::recall::{Known, POOL, Query, analyse};
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, Filter, Hit, Index, IndexError};
use philia_ports::store::{Partition, PartitionId};
use philia_store_postgres::PgVectorIndex;
use philia_testkit::index::{about, run};
use philia_testkit::server::Server as _;
use philia_testkit::server::postgres::{self, Postgres};
use std::sync::Arc;

const FEW: &str = "pool_min=0&pool_max=8";

async fn opened(url: &str) -> Result<PgVectorIndex, IndexError> {
    PgVectorIndex::open(url, Arc::new(())).await
}

/// An index in a database of its own.
fn index(major: u16) -> Option<PgVectorIndex> {
    let url = format!("{}?{FEW}", postgres::shared(major)?.database());
    Some(run(opened(&url)).unwrap())
}

macro_rules! on {
    ($($name:ident = $major:literal),*) => {$(
        mod $name {
            philia_testkit::index_conformance!(super::index($major));
        }
    )*};
}

on!(postgres_16 = 16, postgres_18 = 18);

/// The database of a URL.
fn name(url: &str) -> &str {
    url.split('?').next().unwrap().rsplit('/').next().unwrap()
}

fn ana() -> Partition {
    Partition { id: PartitionId::new("home", "ana").unwrap(), generation: 0 }
}

fn entry(number: usize, text: &str, vector: Option<Vec<f32>>) -> Entry {
    let tags = if number.is_multiple_of(10) { vec!["tenth".into()] } else { Vec::new() };
    Entry { vector, tags, ..philia_testkit::index::entry(&format!("{number:06}"), text) }
}

async fn nearest(index: &PgVectorIndex, vector: Vec<f32>, filter: &Filter) -> Vec<Hit> {
    index.search(&ana(), &Query::default(), &[Some(vector)], filter, POOL).await.unwrap()
}

fn graphs(server: &Postgres, url: &str) -> String {
    let sql = "SELECT count(*) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
               WHERE relname LIKE 'recall_graph_%' AND indisvalid";
    server.psql(name(url), sql).unwrap().trim().to_owned()
}

/// How often the graph was walked, as far as the sessions have told: at the latest when they end.
fn walks(server: &Postgres, url: &str) -> u64 {
    let sql = "SELECT sum(idx_scan) FROM pg_stat_user_indexes WHERE indexrelname LIKE 'recall_graph_%'";
    server.psql(name(url), sql).unwrap().trim().parse().unwrap()
}

#[test]
fn a_graph_is_walked_and_finds_nearly_what_a_look_at_all_finds() {
    const ENTRIES: u64 = 3000;
    const ASKED: u64 = 40;
    let Some(server) = postgres::shared(18) else { return };
    let url = format!("{}?{FEW}", server.database());
    run(async {
        let exact = opened(&url).await.unwrap().with_graphs_from(usize::MAX);
        let entries = (0..ENTRIES).map(|n| entry(n as usize, "it rains", Some(about(n % 40, n))));
        exact.apply(&ana(), None, entries.collect(), &[], 1).await.unwrap();
        let by_graph = async || opened(&url).await.unwrap().with_graphs_from(1000);
        // The first question has it made.
        nearest(&by_graph().await, about(1, 1), &Filter::default()).await;
        while graphs(server, &url) != "1" {
            tokio::task::yield_now().await;
        }
        // A planner that knows how many there are.
        server.psql(name(&url), "ANALYZE recall_entry, recall_vector").unwrap();
        let tenths = Filter { tags: vec!["tenth".into()], ..Filter::default() };
        // Of so few, PostgreSQL may well look at all.
        for (filter, always) in [(Filter::default(), true), (tenths, false)] {
            let (index, before) = (by_graph().await, walks(server, &url));
            let mut found = 0;
            for asked in 0..ASKED {
                let probe = about(asked, ENTRIES + asked);
                let all = nearest(&exact, probe.clone(), &filter).await;
                let some = nearest(&index, probe, &filter).await;
                let best: Vec<&MemoryId> = all.iter().take(10).map(|hit| &hit.id).collect();
                found += some.iter().take(10).filter(|hit| best.contains(&&hit.id)).count();
            }
            let recall = found as f64 / (10 * ASKED) as f64;
            assert!(recall >= 0.95, "{recall} of the ten nearest, {filter:?}");
            drop(index);
            let began = std::time::Instant::now();
            while always && walks(server, &url) < before + ASKED {
                assert!(began.elapsed().as_secs() < 60, "{} walks", walks(server, &url) - before);
                tokio::task::yield_now().await;
            }
        }
    });
}

#[test]
fn what_one_instance_brings_another_finds_and_does_not_bring_twice() {
    let Some(server) = postgres::shared(16) else { return };
    let url = format!("{}?{FEW}&schema=of%20two", server.database());
    run(async {
        let (one, two) = (opened(&url).await.unwrap(), opened(&url).await.unwrap());
        one.apply(&ana(), None, vec![entry(1, "a kayak", None)], &[], 1).await.unwrap();
        two.apply(&ana(), Some(1), vec![entry(2, "a kayak", None)], &[], 2).await.unwrap();
        let late = one.apply(&ana(), Some(1), vec![entry(2, "a kayak", None)], &[], 2).await;
        assert!(matches!(late, Err(IndexError::NotLoaded)), "{late:?}");
        let asked = analyse(&Analyzer::new(), "kayak", &Known::default(), Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        let found = one.search(&ana(), &asked, &[], &Filter::default(), POOL).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(one.info(&ana()).await.unwrap().unwrap().upto, 2);
    });
}

#[test]
fn an_index_that_cannot_be_used_says_why() {
    let Some(server) = postgres::shared(18) else { return };
    let refused = |url: &str| match run(opened(url)) {
        Err(IndexError::Invalid(why)) => why,
        other => panic!("{other:?}"),
    };
    let url = server.database();
    server.psql(name(&url), "CREATE ROLE guest LOGIN PASSWORD 'right'").unwrap();
    let as_guest = url.replace("philia@", "guest:s3cret@");
    let why = refused(&as_guest);
    assert!(why.contains("pgvector") && why.contains("CREATE EXTENSION vector") && !why.contains("s3cret"), "{why}");
    assert!(refused(&url.replace("test_", "no_such_")).contains("is not there"));
    assert!(refused(&format!("{url}?colour=blue")).contains("colour"));

    server.psql(name(&url), "CREATE TABLE recall_entry (theirs text)").unwrap();
    assert!(refused(&url).contains("recall_entry"));
    assert_eq!(server.psql(name(&url), "SELECT count(*) FROM recall_entry").unwrap().trim(), "0", "it is left alone");
    let elsewhere = format!("{url}?schema=mine&{FEW}");
    run(opened(&elsewhere)).unwrap();
    run(opened(&elsewhere)).unwrap();
    server.psql(name(&url), "UPDATE mine.recall_schema SET number = 99").unwrap();
    assert!(refused(&elsewhere).contains("newer program"));
    // An older one is made anew: all of it can be had from the store.
    server.psql(name(&url), "UPDATE mine.recall_schema SET number = 0").unwrap();
    run(opened(&elsewhere)).unwrap();
    assert_eq!(server.psql(name(&url), "SELECT number FROM mine.recall_schema").unwrap().trim(), "2");
}

#[test]
fn a_server_that_is_gone_is_come_back_to() {
    let Some(mut server) = Postgres::start(18) else { return };
    let url = format!("{}?{FEW}&connect_timeout=1", server.database());
    server.kill();
    run(async {
        let index = opened(&url).await.unwrap();
        let gone = index.info(&ana()).await;
        assert!(matches!(gone, Err(IndexError::Unavailable(_))), "{gone:?}");
        server.restart();
        index.apply(&ana(), None, vec![entry(1, "a kayak", None)], &[], 1).await.unwrap();
        server.kill();
        let gone = index.apply(&ana(), Some(1), vec![entry(2, "a kayak", None)], &[], 2).await;
        assert!(matches!(gone, Err(IndexError::Unavailable(_))), "{gone:?}");
        server.restart();
        // A connection that died may be found so once more.
        let _ = index.info(&ana()).await;
        let info = index.info(&ana()).await.unwrap().unwrap();
        assert_eq!((info.upto, info.entries), (1, 1), "all of a change or nothing");
    });
}
