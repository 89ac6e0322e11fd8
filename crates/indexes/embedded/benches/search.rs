//! How fast is recall, how fast is learning, and how much room does a memory take?

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a bench may stop, and tells what it saw")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use philia_index_embedded::{EmbeddedIndex, Thesaurus};
use philia_mind::MemoryId;
use philia_mind::memory::recall::{Known, POOL, Query, analyse};
use philia_mind::memory::{Category, MemoryKind, Place, Speaker};
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, Filter, Index};
use philia_ports::{Partition, PartitionId};
use std::hint::black_box;

const DIMENSIONS: usize = 256;

/// A small generator, so that every run measures the same (xorshift64*, Vigna 2016).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn vector(&mut self) -> Vec<f32> {
        let raw: Vec<f32> = (0..DIMENSIONS).map(|_| (self.next() >> 40) as f32 / 8_388_608.0 - 1.0).collect();
        let length = raw.iter().map(|x| x * x).sum::<f32>().sqrt();
        raw.iter().map(|x| x / length).collect()
    }

    /// About 100 bytes, the common words common (Zipf).
    fn text(&mut self) -> String {
        let words: Vec<String> = (0..16)
            .map(|_| {
                let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
                format!("wo{}", letters((20_000.0_f64.powf(uniform)) as u64))
            })
            .collect();
        words.join(" ")
    }
}

fn letters(mut number: u64) -> String {
    let mut out = String::new();
    while number > 0 {
        out.push(char::from(b'a' + (number % 20) as u8));
        number /= 20;
    }
    out
}

/// As many words as the static table knows.
fn thesaurus() -> Thesaurus {
    let mut numbers = Numbers(3);
    let words: Vec<(String, Vec<f32>)> =
        (1..14_000).map(|number| (format!("wo{}", letters(number)), numbers.vector())).collect();
    Thesaurus::new(words.iter().map(|(word, vector)| (word.as_str(), vector.clone())))
}

fn entries(count: usize) -> Vec<Entry> {
    let mut numbers = Numbers(42);
    let start: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
    (0..count)
        .map(|i| Entry {
            id: MemoryId::new(format!("0193ab54-7d1c-7000-8000-{i:012}.u")),
            text: numbers.text(),
            vector: Some(numbers.vector()),
            speaker: if i % 2 == 0 { Speaker::User } else { Speaker::Other("Ida".into()) },
            place: Some(Place { group: format!("session {}", i / 25), order: (i % 25) as u64 }),
            occurred_at: start + SignedDuration::from_mins(5 * i as i64),
            kind: MemoryKind::Episodic,
            category: Category::Conversation,
            importance: 0.5,
            reinforced: 0,
            emotion: None,
            tags: Vec::new(),
            hidden: false,
        })
        .collect()
}

fn question() -> (Query, Vec<Option<Vec<f32>>>) {
    let now: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    let speakers = ["Ida".to_owned()];
    let known = Known { user: None, speakers: &speakers };
    let query = analyse(
        &Analyzer::new(),
        "What did Ida say about woca and wobd wofe last month, and woghb?",
        &known,
        now,
        &TimeZone::UTC,
    );
    let mut numbers = Numbers(7);
    let vectors = query.dense_texts.iter().map(|_| Some(numbers.vector())).collect();
    (query, vectors)
}

fn benches(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let partition = Partition { id: PartitionId::new("bench", "person").unwrap(), generation: 0 };
    let (query, vectors) = question();

    let mut group = criterion.benchmark_group("search");
    for count in [1_000, 10_000, 100_000] {
        let index = EmbeddedIndex::new(usize::MAX).with_thesaurus(thesaurus);
        runtime.block_on(index.apply(&partition, None, entries(count), &[], 1)).unwrap();
        let info = runtime.block_on(index.info(&partition)).unwrap().unwrap();
        eprintln!("{count} entries: {} bytes each", info.bytes / info.entries);
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| {
                black_box(
                    runtime.block_on(index.search(&partition, &query, &vectors, &Filter::default(), POOL)).unwrap(),
                )
            });
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("load");
    group.sample_size(10).throughput(Throughput::Elements(10_000));
    let all = entries(10_000);
    group.bench_function("10000", |bencher| {
        bencher.iter_batched(
            || (EmbeddedIndex::new(usize::MAX), all.clone()),
            |(index, all)| runtime.block_on(index.apply(&partition, None, all, &[], 1)).unwrap(),
            criterion::BatchSize::LargeInput,
        );
    });
    group.finish();

    let mut group = criterion.benchmark_group("upsert");
    let index = EmbeddedIndex::new(usize::MAX).with_thesaurus(thesaurus);
    runtime.block_on(index.apply(&partition, None, all.clone(), &[], 1)).unwrap();
    let mut upto = 1;
    group.throughput(Throughput::Elements(1));
    group.bench_function("one into 10000", |bencher| {
        bencher.iter(|| {
            let entry = all[upto as usize % all.len()].clone();
            runtime.block_on(index.apply(&partition, Some(upto), vec![entry], &[], upto + 1)).unwrap();
            upto += 1;
        });
    });
    group.finish();
}

criterion_group!(recall, benches);
criterion_main!(recall);
