//! What can be wrong with a server, and with the way to it: each is told clearly, and nothing is harmed.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

mod wire;

use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, Partition, PartitionId, Scan, Store, StoreAdmin, StoreError};
use philia_store_postgres::PostgresStore;
use philia_testkit::server::postgres::{self, Postgres};
use philia_testkit::store::{Fixture, run};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use wire::Wire;

const K: Kind = Kind::Memory;
const MAJOR: u16 = 18;

fn insert(id: &str, doc: Value) -> Change {
    Change::Insert(Draft { key: Key::new(K, id), at: Timestamp::UNIX_EPOCH, doc: doc.into(), blob: Some(vec![1]) })
}

fn ana() -> Partition {
    Partition { id: PartitionId::new("home", "ana").unwrap(), generation: 0 }
}

async fn keep(store: &PostgresStore, id: &str) -> Result<u64, StoreError> {
    store.commit(&ana(), vec![insert(id, json!({ "content": id }))]).await
}

async fn ids(store: &PostgresStore) -> Vec<String> {
    let page = store.scan(&ana(), &Scan::of(K)).await.unwrap();
    page.items.into_iter().map(|record| record.key.id).collect()
}

/// The last part of a URL: its database.
fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// Everything of a database that is not PostgreSQL's own.
fn relations(server: &Postgres, url: &str) -> String {
    let sql =
        "SELECT nspname, relname, relkind, relfilenode FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
               WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1, 2";
    server.psql(name(url), sql).unwrap()
}

fn refused(url: &str) -> StoreError {
    run(PostgresStore::open(url)).map(|_| ()).unwrap_err()
}

#[test]
fn a_wrong_password_user_or_database_is_told_without_the_password() {
    let Some(server) = postgres::shared(MAJOR) else { return };
    let url = server.database();
    server.psql(name(&url), "CREATE ROLE careful LOGIN PASSWORD 'right'").unwrap();
    // From now on the server asks this one for its password.
    let rules = server.psql("postgres", "SHOW hba_file").unwrap();
    let before = std::fs::read_to_string(rules.trim()).unwrap();
    let rule = "host all careful,nobody 127.0.0.1/32 scram-sha-256\n";
    std::fs::write(rules.trim(), format!("{rule}{before}")).unwrap();
    server.psql("postgres", "SELECT pg_reload_conf()").unwrap();
    let schema = format!("GRANT CREATE ON DATABASE {} TO careful", name(&url));
    server.psql("postgres", &schema).unwrap();

    let with = |who: &str, database: &str| {
        format!("postgres://{who}@127.0.0.1:{}/{database}?schema=careful&pool_min=1", server.port())
    };
    let right = with("careful:right", name(&url));
    let opened = || run(PostgresStore::open(&right));
    // The server reads its rules anew some time after it was told to.
    let wrong = std::iter::repeat_with(|| run(PostgresStore::open(&with("careful:wr0ng", name(&url)))).map(|_| ()));
    let wrong = wrong.take(1000).find_map(Result::err).unwrap();
    for (error, said) in [
        (wrong, "lets nobody in"),
        (refused(&with("nobody:wr0ng", name(&url))), "lets nobody in"),
        (refused(&with("careful:right", "n0where")), "n0where"),
    ] {
        let text = error.to_string();
        assert!(matches!(error, StoreError::Invalid(_)) && !error.is_retryable(), "{error:?}");
        assert!(text.contains(said) && text.contains("127.0.0.1") && !text.contains("wr0ng"), "{text}");
    }
    opened().unwrap();
}

#[test]
fn a_user_who_may_not_make_tables_is_told() {
    let Some(server) = postgres::shared(MAJOR) else { return };
    let url = server.database();
    server.psql(name(&url), "CREATE ROLE guest LOGIN").unwrap();
    let as_guest = url.replace("philia@", "guest@");
    let before = relations(server, &url);
    for query in ["", "?schema=own"] {
        let error = refused(&format!("{as_guest}{query}"));
        assert!(matches!(&error, StoreError::Invalid(text) if text.contains("denied")), "{error:?}");
    }
    assert_eq!(relations(server, &url), before);
}

