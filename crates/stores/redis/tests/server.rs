//! What the store on Redis does when the server, its settings, or what lies there is not as it should be.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, PartitionId, Scan, Store, StoreAdmin, StoreError};
use philia_store_redis::RedisStore;
use philia_testkit::server::redis::{self, Redis};
use philia_testkit::store::run;
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

fn ana() -> PartitionId {
    PartitionId::new("home", "ana").unwrap()
}

fn insert(id: &str, text: &str) -> Change {
    let key = Key::new(Kind::Memory, id);
    Change::Insert(Draft {
        key,
        at: Timestamp::UNIX_EPOCH,
        doc: json!({ "text": text }).into(),
        blob: Some(vec![7; 100]),
    })
}

/// A URL with a parameter more: no test is about how soon it gives up.
fn patient(url: &str) -> String {
    format!("{url}{}timeout=60000", if url.contains('?') { '&' } else { '?' })
}

async fn command<T: ::redis::FromRedisValue>(url: &str, words: &[&str]) -> T {
    let client = ::redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    ::redis::cmd(words[0]).arg(&words[1..]).query_async(&mut connection).await.unwrap()
}

async fn set(url: &str, name: &str, value: &str) {
    command::<()>(url, &["CONFIG", "SET", name, value]).await;
}

async fn refused(url: &str, words: &str) {
    match RedisStore::open(&patient(url)).await {
        Err(StoreError::Invalid(said)) => {
            assert!(said.contains(words) && !said.contains("s3cret"), "{said:?} does not say {words:?}");
        }
        other => panic!("{other:?} where {words:?} should have been refused"),
    }
}

async fn taken(url: &str) -> RedisStore {
    RedisStore::open(&patient(url)).await.unwrap()
}

/// Something else that listens there.
fn web_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    url
}

#[test]
fn an_address_that_leads_nowhere_is_refused_with_words() {
    let Some(server) = Redis::start() else { return };
    run(async {
        let (url, port) = (server.database(), server.port());
        refused("http://127.0.0.1", "redis://").await;
        refused(&format!("{url}?fsync=sometimes"), "fsync=everysec").await;
        refused(&format!("redis://127.0.0.1:{port}/99999999"), "no such database").await;
        refused(&web_server(), "is no Redis").await;
        set(&url, "requirepass", "right").await;
        refused(&format!("redis://:s3cret@127.0.0.1:{port}"), "the password").await;
        refused(&format!("redis://ana:s3cret@127.0.0.1:{port}"), "the password").await;
        refused(&url, "the password").await;
        let store = taken(&format!("redis://:right@127.0.0.1:{port}")).await;
        let health = store.health().await.unwrap();
        assert!(health.engine.starts_with("Redis ") && health.bytes.is_some(), "{health:?}");
        assert_eq!(health.location, format!("redis://127.0.0.1:{port}/0"));
        server.kill();
        let nobody = RedisStore::open(&url).await;
        assert!(matches!(nobody, Err(StoreError::Unavailable(_))), "{nobody:?}");
    });
}

#[test]
fn a_server_that_does_not_keep_what_it_is_given_is_refused_unless_allowed() {
    let Some(server) = Redis::start() else { return };
    run(async {
        let url = server.database();
        let store = taken(&url).await;
        for (name, bad, good) in [
            ("maxmemory-policy", "allkeys-lru", "noeviction"),
            ("maxmemory-policy", "volatile-ttl", "noeviction"),
            ("appendonly", "no", "yes"),
            ("appendfsync", "no", "always"),
            ("appendfsync", "everysec", "always"),
        ] {
            set(&url, name, bad).await;
            refused(&url, &format!("{name} ")).await;
            taken(&format!("{url}?volatile=allowed")).await;
            let unwell = store.health().await;
            assert!(matches!(&unwell, Err(StoreError::Unavailable(said)) if said.contains(name)), "{unwell:?}");
            set(&url, name, good).await;
        }
        set(&url, "appendfsync", "everysec").await;
        taken(&format!("{url}?fsync=everysec")).await;
        set(&url, "maxmemory-policy", "allkeys-lru").await;
        refused(&format!("{url}?fsync=everysec"), "noeviction").await;
        // It may be writing its first log, and would not end before.
        server.kill();
    });
}

#[test]
fn a_replica_is_refused_and_one_that_became_it_takes_no_commit() {
    let Some(server) = Redis::start() else { return };
    run(async {
        let url = server.database();
        let store = taken(&url).await;
        let ana = store.open(&ana()).await.unwrap();
        store.commit(&ana, vec![insert("a", "a")]).await.unwrap();
        command::<()>(&url, &["REPLICAOF", "127.0.0.1", "1"]).await;
        refused(&url, "replica").await;
        let late = store.commit(&ana, vec![insert("b", "b")]).await;
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
        assert!(store.get_many(&ana, &[Key::new(Kind::Memory, "a")]).await.unwrap()[0].is_some(), "it still reads");
        command::<()>(&url, &["REPLICAOF", "NO", "ONE"]).await;
        assert_eq!(store.commit(&ana, vec![insert("b", "b")]).await.unwrap(), 2);
    });
}

