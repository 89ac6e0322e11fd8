//! The recall index on pgvector, in the same database as the store or in another.
//!
//! PostgreSQL finds candidates, and the mind judges them ([`philia_mind::memory::recall::judge`]), so that a question is
//! answered as by the index in process:
//!
//! - by words: the mind's own stems in a `tsvector` with a GIN index, the best by a scalar product of sparse vectors
//!   (BM25 but for the last digit), and their neighbours;
//! - by meaning: half-precision vectors in a table of their own, compared with all of a person's up to a size
//!   ([`GRAPH_FROM`]), and from there on by an HNSW graph of that person's own, iteratively where a filter keeps many out;
//! - by time: an index of instants.
//!
//! How many memories hold each word is counted as they come, so a word's rarity is exact; how many neighbourhoods hold it
//! is reckoned from that.
//!
//! - `schema`, `tables.sql`: the tables; `words`: stems, vectors and weights as PostgreSQL holds them.
//! - `apply`: what is taken in; `search`: what is found; `graph`: the graphs.
//!
//! # URL
//! As for the store. The tables (`recall_...`) may stand in the store's schema.
//!
//! # Several instances
//! How far the index has come stands in the row of the person, which whoever takes something in locks first: two who
//! bring the same changes do not bring them twice, and everybody finds at once what anybody brought.

mod apply;
mod graph;
mod schema;
mod search;
mod words;

use crate::address::Address;
use crate::link::{Link, Value};
use async_trait::async_trait;
use philia_mind::MemoryId;
use philia_mind::memory::recall::judge::Kindred;
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, Filter, Hit, Index, IndexError, IndexInfo, Query};
use philia_ports::store::{Partition, StoreError};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use tokio::sync::OnceCell;
use tokio_postgres::types::Type;

/// From so many memories of a person on, the nearest vectors are found by a graph; below, all are looked at.
pub const GRAPH_FROM: i64 = 10_000;

/// About what an entry takes besides its vector, in bytes.
const ENTRY_BYTES: usize = 700;

/// A recall index in a PostgreSQL database with pgvector.
pub struct PgVectorIndex {
    address: Address,
    analyzer: Analyzer,
    kindred: Arc<dyn Kindred>,
    graph_from: i64,
    /// Connected when it is first needed and there.
    link: OnceCell<Arc<RecallLink>>,
}

/// The way to the server, and where what is there.
struct RecallLink {
    link: Link,
    /// The schema that pgvector is in, quoted.
    vector: String,
    graphs: graph::Graphs,
}

impl fmt::Debug for PgVectorIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgVectorIndex").field("address", &self.address.location).finish_non_exhaustive()
    }
}

impl PgVectorIndex {
    /// Opens the index at a URL, and makes its tables if there are none yet. A server that does not answer is connected
    /// to later, when it does. `kindred` knows which words mean nearly the same.
    ///
    /// # Errors
    /// [`IndexError::Invalid`] for a URL that makes no sense, a password, user or database that the server does not
    /// know, a database without pgvector, tables that are somebody else's or a newer program's.
    pub async fn open(url: &str, kindred: Arc<dyn Kindred>) -> Result<Self, IndexError> {
        let address = Address::parse(url).map_err(told)?;
        let index = Self { address, analyzer: Analyzer::new(), kindred, graph_from: GRAPH_FROM, link: OnceCell::new() };
        match index.link().await {
            Err(IndexError::Unavailable(why)) => tracing::warn!(why, "the index is connected to later"),
            other => drop(other?),
        }
        Ok(index)
    }

    /// The same with graphs from another size on.
    #[must_use]
    pub fn with_graphs_from(self, entries: usize) -> Self {
        Self { graph_from: i64::try_from(entries).unwrap_or(i64::MAX), ..self }
    }

    async fn link(&self) -> Result<&Arc<RecallLink>, IndexError> {
        let connect = async || {
            let (link, mut line) = Link::open(self.address.clone()).await?;
            let vector = schema::prepare(&mut line, &link.address.location, &link.address.schema).await?;
            Ok(Arc::new(RecallLink { link, vector, graphs: graph::Graphs::default() }))
        };
        self.link.get_or_try_init(connect).await.map_err(told)
    }
}

/// The index's error for one of the way to the server.
fn told(error: StoreError) -> IndexError {
    match error {
        StoreError::Unavailable(why) => IndexError::Unavailable(why),
        StoreError::Full(place) => IndexError::Unavailable(format!("the disk of {place} is full")),
        StoreError::Invalid(why) => IndexError::Invalid(why),
        other => IndexError::Invalid(other.to_string()),
    }
}

/// A number as PostgreSQL has it. No partition has come so far that it does not fit.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[async_trait]
impl Index for PgVectorIndex {
    async fn info(&self, partition: &Partition) -> Result<Option<IndexInfo>, IndexError> {
        let link = self.link().await?;
        let sql = format!(
            "SELECT upto, entries, dimensions, speakers FROM {}.recall_person
             WHERE account = $1 AND subject = $2 AND generation = $3",
            link.link.address.schema
        );
        let (id, generation) = (&partition.id, signed(partition.generation));
        let values: &[Value<'_>] =
            &[(&id.account(), Type::TEXT), (&id.subject(), Type::TEXT), (&generation, Type::INT8)];
        let rows = link.link.query(&sql, values).await.map_err(told)?;
        Ok(rows.first().map(|row| {
            let entries = usize::try_from(row.get::<_, i64>(1)).unwrap_or(0);
            let dimensions = row.get::<_, Option<i32>>(2).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
            let speakers: BTreeMap<String, u64> = serde_json::from_str(row.get(3)).unwrap_or_default();
            IndexInfo {
                generation: partition.generation,
                upto: unsigned(row.get(0)),
                entries,
                bytes: entries * (ENTRY_BYTES + 2 * dimensions),
                speakers: speakers.into_keys().collect(),
            }
        }))
    }

    async fn apply(
        &self,
        partition: &Partition,
        since: Option<u64>,
        upserts: Vec<Entry>,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<(), IndexError> {
        let link = self.link().await?;
        apply::apply(link, &self.analyzer, partition, since, upserts, removals, upto).await
    }

    async fn search(
        &self,
        partition: &Partition,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>, IndexError> {
        let link = self.link().await?;
        let looked_for = search::LookedFor { partition, query, vectors, filter, k };
        search::search(link, &*self.kindred, self.graph_from, &looked_for).await
    }

    async fn clear(&self, partition: &Partition) -> Result<(), IndexError> {
        apply::clear(self.link().await?, &partition.id).await
    }
}