#[test]
fn another_programs_tables_are_left_alone() {
    let Some(server) = postgres::shared(MAJOR) else { return };
    for theirs in [
        "CREATE TABLE memory (x text); INSERT INTO memory VALUES ('theirs')",
        "CREATE VIEW session AS SELECT 1 AS x",
        "CREATE TYPE job AS (x int)",
        "CREATE TABLE mine (x int); CREATE INDEX memory_by_time ON mine (x)",
        "CREATE TABLE philia_schema (colour text)",
        "CREATE TABLE philia_schema (number text); INSERT INTO philia_schema VALUES ('many')",
        "CREATE TABLE philia_schema (number int)",
    ] {
        let url = server.database();
        server.psql(name(&url), theirs).unwrap();
        let before = relations(server, &url);
        let error = refused(&url);
        assert!(
            matches!(&error, StoreError::Corrupt { location, .. } if location.contains("127.0.0.1")),
            "{error:?} for {theirs}"
        );
        assert_eq!(relations(server, &url), before, "{theirs}");
        // In a schema of its own the store may live beside them.
        run(async {
            let store = PostgresStore::open(&format!("{url}?schema=philia%20s&pool_min=1")).await.unwrap();
            keep(&store, "a").await.unwrap();
            store.scrub().await.unwrap();
            assert_eq!(ids(&store).await, ["a"]);
            assert!(store.health().await.unwrap().bytes > Some(100_000));
        });
        assert!(relations(server, &url).contains(&before), "{theirs}");
    }
}

#[test]
fn a_newer_schema_and_a_missing_table_are_told() {
    let Some(server) = postgres::shared(MAJOR) else { return };
    let url = server.database();
    run(PostgresStore::open(&url)).unwrap();
    server.psql(name(&url), "DROP TABLE reflection").unwrap();
    let error = refused(&url);
    assert!(matches!(&error, StoreError::Corrupt { detail, .. } if detail.contains("reflection")), "{error:?}");
    server.psql(name(&url), "UPDATE philia_schema SET number = 4711").unwrap();
    let before = relations(server, &url);
    assert!(matches!(refused(&url), StoreError::TooNew { found: 4711, .. }));
    assert_eq!(relations(server, &url), before);
}

#[test]
fn a_database_in_another_encoding_is_told() {
    let Some(server) = postgres::shared(MAJOR) else { return };
    let make = "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0";
    server.psql("postgres", make).unwrap();
    let error = refused(&server.url("latin"));
    assert!(matches!(&error, StoreError::Invalid(text) if text.contains("LATIN1")), "{error:?}");
}

#[test]
fn a_table_whose_columns_are_others_is_damaged() {
    let Some(server) = postgres::shared(MAJOR) else { return };
    let url = server.database();
    run(async {
        let store = PostgresStore::open(&url).await.unwrap();
        keep(&store, "a").await.unwrap();
        server.psql(name(&url), "ALTER TABLE memory RENAME COLUMN version TO edition").unwrap();
        let read = store.scan(&ana(), &Scan::of(K)).await;
        assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{read:?}");
        let written = keep(&store, "b").await;
        assert!(matches!(written, Err(StoreError::Corrupt { .. })), "{written:?}");
        server.psql(name(&url), "ALTER TABLE memory RENAME COLUMN edition TO version").unwrap();
        server.psql(name(&url), "UPDATE memory SET at = 9000000000000000000").unwrap();
        let read = store.scan(&ana(), &Scan::of(K)).await;
        assert!(matches!(&read, Err(StoreError::Corrupt { detail, .. }) if detail.contains("of no time")), "{read:?}");
    });
}

#[test]
fn people_who_read_with_sql_see_columns_and_rules_hold() {
    let Some(server) = postgres::shared(MAJOR) else { return };
    let url = server.database();
    run(async {
        let store = PostgresStore::open(&url).await.unwrap();
        let doc =
            json!({ "kind": "episodic", "importance": 0.5, "fact": { "key": "pet" }, "content": "a\0b", "big": 1e16 });
        store.commit(&ana(), vec![insert("a", doc.clone())]).await.unwrap();
        let found = store.get_many(&ana(), &[Key::new(K, "a")]).await.unwrap().remove(0).unwrap();
        assert_eq!(found.doc, doc);
        let sql = "SELECT kind, importance, fact_key, speaker, at_utc, doc ->> 'content' FROM memory";
        let shown = server.psql(name(&url), sql).unwrap();
        assert_eq!(shown.trim(), "episodic|0.5|pet||1970-01-01 00:00:00|a\u{fffd}b");
        for wrong in [json!({ "kind": "vague" }), json!({ "importance": 2 }), json!({ "importance": "much" })] {
            let refused = store.commit(&ana(), vec![insert("b", wrong.clone())]).await;
            assert!(
                matches!(&refused, Err(StoreError::Invalid(text)) if text.contains("rule")),
                "{refused:?}: {wrong}"
            );
        }
        assert_eq!(ids(&store).await, ["a"]);
    });
}

