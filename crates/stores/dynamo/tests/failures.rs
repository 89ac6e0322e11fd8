//! What can happen on the way to the table and to it: answers that are lost, too much at once, a server that hangs or
//! dies, programs that are cut off, other programs, other tables.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

mod gate;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_dynamodb::{Client, Config};
use gate::Act;
use jiff::Timestamp;
use philia_ports::store::{
    Change, Draft, Key, Kind, MAX_CHANGES, Partition, PartitionId, Scan, Store, StoreAdmin, StoreError,
};
use philia_store_dynamo::DynamoStore;
use philia_testkit::server::Server as _;
use philia_testkit::server::dynamo::{self, Dynamo};
use philia_testkit::store::run;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const K: Kind = Kind::Memory;

fn draft(id: &str, bytes: usize) -> Draft {
    let doc = json!({ "content": id });
    Draft { key: Key::new(K, id), at: Timestamp::UNIX_EPOCH, doc: doc.into(), blob: Some(vec![7; bytes]) }
}

fn insert(id: &str) -> Change {
    Change::Insert(draft(id, 3))
}

fn hundred(bytes: usize) -> Vec<Change> {
    (0..MAX_CHANGES).map(|n| Change::Insert(draft(&format!("{n:03}"), bytes))).collect()
}

async fn ana(store: &DynamoStore) -> Partition {
    store.open(&PartitionId::new("home", "ana").unwrap()).await.unwrap()
}

async fn ids(store: &DynamoStore, partition: &Partition) -> Vec<String> {
    let page = store.scan(partition, &Scan { blobs: true, ..Scan::of(K) }).await.unwrap();
    page.items.into_iter().map(|record| record.key.id).collect()
}

/// The URL of the same table by another way.
fn by(url: &str, server: &Dynamo, gate: &str) -> String {
    format!("{}&timeout=1", url.replace(&server.endpoint(), gate))
}

fn client(server: &Dynamo) -> Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::new("eu-central-1"))
        .endpoint_url(server.endpoint())
        .credentials_provider(Credentials::new("test", "test", None, None, "test"));
    Client::from_conf(config.build())
}

fn table(url: &str) -> &str {
    url.split_once('@').unwrap().1.split_once('?').unwrap().0
}

/// The partition keys of all items of a table, but its own.
async fn left(server: &Dynamo, url: &str) -> Vec<String> {
    let (client, mut keys, mut next) = (client(server), Vec::new(), None);
    loop {
        let scanned = client.scan().table_name(table(url)).set_exclusive_start_key(next).send().await.unwrap();
        keys.extend(scanned.items().iter().map(|item| item["pk"].as_s().unwrap().clone()));
        next = scanned.last_evaluated_key;
        if next.is_none() {
            break;
        }
    }
    keys.retain(|key| key != "philia");
    keys.sort();
    keys
}

#[test]
fn a_lost_answer_is_asked_for_again_and_nothing_is_done_twice() {
    let Some(server) = dynamo::shared() else { return };
    run(async {
        let url = server.url();
        // Every other answer of a transaction is lost: of the first, which makes the commit, and so on.
        let rule = |operation: &str, nth: usize| {
            if operation == "TransactWriteItems" && nth.is_multiple_of(2) { Act::Lose } else { Act::Pass }
        };
        let gate = gate::before(server.endpoint(), rule).await;
        let store = DynamoStore::open(&by(&url, server, &gate)).await.unwrap();
        let partition = ana(&store).await;
        assert_eq!(store.commit(&partition, vec![insert("a")]).await.unwrap(), 1);
        assert_eq!(store.commit(&partition, vec![insert("b")]).await.unwrap(), 2);
        let put = Change::Put { draft: draft("a", 5), expected: 1 };
        assert_eq!(store.commit(&partition, vec![put, insert("c")]).await.unwrap(), 3);
        let found = store.get_many(&partition, &[Key::new(K, "a")]).await.unwrap().remove(0).unwrap();
        assert_eq!((found.version, found.blob), (2, Some(vec![7; 5])));
        assert_eq!(ids(&store, &partition).await, ["a", "b", "c"]);
        store.erase(&partition.id).await.unwrap();
        assert_eq!(ana(&store).await.generation, 1);
    });
}

