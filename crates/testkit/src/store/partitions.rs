//! Partitions: walls, lists, due jobs, erasure.

use super::{
    Fixture, all, assert_conflict, assert_invalid, delete, draft, everybody, follow, get, id, ids, insert, person, put,
    seconds,
};
use jiff::SignedDuration;
use philia_ports::store::{Change, Cursor, Draft, Key, Kind, Partition, PartitionId, Scan, StoreAdmin, StoreError};
use serde_json::json;
use std::sync::Arc;

const K: Kind = Kind::Memory;

/// Nothing that one partition does is seen in, or changes, another.
pub async fn partitions_are_walls(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let (ana, ben) = (person(&store, "ana").await, person(&store, "ben").await);
    let said = |by: &str| Change::Insert(draft(K, "same", 1, json!({ "by": by })));
    store.commit(&ana, vec![said("ana"), insert(K, "only ana's", 2)]).await.unwrap();
    assert_eq!(get(&store, &ben, K, "same").await, None);
    assert_eq!(ids(&store, &ben, Scan::of(K)).await, Vec::<String>::new());
    assert_eq!(store.changes(&ben, K, 0, 10).await.unwrap().head, 0);

    assert_eq!(store.commit(&ben, vec![said("ben")]).await.unwrap(), 1);
    assert_conflict(store.commit(&ben, vec![put(K, "only ana's", 2, 1)]).await, K, "only ana's");
    store.commit(&ben, vec![delete(K, "same"), delete(K, "only ana's")]).await.unwrap();
    assert_eq!(get(&store, &ana, K, "same").await.unwrap().doc, json!({ "by": "ana" }));
    assert_eq!(ids(&store, &ana, Scan::of(K)).await, ["same", "only ana's"]);
    assert_eq!(follow(&store, &ana, K, 0, 10).await.len(), 2);
    assert_eq!(ids(&store, &ben, Scan::of(K)).await, Vec::<String>::new());
    // A cursor of one leads nowhere into the other.
    let cursor = store.scan(&ana, &Scan { limit: 1, ..Scan::of(K) }).await.unwrap().next;
    assert_eq!(store.scan(&ben, &Scan { cursor, ..Scan::of(K) }).await.unwrap().items, []);
}

fn easily_mistaken() -> Vec<PartitionId> {
    [
        ("a", "bc"),
        ("ab", "c"),
        ("abc", "abc"),
        ("a", "b"),
        ("A", "b"),
        ("a", "B"),
        ("a ", "b"),
        ("a", " b"),
        ("%", "_"),
        ("_", "%"),
        ("a%", "b_"),
        ("a*", "b"),
        ("a:b", "c"),
        ("a", "b:c"),
        ("'", "\""),
        ("\u{e9}", "x"),
        ("e\u{301}", "x"),
        ("\u{1F436}", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}"),
        ("a-x", "b"),
    ]
    .map(|(account, subject)| id(account, subject))
    .into()
}

/// Names that differ by a byte, by where they are cut, or by a wildcard are different people.
pub async fn names_that_could_be_mistaken_are_apart(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let names = easily_mistaken();
    for (n, name) in names.iter().enumerate() {
        let partition = store.open(name).await.unwrap();
        let seq = store.commit(&partition, vec![Change::Insert(draft(K, "who", 1, json!({ "n": n })))]).await;
        assert_eq!(seq.unwrap(), 1, "{name} is somebody else already");
    }
    store.erase(&id("%", "_")).await.unwrap();
    for (n, name) in names.iter().enumerate() {
        let partition = store.open(name).await.unwrap();
        let erased = *name == id("%", "_");
        let found = all(&store, &partition, Scan::of(K)).await;
        assert_eq!(
            found.iter().map(|record| record.doc.clone()).next(),
            (!erased).then(|| json!({ "n": n }).into()),
            "{name}"
        );
        assert_eq!(partition.generation, u64::from(erased), "{name}");
        assert_eq!(PartitionId::parse(&name.to_string()).unwrap(), *name);
    }
}

/// Parts with a slash or a control character, empty or too long ones, and the program's own account.
pub async fn names_that_no_partition_may_have_are_refused(fixture: &dyn Fixture) {
    let long = "x".repeat(129);
    for (account, subject) in
        [("a/b", "c"), ("a", "b/c"), ("", "a"), ("a", ""), ("a\0", "b"), ("a", "b\n"), (&long, "a"), ("a", &long)]
    {
        assert_invalid(PartitionId::new(account, subject), "1 to 128 bytes");
    }
    assert_invalid(PartitionId::new("_system", "_"), "program's own");
    assert_eq!(PartitionId::parse("_system/_").unwrap(), PartitionId::system());
    // The system's partition is one like any other, but for its name.
    let store = fixture.open().await;
    let system = store.open(&PartitionId::system()).await.unwrap();
    assert_eq!(store.commit(&system, vec![insert(Kind::Identity, "i", 1)]).await.unwrap(), 1);
    assert_eq!(ids(&store, &system, Scan::of(Kind::Identity)).await, ["i"]);
}

