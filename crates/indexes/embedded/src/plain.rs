//! What search means, in plain loops over everything, judged as the candidates of other indexes are: slow, and easy to
//! read. The real one must give the same, to the last bit, after whatever was added, replaced, removed and compacted.

use crate::changes::Changes;
use crate::person::Person;
use crate::scratch::Scratches;
use crate::thesaurus::Thesaurus;
use crate::vectors::{Probe, Row, Vectors};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use philia_mind::MemoryId;
use philia_mind::memory::recall::judge::{Asked, Candidate, Collection};
use philia_mind::memory::recall::{Known, Term, analyse};
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
    let times = |n: usize, stem: &str| terms[n].iter().filter(|held| *held == stem).count();
    let around = |n: usize, stem: &str| windows[n].iter().map(|n| times(*n, stem)).sum::<usize>();
    let with = |holds: &dyn Fn(usize, &str) -> usize| -> Vec<usize> {
        query.terms.iter().map(|term| (0..all.len()).filter(|n| holds(*n, &term.stem) > 0).count()).collect()
    };
    let among = Collection {
        texts: all.len(),
        length: lengths.iter().sum::<usize>() as u64,
        window: (0..all.len()).map(window_length).sum::<usize>() as u64,
        holding: with(&times),
        around: with(&around),
    };
    let dimensions = all.iter().filter_map(|entry| Row::of(entry.vector.as_ref()?)).map(|row| row.len()).next();
    let probe = Probe::mean(asked, dimensions.unwrap_or(0)).unwrap();
    let candidates = (0..all.len()).filter(|n| passes(all[*n], filter)).map(|n| {
        let entry = all[n];
        let mut vectors = Vectors::default();
        vectors.push(entry.vector.as_deref().and_then(Row::of).as_ref());
        let of = |holds: &dyn Fn(usize, &str) -> usize| {
            query.terms.iter().map(|term| holds(n, &term.stem) as u32).collect::<Vec<u32>>()
        };
        Candidate {
            id: entry.id.clone(),
            stems: terms[n].clone(),
            own: of(&times),
            around: of(&around),
            length: lengths[n] as u32,
            window: window_length(n) as u32,
            cosine: match (&probe, vectors.dimensions()) {
                (Some(probe), 1..) => vectors.cosine(0, probe).map(f64::from),
                _ => None,
            },
            vector: vectors.get(0),
            speaker: entry.speaker.clone(),
            kind: entry.kind,
            occurred_at: entry.occurred_at,
            importance: entry.importance,
            reinforced: entry.reinforced,
        }
    });
    Asked::new(query, thesaurus).judge(&among, candidates.collect(), k)
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
            for (at, (text, filter, vector, k)) in asked.iter().enumerate() {
                let speakers = ["Ida".to_owned()];
                let known = Known { user: None, speakers: &speakers };
                let now = Timestamp::from_second(1_750_000_000).unwrap();
                let mut query = analyse(analyzer, &format!("{text}{time}"), &known, now, &TimeZone::UTC);
                let vectors = [vector.as_ref().map(|numbers| numbers.iter().copied().map(f32::from).collect::<Vec<f32>>())];
                // Then the same with more words, as a second round asks it, and at last with another filter.
                let more = analyse(analyzer, &asked[(at + 1) % asked.len()].0, &known, now, &TimeZone::UTC).terms;
                let new = |term: &Term| query.terms.iter().all(|known| known.stem != term.stem);
                let mut more: Vec<Term> = more.into_iter().filter(new).collect();
                for filter in [filter, filter, &asked[(at + 1) % asked.len()].1] {
                    let found = scratches.lend(|scratch| person.search(&thesaurus, scratch, &query, &vectors, filter, *k)).unwrap();
                    prop_assert_eq!(found, plain(&entries, &compared, &query, &vectors, filter, *k));
                    query.terms.append(&mut more);
                }
            }
        }
    }
}
