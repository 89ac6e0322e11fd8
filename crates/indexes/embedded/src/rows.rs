//! A word of a question in every slot, a byte each: how often it stands there, how often around, how near the nearest
//! word comes.

use crate::person::Person;
use crate::places::{NOBODY, REACH};
use crate::question::{Asked, Sum};
use crate::words::Postings;

/// As often or oftener. Whoever needs to know counts again: texts hardly ever say a word so often.
pub(crate) const MANY: u8 = if cfg!(test) { 3 } else { u8::MAX };

/// A word of a question in every slot. A row is empty where nothing holds the word.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// How often a slot holds it, at most [`MANY`].
    pub(crate) own: Vec<u8>,
    /// How often the slot and its neighbours hold it, at most [`MANY`].
    pub(crate) around: Vec<u8>,
    /// How near the slot's nearest stem comes to it, in steps ([`crate::thesaurus::cosine`]); 0 where none does.
    pub(crate) nearest: Vec<u8>,
    /// The word has a vector; otherwise only the slots that hold it are near.
    pub(crate) has_vector: bool,
    /// How many neighbourhoods hold it.
    pub(crate) held_around: usize,
    /// It is in the sums of neighbourhoods.
    pub(crate) added: bool,
}

/// What is known of a question's words in every slot.
#[derive(Clone, Copy)]
pub(crate) enum Read<'a> {
    /// Word by word.
    Rows(&'a [Rows]),
    /// All together, exactly.
    Sums(&'a [Sum]),
}

impl Read<'_> {
    /// A slot holds a word, the `term`-th of the question.
    pub(crate) fn holds(self, term: usize, postings: &Postings, slot: u32) -> bool {
        match self {
            Self::Rows(rows) => rows[term].own[slot as usize] > 0,
            Self::Sums(_) => postings.slots().binary_search(&slot).is_ok(),
        }
    }
}

impl Rows {
    /// Counts where the word stands. Everybody lends words to neighbours, whether a filter lets them be found or not.
    #[allow(clippy::unnecessary_min_or_max, reason = "a test's MANY is less than a byte holds")]
    pub(crate) fn count(&mut self, person: &Person, postings: Option<&Postings>) {
        self.own.clear();
        self.around.clear();
        self.held_around = 0;
        let Some(postings) = postings else { return };
        self.own.resize(person.slots(), 0);
        self.around.resize(person.slots(), 0);
        let mut neighbours = person.near.reader();
        postings.each(|slot, times| {
            if !person.marks[slot as usize].live() {
                return;
            }
            let times = times.min(u32::from(MANY)) as u8;
            self.own[slot as usize] = times;
            let beside = person.marks[slot as usize].beside();
            if beside.is_some_and(|beside| lend_beside(&mut self.around, slot as usize, beside, times)) {
                return;
            }
            let near = *neighbours.get(slot as usize);
            for n in std::iter::once(slot).chain(near.into_iter().take_while(|n| *n != NOBODY)) {
                let around = &mut self.around[n as usize];
                *around = around.saturating_add(times).min(MANY);
            }
        });
        // Counted in bytes first: many at once.
        let some = |bytes: &[u8]| bytes.iter().fold(0_u8, |count, byte| count + u8::from(*byte != 0));
        self.held_around = self.around.chunks(usize::from(u8::MAX)).map(|bytes| usize::from(some(bytes))).sum();
    }

    /// Notes how near each slot comes to the word.
    pub(crate) fn compare(&mut self, person: &Person, term: &Asked<'_>) {
        let near = &term.near;
        self.has_vector = term.has_vector;
        self.nearest.clear();
        if near.is_empty() {
            return;
        }
        self.nearest.resize(person.slots(), 0);
        let all_live = person.all_live();
        // Asked for all at once: where the slots of each stem are told lies anywhere in memory.
        std::hint::black_box(near.iter().fold(0, |read, (stem, _)| read ^ person.words.postings(*stem).len()));
        // The nearest last, so that it stays whatever a slot has besides.
        for (stem, step) in near.iter().rev() {
            for &slot in person.words.postings(*stem).slots() {
                if all_live || person.marks[slot as usize].live() {
                    self.nearest[slot as usize] = *step;
                }
            }
        }
    }

    /// How often a slot holds the word.
    #[inline]
    pub(crate) fn times(&self, postings: &Postings, slot: u32) -> u32 {
        match self.own[slot as usize] {
            MANY => postings.times(slot),
            times => u32::from(times),
        }
    }

    /// How often a slot and its neighbours hold the word.
    #[inline]
    pub(crate) fn times_around(&self, person: &Person, postings: &Postings, slot: u32) -> u32 {
        match self.around[slot as usize] {
            MANY => {
                let near = person.near[slot as usize].into_iter().take_while(|n| *n != NOBODY);
                std::iter::once(slot).chain(near).map(|n| self.times(postings, n)).sum()
            }
            times => u32::from(times),
        }
    }
}

/// Adds to a slot and to those beside it (see [`crate::person::Marks::beside`]), all at once; false if it would not fit.
#[inline]
fn lend_beside(around: &mut [u8], slot: usize, beside: u8, times: u8) -> bool {
    /// A byte for every bit.
    const BYTES: [u64; 32] = {
        let (mut bytes, mut beside) = ([0; 32], 0);
        while beside < 32 {
            let mut bit = 0;
            while bit < 5 {
                bytes[beside] |= (beside as u64 >> bit & 1) << (8 * bit);
                bit += 1;
            }
            beside += 1;
        }
        bytes
    };
    /// What bytes may not have of which two are added.
    const TOO_MUCH: u64 = !(u64::MAX / 255 * (MANY as u64 / 2));
    let eight = slot.checked_sub(REACH).and_then(|from| around.get_mut(from..)?.first_chunk_mut::<8>());
    let Some(eight) = eight else { return false };
    let (known, added) = (u64::from_le_bytes(*eight), BYTES[usize::from(beside % 32)] * u64::from(times));
    let fits = (known | added) & TOO_MUCH == 0;
    if fits {
        *eight = (known + added).to_le_bytes();
    }
    fits
}
