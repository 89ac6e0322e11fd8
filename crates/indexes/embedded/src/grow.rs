//! Vectors that grow by an eighth instead of doubling: there may be hundreds of megabytes in one, and free room is
//! memory that nobody uses. (Large ones are moved by the operating system, page by page, without copying.)

/// Makes room for `more` values.
pub(crate) fn room<T>(values: &mut Vec<T>, more: usize) {
    if values.capacity() - values.len() < more {
        values.reserve_exact(more.max(4).max(values.len() / 8));
    }
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
