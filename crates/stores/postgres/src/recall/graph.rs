//! HNSW graphs (Malkov & Yashunin 2018), one for each person who has so many memories that to look at all would take
//! too long. A person's own: a walk through everybody's vectors would meet hardly any of theirs.
//!
//! A graph is made beside everything else, when somebody with many memories is first asked about; until it is there,
//! all are looked at. What comes later is added by PostgreSQL.

use super::RecallLink;
use philia_ports::StoreError;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Mutex as AsyncMutex;

/// Vectors of half precision that are longer cannot be in a graph.
const MOST_DIMENSIONS: i32 = 4000;

/// What is known of the graphs there are.
#[derive(Default)]
pub(super) struct Graphs {
    /// Those that were made, or looked for, by this process.
    seen: Mutex<HashSet<i32>>,
    /// Held while one is made: each takes memory and processors.
    making: AsyncMutex<()>,
}

impl RecallLink {
    fn graph(&self, person: i32) -> String {
        format!("{}.recall_graph_{person}", self.link.address.schema)
    }

    /// Makes sure, in the background, that a person has a graph.
    pub(super) fn want_graph(self: &Arc<Self>, person: i32, dimensions: i32) {
        let new = self.graphs.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(person);
        if !new || dimensions > MOST_DIMENSIONS {
            return;
        }
        let link = Arc::clone(self);
        tokio::spawn(async move {
            let _one_at_a_time = link.graphs.making.lock().await;
            if let Err(error) = link.make_graph(person, dimensions).await {
                tracing::warn!(%error, "a graph of vectors is made later; all are looked at meanwhile");
                link.graphs.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&person);
            }
        });
    }

    /// Makes a person's graph, unless it is there. It takes some milliseconds a vector.
    async fn make_graph(&self, person: i32, dimensions: i32) -> Result<(), StoreError> {
        let graph = self.graph(person);
        let line = self.link.line().await?;
        let failed = |told| crate::error::error(&self.link.address.location, &told);
        let sql = format!("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($name${graph}$name$)");
        match line.client.query_typed_opt(&sql, &[]).await.map_err(failed)?.map(|row| row.get(0)) {
            Some(true) => return Ok(()),
            // Whoever made it was cut off, or makes it still: then this fails, and is tried again.
            Some(false) => {
                line.client.batch_execute(&format!("DROP INDEX CONCURRENTLY {graph}")).await.map_err(failed)?;
            }
            None => {}
        }
        if self.link.is_own_session() {
            // For this connection, which nobody else has; a graph that does not fit is made many times slower.
            line.client.batch_execute("SET maintenance_work_mem = '512MB'").await.map_err(failed)?;
        }
        let (schema, vector) = (&self.link.address.schema, &self.vector);
        let make = format!(
            "CREATE INDEX CONCURRENTLY recall_graph_{person} ON {schema}.recall_vector
             USING hnsw ((vector::{vector}.halfvec({dimensions})) {vector}.halfvec_ip_ops) WITH (ef_construction = 100)
             WHERE person = {person}"
        );
        line.client.batch_execute(&make).await.map_err(failed)?;
        tracing::info!(person, "a graph of vectors is made");
        Ok(())
    }

    /// Removes, in the background, the graph of a person whose memories have gone.
    pub(super) fn drop_graph(self: &Arc<Self>, person: i32) {
        self.graphs.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&person);
        let link = Arc::clone(self);
        tokio::spawn(async move {
            let dropped = async {
                let line = link.link.line().await?;
                let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {}", link.graph(person));
                line.client
                    .batch_execute(&drop)
                    .await
                    .map_err(|told| crate::error::error(&link.link.address.location, &told))
            };
            if let Err(error) = dropped.await {
                tracing::debug!(%error, "an empty graph is left");
            }
        });
    }
}
