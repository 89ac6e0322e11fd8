//! What the store says to MongoDB, and does with what it hears: the suite that every store passes against a small
//! MongoDB that keeps to the manual, the commands of a commit, and all that can happen on the way.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

mod small;

use jiff::Timestamp;
use mongodb::bson::{Bson, Document, doc};
use philia_ports::store::{
    Change, Draft, Key, Kind, MAX_CHANGES, Partition, PartitionId, Scan, Store, StoreAdmin, StoreError,
};
use philia_store_memory::MemoryStore;
use philia_store_mongo::MongoStore;
use philia_testkit::store::{self, Fixture, run};
use proptest::prelude::*;
use serde_json::json;
use small::{Act, Small};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[async_trait::async_trait]
impl Fixture for Small {
    async fn open(&self) -> Arc<dyn StoreAdmin> {
        Arc::new(MongoStore::open(&self.url()).await.unwrap())
    }
}

philia_testkit::store_conformance!(Some(Small::start()));
philia_testkit::durable_store_conformance!(Some(Small::start()));
philia_testkit::shared_store_conformance!(Some(Small::start()));

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_like_the_memory_store(operations in store::operations(40)) {
        store::run(async {
            let reference: Arc<dyn StoreAdmin> = Arc::new(MemoryStore::new());
            store::agree(&reference, &Small::start().open().await, &operations).await;
        });
    }
}

const K: Kind = Kind::Memory;

fn insert(id: &str) -> Change {
    let doc = json!({ "content": id });
    Change::Insert(Draft { key: Key::new(K, id), at: Timestamp::UNIX_EPOCH, doc: doc.into(), blob: None })
}

async fn open(server: &Small) -> MongoStore {
    MongoStore::open_with(&server.url(), Duration::from_millis(500)).await.unwrap()
}

async fn ana(store: &MongoStore) -> Partition {
    store.open(&PartitionId::new("home", "ana").unwrap()).await.unwrap()
}

async fn ids(store: &MongoStore, partition: &Partition) -> Vec<String> {
    let page = store.scan(partition, &Scan::of(K)).await.unwrap();
    page.items.into_iter().map(|record| record.key.id).collect()
}

fn replica_set() -> Document {
    doc! { "setName": "rs0" }
}

fn network_error() -> Document {
    doc! { "ok": 0.0, "code": 91, "codeName": "ShutdownInProgress", "errmsg": "it ends", "errorLabels": [] }
}

