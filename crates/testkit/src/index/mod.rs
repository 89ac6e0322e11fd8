//! The conformance suite of the recall index port: what every adapter has to do, one function per behaviour.
//!
//! An adapter writes one line, with an expression that makes an empty index and is evaluated anew for each test; it is
//! none where the server that it needs is not installed:
//!
//! ```ignore
//! philia_testkit::index_conformance!(Some(MyIndex::new()));
//! ```

mod content;
mod found;
mod shared;

pub use content::*;
pub use found::*;
pub use shared::*;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::MemoryId;
use philia_mind::memory::recall::{Known, POOL, analyse};
use philia_mind::memory::{Category, MemoryKind, Place, Speaker};
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, Filter, Hit, Index, Query};
use philia_ports::{Partition, PartitionId};

/// Makes a test of each behaviour that every index has.
#[macro_export]
macro_rules! index_conformance {
    ($index:expr) => {
        $crate::index_behaviours! { $index;
            what_was_applied_is_found_by_the_next_search
            an_entry_of_the_same_id_is_replaced
            what_was_removed_is_gone
            removals_come_before_entries
            many_rewrites_leave_one_truth
            loading_afresh_drops_what_was_held
            changes_that_do_not_follow_are_refused
            another_generation_sees_nothing
            what_is_cleared_is_not_loaded
            info_tells_how_far_it_has_come
            a_vector_of_another_length_is_refused_and_nothing_taken_in
            an_empty_person_is_searched_in_vain

            words_find_without_vectors
            meaning_finds_without_words
            a_missing_vector_rules_nobody_out
            neighbours_lend_their_words
            neighbours_reach_two_on_each_side_and_not_across_groups
            a_removed_neighbour_lends_nothing
            a_late_neighbour_lends_its_words
            the_speaker_spoken_of_comes_first
            the_time_asked_about_comes_first
            every_script_finds_its_words
            shared_words_are_as_the_question_spells_them
            relevance_is_scaled_and_ordered
            no_more_than_k_are_found
            ties_are_broken_by_id

            people_are_walls
            every_filter_keeps_its_own
            the_companions_words_are_found_only_on_request_but_lend_theirs
            the_hidden_are_not_found_but_lend_their_words
            the_order_of_coming_means_nothing
            writers_and_readers_do_not_disturb_each_other
        }
    };
}

/// Makes a test of each behaviour named.
#[doc(hidden)]
#[macro_export]
macro_rules! index_behaviours {
    ($index:expr; $($behaviour:ident)*) => {
        $(
            #[test]
            fn $behaviour() {
                if let Some(index) = $index {
                    $crate::index::run($crate::index::$behaviour(::std::sync::Arc::new(index)));
                }
            }
        )*
    };
}

/// Runs a behaviour on an async runtime of its own, with two worker threads.
pub fn run<F: Future>(behaviour: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(behaviour)
}

fn person(subject: &str) -> Partition {
    Partition { id: PartitionId::new("house", subject).unwrap(), generation: 0 }
}

fn now() -> Timestamp {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

/// Something the person said today, without a vector and without a place.
pub fn entry(id: &str, text: &str) -> Entry {
    Entry {
        id: MemoryId::new(id),
        text: text.into(),
        vector: None,
        speaker: Speaker::User,
        place: None,
        occurred_at: now(),
        kind: MemoryKind::Episodic,
        category: Category::Conversation,
        importance: 0.5,
        reinforced: 0,
        emotion: None,
        tags: Vec::new(),
        hidden: false,
    }
}

fn placed(id: &str, text: &str, group: &str, order: u64) -> Entry {
    Entry { place: Some(Place { group: group.into(), order }), ..entry(id, text) }
}

/// Forty-eight numbers, about one of some topics as the meanings of what people say are.
pub fn about(topic: u64, number: u64) -> Vec<f32> {
    let uniform = |seed: u64| {
        let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
    };
    (0..48).map(|at| uniform(topic * 1000 + at) + 0.8 * uniform((number + 100) * 1_000_000 + at)).collect()
}

/// A unit vector in the direction of `angle` degrees, of eight numbers.
fn direction(angle: f32) -> Vec<f32> {
    let mut vector = vec![0.0; 8];
    vector[0] = angle.to_radians().cos();
    vector[1] = angle.to_radians().sin();
    vector
}

fn question(text: &str) -> Query {
    let speakers = ["Ida".to_owned(), "Bo".to_owned()];
    analyse(&Analyzer::new(), text, &Known { user: None, speakers: &speakers }, now(), &TimeZone::UTC)
}

async fn load(index: &dyn Index, partition: &Partition, entries: Vec<Entry>) {
    index.apply(partition, None, entries, &[], 1).await.unwrap();
}

async fn hits(index: &dyn Index, partition: &Partition, text: &str, filter: &Filter) -> Vec<Hit> {
    index.search(partition, &question(text), &[], filter, POOL).await.unwrap()
}

/// The ids that are found by words, best first.
async fn found(index: &dyn Index, partition: &Partition, text: &str) -> Vec<String> {
    found_with(index, partition, text, &Filter::default()).await
}

async fn found_with(index: &dyn Index, partition: &Partition, text: &str, filter: &Filter) -> Vec<String> {
    ids(&hits(index, partition, text, filter).await)
}

fn ids(hits: &[Hit]) -> Vec<String> {
    hits.iter().map(|hit| hit.id.to_string()).collect()
}

fn ids_of(names: &[&str]) -> Vec<MemoryId> {
    names.iter().map(|name| MemoryId::new(*name)).collect()
}