/// Jobs of everybody's whose time has come, the longest overdue first; nothing else.
pub async fn jobs_are_due_across_partitions(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let (ana, ben) = (person(&store, "ana").await, person(&store, "ben").await);
    let system = store.open(&PartitionId::system()).await.unwrap();
    assert_eq!(store.due(seconds(1_000), 10).await.unwrap(), []);
    let with_blob = Draft { blob: Some(vec![1]), ..draft(Kind::Job, "b1", 10, json!({ "do": "it" })) };
    store
        .commit(&ana, vec![insert(Kind::Job, "a1", 20), insert(Kind::Job, "a2", 50), insert(K, "m", 1)])
        .await
        .unwrap();
    store.commit(&ben, vec![Change::Insert(with_blob), insert(Kind::Job, "b2", 20)]).await.unwrap();
    store.commit(&system, vec![insert(Kind::Job, "s", -5)]).await.unwrap();

    let due = async |at: i64, limit: usize| -> Vec<(PartitionId, String)> {
        let jobs = store.due(seconds(at), limit).await.unwrap();
        jobs.into_iter().map(|(partition, job)| (partition.id, job.key.id)).collect()
    };
    let job = |partition: &Partition, id: &str| (partition.id.clone(), id.to_owned());
    assert_eq!(due(-6, 10).await, []);
    assert_eq!(due(-5, 10).await, [job(&system, "s")]);
    let in_time = [job(&system, "s"), job(&ben, "b1"), job(&ana, "a1"), job(&ben, "b2")];
    assert_eq!(due(20, 10).await, in_time);
    assert_eq!(due(20, 2).await, in_time[..2]);
    assert_eq!(due(19, 10).await, in_time[..2]);
    assert_eq!(due(1_000, 10).await.len(), 5);
    assert_eq!(store.due(seconds(20) - SignedDuration::from_nanos(1), 10).await.unwrap().len(), 2);

    // What comes with a job is its record and a handle that works: claiming it is a put.
    let (partition, record) = store.due(seconds(10), 10).await.unwrap().remove(1);
    assert_eq!((record.version, &record.doc, &record.blob), (1, &json!({ "do": "it" }).into(), &Some(vec![1])));
    let claimed = Draft { at: seconds(99), ..draft(Kind::Job, "b1", 0, record.doc.clone()) };
    store.commit(&partition, vec![Change::Put { draft: claimed, expected: record.version }]).await.unwrap();
    assert_eq!(due(20, 10).await, [job(&system, "s"), job(&ana, "a1"), job(&ben, "b2")]);
    store.erase(&ana.id).await.unwrap();
    assert_eq!(due(60, 10).await, [job(&system, "s"), job(&ben, "b2")]);
}

/// Those that hold a record, by account and then subject, on pages of any size.
pub async fn partitions_are_listed_in_order_and_pages(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    assert_eq!(everybody(&store, 10).await, []);
    let mut names = easily_mistaken();
    for name in &names {
        let partition = store.open(name).await.unwrap();
        store.commit(&partition, vec![insert(K, "a", 1)]).await.unwrap();
    }
    let system = store.open(&PartitionId::system()).await.unwrap();
    store.commit(&system, vec![insert(K, "a", 1)]).await.unwrap();
    // Neither one whose records are all deleted nor one that only tried.
    let empty = store.open(&id("nobody", "emptied")).await.unwrap();
    store.commit(&empty, vec![insert(K, "a", 1), insert(K, "b", 1)]).await.unwrap();
    store.commit(&empty, vec![delete(K, "a"), delete(K, "b"), delete(K, "c")]).await.unwrap();
    let failed = store.open(&id("nobody", "failed")).await.unwrap();
    assert_conflict(store.commit(&failed, vec![put(K, "a", 1, 1)]).await, K, "a");

    names.sort();
    for limit in [1, 2, 7, 18, 19, 20, usize::MAX] {
        assert_eq!(everybody(&store, limit).await, names, "{limit} at once");
    }
    let ab = store.open(&id("ab", "c")).await.unwrap();
    store.commit(&ab, vec![put(K, "a", 1, 1), insert(K, "b", 2)]).await.unwrap();
    let page = store.partitions(100, None).await.unwrap();
    let info = page.items.iter().find(|info| info.partition.id == ab.id).unwrap();
    assert_eq!((info.head, &info.partition), (2, &ab));
    assert_invalid(store.partitions(1, Some(Cursor("nobody made this".into()))).await, "not allowed");
}

