//! What outlives a restart, for stores that do.

use super::{Fixture, all, delete, draft, everybody, follow, insert, person, put, seconds};
use philia_ports::store::{Change, Draft, Kind, Scan, StoreAdmin, StoreError};
use serde_json::json;
use std::sync::Arc;

const K: Kind = Kind::Memory;

async fn everything(store: &Arc<dyn StoreAdmin>) -> String {
    let mut told = String::new();
    for name in everybody(store, 100).await {
        let partition = store.open(&name).await.unwrap();
        for kind in Kind::ALL {
            let records = all(store, &partition, Scan { blobs: true, ..Scan::of(*kind) }).await;
            told += &format!("{partition:?} {records:?} {:?}\n", follow(store, &partition, *kind, 1, 100).await);
        }
    }
    told + &format!("{:?}", store.due(seconds(1_000), 100).await.unwrap())
}

/// Records, blobs, versions, the feed with its deletions, partitions and jobs.
pub async fn everything_is_there_after_a_restart(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    for name in ["ana", "ben"] {
        let partition = person(&store, name).await;
        let of_kind = |kind: &Kind| {
            let doc = json!({ "nul": "a\0b", "third": 1.0 / 3.0, "of": name });
            Change::Insert(Draft { blob: Some(vec![0, 255]), ..draft(*kind, "\u{1F436}", -3, doc) })
        };
        store.commit(&partition, Kind::ALL.iter().map(of_kind).collect()).await.unwrap();
        store.commit(&partition, vec![insert(K, "b", 2), insert(K, "c", 2)]).await.unwrap();
        store.commit(&partition, vec![put(K, "b", 1, 1), delete(K, "c")]).await.unwrap();
    }
    let before = everything(&store).await;
    drop(store);
    for _ in 0..2 {
        let again = fixture.open().await;
        assert_eq!(everything(&again).await, before);
    }
}

/// Commit numbers and versions go on where they were.
pub async fn numbers_go_on_after_a_restart(fixture: &dyn Fixture) {
    for round in 0..3 {
        let store = fixture.open().await;
        let ana = person(&store, "ana").await;
        let change = if round == 0 { insert(K, "a", 1) } else { put(K, "a", 1, round) };
        assert_eq!(store.commit(&ana, vec![change]).await.unwrap(), round + 1);
    }
}

/// Whoever was erased stays so, and a handle from before cannot bring anything back.
pub async fn an_erasure_outlives_a_restart(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    store.commit(&ana, vec![insert(K, "a", 1)]).await.unwrap();
    store.erase(&ana.id).await.unwrap();
    drop(store);
    let store = fixture.open().await;
    let late = store.commit(&ana, vec![insert(K, "b", 1)]).await;
    assert!(matches!(late, Err(StoreError::Erased)), "{late:?}");
    let anew = person(&store, "ana").await;
    assert_eq!(anew.generation, 1);
    assert_eq!(all(&store, &anew, Scan::of(K)).await, []);
    assert_eq!(store.commit(&anew, vec![insert(K, "b", 1)]).await.unwrap(), 1);
}
