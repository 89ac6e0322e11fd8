//! What can happen to the file: opened twice, damaged, somebody else's, too new, erased from, full.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, PartitionId, Scan, Store, StoreAdmin, StoreError};
use philia_store_sqlite::{Limits, SqliteStore};
use philia_testkit::store::run;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const K: Kind = Kind::Memory;

fn insert(id: &str, text: &str) -> Change {
    Change::Insert(Draft {
        key: Key::new(K, id),
        at: Timestamp::UNIX_EPOCH,
        doc: json!({ "content": text }).into(),
        blob: Some(text.as_bytes().to_vec()),
    })
}

fn person(name: &str) -> PartitionId {
    PartitionId::new("home", name).unwrap()
}

async fn keep(store: &SqliteStore, name: &str, id: &str, text: &str) -> Result<u64, StoreError> {
    let partition = store.open(&person(name)).await?;
    store.commit(&partition, vec![insert(id, text)]).await
}

async fn ids(store: &SqliteStore, name: &str) -> Vec<String> {
    let partition = store.open(&person(name)).await.unwrap();
    let page = store.scan(&partition, &Scan::of(K)).await.unwrap();
    page.items.into_iter().map(|record| record.key.id).collect()
}

/// A closed store with some hundred kilobytes in it.
fn filled() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("philia.db");
    let store = SqliteStore::open(&path).unwrap();
    run(async {
        for n in 0..40 {
            keep(&store, "ana", &format!("{n}"), &"words ".repeat(1000)).await.unwrap();
        }
    });
    (directory, path)
}

/// Every file of a directory but the lock, with its bytes.
fn bytes_of(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| !path.to_string_lossy().ends_with(".lock"))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

/// It cannot be opened, and not a byte of it is another afterwards.
fn assert_corrupt_and_untouched(path: &Path, words: &str) {
    let before = bytes_of(path.parent().unwrap());
    for _ in 0..2 {
        match SqliteStore::open(path) {
            Err(error @ StoreError::Corrupt { .. }) => {
                let text = error.to_string();
                assert!(text.contains(words) && text.contains("philia.db"), "{text:?} does not say {words:?}");
            }
            other => panic!("{other:?} where {words:?} was expected"),
        }
        let mut after = bytes_of(path.parent().unwrap());
        // SQLite may have begun a log, with nothing in it, and its index.
        let begun = |path: &Path, bytes: &[u8]| {
            let name = path.to_string_lossy();
            name.ends_with("-shm") || (name.ends_with("-wal") && bytes.is_empty())
        };
        after.retain(|path, bytes| before.contains_key(path) || !begun(path, bytes));
        assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
        assert!(after == before, "{words}: bytes have changed");
    }
}

#[test]
fn a_store_that_is_open_is_in_use_under_every_name() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep").join("philia.db");
    let store = SqliteStore::open(&path).unwrap();
    let detour = directory.path().join("deep").join("..").join("deep").join("philia.db");
    let mut names = vec![path.clone(), detour];
    #[cfg(unix)]
    {
        let link = directory.path().join("link.db");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        names.push(link);
    }
    for name in &names {
        let error = SqliteStore::open(name).unwrap_err();
        assert!(matches!(error, StoreError::InUse(_)) && error.is_retryable());
        assert!(error.to_string().contains("philia.db is in use"), "{error}");
    }
    run(keep(&store, "ana", "a", "b")).unwrap();
    drop(store);
    for name in &names {
        assert_eq!(run(ids(&SqliteStore::open(name).unwrap(), "ana")), ["a"]);
    }
}

#[test]
fn a_closed_store_is_one_private_file() {
    let (directory, path) = filled();
    let files: Vec<PathBuf> = bytes_of(directory.path()).into_keys().collect();
    assert_eq!(files, std::slice::from_ref(&path));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "others could read it");
    }
    let store = SqliteStore::open(&path).unwrap();
    run(store.verify()).unwrap();
    let health = run(store.health()).unwrap();
    assert!(health.engine.starts_with("SQLite 3.") && health.bytes > Some(400_000), "{health:?}");
    assert_eq!(health.location, path.canonicalize().unwrap().display().to_string());
}

