//! From one engine to another.

use crate::furnished::{at, furnish, id, insert, silent, sums};
use philia_companion::Error;
use philia_companion::moving::{check, migrate, unfinished};
use philia_ports::store::{Change, Draft, Key, Kind};
use philia_ports::{PartitionId, Store as _, StoreAdmin, StoreError};
use philia_store_memory::MemoryStore;
use philia_store_sqlite::SqliteStore;
use philia_testkit::faulty::FaultyStore;
use serde_json::json;

async fn moved(source: &dyn StoreAdmin, target: &dyn StoreAdmin) -> Result<(), Error> {
    migrate(source, target, at(1), &silent, |_, _| ()).await.map(drop)
}

fn assert_refused(result: Result<(), Error>, words: &str) {
    match result {
        Err(Error::Refused(said)) => assert!(said.contains(words), "{said:?} does not say {words:?}"),
        other => panic!("{other:?} where {words:?} should have been refused"),
    }
}

#[tokio::test]
async fn everything_arrives_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let (first, last) = (MemoryStore::new(), MemoryStore::new());
    let between = SqliteStore::open(&dir.path().join("philia.db")).unwrap();
    furnish(&first, 12, 150).await;
    let before = sums(&first).await;
    let mut told = Vec::new();
    let total =
        migrate(&first, &between, at(1), &silent, |id, sum| told.push((id.to_string(), sum.clone()))).await.unwrap();
    assert_eq!(sums(&between).await, before);
    assert_eq!((total.partitions, total.sum.records), (13, before.iter().map(|(_, sum)| sum.records).sum()));
    told.rotate_right(1);
    assert_eq!(told, before);
    moved(&between, &last).await.unwrap();
    assert_eq!(sums(&last).await, before);
    for store in [&first as &dyn StoreAdmin, &between, &last] {
        assert_eq!(unfinished(store).await.unwrap(), None);
        let checked = check(store, &silent).await.unwrap();
        assert_eq!(checked.listed, []);
        assert_eq!(checked.total, total);
    }
}

