//! Room to reckon in, used again and again: a search touches few slots, and clears those it touched.

use crate::question::Worth;
use std::sync::{Mutex, PoisonError};

/// What a search reckons with. Between two searches all of it is zero or empty.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) table: Table,
    /// A bit a slot: it was looked at.
    pub(crate) seen: Seen,
    pub(crate) owns: Vec<Own>,
    /// The cosine of each slot's nearest stem to the word at hand; 0 between two words. Apart, because it is asked for
    /// most of all.
    pub(crate) nearest: Vec<f32>,
    /// The slots that hold a word of the question, or one near it.
    pub(crate) met: Vec<u32>,
    pub(crate) windows: Vec<Window>,
    /// The slots whose neighbourhood has a score.
    pub(crate) touched: Vec<u32>,
    /// The slots whose neighbourhood holds the word at hand; empty between two words.
    pub(crate) holding: Vec<u32>,
}

/// The question's words in a slot alone.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Own {
    pub(crate) worth: Worth,
    /// It is among those that were met.
    pub(crate) met: bool,
}

/// The question's words in a slot and its neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    /// BM25 as far as it has been reckoned; the words may have been added in another order than the question's.
    pub(crate) score: f64,
    /// How often the word at hand stands there; 0 between two words.
    pub(crate) times: u32,
}

/// From a stem to the words of the question that it is near to.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Stem by stem 1 + where its first pair is; 0 without one.
    first: Vec<u32>,
    pairs: Vec<Pair>,
    /// The stems that have a pair.
    stems: Vec<u32>,
    /// Term by term, of the slot at hand: the cosine of its nearest stem, and how often it holds the term itself.
    pub(crate) terms: Vec<(f32, u32)>,
}

/// A stem that is near a word of the question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    /// Which word of the question.
    pub(crate) term: u32,
    /// Where the stem's next pair is, as in [`Table::first`].
    next: u32,
    pub(crate) cosine: f32,
    /// It is that word.
    pub(crate) same: bool,
}

impl Table {
    /// Notes that a stem is near a word of the question, or is that word.
    pub(crate) fn note(&mut self, stem: u32, term: usize, cosine: f32, same: bool) {
        let first = &mut self.first[stem as usize];
        self.pairs.push(Pair { term: term as u32, next: *first, cosine, same });
        *first = self.pairs.len() as u32;
        self.stems.push(stem);
    }

    /// Tells the pairs of a stem.
    pub(crate) fn each(&self, stem: u32, mut found: impl FnMut(&Pair)) {
        let mut at = self.first[stem as usize];
        while let Some(pair) = at.checked_sub(1).and_then(|at| self.pairs.get(at as usize)) {
            found(pair);
            at = pair.next;
        }
    }

    fn clear(&mut self) {
        for stem in self.stems.drain(..) {
            self.first[stem as usize] = 0;
        }
        self.pairs.clear();
        self.terms.clear();
    }
}

/// A bit a slot.
#[derive(Debug, Default)]
pub(crate) struct Seen(Vec<u64>);

impl Seen {
    /// Sets the bit of a slot; false if it was set.
    pub(crate) fn insert(&mut self, slot: u32) -> bool {
        let (word, bit) = (&mut self.0[slot as usize / 64], 1 << (slot % 64));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Clears all bits.
    pub(crate) fn clear(&mut self) {
        self.0.fill(0);
    }
}

impl Scratch {
    /// Makes room for so many slots, stems, and terms of the question.
    pub(crate) fn fit(&mut self, slots: usize, stems: usize, terms: usize) {
        if self.windows.len() < slots {
            self.windows.resize(slots, Window::default());
            self.owns.resize(slots, Own::default());
            self.nearest.resize(slots, 0.0);
            self.seen.0.resize(slots.div_ceil(64), 0);
        }
        if self.table.first.len() < stems {
            self.table.first.resize(stems, 0);
        }
        self.table.terms.resize(terms, (0.0, 0));
    }

    fn clear(&mut self) {
        for n in self.touched.drain(..) {
            self.windows[n as usize] = Window::default();
        }
        for n in self.met.drain(..) {
            self.owns[n as usize] = Own::default();
        }
        self.table.clear();
        self.seen.clear();
    }
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
        scratch.clear();
        let mut idle = idle();
        if idle.len() < KEPT {
            idle.push(scratch);
        }
        done
    }
}
