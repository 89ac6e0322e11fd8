//! How long it takes to make a system prompt of a persona: done on every turn, and only sometimes from a cache.

#![expect(clippy::expect_used, reason = "a bench that cannot read its persona has nothing to measure")]

use criterion::{Criterion, criterion_group, criterion_main};
use philia_mind::bond::Level;
use philia_mind::needs::Need;
use philia_mind::persona::{Lore, LoreEntry, Lorebook, PersonaFile, resolve};
use philia_mind::prompt::{CompileInput, Living, compile};
use philia_mind::{Pad, Persona};
use std::collections::BTreeMap;
use std::hint::black_box;

fn persona() -> Persona {
    let text = include_str!("../../../personas/curious_companion.toml");
    let file = PersonaFile::new(toml::from_str(text).expect("TOML")).expect("known fields");
    resolve("curious_companion", &BTreeMap::from([(file.id().to_owned(), file)])).expect("sound")
}

/// Four bytes a token; twice as many for what is not ASCII.
fn estimate(text: &str) -> usize {
    text.bytes().map(|byte| 1 + usize::from(!byte.is_ascii())).sum::<usize>().div_ceil(4)
}

fn bench(c: &mut Criterion) {
    let persona = persona();
    let traits = persona.traits.clone();
    let living = Living {
        traits: Some(&traits),
        bond: Some(Level::Friend),
        quirks: &["opens with what she wondered about", "asks about the smallest detail"],
        needs: &[Need::Social],
        lore: &[],
        ..Living::default()
    };
    let input = CompileInput {
        persona: &persona,
        living,
        mood: Some(Pad::new(0.4, 0.2, 0.1)),
        user: Some("Amina"),
        budget: 4000,
        estimate: &estimate,
    };
    c.bench_function("compile the default persona", |b| b.iter(|| compile(black_box(&input))));
    c.bench_function("compile the default persona, tight", |b| {
        b.iter(|| compile(black_box(&CompileInput { budget: 1000, ..input })));
    });

    let entries = (0..500)
        .map(|i| LoreEntry { keys: vec![format!("harbour{i}"), format!("boat {i}")], ..LoreEntry::default() })
        .collect();
    let lore = Lore::new(&Lorebook { entries, ..Lorebook::default() });
    let talk = "We walked along the harbour and looked at boat 77 for a long time, and then it rained. ".repeat(10);
    c.bench_function("500 entries of lore in 900 bytes of talk", |b| {
        b.iter(|| lore.triggered(black_box(&[talk.as_str()]), &estimate));
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
