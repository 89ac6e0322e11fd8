//! A bar that enough of many values reach, found by looking at each of them once and sorting none.
//!
//! Of some thousand blocks the greatest value is kept. Where so many blocks reach a bar, at least so many values do, and
//! hardly more, since most blocks that reach it do so once.

use crate::simd::Kernel;
use std::cmp::Ordering;

/// Blocks are so large that there are from so many to twice as many, as far as the limits let them.
const BLOCKS: usize = 1024;
const SMALLEST: usize = if cfg!(test) { 1 } else { 8 };
const LARGEST: usize = 512;

/// So many blocks lie in each other, a value of each in turn: their greatest are found at once, none by looking across.
const LANES: usize = 32;

/// The greatest of every block of values.
#[derive(Debug, Default)]
pub(crate) struct Tops<T> {
    block: usize,
    /// Blocks that hold anything.
    blocks: usize,
    tops: Vec<[T; LANES]>,
    /// Room to find the greatest of those in.
    room: Vec<T>,
}

impl<T: Copy + PartialOrd> Tops<T> {
    /// Reads values, none of which may be below `least` or unlike itself.
    pub(crate) fn read(&mut self, values: &[T], least: T) {
        self.block = (values.len() / (2 * BLOCKS)).next_power_of_two().clamp(SMALLEST, LARGEST);
        let (full, rest) = (values.len() / (self.block * LANES), values.len() % (self.block * LANES));
        self.blocks = full * LANES + rest.min(LANES);
        self.tops.clear();
        self.tops.reserve(values.len().div_ceil(self.block * LANES));
        Kernel::best().run(
            #[inline(always)]
            || {
                for blocks in values.chunks(self.block * LANES) {
                    self.tops.push(tops(blocks, least));
                }
            },
        );
    }

    /// A value that at least `most` of them reach, `most` above 0; none if there are not enough blocks to tell.
    pub(crate) fn reached_by(&mut self, most: usize) -> Option<T> {
        if self.blocks <= most {
            return None;
        }
        self.room.clear();
        self.room.extend_from_slice(&self.tops.as_flattened()[..self.blocks]);
        let (_, bar, _) =
            self.room.select_nth_unstable_by(most - 1, |a, b| b.partial_cmp(a).unwrap_or(Ordering::Equal));
        Some(*bar)
    }
}

/// The greatest of each of the blocks that lie in each other.
#[inline(always)]
fn tops<T: Copy + PartialOrd>(blocks: &[T], least: T) -> [T; LANES] {
    let (rows, rest) = blocks.as_chunks::<LANES>();
    let mut tops = [least; LANES];
    for row in rows {
        for at in 0..LANES {
            tops[at] = if row[at] > tops[at] { row[at] } else { tops[at] };
        }
    }
    for (top, value) in tops.iter_mut().zip(rest) {
        *top = if *value > *top { *value } else { *top };
    }
    tops
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn enough_reach_the_bar(
            values in proptest::collection::vec(0..300_u16, 0..3000),
            most in 1..300_usize,
        ) {
            let mut tops = Tops::default();
            tops.read(&values, 0);
            let bar = tops.reached_by(most);
            prop_assert_eq!(bar.is_some(), tops.blocks > most);
            prop_assert!((values.len().div_ceil(tops.block)..=values.len()).contains(&tops.blocks));
            let bar = bar.unwrap_or(0);
            let reach = values.iter().filter(|value| **value >= bar).count();
            prop_assert!(reach >= most || tops.reached_by(most).is_none());
        }
    }
}