#[test]
fn a_commit_is_one_transaction_of_a_snapshot_and_the_majority() {
    let server = Small::start();
    run(async {
        let store = open(&server).await;
        let partition = ana(&store).await;
        let before = server.commands("commitTransaction").len();
        let done = Change::Delete { key: Key::new(Kind::Job, "j"), expected: None };
        let job = Draft { key: Key::new(Kind::Job, "j"), at: Timestamp::UNIX_EPOCH, doc: json!({}).into(), blob: None };
        store.commit(&partition, vec![insert("a"), Change::Insert(job)]).await.unwrap();
        store.commit(&partition, vec![insert("b"), done]).await.unwrap();

        let commits = server.commands("commitTransaction");
        assert_eq!(commits.len(), before + 2);
        for commit in &commits {
            assert_eq!(commit.get_document("writeConcern").unwrap().get_str("w").unwrap(), "majority");
            assert_eq!((commit.get_bool("autocommit").unwrap(), commit.get_str("$db").unwrap()), (false, "admin"));
        }
        // All that belongs to the last one: the same session and number, begun once.
        let last = commits.last().unwrap();
        let own = |command: &&Document| {
            let same = |name| command.get(name) == last.get(name);
            same("lsid") && same("txnNumber") && command.get_bool("autocommit").is_ok_and(|it| !it)
        };
        let of = |name: &str| -> Vec<Document> { server.commands(name).iter().filter(own).cloned().collect() };
        let (finds, updates, deletes) = (of("find"), of("update"), of("delete"));
        assert_eq!((finds.len(), updates.len(), deletes.len()), (2, 2, 1));
        // What holds for all of it is said where it begins and ends, and nowhere else: a server refuses that.
        for command in finds.iter().skip(1).chain(&updates).chain(&deletes) {
            assert!(!command.contains_key("readConcern") && !command.contains_key("writeConcern"), "{command}");
        }
        assert!(!finds[0].contains_key("writeConcern"));
        assert!(finds[0].get_bool("startTransaction").unwrap() && !finds[1].contains_key("startTransaction"));
        assert_eq!(finds[0].get_document("readConcern").unwrap().get_str("level").unwrap(), "snapshot");
        assert_eq!(
            (finds[0].get_str("find").unwrap(), finds[1].get_str("find").unwrap()),
            ("philia_partition", "philia_record")
        );
        assert_eq!(updates[0].get_str("update").unwrap(), "philia_partition", "the head is written first");
        let written = updates[1].get_array("updates").unwrap()[0].as_document().unwrap();
        let (query, record) = (written.get_document("q").unwrap(), written.get_document("u").unwrap());
        assert_eq!(query.get_document("_id").unwrap().get_str("i").unwrap(), "b");
        assert_eq!((record.get_i64("v").unwrap(), record.get_i64("s").unwrap()), (1, 2));
        assert_eq!(record.get_str("d").unwrap(), r#"{"content":"b"}"#);
        let gone = deletes[0].get_array("deletes").unwrap()[0].as_document().unwrap().get_document("q").unwrap();
        let names = gone.get_document("_id").unwrap().get_array("$in").unwrap();
        assert_eq!(names[0].as_document().unwrap().get_str("k").unwrap(), "job");
        // Reads outside of it ask for a snapshot of the majority, of the primary.
        ids(&store, &partition).await;
        let scan = server.commands("find").pop().unwrap();
        assert_eq!(scan.get_document("readConcern").unwrap().get_str("level").unwrap(), "snapshot");
        assert!(!scan.contains_key("autocommit"));
    });
}

#[test]
fn what_cannot_keep_the_promises_is_refused() {
    run(async {
        for (hello, words) in
            [(doc! {}, "is a standalone"), (doc! { "setName": "rs0", "maxWireVersion": 9 }, "older than MongoDB 5.0")]
        {
            let server = Small::start_as(hello, |_, _| Act::Pass);
            match MongoStore::open(&server.url()).await {
                Err(StoreError::Invalid(text)) => assert!(text.contains(words), "{text}"),
                other => panic!("{other:?} where {words:?} was expected"),
            }
            assert_eq!(server.commands("createIndexes").len() + server.commands("update").len(), 0);
        }
        let theirs = Small::start();
        theirs.insert("philia_record", doc! { "_id": 1 });
        let refused = MongoStore::open(&theirs.url()).await;
        assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{refused:?}");
        let newer = Small::start();
        newer.insert("philia", doc! { "_id": "schema", "number": 7_i64 });
        let refused = MongoStore::open(&newer.url()).await;
        assert!(matches!(refused, Err(StoreError::TooNew { found: 7, known: 1 })), "{refused:?}");
    });
}

#[test]
fn urls_that_make_no_sense_are_refused_without_their_secrets() {
    run(async {
        for url in
            ["mongodb+srv://ana:secret@cluster.example/philia", "mongodb://ana:secret@", "mongodb://ana:sec/ret@host/x"]
        {
            match MongoStore::open(url).await {
                Err(StoreError::Invalid(text)) => assert!(!text.contains("sec"), "{text}"),
                other => panic!("{url} gives {other:?}"),
            }
        }
        let nobody = philia_testkit::server::nobody();
        let url = format!("mongodb://ana:secret@{nobody}/philia");
        let absent = MongoStore::open_with(&url, Duration::from_millis(300)).await.unwrap_err();
        assert!(absent.is_retryable() && !absent.to_string().contains("secret"), "{absent}");
    });
}

#[test]
fn a_commit_whose_answer_is_lost_is_asked_for_again() {
    let lose = |name: &str, nth: usize| match (name, nth) {
        ("commitTransaction", nth) if nth.is_multiple_of(3) => Act::Lose,
        _ => Act::Pass,
    };
    let server = Small::start_as(replica_set(), lose);
    run(async {
        let store = open(&server).await;
        let partition = ana(&store).await;
        for n in 1..=6 {
            assert_eq!(store.commit(&partition, vec![insert(&n.to_string())]).await.unwrap(), n);
        }
        assert_eq!(ids(&store, &partition).await.len(), 6);
        store.erase(&partition.id).await.unwrap();
        assert_eq!(ana(&store).await.generation, 1);
    });
}

#[test]
fn when_no_answer_comes_at_all_the_head_tells() {
    // It is made, and nobody hears of it however often they ask.
    let deaf = |name: &str, _: usize| if name == "commitTransaction" { Act::Lose } else { Act::Pass };
    let server = Small::start_as(replica_set(), deaf);
    run(async {
        let store = open(&server).await;
        let partition = ana(&store).await;
        assert_eq!(store.commit(&partition, vec![insert("a")]).await.unwrap(), 1);
        assert_eq!(ids(&store, &partition).await, ["a"]);
    });
    // It is not made, and nobody hears of that either.
    let dead = |name: &str, _: usize| if name == "commitTransaction" { Act::Say(network_error()) } else { Act::Pass };
    let server = Small::start_as(replica_set(), dead);
    run(async {
        let store = open(&server).await;
        let partition = ana(&store).await;
        let unsure = store.commit(&partition, vec![insert("a")]).await.unwrap_err();
        assert!(unsure.is_retryable(), "{unsure}");
        assert_eq!(ids(&store, &partition).await, Vec::<String>::new());
    });
}

#[test]
fn a_transaction_that_meets_another_begins_anew() {
    let busy = |name: &str, nth: usize| match (name, nth) {
        // The first is the schema's.
        ("update", 1 | 2 | 4) => Act::Say(doc! {
            "ok": 0.0, "code": 112, "codeName": "WriteConflict", "errmsg": "x",
            "errorLabels": ["TransientTransactionError"],
        }),
        _ => Act::Pass,
    };
    let server = Small::start_as(replica_set(), busy);
    run(async {
        let store = open(&server).await;
        let partition = ana(&store).await;
        assert_eq!(store.commit(&partition, vec![insert("a")]).await.unwrap(), 1);
        assert_eq!(server.commands("abortTransaction").len(), 3);
        // Two programs at once.
        let stores = [store, open(&server).await].map(Arc::new);
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                let (store, partition) = (stores[n % 2].clone(), partition.clone());
                tokio::spawn(async move { store.commit(&partition, vec![insert(&format!("n{n}"))]).await.unwrap() })
            })
            .collect();
        let mut numbers = Vec::new();
        for task in tasks {
            numbers.push(task.await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (2..=21).collect::<Vec<u64>>());
    });
}

