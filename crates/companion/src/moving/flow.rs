//! The records of a partition one after the other, in the order of their hash: from a store, or from a file.

use super::mark;
use super::tally::{Sum, Tally, kinds};
use crate::error::Result;
use philia_ports::store::{Cursor, Kind, Partition, Record, Scan, Store};
use std::collections::VecDeque;

/// Records read at once.
const PAGE: usize = 500;
/// The same of those that may be large.
const LARGE: usize = 16;

/// Records, one after the other: by the name of the kind, then by `at`, then by id.
pub trait Flow: Send {
    /// The next one; none at the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Record>>> + Send;
}

/// The records of a store's partition, page by page. What is written meanwhile may be in it or not.
pub struct Scanning<'s, S: ?Sized> {
    store: &'s S,
    partition: &'s Partition,
    kinds: VecDeque<Kind>,
    cursor: Option<Cursor>,
    page: VecDeque<Record>,
}

impl<'s, S: Store + ?Sized> Scanning<'s, S> {
    /// From the first on.
    pub fn new(store: &'s S, partition: &'s Partition) -> Self {
        Self { store, partition, kinds: kinds().into(), cursor: None, page: VecDeque::new() }
    }
}

impl<S: Store + ?Sized> Flow for Scanning<'_, S> {
    async fn next(&mut self) -> Result<Option<Record>> {
        loop {
            if let Some(record) = self.page.pop_front() {
                // That a move is under way is no part of what is moved.
                if mark::is_mark(self.partition, &record.key) {
                    continue;
                }
                return Ok(Some(record));
            }
            let Some(kind) = self.kinds.front().copied() else { return Ok(None) };
            let scan = Scan { limit: page(kind), cursor: self.cursor.take(), blobs: true, ..Scan::of(kind) };
            let found = self.store.scan(self.partition, &scan).await?;
            self.page = found.items.into();
            self.cursor = found.next;
            if self.cursor.is_none() {
                self.kinds.pop_front();
            }
        }
    }
}

/// How many records of a kind are read at once.
pub(super) fn page(kind: Kind) -> usize {
    if matches!(kind, Kind::Blob | Kind::Document) { LARGE } else { PAGE }
}

/// Reads a flow to its end, for its sum alone.
///
/// # Errors
/// Those of the flow.
pub async fn sum(mut flow: impl Flow) -> Result<Sum> {
    let mut tally = Tally::default();
    while let Some(record) = flow.next().await? {
        tally.add(&record);
    }
    Ok(tally.sum())
}
