//! How long the built-in embedder takes to load and to embed.

use criterion::{Criterion, criterion_group, criterion_main};
use philia_models::static_table::StaticTable;
use std::hint::black_box;

/// 100 bytes, as a memory usually is.
const MEMORY: &str =
    "I took my dog Sparky to the beach on Saturday and he chased every single gull he could find there..";
const WITH_ACCENTS: &str =
    "We met José and Zoë at the café in Zürich, then drank crème brûlée coffee under the façade — très chic!";

fn embedding(c: &mut Criterion) {
    c.bench_function("load", |b| b.iter(|| StaticTable::load().is_ok()));
    let Ok(table) = StaticTable::load() else { return };
    c.bench_function("embed 100 bytes", |b| b.iter(|| table.embed(black_box(MEMORY))));
    c.bench_function("embed with accents", |b| b.iter(|| table.embed(black_box(WITH_ACCENTS))));
    let long = MEMORY.repeat(40);
    c.bench_function("embed 4,000 bytes (cut at 512 tokens)", |b| b.iter(|| table.embed(black_box(&long))));
    c.bench_function("verify", |b| b.iter(|| StaticTable::verify().is_ok()));
}

criterion_group! { name = benches; config = Criterion::default().without_plots(); targets = embedding }
criterion_main!(benches);
