//! Vectors that grow by little instead of doubling: free room is memory that nobody uses.
//!
//! Small ones grow to the next size that allocators hand out: what lies between two of those would be taken all the same,
//! and be nobody's. Large ones grow by an eighth. (They are moved by the operating system, page by page, without copying.)

/// From so many bytes on a vector is large.
const LARGE: usize = 1 << 20;

/// Makes room for `more` values.
pub(crate) fn room<T>(values: &mut Vec<T>, more: usize) {
    if values.capacity() - values.len() < more {
        let least = values.len() + more.max(4);
        let most = match least * size_of::<T>() {
            small if small < LARGE => handed_out(small) / size_of::<T>().max(1),
            _ => values.len() + more.max(values.len() / 8),
        };
        values.reserve_exact(most.max(least) - values.len());
    }
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
}
