//! What an index holds, and how far it has come.

use super::{direction, entry, found, ids_of, load, person, question};
use philia_ports::Partition;
use philia_ports::index::{Entry, Filter, Index, IndexError};
use std::sync::Arc;

/// No waiting, no refresh.
pub async fn what_was_applied_is_found_by_the_next_search(index: Arc<dyn Index>) {
    let ana = person("ana");
    load(&*index, &ana, vec![entry("1", "I bought a kayak")]).await;
    assert_eq!(found(&*index, &ana, "kayak").await, ["1"]);
    index.apply(&ana, Some(1), vec![entry("2", "The kayak leaks")], &[], 2).await.unwrap();
    let mut both = found(&*index, &ana, "kayak").await;
    both.sort();
    assert_eq!(both, ["1", "2"]);
}

/// Its old words find nothing any more.
pub async fn an_entry_of_the_same_id_is_replaced(index: Arc<dyn Index>) {
    let ana = person("ana");
    load(&*index, &ana, vec![entry("1", "I bought a kayak"), entry("2", "It rains")]).await;
    index.apply(&ana, Some(1), vec![entry("1", "I sold my piano")], &[], 2).await.unwrap();
    assert_eq!(found(&*index, &ana, "piano").await, ["1"]);
    assert!(found(&*index, &ana, "kayak").await.is_empty());
    assert_eq!(index.info(&ana).await.unwrap().unwrap().entries, 2);
}

/// Removing what is not there is no mistake.
pub async fn what_was_removed_is_gone(index: Arc<dyn Index>) {
    let ana = person("ana");
    load(&*index, &ana, vec![entry("1", "a kayak"), entry("2", "a kayak too")]).await;
    index.apply(&ana, Some(1), Vec::new(), &ids_of(&["1", "unknown"]), 2).await.unwrap();
    assert_eq!(found(&*index, &ana, "kayak").await, ["2"]);
    assert_eq!(index.info(&ana).await.unwrap().unwrap().entries, 1);
}

/// So that one call can take something out and put it back.
pub async fn removals_come_before_entries(index: Arc<dyn Index>) {
    let ana = person("ana");
    load(&*index, &ana, vec![entry("1", "a kayak")]).await;
    index.apply(&ana, Some(1), vec![entry("1", "a piano")], &ids_of(&["1"]), 2).await.unwrap();
    assert_eq!(found(&*index, &ana, "piano").await, ["1"]);
}

/// Hundreds of replacements and removals leave exactly what is left.
pub async fn many_rewrites_leave_one_truth(index: Arc<dyn Index>) {
    let ana = person("ana");
    let round = |n: u64| -> Vec<Entry> {
        (0..50).map(|i| super::placed(&format!("{i:02}"), &format!("kayak number{i} round{n}"), "g", i)).collect()
    };
    load(&*index, &ana, round(1)).await;
    for n in 2..=20 {
        let removals = if n == 20 { (25..50).map(|i| format!("{i:02}")).collect() } else { Vec::new() };
        let removals: Vec<&str> = removals.iter().map(String::as_str).collect();
        let upserts = round(n).into_iter().filter(|e| !removals.contains(&e.id.as_str())).collect();
        index.apply(&ana, Some(n - 1), upserts, &ids_of(&removals), n).await.unwrap();
    }
    assert_eq!(index.info(&ana).await.unwrap().unwrap().entries, 25);
    assert_eq!(found(&*index, &ana, "round20").await.len(), 25);
    assert!(found(&*index, &ana, "round19").await.is_empty());
    // The words of a memory and of two on each side: 22 to 24 know of number 24's.
    let mut near = found(&*index, &ana, "number24").await;
    assert_eq!(near.remove(0), "24");
    near.sort();
    assert_eq!(near, ["22", "23"]);
}

/// With no `since` the entries are everything.
pub async fn loading_afresh_drops_what_was_held(index: Arc<dyn Index>) {
    let ana = person("ana");
    load(&*index, &ana, vec![entry("1", "a kayak")]).await;
    index.apply(&ana, None, vec![entry("2", "a kayak")], &[], 9).await.unwrap();
    assert_eq!(found(&*index, &ana, "kayak").await, ["2"]);
    assert_eq!(index.info(&ana).await.unwrap().unwrap().upto, 9);
}

