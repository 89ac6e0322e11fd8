//! Who is dropped when the budget is full.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use philia_index_embedded::EmbeddedIndex;
use philia_mind::MemoryId;
use philia_mind::memory::recall::Query;
use philia_mind::memory::{Category, MemoryKind, Speaker};
use philia_ports::index::{Entry, Filter, Index, IndexError};
use philia_ports::{Partition, PartitionId};

fn person(name: &str) -> Partition {
    Partition { id: PartitionId::new("house", name).unwrap(), generation: 0 }
}

fn entries() -> Vec<Entry> {
    (0..100)
        .map(|i| Entry {
            id: MemoryId::new(format!("{i}")),
            text: format!("something number{i}"),
            vector: Some(vec![0.0625; 256]),
            speaker: Speaker::User,
            place: None,
            occurred_at: jiff::Timestamp::UNIX_EPOCH,
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

#[tokio::test]
async fn whoever_was_not_asked_about_for_longest_is_dropped() {
    let whole = EmbeddedIndex::new(usize::MAX);
    whole.apply(&person("x"), None, entries(), &[], 1).await.unwrap();
    let one = whole.info(&person("x")).await.unwrap().unwrap().bytes;

    let index = EmbeddedIndex::new(2 * one + one / 2);
    for name in ["a", "b"] {
        index.apply(&person(name), None, entries(), &[], 1).await.unwrap();
    }
    index.search(&person("a"), &Query::default(), &[], &Filter::default(), 1).await.unwrap();
    index.apply(&person("c"), None, entries(), &[], 1).await.unwrap();
    assert!(index.info(&person("b")).await.unwrap().is_none(), "b was idle longest");
    assert!(index.info(&person("a")).await.unwrap().is_some() && index.info(&person("c")).await.unwrap().is_some());
    let search = index.search(&person("b"), &Query::default(), &[], &Filter::default(), 1).await;
    assert!(matches!(search, Err(IndexError::NotLoaded)));
    let change = index.apply(&person("b"), Some(1), entries(), &[], 2).await;
    assert!(matches!(change, Err(IndexError::NotLoaded)), "a change alone would leave a hole");
}

#[tokio::test]
async fn who_left_or_came_anew_counts_no_more() {
    let whole = EmbeddedIndex::new(usize::MAX);
    whole.apply(&person("x"), None, entries(), &[], 1).await.unwrap();
    let one = whole.info(&person("x")).await.unwrap().unwrap().bytes;

    let index = EmbeddedIndex::new(2 * one + one / 2);
    let ids: Vec<MemoryId> = entries().into_iter().map(|entry| entry.id).collect();
    for round in 0..5 {
        index.apply(&person("a"), None, entries(), &[], 1).await.unwrap();
        index.apply(&person("a"), Some(1), Vec::new(), &ids, 2).await.unwrap();
        index.apply(&person("a"), Some(2), entries(), &[], 3).await.unwrap();
        index.apply(&person("b"), None, entries(), &[], 1).await.unwrap();
        for name in ["a", "b"] {
            assert!(index.info(&person(name)).await.unwrap().is_some(), "{name} has room in round {round}");
        }
        index.clear(&person("b")).await.unwrap();
    }
    for name in ["b", "c"] {
        index.apply(&person(name), None, entries(), &[], 1).await.unwrap();
    }
    assert!(index.info(&person("a")).await.unwrap().is_none(), "three have none");
    let held = index.held_bytes().unwrap();
    assert!((2 * one..=2 * one + one / 2).contains(&held), "{held} of two times {one}");
}

#[tokio::test]
async fn somebody_larger_than_the_budget_is_served_all_the_same() {
    let index = EmbeddedIndex::new(10);
    index.apply(&person("a"), None, entries(), &[], 1).await.unwrap();
    assert_eq!(index.info(&person("a")).await.unwrap().unwrap().entries, 100);
}
