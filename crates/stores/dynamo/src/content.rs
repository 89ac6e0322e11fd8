//! What is too large for its record: items of their own, written before the transaction that points to them.
//!
//! Each set of contents has a note, written first: which are new, and which are no longer needed once the transaction
//! is done. The transaction marks the note. So whatever ends a program on its way, a [`sweep`](DynamoStore::sweep) knows
//! what to remove: the old of a note that is marked, the new of one that is not. It claims the note first, and a
//! transaction whose note is claimed does not happen.

use crate::DynamoStore;
use crate::head::Head;
use crate::item::{CONTENT, Home, Item, Name, SHARDS, is, mark, text, text_of};
use crate::schema::TABLE;
use crate::transact::{MOST, Write};
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::TryStreamExt;
use philia_ports::store::StoreError;

/// What a note lists: new contents, and those that are not needed after the commit.
const NEW: &str = "new";
const OLD: &str = "old";
/// The note's commit is done.
const DONE: &str = "done";

/// The contents that a commit brings, and those that it makes needless.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) new: Vec<(String, Item)>,
    pub(crate) old: Vec<String>,
}

impl Contents {
    /// Their note; none if there is nothing to be noted.
    pub(crate) fn note(&self, head: &Head) -> Option<Item> {
        if self.new.is_empty() && self.old.is_empty() {
            return None;
        }
        let list = |ids: Vec<&String>| AttributeValue::L(ids.into_iter().map(text).collect());
        let (pk, sk) = (format!("note#{}", head.home.shard()), format!("{}#{}", head.home.hash, head.by));
        let new = self.new.iter().map(|(id, _)| id).collect();
        Some(Name::new(pk, sk).with([(NEW, list(new)), (OLD, list(self.old.iter().collect()))]))
    }
}

/// Marks a note, unless it was claimed.
pub(crate) fn mark_done(note: &Item) -> Write {
    let mut done = note.clone();
    done.insert(DONE.into(), mark());
    Write::put(done).only_if("attribute_exists(pk) AND attribute_not_exists(swept)", None)
}

fn content(id: &str) -> Name {
    Name::new(format!("content#{id}"), "c")
}

/// The name of the content that a record points to.
pub(crate) fn content_of(record: &Item) -> Option<Name> {
    Some(text_of(record, CONTENT)).filter(|id| !id.is_empty()).map(content)
}

impl DynamoStore {
    /// Writes the note of contents, and then the new ones.
    pub(crate) async fn stage(&self, note: &Option<Item>, contents: Contents) -> Result<(), StoreError> {
        self.write(note.clone().map(Write::put)).await?;
        let new = contents.new.into_iter().map(|(id, mut large)| {
            large.extend(content(&id).item());
            Write::put(large)
        });
        self.write(new).await
    }

    /// Claims a note, and removes what is needless: the old if its commit is done, else the new, and then the note.
    pub(crate) async fn clean(&self, note: &Item) -> Result<(), StoreError> {
        let name = Name::of(note);
        let Some(note) = self.set(&name, "swept", mark(), "attribute_exists(pk)").await? else {
            // Somebody else was first.
            return Ok(());
        };
        let ids = note.get(if is(&note, DONE) { OLD } else { NEW }).and_then(|ids| ids.as_l().ok());
        let ids = ids.into_iter().flatten().filter_map(|id| id.as_s().ok());
        self.write(ids.map(|id| Write::remove(&content(id)))).await?;
        self.write([Write::remove(&name)]).await
    }

    /// Removes what commits have left that did not come to their end, of one partition or of all.
    pub(crate) async fn sweep(&self, of: Option<&Home>) -> Result<(), StoreError> {
        let (shards, from, until) = match of {
            // A hash is followed by '#', after which '$' is next.
            Some(home) => (home.shard()..home.shard() + 1, format!("{}#", home.hash), format!("{}$", home.hash)),
            None => (0..SHARDS, "0".to_owned(), "g".to_owned()),
        };
        for shard in shards {
            let mut notes = self.items(self.range(&TABLE, &format!("note#{shard}"), (&from, &until), MOST));
            while let Some(note) = notes.try_next().await? {
                self.clean(&note).await?;
            }
        }
        Ok(())
    }
}
