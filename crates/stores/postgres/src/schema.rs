//! The schema: numbered migrations, forward only, each in a transaction of its own.
//!
//! The number of the last one stands in the table `philia_schema`, which also says that the tables beside it are
//! Philia's. Instances that begin at once meet at a lock: one of them migrates, the others find it done. A migration
//! that was released never changes. Backups are the operator's: PostgreSQL's own are consistent.

use crate::error::error;
use crate::link::Line;
use philia_ports::store::{Kind, StoreError};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

/// All migrations; the first is number 1.
pub(crate) const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_records_in_partitions.sql")];

/// The tables besides those of the kinds.
const BESIDES: [&str; 3] = ["partition", "erased", "deleted"];

/// The oldest server whose SQL is that of this program.
const OLDEST: i32 = 140_000;

/// Brings a database up to the last of `migrations`. Nothing is changed where an error is told.
pub(crate) async fn migrate(
    line: &mut Line,
    location: &str,
    schema: &str,
    migrations: &[&str],
) -> Result<(), StoreError> {
    let failed = |told| error(location, &told);
    check_server(line, location).await?;
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    loop {
        let transaction = line.client.transaction().await.map_err(failed)?;
        // For as long as the transaction: a pooler gives the connection to others afterwards. The lock is that of the
        // schema's name, and waits for whoever migrates now.
        let begin = format!(
            "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'; SET LOCAL search_path = {schema}, pg_temp;
             SELECT pg_advisory_xact_lock(hashtextextended('philia ' || $name${schema}$name$, 7017))"
        );
        transaction.batch_execute(&begin).await.map_err(|told| busy(location, told))?;
        let found = number(&transaction, location, schema).await?;
        if found > known {
            return Err(StoreError::TooNew { found, known });
        }
        let Some(next) = migrations.get(found as usize) else {
            return check_tables(&transaction, location, schema).await;
        };
        if found == 0 {
            begin_anew(&transaction, location, schema).await?;
        } else {
            tracing::info!(found, known, "bringing the store up to date");
        }
        transaction.batch_execute(next).await.map_err(|told| taken(location, told))?;
        let stand = format!("UPDATE {schema}.philia_schema SET number = {}, since = now()", found + 1);
        transaction.batch_execute(&stand).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
    }
}

async fn check_server(line: &Line, location: &str) -> Result<(), StoreError> {
    let sql = "SELECT current_setting('server_version_num')::int, current_setting('server_version'),
                      current_setting('server_encoding')";
    let row = line.client.query_typed_one(sql, &[]).await.map_err(|told| error(location, &told))?;
    let (number, version, encoding): (i32, String, String) = (row.get(0), row.get(1), row.get(2));
    if number < OLDEST {
        return Err(StoreError::Invalid(format!("{location} is PostgreSQL {version}; 14 or newer is needed")));
    }
    if encoding != "UTF8" {
        return Err(StoreError::Invalid(format!("{location} is in the encoding {encoding}; UTF8 is needed")));
    }
    Ok(())
}

/// The number of the schema; 0 where there is none yet.
async fn number(
    transaction: &tokio_postgres::Transaction<'_>,
    location: &str,
    schema: &str,
) -> Result<u32, StoreError> {
    let there = "SELECT to_regclass($1)::text";
    let marker = format!("{schema}.philia_schema");
    let found = transaction.query_typed_one(there, &[(&marker, Type::TEXT)]).await;
    if found.map_err(|told| error(location, &told))?.get::<_, Option<String>>(0).is_none() {
        return Ok(0);
    }
    let sql = format!("SELECT number::text FROM {marker}");
    let stands = transaction.query_typed_opt(&sql, &[]).await.map_err(|told| error(location, &told))?;
    let number: Option<u32> = stands.and_then(|row| row.try_get::<_, &str>(0).ok().and_then(|text| text.parse().ok()));
    number.filter(|number| *number > 0).ok_or_else(|| StoreError::Corrupt {
        location: location.into(),
        detail: "its table \"philia_schema\" holds no number".into(),
    })
}