#[test]
fn too_much_at_once_is_tried_again_later() {
    let Some(server) = dynamo::shared() else { return };
    run(async {
        let url = server.url();
        let rule = |operation: &str, nth: usize| match (operation, nth) {
            ("TransactWriteItems" | "BatchGetItem" | "BatchWriteItem" | "PutItem", 1 | 2) => {
                Act::Refuse(400, "ProvisionedThroughputExceededException")
            }
            ("TransactWriteItems", 3) => Act::Refuse(400, "TransactionInProgressException"),
            ("GetItem" | "Query", 2) => Act::Refuse(400, "ThrottlingException"),
            _ => Act::Pass,
        };
        let gate = gate::before(server.endpoint(), rule).await;
        let store = DynamoStore::open(&by(&url, server, &gate)).await.unwrap();
        let partition = ana(&store).await;
        for n in 1..=3 {
            let large = Change::Insert(draft(&n.to_string(), 100_000));
            assert_eq!(store.commit(&partition, vec![large]).await.unwrap(), n);
        }
        assert_eq!(ids(&store, &partition).await, ["1", "2", "3"]);
        // Too much for good is told, and can be tried again.
        let gate = gate::before(server.endpoint(), |operation, _| match operation {
            "BatchGetItem" => Act::Refuse(400, "ProvisionedThroughputExceededException"),
            _ => Act::Pass,
        });
        let store = DynamoStore::open(&by(&url, server, &gate.await)).await.unwrap();
        let error = store.commit(&partition, vec![insert("x")]).await.unwrap_err();
        assert!(error.is_retryable() && error.to_string().contains("too much at once"), "{error}");
    });
}

#[test]
fn a_commit_that_is_cut_off_is_whole_for_whoever_looks() {
    let Some(server) = dynamo::shared() else { return };
    run(async {
        for look in ["scan", "get", "changes", "commit"] {
            let url = server.url();
            let other = DynamoStore::open(&url).await.unwrap();
            let handle = ana(&other).await;
            // A hundred records, a head and an entry in the directory: two transactions, of which the second fails.
            let gate = gate::before(server.endpoint(), |operation, nth| match (operation, nth) {
                ("TransactWriteItems", 1..) => Act::Refuse(500, "InternalServerError"),
                _ => Act::Pass,
            });
            let cut = DynamoStore::open(&by(&url, server, &gate.await)).await.unwrap();
            let error = cut.commit(&handle, hundred(3)).await.unwrap_err();
            assert!(error.is_retryable(), "{error}");
            match look {
                "scan" => assert_eq!(ids(&other, &handle).await.len(), MAX_CHANGES),
                "get" => {
                    let keys: Vec<Key> = (0..MAX_CHANGES).rev().map(|n| Key::new(K, format!("{n:03}"))).collect();
                    assert!(other.get_many(&handle, &keys).await.unwrap().iter().all(Option::is_some));
                }
                "changes" => {
                    let feed = other.changes(&handle, K, 0, 10).await.unwrap();
                    assert_eq!((feed.touched.len(), feed.head), (MAX_CHANGES, 1));
                }
                _ => {
                    let late = Change::Delete { key: Key::new(K, "099"), expected: Some(1) };
                    assert_eq!(other.commit(&handle, vec![late]).await.unwrap(), 2);
                    assert_eq!(ids(&other, &handle).await.len(), MAX_CHANGES - 1);
                }
            }
            // Repeating it is safe: every change says what it expects.
            let again = other.commit(&handle, hundred(3)).await;
            assert!(matches!(again, Err(StoreError::Conflict(key)) if key == Key::new(K, "000")));
        }
    });
}

