//! What engines have taught: much at once, callers who go away, outcomes that stay unknown, clocks that disagree.

use super::{Fixture, all, assert_conflict, delete, draft, everybody, follow, get, ids, insert, person, put};
use philia_ports::store::{
    Change, Draft, Key, Kind, MAX_CHANGES, MAX_PAGE, MAX_RECORD_BYTES, Order, Partition, Scan, StoreAdmin, StoreError,
};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

const K: Kind = Kind::Interaction;

/// The largest commit that every engine takes: a hundred records of together 3.5 MB.
const LARGE: usize = 35 * 1024;

fn large(id: &str, bytes: usize, letter: char) -> Change {
    let text = letter.to_string().repeat(bytes / 2);
    let blob = Some(vec![letter as u8; bytes / 2 - r#"{"t":""}"#.len()]);
    Change::Insert(Draft { blob, ..draft(K, id, 1, json!({ "t": text })) })
}

/// A hundred changes of 35 KB each are one commit like any other.
pub async fn a_hundred_large_changes_are_made_together_or_not_at_all(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let hundred = |letter: char| -> Vec<Change> {
        (0..MAX_CHANGES).map(|n| large(&format!("{letter}{n:03}"), LARGE, letter)).collect()
    };
    assert_eq!(store.commit(&ana, hundred('a')).await.unwrap(), 1);
    let mut stopped = hundred('b');
    stopped[MAX_CHANGES - 1] = large("a000", LARGE, 'b');
    assert_conflict(store.commit(&ana, stopped).await, K, "a000");
    let there = all(&store, &ana, Scan { blobs: true, ..Scan::of(K) }).await;
    assert_eq!(there.len(), MAX_CHANGES);
    for record in there {
        let whole = record.doc.value()["t"].as_str().unwrap().len() + record.blob.unwrap().len();
        assert_eq!(whole, LARGE - r#"{"t":""}"#.len(), "{} is not whole", record.key);
    }
}

/// Records of the largest size are read many at once, by name and by range.
pub async fn the_largest_records_are_read_together(fixture: &dyn Fixture) {
    const MANY: usize = 12;
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let name = |n: usize| format!("{n:02}");
    for n in 0..MANY {
        store.commit(&ana, vec![large(&name(n), MAX_RECORD_BYTES, 'x')]).await.unwrap();
    }
    let keys: Vec<Key> = (0..MANY).rev().map(|n| Key::new(K, name(n))).collect();
    let got = store.get_many(&ana, &keys).await.unwrap();
    for (record, key) in got.iter().zip(&keys) {
        let record = record.as_ref().unwrap();
        assert_eq!((&record.key, record.blob.as_ref().map(Vec::len)), (key, Some(MAX_RECORD_BYTES / 2 - 8)));
    }
    for blobs in [false, true] {
        let page = store.scan(&ana, &Scan { blobs, ..Scan::of(K) }).await.unwrap();
        assert_eq!((page.items.len(), page.next), (MANY, None));
        assert!(page.items.iter().all(|record| record.blob.is_some() == blobs));
    }
    assert_eq!(follow(&store, &ana, K, 0, 5).await.len(), MANY);
}

/// Thousands of records, of few instants, are delivered once each in order, from both ends, over full pages.
pub async fn thousands_of_records_are_paged_through(fixture: &dyn Fixture) {
    const MANY: usize = 2 * MAX_PAGE + 300;
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let numbers: Vec<usize> = (0..MANY).collect();
    for some in numbers.chunks(MAX_CHANGES) {
        let changes = some.iter().map(|n| insert(K, &format!("{n:05}"), (n / 700) as i64)).collect();
        store.commit(&ana, changes).await.unwrap();
    }
    let expected: Vec<String> = numbers.iter().map(|n| format!("{n:05}")).collect();
    assert_eq!(ids(&store, &ana, Scan::of(K)).await, expected);
    let mut backwards = ids(&store, &ana, Scan { order: Order::Descending, limit: 999, ..Scan::of(K) }).await;
    backwards.reverse();
    assert_eq!(backwards, expected);
    let told = follow(&store, &ana, K, 0, 500).await;
    assert_eq!(told.into_iter().map(|touched| touched.id).collect::<Vec<_>>(), expected);
}

/// Whoever does not know how a commit ended repeats it: it is made once, and the repetition says so.
pub async fn a_commit_that_is_repeated_is_made_once(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    store.commit(&ana, vec![insert(K, "old", 1), insert(K, "goes", 1)]).await.unwrap();
    let turn = || {
        let gone = Change::Delete { key: Key::new(K, "goes"), expected: Some(1) };
        vec![put(K, "old", 2, 1), insert(K, "new", 3), insert(Kind::Job, "learn", 3), gone]
    };
    assert_eq!(store.commit(&ana, turn()).await.unwrap(), 2);
    let state = async || {
        (
            all(&store, &ana, Scan::of(K)).await,
            all(&store, &ana, Scan::of(Kind::Job)).await,
            follow(&store, &ana, K, 1, 10).await,
        )
    };
    let before = state().await;
    for _ in 0..3 {
        assert_conflict(store.commit(&ana, turn()).await, K, "old");
        assert_eq!(state().await, before);
    }
    // A repetition from which nothing is expected is made again, and changes nothing.
    for _ in 0..2 {
        store.commit(&ana, vec![delete(K, "goes")]).await.unwrap();
        assert_eq!(state().await.0, before.0);
    }
    // Sent many times at once, it is made once all the same.
    let sent: Vec<_> = (0..8)
        .map(|_| {
            let (store, ana) = (store.clone(), ana.clone());
            tokio::spawn(async move { store.commit(&ana, vec![insert(K, "once", 4), put(K, "new", 5, 1)]).await })
        })
        .collect();
    let mut made = 0;
    for outcome in sent {
        match outcome.await.unwrap() {
            Ok(_) => made += 1,
            other => assert_conflict(other, K, "once"),
        }
    }
    assert_eq!((made, get(&store, &ana, K, "new").await.unwrap().version), (1, 2));
}

/// A caller may go away at any instant: what it asked for is made whole or not at all, and the store serves on.
pub async fn a_commit_whose_caller_goes_away_is_made_whole_or_not_at_all(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    for n in 0..60_u64 {
        let (store, ana, id) = (store.clone(), ana.clone(), n.to_string());
        let pair = vec![insert(K, &id, 1), insert(Kind::Session, &id, 1)];
        let commit = async move { store.commit(&ana, pair).await };
        let _ = tokio::time::timeout(Duration::from_micros(n * 40), commit).await;
    }
    store.commit(&ana, vec![insert(K, "last", 2), insert(Kind::Session, "last", 2)]).await.unwrap();
    let halves = async |kind| ids(&store, &ana, Scan::of(kind)).await;
    let head = async || store.changes(&ana, K, 0, 1).await.unwrap().head;
    // Some may still be on their way: what is read between two equal heads is of one instant.
    loop {
        let (before, one, other) = (head().await, halves(K).await, halves(Kind::Session).await);
        if head().await == before {
            assert_eq!(one, other, "half a commit");
            assert_eq!(one.len() as u64, before, "each commit has a number, and each number a commit");
            return;
        }
    }
}

/// Clocks disagree by minutes: the feed and the versions follow the commits, whatever the instants say.
pub async fn clocks_that_disagree_disturb_nothing(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let ahead = 1_900_000_000;
    for (n, at) in [ahead, ahead - 120, ahead + 120, ahead - 240].into_iter().enumerate() {
        store.commit(&ana, vec![insert(K, &n.to_string(), at)]).await.unwrap();
    }
    store.commit(&ana, vec![put(K, "2", ahead - 500, 1)]).await.unwrap();
    let told: Vec<_> = follow(&store, &ana, K, 0, 2).await.into_iter().map(|touched| touched.id).collect();
    assert_eq!(told, ["0", "1", "3", "2"]);
    assert_eq!(ids(&store, &ana, Scan::of(K)).await, ["2", "3", "1", "0"]);
    assert_eq!(get(&store, &ana, K, "2").await.unwrap().version, 2);
    store.commit(&ana, vec![insert(Kind::Job, "job", ahead + 1)]).await.unwrap();
    let due = async |at| store.due(super::seconds(at), 10).await.unwrap().len();
    assert_eq!((due(ahead).await, due(ahead + 1).await), (0, 1), "what is due is asked by the caller's clock");
}

/// Somebody with thousands of records is erased while turns are written and pages read; nothing is left, and what is
/// written after it, by a new handle, stays.
pub async fn a_large_partition_is_erased_while_it_is_written(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    for batch in 0..12 {
        let kind = [K, Kind::Memory, Kind::Access][batch % 3];
        let changes = (0..MAX_CHANGES).map(|n| insert(kind, &format!("{batch}.{n}"), n as i64)).collect();
        store.commit(&ana, changes).await.unwrap();
    }
    let write = async |store: Arc<dyn StoreAdmin>, ana: Partition, writer: usize| {
        for n in 0.. {
            let id = format!("w{writer}.{n}");
            match store.commit(&ana, vec![insert(K, &id, 1), insert(Kind::Job, &id, 1)]).await {
                Ok(_) => {}
                Err(StoreError::Erased) => return n,
                Err(other) => panic!("{other}"),
            }
        }
        0
    };
    let writers: Vec<_> = (0..4).map(|writer| tokio::spawn(write(store.clone(), ana.clone(), writer))).collect();
    let reader = tokio::spawn({
        let (store, ana) = (store.clone(), ana.clone());
        async move { while !all(&store, &ana, Scan { limit: 300, ..Scan::of(Kind::Memory) }).await.is_empty() {} }
    });
    // They are writing before it begins.
    while get(&store, &ana, K, "w0.0").await.is_none() {}
    store.erase(&ana.id).await.unwrap();
    let anew = person(&store, "ana").await;
    assert_eq!(anew.generation, 1);
    assert_eq!(store.commit(&anew, vec![insert(K, "after", 1)]).await.unwrap(), 1);
    for writer in writers {
        assert!(writer.await.unwrap() < usize::MAX);
    }
    reader.await.unwrap();
    for kind in Kind::ALL {
        let expected: &[&str] = if *kind == K { &["after"] } else { &[] };
        assert_eq!(ids(&store, &anew, Scan::of(*kind)).await, expected, "{kind}");
        assert_eq!(follow(&store, &anew, *kind, 0, 10).await.len(), expected.len(), "{kind}");
    }
    assert_eq!(store.due(super::seconds(1_000), 10).await.unwrap(), []);
    assert_eq!(everybody(&store, 10).await, [anew.id]);
}
