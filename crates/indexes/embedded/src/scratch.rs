//! Room to reckon in, used again and again: a search touches few slots, and clears those it touched.

use std::sync::{Mutex, PoisonError};

/// What is reckoned of every slot. Between two searches all of it is zero.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) spoken: Vec<Spoken>,
    /// The slots whose neighbourhood has a score (and so all that have one alone).
    pub(crate) spoken_around: Vec<u32>,
    pub(crate) kindred: Vec<Kindred>,
    /// The slots that have a kindred word.
    pub(crate) met: Vec<u32>,
    /// The slots that hold the word at hand; empty between two words.
    pub(crate) holding: Vec<u32>,
}

/// The question's words in a slot.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spoken {
    /// BM25 of the slot alone.
    pub(crate) lexical: f64,
    /// BM25 of the slot with its neighbours.
    pub(crate) neighbourhood: f64,
    /// How often the word at hand stands in the neighbourhood; 0 between two words.
    pub(crate) times: u32,
}

/// Words that are near those of the question.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kindred {
    /// Over all words of the question, the rarer the more.
    pub(crate) score: f64,
    /// The cosine of the slot's word that is nearest to the word at hand; 0 between two words.
    pub(crate) nearest: f32,
    /// The cosine of the nearest pair with a content word.
    pub(crate) best: f32,
}

impl Scratch {
    /// Makes room for so many slots.
    pub(crate) fn fit(&mut self, slots: usize) {
        if self.spoken.len() < slots {
            self.spoken.resize(slots, Spoken::default());
            self.kindred.resize(slots, Kindred::default());
        }
    }

    fn clear(&mut self) {
        for n in self.spoken_around.drain(..) {
            self.spoken[n as usize] = Spoken::default();
        }
        for n in self.met.drain(..) {
            self.kindred[n as usize] = Kindred::default();
        }
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
