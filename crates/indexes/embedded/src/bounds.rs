//! The best of all slots by sums of parts, without adding up anybody's sum exactly who cannot be among them.
//!
//! Every slot has a bound: its parts in whole numbers of 16 bits, rounded up. They are quickly added, and compared eight
//! at a time. Only whose bound reaches the worst of the best is reckoned exactly, so the result is that of reckoning all.

use crate::best::Best;
use crate::person::at_most_a_byte;
use crate::rows::MANY;
use crate::simd::{Kernel, Lanes as _};
use crate::tops::Tops;
use crate::words::Postings;

/// Sums of the same numbers in another order.
const ABOUT: f64 = 1.0 + 1e-9;

/// Parts that are reckoned in 32 bits.
const ABOUT_32: f64 = 1.0 + 1e-5;

/// So many slots are skipped at once, if a word stands in none of them, or reckoned at once.
const LANES: usize = 32;

/// What the most that a sum can be becomes; more words may be added until it would be [`FULL`]. (A word may be reckoned as
/// an eighth more than the most it can be, which 16 bits must hold.)
const TOP: f64 = if cfg!(test) { 40_000.0 } else { 20_000.0 };
const FULL: f64 = 55_000.0;

/// So many bounds are counted in 16 bits.
const BLOCK: usize = 4096;

/// A word that stands somewhere so often or oftener stands there as often as one likes.
const TIMES: u8 = if cfg!(test) { 3 } else { 7 };

/// Texts are so long or longer.
const LENGTHS: usize = 256;

/// What a word adds at most, by how often it stands somewhere and how long the text is.
struct Parts([u16; (TIMES as usize + 1) * LENGTHS]);

impl Parts {
    #[inline]
    fn of(&self, times: u8, length: u8) -> u16 {
        self.0[usize::from(times.min(TIMES)) * LENGTHS + usize::from(length)]
    }
}

/// The same of a word, reckoned in 32 bits and for many at once.
#[derive(Clone, Copy)]
struct Part {
    limit: f32,
    /// The norm of a text without words, and what a word adds to it.
    shortest: f32,
    by_word: f32,
}

/// 2²³: from here on 32 bits tell whole numbers.
const WHOLE: f32 = 8_388_608.0;

impl Part {
    #[inline(always)]
    fn of(self, times: u8, length: u8) -> u16 {
        let often = if times == MANY { f32::MAX } else { f32::from(times) };
        let part = self.limit * (often / (often + (self.shortest + self.by_word * f32::from(length))));
        // Beside so large a number the nearest whole one is left in the low bits.
        let whole = (part + WHOLE).to_bits() - WHOLE.to_bits();
        whole as u16 + u16::from(times > 0)
    }
}

/// Bounds of sums, slot by slot.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    slots: Vec<u16>,
    tops: Tops<u16>,
    /// What texts of so many words are held against occurrences in them.
    norms: Vec<f64>,
    scale: f64,
}

impl Bounds {
    /// Begins anew, for sums that are not above `most`.
    pub(crate) fn begin(&mut self, slots: usize, most: f64, norm: impl Fn(f64) -> f64) {
        self.norms.clear();
        self.norms.extend((0..LENGTHS).map(|length| norm(length as f64)));
        self.slots.clear();
        self.slots.resize(slots, 0);
        self.scale = if most > 0.0 { TOP / most } else { 0.0 };
    }

    /// Sums that are not above `most` fit, too, if more words are added.
    pub(crate) fn fit(&self, most: f64) -> bool {
        most == 0.0 || (self.scale > 0.0 && most * self.scale <= FULL)
    }

    /// What a word adds at most, by how often it stands there (at most `most` times) and how long the text is: the next
    /// whole number, which is sooner found than the least. `part` tells what so many times in a text of such a norm are
    /// worth.
    fn parts(&self, most: u8, part: impl Fn(f64, f64) -> f64) -> Parts {
        let mut parts = [0; (TIMES as usize + 1) * LENGTHS];
        for (times, parts) in (0..=most.min(TIMES)).zip(parts.chunks_exact_mut(LENGTHS)).skip(1) {
            let times = if times == TIMES { f64::from(u32::MAX) } else { f64::from(times) };
            for (known, norm) in parts.iter_mut().zip(&self.norms) {
                *known = ((part(times, *norm) * ABOUT * self.scale) as u16).saturating_add(1);
            }
        }
        Parts(parts)
    }

    /// Adds the parts of a word where it stands, each in a text as long as `lengths` tell.
    pub(crate) fn add(&mut self, postings: &Postings, lengths: &[u8], part: impl Fn(f64, f64) -> f64) {
        let parts = self.parts(at_most_a_byte(postings.most()), part);
        postings.each(|slot, times| {
            let bound = &mut self.slots[slot as usize];
            *bound = bound.saturating_add(parts.of(at_most_a_byte(times), lengths[slot as usize]));
        });
    }