#[test]
fn what_is_no_database_is_left_alone() {
    for (content, words) in [
        ("Dear diary".as_bytes().to_vec(), "no SQLite database"),
        (vec![0; 8192], "no SQLite database"),
        (b"SQLite format 3\0 and then nothing".to_vec(), "no SQLite database"),
        ([b"SQLite format 3\0".as_slice(), &[0xff; 9000]].concat(), "another program's"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("philia.db");
        fs::write(&path, content).unwrap();
        assert_corrupt_and_untouched(&path, words);
    }
}

#[test]
fn another_programs_database_is_left_alone() {
    for journal in ["DELETE", "WAL"] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("philia.db");
        let theirs = Connection::open(&path).unwrap();
        theirs.pragma_update(None, "journal_mode", journal).unwrap();
        theirs.execute_batch("CREATE TABLE memory (x); INSERT INTO memory VALUES ('theirs')").unwrap();
        theirs.close().unwrap();
        assert_corrupt_and_untouched(&path, "another program's");
    }
}

#[test]
fn a_database_that_is_cut_short_is_left_alone() {
    let (_directory, path) = filled();
    let whole = fs::read(&path).unwrap();
    for length in [whole.len() / 2, whole.len() / 2 + 77, whole.len() - 1, 4096, 100] {
        fs::write(&path, &whole[..length]).unwrap();
        assert_corrupt_and_untouched(&path, "cut short");
    }
    fs::write(&path, &whole[..99]).unwrap();
    assert_corrupt_and_untouched(&path, "no SQLite database");
    fs::write(&path, &whole).unwrap();
    run(SqliteStore::open(&path).unwrap().verify()).unwrap();
}

#[test]
fn a_database_that_is_cut_short_beside_its_log_is_left_alone() {
    let (_directory, path) = filled();
    let store = SqliteStore::open(&path).unwrap();
    run(keep(&store, "ana", "last", "in the log")).unwrap();
    // As a crash would leave them: the file and its log.
    let (whole, log) = (fs::read(&path).unwrap(), fs::read(path.with_extension("db-wal")).unwrap());
    drop(store);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("philia.db");
    let beside = directory.path().join("philia.db-wal");
    fs::write(&path, &whole).unwrap();
    fs::write(&beside, &log).unwrap();
    assert!(run(ids(&SqliteStore::open(&path).unwrap(), "ana")).contains(&"last".to_owned()));

    for (length, words) in [(whole.len() / 2, "cut short"), (4096, "cut short"), (0, "its log is not")] {
        fs::write(&path, &whole[..length]).unwrap();
        fs::write(&beside, &log).unwrap();
        let _ = fs::remove_file(directory.path().join("philia.db-shm"));
        match SqliteStore::open(&path) {
            Err(StoreError::Corrupt { detail, .. }) => assert!(detail.contains(words), "{detail} at {length}"),
            other => panic!("{other:?} at {length} of {} bytes", whole.len()),
        }
        assert!(fs::read(&path).unwrap() == whole[..length] && fs::read(&beside).unwrap() == log);
    }
}

#[test]
fn a_garbled_header_is_told() {
    let (_directory, path) = filled();
    let whole = fs::read(&path).unwrap();
    // The magic, the page size, the format numbers, the schema's format, the text encoding, the application.
    for (at, words) in [(0, "no SQLite"), (16, ""), (18, ""), (20, ""), (44, ""), (56, ""), (68, "another program's")] {
        let mut garbled = whole.clone();
        garbled[at..at + 4].fill(0xee);
        fs::write(&path, &garbled).unwrap();
        assert_corrupt_and_untouched(&path, words);
    }
    // The first page's tree: the schema cannot be read.
    let mut garbled = whole.clone();
    garbled[100..400].fill(0xee);
    fs::write(&path, &garbled).unwrap();
    assert_corrupt_and_untouched(&path, "malformed");
}

#[test]
fn damage_within_is_told_when_it_is_read() {
    let (_directory, path) = filled();
    let mut damaged = fs::read(&path).unwrap();
    let (from, until) = (damaged.len() / 4, damaged.len());
    damaged[from..until].fill(0xee);
    fs::write(&path, &damaged).unwrap();
    // Whether opening or reading stumbles over it first, it is told as damage.
    let told = run(async {
        let store = SqliteStore::open(&path)?;
        store.verify().await?;
        let partition = store.open(&person("ana")).await?;
        store.scan(&partition, &Scan::of(K)).await
    });
    assert!(matches!(told, Err(StoreError::Corrupt { .. })), "{told:?}");
}

#[test]
fn a_missing_table_is_told() {
    let (_directory, path) = filled();
    Connection::open(&path).unwrap().execute_batch("DROP TABLE session").unwrap();
    assert_corrupt_and_untouched(&path, "\"session\" is missing");
}

