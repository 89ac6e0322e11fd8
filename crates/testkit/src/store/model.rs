//! A model test: one store must answer like another, whatever is asked of them.

use super::{all, everybody, follow, id, seconds};
use philia_ports::store::{Change, Draft, Key, Kind, Order, Partition, Scan, StoreAdmin};
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;

const KINDS: [Kind; 3] = [Kind::Memory, Kind::Session, Kind::Conflict];
const PEOPLE: [(&str, &str); 3] = [("a", "bc"), ("ab", "c"), ("_", "%")];

/// One call. Numbers name a person or a kind; they are few, so that calls meet.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Get a new handle for a person.
    Open(usize),
    /// Commit with the handle last got, which may be of an older generation.
    Commit(usize, Vec<Change>),
    /// Erase a person.
    Erase(usize),
    /// Read records by name.
    Get(usize, Vec<Key>),
    /// Read a range to its end, so many at once.
    Scan(usize, Scan),
    /// Follow a kind from a commit on, so many at once.
    Follow(usize, usize, u64, usize),
    /// List due jobs of everybody's up to a second.
    Due(i64, usize),
    /// List everybody, so many at once.
    Everybody(usize),
}

/// Up to `most` random operations on few people, kinds and ids.
pub fn operations(most: usize) -> impl Strategy<Value = Vec<Operation>> {
    let person = 0..PEOPLE.len();
    let size = prop_oneof![Just(1_usize), Just(2), Just(3), Just(1000)];
    let operation = prop_oneof![
        2 => person.clone().prop_map(Operation::Open),
        12 => (person.clone(), prop::collection::vec(change(), 0..5)).prop_map(|(who, changes)| Operation::Commit(who, changes)),
        1 => person.clone().prop_map(Operation::Erase),
        2 => (person.clone(), prop::collection::vec(key(), 0..6)).prop_map(|(who, keys)| Operation::Get(who, keys)),
        4 => (person.clone(), scan()).prop_map(|(who, scan)| Operation::Scan(who, scan)),
        3 => (person, 0..KINDS.len(), 0..12_u64, size.clone())
            .prop_map(|(who, kind, since, limit)| Operation::Follow(who, kind, since, limit)),
        1 => (-3..4_i64, 0..8_usize).prop_map(|(before, limit)| Operation::Due(before, limit)),
        1 => size.prop_map(Operation::Everybody),
    ];
    prop::collection::vec(operation, 1..most)
}

fn key() -> impl Strategy<Value = Key> + Clone {
    let ids = prop::sample::select(vec!["a", "A", "b", "\u{e9}", "e\u{301}", "%"]);
    (prop::sample::select(KINDS.to_vec()), ids).prop_map(|(kind, id)| Key::new(kind, id))
}

fn change() -> impl Strategy<Value = Change> {
    let blob = prop::option::of(prop::collection::vec(any::<u8>(), 0..4));
    let draft = (key(), -3..4_i64, any::<f64>(), blob).prop_map(|(key, at, number, blob)| Draft {
        key,
        at: seconds(at),
        doc: json!({ "number": number, "text": "\0\u{1F436}" }).into(),
        blob,
    });
    prop_oneof![
        4 => draft.clone().prop_map(Change::Insert),
        4 => (draft, 0..4_u64).prop_map(|(draft, expected)| Change::Put { draft, expected }),
        2 => (key(), prop::option::of(0..4_u64)).prop_map(|(key, expected)| Change::Delete { key, expected }),
    ]
}

fn scan() -> impl Strategy<Value = Scan> {
    let bound = || prop::option::of((-4..5_i64).prop_map(seconds));
    let kind = prop::sample::select(KINDS.to_vec());
    let order = prop::sample::select(vec![Order::Ascending, Order::Descending]);
    (kind, bound(), bound(), order, 1..5_usize, any::<bool>()).prop_map(|(kind, from, until, order, limit, blobs)| {
        Scan { kind, from, until, order, limit, cursor: None, blobs }
    })
}

/// Asks both stores the same, one call after the other, and compares every answer.
///
/// # Panics
/// At the first answer that differs, with the call and both answers.
pub async fn agree(reference: &Arc<dyn StoreAdmin>, other: &Arc<dyn StoreAdmin>, operations: &[Operation]) {
    let mut handles = Vec::new();
    for (account, subject) in PEOPLE {
        handles.push(Partition { id: id(account, subject), generation: 0 });
    }
    for operation in operations {
        if let Operation::Open(who) = operation {
            handles[*who] = reference.open(&handles[*who].id).await.unwrap();
        }
        let expected = answer(reference, &handles, operation).await;
        assert_eq!(answer(other, &handles, operation).await, expected, "{operation:?} of {operations:#?}");
    }
}

async fn answer(store: &Arc<dyn StoreAdmin>, handles: &[Partition], operation: &Operation) -> String {
    match operation {
        Operation::Open(who) => format!("{:?}", store.open(&handles[*who].id).await),
        Operation::Commit(who, changes) => format!("{:?}", store.commit(&handles[*who], changes.clone()).await),
        Operation::Erase(who) => format!("{:?}", store.erase(&handles[*who].id).await),
        Operation::Get(who, keys) => format!("{:?}", store.get_many(&handles[*who], keys).await),
        Operation::Scan(who, scan) => format!("{:?}", all(store, &handles[*who], scan.clone()).await),
        Operation::Follow(who, kind, since, limit) => {
            let mut touched = follow(store, &handles[*who], KINDS[*kind], *since, *limit).await;
            // Deletions may be left out of a feed from the beginning.
            touched.retain(|touched| *since > 0 || !touched.deleted);
            format!("{touched:?}")
        }
        Operation::Due(before, limit) => format!("{:?}", store.due(seconds(*before), *limit).await),
        Operation::Everybody(limit) => format!("{:?}", everybody(store, *limit).await),
    }
}
