//! Commits: versions, conflicts, atomicity, concurrency.

use super::{Fixture, all, assert_conflict, assert_invalid, delete, draft, get, ids, insert, person, put};
use philia_ports::store::{Change, Draft, Key, Kind, MAX_CHANGES, MAX_DEPTH, Scan, StoreError};
use serde_json::json;
use std::collections::BTreeSet;

const K: Kind = Kind::Thread;

/// 1 when inserted, one more with every put, 1 again for a record that comes back.
pub async fn versions_count_up(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    assert_eq!(store.commit(&ana, vec![insert(K, "a", 1)]).await.unwrap(), 1);
    assert_eq!(get(&store, &ana, K, "a").await.unwrap().version, 1);
    for expected in 1..4 {
        assert_eq!(store.commit(&ana, vec![put(K, "a", 1, expected)]).await.unwrap(), expected + 1);
        let record = get(&store, &ana, K, "a").await.unwrap();
        assert_eq!((record.version, record.doc), (expected + 1, json!({ "text": "a", "instead_of": expected }).into()));
    }
    let removed = Change::Delete { key: Key::new(K, "a"), expected: Some(4) };
    assert_eq!(store.commit(&ana, vec![removed]).await.unwrap(), 5);
    assert_eq!(get(&store, &ana, K, "a").await, None);
    assert_eq!(store.commit(&ana, vec![insert(K, "a", 1)]).await.unwrap(), 6);
    assert_eq!(get(&store, &ana, K, "a").await.unwrap().version, 1);
}

/// The first change that does not hold is named, and the whole commit is as if it had never been tried.
pub async fn a_conflict_names_its_record_and_commits_nothing(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    store.commit(&ana, vec![insert(K, "a", 1), insert(K, "b", 2)]).await.unwrap();
    store.commit(&ana, vec![put(K, "a", 1, 1)]).await.unwrap();
    let before = all(&store, &ana, Scan::of(K)).await;

    let delete_version = |id, expected| Change::Delete { key: Key::new(K, id), expected: Some(expected) };
    let bad = [
        (insert(K, "a", 9), "a"),
        (put(K, "a", 9, 1), "a"),
        (put(K, "a", 9, 3), "a"),
        (put(K, "a", 9, 0), "a"),
        (put(K, "a", 9, u64::MAX), "a"),
        (put(K, "none", 9, 1), "none"),
        (put(K, "none", 9, 0), "none"),
        (delete_version("a", 1), "a"),
        (delete_version("none", 1), "none"),
    ];
    for (change, id) in bad {
        let changes =
            vec![insert(K, "new", 3), put(K, "b", 5, 1), change.clone(), insert(K, "z", 4), put(K, "y", 5, 9)];
        assert_conflict(store.commit(&ana, changes).await, K, id);
        assert_eq!(all(&store, &ana, Scan::of(K)).await, before, "after {change:?}");
    }
    assert_eq!(store.commit(&ana, vec![insert(K, "c", 1)]).await.unwrap(), 3, "a failed commit takes no number");
}

/// A delete that names no version does not mind that there is nothing.
pub async fn deleting_what_is_not_there_is_content(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    assert_eq!(store.commit(&ana, vec![delete(K, "nobody")]).await.unwrap(), 1);
    assert_eq!(store.commit(&ana, vec![insert(K, "a", 1), delete(K, "b")]).await.unwrap(), 2);
    assert_eq!(ids(&store, &ana, Scan::of(K)).await, ["a"]);
}

/// The largest commit works, and one bad change among a hundred stops all of them.
pub async fn a_hundred_changes_are_made_together_or_not_at_all(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let hundred = |prefix: &str| -> Vec<Change> {
        (0..MAX_CHANGES).map(|n| insert(K, &format!("{prefix}{n:03}"), n as i64)).collect()
    };
    store.commit(&ana, hundred("a")).await.unwrap();
    assert_eq!(ids(&store, &ana, Scan::of(K)).await.len(), MAX_CHANGES);
    for bad in [0, 50, 99] {
        let mut changes = hundred("b");
        changes[bad] = insert(K, "a000", 1);
        assert_conflict(store.commit(&ana, changes).await, K, "a000");
        assert_eq!(ids(&store, &ana, Scan::of(K)).await.len(), MAX_CHANGES);
    }
}

