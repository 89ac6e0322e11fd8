//! Who may find what, and many at once.

use super::{direction, entry, found, found_with, hits, load, person, placed, question};
use jiff::Timestamp;
use philia_mind::memory::recall::POOL;
use philia_mind::memory::{Category, MemoryKind, Speaker};
use philia_ports::index::{Entry, Filter, Index};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names that differ little are apart all the same.
pub async fn people_are_walls(index: Arc<dyn Index>) {
    let people = ["ana", "Ana", "ana ", "an", "a na"].map(person);
    for (at, someone) in people.iter().enumerate() {
        load(&*index, someone, vec![entry(&format!("{at}"), "a kayak"), entry("same", &format!("word{at}"))]).await;
    }
    for (at, someone) in people.iter().enumerate() {
        assert_eq!(found(&*index, someone, "kayak").await, [format!("{at}")]);
        assert_eq!(found(&*index, someone, &format!("word{at}")).await, ["same"]);
    }
    index.clear(&people[0]).await.unwrap();
    assert_eq!(found(&*index, &people[1], "kayak").await, ["1"]);
}

/// Each filter alone, and all together; each hit tells its kind.
pub async fn every_filter_keeps_its_own(index: Arc<dyn Index>) {
    let ana = person("ana");
    let day = |day: u8| format!("2026-06-{day:02}T12:00:00Z").parse::<Timestamp>().unwrap();
    let one = Entry {
        category: Category::Fact,
        kind: MemoryKind::Semantic,
        speaker: Speaker::Other("Ida".into()),
        emotion: Some("joy".into()),
        tags: vec!["work".into(), "lake".into()],
        occurred_at: day(10),
        importance: 0.9,
        ..entry("one", "a kayak")
    };
    let two = Entry {
        category: Category::Event,
        emotion: Some("fear".into()),
        tags: vec!["work".into()],
        occurred_at: day(5),
        importance: 0.3,
        ..entry("two", "a kayak")
    };
    load(&*index, &ana, vec![one, two]).await;
    let none = Filter::default();
    let tags = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    for (filter, expected) in [
        (none.clone(), &["one", "two"][..]),
        (Filter { categories: vec![Category::Fact, Category::File], ..none.clone() }, &["one"]),
        (Filter { categories: vec![Category::File], ..none.clone() }, &[]),
        (Filter { kind: Some(MemoryKind::Episodic), ..none.clone() }, &["two"]),
        (Filter { speaker: Some(Speaker::Other("Ida".into())), ..none.clone() }, &["one"]),
        (Filter { speaker: Some(Speaker::Other("Nobody".into())), ..none.clone() }, &[]),
        (Filter { emotions: vec!["fear".into(), "hope".into()], ..none.clone() }, &["two"]),
        (Filter { emotions: vec!["pride".into()], ..none.clone() }, &[]),
        (Filter { tags: tags(&["work"]), ..none.clone() }, &["one", "two"]),
        (Filter { tags: tags(&["work", "lake"]), ..none.clone() }, &["one"]),
        (Filter { tags: tags(&["work", "sea"]), ..none.clone() }, &[]),
        (Filter { after: Some(day(10)), ..none.clone() }, &["one"]),
        (Filter { before: Some(day(10)), ..none.clone() }, &["two"]),
        (Filter { after: Some(day(5)), before: Some(day(11)), ..none.clone() }, &["one", "two"]),
        (Filter { min_importance: 0.9, ..none.clone() }, &["one"]),
        (Filter { min_importance: 0.95, ..none.clone() }, &[]),
        (Filter { kind: Some(MemoryKind::Semantic), tags: tags(&["work"]), min_importance: 0.5, ..none }, &["one"]),
    ] {
        let mut found = found_with(&*index, &ana, "kayak", &filter).await;
        found.sort();
        assert_eq!(found, expected, "{filter:?}");
    }
    let kinds = hits(&*index, &ana, "kayak", &Filter::default()).await;
    let kinds: BTreeMap<&str, MemoryKind> = kinds.iter().map(|hit| (hit.id.as_str(), hit.kind)).collect();
    assert_eq!(kinds, BTreeMap::from([("one", MemoryKind::Semantic), ("two", MemoryKind::Episodic)]));
}

/// "You told me about Lisbon" is no memory of the person's, but tells what their next words are about.
pub async fn the_companions_words_are_found_only_on_request_but_lend_theirs(index: Arc<dyn Index>) {
    let ana = person("ana");
    let advice = Entry { speaker: Speaker::Companion, ..placed("advice", "Try a kayak on the lake", "s", 1) };
    load(
        &*index,
        &ana,
        vec![placed("asked", "What shall we do", "s", 0), advice, placed("reply", "Good thought", "s", 2)],
    )
    .await;
    let mut usual = found(&*index, &ana, "kayak").await;
    usual.sort();
    assert_eq!(usual, ["asked", "reply"]);
    let filter = Filter { include_companion: true, ..Filter::default() };
    assert_eq!(found_with(&*index, &ana, "kayak", &filter).await[0], "advice");
    let query = question("What did you suggest about the kayak?");
    assert!(query.asks_companion);
    let hits = index.search(&ana, &query, &[], &filter, POOL).await.unwrap();
    assert_eq!((hits[0].id.as_str(), hits[0].signals.speaker), ("advice", 1.0));
}

