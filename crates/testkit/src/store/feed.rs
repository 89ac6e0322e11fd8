//! The feed of changes, which an index follows.

use super::{Fixture, delete, follow, insert, person, put};
use philia_ports::store::{Key, Kind, MAX_CHANGES, Touched};
use std::collections::BTreeMap;

const K: Kind = Kind::Memory;

fn touched(seq: u64, id: &str) -> Touched {
    Touched { seq, id: id.into(), deleted: false }
}

fn gone(seq: u64, id: &str) -> Touched {
    Touched { seq, id: id.into(), deleted: true }
}

/// From the beginning, from the middle, from the end; kinds apart; deletions told to those who saw the record.
pub async fn changes_are_followed_from_anywhere(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let nothing = store.changes(&ana, K, 0, 10).await.unwrap();
    assert_eq!((nothing.head, nothing.touched, nothing.more), (0, vec![], false));

    store.commit(&ana, vec![insert(K, "b", 1), insert(K, "a", 2)]).await.unwrap();
    store.commit(&ana, vec![insert(Kind::Conflict, "j", 1)]).await.unwrap();
    store.commit(&ana, vec![insert(K, "c", 0)]).await.unwrap();
    assert_eq!(follow(&store, &ana, K, 0, 10).await, [touched(1, "a"), touched(1, "b"), touched(3, "c")]);
    assert_eq!(follow(&store, &ana, K, 1, 10).await, [touched(3, "c")]);
    assert_eq!(follow(&store, &ana, Kind::Conflict, 0, 10).await, [touched(2, "j")]);

    store.commit(&ana, vec![delete(K, "a"), put(K, "b", 5, 1), insert(K, "d", 7)]).await.unwrap();
    let after = [gone(4, "a"), touched(4, "b"), touched(4, "d")];
    assert_eq!(follow(&store, &ana, K, 3, 10).await, after);
    assert_eq!(follow(&store, &ana, K, 1, 10).await, [&[touched(3, "c")], &after[..]].concat());
    let live: Vec<_> = follow(&store, &ana, K, 0, 10).await.into_iter().filter(|touched| !touched.deleted).collect();
    assert_eq!(live, [touched(3, "c"), touched(4, "b"), touched(4, "d")]);
    assert_eq!(follow(&store, &ana, Kind::Conflict, 2, 10).await, []);

    let end = store.changes(&ana, Kind::Conflict, 4, 10).await.unwrap();
    assert_eq!((end.head, end.touched, end.more), (4, vec![], false), "the head counts commits of every kind");
    assert_eq!(follow(&store, &ana, K, u64::MAX, 10).await, []);
    // Deleting what was never there is nothing to be told.
    store.commit(&ana, vec![delete(K, "never")]).await.unwrap();
    assert_eq!(follow(&store, &ana, K, 4, 10).await, []);
}

/// An answer may be longer than asked, but a commit is in one answer.
pub async fn a_feed_never_cuts_a_commit(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let mut expected = Vec::new();
    for (n, size) in [1, 40, 2, MAX_CHANGES, 1, 1, 7].into_iter().enumerate() {
        let ids: Vec<String> = (0..size).map(|id| format!("{n}.{id:03}")).collect();
        let seq = store.commit(&ana, ids.iter().map(|id| insert(K, id, 1)).collect()).await.unwrap();
        expected.extend(ids.iter().map(|id| touched(seq, id)));
    }
    for limit in [1, 2, 3, 41, 100, 151, 152, 1000] {
        assert_eq!(follow(&store, &ana, K, 0, limit).await, expected, "{limit} at once");
    }
    let first = store.changes(&ana, K, 1, 3).await.unwrap();
    assert_eq!((first.touched.len(), first.more), (40, true));
    // Deletions count like the rest.
    let all: Vec<_> = (0..MAX_CHANGES).map(|id| delete(K, &format!("3.{id:03}"))).collect();
    store.commit(&ana, all).await.unwrap();
    let last = store.changes(&ana, K, 7, 1).await.unwrap();
    assert_eq!((last.touched.len(), last.more), (MAX_CHANGES, false));
    assert!(last.touched.iter().all(|touched| touched.deleted && touched.seq == 8));
}