/// What is not allowed is refused with words, before anything is written.
pub async fn what_no_store_takes_is_refused(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    assert_invalid(store.commit(&ana, vec![]).await, "0 changes");
    let many = (0..=MAX_CHANGES).map(|n| insert(K, &format!("{n}"), 1)).collect();
    assert_invalid(store.commit(&ana, many).await, "101 changes");
    for second in [insert(K, "a", 2), put(K, "a", 2, 1), delete(K, "a")] {
        assert_invalid(store.commit(&ana, vec![insert(K, "a", 1), second]).await, "twice");
    }
    for id in ["", "a\0b", "a\nb", "\u{85}", &"x".repeat(257), &"\u{1F436}".repeat(65)] {
        assert_invalid(store.commit(&ana, vec![insert(K, id, 1)]).await, "id");
        assert_invalid(store.commit(&ana, vec![delete(K, id)]).await, "id");
    }
    for doc in [json!(null), json!("text"), json!([{}]), json!(1)] {
        assert_invalid(store.commit(&ana, vec![Change::Insert(draft(K, "a", 1, doc))]).await, "object");
    }
    let deep = (0..=MAX_DEPTH).fold(json!(1), |inner, _| json!({ "in": inner }));
    assert_invalid(store.commit(&ana, vec![Change::Insert(draft(K, "a", 1, deep))]).await, "nested");
    assert_eq!(ids(&store, &ana, Scan::of(K)).await, Vec::<String>::new());

    let longest = "x".repeat(256);
    assert_eq!(store.commit(&ana, vec![insert(K, &longest, 1)]).await.unwrap(), 1, "nothing refused was numbered");
    let deepest = (0..MAX_DEPTH).fold(json!(1), |inner, _| json!({ "in": inner }));
    store.commit(&ana, vec![Change::Insert(draft(K, "deep", 2, deepest.clone()))]).await.unwrap();
    assert_eq!(get(&store, &ana, K, "deep").await.unwrap().doc, deepest);
}

/// Fifty tasks add one to the same record; each repeats on a conflict; none is lost.
pub async fn concurrent_compare_and_sets_lose_nothing(fixture: &dyn Fixture) {
    const TASKS: u64 = 50;
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    store.commit(&ana, vec![Change::Insert(draft(K, "count", 0, json!({ "n": 0 })))]).await.unwrap();
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (store, ana) = (store.clone(), ana.clone());
            tokio::spawn(async move {
                // Whenever one conflicts, another has succeeded: fifty rounds are always enough.
                for _ in 0..TASKS {
                    let now = get(&store, &ana, K, "count").await.unwrap();
                    let n = now.doc.value()["n"].as_u64().unwrap() + 1;
                    let draft = Draft { key: now.key, at: now.at, doc: json!({ "n": n }).into(), blob: None };
                    match store.commit(&ana, vec![Change::Put { draft, expected: now.version }]).await {
                        Ok(_) => return,
                        Err(StoreError::Conflict(_)) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
                panic!("fifty conflicts in a row");
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let count = get(&store, &ana, K, "count").await.unwrap();
    assert_eq!((count.doc, count.version), (json!({ "n": TASKS }).into(), TASKS + 1));
}

/// What must be unique is an insert: of many at once, exactly one succeeds.
pub async fn of_many_inserts_of_one_record_one_wins(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let (store, ana) = (store.clone(), ana.clone());
            let both = vec![insert(K, &format!("own{n}"), 1), Change::Insert(draft(K, "one", 1, json!({ "by": n })))];
            tokio::spawn(async move { (n, store.commit(&ana, both).await) })
        })
        .collect();
    let mut winners = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            (n, Ok(_)) => winners.push(n),
            (_, other) => assert_conflict(other, K, "one"),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(get(&store, &ana, K, "one").await.unwrap().doc, json!({ "by": winners[0] }));
    assert_eq!(ids(&store, &ana, Scan::of(K)).await, ["one".to_owned(), format!("own{}", winners[0])]);
}

/// Every commit of a partition takes the next number, however many tasks commit at once, into however many
/// partitions; and what was committed can be read at once.
pub async fn commits_of_many_tasks_are_numbered_without_gaps(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let tasks: Vec<_> = (0..60)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let name = ["ana", "ben", "cleo"][n % 3];
                let partition = person(&store, name).await;
                let id = format!("{n}");
                let seq = store.commit(&partition, vec![insert(K, &id, n as i64)]).await.unwrap();
                assert!(get(&store, &partition, K, &id).await.is_some(), "{id} was committed and is not to be read");
                assert!(store.changes(&partition, K, seq - 1, 1).await.unwrap().touched[0].seq == seq);
                (name, seq)
            })
        })
        .collect();
    let mut numbers = BTreeSet::new();
    for task in tasks {
        assert!(numbers.insert(task.await.unwrap()), "a number was given twice");
    }
    let expected: BTreeSet<_> = ["ana", "ben", "cleo"].iter().flat_map(|name| (1..=20).map(|n| (*name, n))).collect();
    assert_eq!(numbers, expected);
}