#[test]
fn a_server_that_only_reads_is_told_and_taken_again_when_it_writes() {
    let Some(server) = Postgres::start(MAJOR) else { return };
    let url = server.database();
    let reads = |on: &str| {
        server.psql("postgres", &format!("ALTER SYSTEM SET default_transaction_read_only = {on}")).unwrap();
        server.psql("postgres", "SELECT pg_reload_conf()").unwrap();
    };
    run(async {
        let store = PostgresStore::open(&format!("{url}?pool_min=1")).await.unwrap();
        keep(&store, "before").await.unwrap();
        reads("on");
        // The server reads its settings anew some time after it was told to.
        let mut kept = 0;
        let error = loop {
            match keep(&store, &format!("{kept:05}")).await {
                Ok(_) => kept += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(&error, StoreError::Unavailable(text) if text.contains("only reads")), "{error:?}");
        let anew = PostgresStore::open(&url).await.map(|_| ()).unwrap_err();
        assert!(matches!(&anew, StoreError::Invalid(text) if text.contains("only reads")), "{anew:?}");
        reads("off");
        let since = Instant::now();
        while let Err(error) = keep(&store, "after").await {
            assert!(error.is_retryable() && since.elapsed() < Duration::from_secs(30), "{error:?}");
        }
        assert_eq!(ids(&store).await.len(), kept + 2);
    });
}

#[test]
fn a_server_that_is_not_there_or_hangs_is_told_in_time() {
    let Some(server) = Postgres::start(MAJOR) else { return };
    let url = server.database();
    let nobody = refused("postgres://philia@127.0.0.1:1/x");
    assert!(matches!(&nobody, StoreError::Unavailable(text) if text.contains("127.0.0.1:1")), "{nobody:?}");
    server.hang();
    let since = Instant::now();
    let error = refused(&format!("{url}?connect_timeout=1"));
    assert!(matches!(&error, StoreError::Unavailable(_)) && error.is_retryable(), "{error:?}");
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
    server.resume();
    run(PostgresStore::open(&url)).unwrap();
}

#[test]
fn a_network_that_hangs_is_told_in_time_and_used_again_when_it_does_not() {
    let Some(server) = postgres::shared(MAJOR) else { return };
    let url = server.database();
    run(async {
        let wire = Wire::to(server.port()).await;
        let query = "pool_min=2&pool_max=4&statement_timeout=1&connect_timeout=1";
        let url = format!("postgres://philia@127.0.0.1:{}/{}?{query}", wire.port, name(&url));
        let store = Arc::new(PostgresStore::open(&url).await.unwrap());
        keep(&store, "before").await.unwrap();
        wire.freeze(true);
        let since = Instant::now();
        let waiting: Vec<_> = (0..12)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move { keep(&store, &format!("{n}")).await })
            })
            .collect();
        for commit in waiting {
            let error = commit.await.unwrap().unwrap_err();
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        }
        assert!(store.health().await.unwrap_err().is_retryable());
        assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
        wire.freeze(false);
        // What was on its way may arrive now: a repetition is made, or finds that it was.
        for n in 0..12 {
            match keep(&store, &format!("{n}")).await {
                Ok(_) | Err(StoreError::Conflict(_)) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(ids(&store).await.len(), 13);
    });
}

#[test]
fn somebody_who_holds_a_person_for_long_costs_a_commit_its_time_only() {
    let Some(server) = postgres::shared(MAJOR) else { return };
    let url = server.database();
    run(async {
        let store = PostgresStore::open(&format!("{url}?pool_min=1&statement_timeout=1")).await.unwrap();
        keep(&store, "a").await.unwrap();
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("BEGIN; SELECT 1 FROM partition FOR UPDATE").await.unwrap();
        let error = keep(&store, "b").await.unwrap_err();
        assert!(matches!(&error, StoreError::Unavailable(text) if text.contains("too long")), "{error:?}");
        assert_eq!(ids(&store).await, ["a"]);
        client.batch_execute("COMMIT").await.unwrap();
        assert_eq!(keep(&store, "b").await.unwrap(), 2);
    });
}

