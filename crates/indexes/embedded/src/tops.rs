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

/// So many values are compared at once.
const LANES: usize = 8;

/// The greatest of every block of values.
#[derive(Debug, Default)]
pub(crate) struct Tops<T> {
    block: usize,
    tops: Vec<T>,
    /// Room to find the greatest of those in.
    room: Vec<T>,
}

impl<T: Copy + PartialOrd> Tops<T> {
    /// Reads values, none of which may be below `least` or unlike itself.
    pub(crate) fn read(&mut self, values: &[T], least: T) {
        self.block = (values.len() / (2 * BLOCKS)).next_power_of_two().clamp(SMALLEST, LARGEST);
        self.tops.clear();
        Kernel::best().run(|| self.tops.extend(values.chunks(self.block).map(|block| top(block, least))));
    }

    /// A value that at least `most` of them reach, `most` above 0; none if there are not enough blocks to tell.
    pub(crate) fn reached_by(&mut self, most: usize) -> Option<T> {
        if self.tops.len() <= most {
            return None;
        }
        self.room.clone_from(&self.tops);
        let (_, bar, _) =
            self.room.select_nth_unstable_by(most - 1, |a, b| b.partial_cmp(a).unwrap_or(Ordering::Equal));
        Some(*bar)
    }

    /// Tells where the values are, of those that were read, that reach the bar.
    pub(crate) fn each(&self, values: &[T], bar: T, mut found: impl FnMut(u32, T)) {
        Kernel::best().run(|| {
            reaching(&self.tops, bar, |block, _| {
                let start = block * self.block;
                let end = (start + self.block).min(values.len());
                reaching(&values[start..end], bar, |at, value| found((start + at) as u32, value));
            });
        });
    }
}

/// Tells which values reach the bar. They are compared many at once, so that it matters little which do.
#[inline]
fn reaching<T: Copy + PartialOrd>(values: &[T], bar: T, mut found: impl FnMut(usize, T)) {
    let (lanes, rest) = values.as_chunks::<LANES>();
    for (start, values) in (0..).step_by(LANES).zip(lanes) {
        let mut reach =
            values.iter().enumerate().fold(0_u32, |reach, (at, value)| reach | u32::from(*value >= bar) << at);
        while reach != 0 {
            let at = reach.trailing_zeros() as usize;
            found(start + at, values[at]);
            reach &= reach - 1;
        }
    }
    let start = values.len() - rest.len();
    rest.iter().enumerate().filter(|(_, value)| **value >= bar).for_each(|(at, value)| found(start + at, *value));
}

#[inline]
fn top<T: Copy + PartialOrd>(values: &[T], least: T) -> T {
    let greater = |a: T, b: T| if b > a { b } else { a };
    let (lanes, rest) = values.as_chunks::<LANES>();
    let mut tops = [least; LANES];
    for values in lanes {
        tops.iter_mut().zip(values).for_each(|(top, value)| *top = greater(*top, *value));
    }
    tops.iter().chain(rest).fold(least, |top, value| greater(top, *value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn enough_reach_the_bar_and_all_of_them_are_told(
            values in proptest::collection::vec(0..300_u16, 0..3000),
            most in 1..300_usize,
        ) {
            let mut tops = Tops::default();
            tops.read(&values, 0);
            let bar = tops.reached_by(most);
            prop_assert_eq!(bar.is_some(), values.len().div_ceil(tops.block) > most);
            let bar = bar.unwrap_or(150);
            let mut told = Vec::new();
            tops.each(&values, bar, |at, value| told.push((at, value)));
            let reach: Vec<(u32, u16)> = (0..).zip(values.iter().copied()).filter(|(_, value)| *value >= bar).collect();
            prop_assert!(reach.len() >= most || tops.reached_by(most).is_none());
            prop_assert_eq!(told, reach);
        }
    }
}