#[test]
fn more_than_a_transaction_holds_is_committed_all_the_same() {
    let Some(server) = dynamo::shared() else { return };
    run(async {
        let url = server.url();
        let store = DynamoStore::open(&url).await.unwrap();
        let partition = ana(&store).await;
        // Six megabytes, and a note of the contents besides.
        assert_eq!(store.commit(&partition, hundred(60_000)).await.unwrap(), 1);
        assert_eq!(ids(&store, &partition).await.len(), MAX_CHANGES);
        assert_eq!(left(server, &url).await.iter().filter(|key| key.starts_with("content#")).count(), MAX_CHANGES);
        // What is replaced or deleted leaves no content behind.
        let changes = (0..MAX_CHANGES).map(|n| match n % 2 {
            0 => Change::Put { draft: draft(&format!("{n:03}"), 3), expected: 1 },
            _ => Change::Delete { key: Key::new(K, format!("{n:03}")), expected: None },
        });
        assert_eq!(store.commit(&partition, changes.collect()).await.unwrap(), 2);
        let left = left(server, &url).await;
        assert!(!left.iter().any(|key| key.starts_with("content#") || key.starts_with("note#")), "{left:?}");
    });
}

#[test]
fn contents_of_a_commit_that_never_was_are_scrubbed() {
    let Some(server) = dynamo::shared() else { return };
    run(async {
        let url = server.url();
        let gate = gate::before(server.endpoint(), |operation, _| match operation {
            "TransactWriteItems" => Act::Refuse(500, "InternalServerError"),
            _ => Act::Pass,
        });
        let cut = DynamoStore::open(&by(&url, server, &gate.await)).await.unwrap();
        let partition = ana(&cut).await;
        let error = cut.commit(&partition, vec![Change::Insert(draft("a", 100_000))]).await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
        assert_eq!(left(server, &url).await.len(), 2, "a content and its note");
        let store = DynamoStore::open(&url).await.unwrap();
        assert_eq!(ids(&store, &partition).await, Vec::<String>::new());
        // One that is there is not taken away with it.
        store.commit(&partition, vec![Change::Insert(draft("b", 100_000))]).await.unwrap();
        store.scrub().await.unwrap();
        let left = left(server, &url).await;
        assert_eq!(left.iter().filter(|key| key.starts_with("content#")).count(), 1, "{left:?}");
        assert_eq!(left.iter().filter(|key| key.starts_with("note#")).count(), 0, "{left:?}");
        assert_eq!(ids(&store, &partition).await, ["b"]);
    });
}

#[test]
fn an_erasure_that_is_cut_off_is_finished_by_whoever_comes_next() {
    let Some(server) = dynamo::shared() else { return };
    run(async {
        for reopened in [false, true] {
            let url = server.url();
            let store = DynamoStore::open(&url).await.unwrap();
            let partition = ana(&store).await;
            store.commit(&partition, vec![insert("a"), Change::Insert(draft("b", 50_000))]).await.unwrap();
            let gate = gate::before(server.endpoint(), |operation, nth| match (operation, nth) {
                ("TransactWriteItems", 1..) => Act::Refuse(500, "InternalServerError"),
                _ => Act::Pass,
            });
            let cut = DynamoStore::open(&by(&url, server, &gate.await)).await.unwrap();
            assert!(cut.erase(&partition.id).await.unwrap_err().is_retryable());
            assert!(left(server, &url).await.len() > 2);
            let late = store.commit(&partition, vec![insert("c")]).await;
            assert!(matches!(late, Err(StoreError::Erased)), "{late:?}");
            if reopened {
                DynamoStore::open(&url).await.unwrap();
            } else {
                assert_eq!(ana(&store).await.generation, 1);
            }
            let left = left(server, &url).await;
            assert!(left.len() == 1 && left[0].len() == 64, "only a hash stays: {left:?}");
        }
    });
}

