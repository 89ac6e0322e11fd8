//! A column in blocks that never move.
//!
//! Thousands of people's columns grow side by side. Where each would move to a larger piece of memory now and then, what
//! it leaves behind fits nobody and lies idle among pieces that are in use.

use crate::grow;
use std::ops::{Index, IndexMut};

/// So many values are in every block but the last.
const BLOCK: usize = 128;

/// Values by number, to which others are only added at the end.
#[derive(Debug)]
pub(crate) struct Column<T> {
    blocks: Vec<Vec<T>>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { blocks: Vec::new() }
    }
}

impl<T> Column<T> {
    /// How many values.
    pub(crate) fn len(&self) -> usize {
        self.blocks.last().map_or(0, |last| (self.blocks.len() - 1) * BLOCK + last.len())
    }

    /// Adds a value. The first block doubles until it is whole, because of many people little is known.
    pub(crate) fn push(&mut self, value: T) {
        match self.blocks.last_mut() {
            Some(last) if last.len() < BLOCK => last.push(value),
            last => {
                let mut block = Vec::with_capacity(last.map_or(1, |_| BLOCK));
                block.push(value);
                grow::push(&mut self.blocks, block);
            }
        }
    }

    /// To be asked for values in their order.
    pub(crate) fn reader(&self) -> Reader<'_, T> {
        Reader { column: self, from: 0, block: self.blocks.first().map_or(&[], Vec::as_slice) }
    }

    /// All values in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.blocks.iter().flatten()
    }

    /// All values in order, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.blocks.iter_mut().flatten()
    }

    /// Bytes held, without what the values hold elsewhere.
    pub(crate) fn bytes(&self) -> usize {
        let last = self.blocks.last().map_or(0, grow::written);
        grow::bytes(&self.blocks) + self.blocks.len().saturating_sub(1) * BLOCK * size_of::<T>() + last
    }
}

/// Looks a block up once for all that is asked of it.
pub(crate) struct Reader<'a, T> {
    column: &'a Column<T>,
    /// Where the block begins.
    from: usize,
    block: &'a [T],
}

impl<T> Reader<'_, T> {
    /// The value of a number.
    #[inline]
    pub(crate) fn get(&mut self, at: usize) -> &T {
        if at / BLOCK != self.from / BLOCK {
            self.from = at - at % BLOCK;
            self.block = &self.column.blocks[at / BLOCK];
        }
        &self.block[at % BLOCK]
    }
}

impl<T> Index<usize> for Column<T> {
    type Output = T;

    #[inline]
    fn index(&self, at: usize) -> &T {
        &self.blocks[at / BLOCK][at % BLOCK]
    }
}

impl<T> IndexMut<usize> for Column<T> {
    #[inline]
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.blocks[at / BLOCK][at % BLOCK]
    }
}

impl<T> FromIterator<T> for Column<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut column = Self::default();
        values.into_iter().for_each(|value| column.push(value));
        column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_where_they_are() {
        let mut column = Column::default();
        assert_eq!((column.len(), column.bytes()), (0, 0));
        column.push(0_u64);
        let little = column.bytes();
        assert!(little < 256, "{little} for one number");
        (1..BLOCK as u64).for_each(|n| column.push(n));
        let first: *const u64 = &raw const column[0];
        (BLOCK as u64..1000).for_each(|n| column.push(n));
        assert_eq!((column.len(), column[0], column[127], column[128], column[999]), (1000, 0, 127, 128, 999));
        assert!(std::ptr::eq(first, &raw const column[0]));
        assert!(column.iter().copied().eq(0..1000));
        let mut reader = column.reader();
        assert!([0, 5, 127, 128, 999, 3].into_iter().all(|n| *reader.get(n) == n as u64));
        column.iter_mut().for_each(|n| *n += 1);
        column[500] = 7;
        assert_eq!((column[499], column[500], column[999]), (500, 7, 1000));
        let held: usize = column.blocks.iter().map(grow::written).sum();
        assert_eq!(column.bytes(), held + grow::bytes(&column.blocks));
        assert!(column.iter().copied().collect::<Column<u64>>().iter().eq(column.iter()));
    }
}
