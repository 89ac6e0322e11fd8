//! Erasing somebody: the generation is raised in one transaction, after which nothing more can be committed; then what
//! there was is removed. Whoever comes upon an erasure that was cut off finishes it before anything else.

use crate::Inner;
use crate::content::content;
use crate::head::Head;
use crate::item::{CONTENT, GENERATION, Home, Item, SK, key, key_of, number_of, text_of};
use crate::read::{Query, after};
use crate::transact::{MOST, Outcome, back_off, token};
use philia_ports::store::{Kind, PartitionId, StoreError};
use std::collections::BTreeMap;

/// So often an erasure begins anew because others commit meanwhile.
const ROUNDS: u32 = 40;

/// The mark of an erasure that is not finished.
fn mark(home: &Home) -> Item {
    let name = format!("{}/{}", home.id.account(), home.id.subject());
    key("erasing", name)
}

impl Inner {
    pub(crate) async fn erase(&self, id: &PartitionId) -> Result<(), StoreError> {
        let home = Home::of(id);
        let mut known = self.turn(&home).await?;
        for round in 0..ROUNDS {
            *known = None;
            let head = self.head(&home).await?;
            let erased = Head {
                exists: true,
                generation: head.generation + 1,
                seq: 0,
                records: 0,
                by: token(),
                touched: BTreeMap::new(),
                listed: false,
                erasing: true,
                ..head.clone()
            };
            let transaction = self.transaction().head(&head, &erased).put(mark(&home)).delete(home.entry());
            let done = match self.transact(transaction, &erased.by).await? {
                Outcome::Done => true,
                Outcome::Refused { .. } => false,
                Outcome::Unsure(error) => return Err(error),
            };
            if done {
                return self.finish_erasing(&erased).await;
            }
            // Raised by an earlier try that was not answered, and perhaps finished by somebody else.
            if self.head(&home).await?.generation > head.generation {
                return Ok(());
            }
            back_off(round.min(3)).await;
        }
        Err(self.unavailable("too many commit to the same partition"))
    }

    /// Removes what is left of the time before an erasure.
    pub(crate) async fn finish_erasing(&self, head: &Head) -> Result<(), StoreError> {
        for kind in Kind::ALL {
            self.remove_older(head, *kind).await?;
        }
        self.sweep(Some(&head.home)).await?;
        let finished = Head { erasing: false, ..head.clone() };
        let transaction = self.transaction().head(head, &finished).delete(mark(&head.home));
        match self.transact(transaction, &token()).await? {
            // Refused: somebody else was first.
            Outcome::Done | Outcome::Refused { .. } => Ok(()),
            Outcome::Unsure(error) => Err(error),
        }
    }

    /// Removes all records of a kind that an older generation wrote.
    async fn remove_older(&self, head: &Head, kind: Kind) -> Result<(), StoreError> {
        let pk = head.home.pk(kind);
        // Ids are shorter.
        let (mut from, until) = ("\u{1}".to_owned(), "\u{10ffff}".repeat(80));
        loop {
            let (items, more) = self.query(&Query::within(&pk, SK, &from, &until)).await?;
            let older = |item: &&Item| number_of(item, GENERATION).is_some_and(|written| written < head.generation);
            let older: Vec<&Item> = items.iter().filter(older).collect();
            let contents = older.iter().filter_map(|item| text_of(item, CONTENT)).map(content);
            self.remove(contents.collect()).await?;
            for some in older.chunks(MOST) {
                // Whoever is late here finds what a newer generation has written, and must not remove it.
                let mut transaction = self.transaction();
                for item in some {
                    transaction = transaction.delete_older(key_of(item), head.generation);
                }
                match self.transact(transaction, &token()).await? {
                    Outcome::Done => {}
                    // Somebody else has finished the erasure.
                    Outcome::Refused { .. } => return Ok(()),
                    Outcome::Unsure(error) => return Err(error),
                }
            }
            match items.last().and_then(|last| text_of(last, SK)).filter(|_| more) {
                Some(last) => from = after(last),
                None => return Ok(()),
            }
        }
    }

    /// Finishes the erasures that were cut off.
    pub(crate) async fn finish_erasures(&self) -> Result<(), StoreError> {
        let (mut from, until) = ("\u{1}".to_owned(), "\u{10ffff}".repeat(80));
        loop {
            let (marks, more) = self.query(&Query::within("erasing", SK, &from, &until)).await?;
            for mark in &marks {
                let name = text_of(mark, SK).unwrap_or_default();
                let id = PartitionId::parse(name).map_err(|error| self.corrupt(error))?;
                // Reading the head finishes it.
                self.head(&Home::of(&id)).await?;
            }
            match marks.last().and_then(|last| text_of(last, SK)).filter(|_| more) {
                Some(last) => from = after(last),
                None => return Ok(()),
            }
        }
    }
}
