//! Erasing somebody: the generation is raised in one transaction, after which nothing more can be committed; then what
//! there was is removed. Whoever comes upon an erasure that was cut off finishes it before anything else.

use crate::Inner;
use crate::record::{Head, hash, number};
use crate::session::{Failure, back_off, token};
use mongodb::bson::doc;
use philia_ports::store::{PartitionId, StoreError};

/// So often an erasure begins anew because others commit meanwhile.
const ROUNDS: u32 = 24;

impl Inner {
    /// A partition's head as it is, once an erasure that somebody left half done is finished.
    pub(crate) async fn head(&self, id: &PartitionId) -> Result<Head, StoreError> {
        let own = doc! { "_id": hash(id) };
        let head = Head::read(self.ask(self.partitions.find_one(own)).await?.as_ref());
        if head.erasing {
            self.finish_erasing(&hash(id), head.generation).await?;
            return Ok(Head { erasing: false, ..head });
        }
        Ok(head)
    }

    pub(crate) async fn erase(&self, id: &PartitionId) -> Result<(), StoreError> {
        let _turn = self.turn(id).await?;
        let mut last = None;
        for round in 0..ROUNDS {
            match self.try_erase(id).await {
                Ok(generation) => return self.finish_erasing(&hash(id), generation).await,
                Err(Failure::Final(error) | Failure::Unsure(error)) => return Err(error),
                Err(Failure::Transient(error)) => last = Some(error),
            }
            back_off(round).await;
        }
        Err(last.unwrap_or_else(|| self.unavailable("too many commit to the same partition")))
    }

    /// Raises the generation, and returns it.
    async fn try_erase(&self, id: &PartitionId) -> Result<u64, Failure> {
        let mut session = self.begin().await?;
        let raised = async {
            let own = doc! { "_id": hash(id) };
            let found = self.within(self.partitions.find_one(own).session(&mut session)).await?;
            let generation = Head::read(found.as_ref()).generation + 1;
            let erased = Head { exists: true, generation, seq: 0, records: 0, by: token(), erasing: true };
            self.replace(&mut session, self.partitions.name(), vec![erased.write(id)]).await?;
            Ok(erased)
        };
        let erased: Result<Head, Failure> = raised.await;
        let erased = match erased {
            Ok(erased) => erased,
            Err(failure) => {
                self.give_up(&mut session).await;
                return Err(failure);
            }
        };
        match self.make(&mut session).await {
            Ok(()) => Ok(erased.generation),
            Err(Failure::Unsure(error)) => match self.head(id).await {
                Ok(now) if now.generation >= erased.generation => Ok(erased.generation),
                _ => Err(Failure::Unsure(error)),
            },
            Err(failure) => Err(failure),
        }
    }

    /// Removes what is left of the time before an erasure. Whoever is late here removes nothing of a newer generation.
    async fn finish_erasing(&self, hash: &str, generation: u64) -> Result<(), StoreError> {
        let older = doc! { "_id.p": hash, "g": { "$lt": number(generation) } };
        // As long as it takes: there may be much to remove.
        self.records.delete_many(older).await.map_err(|error| self.failed(&error))?;
        let own = doc! { "_id": hash, "g": number(generation) };
        self.ask(self.partitions.update_one(own, doc! { "$unset": { "e": "" } })).await?;
        Ok(())
    }

    /// Finishes the erasures that were cut off.
    pub(crate) async fn finish_erasures(&self) -> Result<(), StoreError> {
        while let Some(found) = self.ask(self.partitions.find_one(doc! { "e": true })).await? {
            let hash = found.get_str("_id").map_err(|error| self.corrupt(error))?;
            self.finish_erasing(hash, Head::read(Some(&found)).generation).await?;
        }
        Ok(())
    }
}