#[test]
fn an_erasure_that_is_cut_off_is_finished_by_whoever_comes_next() {
    for reopened in [false, true] {
        let cut =
            |name: &str, nth: usize| if name == "delete" && nth == 0 { Act::Say(network_error()) } else { Act::Pass };
        let server = Small::start_as(replica_set(), cut);
        run(async {
            let store = open(&server).await;
            let partition = ana(&store).await;
            store.commit(&partition, vec![insert("a"), insert("b")]).await.unwrap();
            assert!(store.erase(&partition.id).await.unwrap_err().is_retryable());
            assert_eq!(server.documents("philia_record").len(), 2);
            if reopened {
                open(&server).await;
            } else {
                let late = store.commit(&partition, vec![insert("c")]).await;
                assert!(matches!(late, Err(StoreError::Erased)), "{late:?}");
                let anew = ana(&store).await;
                assert_eq!(store.commit(&anew, vec![insert("d")]).await.unwrap(), 1);
                assert_eq!(ids(&store, &anew).await, ["d"]);
                return;
            }
            assert_eq!(server.documents("philia_record"), Vec::<Document>::new());
            let left = server.documents("philia_partition");
            assert!(left.len() == 1 && !left[0].to_string().contains("ana"), "{left:?}");
        });
    }
}

#[test]
fn a_large_commit_goes_in_commands_that_fit() {
    let server = Small::start();
    run(async {
        let store = MongoStore::open(&server.url()).await.unwrap();
        let partition = ana(&store).await;
        let large = |n: usize| {
            let (key, doc) = (Key::new(K, format!("{n:03}")), json!({}));
            Change::Insert(Draft {
                key,
                at: Timestamp::UNIX_EPOCH,
                doc: doc.into(),
                blob: Some(vec![7; 350 * 1024 - 2]),
            })
        };
        assert_eq!(store.commit(&partition, (0..MAX_CHANGES).map(large).collect()).await.unwrap(), 1);
        let updates = server.commands("update");
        let sizes: Vec<usize> = updates.iter().map(|update| update.to_vec().unwrap().len()).collect();
        assert!(sizes.iter().all(|size| *size < 16 * 1024 * 1024) && sizes.len() > 4, "{sizes:?}");
        assert_eq!(server.documents("philia_record").len(), MAX_CHANGES);
    });
}

#[test]
fn a_full_disk_is_told_as_such() {
    let full = |name: &str, nth: usize| match (name, nth) {
        ("update", 2) => {
            Act::Say(doc! { "ok": 0.0, "code": 14_031, "codeName": "OutOfDiskSpace", "errmsg": "no space" })
        }
        ("update", 3) => {
            Act::Say(doc! { "ok": 1.0, "n": 0, "writeErrors": [{ "index": 0, "code": 14_031, "errmsg": "no" }] })
        }
        _ => Act::Pass,
    };
    let server = Small::start_as(replica_set(), full);
    run(async {
        let store = open(&server).await;
        let partition = ana(&store).await;
        for _ in 0..2 {
            let error = store.commit(&partition, vec![insert("a")]).await.unwrap_err();
            assert!(matches!(error, StoreError::Full(_)), "{error:?}");
        }
        assert_eq!(store.commit(&partition, vec![insert("a")]).await.unwrap(), 1);
    });
}

#[test]
fn a_server_that_hangs_is_not_waited_for() {
    let hang = |name: &str, nth: usize| match (name, nth) {
        ("find", 8..) | ("buildInfo", _) => Act::Hang,
        _ => Act::Pass,
    };
    let server = Small::start_as(replica_set(), hang);
    run(async {
        let store = open(&server).await;
        let partition = ana(&store).await;
        let since = Instant::now();
        while store.commit(&partition, vec![insert(&format!("{:?}", since.elapsed()))]).await.is_ok() {}
        let errors = [
            store.get_many(&partition, &[Key::new(K, "a")]).await.unwrap_err(),
            store.commit(&partition, vec![insert("b")]).await.unwrap_err(),
            store.health().await.unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(&error, StoreError::Unavailable(text) if text.contains("no answer within")), "{error}");
        }
        assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
    });
    assert!(matches!(server.commands("find").first().unwrap().get("find"), Some(Bson::String(_))));
}
