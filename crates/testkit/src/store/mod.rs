//! The conformance suite of the store port: what every adapter has to do, one function per behaviour.
//!
//! An adapter implements [`Fixture`] and writes one line, which makes a test of each behaviour. The fixture is none where
//! its server is not installed (see [`server`](crate::server)):
//!
//! ```ignore
//! philia_testkit::store_conformance!(MyFixture::new());
//! philia_testkit::durable_store_conformance!(MyFixture::new()); // if it outlives the process
//! philia_testkit::shared_store_conformance!(MyFixture::new()); // if several can have it open
//! ```

mod commits;
mod content;
mod feed;
mod instances;
mod load;
mod model;
mod partitions;
mod reads;
mod restart;

pub use commits::*;
pub use content::*;
pub use feed::*;
pub use instances::*;
pub use load::*;
pub use model::*;
pub use partitions::*;
pub use reads::*;
pub use restart::*;

use async_trait::async_trait;
use jiff::Timestamp;
use philia_ports::store::{
    Change, Cursor, Doc, Draft, Feed, Key, Kind, Partition, PartitionId, Record, Scan, StoreAdmin, StoreError, Touched,
};
use serde_json::json;
use std::sync::Arc;

/// A place where a store lives, empty at first.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// Opens the store of this place. Once all that was got before is dropped, a durable store opens again with
    /// all that was committed.
    async fn open(&self) -> Arc<dyn StoreAdmin>;
}

/// Runs a behaviour on an async runtime of its own, with two worker threads.
pub fn run<F: Future>(behaviour: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(behaviour)
}

/// Makes a test of each behaviour that every store has. The expression makes a [`store::Fixture`](Fixture), or none
/// where its server is not installed, and is evaluated anew for each test.
#[macro_export]
macro_rules! store_conformance {
    ($fixture:expr) => {
        $crate::store_behaviours! { $fixture;
            versions_count_up
            a_conflict_names_its_record_and_commits_nothing
            deleting_what_is_not_there_is_content
            a_hundred_changes_are_made_together_or_not_at_all
            what_no_store_takes_is_refused
            concurrent_compare_and_sets_lose_nothing
            of_many_inserts_of_one_record_one_wins
            commits_of_many_tasks_are_numbered_without_gaps

            ids_of_any_script_stay_distinct
            documents_come_back_as_they_were
            an_empty_blob_is_not_none
            records_of_the_largest_size_are_kept_and_larger_ones_refused
            instants_keep_their_microsecond

            scans_are_ordered_by_time_and_then_id
            scans_begin_at_from_and_end_before_until
            pages_of_any_size_meet_exactly
            a_page_holds_no_more_than_the_most
            what_is_there_throughout_is_delivered_once_while_others_write
            a_rewritten_record_moves_to_its_new_time
            senseless_scans_are_refused
            many_are_got_in_the_order_asked
            kinds_are_apart

            changes_are_followed_from_anywhere
            a_feed_never_cuts_a_commit
            a_rewritten_record_is_told_once
            a_deleted_record_that_comes_back_is_not_told_as_deleted
            a_follower_sees_an_erasure
            a_follower_who_reads_while_others_write_misses_nothing
            the_head_is_never_behind_what_was_read

            partitions_are_walls
            names_that_could_be_mistaken_are_apart
            names_that_no_partition_may_have_are_refused
            jobs_are_due_across_partitions
            partitions_are_listed_in_order_and_pages
            erasing_removes_everything_and_lets_nothing_back
            erasing_one_leaves_the_others
            a_commit_that_races_an_erasure_leaves_nothing
            an_open_handle_writes_nothing
            scrubbing_changes_nothing_that_is_there
            it_says_what_it_is

            a_hundred_large_changes_are_made_together_or_not_at_all
            the_largest_records_are_read_together
            thousands_of_records_are_paged_through
            a_commit_that_is_repeated_is_made_once
            a_commit_whose_caller_goes_away_is_made_whole_or_not_at_all
            clocks_that_disagree_disturb_nothing
            a_large_partition_is_erased_while_it_is_written
        }
    };
}

/// Makes a test of each behaviour of a store that outlives its process, besides
/// [`store_conformance`](crate::store_conformance).
#[macro_export]
macro_rules! durable_store_conformance {
    ($fixture:expr) => {
        $crate::store_behaviours! { $fixture;
            everything_is_there_after_a_restart
            numbers_go_on_after_a_restart
            an_erasure_outlives_a_restart
        }
    };
}

/// Makes a test of each behaviour of a store that several instances can have open at once, besides
/// [`store_conformance`](crate::store_conformance).
#[macro_export]
macro_rules! shared_store_conformance {
    ($fixture:expr) => {
        $crate::store_behaviours! { $fixture;
            instances_begin_together
            what_one_instance_commits_another_reads_at_once
            compare_and_sets_of_two_instances_lose_nothing
            an_erasure_by_one_instance_fences_the_other
        }
    };
}