/// The feed tells the state, not the history: it does not grow with every rewrite.
pub async fn a_rewritten_record_is_told_once(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    store.commit(&ana, vec![insert(K, "a", 1), insert(K, "b", 1)]).await.unwrap();
    for version in 1..=30 {
        store.commit(&ana, vec![put(K, "a", 1, version)]).await.unwrap();
    }
    assert_eq!(follow(&store, &ana, K, 0, 100).await, [touched(1, "b"), touched(31, "a")]);
    assert_eq!(follow(&store, &ana, K, 17, 100).await, [touched(31, "a")]);
}

/// Deleted and inserted again, a record is simply there.
pub async fn a_deleted_record_that_comes_back_is_not_told_as_deleted(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    store.commit(&ana, vec![insert(K, "a", 1)]).await.unwrap();
    store.commit(&ana, vec![delete(K, "a")]).await.unwrap();
    assert_eq!(follow(&store, &ana, K, 1, 10).await, [gone(2, "a")]);
    store.commit(&ana, vec![insert(K, "a", 1)]).await.unwrap();
    assert_eq!(follow(&store, &ana, K, 1, 10).await, [touched(3, "a")]);
    store.commit(&ana, vec![delete(K, "a")]).await.unwrap();
    assert_eq!(follow(&store, &ana, K, 3, 10).await, [gone(4, "a")]);
}

/// The generation tells a follower to start anew; nothing of the time before is told.
pub async fn a_follower_sees_an_erasure(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    store.commit(&ana, vec![insert(K, "a", 1), insert(K, "b", 1)]).await.unwrap();
    store.commit(&ana, vec![delete(K, "a")]).await.unwrap();
    let before = store.changes(&ana, K, 0, 10).await.unwrap();
    assert_eq!(before.generation, ana.generation);
    store.erase(&ana.id).await.unwrap();
    let after = store.changes(&ana, K, 0, 10).await.unwrap();
    assert_eq!((after.generation, after.head), (before.generation + 1, 0));
    assert_eq!(follow(&store, &ana, K, 0, 10).await, []);
    assert_eq!(follow(&store, &ana, K, 1, 10).await, []);
}

/// A follower who asks again and again from where it stood ends with exactly what there is.
pub async fn a_follower_who_reads_while_others_write_misses_nothing(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (store, ana) = (store.clone(), ana.clone());
            tokio::spawn(async move {
                for n in 0..25 {
                    let (id, other) = (format!("{writer}.{n}"), format!("{writer}.{n}b"));
                    store.commit(&ana, vec![insert(K, &id, 1), insert(K, &other, 1)]).await.unwrap();
                    store.commit(&ana, vec![put(K, &id, 1, 1), delete(K, &other)]).await.unwrap();
                }
            })
        })
        .collect();
    let (mut since, mut held) = (0, BTreeMap::new());
    loop {
        let ended = writers.iter().all(|writer| writer.is_finished());
        for touched in follow(&store, &ana, K, since, 5).await {
            since = touched.seq;
            if touched.deleted {
                held.remove(&touched.id)
            } else {
                held.insert(touched.id, touched.seq)
            };
        }
        if ended {
            break;
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let there: BTreeMap<_, _> = follow(&store, &ana, K, 0, 1000)
        .await
        .into_iter()
        .filter(|touched| !touched.deleted)
        .map(|touched| (touched.id, touched.seq))
        .collect();
    assert_eq!((held.len(), held), (100, there));
}

/// Whoever has read what a commit wrote is told a head that is not older: who looks at the head, reads, and finds the head
/// unchanged has read everything as it was at one commit.
pub async fn the_head_is_never_behind_what_was_read(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let key = [Key::new(K, "a")];
    store.commit(&ana, vec![insert(K, "a", 1)]).await.unwrap();
    let writer = tokio::spawn({
        let (store, ana) = (store.clone(), ana.clone());
        async move {
            for version in 1..200 {
                store.commit(&ana, vec![put(K, "a", 1, version)]).await.unwrap();
            }
        }
    });
    while !writer.is_finished() {
        let read = store.get_many(&ana, &key).await.unwrap().remove(0).unwrap().version;
        let head = store.changes(&ana, K, u64::MAX, 1).await.unwrap().head;
        assert!(head >= read, "commit {read} was read, and the head was {head}");
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
}
