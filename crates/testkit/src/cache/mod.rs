//! The conformance suite of the cache port: what every adapter has to do, one function per behaviour.
//!
//! An adapter writes one line, with a fixture that makes an empty cache; it is called anew for each test. None stands for
//! a server that is not installed (`philia_testkit::server` says so):
//!
//! ```ignore
//! philia_testkit::cache_conformance!(Some(MyFixture::new()));
//! ```
//!
//! # Time
//! A test lets hours pass, and what it looks at is an hour from its end at least: a cache whose clock goes on by itself
//! gives the same answers, however slow the machine is.

mod faulty;
mod shared;
mod values;

pub use faulty::FaultyCache;
pub use shared::*;
pub use values::*;

use crate::world::ManualClock;
use async_trait::async_trait;
use jiff::SignedDuration;
use philia_ports::{Cache, CacheError, CacheKey, Clock, PartitionId};
use std::sync::Arc;
use std::time::Duration;

/// Makes a test of each behaviour that every cache has.
#[macro_export]
macro_rules! cache_conformance {
    ($make:expr) => {
        $crate::cache_behaviours! { $make;
            a_value_is_there_until_its_end
            a_value_is_replaced_with_its_end
            what_was_removed_is_gone
            values_are_bytes
            partitions_are_walls
            clearing_takes_values_and_counters_of_one_partition
            what_no_cache_takes_is_refused
            a_value_that_is_refused_leaves_nothing_old_behind

            counters_count_within_their_window
            many_increments_lose_nothing
            a_counter_does_not_overflow
            kinds_are_apart

            a_lease_has_one_owner
            a_lease_is_renewed_by_its_owner_with_the_same_token
            a_lease_that_was_lost_is_not_renewed
            a_lease_that_ended_goes_to_the_next_with_a_higher_token
            a_lease_is_given_up_only_by_its_owner
            of_many_who_want_a_lease_one_gets_it

            messages_come_to_all_who_listen_in_order
            nobody_hears_what_was_sent_before_or_elsewhere
        }
    };
}

/// Makes a test of each behaviour named.
#[doc(hidden)]
#[macro_export]
macro_rules! cache_behaviours {
    ($make:expr; $($behaviour:ident)*) => {
        $(
            #[test]
            fn $behaviour() {
                let Some(fixture) = $make else { return };
                $crate::cache::run(async {
                    let (cache, time) = $crate::cache::world(Box::new(fixture)).await;
                    $crate::cache::$behaviour(cache, &time).await;
                });
            }
        )*
    };
}

/// Runs a behaviour on an async runtime of its own, with two worker threads.
pub fn run<F: Future>(behaviour: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(behaviour)
}

/// What the suite needs of an adapter.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// An empty cache by this clock.
    async fn open(&self, clock: Arc<dyn Clock>) -> Arc<dyn Cache>;

    /// As much time passes for what is kept. A cache that goes by its clock alone has nothing to do; for one on a server
    /// with a clock of its own, all that it keeps is brought so much nearer to its end.
    async fn pass(&self, _time: SignedDuration) {}
}

/// The time of a test: that of its clock, and of the cache.
pub struct Time {
    clock: Arc<ManualClock>,
    fixture: Box<dyn Fixture>,
}

/// A cache, and the time it goes by.
pub async fn world(fixture: Box<dyn Fixture>) -> (Arc<dyn Cache>, Time) {
    let clock = Arc::new(ManualClock::at("2026-05-03T10:00:00Z"));
    (fixture.open(clock.clone()).await, Time { clock, fixture })
}

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Lets hours pass, or go back.
async fn hours(time: &Time, hours: i64) {
    let by = SignedDuration::from_hours(hours);
    time.clock.advance(by);
    time.fixture.pass(by).await;
}

fn person(subject: &str) -> PartitionId {
    PartitionId::new("home", subject).unwrap()
}

fn key(name: &str) -> CacheKey {
    CacheKey::new(&person("ana"), name).unwrap()
}

fn assert_invalid<T: std::fmt::Debug>(result: Result<T, CacheError>, words: &str) {
    match result {
        Err(CacheError::Invalid(text)) => assert!(text.contains(words), "{text:?} does not say {words:?}"),
        other => panic!("{other:?} where {words:?} should have been refused"),
    }
}