#[test]
fn a_record_that_somebody_broke_is_told() {
    let (_directory, path) = filled();
    let by_hand = Connection::open(&path).unwrap();
    // No table takes what is not JSON; but this is, and yet nested deeper than anything ever kept.
    assert!(by_hand.execute_batch("UPDATE memory SET doc = '{' WHERE id = '7'").is_err());
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    by_hand.execute("UPDATE memory SET doc = ?1 WHERE id = '7'", [deep]).unwrap();
    by_hand.close().unwrap();
    let store = SqliteStore::open(&path).unwrap();
    let told = run(async {
        let partition = store.open(&person("ana")).await?;
        store.get_many(&partition, &[Key::new(K, "7")]).await
    });
    assert!(told.unwrap_err().to_string().contains("memory/7 has no readable document"));
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let (_directory, path) = filled();
    let newer = Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    newer.close().unwrap();
    let before = fs::read(&path).unwrap();
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 99, .. }), "{error:?}");
    assert!(fs::read(&path).unwrap() == before);
}

#[test]
fn the_tables_rules_hold() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("philia.db")).unwrap();
    run(async {
        let ana = store.open(&person("ana")).await.unwrap();
        let of = |kind, doc: Value| {
            Change::Insert(Draft { key: Key::new(kind, "x"), at: Timestamp::UNIX_EPOCH, doc: doc.into(), blob: None })
        };
        for (kind, doc) in [
            (Kind::Memory, json!({ "importance": 1.5 })),
            (Kind::Memory, json!({ "importance": "high" })),
            (Kind::Memory, json!({ "confidence": -0.1 })),
            (Kind::Memory, json!({ "kind": "imagined" })),
            (Kind::Interaction, json!({ "stage": "lost" })),
            (Kind::Profile, json!({ "privacy": "none" })),
        ] {
            match store.commit(&ana, vec![of(Kind::Thread, json!({})), of(kind, doc.clone())]).await {
                Err(StoreError::Invalid(text)) => assert!(text.contains("/x breaks a rule of its table"), "{text}"),
                other => panic!("{other:?} for {doc}"),
            }
        }
        let fine = json!({ "importance": 1, "confidence": 0.0, "kind": "episodic" });
        assert_eq!(store.commit(&ana, vec![of(Kind::Memory, fine)]).await.unwrap(), 1);
    });
}

#[test]
fn a_person_can_read_it_with_plain_sql() {
    let (_directory, path) = filled();
    let reader = Connection::open(&path).unwrap();
    let row: (String, String, String) = reader
        .query_row(
            "SELECT p.subject, m.at_utc, m.content FROM memory m JOIN partition p ON p.id = m.partition LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!((row.0.as_str(), row.1.as_str()), ("ana", "1970-01-01T00:00:00.000Z"));
    assert!(row.2.starts_with("words "));
}

#[test]
fn a_copy_that_another_tool_made_is_a_store() {
    let (directory, path) = filled();
    let copy = directory.path().join("copied.db");
    Connection::open(&path).unwrap().execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    let store = SqliteStore::open(&copy).unwrap();
    run(keep(&store, "ana", "later", "x")).unwrap();
    assert!(directory.path().join("copied.db-wal").exists(), "it has no log");
    assert_eq!(run(ids(&store, "ana")).len(), 41);
}

#[test]
fn a_backup_is_a_store() {
    let (directory, path) = filled();
    let store = SqliteStore::open(&path).unwrap();
    let copy = directory.path().join("copy.db");
    run(async {
        store.backup_to(&copy).await.unwrap();
        keep(&store, "ana", "later", "x").await.unwrap();
        let again = store.backup_to(&copy).await;
        assert!(matches!(again, Err(StoreError::Invalid(_))), "{again:?}");
    });
    let copy = SqliteStore::open(&copy).unwrap();
    run(copy.verify()).unwrap();
    assert_eq!(run(ids(&copy, "ana")).len(), 40);
    assert_eq!(run(ids(&store, "ana")).len(), 41);
}

#[test]
fn no_byte_of_an_erased_person_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("philia.db");
    let store = SqliteStore::open(&path).unwrap();
    let found = |what: &str| -> Vec<PathBuf> {
        let holds = |bytes: &[u8]| bytes.windows(what.len()).any(|window| window == what.as_bytes());
        bytes_of(directory.path()).into_iter().filter(|(_, bytes)| holds(bytes)).map(|(path, _)| path).collect()
    };
    run(async {
        // Two people's rows of many sizes, side by side in the same pages, rewritten and deleted, so that SQLite
        // moves them about.
        let (zoe, ben) = (store.open(&person("zoe-quill")).await.unwrap(), store.open(&person("ben")).await.unwrap());
        for n in 1_usize..=400 {
            let size = (n * 7919) % 900;
            let text = |whose: &str| format!("{whose} {}", "x".repeat(size));
            store.commit(&zoe, vec![insert(&format!("zoe-id-{n}"), &text("zoe-secret"))]).await.unwrap();
            store.commit(&ben, vec![insert(&format!("ben-id-{n}"), &text("ben-secret"))]).await.unwrap();
            if n % 3 == 0 {
                let key = Key::new(K, format!("zoe-id-{}", n / 2));
                let _ = store.commit(&zoe, vec![Change::Delete { key, expected: None }]).await.unwrap();
            }
            if n % 5 == 0 {
                let draft = Draft {
                    key: Key::new(K, format!("zoe-id-{n}")),
                    at: Timestamp::UNIX_EPOCH,
                    doc: json!({ "content": format!("zoe-secret {}", "y".repeat(900 - size)) }).into(),
                    blob: None,
                };
                store.commit(&zoe, vec![Change::Put { draft, expected: 1 }]).await.unwrap();
            }
        }
        for word in ["zoe-secret", "zoe-id", "zoe-quill"] {
            assert!(!found(word).is_empty(), "{word} was never there");
        }
        store.erase(&zoe.id).await.unwrap();
        for word in ["zoe-secret", "zoe-id", "zoe-quill"] {
            assert_eq!(found(word), Vec::<PathBuf>::new(), "{word}");
        }
        assert!(!found("ben-secret").is_empty());
        assert_eq!(ids(&store, "ben").await.len(), 400);
        store.verify().await.unwrap();
        assert_eq!(store.open(&zoe.id).await.unwrap().generation, 1);
    });
    drop(store);
    assert_eq!(found("zoe"), Vec::<PathBuf>::new());
}

