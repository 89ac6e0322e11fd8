//! Several instances over one place, for engines that can be shared.

use super::{Fixture, all, delete, draft, follow, get, ids, insert, person, put};
use philia_ports::store::{Change, Kind, Scan, StoreError};
use serde_json::json;

const K: Kind = Kind::Memory;

/// Instances that begin at the same instant over an empty place all begin.
pub async fn instances_begin_together(fixture: &dyn Fixture) {
    let stores = tokio::join!(fixture.open(), fixture.open(), fixture.open(), fixture.open());
    for (n, store) in [stores.0, stores.1, stores.2, stores.3].into_iter().enumerate() {
        let ana = person(&store, "ana").await;
        assert_eq!(store.commit(&ana, vec![insert(K, &n.to_string(), 1)]).await.unwrap(), n as u64 + 1);
        assert_eq!(all(&store, &ana, Scan::of(K)).await.len(), n + 1);
    }
}

/// What one has committed the other reads at once, follows, and lists.
pub async fn what_one_instance_commits_another_reads_at_once(fixture: &dyn Fixture) {
    let (one, other) = (fixture.open().await, fixture.open().await);
    let ana = person(&one, "ana").await;
    assert_eq!(person(&other, "ana").await, ana);
    for round in 0..10 {
        let (writes, reads) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let (id, head) = (format!("{round}"), round as u64 + 1);
        assert_eq!(writes.commit(&ana, vec![insert(K, &id, round)]).await.unwrap(), head);
        assert!(get(reads, &ana, K, &id).await.is_some(), "{id}");
        assert_eq!(follow(reads, &ana, K, head - 1, 10).await.len(), 1);
    }
    other.commit(&ana, vec![delete(K, "3"), put(K, "4", 99, 1)]).await.unwrap();
    assert_eq!(all(&one, &ana, Scan::of(K)).await, all(&other, &ana, Scan::of(K)).await);
    assert_eq!(one.partitions(10, None).await.unwrap(), other.partitions(10, None).await.unwrap());
}

/// Forty tasks of two instances add one to the same record; none is lost.
pub async fn compare_and_sets_of_two_instances_lose_nothing(fixture: &dyn Fixture) {
    const TASKS: u64 = 40;
    let stores = [fixture.open().await, fixture.open().await];
    let ana = person(&stores[0], "ana").await;
    stores[0].commit(&ana, vec![Change::Insert(draft(K, "count", 0, json!({ "n": 0 })))]).await.unwrap();
    let tasks: Vec<_> = (0..TASKS as usize)
        .map(|task| {
            let (store, ana) = (stores[task % 2].clone(), ana.clone());
            tokio::spawn(async move {
                // Whenever one conflicts, another has succeeded.
                for _ in 0..=TASKS {
                    let record = get(&store, &ana, K, "count").await.unwrap();
                    let doc = json!({ "n": record.doc.value()["n"].as_u64().unwrap() + 1 });
                    let change = Change::Put { draft: draft(K, "count", 0, doc), expected: record.version };
                    match store.commit(&ana, vec![change]).await {
                        Ok(_) => return,
                        Err(StoreError::Conflict(_)) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
                panic!("it never got through");
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    for store in &stores {
        assert_eq!(get(store, &ana, K, "count").await.unwrap().doc, json!({ "n": TASKS }));
    }
}

/// What one instance erases, another cannot bring back; and both may begin anew.
pub async fn an_erasure_by_one_instance_fences_the_other(fixture: &dyn Fixture) {
    let (one, other) = (fixture.open().await, fixture.open().await);
    let ana = person(&one, "ana").await;
    other.commit(&ana, vec![insert(K, "a", 1), insert(Kind::Job, "j", 1)]).await.unwrap();
    one.erase(&ana.id).await.unwrap();
    for store in [&one, &other] {
        let late = store.commit(&ana, vec![insert(K, "back", 1)]).await;
        assert!(matches!(late, Err(StoreError::Erased)), "{late:?}");
        assert_eq!(person(store, "ana").await.generation, 1);
        assert_eq!(ids(store, &ana, Scan::of(K)).await, Vec::<String>::new());
    }
    let anew = person(&other, "ana").await;
    assert_eq!(other.commit(&anew, vec![insert(K, "b", 1)]).await.unwrap(), 1);
    assert_eq!(ids(&one, &anew, Scan::of(K)).await, ["b"]);
}