/// Makes the schema and the table of its number, where nothing of that name is somebody else's.
async fn begin_anew(
    transaction: &tokio_postgres::Transaction<'_>,
    location: &str,
    schema: &str,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace($name${schema}$name$) AND relname = ANY ($1)
         ORDER BY relname"
    );
    let ours: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).chain(BESIDES).collect();
    let theirs = transaction.query_typed(&sql, &[(&ours, Type::TEXT_ARRAY)]).await;
    let theirs = theirs.map_err(|told| error(location, &told))?;
    if let Some(first) = theirs.first() {
        return Err(another_programs(location, &format!("{:?}", first.get::<_, &str>(0))));
    }
    let make = format!(
        "CREATE SCHEMA IF NOT EXISTS {schema};
         CREATE TABLE philia_schema (number integer NOT NULL, since timestamptz NOT NULL DEFAULT now());
         INSERT INTO philia_schema (number) VALUES (0)"
    );
    // To make a schema that is there already needs a right that its user may not have.
    let there = format!("SELECT to_regnamespace($name${schema}$name$) IS NOT NULL");
    let there = transaction.query_typed_one(&there, &[]).await.map_err(|told| error(location, &told))?;
    let make = if there.get(0) { make.split_once(";\n").map_or(make.as_str(), |(_, rest)| rest) } else { &make };
    transaction.batch_execute(make).await.map_err(|told| taken(location, told))
}

/// Are all tables there?
async fn check_tables(
    transaction: &tokio_postgres::Transaction<'_>,
    location: &str,
    schema: &str,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT name FROM unnest($1) AS name
         WHERE NOT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace($name${schema}$name$)
                           AND relname = name AND relkind IN ('r', 'p'))"
    );
    let ours: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).chain(BESIDES).collect();
    let missing = transaction.query_typed(&sql, &[(&ours, Type::TEXT_ARRAY)]).await;
    match missing.map_err(|told| error(location, &told))?.first() {
        Some(row) => Err(StoreError::Corrupt {
            location: location.into(),
            detail: format!("its table {:?} is missing", row.get::<_, &str>(0)),
        }),
        None => Ok(()),
    }
}

/// Whoever held the lock holds it still.
fn busy(location: &str, told: tokio_postgres::Error) -> StoreError {
    if told.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) {
        return StoreError::Unavailable(format!("another instance is bringing {location} up to date"));
    }
    error(location, &told)
}

/// What is to be made is there already.
fn taken(location: &str, told: tokio_postgres::Error) -> StoreError {
    let there = [SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_OBJECT, SqlState::DUPLICATE_FUNCTION];
    match told.as_db_error().filter(|told| there.contains(told.code())) {
        Some(told) => another_programs(location, told.message()),
        None => error(location, &told),
    }
}

fn another_programs(location: &str, what: &str) -> StoreError {
    StoreError::Corrupt {
        location: location.into(),
        detail: format!("it holds another program's tables ({what}); name a schema of its own by ?schema=NAME"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PostgresStore;
    use philia_testkit::server::postgres;
    use philia_testkit::store::run;

    #[test]
    fn an_older_database_is_brought_up_to_date() {
        let Some(server) = postgres::shared(18) else { return };
        let url = server.database();
        let database = url.rsplit('/').next().unwrap();
        let ask = |sql: &str| server.psql(database, sql).unwrap().trim().to_owned();
        let open = |migrations: &[&str]| run(PostgresStore::open_with(&url, migrations)).map(|_| ());
        open(MIGRATIONS).unwrap();
        ask("INSERT INTO partition (account, subject, generation, head, records) VALUES ('home', 'ana', 0, 0, 0)");

        let today = u32::try_from(MIGRATIONS.len()).unwrap();
        let with = |two: [&'static str; 2]| [MIGRATIONS, &two].concat();
        let colour = "ALTER TABLE partition ADD COLUMN colour text";
        // The second fails after it has begun: the first stays, nothing of the second does.
        let failed = open(&with([colour, "CREATE TABLE third (x text); CREATE TABLE third (x text)"]));
        assert!(matches!(failed, Err(StoreError::Corrupt { .. })), "{failed:?}");
        assert_eq!(ask("SELECT number FROM philia_schema"), (today + 1).to_string());
        assert_eq!(ask("SELECT to_regclass('third') IS NULL, count(*) FROM partition WHERE colour IS NULL"), "t|1");

        let fixed = with([colour, "CREATE TABLE third (x text)"]);
        open(&fixed).unwrap();
        open(&fixed).unwrap();
        assert_eq!(ask("SELECT number FROM philia_schema"), (today + 2).to_string());
        let older = open(MIGRATIONS);
        assert!(matches!(older, Err(StoreError::TooNew { found, known }) if (found, known) == (today + 2, today)));
    }
}
