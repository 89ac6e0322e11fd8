//! How far partitions are, kept at hand: a follower who has everything is told so without a query.
//!
//! The file is this process's alone and one thread writes to it, so what that thread has committed is what there is. While
//! it writes to a partition nothing is at hand of it: what it writes can be read a moment before it knows that it is
//! durable, and a head must not be older than that. Only numbers are kept; what they lead to is always read within one
//! transaction, and leads to nobody else: the row of a partition that was erased is not given again by this process.

use lru::LruCache;
use philia_ports::store::{Feed, PartitionId};
use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many partitions are kept, those asked about last.
const KEPT: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// A partition's row, how often it was erased, and its newest commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// None if nothing was ever committed.
    pub(crate) row: Option<i64>,
    pub(crate) generation: u64,
    pub(crate) head: u64,
}

impl Head {
    /// What a follower is told who has everything up to the newest commit.
    pub(crate) fn nothing_new(self) -> Feed {
        Feed { generation: self.generation, head: self.head, touched: Vec::new(), more: false }
    }
}

/// When something was read: whatever was written since may not be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(u64);

/// The heads of the partitions that were asked about last.
#[derive(Debug)]
pub(crate) struct Heads(Mutex<Known>);

#[derive(Debug)]
struct Known {
    heads: LruCache<PartitionId, Head>,
    /// Those that are written to at this moment.
    writing: HashSet<PartitionId>,
    moment: u64,
}

impl Default for Heads {
    fn default() -> Self {
        Self(Mutex::new(Known { heads: LruCache::new(KEPT), writing: HashSet::new(), moment: 0 }))
    }
}

impl Heads {
    /// The head of a partition, if it is at hand; otherwise the moment from which it may be read.
    pub(crate) fn get(&self, id: &PartitionId) -> Result<Head, Moment> {
        let mut known = self.known();
        known.heads.get(id).copied().ok_or(Moment(known.moment))
    }

    /// Takes in what was read after that moment, unless something was written since, or is.
    pub(crate) fn learn(&self, id: &PartitionId, read: Head, after: Moment) {
        let mut known = self.known();
        if known.moment == after.0 && !known.writing.contains(id) {
            known.heads.put(id.clone(), read);
        }
    }

    /// Forgets those that are about to be written to, until [`Heads::written`] tells what became of them.
    pub(crate) fn writing<'a>(&self, all: impl IntoIterator<Item = &'a PartitionId>) {
        let mut known = self.known();
        for id in all {
            known.heads.pop(id);
            known.writing.insert(id.clone());
        }
    }

    /// Takes in what was written and is durable, before whoever wrote it is told. Where nothing is told of a partition that
    /// was written to, its head is read by whoever asks next.
    pub(crate) fn written<'a>(&self, all: impl IntoIterator<Item = (&'a PartitionId, Head)>) {
        let mut known = self.known();
        known.moment += 1;
        known.writing.clear();
        for (id, head) in all {
            known.heads.put(id.clone(), head);
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_something_was_written_is_not_kept() {
        let (heads, ana) = (Heads::default(), PartitionId::new("home", "ana").unwrap());
        let head = |head| Head { row: Some(1), generation: 0, head };
        let before = heads.get(&ana).unwrap_err();
        heads.written([(&PartitionId::new("home", "ben").unwrap(), head(1))]);
        heads.learn(&ana, head(6), before);
        let now = heads.get(&ana).unwrap_err();
        heads.learn(&ana, head(7), now);
        assert_eq!(heads.get(&ana), Ok(head(7)));
        heads.written([(&ana, head(8))]);
        assert_eq!(heads.get(&ana), Ok(head(8)));
        heads.writing([&ana]);
        heads.written([]);
        assert!(heads.get(&ana).is_err());
    }

    #[test]
    fn nothing_is_at_hand_of_what_is_being_written() {
        let (heads, ana) = (Heads::default(), PartitionId::new("home", "ana").unwrap());
        let head = |head| Head { row: Some(1), generation: 0, head };
        heads.written([(&ana, head(6))]);
        heads.writing([&ana]);
        let meanwhile = heads.get(&ana).unwrap_err();
        heads.learn(&ana, head(6), meanwhile);
        assert_eq!(heads.get(&ana), Err(meanwhile));
        heads.written([]);
        let after = heads.get(&ana).unwrap_err();
        heads.learn(&ana, head(6), meanwhile);
        assert_eq!(heads.get(&ana), Err(after));
        heads.learn(&ana, head(7), after);
        assert_eq!(heads.get(&ana), Ok(head(7)));
    }
}