/// Makes a test of each named behaviour.
#[doc(hidden)]
#[macro_export]
macro_rules! store_behaviours {
    ($fixture:expr; $($behaviour:ident)*) => {
        $(
            #[test]
            fn $behaviour() {
                let Some(fixture) = $fixture else { return };
                $crate::store::run($crate::store::$behaviour(&fixture));
            }
        )*
    };
}

fn seconds(at: i64) -> Timestamp {
    Timestamp::from_second(at).unwrap()
}

fn id(account: &str, subject: &str) -> PartitionId {
    PartitionId::new(account, subject).unwrap()
}

async fn person(store: &Arc<dyn StoreAdmin>, name: &str) -> Partition {
    store.open(&id("home", name)).await.unwrap()
}

fn draft(kind: Kind, id: &str, at: i64, doc: impl Into<Doc>) -> Draft {
    Draft { key: Key::new(kind, id), at: seconds(at), doc: doc.into(), blob: None }
}

fn insert(kind: Kind, id: &str, at: i64) -> Change {
    Change::Insert(draft(kind, id, at, json!({ "text": id })))
}

fn put(kind: Kind, id: &str, at: i64, expected: u64) -> Change {
    Change::Put { draft: draft(kind, id, at, json!({ "text": id, "instead_of": expected })), expected }
}

fn delete(kind: Kind, id: &str) -> Change {
    Change::Delete { key: Key::new(kind, id), expected: None }
}

async fn get(store: &Arc<dyn StoreAdmin>, partition: &Partition, kind: Kind, id: &str) -> Option<Record> {
    store.get_many(partition, &[Key::new(kind, id)]).await.unwrap().remove(0)
}

/// All records of a scan, page by page, as far as they go.
async fn all(store: &Arc<dyn StoreAdmin>, partition: &Partition, mut scan: Scan) -> Vec<Record> {
    let mut records = Vec::new();
    loop {
        let page = store.scan(partition, &scan).await.unwrap();
        assert!(page.items.len() <= scan.limit, "a page of {} for a limit of {}", page.items.len(), scan.limit);
        assert!(page.next.is_none() || page.items.len() == scan.limit.min(1000), "a page is short and not the last");
        records.extend(page.items);
        match page.next {
            Some(next) => scan.cursor = Some(next),
            None => return records,
        }
    }
}

async fn ids(store: &Arc<dyn StoreAdmin>, partition: &Partition, scan: Scan) -> Vec<String> {
    all(store, partition, scan).await.into_iter().map(|record| record.key.id).collect()
}

/// Follows the feed of a kind to its end. No commit may be cut between two answers, and jobs cannot be followed.
async fn follow(
    store: &Arc<dyn StoreAdmin>,
    partition: &Partition,
    kind: Kind,
    since: u64,
    limit: usize,
) -> Vec<Touched> {
    if kind == Kind::Job {
        let refused = store.changes(partition, kind, since, limit).await;
        assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
        return Vec::new();
    }
    let mut touched: Vec<Touched> = Vec::new();
    loop {
        let last = touched.last().map_or(since, |last| last.seq);
        let Feed { touched: some, more, head, .. } = store.changes(partition, kind, last, limit).await.unwrap();
        assert!(some.iter().all(|touched| touched.seq > last && touched.seq <= head), "{some:?} after {last}");
        assert!(some.is_sorted_by_key(|touched| (touched.seq, touched.id.clone())), "out of order: {some:?}");
        assert!(!more || !some.is_empty(), "nothing came, and yet there is more");
        touched.extend(some);
        if !more {
            return touched;
        }
    }
}

/// All partitions, page by page.
async fn everybody(store: &Arc<dyn StoreAdmin>, limit: usize) -> Vec<PartitionId> {
    let (mut names, mut cursor): (Vec<PartitionId>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let page = store.partitions(limit, cursor).await.unwrap();
        assert!(page.items.len() <= limit);
        names.extend(page.items.into_iter().map(|info| info.partition.id));
        cursor = page.next;
        if cursor.is_none() {
            return names;
        }
    }
}

fn assert_invalid<T: std::fmt::Debug>(result: Result<T, StoreError>, words: &str) {
    match result {
        Err(StoreError::Invalid(text)) => assert!(text.contains(words), "{text:?} does not say {words:?}"),
        other => panic!("{other:?} where {words:?} should have been refused"),
    }
}

fn assert_conflict<T: std::fmt::Debug>(result: Result<T, StoreError>, kind: Kind, id: &str) {
    match result {
        Err(StoreError::Conflict(key)) => assert_eq!(key, Key::new(kind, id)),
        other => panic!("{other:?} where {kind}/{id} should have conflicted"),
    }
}
