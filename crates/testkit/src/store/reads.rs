//! Reading: order, ranges, pages, names.

use super::{Fixture, all, assert_invalid, delete, draft, get, ids, insert, person, put, seconds};
use jiff::Timestamp;
use philia_ports::store::{
    Change, Cursor, Draft, Key, Kind, MAX_CHANGES, MAX_PAGE, Order, Partition, Scan, StoreAdmin,
};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

const K: Kind = Kind::Interaction;

async fn fill(store: &Arc<dyn StoreAdmin>, partition: &Partition, records: impl Iterator<Item = (String, i64)>) {
    let changes: Vec<Change> = records.map(|(id, at)| insert(K, &id, at)).collect();
    for some in changes.chunks(MAX_CHANGES) {
        store.commit(partition, some.to_vec()).await.unwrap();
    }
}

/// By time, before 1970 too; of one instant by id; the other way round exactly reversed.
pub async fn scans_are_ordered_by_time_and_then_id(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let records = [("c", 5), ("a", 5), ("b", 5), ("late", 90), ("zero", 0), ("old", -7), ("older", -2_000_000_000)];
    fill(&store, &ana, records.iter().map(|(id, at)| ((*id).to_owned(), *at))).await;
    let mut expected = vec!["older", "old", "zero", "a", "b", "c", "late"];
    assert_eq!(ids(&store, &ana, Scan::of(K)).await, expected);
    expected.reverse();
    assert_eq!(ids(&store, &ana, Scan::newest(K, 100)).await, expected);
    let newest = store.scan(&ana, &Scan::newest(K, 3)).await.unwrap();
    assert_eq!(newest.items.iter().map(|record| record.key.id.as_str()).collect::<Vec<_>>(), ["late", "c", "b"]);
    assert!(newest.next.is_some());
}

/// `from` belongs to the range, `until` does not, to the nanosecond.
pub async fn scans_begin_at_from_and_end_before_until(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    fill(&store, &ana, (-3..=3).map(|at| (format!("{at}"), at))).await;
    let nanos =
        |second: i64, more: i128| Some(Timestamp::from_nanosecond(i128::from(second) * 1_000_000_000 + more).unwrap());
    let cases: [(Option<Timestamp>, Option<Timestamp>, &[&str]); 9] = [
        (None, None, &["-3", "-2", "-1", "0", "1", "2", "3"]),
        (nanos(2, 0), None, &["2", "3"]),
        (nanos(2, 1), None, &["3"]),
        (nanos(2, -1), None, &["2", "3"]),
        (None, nanos(-1, 0), &["-3", "-2"]),
        (None, nanos(-1, 1), &["-3", "-2", "-1"]),
        (nanos(-1, 0), nanos(1, 0), &["-1", "0"]),
        (nanos(1, 0), nanos(1, 0), &[]),
        (nanos(2, 0), nanos(-2, 0), &[]),
    ];
    for (from, until, expected) in cases {
        for order in [Order::Ascending, Order::Descending] {
            for limit in [1, 2, 100] {
                let scan = Scan { from, until, order, limit, ..Scan::of(K) };
                let mut found = ids(&store, &ana, scan).await;
                if order == Order::Descending {
                    found.reverse();
                }
                assert_eq!(found, expected, "{from:?} to {until:?}, {order:?}, {limit} at once");
            }
        }
    }
}

/// Whatever the size of the pages, together they are the whole, each record once.
pub async fn pages_of_any_size_meet_exactly(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    // Runs of equal instants, longer than some pages.
    fill(&store, &ana, (0..120).map(|n| (format!("{:03}", (n * 37) % 120), n / 13))).await;
    let ascending = ids(&store, &ana, Scan::of(K)).await;
    assert_eq!(ascending.len(), 120);
    let descending: Vec<String> = ascending.iter().rev().cloned().collect();
    for limit in [1, 2, 3, 7, 13, 60, 119, 120, 121, 1000] {
        assert_eq!(ids(&store, &ana, Scan { limit, ..Scan::of(K) }).await, ascending, "{limit} at once");
        assert_eq!(ids(&store, &ana, Scan::newest(K, limit)).await, descending, "{limit} at once, newest first");
    }
    // A page that ends with the last record has no next.
    assert_eq!(store.scan(&ana, &Scan { limit: 120, ..Scan::of(K) }).await.unwrap().next, None);
}

/// A larger limit is lowered to the most that a page may hold.
pub async fn a_page_holds_no_more_than_the_most(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    fill(&store, &ana, (0..=MAX_PAGE as i64).map(|n| (format!("{n:05}"), n))).await;
    for limit in [MAX_PAGE, MAX_PAGE + 1, usize::MAX] {
        let page = store.scan(&ana, &Scan { limit, ..Scan::of(K) }).await.unwrap();
        assert_eq!(page.items.len(), MAX_PAGE);
        let rest = store.scan(&ana, &Scan { limit, cursor: page.next, ..Scan::of(K) }).await.unwrap();
        assert_eq!((rest.items.len(), rest.next), (1, None));
    }
}