/// Else two callers, or one after an eviction, would leave a hole that nobody sees.
pub async fn changes_that_do_not_follow_are_refused(index: Arc<dyn Index>) {
    let ana = person("ana");
    let refused = index.apply(&ana, Some(1), vec![entry("1", "a kayak")], &[], 2).await;
    assert!(matches!(refused, Err(IndexError::NotLoaded)), "{refused:?}");
    load(&*index, &ana, vec![entry("1", "a kayak")]).await;
    for since in [0, 2] {
        let refused = index.apply(&ana, Some(since), vec![entry("2", "a kayak")], &[], 3).await;
        assert!(matches!(refused, Err(IndexError::NotLoaded)), "{refused:?}");
    }
    assert_eq!(found(&*index, &ana, "kayak").await, ["1"]);
}

/// Somebody who was erased and came back starts with nothing.
pub async fn another_generation_sees_nothing(index: Arc<dyn Index>) {
    let ana = person("ana");
    let again = Partition { generation: 1, ..ana.clone() };
    load(&*index, &ana, vec![entry("1", "a kayak")]).await;
    assert_eq!(index.info(&again).await.unwrap(), None);
    let search = index.search(&again, &question("kayak"), &[], &Filter::default(), 5).await;
    assert!(matches!(search, Err(IndexError::NotLoaded)), "{search:?}");
    load(&*index, &again, vec![entry("2", "a kayak")]).await;
    assert_eq!(found(&*index, &again, "kayak").await, ["2"]);
    assert_eq!(index.info(&ana).await.unwrap(), None, "the older generation's content is dropped");
}

/// And says so.
pub async fn what_is_cleared_is_not_loaded(index: Arc<dyn Index>) {
    let ana = person("ana");
    index.clear(&ana).await.unwrap();
    load(&*index, &ana, vec![entry("1", "a kayak")]).await;
    index.clear(&ana).await.unwrap();
    assert_eq!(index.info(&ana).await.unwrap(), None);
    let search = index.search(&ana, &question("kayak"), &[], &Filter::default(), 5).await;
    assert!(matches!(search, Err(IndexError::NotLoaded)), "{search:?}");
}

/// Commit, entries, bytes, speakers.
pub async fn info_tells_how_far_it_has_come(index: Arc<dyn Index>) {
    use philia_mind::memory::Speaker;
    let ana = person("ana");
    assert_eq!(index.info(&ana).await.unwrap(), None);
    let by = |id: &str, name: &str| Entry { speaker: Speaker::Other(name.into()), ..entry(id, "a kayak") };
    load(&*index, &ana, vec![entry("1", "a kayak"), by("2", "Ida"), by("3", "Bo"), by("4", "Bo")]).await;
    let info = index.info(&ana).await.unwrap().unwrap();
    assert_eq!((info.generation, info.upto, info.entries), (0, 1, 4));
    assert_eq!(info.speakers, ["Bo", "Ida"]);
    assert!(info.bytes > 0);
    index.apply(&ana, Some(1), Vec::new(), &ids_of(&["3", "4"]), 7).await.unwrap();
    let info = index.info(&ana).await.unwrap().unwrap();
    assert_eq!((info.upto, info.entries, info.speakers), (7, 2, vec!["Ida".to_owned()]));
}

/// Vectors of two embedders are never compared.
pub async fn a_vector_of_another_length_is_refused_and_nothing_taken_in(index: Arc<dyn Index>) {
    let ana = person("ana");
    load(&*index, &ana, vec![Entry { vector: Some(direction(0.0)), ..entry("1", "a kayak") }]).await;
    let short = Entry { vector: Some(vec![1.0, 0.0]), ..entry("3", "a kayak") };
    let refused = index.apply(&ana, Some(1), vec![entry("2", "a kayak"), short], &ids_of(&["1"]), 2).await;
    assert!(matches!(refused, Err(IndexError::Dimensions { expected: 8, found: 2 })), "{refused:?}");
    assert_eq!(found(&*index, &ana, "kayak").await, ["1"]);
    assert_eq!(index.info(&ana).await.unwrap().unwrap().upto, 1);
    let probe = [Some(vec![1.0, 0.0])];
    let refused = index.search(&ana, &question("kayak"), &probe, &Filter::default(), 5).await;
    assert!(matches!(refused, Err(IndexError::Dimensions { expected: 8, found: 2 })), "{refused:?}");
}

/// Having nothing is not the same as not being loaded.
pub async fn an_empty_person_is_searched_in_vain(index: Arc<dyn Index>) {
    let ana = person("ana");
    load(&*index, &ana, Vec::new()).await;
    assert!(found(&*index, &ana, "kayak").await.is_empty());
    let nothing = index.search(&ana, &question("kayak"), &[Some(direction(0.0))], &Filter::default(), 5).await.unwrap();
    assert!(nothing.is_empty());
    assert_eq!(index.info(&ana).await.unwrap().unwrap().entries, 0);
}
