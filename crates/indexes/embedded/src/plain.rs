//! What search means, in plain loops over everything: slow, and easy to read. The real one must give the same, to the
//! last bit, after whatever was added, replaced, removed and compacted.

use crate::changes::Changes;
use crate::person::Person;
use crate::scratch::Scratches;
use crate::thesaurus::{NEAR, Thesaurus};
use crate::vectors::{Probe, Row, Vectors};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use philia_mind::MemoryId;
use philia_mind::memory::recall::{Bm25, Known, POOL, Raw, Weights, analyse, fuse};
use philia_mind::memory::{Category, MemoryKind, Place, Speaker};
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, Filter, Hit, Query};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The best `k` of these entries.
fn plain(
    entries: &BTreeMap<String, Entry>,
    thesaurus: &Thesaurus,
    query: &Query,
    asked: &[Option<Vec<f32>>],
    filter: &Filter,
    k: usize,
) -> Vec<Hit> {
    let analyzer = &*ANALYZER;
    let all: Vec<&Entry> = entries.values().collect();
    let terms: Vec<Vec<String>> = all.iter().map(|entry| analyzer.terms(&entry.text)).collect();
    let windows: Vec<Vec<usize>> = (0..all.len()).map(|me| window(&all, me)).collect();
    let lengths: Vec<usize> = all
        .iter()
        .map(|entry| {
            let mut length = 0;
            analyzer.each(&entry.text, |term| length += usize::from(!term.stop && !term.is_mark()));
            length
        })
        .collect();
    let window_length = |me: usize| windows[me].iter().map(|n| lengths[*n]).sum::<usize>();
    let mean = |total: usize| if all.is_empty() { 0.0 } else { total as f64 / all.len() as f64 };
    let alone = Bm25 { texts: all.len(), mean_length: mean(lengths.iter().sum()) };
    let together = Bm25 { texts: all.len(), mean_length: mean((0..all.len()).map(window_length).sum()) };

    let mut raw = vec![Raw::default(); all.len()];
    let mut kin = vec![0.0_f64; all.len()];
    let mut judged = false;
    for term in &query.terms {
        let times = |n: usize| terms[n].iter().filter(|stem| **stem == term.stem).count();
        let around = |n: usize| windows[n].iter().map(|n| times(*n)).sum::<usize>();
        let with = (0..all.len()).filter(|n| times(*n) > 0).count();
        let with_around = (0..all.len()).filter(|n| around(*n) > 0).count();
        let mut kin_of_term = Vec::new();
        let number = thesaurus.number(&term.stem).filter(|number| thesaurus.near(*number, |kin| kin_of_term.push(kin)));
        judged |= number.is_some();
        for n in 0..all.len() {
            if times(n) > 0 {
                raw[n].lexical += alone.part(alone.rarity(with), times(n) as f64, lengths[n] as f64);
            }
            if around(n) > 0 {
                raw[n].neighbourhood +=
                    together.part(together.rarity(with_around), around(n) as f64, window_length(n) as f64);
            }
            let nearness = |stem: &String| match number {
                _ if *stem == term.stem => Some(1.0),
                Some(_) => {
                    let other = thesaurus.number(stem)?;
                    kin_of_term.iter().find(|kin| kin.number == other).map(|kin| f64::from(kin.cosine))
                }
                None => None,
            };
            let nearest = terms[n].iter().filter_map(nearness).filter(|cosine| *cosine > NEAR).fold(0.0, f64::max);
            if nearest > 0.0 {
                raw[n].kindred += alone.rarity(with) * (nearest - NEAR);
                kin[n] = if term.content { kin[n].max(nearest) } else { kin[n] };
            }
        }
    }
    let dimensions = all.iter().filter_map(|entry| Row::of(entry.vector.as_ref()?)).map(|row| row.len()).next();
    let probe = Probe::mean(asked, dimensions.unwrap_or(0)).unwrap();
    let vectors: Vec<Vectors> = all
        .iter()
        .map(|entry| {
            let mut vectors = Vectors::default();
            vectors.push(entry.vector.as_deref().and_then(Row::of).as_ref());
            vectors
        })
        .collect();
    for (n, entry) in all.iter().enumerate() {
        raw[n].cosine = match (&probe, vectors[n].dimensions()) {
            (Some(probe), 1..) => vectors[n].cosine(0, probe).map(f64::from),
            _ => None,
        };
        raw[n].kindred = if judged { raw[n].kindred } else { 0.0 };
        raw[n].speaker = f64::from(u8::from(query.speakers.contains(&entry.speaker)));
        raw[n].date = query.times.iter().map(|range| range.nearness(entry.occurred_at)).fold(0.0, f64::max);
    }

    let best = |score: &dyn Fn(&Raw) -> Option<f64>| -> Vec<usize> {
        let mut scored: Vec<(f64, usize)> =
            (0..all.len()).filter(|n| passes(all[*n], filter)).filter_map(|n| Some((score(&raw[n])?, n))).collect();
        // Entries stand in the order of their ids, which decides between equals: the sort is stable.
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.truncate(POOL);
        scored.into_iter().map(|(_, n)| n).collect()
    };
    let some = |score: f64| (score > 0.0).then_some(score);
    let mut candidates = best(&|raw| some(raw.lexical));
    candidates.extend(best(&|raw| some(raw.neighbourhood)));
    candidates.extend(best(&|raw| raw.cosine));
    candidates.extend(best(&|raw| some(raw.kindred)));
    candidates.extend(best(&|raw| some(raw.date)));
    candidates.sort_unstable();
    candidates.dedup();
    let signals: Vec<Raw> = candidates.iter().map(|n| raw[*n]).collect();
    let weights = if judged { Weights::with_kindred() } else { Weights::default() };
    let mut fused: Vec<_> = candidates.iter().zip(fuse(&signals, &weights)).collect();
    fused.sort_by(|a, b| b.1.1.total_cmp(&a.1.1));
    fused
        .into_iter()
        .take(k)
        .map(|(n, (signals, relevance))| {
            let holds = |stem: &String| terms[*n].contains(stem);
            let shared: Vec<String> = query
                .terms
                .iter()
                .filter(|term| term.content && holds(&term.stem))
                .map(|term| term.surface.clone())
                .collect();
            let kin = if judged { kin[*n] } else { 0.0 };
            Hit {
                id: all[*n].id.clone(),
                relevance,
                signals,
                kin: if shared.is_empty() { kin } else { 1.0 },
                shared,
                occurred_at: all[*n].occurred_at,
                importance: all[*n].importance,
                reinforced: all[*n].reinforced,
                vector: vectors[*n].get(0),
            }
        })
        .collect()
}