/// While a task inserts, moves and deletes other records, a reader's pages hold every lasting one exactly once.
pub async fn what_is_there_throughout_is_delivered_once_while_others_write(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    fill(&store, &ana, (0..60).map(|n| (format!("keep{n:02}"), n * 10))).await;
    let writer = tokio::spawn({
        let (store, ana) = (store.clone(), ana.clone());
        async move {
            for n in 0..60 {
                let (id, at) = (format!("x{n:02}"), (n * 7919) % 600);
                store.commit(&ana, vec![insert(K, &id, at)]).await.unwrap();
                store.commit(&ana, vec![put(K, &id, 600 - at, 1)]).await.unwrap();
                if n % 2 == 0 {
                    store.commit(&ana, vec![delete(K, &id)]).await.unwrap();
                }
            }
        }
    });
    for round in 0.. {
        let ended = writer.is_finished();
        for order in [Order::Ascending, Order::Descending] {
            let scan = Scan { order, limit: 1 + round % 9, ..Scan::of(K) };
            let mut seen: HashMap<String, usize> = HashMap::new();
            for id in ids(&store, &ana, scan).await {
                *seen.entry(id).or_default() += 1;
            }
            for n in 0..60 {
                assert_eq!(seen.get(&format!("keep{n:02}")), Some(&1), "keep{n:02} in round {round}");
            }
        }
        if ended {
            break;
        }
    }
    writer.await.unwrap();
    assert_eq!(ids(&store, &ana, Scan::of(K)).await.len(), 90);
}

/// A put may change the instant; the record is then found there, and only there.
pub async fn a_rewritten_record_moves_to_its_new_time(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    fill(&store, &ana, [("a", 1), ("b", 2), ("c", 3)].into_iter().map(|(id, at)| (id.to_owned(), at))).await;
    store.commit(&ana, vec![put(K, "a", 9, 1), put(K, "b", 2, 1)]).await.unwrap();
    assert_eq!(ids(&store, &ana, Scan::of(K)).await, ["b", "c", "a"]);
    assert_eq!(ids(&store, &ana, Scan { until: Some(seconds(2)), ..Scan::of(K) }).await, Vec::<String>::new());
    assert_eq!(get(&store, &ana, K, "a").await.unwrap().at, seconds(9));
}

/// A limit of nothing and a cursor of nobody's are refused.
pub async fn senseless_scans_are_refused(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    for filled in [false, true] {
        assert_invalid(store.scan(&ana, &Scan { limit: 0, ..Scan::of(K) }).await, "limit of 0");
        assert_invalid(store.changes(&ana, K, 0, 0).await, "limit of 0");
        assert_invalid(store.partitions(0, None).await, "limit of 0");
        let odd = Scan { cursor: Some(Cursor("no cursor at all".into())), ..Scan::of(K) };
        assert_invalid(store.scan(&ana, &odd).await, "cursor");
        if !filled {
            fill(&store, &ana, [("a".to_owned(), 1)].into_iter()).await;
        }
    }
}

/// One answer for each name, in the order asked, none for what is not there, blobs included.
pub async fn many_are_got_in_the_order_asked(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    assert_eq!(store.get_many(&ana, &[]).await.unwrap(), []);
    assert_eq!(store.get_many(&ana, &[Key::new(K, "a")]).await.unwrap(), [None]);
    let blob = Some(vec![1, 2, 3]);
    let with_blob = Draft { blob: blob.clone(), ..draft(Kind::Memory, "m", 4, json!({ "n": 4 })) };
    fill(&store, &ana, (0..300).map(|n| (format!("{n}"), n))).await;
    store.commit(&ana, vec![Change::Insert(with_blob)]).await.unwrap();
    let asked = [(K, "7"), (K, "none"), (Kind::Memory, "m"), (K, "m"), (K, "3"), (K, "7"), (K, ""), (K, "a\0b")];
    let keys: Vec<Key> = asked.iter().map(|(kind, id)| Key::new(*kind, *id)).collect();
    let found = store.get_many(&ana, &keys).await.unwrap();
    let shape: Vec<Option<&Key>> = found.iter().map(|record| record.as_ref().map(|record| &record.key)).collect();
    assert_eq!(shape, [Some(&keys[0]), None, Some(&keys[2]), None, Some(&keys[4]), Some(&keys[5]), None, None]);
    assert_eq!(found[2].as_ref().unwrap().blob, blob);
    // Many at once, backwards.
    let keys: Vec<Key> = (0..300).rev().map(|n| Key::new(K, n.to_string())).collect();
    let found = store.get_many(&ana, &keys).await.unwrap();
    assert!(found.iter().zip(&keys).all(|(record, key)| record.as_ref().is_some_and(|record| record.key == *key)));
}

/// The same id in every kind names as many records.
pub async fn kinds_are_apart(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let of_kind = |kind: &Kind| Change::Insert(draft(*kind, "same", 1, json!({ "of": kind.as_str() })));
    store.commit(&ana, Kind::ALL.iter().map(of_kind).collect()).await.unwrap();
    for kind in Kind::ALL {
        let found = all(&store, &ana, Scan::of(*kind)).await;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].key.kind, &found[0].doc), (*kind, &json!({ "of": kind.as_str() }).into()));
    }
    store.commit(&ana, vec![delete(Kind::Source, "same")]).await.unwrap();
    for kind in Kind::ALL {
        assert_eq!(get(&store, &ana, *kind, "same").await.is_none(), *kind == Kind::Source, "{kind}");
    }
}