#[test]
fn no_byte_of_what_was_deleted_or_rewritten_outlives_a_scrub() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("philia.db");
    let store = SqliteStore::open(&path).unwrap();
    let backup = directory.path().join("philia.db.schema-1.backup");
    fs::write(&backup, "Marco is in here").unwrap();
    let found = |what: &str| -> Vec<PathBuf> {
        let holds = |bytes: &[u8]| bytes.windows(what.len()).any(|window| window == what.as_bytes());
        bytes_of(directory.path()).into_iter().filter(|(_, bytes)| holds(bytes)).map(|(path, _)| path).collect()
    };
    run(async {
        let ana = store.open(&person("ana")).await.unwrap();
        for n in 1_usize..=300 {
            let filler = "x".repeat((n * 7919) % 900);
            let who = if n % 2 == 0 { "Marco" } else { "Paula" };
            store.commit(&ana, vec![insert(&n.to_string(), &format!("{who} {filler}"))]).await.unwrap();
        }
        for n in (2_usize..=300).step_by(2) {
            let key = Key::new(K, n.to_string());
            let change = if n % 4 == 0 {
                Change::Delete { key, expected: None }
            } else {
                let doc = json!({ "content": "" });
                Change::Put {
                    draft: Draft { key, at: Timestamp::UNIX_EPOCH, doc: doc.into(), blob: None },
                    expected: 1,
                }
            };
            store.commit(&ana, vec![change]).await.unwrap();
        }
        assert!(!found("Marco").is_empty());
        store.scrub().await.unwrap();
        assert_eq!(found("Marco"), Vec::<PathBuf>::new());
        assert!(!found("Paula").is_empty());
        assert_eq!(ids(&store, "ana").await.len(), 225);
        store.verify().await.unwrap();
    });
}

#[test]
fn an_erasure_that_was_cut_short_is_finished_at_the_next_start() {
    let (directory, path) = filled();
    let store = SqliteStore::open(&path).unwrap();
    run(store.erase(&person("ana"))).unwrap();
    run(keep(&store, "ben", "a", "b")).unwrap();
    drop(store);
    // As after a crash between removing the rows and rewriting the file, with an old backup beside it.
    let by_hand = Connection::open(&path).unwrap();
    by_hand.execute_batch("UPDATE erased SET scrubbed = 0; CREATE TABLE stray (x); DROP TABLE stray").unwrap();
    by_hand.close().unwrap();
    let backup = directory.path().join("philia.db.schema-1.backup");
    fs::write(&backup, "ana is in here").unwrap();
    drop(SqliteStore::open(&path).unwrap());
    assert!(!backup.exists());
    let done: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT count(*) FROM erased WHERE scrubbed = 1", [], |row| row.get(0))
        .unwrap();
    assert_eq!(done, 1);
}

