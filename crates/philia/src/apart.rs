//! An index whose memory lies apart from what comes and goes with every turn.

use crate::allocator::Room;
use async_trait::async_trait;
use philia_mind::MemoryId;
use philia_ports::index::{Entry, Filter, Hit, Index, IndexError, IndexInfo, Query};
use philia_ports::store::Partition;
use std::sync::Arc;

/// The index in process, which grows for as long as people talk, and the room it grows in.
pub(crate) struct Apart<I> {
    index: Arc<I>,
    room: Option<Room>,
}

impl<I> Apart<I> {
    /// With room for so many bytes, if the system has it: what is not written to takes none of its memory.
    pub(crate) fn new(index: Arc<I>, bytes: usize) -> Self {
        Self { index, room: Room::reserve(bytes) }
    }
}

#[async_trait]
impl<I: Index> Index for Apart<I> {
    async fn info(&self, partition: &Partition) -> Result<Option<IndexInfo>, IndexError> {
        self.index.info(partition).await
    }

    async fn apply(
        &self,
        partition: &Partition,
        since: Option<u64>,
        upserts: Vec<Entry>,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<(), IndexError> {
        let taken_in = self.index.apply(partition, since, upserts, removals, upto);
        match &self.room {
            Some(room) => room.fill(taken_in).await,
            None => taken_in.await,
        }
    }

    async fn search(
        &self,
        partition: &Partition,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>, IndexError> {
        self.index.search(partition, query, vectors, filter, k).await
    }

    async fn clear(&self, partition: &Partition) -> Result<(), IndexError> {
        self.index.clear(partition).await
    }

    fn held_bytes(&self) -> Option<usize> {
        // What it takes of the machine, which is a little more than what is in it.
        let held = self.index.held_bytes()?;
        Some(self.room.as_ref().and_then(Room::resident).map_or(held, |resident| resident.max(held)))
    }
}
