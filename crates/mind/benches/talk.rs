//! How long it takes to learn from a message and to answer without a model: once a turn each.

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use philia_mind::appraisal::Rules;
use philia_mind::memory::extract::Extractor;
use philia_mind::memory::recall::{Recalled, Signals};
use philia_mind::memory::{Provenance, Speaker};
use philia_mind::persona::Temperament;
use philia_mind::voice::{Context, Readings, Turn, Voice};
use philia_mind::{InteractionId, Memory, MemoryId, Pad, Persona, Profile};
use std::hint::black_box;

const TOLD: &[&str] = &[
    "I got a new puppy today!",
    "His name is Sparky and he is a golden retriever.",
    "I work as a carpenter in a small town by the sea.",
    "My sister is coming to visit me next weekend.",
    "I am a bit nervous about the interview on Monday.",
    "We planted tomatoes and basil on the balcony.",
    "I met Ana from the choir, and we talked about the concert in June until late at night.",
    "It rained all day, so I stayed at home and read the letters that my grandmother wrote from Lisbon.",
];

const TEMPERAMENT: Temperament =
    Temperament { openness: 0.85, conscientiousness: 0.6, extraversion: 0.6, agreeableness: 0.75, neuroticism: 0.3 };

fn recalled(now: Timestamp) -> Vec<Recalled> {
    let memory = |(n, text): (usize, &&str)| {
        let provenance = Provenance::Interaction(InteractionId::new(format!("turn-{n}")));
        let at = now - (24 * (n as i64 + 2)).hours();
        Memory::new(MemoryId::new(format!("memory-{n}")), *text, Speaker::User, "talk", at, provenance)
    };
    let hit = |memory| Recalled {
        memory,
        score: 0.5,
        relevance: 0.5,
        signals: Signals::default(),
        shared: Vec::new(),
        linked: Vec::new(),
        why: String::new(),
    };
    TOLD.iter().enumerate().map(memory).map(hit).collect()
}

fn talk(c: &mut Criterion) {
    let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 20_000);
    let (rules, extractor, voice) = (Rules::new(), Extractor::new(), Voice::new());
    let recalled = recalled(now);
    let recent: Vec<Turn<'_>> = (0..20)
        .map(|n| Turn {
            message: TOLD[n % TOLD.len()],
            reply: "That stays with me.",
            at: now - (20 - n as i64).minutes(),
        })
        .collect();
    let (persona, profile) = (Persona::default(), Profile::default());
    let extract = |text| extractor.extract(text, Some(TOLD[0]), now, &TimeZone::UTC);
    c.bench_function("extract from eight messages", |b| {
        b.iter(|| TOLD.iter().map(|text| extract(black_box(text)).len()).sum::<usize>());
    });
    for (name, message, recent) in [
        ("reply to a statement", "My sister liked the garden, and so did I.", &[][..]),
        ("reply to a statement late in a talk", "My sister liked the garden, and so did I.", &recent[..]),
        ("reply to a question", "What is my dog's name?", &[][..]),
        ("reply to a question late in a talk", "What is my dog's name?", &recent[..]),
    ] {
        let appraisal = rules.appraise(message, &TEMPERAMENT);
        let context = Context {
            persona: &persona,
            profile: &profile,
            mood: Pad::default(),
            appraisal: &appraisal,
            message,
            now,
            zone: &TimeZone::UTC,
            recalled: &recalled,
            recent,
            first_meeting: false,
            announce: false,
            turn: 7,
            readings: &Readings::default(),
        };
        c.bench_function(name, |b| b.iter(|| voice.reply(black_box(&context))));
        let anew = format!("{name}, all of it read anew");
        c.bench_function(&anew, |b| {
            b.iter(|| voice.reply(&Context { readings: &Readings::default(), ..*black_box(&context) }));
        });
    }
}

criterion_group!(benches, talk);
criterion_main!(benches);
