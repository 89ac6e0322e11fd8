//! How long it takes to feel and to look out for someone: these run on every message, before anything is answered.

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::appraisal::Rules;
use philia_mind::bond::{self, Bond, BondConfig, Occasion, Thresholds};
use philia_mind::guard::care::{self, Care};
use philia_mind::guard::threat::Threats;
use philia_mind::memory::importance::appraise_and_score;
use philia_mind::mood::{self, HALF_LIFE_HOURS, Mood};
use philia_mind::needs::{self, Needs, NeedsConfig};
use philia_mind::persona::{Persona, Style, Temperament};
use philia_mind::signal::Signposts;
use std::hint::black_box;

/// About 200 bytes, as people write.
const MESSAGE: &str = "So I finally talked to my sister yesterday, and it went much better than I had feared. We laughed a lot, \
                       and she is coming to visit us next month with the kids! I was nervous before, honestly.";

const TEMPERAMENT: Temperament =
    Temperament { openness: 0.85, conscientiousness: 0.6, extraversion: 0.6, agreeableness: 0.75, neuroticism: 0.3 };

fn feel(c: &mut Criterion) {
    let rules = Rules::new();
    c.bench_function("appraise 200 bytes", |b| b.iter(|| rules.appraise(black_box(MESSAGE), &TEMPERAMENT)));
    c.bench_function("appraise and score 200 bytes", |b| {
        b.iter(|| appraise_and_score(&rules, black_box(MESSAGE), &TEMPERAMENT));
    });
    let care = Care::new();
    c.bench_function("care 200 bytes", |b| b.iter(|| care.check(black_box(MESSAGE))));
    let threats = Threats::new();
    c.bench_function("threats 200 bytes", |b| b.iter(|| threats.check(black_box(MESSAGE))));
    c.bench_function("asks_if_ai 200 bytes", |b| b.iter(|| care::asks_if_ai(black_box(MESSAGE))));
    c.bench_function("is_farewell 200 bytes", |b| b.iter(|| care::is_farewell(black_box(MESSAGE))));
    c.bench_function("compile the rules", |b| b.iter(Rules::new));
}

/// A turn as a whole: appraise it, and move mood, needs and bond.
fn feel_a_turn(c: &mut Criterion) {
    let (rules, signposts) = (Rules::new(), Signposts::new());
    let expertise = ["conversation", "everyday science", "books", "travel", "words and where they come from"];
    let style = Style { expertise: expertise.map(String::from).into(), ..Style::default() };
    let persona = Persona { temperament: TEMPERAMENT, style, ..Persona::default() };
    let at = |seconds: i64| Timestamp::constant(1_700_000_000 + seconds, 0);
    let baseline = mood::baseline_of(&TEMPERAMENT);
    let (mood, needs, bond) = (Mood::new(baseline, at(0)), Needs::newborn(at(0)), Bond::default());
    let (needs_config, bond_config, thresholds) =
        (NeedsConfig::default(), BondConfig::default(), Thresholds::default());
    let occasion = Occasion { now: at(3600), zone: &TimeZone::UTC, minor: false, thresholds: &thresholds };
    c.bench_function("read signals 200 bytes", |b| b.iter(|| signposts.read(black_box(MESSAGE), &persona)));
    let (signals, appraisal) = (signposts.read(MESSAGE, &persona), rules.appraise(MESSAGE, &TEMPERAMENT));
    let apply = |signals, appraisal: &_| {
        let by = needs::satisfied_by(signals, appraisal, &persona, false);
        (
            mood.felt(appraisal.delta, baseline, HALF_LIFE_HOURS, occasion.now),
            needs.satisfied(&by, occasion.now, &needs_config),
            bond.apply(&bond::classify(signals, appraisal, false), &occasion, &bond_config),
        )
    };
    c.bench_function("apply mood, needs and bond", |b| b.iter(|| apply(black_box(signals), black_box(&appraisal))));
    c.bench_function("feel 200 bytes", |b| {
        b.iter(|| {
            let (signals, appraisal) = signposts.read_and_appraise(&rules, black_box(MESSAGE), &persona);
            apply(signals, &appraisal)
        });
    });
}

criterion_group!(benches, feel, feel_a_turn);
criterion_main!(benches);