#[tokio::test]
async fn what_was_cut_off_anywhere_goes_on_and_doubles_nothing() {
    let source = MemoryStore::new();
    furnish(&source, 3, 250).await;
    let before = sums(&source).await;
    for spared in 0..12 {
        let target = FaultyStore::new(MemoryStore::new());
        target.fail_commits_after(spared, usize::MAX);
        let failed = moved(&source, &target).await.unwrap_err();
        assert!(matches!(failed, Error::Store(StoreError::Full(_))), "{spared}: {failed}");
        target.fail_commits(0);
        // Until it is whole, it says so; and nothing else is moved into it.
        if spared > 0 {
            assert_eq!(unfinished(&target).await.unwrap().as_deref(), Some("memory://"));
            assert_refused(moved(&target, &MemoryStore::new()).await, "half full");
        }
        moved(&source, &target).await.unwrap();
        assert_eq!(sums(&target).await, before, "after {spared} commits");
        assert_eq!(unfinished(&target).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_changed_between_two_attempts_is_as_it_is_now() {
    let (source, target) = (MemoryStore::new(), FaultyStore::new(MemoryStore::new()));
    furnish(&source, 4, 120).await;
    target.fail_commits_after(9, usize::MAX);
    moved(&source, &target).await.unwrap_err();
    target.fail_commits(0);
    let partition = source.open(&id("person-0")).await.unwrap();
    let draft = |name: &str, micros| Draft {
        key: Key::new(Kind::Incident, name),
        at: at(micros),
        doc: json!({ "now": micros }).into(),
        blob: None,
    };
    let changes = vec![
        // Earlier, later, other content, gone, new.
        Change::Put { draft: draft("r00000", -5), expected: 1 },
        Change::Put { draft: draft("r01655", 99_000_000_000), expected: 1 },
        Change::Put { draft: Draft { doc: json!({ "other": 1 }).into(), ..draft("r03310", 8_000_000) }, expected: 1 },
        Change::Delete { key: Key::new(Kind::Incident, "r04965"), expected: None },
        Change::Insert(draft("new", 3)),
    ];
    source.commit(&partition, changes).await.unwrap();
    source.erase(&id("person-1")).await.unwrap();
    moved(&source, &target).await.unwrap();
    assert_eq!(sums(&target).await, sums(&source).await);
}

#[tokio::test]
async fn a_target_that_holds_anything_else_is_left_alone() {
    let (source, target) = (MemoryStore::new(), MemoryStore::new());
    furnish(&source, 1, 10).await;
    furnish(&target, 1, 4).await;
    let before = sums(&target).await;
    assert_refused(moved(&source, &target).await, "must be empty");
    assert_eq!(sums(&target).await, before);

    let own = MemoryStore::new();
    let system = own.open(&PartitionId::system()).await.unwrap();
    own.commit(&system, vec![insert(Kind::Account, "a", 1, json!({}), None)]).await.unwrap();
    assert_refused(moved(&source, &own).await, "must be empty");
}

#[tokio::test]
async fn a_source_that_is_written_meanwhile_is_told() {
    let (source, target) = (FaultyStore::new(MemoryStore::new()), MemoryStore::new());
    furnish(source.inner(), 3, 40).await;
    let partition = source.open(&id("person-2")).await.unwrap();
    let wrote = std::sync::Mutex::new(0);
    let write = |_: philia_companion::moving::Progress| {
        let mut wrote = wrote.lock().unwrap();
        *wrote += 1;
        let change = insert(Kind::Plugin, format!("late-{wrote}"), 1, json!({}), None);
        futures_util::FutureExt::now_or_never(source.commit(&partition, vec![change])).unwrap().unwrap();
    };
    let result = migrate(&source, &target, at(1), &write, |_, _| ()).await.map(drop);
    assert_refused(result, "stop every Philia");
    assert!(unfinished(&target).await.unwrap().is_some());
    moved(&source, &target).await.unwrap();
    assert_eq!(sums(&target).await, sums(&source).await);
}

#[tokio::test]
async fn what_was_known_of_the_source_is_not_taken_for_the_target() {
    let (source, target) = (MemoryStore::new(), MemoryStore::new());
    for _ in 0..3 {
        source.erase(&id("person-0")).await.unwrap();
    }
    furnish(&source, 2, 10).await;
    let old = source.open(&id("person-0")).await.unwrap();
    moved(&source, &target).await.unwrap();
    for person in ["person-0", "person-1"] {
        let (here, there) = (source.open(&id(person)).await.unwrap(), target.open(&id(person)).await.unwrap());
        assert_eq!(there.generation, here.generation + 1);
    }
    let late = target.commit(&old, vec![insert(Kind::Plugin, "late", 1, json!({}), None)]).await;
    assert!(matches!(late, Err(StoreError::Erased)), "{late:?}");
}

#[tokio::test]
async fn damage_is_found() {
    let store = MemoryStore::new();
    let partition = store.open(&id("ana")).await.unwrap();
    let changes = vec![
        insert(Kind::Memory, "m1", 1, json!({ "not": "a memory" }), None),
        insert(Kind::Statement, "s1", 1, json!({ "memory": "m2" }), None),
        insert(Kind::Plugin, "p", 1, json!({ "any": "thing" }), None),
        insert(Kind::Interaction, "sealed", 1, json!({ "$sealed": "AAAA" }), None),
    ];
    store.commit(&partition, changes).await.unwrap();
    let checked = check(&store, &silent).await.unwrap();
    assert_eq!((checked.problems, checked.sealed, checked.total.sum.records), (2, 1, 4));
    assert_eq!(checked.listed[0].of, "memory/m1");
    assert!(checked.listed[1].what.contains("m2, which is not there"), "{:?}", checked.listed);
}
