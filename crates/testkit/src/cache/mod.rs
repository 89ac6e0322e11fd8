//! The conformance suite of the cache port: what every adapter has to do, one function per behaviour.
//!
//! An adapter writes one line, with a function that makes an empty cache over a clock; it is called anew for each test:
//!
//! ```ignore
//! philia_testkit::cache_conformance!(|clock| std::sync::Arc::new(MyCache::new(clock)));
//! ```

mod faulty;
mod shared;
mod values;

pub use faulty::FaultyCache;
pub use shared::*;
pub use values::*;

use crate::world::ManualClock;
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
                let (cache, clock) = $crate::cache::world($make);
                $crate::cache::run($crate::cache::$behaviour(cache, &clock));
            }
        )*
    };
}

/// Runs a behaviour on an async runtime of its own, with two worker threads.
pub fn run<F: Future>(behaviour: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(behaviour)
}

/// A cache, and the clock it goes by.
pub fn world<C: Cache>(make: impl FnOnce(Arc<dyn Clock>) -> Arc<C>) -> (Arc<dyn Cache>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at("2026-05-03T10:00:00Z"));
    (make(clock.clone()), clock)
}

const MINUTE: Duration = Duration::from_secs(60);

fn seconds(clock: &ManualClock, seconds: i64) {
    clock.advance(SignedDuration::from_secs(seconds));
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
