//! Stores with something in them.

use jiff::Timestamp;
use philia_companion::moving::flow::{self, Scanning};
use philia_companion::moving::{Progress, Sum};
use philia_ports::store::{Change, Draft, Key, Kind, MAX_CHANGES, Partition};
use philia_ports::{PartitionId, StoreAdmin};
use serde_json::{Value, json};

pub(crate) fn at(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap()
}

pub(crate) fn id(subject: &str) -> PartitionId {
    PartitionId::new("home", subject).unwrap()
}

pub(crate) fn insert(kind: Kind, id: impl Into<String>, micros: i64, doc: Value, blob: Option<Vec<u8>>) -> Change {
    Change::Insert(Draft { key: Key::new(kind, id), at: at(micros), doc: doc.into(), blob })
}

pub(crate) fn silent(_: Progress) {}

/// `people` with some records of several kinds each, some put again and some deleted, and the program's own.
pub(crate) async fn furnish(store: &dyn StoreAdmin, people: usize, records: usize) {
    for person in 0..people {
        let partition = store.open(&id(&format!("person-{person}"))).await.unwrap();
        let mut changes = Vec::new();
        for n in 0..records {
            let kind = [Kind::Incident, Kind::Job, Kind::Blob, Kind::Plugin][n % 4];
            let doc = json!({ "text": format!("what {person} said: {n} ✓"), "n": n, "x": 0.1 * n as f64, "deep": [{ "b": null, "a": -1 }] });
            let blob = n.is_multiple_of(3).then(|| (0..n % 50).map(|byte| byte as u8).collect());
            changes.push(insert(kind, format!("r{:05}", n * 7919 % 10_007), 1_000_000 * (n as i64 % 13), doc, blob));
        }
        for some in changes.chunks(MAX_CHANGES) {
            store.commit(&partition, some.to_vec()).await.unwrap();
        }
        let put = insert(Kind::Profile, "profile", 5, json!({ "display_name": "Ana" }), None);
        store.commit(&partition, vec![put]).await.unwrap();
        let draft = Draft { key: Key::new(Kind::Profile, "profile"), at: at(6), doc: json!({}).into(), blob: None };
        let gone = Change::Delete { key: Key::new(Kind::Plugin, "r03715"), expected: None };
        store.commit(&partition, vec![Change::Put { draft, expected: 1 }, gone]).await.unwrap();
    }
    let system = store.open(&PartitionId::system()).await.unwrap();
    store
        .commit(&system, vec![insert(Kind::Plugin, "house", 1, json!({ "name": "of the program" }), None)])
        .await
        .unwrap();
}

/// The sum of every partition, by its name.
pub(crate) async fn sums(store: &dyn StoreAdmin) -> Vec<(String, Sum)> {
    let mut all = vec![store.open(&PartitionId::system()).await.unwrap()];
    all.extend(store.partitions(1000, None).await.unwrap().items.into_iter().map(|info| info.partition));
    let mut sums = Vec::new();
    for partition in all {
        sums.push((partition.id.to_string(), sum(store, &partition).await));
    }
    sums
}

pub(crate) async fn sum(store: &dyn StoreAdmin, partition: &Partition) -> Sum {
    flow::sum(Scanning::new(store, partition)).await.unwrap()
}