/// The entry and two on each side within its group.
fn window(all: &[&Entry], me: usize) -> Vec<usize> {
    let Some(place) = &all[me].place else { return vec![me] };
    let order = |n: usize| all[n].place.as_ref().filter(|other| other.group == place.group).map(|other| other.order);
    let mut group: Vec<usize> = (0..all.len()).filter(|n| order(*n).is_some()).collect();
    group.sort_by_key(|n| order(*n));
    let at = group.iter().position(|n| *n == me).unwrap();
    group[at.saturating_sub(2)..(at + 3).min(group.len())].to_vec()
}

fn passes(entry: &Entry, filter: &Filter) -> bool {
    (filter.include_hidden || !entry.hidden)
        && (filter.include_companion || entry.speaker != Speaker::Companion)
        && (filter.categories.is_empty() || filter.categories.contains(&entry.category))
        && filter.kind.is_none_or(|kind| entry.kind == kind)
        && filter.speaker.as_ref().is_none_or(|speaker| entry.speaker == *speaker)
        && (filter.emotions.is_empty() || filter.emotions.iter().any(|emotion| entry.emotion.as_ref() == Some(emotion)))
        && filter.tags.iter().all(|tag| entry.tags.contains(tag))
        && filter.after.is_none_or(|after| entry.occurred_at >= after)
        && filter.before.is_none_or(|before| entry.occurred_at < before)
        && entry.importance >= filter.min_importance
}

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::new);

const WORDS: &[&str] = &[
    "dog", "puppy", "cat", "the", "lake", "kayak", "river", "boat", "my", "sister", "brother", "uncle", "rain", "snow",
    "music", "piano", "song", "and", "work", "job", "food", "bread", "eat", "walk", "🦜", "bought", "painted",
];

/// Vectors with some direction in common, so that some words are near each other.
fn thesaurus() -> Thesaurus {
    Thesaurus::new(WORDS.iter().enumerate().filter(|(at, _)| at % 7 != 6).map(|(at, word)| {
        let mut vector: Vec<f32> = (0..16).map(|i| ((at * 31 + i * i * 17) % 13) as f32 / 6.0 - 1.0).collect();
        vector[at / 3] += 3.0;
        (*word, vector)
    }))
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(0..WORDS.len(), 0..8)
        .prop_map(|words| words.into_iter().map(|at| WORDS[at]).collect::<Vec<_>>().join(" "))
}

fn speaker() -> impl Strategy<Value = Speaker> {
    let others = [Speaker::Other("Ida".into()), Speaker::Document("Ida".into())];
    prop_oneof![Just(Speaker::User), Just(Speaker::Companion), proptest::sample::select(others.to_vec())]
}

