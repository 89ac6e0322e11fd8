//! Erasing somebody: the generation is raised in one transaction, after which nothing more can be committed; then what
//! there was is removed. Whoever comes upon an erasure that was cut off finishes it before anything else.

use crate::DynamoStore;
use crate::content::content_of;
use crate::head::Head;
use crate::item::{GENERATION, Home, Item, Name, SK, number, number_of, text_of};
use crate::request::{FIRST, LAST};
use crate::schema::TABLE;
use crate::transact::{MOST, Tries, Write, token};
use futures_util::TryStreamExt;
use futures_util::future::ready;
use philia_ports::store::{Kind, PartitionId, StoreError};

/// The mark of an erasure that is not finished.
fn erasing(home: &Home) -> Name {
    Name::new("erasing", home.id.to_string())
}

impl DynamoStore {
    pub(crate) async fn erase_partition(&self, id: &PartitionId) -> Result<(), StoreError> {
        let home = Home::of(id);
        let mut known = self.turn(&home).await?;
        *known = None;
        let mut tries = Tries::default();
        while tries.next().await {
            let head = self.head(&home).await?;
            let erased = Head {
                generation: head.generation + 1,
                by: token(),
                erasing: true,
                ..Head::read(home.clone(), &Item::new())
            };
            let steps = vec![erased.over(&head), Write::put(erasing(&home).item()), Write::remove(&home.entry())];
            let done = self.transact(steps, &erased.by).await;
            if matches!(done, Ok(true)) {
                return self.finish_erasing(&erased).await;
            }
            // Raised by a try that was not answered, or by somebody else, and finished by whoever read the head.
            if self.head(&home).await?.generation > head.generation {
                return Ok(());
            }
            done?;
        }
        Err(self.unavailable("too many commit to the same partition"))
    }

    /// Removes what is left of the time before an erasure.
    pub(crate) async fn finish_erasing(&self, head: &Head) -> Result<(), StoreError> {
        for kind in Kind::ALL {
            let records = self.items(self.range(&TABLE, &head.home.pk(*kind), (FIRST, &LAST), MOST));
            let older = records.try_filter(|item| ready(number_of(item, GENERATION) < head.generation));
            let mut older = older.try_chunks(MOST);
            while let Some(some) = older.try_next().await.map_err(|error| error.1)? {
                self.write(some.iter().filter_map(content_of).map(|name| Write::remove(&name))).await?;
                // Whoever is late here finds what a newer generation has written, and must not remove it.
                let remove = |item: &Item| {
                    let condition = "attribute_not_exists(pk) OR g < :v";
                    Write::remove(&Name::of(item)).only_if(condition, Some(number(head.generation)))
                };
                let steps = some.iter().map(remove).collect();
                if !self.transact(steps, &token()).await? {
                    // Somebody else has finished the erasure.
                    return Ok(());
                }
            }
        }
        self.sweep(Some(&head.home)).await?;
        let finished = Head { erasing: false, ..head.clone() };
        let steps = vec![finished.over(head), Write::remove(&erasing(&head.home))];
        // Refused: somebody else was first.
        self.transact(steps, &token()).await.map(drop)
    }

    /// Finishes the erasures that were cut off.
    pub(crate) async fn finish_erasures(&self) -> Result<(), StoreError> {
        let mut marks = self.items(self.range(&TABLE, "erasing", (FIRST, &LAST), MOST));
        while let Some(mark) = marks.try_next().await? {
            let id = PartitionId::parse(text_of(&mark, SK)).map_err(|error| self.corrupt(error))?;
            // Reading the head finishes it.
            self.head(&Home::of(&id)).await?;
        }
        Ok(())
    }
}
