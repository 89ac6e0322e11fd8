//! The index on Qdrant passes the suite that every index passes: on a small Qdrant of the tests' own, on Qdrant's own
//! engine, and where `QDRANT_URL` names a server (`qdrant://:KEY@HOST:PORT`), on that.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

mod engine;
mod one_step_at_a_time;
mod small;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_index_qdrant::QdrantIndex;
use philia_mind::memory::recall::{Known, POOL, analyse};
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, Filter, Index, IndexError};
use philia_ports::store::{Partition, PartitionId};
use philia_testkit::index::run;
use philia_testkit::server::qdrant;
use philia_testkit::world::CountingChance;
use small::Small;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

async fn opened(url: &str) -> Result<QdrantIndex, IndexError> {
    static CHANCE: LazyLock<Arc<CountingChance>> = LazyLock::new(Arc::default);
    QdrantIndex::open(url, Arc::new(()), CHANCE.clone()).await
}

mod on_a_small_one {
    philia_testkit::index_conformance!(Some(super::run(super::opened(&super::Small::start().url())).unwrap()));
}

mod on_the_engine {
    philia_testkit::index_conformance!(super::engine());
}

mod on_a_server {
    philia_testkit::index_conformance!(super::named());
}

/// An index with collections of its own on Qdrant's engine.
fn engine() -> Option<QdrantIndex> {
    Some(run(opened(&qdrant::shared()?.url())).unwrap())
}

/// The same on the server that is named.
fn named() -> Option<QdrantIndex> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(url) = std::env::var("QDRANT_URL") else {
        philia_testkit::skipped("no QDRANT_URL is given");
        return None;
    };
    let (process, number) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    Some(run(opened(&format!("{url}?prefix=test_{process}_{number}"))).unwrap())
}

fn entry(id: &str, text: &str) -> Entry {
    Entry { vector: Some(vec![0.6, 0.8]), ..philia_testkit::index::entry(id, text) }
}

fn ana() -> Partition {
    Partition { id: PartitionId::new("home", "ana").unwrap(), generation: 0 }
}

/// What is found by a word.
async fn found(index: &QdrantIndex, word: &str) -> Result<Vec<String>, IndexError> {
    let asked = analyse(&Analyzer::new(), word, &Known::default(), Timestamp::UNIX_EPOCH, &TimeZone::UTC);
    let hits = index.search(&ana(), &asked, &[], &Filter::default(), POOL).await?;
    let mut found: Vec<String> = hits.iter().map(|hit| hit.id.to_string()).collect();
    found.sort();
    Ok(found)
}