fn entry() -> impl Strategy<Value = Entry> {
    let vector = proptest::option::of(proptest::collection::vec(-2_i8..3, 6));
    let place = proptest::option::of((0..3_u8, 0..40_u64));
    let labels = (proptest::option::of(0..2_u8), 0..3_usize, 0..2_usize, 0..3_u32, proptest::bool::weighted(0.1));
    (0..400_u16, text(), vector, speaker(), place, 0..900_i64, labels).prop_map(
        |(id, text, vector, speaker, place, days, (emotion, tags, kind, reinforced, hidden))| Entry {
            id: MemoryId::new(format!("m{id}")),
            text: if reinforced == 1 { format!("{text} {}", ANALYZER.marks(&text)) } else { text },
            vector: vector.map(|numbers| numbers.into_iter().map(f32::from).collect()),
            speaker,
            place: place.map(|(group, order)| Place { group: format!("g{group}"), order }),
            occurred_at: Timestamp::from_second(1_700_000_000).unwrap() + SignedDuration::from_hours(24 * days),
            kind: [MemoryKind::Episodic, MemoryKind::Semantic][kind],
            category: [Category::Conversation, Category::Fact][kind],
            importance: f64::from(reinforced) / 4.0,
            reinforced,
            emotion: emotion.map(|emotion| format!("e{emotion}")),
            tags: ["work", "lake"][..tags].iter().map(|tag| (*tag).to_owned()).collect(),
            hidden,
        },
    )
}

/// What is taken in at once.
#[derive(Clone, Debug)]
struct Step {
    removals: Vec<MemoryId>,
    upserts: Vec<Entry>,
    compact: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let removals = proptest::collection::vec((0..400_u16).prop_map(|id| MemoryId::new(format!("m{id}"))), 0..30);
    (removals, proptest::collection::vec(entry(), 0..150), any::<bool>())
        .prop_map(|(removals, upserts, compact)| Step { removals, upserts, compact })
}

fn filter() -> impl Strategy<Value = Filter> {
    let none = Filter::default();
    let day = |days: i64| Some(Timestamp::from_second(1_700_000_000).unwrap() + SignedDuration::from_hours(24 * days));
    proptest::sample::select(vec![
        none.clone(),
        none.clone(),
        Filter { include_companion: true, ..none.clone() },
        Filter { include_hidden: true, ..none.clone() },
        Filter { categories: vec![Category::Fact], ..none.clone() },
        Filter { kind: Some(MemoryKind::Episodic), speaker: Some(Speaker::User), ..none.clone() },
        Filter { tags: vec!["work".into()], emotions: vec!["e1".into(), "e7".into()], ..none.clone() },
        Filter { tags: vec!["nobody's".into()], ..none.clone() },
        Filter { after: day(100), before: day(500), min_importance: 0.25, ..none },
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn search_gives_what_the_plain_loops_give(
        steps in proptest::collection::vec(step(), 1..6),
        asked in proptest::collection::vec((text(), filter(), proptest::option::of(proptest::collection::vec(-2_i8..3, 6)), 0..400_usize), 4),
        time in proptest::sample::select(vec!["", " in May 2024", " last week", " in 2025 with Ida"]),
        listed in any::<bool>(),
    ) {
        let (analyzer, compared, thesaurus, scratches) = (&*ANALYZER, thesaurus(), thesaurus(), Scratches::default());
        if listed {
            thesaurus.list();
        }
        let mut person = Person::default();
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for Step { removals, upserts, compact } in steps {
            for id in &removals {
                entries.remove(id.as_str());
            }
            entries.extend(upserts.iter().map(|entry| (entry.id.to_string(), entry.clone())));
            let changes = Changes::new(analyzer, upserts, &removals).unwrap();
            person.check(changes.dimensions).unwrap();
            person.apply(&thesaurus, changes, 1);
            if compact {
                person = person.compacted();
            }
            prop_assert_eq!(person.entries(), entries.len());
            for (text, filter, vector, k) in &asked {
                let speakers = ["Ida".to_owned()];
                let known = Known { user: None, speakers: &speakers };
                let now = Timestamp::from_second(1_750_000_000).unwrap();
                let query = analyse(analyzer, &format!("{text}{time}"), &known, now, &TimeZone::UTC);
                let vectors = [vector.as_ref().map(|numbers| numbers.iter().copied().map(f32::from).collect::<Vec<f32>>())];
                let found = scratches.lend(|scratch| person.search(&thesaurus, scratch, &query, &vectors, filter, *k)).unwrap();
                prop_assert_eq!(found, plain(&entries, &compared, &query, &vectors, filter, *k));
            }
        }
    }
}