#[test]
fn two_programs_commit_to_one_partition() {
    let Some(server) = dynamo::shared() else { return };
    run(async {
        let url = server.url();
        let stores = [DynamoStore::open(&url).await.unwrap(), DynamoStore::open(&url).await.unwrap()].map(Arc::new);
        let partition = ana(&stores[0]).await;
        let tasks: Vec<_> = (0..24)
            .map(|n| {
                let (store, partition) = (stores[n % 2].clone(), partition.clone());
                tokio::spawn(async move { store.commit(&partition, vec![insert(&format!("{n:02}"))]).await.unwrap() })
            })
            .collect();
        let mut numbers = Vec::new();
        for task in tasks {
            numbers.push(task.await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=24).collect::<Vec<u64>>());
        assert_eq!(ids(&stores[1], &partition).await.len(), 24);
        // One erases, and the other's next commit hears of it.
        stores[0].erase(&partition.id).await.unwrap();
        let late = stores[1].commit(&partition, vec![insert("00")]).await;
        assert!(matches!(late, Err(StoreError::Erased)), "{late:?}");
    });
}

#[test]
fn another_programs_table_is_left_alone() {
    let Some(server) = dynamo::shared() else { return };
    run(async {
        let (client, url) = (client(server), server.url());
        let name = table(&url);
        let key = |name: &str, part| KeySchemaElement::builder().attribute_name(name).key_type(part).build().unwrap();
        let text = |name: &str| {
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap()
        };
        let made = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
        let made = made.key_schema(key("pk", KeyType::Hash)).key_schema(key("sk", KeyType::Range));
        made.attribute_definitions(text("pk")).attribute_definitions(text("sk")).send().await.unwrap();
        match DynamoStore::open(&url).await {
            Err(StoreError::Corrupt { location, detail }) => {
                assert!(
                    detail.contains("other keys or indexes") && !location.contains("test:test"),
                    "{location} {detail}"
                );
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(left(server, &url).await, Vec::<String>::new());

        // The same keys, and another's items.
        let url = server.url();
        let name = table(&url);
        drop(DynamoStore::open(&url).await.unwrap());
        let item = |pk: &str, sk: &str| {
            [("pk".to_owned(), AttributeValue::S(pk.into())), ("sk".to_owned(), AttributeValue::S(sk.into()))]
        };
        let own = client.delete_item().table_name(name).set_key(Some(item("philia", "schema").into()));
        own.send().await.unwrap();
        drop(DynamoStore::open(&url).await.unwrap());
        let put =
            |item: HashMap<String, AttributeValue>| client.put_item().table_name(name).set_item(Some(item)).send();
        let mut newer: HashMap<_, _> = item("philia", "schema").into();
        newer.insert("schema".into(), AttributeValue::N("9".into()));
        put(newer).await.unwrap();
        let newer = DynamoStore::open(&url).await;
        assert!(matches!(newer, Err(StoreError::TooNew { found: 9, known: 1 })), "{newer:?}");
        let own = client.delete_item().table_name(name).set_key(Some(item("philia", "schema").into()));
        own.send().await.unwrap();
        put(item("theirs", "1").into()).await.unwrap();
        let theirs = DynamoStore::open(&url).await;
        assert!(matches!(theirs, Err(StoreError::Corrupt { .. })), "{theirs:?}");
        assert_eq!(left(server, &url).await, ["theirs"]);
    });
}

#[test]
fn what_is_refused_and_what_is_not_there_is_told() {
    let Some(server) = dynamo::shared() else { return };
    run(async {
        let gate = gate::before(server.endpoint(), |_, _| Act::Refuse(400, "UnrecognizedClientException")).await;
        let refused = DynamoStore::open(&by(&server.url(), server, &gate)).await.unwrap_err();
        assert!(refused.is_retryable() && refused.to_string().contains("UnrecognizedClientException"), "{refused}");
        let nobody = philia_testkit::server::nobody();
        let absent = DynamoStore::open(&by(&server.url(), server, &format!("http://{nobody}"))).await.unwrap_err();
        let words = absent.to_string();
        assert!(
            absent.is_retryable() && words.contains("refused") && words.contains("dynamodb://philia_test"),
            "{words}"
        );
        assert!(!words.contains("DispatchFailure"), "meant for people: {words}");
        assert!(!absent.to_string().contains("test:test"));
        // What may write nothing reads on.
        let url = server.url();
        let store = DynamoStore::open(&url).await.unwrap();
        let partition = ana(&store).await;
        store.commit(&partition, vec![insert("a")]).await.unwrap();
        let gate = gate::before(server.endpoint(), |operation, _| match operation {
            "TransactWriteItems" => Act::Refuse(400, "AccessDeniedException"),
            _ => Act::Pass,
        });
        let readonly = DynamoStore::open(&by(&url, server, &gate.await)).await.unwrap();
        let refused = readonly.commit(&partition, vec![insert("b")]).await.unwrap_err();
        assert!(refused.to_string().contains("AccessDenied"), "{refused}");
        assert_eq!(ids(&readonly, &partition).await, ["a"]);
    });
}

#[test]
fn a_server_that_hangs_is_not_waited_for() {
    let Some(server) = Dynamo::start() else { return };
    run(async {
        let store = DynamoStore::open(&format!("{}&timeout=1", server.url())).await.unwrap();
        let partition = ana(&store).await;
        store.commit(&partition, vec![insert("a")]).await.unwrap();
        server.hang();
        let since = Instant::now();
        let errors = [
            store.commit(&partition, vec![insert("b")]).await.unwrap_err(),
            store.get_many(&partition, &[Key::new(K, "a")]).await.unwrap_err(),
            store.health().await.unwrap_err(),
        ];
        for error in errors {
            assert!(
                matches!(&error, StoreError::Unavailable(text) if text.contains("no answer within 1 s")),
                "{error}"
            );
        }
        assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
        server.resume();
        while store.health().await.is_err() {}
        // What was sent to the server as it hung may have been done since.
        match store.commit(&partition, vec![insert("b")]).await {
            Ok(_) | Err(StoreError::Conflict(_)) => {}
            Err(other) => panic!("{other}"),
        }
        assert_eq!(ids(&store, &partition).await, ["a", "b"]);
    });
}

#[test]
fn a_server_that_dies_is_told_and_its_table_made_anew() {
    let Some(mut server) = Dynamo::start() else { return };
    run(async {
        let url = format!("{}&timeout=1", server.url());
        let store = Arc::new(DynamoStore::open(&url).await.unwrap());
        let partition = ana(&store).await;
        let dead = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (store, partition, dead) = (store.clone(), partition.clone(), dead.clone());
                tokio::spawn(async move {
                    for n in 0.. {
                        let both = vec![insert(&format!("{writer}.{n}")), insert(&format!("{writer}.{n}b"))];
                        match store.commit(&partition, both).await {
                            Ok(_) => {}
                            Err(StoreError::Unavailable(_)) if dead.load(Ordering::Relaxed) => return,
                            Err(other) => panic!("{other}"),
                        }
                    }
                })
            })
            .collect();
        while ids(&store, &partition).await.len() < 20 {}
        let seen = ids(&store, &partition).await;
        assert!(seen.len() % 2 == 0, "half a commit: {seen:?}");
        dead.store(true, Ordering::Relaxed);
        server.kill();
        for writer in writers {
            writer.await.unwrap();
        }
        // This server keeps nothing: the table is gone with it, and is told so until somebody opens it again.
        server.restart();
        let gone = store.commit(&partition, vec![insert("a")]).await.unwrap_err();
        assert!(gone.is_retryable() && gone.to_string().contains("the table is not there"), "{gone}");
        DynamoStore::open(&url).await.unwrap();
        assert_eq!(store.commit(&partition, vec![insert("a")]).await.unwrap(), 1);
        assert_eq!(ids(&store, &partition).await, ["a"]);
    });
}