#[test]
fn tls_is_asked_as_far_as_the_url_says() {
    let Some(server) = postgres::shared(MAJOR) else { return };
    let url = server.database();
    run(async {
        let wire = Wire::with_tls(server.port()).await;
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls");
        let open = async |host: &str, query: &str| {
            let to = format!("postgres://philia@{host}:{}/{}?pool_min=1&{query}", wire.port, name(&url));
            let store = PostgresStore::open(&to.replace("FOLDER", folder)).await?;
            store.health().await
        };
        // The certificate is of db.example.
        let of_that_name = "hostaddr=127.0.0.1&";
        for (host, query) in [
            ("127.0.0.1", "sslmode=require"),
            ("127.0.0.1", "sslmode=prefer"),
            ("127.0.0.1", "sslmode=verify-ca&sslrootcert=FOLDER/authority.pem"),
            ("127.0.0.1", "sslmode=require&sslrootcert=FOLDER/authority.pem"),
            ("db.example", &format!("{of_that_name}sslmode=verify-full&sslrootcert=FOLDER/authority.pem")),
        ] {
            open(host, query).await.unwrap_or_else(|error| panic!("{query}: {error:?}"));
        }
        for (host, query) in [
            ("127.0.0.1", "sslmode=verify-full&sslrootcert=FOLDER/authority.pem"),
            ("other.example", &format!("{of_that_name}sslmode=verify-full&sslrootcert=FOLDER/authority.pem")),
            ("127.0.0.1", "sslmode=verify-ca&sslrootcert=FOLDER/another.pem"),
            ("127.0.0.1", "sslmode=require&sslrootcert=FOLDER/another.pem"),
        ] {
            let error = open(host, query).await.unwrap_err();
            assert!(
                matches!(&error, StoreError::Unavailable(text) if text.contains("ertificate")),
                "{query}: {error:?}"
            );
        }
        for file in ["none.pem", "server.key"] {
            let error = open("127.0.0.1", &format!("sslmode=verify-ca&sslrootcert=FOLDER/{file}")).await.unwrap_err();
            assert!(matches!(&error, StoreError::Invalid(text) if text.contains(file)), "{error:?}");
        }
        // A server without TLS is refused by whoever requires it, and taken by whoever prefers it.
        let plain = PostgresStore::open(&format!("{url}?sslmode=require")).await.map(|_| ()).unwrap_err();
        assert!(plain.to_string().contains("TLS"), "{plain}");
        PostgresStore::open(&format!("{url}?sslmode=prefer")).await.unwrap();
    });
}

/// A database behind a pooler in transaction mode.
struct Pooled(&'static Postgres, String);

impl Pooled {
    fn new() -> Option<Self> {
        let server = postgres::shared(MAJOR)?;
        Some(Self(server, server.database()))
    }
}

#[async_trait::async_trait]
impl Fixture for Pooled {
    async fn open(&self) -> Arc<dyn StoreAdmin> {
        let port = wire::pooler(self.0.port(), 3).await;
        let url = format!("postgres://philia@127.0.0.1:{port}/{}?pool_min=1", name(&self.1));
        Arc::new(PostgresStore::open(&url).await.unwrap())
    }
}

mod behind_a_pooler {
    use super::*;

    philia_testkit::durable_store_conformance!(Pooled::new());
    philia_testkit::shared_store_conformance!(Pooled::new());
    philia_testkit::store_behaviours! { Pooled::new();
        a_conflict_names_its_record_and_commits_nothing
        concurrent_compare_and_sets_lose_nothing
        commits_of_many_tasks_are_numbered_without_gaps
        documents_come_back_as_they_were
        what_is_there_throughout_is_delivered_once_while_others_write
        a_follower_who_reads_while_others_write_misses_nothing
        a_commit_that_races_an_erasure_leaves_nothing
        scrubbing_changes_nothing_that_is_there
        a_commit_whose_caller_goes_away_is_made_whole_or_not_at_all
        a_large_partition_is_erased_while_it_is_written
    }
}
