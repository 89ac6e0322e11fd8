//! What the store does in a second: durable commits of one record, alone and of 64 at once; reading; opening.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "a bench may panic, and its functions are named by what they print"
)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, Partition, PartitionId, Scan, Store};
use philia_store_sqlite::SqliteStore;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::Runtime;

/// So many memories are there before the measurements.
const FILLED: i64 = 20_000;

struct Bench {
    _directory: tempfile::TempDir,
    path: PathBuf,
    runtime: Runtime,
    next: AtomicU64,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let path = directory.path().join("philia.db");
        let bench = Self { path, _directory: directory, runtime, next: AtomicU64::new(0) };
        let store = bench.open();
        bench.runtime.block_on(async {
            let ana = person(&store, 0).await;
            for hundred in 0..FILLED / 100 {
                let memories = (0..100).map(|n| memory(format!("{:06}", hundred * 100 + n), hundred * 100 + n, true));
                store.commit(&ana, memories.collect()).await.unwrap();
            }
        });
        bench
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path).unwrap()
    }

    /// A record like a short turn of the log, of a new name.
    fn turn(&self) -> Vec<Change> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        vec![memory(format!("turn{n}"), i64::try_from(n).unwrap(), false)]
    }
}

fn memory(id: String, at: i64, with_vector: bool) -> Change {
    let doc = json!({ "content": "I got a new puppy and he is called Sparky".repeat(5), "importance": 0.5 });
    let blob = with_vector.then(|| vec![7; 1024]);
    Change::Insert(Draft {
        key: Key::new(Kind::Memory, id),
        at: Timestamp::from_second(at).unwrap(),
        doc: doc.into(),
        blob,
    })
}

async fn person(store: &SqliteStore, n: usize) -> Partition {
    store.open(&PartitionId::new("home", format!("person{n}")).unwrap()).await.unwrap()
}

fn store(criterion: &mut Criterion) {
    let bench = Bench::new();
    let store = Arc::new(bench.open());
    let ana = bench.runtime.block_on(person(&store, 0));

    let mut commits = criterion.benchmark_group("durable commits of one record");
    commits.sample_size(20).measurement_time(Duration::from_secs(4));
    for committers in [1_usize, 64] {
        commits.throughput(Throughput::Elements(committers as u64 * 10));
        commits.bench_function(format!("{committers} at once, 10 each"), |timer| {
            timer.iter(|| {
                bench.runtime.block_on(async {
                    let tasks: Vec<_> = (0..committers)
                        .map(|n| {
                            let (store, turns) = (store.clone(), (0..10).map(|_| bench.turn()).collect::<Vec<_>>());
                            tokio::spawn(async move {
                                let partition = person(&store, 1 + n).await;
                                for turn in turns {
                                    store.commit(&partition, turn).await.unwrap();
                                }
                            })
                        })
                        .collect();
                    for task in tasks {
                        task.await.unwrap();
                    }
                });
            });
        });
    }
    commits.finish();

    let mut reads = criterion.benchmark_group("reading");
    reads.sample_size(30).measurement_time(Duration::from_secs(3));
    let newest = Scan::newest(Kind::Memory, 20);
    reads.bench_function("the newest 20 of 20,000", |timer| {
        timer.iter(|| bench.runtime.block_on(store.scan(&ana, &newest)).unwrap());
    });
    let page = Scan { blobs: true, ..Scan::of(Kind::Memory) };
    reads.bench_function("a page of 1000 with vectors", |timer| {
        timer.iter(|| bench.runtime.block_on(store.scan(&ana, &page)).unwrap());
    });
    let keys: Vec<Key> = (0..50).map(|n| Key::new(Kind::Memory, format!("{:06}", n * 397))).collect();
    reads.bench_function("50 by name", |timer| {
        timer.iter(|| bench.runtime.block_on(store.get_many(&ana, &keys)).unwrap());
    });
    reads.bench_function("the feed from its end", |timer| {
        timer.iter(|| bench.runtime.block_on(store.changes(&ana, Kind::Memory, 199, 1000)).unwrap());
    });
    reads.finish();

    drop(store);
    let mut starting = criterion.benchmark_group("starting");
    starting.sample_size(20).measurement_time(Duration::from_secs(2));
    starting.bench_function("open what is there", |timer| {
        timer.iter_batched(|| (), |()| bench.open(), BatchSize::PerIteration);
    });
    starting.finish();
}

criterion_group!(benches, store);
criterion_main!(benches);