    /// Adds the parts of a word that stands in each slot as often as its row says. However often, it adds no more than
    /// `limit`.
    pub(crate) fn add_row(&mut self, row: &[u8], lengths: &[u8], limit: f64) {
        let [shortest, next, ..] = self.norms[..] else { return };
        let part = Part {
            limit: (limit * ABOUT_32 * self.scale) as f32,
            shortest: shortest as f32,
            by_word: (next - shortest) as f32,
        };
        let (rows, rest) = row.as_chunks::<LANES>();
        let (bounds, last) = self.slots.as_chunks_mut::<LANES>();
        let (lengths, last_lengths) = lengths.as_chunks::<LANES>();
        Kernel::best().run(
            #[inline(always)]
            || {
                for ((bounds, times), lengths) in bounds.iter_mut().zip(rows).zip(lengths) {
                    if *times != [0; LANES] {
                        for at in 0..LANES {
                            bounds[at] = bounds[at].saturating_add(part.of(times[at], lengths[at]));
                        }
                    }
                }
            },
        );
        for ((bound, times), length) in last.iter_mut().zip(rest).zip(last_lengths) {
            *bound = bound.saturating_add(part.of(*times, *length));
        }
    }

    /// Adds to every slot as many steps as its row says, each of which is worth `worth`.
    pub(crate) fn add_steps(&mut self, row: &[u8], worth: f64) {
        let weight = u32::from((worth * ABOUT * self.scale * 256.0).ceil() as u16);
        Kernel::best().run(|| {
            for (bound, steps) in self.slots.iter_mut().zip(row) {
                let part = (u32::from(u16::from(*steps) << 8) * weight) >> 16;
                *bound = bound.saturating_add(part as u16 + u16::from(*steps != 0));
            }
        });
    }

    /// Who does not pass is out.
    pub(crate) fn shut(&mut self, passes: impl Fn(u32) -> bool) {
        for (slot, bound) in self.slots.iter_mut().enumerate() {
            if *bound > 0 && !passes(slot as u32) {
                *bound = 0;
            }
        }
    }

    /// How many slots could be among the best `most`, if words are still to be added that count for at most `left`
    /// together. `exact` tells the whole sums. None if even those could be that hold none of the others.
    pub(crate) fn in_reach(&mut self, most: usize, left: f64, exact: impl Fn(&[u32], &mut Vec<f64>)) -> Option<usize> {
        let from = self.least_of(most);
        let mut sums = Vec::with_capacity(2 * most);
        exact(&self.between(from, u32::MAX), &mut sums);
        if sums.len() < most {
            return None;
        }
        let floor = *sums.select_nth_unstable_by(most - 1, |a, b| b.total_cmp(a)).1;
        let floor = self.down(floor - left);
        let reach = |block: &[u16]| block.iter().map(|bound| u16::from(*bound >= floor)).sum::<u16>();
        (floor > 0).then(|| self.slots.chunks(BLOCK).map(|block| usize::from(reach(block))).sum())
    }

    /// Offers whoever may be among the best `most`, where words were left out that count for at most `left` together.
    /// `exact` tells the whole sums.
    pub(crate) fn offer(&mut self, best: &mut Best<'_>, most: usize, left: f64, exact: impl Fn(&[u32], &mut Vec<f64>)) {
        let from = self.least_of(most);
        let mut sums = Vec::new();
        let mut look_at = |best: &mut Best<'_>, slots: &[u32]| {
            exact(slots, &mut sums);
            for (sum, slot) in sums.iter().zip(slots) {
                if *sum > 0.0 && *sum >= best.floor() {
                    best.offer(*sum, *slot);
                }
            }
        };
        // As many as are wanted at least; the rest only if one of them could be better than the worst of those.
        look_at(best, &self.between(from, u32::MAX));
        best.settle();
        let floor = self.down(best.floor() - left).max(1);
        if floor < from {
            look_at(best, &self.between(floor, u32::from(from)));
        }
    }

    /// A bound, above 0, that at least `most` slots reach, if there are so many; the greatest of which that is plain.
    fn least_of(&mut self, most: usize) -> u16 {
        self.tops.read(&self.slots, 0);
        self.tops.reached_by(most).unwrap_or(1).max(1)
    }

    /// The bound that whoever has this sum reaches.
    fn down(&self, sum: f64) -> u16 {
        (sum / ABOUT * self.scale).floor() as u16
    }

    /// Whose bound is at least `from` and below `below`.
    fn between(&self, from: u16, below: u32) -> Vec<u32> {
        let mut found = Vec::new();
        u16::reaching(Kernel::best(), &self.slots, from, &mut found);
        if below <= u32::from(u16::MAX) {
            found.retain(|slot| u32::from(self.slots[*slot as usize]) < below);
        }
        found
    }
}
