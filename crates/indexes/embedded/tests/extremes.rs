//! What nobody should send, and somebody does.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod common;

use common::{entry, person, question};
use philia_index_embedded::EmbeddedIndex;
use philia_mind::MemoryId;
use philia_mind::memory::Place;
use philia_mind::memory::recall::POOL;
use philia_ports::index::{Entry, Filter, Index};

/// Anything that looks at all of them for each of them would take hours.
#[tokio::test]
async fn a_hundred_thousand_identical_lines_come_are_found_and_go() {
    const LINES: usize = 100_000;
    let index = EmbeddedIndex::new(usize::MAX);
    let ana = person("ana");
    let id = |number: usize| format!("{number:06}");
    let line = |number: usize| Entry {
        place: Some(Place { group: "one".into(), order: number as u64 }),
        vector: Some(vec![1.0; 32]),
        ..entry(&id(number), "the dog barks")
    };
    index.apply(&ana, None, Vec::new(), &[], 0).await.unwrap();
    let mut upto = 0;
    for from in (0..LINES).step_by(500) {
        index.apply(&ana, Some(upto), (from..from + 500).map(line).collect(), &[], upto + 1).await.unwrap();
        upto += 1;
    }
    let hits = index.search(&ana, &question("a dog"), &[Some(vec![1.0; 32])], &Filter::default(), POOL).await.unwrap();
    assert_eq!(hits.len(), POOL);
    let ids: Vec<&str> = hits.iter().map(|hit| hit.id.as_str()).collect();
    assert!(ids.is_sorted(), "equals are ordered by id");
    for from in (0..LINES - 10).step_by(500) {
        let goes: Vec<MemoryId> =
            (from..(from + 500).min(LINES - 10)).map(|number| MemoryId::new(id(number))).collect();
        index.apply(&ana, Some(upto), Vec::new(), &goes, upto + 1).await.unwrap();
        upto += 1;
    }
    let hits = index.search(&ana, &question("a dog"), &[], &Filter::default(), POOL).await.unwrap();
    assert_eq!(hits.len(), 10);
}

#[tokio::test]
async fn a_text_of_a_megabyte_and_one_of_an_emoji_live_side_by_side() {
    let index = EmbeddedIndex::new(usize::MAX);
    let ana = person("ana");
    let long: String = (0..120_000).map(|number| format!("word{} ", number % 5000)).collect();
    assert!(long.len() > 1_000_000);
    index.apply(&ana, None, vec![entry("long", &long), entry("short", "🦜"), entry("", "")], &[], 1).await.unwrap();
    for (asked, expected) in [("🦜", vec!["short"]), ("word4999", vec!["long"]), ("nothing", vec![])] {
        let hits = index.search(&ana, &question(asked), &[], &Filter::default(), POOL).await.unwrap();
        assert_eq!(hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), expected, "{asked}");
    }
    let hits = index.search(&ana, &question(&long), &[], &Filter::default(), 1).await.unwrap();
    assert_eq!(hits[0].id.as_str(), "long", "a question of a megabyte is answered too");
}

#[tokio::test]
async fn vectors_that_are_no_directions_count_as_none() {
    let index = EmbeddedIndex::new(usize::MAX);
    let ana = person("ana");
    let with = |id: &str, vector: Vec<f32>| Entry { vector: Some(vector), ..entry(id, "a dog") };
    let strange = vec![
        with("zero", vec![0.0; 4]),
        with("nan", vec![f32::NAN; 4]),
        with("inf", vec![f32::INFINITY, 0.0, 0.0, 0.0]),
    ];
    index.apply(&ana, None, strange, &[], 1).await.unwrap();
    index.apply(&ana, Some(1), vec![with("sound", vec![0.0, 2.0, 0.0, 0.0])], &[], 2).await.unwrap();
    for probe in [vec![0.0, 1.0, 0.0, 0.0], vec![0.0; 4], vec![f32::NAN; 4]] {
        let hits = index.search(&ana, &question("a dog"), &[Some(probe)], &Filter::default(), POOL).await.unwrap();
        assert_eq!(hits.len(), 4);
        assert!(
            hits.iter().all(|hit| hit.relevance.is_finite() && (hit.vector.is_some() == (hit.id.as_str() == "sound")))
        );
    }
}

#[tokio::test]
async fn no_k_is_too_small_or_too_large() {
    let index = EmbeddedIndex::new(usize::MAX);
    let ana = person("ana");
    index.apply(&ana, None, (0..300).map(|n| entry(&format!("{n:03}"), "a dog")).collect(), &[], 1).await.unwrap();
    for (k, expected) in [(0, 0), (1, 1), (10_000, POOL), (usize::MAX, POOL)] {
        let hits = index.search(&ana, &question("dog"), &[], &Filter::default(), k).await.unwrap();
        assert_eq!(hits.len(), expected, "k {k}");
    }
}
