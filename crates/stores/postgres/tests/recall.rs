//! The recall index on pgvector passes the suite that every index passes, on each major.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use philia_store_postgres::PgVectorIndex;
use philia_testkit::server::postgres;
use std::sync::Arc;

/// An index in a database of its own.
fn index(major: u16) -> Option<PgVectorIndex> {
    let url = format!("{}?pool_min=1&pool_max=8", postgres::shared(major)?.database());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    Some(runtime.block_on(PgVectorIndex::open(&url, Arc::new(()))).unwrap())
}

macro_rules! on {
    ($($name:ident = $major:literal),*) => {$(
        mod $name {
            philia_testkit::index_conformance!(super::index($major));
        }
    )*};
}

on!(postgres_16 = 16, postgres_18 = 18);

/// From the second memory on a graph finds the nearest.
mod by_a_graph {
    philia_testkit::index_conformance!(super::index(18).map(|index| index.with_graphs_from(2)));
}
