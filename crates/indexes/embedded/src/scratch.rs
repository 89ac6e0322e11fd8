//! Room to reckon in, used again and again.

use crate::bounds::Bounds;
use crate::last::Last;
use crate::question::Sum;
use crate::rows::Rows;
use std::sync::{Mutex, PoisonError};

/// What a search reckons with.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The search that all of this is from.
    pub(crate) last: Last,
    pub(crate) words: ByWords,
    pub(crate) slots: Slots,
}

/// A bit for every slot.
#[derive(Debug, Default)]
pub(crate) struct Slots(Vec<u64>);

impl Slots {
    /// These slots, all below `most`, in their order and each once.
    pub(crate) fn each_once(&mut self, most: usize, slots: &[u32]) -> Vec<u32> {
        self.0.clear();
        self.0.resize(most.div_ceil(64), 0);
        slots.iter().for_each(|slot| self.0[*slot as usize / 64] |= 1 << (slot % 64));
        let mut once = Vec::with_capacity(slots.len());
        for (first, mut bits) in (0..).step_by(64).zip(self.0.iter().copied()) {
            while bits != 0 {
                once.push(first + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        once
    }
}

/// What is known of a question's words.
#[derive(Debug, Default)]
pub(crate) struct ByWords {
    /// Word by word of the question; there may be more.
    pub(crate) rows: Vec<Rows>,
    /// Of a long question instead, slot by slot.
    pub(crate) sums: Vec<Sum>,
    /// By BM25 of a slot alone, by BM25 with its neighbours, and by words of like meaning.
    pub(crate) alone: Bounds,
    pub(crate) together: Bounds,
    pub(crate) kindred: Bounds,
}

/// As many as are kept for later; more searches at once make their own.
const KEPT: usize = 4;

/// Scratches that nobody uses just now.
#[derive(Debug, Default)]
pub(crate) struct Scratches(Mutex<Vec<Scratch>>);

impl Scratches {
    /// Lends one to `work`. If that panics, what it left half done is thrown away.
    pub(crate) fn lend<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let idle = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = idle().pop().unwrap_or_default();
        let done = work(&mut scratch);
        let mut idle = idle();
        if idle.len() < KEPT {
            idle.push(scratch);
        }
        done
    }
}
