//! Many at once: what was applied is found, what was removed is not, whatever else goes on.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod common;

use common::{entry, person, question};
use philia_index_embedded::EmbeddedIndex;
use philia_mind::MemoryId;
use philia_mind::memory::Place;
use philia_ports::index::{Entry, Filter, Index};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const ROUNDS: u64 = 400;
/// As many come with each round, and go some rounds later: most slots die, so that the dead are dropped many times.
const EACH: u64 = 5;
const STAY: u64 = 12;

fn told(round: u64, number: u64) -> Entry {
    let place = Place { group: format!("g{number}"), order: round };
    let vector = (0..64).map(|at| ((round * 7 + number + at) % 11) as f32 - 5.0).collect();
    let text = format!("word{round}x{number} among many common things");
    Entry { vector: Some(vector), place: Some(place), ..entry(&format!("{round:04}-{number}"), &text) }
}

#[test]
fn what_was_applied_is_found_and_what_was_removed_is_not() {
    let index = Arc::new(EmbeddedIndex::new(usize::MAX));
    let block_on = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    for name in ["ana", "bea"] {
        block_on().block_on(index.apply(&person(name), None, Vec::new(), &[], 0)).unwrap();
    }
    std::thread::scope(|scope| {
        for name in ["ana", "bea"] {
            // Rounds whose memories are there, and rounds whose memories have begun to go, and are gone.
            let (there, going, gone) =
                (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
            for reader in 0..2 {
                let (index, there, going, gone) = (index.clone(), there.clone(), going.clone(), gone.clone());
                scope.spawn(move || {
                    let (runtime, someone) = (block_on(), person(name));
                    let mut seen = 0;
                    while seen < ROUNDS {
                        let (gone_before, there_before) = (gone.load(Ordering::SeqCst), there.load(Ordering::SeqCst));
                        seen = there_before;
                        let round = gone_before + (there_before - gone_before) * (reader + 1) / 2;
                        let asked = [round, gone_before];
                        for round in asked.into_iter().filter(|round| *round > 0) {
                            let word = format!("word{round}x{}", round % EACH);
                            let (query, filter) = (question(&word), Filter::default());
                            let hits = runtime.block_on(index.search(&someone, &query, &[], &filter, 200)).unwrap();
                            let found = hits.iter().any(|hit| *hit.shared == [word.as_str().into()]);
                            if round <= gone_before {
                                assert!(!found, "{word} was removed");
                            } else if round > going.load(Ordering::SeqCst) {
                                assert!(found, "{word} was applied");
                            }
                            assert!(hits.windows(2).all(|pair| pair[0].relevance >= pair[1].relevance));
                        }
                        std::thread::yield_now();
                    }
                });
            }
            let index = index.clone();
            scope.spawn(move || {
                let (runtime, someone) = (block_on(), person(name));
                for round in 1..=ROUNDS {
                    let some = (0..EACH).map(|number| told(round, number)).collect();
                    let old = round.saturating_sub(STAY);
                    let goes: Vec<MemoryId> =
                        (0..EACH).map(|number| MemoryId::new(format!("{old:04}-{number}"))).collect();
                    going.store(old, Ordering::SeqCst);
                    runtime.block_on(index.apply(&someone, Some(round - 1), some, &goes, round)).unwrap();
                    gone.store(old, Ordering::SeqCst);
                    there.store(round, Ordering::SeqCst);
                }
            });
        }
    });
    for name in ["ana", "bea"] {
        let info = block_on().block_on(index.info(&person(name))).unwrap().unwrap();
        assert_eq!((info.entries as u64, info.upto), (STAY * EACH, ROUNDS));
    }
}