/// As a fact that stopped being true.
pub async fn the_hidden_are_not_found_but_lend_their_words(index: Arc<dyn Index>) {
    let ana = person("ana");
    let hidden = Entry { hidden: true, vector: Some(direction(0.0)), ..placed("old", "a kayak", "s", 1) };
    load(&*index, &ana, vec![placed("next", "to it", "s", 2), hidden]).await;
    let filter = Filter { include_companion: true, ..Filter::default() };
    assert_eq!(found_with(&*index, &ana, "kayak", &filter).await, ["next"]);
    let near = index.search(&ana, &question("what?"), &[Some(direction(0.0))], &filter, POOL).await.unwrap();
    assert!(near.is_empty(), "{near:?}");
    let past = Filter { include_hidden: true, ..Filter::default() };
    assert_eq!(found_with(&*index, &ana, "kayak", &past).await, ["old", "next"], "unless the past is asked for");
}

/// Ids, relevance, signals: all the same to the last bit.
pub async fn the_order_of_coming_means_nothing(index: Arc<dyn Index>) {
    let words = ["kayak", "lake", "uncle", "piano", "rain", "fence", "blue", "old", "kayaks", "song"];
    let entries: Vec<Entry> = (0..60_usize)
        .map(|i| {
            let text: Vec<&str> = (0..1 + i % 5).map(|j| words[(i * 7 + j * j * 3) % words.len()]).collect();
            let speaker = if i % 3 == 0 { Speaker::Other("Bo".into()) } else { Speaker::User };
            let vector = (i % 4 != 0).then(|| direction(i as f32 * 6.0));
            // Some share an order: their ids decide.
            Entry {
                speaker,
                vector,
                ..placed(&format!("{i:02}"), &text.join(" "), &format!("g{}", i % 4), (i / 8) as u64)
            }
        })
        .collect();
    let query = question("the old kayak by the lake that Bo sang of in June");
    let vectors = [Some(direction(40.0)), Some(direction(50.0))];
    let mut seen = Vec::new();
    for order in 0..4 {
        let someone = person(&format!("person{order}"));
        let mut entries = entries.clone();
        match order {
            1 => entries.reverse(),
            2 => entries.sort_by_key(|entry| entry.text.clone()),
            _ => {}
        }
        if order == 3 {
            // One by one, each first as something else, with strangers that go again.
            load(&*index, &someone, Vec::new()).await;
            for (at, entry) in entries.into_iter().enumerate() {
                let stranger = placed(&format!("{at}x"), "lake lake kayak", "g1", at as u64);
                let other = Entry { text: "uncle fence".into(), ..entry.clone() };
                let since = Some(2 * at as u64 + 1);
                let ids = [stranger.id.clone()];
                index.apply(&someone, since, vec![stranger, other], &[], 2 * at as u64 + 2).await.unwrap();
                index.apply(&someone, Some(2 * at as u64 + 2), vec![entry], &ids, 2 * at as u64 + 3).await.unwrap();
            }
        } else {
            load(&*index, &someone, entries).await;
        }
        seen.push(index.search(&someone, &query, &vectors, &Filter::default(), POOL).await.unwrap());
    }
    assert!(seen[0].len() > 20);
    for other in &seen[1..] {
        assert_eq!(other, &seen[0]);
    }
}

/// Two write to each of two people and two read, all at once; readers see whole states.
pub async fn writers_and_readers_do_not_disturb_each_other(index: Arc<dyn Index>) {
    // Everybody fits into one search.
    const ROUNDS: u64 = POOL as u64 / 2 - 10;
    let mut tasks = Vec::new();
    for name in ["ana", "bea"] {
        load(&*index, &person(name), vec![entry("first", "a kayak")]).await;
        let writer = index.clone();
        tasks.push(tokio::spawn(async move {
            let someone = person(name);
            for n in 1..=ROUNDS {
                // A pair that always comes together.
                let pair = ["a", "b"].map(|half| entry(&format!("{n:03}{half}"), &format!("{name} kayak"))).to_vec();
                writer.apply(&someone, Some(n), pair, &[], n + 1).await.unwrap();
                tokio::task::yield_now().await;
            }
        }));
        for _ in 0..2 {
            let reader = index.clone();
            tasks.push(tokio::spawn(async move {
                let someone = person(name);
                let mut before = 0;
                while before < POOL / 2 {
                    let hits = hits(&*reader, &someone, "kayak", &Filter::default()).await;
                    assert_eq!(hits.len() % 2, 1, "a pair was seen in half");
                    assert!(hits.len() >= before, "what was found is lost");
                    before = hits.len();
                    tokio::task::yield_now().await;
                }
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    for name in ["ana", "bea"] {
        let info = index.info(&person(name)).await.unwrap().unwrap();
        assert_eq!((info.entries, info.upto), (2 * ROUNDS as usize + 1, ROUNDS + 1));
    }
}