#[test]
fn a_full_memory_commits_nothing_and_reads_on() {
    let Some(server) = Redis::start() else { return };
    run(async {
        let url = server.database();
        let store = taken(&url).await;
        let ana = store.open(&ana()).await.unwrap();
        store.commit(&ana, vec![insert("a", "a")]).await.unwrap();
        set(&url, "maxmemory", "1").await;
        let many = || (0..100).map(|n| insert(&format!("{n}"), &"x".repeat(1000))).collect();
        for _ in 0..2 {
            let full = store.commit(&ana, many()).await;
            assert!(matches!(&full, Err(StoreError::Full(place)) if place.starts_with("redis://")), "{full:?}");
        }
        let ids: Vec<_> = store.scan(&ana, &Scan::of(Kind::Memory)).await.unwrap().items;
        assert_eq!(ids.len(), 1, "half a commit");
        set(&url, "maxmemory", "0").await;
        assert_eq!(store.commit(&ana, many()).await.unwrap(), 2);
        // Who wants to be gone is, however full it is.
        set(&url, "maxmemory", "1").await;
        store.erase(&ana.id).await.unwrap();
        assert!(store.scan(&ana, &Scan::of(Kind::Memory)).await.unwrap().items.is_empty());
    });
}

#[test]
fn what_is_not_ours_is_told_and_left_alone() {
    let Some(server) = redis::shared() else { return };
    run(async {
        for (words, newer) in [
            (vec!["SET", "philia:schema", "9"], true),
            (vec!["SET", "philia:schema", "a shop's"], false),
            (vec!["RPUSH", "philia:schema", "1"], false),
        ] {
            let url = server.database();
            command::<::redis::Value>(&url, &words).await;
            match RedisStore::open(&patient(&url)).await {
                Err(StoreError::TooNew { found: 9, known: 1 }) if newer => {}
                Err(StoreError::Corrupt { detail, .. }) if !newer => {
                    assert!(detail.contains("philia:schema") || detail.contains("something else"), "{detail}")
                }
                other => panic!("{other:?} over {words:?}"),
            }
            assert_eq!(command::<usize>(&url, &["DBSIZE"]).await, 1, "nothing was written");
        }
        let url = server.database();
        let store = taken(&url).await;
        let ana = store.open(&ana()).await.unwrap();
        store.commit(&ana, vec![insert("a", "a")]).await.unwrap();
        let keys: Vec<String> = command(&url, &["KEYS", "*:memory"]).await;
        command::<()>(&url, &["HSET", &keys[0], "a", "nonsense"]).await;
        let read = store.get_many(&ana, &[Key::new(Kind::Memory, "a")]).await;
        assert!(matches!(&read, Err(StoreError::Corrupt { detail, .. }) if detail.contains("memory/a")), "{read:?}");
        command::<()>(&url, &["SET", &keys[0], "a shop's"]).await;
        let written = store.commit(&ana, vec![insert("b", "b")]).await;
        assert!(matches!(written, Err(StoreError::Corrupt { .. })), "{written:?}");
    });
}

/// All bytes of the files of a directory.
fn bytes_below(directory: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        // The server removes what it has replaced while we look.
        bytes.extend(if path.is_dir() { bytes_below(&path) } else { std::fs::read(&path).unwrap_or_default() });
    }
    bytes
}

/// Waits: what was replaced is removed by a thread of the server's.
async fn until_not(told: impl Fn(&str) -> bool, text: &str) {
    for _ in 0..1000 {
        if !told(text) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{text} can still be read");
}

#[test]
fn who_is_erased_is_gone_from_the_files_and_the_name_with_them() {
    let Some(server) = Redis::start() else { return };
    run(async {
        let url = server.database();
        set(&url, "save", "3600 1").await;
        set(&url, "rdbcompression", "no").await;
        let directory: Vec<String> = command(&url, &["CONFIG", "GET", "dir"]).await;
        let told = &|text: &str| {
            let bytes = bytes_below(Path::new(&directory[1]));
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        };
        let store = taken(&url).await;
        let unmistakable = PartitionId::new("home", "quetzalcoatlus").unwrap();
        let partition = store.open(&unmistakable).await.unwrap();
        store.commit(&partition, vec![insert("a", "a puppy called Sparky")]).await.unwrap();
        command::<()>(&url, &["SAVE"]).await;
        assert!(told("Sparky") && told("quetzalcoatlus"));
        let ana = store.open(&ana()).await.unwrap();
        store.commit(&ana, vec![insert("b", "a kitten called Mittens")]).await.unwrap();
        store.erase(&unmistakable).await.unwrap();
        until_not(told, "Sparky").await;
        until_not(told, "quetzalcoatlus").await;
        assert!(told("Mittens"));
        // Somebody who erased was interrupted: whoever opens the store next ends it.
        command::<()>(&url, &["SET", "philia:{007}:traces", "2"]).await;
        command::<()>(&url, &["SET", "anything", "a parrot called Polly"]).await;
        command::<()>(&url, &["DEL", "anything"]).await;
        assert!(told("Polly"));
        taken(&url).await;
        until_not(told, "Polly").await;
        // Nothing is left in memory but how often they were erased.
        let keys: Vec<String> = command(&url, &["KEYS", "*"]).await;
        assert_eq!(keys.iter().filter(|key| key.contains("memory")).count(), 4, "only of the other: {keys:?}");
        assert!(!keys.iter().any(|key| key.contains("traces")), "{keys:?}");
        assert_eq!(store.open(&unmistakable).await.unwrap().generation, 1);
    });
}
