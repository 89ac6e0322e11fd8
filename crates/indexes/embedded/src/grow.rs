//! Vectors that grow by little instead of doubling: free room is memory that nobody uses.
//!
//! Small ones grow to the next size that allocators hand out: what lies between two of those would be taken all the same,
//! and be nobody's. Large ones grow by an eighth. (They are moved by the operating system, page by page, without copying.)

use smallvec::{Array, SmallVec};

/// From so many bytes on a vector is large.
const LARGE: usize = 1 << 20;

/// Few values, which lie where they are told of as long as there are no more than `N`.
pub(crate) type Few<T, const N: usize> = SmallVec<[T; N]>;

/// Makes room for `more` values.
pub(crate) fn room<T>(values: &mut Vec<T>, more: usize) {
    if values.capacity() - values.len() < more {
        values.reserve_exact(step::<T>(values.len(), more));
    }
}

/// How many values to make room for where there are `len`, and `more` are to come at once.
fn step<T>(len: usize, more: usize) -> usize {
    let least = len + more.max(4);
    let most = match least * size_of::<T>() {
        small if small < LARGE => handed_out(small) / size_of::<T>().max(1),
        _ => len + more.max(len / 8),
    };
    most.max(least) - len
}

/// The least size of at least so many bytes that mimalloc and jemalloc hand out: four to a doubling.
fn handed_out(bytes: usize) -> usize {
    bytes.next_multiple_of((bytes.next_power_of_two() / 8).max(8))
}

/// Adds a value.
pub(crate) fn push<T>(values: &mut Vec<T>, value: T) {
    room(values, 1);
    values.push(value);
}

/// Adds a value to few.
pub(crate) fn push_few<T, const N: usize>(values: &mut Few<T, N>, value: T)
where
    [T; N]: Array<Item = T>,
{
    if values.len() == values.capacity() {
        values.reserve_exact(step::<T>(values.len(), 1));
    }
    values.push(value);
}

/// Bytes that few hold beside themselves.
pub(crate) fn bytes_of_few<T, const N: usize>(values: &Few<T, N>) -> usize
where
    [T; N]: Array<Item = T>,
{
    if values.spilled() { values.capacity() * size_of::<T>() } else { 0 }
}

/// Memory is taken from the system in pages of so many bytes, each when it is written to for the first time.
const PAGE: usize = 4096;

/// Bytes of a block that is being filled, and never moves: of its room, the pages that were written to.
pub(crate) fn written<T>(block: &Vec<T>) -> usize {
    size_of_val(&**block).next_multiple_of(PAGE).min(bytes(block))
}

/// Bytes held.
pub(crate) fn bytes<T>(values: &Vec<T>) -> usize {
    values.capacity() * size_of::<T>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_that_are_handed_out() {
        let sizes: Vec<usize> = (1..=160).map(handed_out).collect();
        let mut sizes = sizes;
        sizes.dedup();
        assert_eq!(sizes, [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160]);
        assert_eq!([1025, 1281, 70_000].map(handed_out), [1280, 1536, 81_920]);
    }

    #[test]
    fn there_is_room_and_little_more() {
        let mut values: Vec<[u8; 28]> = Vec::new();
        for n in 0..100_000_usize {
            push(&mut values, [0; 28]);
            assert!(values.capacity() > n && values.capacity() * 4 <= n * 5 + 64, "{} for {n}", values.capacity());
        }
    }

    #[test]
    fn of_a_block_what_was_written_counts() {
        let mut block: Vec<u64> = Vec::with_capacity(2000);
        let mut filled_to = |len| {
            block.resize(len, 7);
            written(&block)
        };
        assert_eq!([0, 1, 512, 513, 2000].map(&mut filled_to), [0, 4096, 4096, 8192, 16_000]);
        assert_eq!(written(&vec![7_u64; 3]), 24);
    }

    #[test]
    fn few_hold_nothing_beside_themselves() {
        let mut values: Few<u32, 4> = Few::new();
        (0..4).for_each(|n| push_few(&mut values, n));
        assert_eq!((size_of_val(&values), bytes_of_few(&values)), (24, 0));
        push_few(&mut values, 4);
        assert_eq!((bytes_of_few(&values), &values[..]), (32, &[0, 1, 2, 3, 4][..]));
    }
}
