//! Erasing somebody, or what somebody had forgotten, from the tables and from the bytes of the files.
//!
//! `secure_delete` overwrites what is deleted, but where SQLite had moved rows between pages before, copies stay
//! in the gaps of pages. Only rewriting the file (`VACUUM`) leaves those behind; emptying the log then removes
//! the last of it. That takes time in proportion to the file, and writers wait meanwhile; erasing is rare, and
//! nothing less keeps the promise.

use crate::commit::erased;
use crate::place::Place;
use philia_ports::store::{Kind, PartitionId, StoreError};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use sha2::{Digest, Sha256};

/// Stands for the name of somebody who was erased. Whoever guesses the name can check the guess; nobody can read the
/// name from it.
pub(crate) fn name_hash(id: &PartitionId) -> [u8; 32] {
    Sha256::digest(id.to_string()).into()
}

/// Removes all rows of a partition and raises its generation. [`finish`] has to follow.
pub(crate) fn remove(connection: &mut Connection, place: &Place, id: &PartitionId) -> Result<(), StoreError> {
    remove_rows(connection, id).map_err(|error| place.error(error))
}

fn remove_rows(connection: &mut Connection, id: &PartitionId) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: Option<(i64, u64)> = transaction
        .query_row(
            "SELECT id, generation FROM partition WHERE account = ?1 AND subject = ?2",
            [id.account(), id.subject()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let generation = match found {
        Some((_, generation)) => generation,
        None => erased(&transaction, id)?,
    };
    if let Some((partition, _)) = found {
        for kind in Kind::ALL {
            transaction.execute(&format!("DELETE FROM \"{kind}\" WHERE partition = ?1"), [partition])?;
        }
        transaction.execute("DELETE FROM deleted WHERE partition = ?1", [partition])?;
        transaction.execute("DELETE FROM partition WHERE id = ?1", [partition])?;
    }
    // One who had nothing has left no traces, unless from an erasure that is not finished.
    transaction.execute(
        "INSERT INTO erased (name_sha256, generation, scrubbed) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET generation = excluded.generation, scrubbed = min(scrubbed, excluded.scrubbed)",
        params![name_hash(id), generation + 1, found.is_none()],
    )?;
    transaction.commit()
}

/// Removes the traces of all who were erased, if there are any.
pub(crate) fn finish(connection: &Connection, place: &Place) -> Result<(), StoreError> {
    let failed = |error| place.error(error);
    let traces = "SELECT EXISTS (SELECT 1 FROM erased WHERE scrubbed = 0)";
    if !connection.query_row(traces, [], |row| row.get::<_, bool>(0)).map_err(failed)? {
        return Ok(());
    }
    scrub(connection, place)?;
    connection.execute("UPDATE erased SET scrubbed = 1 WHERE scrubbed = 0", []).map_err(failed)?;
    Ok(())
}

/// Rewrites the file without what was deleted or overwritten, empties the log, and removes the old backups.
pub(crate) fn scrub(connection: &Connection, place: &Place) -> Result<(), StoreError> {
    let failed = |error| place.error(error);
    // The copy that this makes on its way is as large as the database: it belongs on the disk.
    connection.pragma_update(None, "temp_store", "FILE").map_err(failed)?;
    let rewritten = connection.execute_batch("VACUUM");
    connection.pragma_update(None, "temp_store", "MEMORY").map_err(failed)?;
    rewritten.map_err(failed)?;
    empty_log(connection, place)?;
    place.remove_backups()
}

/// Puts the log into the file and cuts it to nothing.
pub(crate) fn empty_log(connection: &Connection, place: &Place) -> Result<(), StoreError> {
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    match busy {
        Ok(false) => Ok(()),
        Ok(true) => Err(StoreError::Unavailable(format!("somebody keeps reading {}", place.name()))),
        Err(error) => Err(place.error(error)),
    }
}
