//! How long it takes to feel and to look out for someone: these run on every message, before anything is answered.

use criterion::{Criterion, criterion_group, criterion_main};
use philia_mind::appraisal::Rules;
use philia_mind::guard::care::{self, Care};
use philia_mind::guard::threat::Threats;
use philia_mind::memory::importance::importance;
use philia_mind::persona::Temperament;
use std::hint::black_box;

/// About 200 bytes, as people write.
const MESSAGE: &str = "So I finally talked to my sister yesterday, and it went much better than I had feared. We laughed a lot, \
                       and she is coming to visit us next month with the kids! I was nervous before, honestly.";

const TEMPERAMENT: Temperament =
    Temperament { openness: 0.85, conscientiousness: 0.6, extraversion: 0.6, agreeableness: 0.75, neuroticism: 0.3 };

fn feel(c: &mut Criterion) {
    let rules = Rules::new();
    c.bench_function("appraise 200 bytes", |b| b.iter(|| rules.appraise(black_box(MESSAGE), &TEMPERAMENT)));
    let appraisal = rules.appraise(MESSAGE, &TEMPERAMENT);
    c.bench_function("importance 200 bytes", |b| b.iter(|| importance(black_box(MESSAGE), &appraisal)));
    let care = Care::new();
    c.bench_function("care 200 bytes", |b| b.iter(|| care.check(black_box(MESSAGE))));
    let threats = Threats::new();
    c.bench_function("threats 200 bytes", |b| b.iter(|| threats.check(black_box(MESSAGE))));
    c.bench_function("asks_if_ai 200 bytes", |b| b.iter(|| care::asks_if_ai(black_box(MESSAGE))));
    c.bench_function("is_farewell 200 bytes", |b| b.iter(|| care::is_farewell(black_box(MESSAGE))));
    c.bench_function("compile the rules", |b| b.iter(Rules::new));
}

criterion_group!(benches, feel);
criterion_main!(benches);
