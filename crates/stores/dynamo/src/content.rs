//! What is too large for its record: items of their own, written before the transaction that points to them.
//!
//! Each set of contents has a note, written first: which are new, and which are no longer needed once the transaction
//! is done. The transaction marks the note. So whatever ends a program on its way, a [`sweep`](Inner::sweep) knows what
//! to remove: the old of a note that is marked, the new of one that is not. It claims such a note first, and a
//! transaction whose note is claimed does not happen.

use crate::Inner;
use crate::item::{BLOB, DOC, Home, Item, Large, PK, SHARDS, SK, is, key, text, text_of};
use crate::read::{Query, after};
use crate::transact::back_off;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest};
use philia_ports::store::StoreError;

/// So many contents are written at once: less than three megabytes.
const CONTENTS_AT_ONCE: usize = 8;

/// The most items that are removed at once.
const REMOVED_AT_ONCE: usize = 25;

/// So often what was not taken at once is sent again.
const TRIES: u32 = 10;

/// The contents that a commit brings, and those that it makes needless.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) new: Vec<(String, Large)>,
    pub(crate) old: Vec<String>,
}

impl Contents {
    pub(crate) fn is_empty(&self) -> bool {
        self.new.is_empty() && self.old.is_empty()
    }

    fn new_ids(&self) -> Vec<String> {
        self.new.iter().map(|(id, _)| id.clone()).collect()
    }
}

/// The key of a content.
pub(crate) fn content(id: &str) -> Item {
    key(format!("content#{id}"), "c")
}

/// The key of a commit's note.
pub(crate) fn note(home: &Home, token: &str) -> Item {
    key(format!("note#{}", home.shard()), format!("{}#{token}", home.hash))
}

fn ids(item: &Item, name: &str) -> Vec<String> {
    let list = item.get(name).and_then(|list| list.as_l().ok());
    list.into_iter().flatten().filter_map(|id| id.as_s().ok().cloned()).collect()
}

impl Inner {
    /// Writes the note and the new contents.
    pub(crate) async fn stage(&self, home: &Home, token: &str, contents: &Contents) -> Result<(), StoreError> {
        let list = |ids: Vec<String>| AttributeValue::L(ids.into_iter().map(AttributeValue::S).collect());
        let mut item = note(home, token);
        item.insert("new".into(), list(contents.new_ids()));
        item.insert("old".into(), list(contents.old.clone()));
        let put = self.client.put_item().table_name(&self.place.table).set_item(Some(item)).send().await;
        put.map_err(|error| self.failed(error))?;
        for some in contents.new.chunks(CONTENTS_AT_ONCE) {
            let puts = some.iter().map(|(id, large)| {
                let mut item = content(id);
                if let Some(doc) = &large.doc {
                    item.insert(DOC.into(), text(doc));
                }
                if let Some(blob) = &large.blob {
                    item.insert(BLOB.into(), AttributeValue::B(Blob::new(blob.clone())));
                }
                let put = PutRequest::builder().set_item(Some(item)).build();
                put.map(|put| WriteRequest::builder().put_request(put).build())
            });
            let puts: Result<_, _> = puts.collect();
            self.write(puts.map_err(|error| self.unavailable(&error.to_string()))?).await?;
        }
        Ok(())
    }

    /// Removes what is needless after a commit: the old contents if it was done, else the new. What cannot be removed
    /// now is left to a sweep.
    pub(crate) async fn clean(&self, home: &Home, token: &str, contents: &Contents, done: bool) {
        if contents.is_empty() {
            return;
        }
        let needless = if done { contents.old.clone() } else { contents.new_ids() };
        if let Err(error) = self.remove_contents(&needless, note(home, token)).await {
            tracing::debug!(%error, "needless contents are left until the next scrub");
        }
    }

    /// Removes contents, and then their note.
    async fn remove_contents(&self, ids: &[String], note: Item) -> Result<(), StoreError> {
        self.remove(ids.iter().map(|id| content(id)).collect()).await?;
        self.remove(vec![note]).await
    }

    /// Removes items by their keys.
    pub(crate) async fn remove(&self, keys: Vec<Item>) -> Result<(), StoreError> {
        for some in keys.chunks(REMOVED_AT_ONCE) {
            let deletes = some.iter().map(|key| {
                let delete = DeleteRequest::builder().set_key(Some(key.clone())).build();
                delete.map(|delete| WriteRequest::builder().delete_request(delete).build())
            });
            let deletes: Result<_, _> = deletes.collect();
            self.write(deletes.map_err(|error| self.unavailable(&error.to_string()))?).await?;
        }
        Ok(())
    }

    /// Writes a batch, until all of it is written.
    async fn write(&self, mut requests: Vec<WriteRequest>) -> Result<(), StoreError> {
        for tried in 0..TRIES {
            let batch = self.client.batch_write_item().request_items(&self.place.table, requests).send().await;
            let left = batch.map_err(|error| self.failed(error))?.unprocessed_items;
            requests = left.into_iter().flatten().flat_map(|(_, requests)| requests).collect();
            if requests.is_empty() {
                return Ok(());
            }
            back_off(tried).await;
        }
        Err(self.unavailable("too much at once"))
    }

    /// Removes what commits have left that did not come to their end, of one partition or of all.
    pub(crate) async fn sweep(&self, of: Option<&Home>) -> Result<(), StoreError> {
        let shards = of.map_or(0..SHARDS, |home| home.shard()..home.shard() + 1);
        for shard in shards {
            let pk = format!("note#{shard}");
            let (mut from, until) = match of {
                // A hash is followed by '#', after which '$' is next.
                Some(home) => (format!("{}#", home.hash), format!("{}$", home.hash)),
                None => ("0".to_owned(), "g".to_owned()),
            };
            loop {
                let range = Query::within(&pk, SK, &from, &until);
                let (notes, more) = self.query(&range).await?;
                for note in &notes {
                    self.sweep_note(note).await?;
                }
                match notes.last().and_then(|last| text_of(last, SK)).filter(|_| more) {
                    Some(last) => from = after(last),
                    None => break,
                }
            }
        }
        Ok(())
    }

    async fn sweep_note(&self, note: &Item) -> Result<(), StoreError> {
        let key = crate::item::key_of(note);
        debug_assert!(key.contains_key(PK));
        let claim = self.client.update_item().table_name(&self.place.table).set_key(Some(key.clone()));
        let claim = claim
            .update_expression("SET swept = :t")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(done)")
            .expression_attribute_values(":t", AttributeValue::Bool(true));
        match claim.send().await {
            Ok(_) => self.remove_contents(&ids(note, "new"), key).await,
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => {
                match self.get(key.clone()).await? {
                    Some(note) if is(&note, "done") => self.remove_contents(&ids(&note, "old"), key).await,
                    _ => Ok(()),
                }
            }
            Err(error) => Err(self.failed(error)),
        }
    }
}
