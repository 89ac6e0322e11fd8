//! The schema: numbered migrations, forward only, each in a transaction of its own.
//!
//! The number of the last one is the database's `user_version`. A migration that was released never changes.

use crate::place::Place;
use philia_ports::store::StoreError;
use rusqlite::{Connection, TransactionBehavior};

/// Marks a database file as Philia's ("Phil").
pub(crate) const APPLICATION_ID: u32 = 0x5068_696c;

/// All migrations; the first is number 1.
pub(crate) const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_records_in_partitions.sql")];

/// The schema's number in a database.
pub(crate) fn number(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings a database up to the last of `migrations`, after a backup if there is anything to lose.
pub(crate) fn migrate(connection: &mut Connection, place: &Place, migrations: &[&str]) -> Result<(), StoreError> {
    let found = number(connection).map_err(|error| place.error(error))?;
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    if found > 0 && found < known {
        tracing::info!(found, known, "bringing the store up to date, after a backup");
        place.copy(connection, &place.backup_of_schema(found))?;
    }
    for (next, sql) in (1..=known).zip(migrations).skip(found as usize) {
        apply(connection, next, sql).map_err(|error| place.error(error))?;
    }
    Ok(())
}

fn apply(connection: &mut Connection, number: u32, sql: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(sql)?;
    transaction.pragma_update(None, "user_version", number)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use philia_ports::store::Kind;
    use std::path::Path;

    fn count(connection: &Connection, sql: &str) -> i64 {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn every_kind_has_its_table() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(MIGRATIONS[0]).unwrap();
        for kind in Kind::ALL {
            assert_eq!(count(&connection, &format!("SELECT count(*) FROM \"{kind}\"")), 0);
            assert_eq!(count(&connection, &format!("SELECT count(*) FROM sqlite_schema WHERE name = '{kind}'")), 1);
        }
    }

    #[test]
    fn an_older_database_is_backed_up_and_brought_up_to_date() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::claim(&directory.path().join("philia.db")).unwrap();
        let mut connection = place.open(Limits::default()).unwrap();
        connection.execute("INSERT INTO partition VALUES (1, 'home', 'ana', 0, 0, 0)", []).unwrap();

        let later = [MIGRATIONS[0], "ALTER TABLE partition ADD COLUMN colour TEXT;", "CREATE TABLE third (x) STRICT;"];
        // The third is no valid SQL (a STRICT column needs a type): the second stays, nothing of the third does.
        let failed = migrate(&mut connection, &place, &later);
        assert!(matches!(failed, Err(StoreError::Corrupt { .. })), "{failed:?}");
        assert_eq!(number(&connection).unwrap(), 2);
        assert_eq!(count(&connection, "SELECT count(*) FROM partition WHERE colour IS NULL"), 1);

        let fixed = [later[0], later[1], "CREATE TABLE third (x TEXT) STRICT;"];
        migrate(&mut connection, &place, &fixed).unwrap();
        assert_eq!(number(&connection).unwrap(), 3);
        migrate(&mut connection, &place, &fixed).unwrap();

        let backup = |number| Connection::open(place.backup_of_schema(number)).unwrap();
        assert_eq!((number(&backup(1)).unwrap(), number(&backup(2)).unwrap()), (1, 2));
        assert_eq!(count(&backup(1), "SELECT count(*) FROM partition WHERE subject = 'ana'"), 1);
        assert!(!Path::new(&place.backup_of_schema(3)).exists());

        let older = migrate(&mut connection, &place, MIGRATIONS);
        assert!(matches!(older, Err(StoreError::TooNew { found: 3, known: 1 })), "{older:?}");
    }
}