/// Every kind, every trace; the old handle can do nothing more, a new one starts from nothing.
pub async fn erasing_removes_everything_and_lets_nothing_back(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let old = person(&store, "ana").await;
    for round in 0..3 {
        let ana = person(&store, "ana").await;
        assert_eq!(ana.generation, round);
        let everything = Kind::ALL.iter().map(|kind| insert(*kind, "same", 1)).collect();
        assert_eq!(store.commit(&ana, everything).await.unwrap(), 1, "numbers start anew");
        store.commit(&ana, vec![delete(Kind::Source, "same"), put(K, "same", 2, 1)]).await.unwrap();
        store.erase(&ana.id).await.unwrap();

        for kind in Kind::ALL {
            assert_eq!(get(&store, &ana, *kind, "same").await, None, "{kind}");
            assert_eq!(all(&store, &ana, Scan::of(*kind)).await, [], "{kind}");
            assert_eq!(follow(&store, &ana, *kind, 0, 10).await, [], "{kind}");
            assert_eq!(follow(&store, &ana, *kind, 1, 10).await, [], "{kind}");
        }
        assert_eq!(store.due(seconds(100), 10).await.unwrap(), []);
        assert_eq!(everybody(&store, 10).await, []);
        for handle in [&old, &ana] {
            for change in [insert(K, "back", 1), delete(K, "same")] {
                let late = store.commit(handle, vec![change]).await;
                assert!(matches!(late, Err(StoreError::Erased)), "{late:?} in round {round}");
            }
        }
        assert_eq!(person(&store, "ana").await.generation, round + 1);
    }
    // Somebody who never was can be erased too, and it counts.
    store.erase(&id("home", "nobody")).await.unwrap();
    assert_eq!(person(&store, "nobody").await.generation, 1);
}

/// Others keep all they have and their handles.
pub async fn erasing_one_leaves_the_others(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let (ana, ben) = (person(&store, "ana").await, person(&store, "ben").await);
    for partition in [&ana, &ben] {
        store.commit(partition, vec![insert(K, "a", 1), insert(Kind::Job, "j", 1), insert(K, "b", 2)]).await.unwrap();
        store.commit(partition, vec![delete(K, "b")]).await.unwrap();
    }
    let before = (all(&store, &ben, Scan::of(K)).await, follow(&store, &ben, K, 1, 10).await);
    store.erase(&ana.id).await.unwrap();
    assert_eq!((all(&store, &ben, Scan::of(K)).await, follow(&store, &ben, K, 1, 10).await), before);
    assert_eq!(store.due(seconds(1), 10).await.unwrap().len(), 1);
    assert_eq!(everybody(&store, 10).await, std::slice::from_ref(&ben.id));
    assert_eq!(store.commit(&ben, vec![put(K, "a", 3, 1)]).await.unwrap(), 3);
}

/// Commits run against an erasure: each either came before it and is gone, or fails with
/// [`StoreError::Erased`]; whatever the order, nothing is left.
pub async fn a_commit_that_races_an_erasure_leaves_nothing(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    for round in 0..5 {
        let ana = person(&store, "ana").await;
        assert_eq!(ana.generation, round);
        let commits: Vec<_> = (0..20).map(|n| tokio::spawn(try_insert(store.clone(), ana.clone(), n))).collect();
        store.erase(&ana.id).await.unwrap();
        for commit in commits {
            commit.await.unwrap();
        }
        let anew = person(&store, "ana").await;
        assert_eq!(anew.generation, round + 1);
        assert_eq!(all(&store, &anew, Scan::of(K)).await, [], "round {round}");
        assert_eq!(store.changes(&anew, K, 0, 10).await.unwrap().head, 0);
    }
}

async fn try_insert(store: Arc<dyn StoreAdmin>, partition: Partition, n: i64) {
    match store.commit(&partition, vec![insert(K, &n.to_string(), n)]).await {
        Ok(_) | Err(StoreError::Erased) => {}
        Err(other) => panic!("{other}"),
    }
}

/// Looking at somebody leaves no trace of them.
pub async fn an_open_handle_writes_nothing(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    assert_eq!(ana.generation, 0);
    assert_eq!(store.get_many(&ana, &[Key::new(K, "a")]).await.unwrap(), [None]);
    assert_eq!(everybody(&store, 10).await, []);
    assert_eq!(store.changes(&ana, K, 0, 10).await.unwrap().head, 0);
}

/// Health names the engine and the place.
pub async fn it_says_what_it_is(fixture: &dyn Fixture) {
    let health = fixture.open().await.health().await.unwrap();
    assert!(!health.engine.is_empty() && !health.location.is_empty(), "{health:?}");
}

/// After a scrub every record, version, deletion and number is what it was; an empty store takes it too.
pub async fn scrubbing_changes_nothing_that_is_there(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    store.scrub().await.unwrap();
    let (ana, ben) = (person(&store, "ana").await, person(&store, "ben").await);
    for partition in [&ana, &ben] {
        store.commit(partition, vec![insert(K, "a", 1), insert(K, "b", 2), insert(Kind::Job, "j", 1)]).await.unwrap();
        store.commit(partition, vec![delete(K, "b"), put(K, "a", 3, 1)]).await.unwrap();
    }
    store.erase(&ben.id).await.unwrap();
    let state = async || (all(&store, &ana, Scan::of(K)).await, follow(&store, &ana, K, 1, 10).await);
    let before = state().await;
    store.scrub().await.unwrap();
    assert_eq!(state().await, before);
    assert_eq!(store.due(seconds(1), 10).await.unwrap().len(), 1);
    assert_eq!(store.commit(&ana, vec![put(K, "a", 4, 2)]).await.unwrap(), 3);
    assert_eq!(person(&store, "ben").await.generation, 1);
}