#[test]
fn a_full_store_commits_nothing_by_halves_and_goes_on_reading() {
    let (_directory, path) = filled();
    let pages = u32::try_from(fs::metadata(&path).unwrap().len() / 4096).unwrap();
    let store = SqliteStore::open_within(&path, Limits { max_pages: Some(pages + 20) }).unwrap();
    run(async {
        let ana = store.open(&person("ana")).await.unwrap();
        let large: Vec<Change> = (0..20).map(|n| insert(&format!("large{n}"), &"x".repeat(10_000))).collect();
        // Together with ones that fit: those are kept, the one that does not fit is not, not even in part.
        let (first, full, last) = tokio::join!(
            keep(&store, "ana", "small1", "x"),
            store.commit(&ana, large.clone()),
            keep(&store, "ana", "small2", "x"),
        );
        assert!(first.is_ok() && last.is_ok(), "{first:?} {last:?}");
        match full {
            Err(StoreError::Full(place)) => assert!(place.ends_with("philia.db")),
            other => panic!("{other:?}"),
        }
        let there = ids(&store, "ana").await;
        assert_eq!(there.len(), 42);
        assert!(there.contains(&"small1".into()) && there.contains(&"small2".into()));
        assert_eq!(store.changes(&ana, K, 40, 10).await.unwrap().head, 42);
        // Deleting makes room.
        let delete = (0..40).map(|n| Change::Delete { key: Key::new(K, format!("{n}")), expected: Some(1) }).collect();
        store.commit(&ana, delete).await.unwrap();
        assert_eq!(store.commit(&ana, large).await.unwrap(), 44);
        store.verify().await.unwrap();
    });
}

/// Somebody who still has the number of an erased person's row must not read whoever comes next.
#[test]
fn the_row_of_an_erased_person_is_not_given_to_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("philia.db");
    let store = SqliteStore::open(&path).unwrap();
    let row = |name: &str| {
        let reader = Connection::open(&path).unwrap();
        reader.query_row("SELECT id FROM partition WHERE subject = ?1", [name], |row| row.get::<_, i64>(0)).unwrap()
    };
    run(async {
        keep(&store, "ana", "m", "hers").await.unwrap();
        let before = row("ana");
        let handle = store.open(&person("ana")).await.unwrap();
        store.erase(&person("ana")).await.unwrap();
        keep(&store, "ben", "m", "his").await.unwrap();
        assert!(row("ben") > before);
        assert_eq!(store.get_many(&handle, &[Key::new(K, "m")]).await.unwrap(), [None]);
        keep(&store, "ana", "n", "hers again").await.unwrap();
        assert_eq!(ids(&store, "ana").await, ["n"]);
        assert_eq!(ids(&store, "ben").await, ["m"]);
    });
}

#[test]
fn the_log_is_put_into_the_file_beside_the_writing() {
    const TEXT: usize = 8 * 1024;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("philia.db");
    let length = |name: &str| fs::metadata(directory.path().join(name)).unwrap().len();
    let store = SqliteStore::open(&path).unwrap();
    let (empty, mut longest, mut kept) = (length("philia.db"), 0, 0);
    run(async {
        // The file has grown by more than what stood in the log at any time: that was begun anew.
        while length("philia.db") < empty + longest + TEXT as u64 {
            let changes = (kept..kept + 20).map(|n| insert(&format!("{n}"), &"x".repeat(TEXT))).collect();
            let partition = store.open(&person("ana")).await.unwrap();
            store.commit(&partition, changes).await.unwrap();
            kept += 20;
            longest = longest.max(length("philia.db-wal"));
            assert!(kept < 40_000, "the log has {longest} bytes, the file {}", length("philia.db"));
        }
    });
    drop(store);
    run(async {
        let store = SqliteStore::open(&path).unwrap();
        store.verify().await.unwrap();
        let partition = store.open(&person("ana")).await.unwrap();
        let all: Vec<Key> = (0..kept).map(|n| Key::new(K, format!("{n}"))).collect();
        let found = store.get_many(&partition, &all).await.unwrap();
        assert!(found.iter().all(Option::is_some));
    });
}
