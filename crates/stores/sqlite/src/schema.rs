//! The schema: numbered migrations, forward only, each in a transaction of its own.
//!
//! The number of the last one is the database's `user_version`. A migration that was released never changes.

use crate::place::Place;
use philia_ports::store::StoreError;
use rusqlite::{Connection, TransactionBehavior};

/// Marks a database file as Philia's ("Phil").
pub(crate) const APPLICATION_ID: u32 = 0x5068_696c;

/// All migrations; the first is number 1.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_records_in_partitions.sql"),
    include_str!("migrations/0002_blobs.sql"),
    include_str!("migrations/0003_statements.sql"),
    include_str!("migrations/0004_tasks.sql"),
    include_str!("migrations/0005_accounts.sql"),
    include_str!("migrations/0006_data_keys.sql"),
    include_str!("migrations/0007_fewer_indexes.sql"),
    include_str!("migrations/0008_fewer_trees.sql"),
    include_str!("migrations/0009_memories_in_fewer_indexes.sql"),
];

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
    use rusqlite::Row;
    use rusqlite::types::Value;
    use std::path::Path;

    fn count(connection: &Connection, sql: &str) -> i64 {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn every_kind_has_its_table() {
        let connection = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().for_each(|sql| connection.execute_batch(sql).unwrap());
        for kind in Kind::ALL {
            assert_eq!(count(&connection, &format!("SELECT count(*) FROM \"{kind}\"")), 0);
            assert_eq!(count(&connection, &format!("SELECT count(*) FROM sqlite_schema WHERE name = '{kind}'")), 1);
        }
    }

    #[test]
    fn records_stay_what_they_are_when_their_table_is_put_in_order() {
        for kind in [Kind::Statement, Kind::Thread] {
            let connection = Connection::open_in_memory().unwrap();
            let (before, since) = MIGRATIONS.split_at(7);
            before.iter().for_each(|sql| connection.execute_batch(sql).unwrap());
            let rows = || {
                let sql =
                    format!("SELECT partition, id, at, version, seq, doc, blob, at_utc FROM {kind} ORDER BY 1, 2");
                let mut all = connection.prepare(&sql).unwrap();
                let row = |row: &Row<'_>| (0..8).map(|n| row.get::<_, Value>(n)).collect();
                all.query_map([], row).unwrap().collect::<rusqlite::Result<Vec<Vec<_>>>>().unwrap()
            };
            let insert = format!(
                r#"INSERT INTO partition VALUES (1, 'home', 'ana', 0, 3, 2), (2, 'home', 'ben', 0, 1, 1);
                   INSERT INTO {kind} (partition, id, at, version, seq, doc, blob) VALUES
                   (2, 'a', 5000000, 1, 1, '{{"memory": "m"}}', NULL), (1, 'b', -1, 2, 3, '{{}}', x'00ff'),
                   (1, 'a', 0, 1, 2, '{{}}', NULL);"#
            );
            connection.execute_batch(&insert).unwrap();
            let old = rows();
            since.iter().for_each(|sql| connection.execute_batch(sql).unwrap());
            assert_eq!((rows(), old.len()), (old, 3));
            let one = format!("EXPLAIN QUERY PLAN SELECT doc FROM {kind} WHERE partition = 1 AND id = 'a'");
            let plan: String = connection.query_row(&one, [], |row| row.get(3)).unwrap();
            assert!(plan.contains("USING PRIMARY KEY (partition=? AND id=?)"), "{plan}");
            let broken = format!("INSERT INTO {kind} VALUES (1, 'c', 0, 0, 1, '{{}}', NULL)");
            let told = connection.execute(&broken, []).unwrap_err().to_string();
            assert!(told.contains("CHECK constraint failed: version > 0"), "{told}");
        }
    }

    #[test]
    fn memories_are_found_by_time_and_by_change_in_one_index() {
        let connection = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().for_each(|sql| connection.execute_batch(sql).unwrap());
        let plan = |sql: &str| {
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps = plan.query_map([], |row| row.get::<_, String>(3)).unwrap();
            steps.collect::<rusqlite::Result<Vec<_>>>().unwrap().join("; ")
        };
        let touched =
            plan("SELECT seq, id, FALSE FROM memory WHERE partition = 1 AND seq > 5 ORDER BY seq, id LIMIT 9");
        assert!(touched.starts_with("SEARCH memory USING COVERING INDEX memory_by_time (partition=?)"), "{touched}");
        let page = plan("SELECT doc FROM memory WHERE partition = 1 AND (at, id) > (5, 'a') ORDER BY at, id LIMIT 9");
        assert!(page.starts_with("SEARCH memory USING INDEX memory_by_time (partition=? AND (at,id)>(?,?))"), "{page}");
        assert!(!page.contains("TEMP B-TREE"), "{page}");
    }

    #[test]
    fn an_older_database_is_backed_up_and_brought_up_to_date() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::claim(&directory.path().join("philia.db")).unwrap();
        let mut connection = place.open(Limits::default()).unwrap();
        connection.execute("INSERT INTO partition VALUES (1, 'home', 'ana', 0, 0, 0)", []).unwrap();

        let today = u32::try_from(MIGRATIONS.len()).unwrap();
        let with = |two: [&'static str; 2]| [MIGRATIONS, &two].concat();
        let colour = "ALTER TABLE partition ADD COLUMN colour TEXT;";
        // The second is no valid SQL (a STRICT column needs a type): the first stays, nothing of the second does.
        let failed = migrate(&mut connection, &place, &with([colour, "CREATE TABLE third (x) STRICT;"]));
        assert!(matches!(failed, Err(StoreError::Corrupt { .. })), "{failed:?}");
        assert_eq!(number(&connection).unwrap(), today + 1);
        assert_eq!(count(&connection, "SELECT count(*) FROM partition WHERE colour IS NULL"), 1);

        let fixed = with([colour, "CREATE TABLE third (x TEXT) STRICT;"]);
        migrate(&mut connection, &place, &fixed).unwrap();
        assert_eq!(number(&connection).unwrap(), today + 2);
        migrate(&mut connection, &place, &fixed).unwrap();

        let backup = |number| Connection::open(place.backup_of_schema(number)).unwrap();
        assert_eq!((number(&backup(today)).unwrap(), number(&backup(today + 1)).unwrap()), (today, today + 1));
        assert_eq!(count(&backup(today), "SELECT count(*) FROM partition WHERE subject = 'ana'"), 1);
        assert!(!Path::new(&place.backup_of_schema(today + 2)).exists());

        let older = migrate(&mut connection, &place, MIGRATIONS);
        assert!(matches!(older, Err(StoreError::TooNew { found, known }) if (found, known) == (today + 2, today)));
    }
}
