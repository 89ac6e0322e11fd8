//! Erasing somebody, or what somebody had forgotten, from the tables and from the bytes of their files.
//!
//! PostgreSQL keeps what was deleted or overwritten as dead rows until a vacuum, and a vacuum leaves their bytes in the
//! gaps of pages until something else is written there. Only rewriting the tables leaves them behind, while whoever
//! wants to use one waits; who cannot have that chooses `scrub=vacuum`. The server's log of writes and its backups are
//! the operator's: they go when they are recycled.

use crate::error::error;
use crate::link::{Link, Value};
use philia_ports::store::{Kind, PartitionId, StoreError};
use sha2::{Digest, Sha256};
use tokio_postgres::types::Type;

/// Stands for the name of somebody who was erased. Whoever guesses the name can check the guess; nobody can read the
/// name from it.
pub(crate) fn name_hash(id: &PartitionId) -> [u8; 32] {
    Sha256::digest(id.to_string()).into()
}

/// Removes all rows of a partition and raises its generation, however long it takes.
pub(crate) async fn erase(link: &Link, id: &PartitionId) -> Result<(), StoreError> {
    let failed = |told| error(&link.address.location, &told);
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    let sql = format!("SELECT {}.philia_erase($1, $2, $3, $4)", link.address.schema);
    let mut line = link.line().await?;
    let transaction = line.client.transaction().await.map_err(failed)?;
    // A pooler may have its own limit for statements.
    transaction.batch_execute("SET LOCAL statement_timeout = 0").await.map_err(failed)?;
    let name = name_hash(id);
    let values: [Value<'_>; 4] = [
        (&id.account(), Type::TEXT),
        (&id.subject(), Type::TEXT),
        (&name.as_slice(), Type::BYTEA),
        (&kinds, Type::TEXT_ARRAY),
    ];
    transaction.query_typed(&sql, &values).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

/// Removes what is dead from the tables, and by rewriting them from their files.
pub(crate) async fn scrub(link: &Link) -> Result<(), StoreError> {
    let schema = &link.address.schema;
    let names = Kind::ALL.iter().map(|kind| kind.as_str()).chain(["deleted", "partition"]);
    let tables: Vec<String> = names.map(|name| format!("{schema}.\"{name}\"")).collect();
    let how = if link.address.rewrite { "VACUUM (FULL)" } else { "VACUUM" };
    let sql = format!("{how} {}", tables.join(", "));
    let line = link.line().await?;
    line.client.batch_execute(&sql).await.map_err(|told| error(&link.address.location, &told))
}
