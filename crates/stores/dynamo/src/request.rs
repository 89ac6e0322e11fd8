//! The requests that all others are made of, asked again for what was left out of an answer. Every read is strongly
//! consistent but that of due jobs, which are found by a global index.

use crate::DynamoStore;
use crate::item::{Item, Name, PK, text};
use crate::schema::Index;
use crate::transact::{Tries, Write};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValue};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use philia_ports::store::StoreError;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The most keys of one request.
const KEYS_AT_ONCE: usize = 100;

/// So many requests of one read are under way at once.
const READS_AT_ONCE: usize = 4;

/// So many items of one writer are under way at once: less than six megabytes.
const WRITES_AT_ONCE: usize = 16;

/// The longest key that an item may have.
const LONGEST_KEY: usize = 1024;

/// The place right after a text: no key of ours holds the character appended.
pub(crate) fn after(text: &str) -> String {
    format!("{text}\u{1}")
}

/// Before all names, and after them: none is as long.
pub(crate) const FIRST: &str = "\u{1}";
pub(crate) static LAST: LazyLock<String> = LazyLock::new(|| "\u{10ffff}".repeat(80));

impl DynamoStore {
    /// One item; empty if there is none.
    pub(crate) async fn get(&self, name: &Name) -> Result<Item, StoreError> {
        let get = self.client.get_item().table_name(&self.place.table).set_key(Some(name.item()));
        let got = get.consistent_read(true).send().await.map_err(|error| self.failed(&error))?;
        Ok(got.item.unwrap_or_default())
    }

    /// Sets an attribute of an item as long as a condition holds, and returns the item as it is then; else none.
    pub(crate) async fn set(
        &self,
        name: &Name,
        attribute: &str,
        value: AttributeValue,
        condition: &str,
    ) -> Result<Option<Item>, StoreError> {
        let set = self.client.update_item().table_name(&self.place.table).set_key(Some(name.item()));
        let set = set.update_expression("SET #a = :v").condition_expression(condition);
        let set = set.expression_attribute_names("#a", attribute).expression_attribute_values(":v", value);
        match set.return_values(ReturnValue::AllNew).send().await {
            Ok(set) => Ok(set.attributes),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// The items of those names in their order, each empty where there is none; if so asked, only some attributes.
    pub(crate) async fn get_all(&self, names: &[Name], only: Option<&str>) -> Result<Vec<Item>, StoreError> {
        // What cannot be a key is not asked for, and nothing twice.
        let allowed = |name: &&Name| (1..=LONGEST_KEY).contains(&name.sk.len());
        let unique: Vec<&Name> = names.iter().filter(allowed).collect::<HashSet<_>>().into_iter().collect();
        let batches: Vec<Vec<Item>> =
            unique.chunks(KEYS_AT_ONCE).map(|some| some.iter().map(|name| name.item()).collect()).collect();
        let found = stream::iter(batches).map(|batch| self.get_batch(batch, only)).buffered(READS_AT_ONCE);
        let found: Vec<Vec<Item>> = found.try_collect().await?;
        let found: HashMap<Name, Item> = found.into_iter().flatten().map(|item| (Name::of(&item), item)).collect();
        Ok(names.iter().map(|name| found.get(name).cloned().unwrap_or_default()).collect())
    }

    async fn get_batch(&self, mut keys: Vec<Item>, only: Option<&str>) -> Result<Vec<Item>, StoreError> {
        let (mut tries, mut found) = (Tries::default(), Vec::new());
        while tries.next().await {
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
            let wanted = wanted.set_projection_expression(only.map(str::to_owned)).build();
            let wanted = wanted.map_err(|error| self.unavailable(error))?;
            let got = self.client.batch_get_item().request_items(&self.place.table, wanted).send().await;
            let got = got.map_err(|error| self.failed(&error))?;
            found.extend(got.responses.into_iter().flatten().flat_map(|(_, items)| items));
            // More than sixteen megabytes come in parts.
            keys = got.unprocessed_keys.into_iter().flatten().flat_map(|(_, left)| left.keys).collect();
            if keys.is_empty() {
                return Ok(found);
            }
        }
        Err(self.unavailable("too much at once"))
    }

    /// Puts and removes items, in no order and not together. Conditions are for transactions: here none is looked at.
    pub(crate) async fn write(&self, writes: impl IntoIterator<Item = Write>) -> Result<(), StoreError> {
        let writes: Vec<Write> = writes.into_iter().collect();
        let written = stream::iter(writes).map(|write| self.write_one(write)).buffered(WRITES_AT_ONCE);
        written.try_collect().await
    }

    async fn write_one(&self, Write { removes, item, .. }: Write) -> Result<(), StoreError> {
        if removes {
            let delete = self.client.delete_item().table_name(&self.place.table).set_key(Some(item)).send().await;
            return delete.map(drop).map_err(|error| self.failed(&error));
        }
        let put = self.client.put_item().table_name(&self.place.table).set_item(Some(item)).send().await;
        put.map(drop).map_err(|error| self.failed(&error))
    }

    /// Asks for a range of an index, both ends included, by so many at once.
    pub(crate) fn range(&self, index: &Index, pk: &str, ends: (&str, &str), at_once: usize) -> QueryFluentBuilder {
        let Index { name, hash, range, .. } = index;
        let query = self.client.query().table_name(&self.place.table).set_index_name(name.map(str::to_owned));
        query
            .key_condition_expression(format!("{hash} = :h AND {range} BETWEEN :from AND :until"))
            .expression_attribute_values(":h", text(pk))
            .expression_attribute_values(":from", text(ends.0))
            .expression_attribute_values(":until", text(ends.1))
            .consistent_read(*hash == PK)
            .limit(i32::try_from(at_once).unwrap_or(i32::MAX))
    }

    /// The items of a range, asked for as they are wanted.
    pub(crate) fn items(&self, range: QueryFluentBuilder) -> impl Stream<Item = Result<Item, StoreError>> + Unpin {
        let mut items = range.into_paginator().items().send();
        stream::poll_fn(move |context| items.poll_next(context)).map_err(|error| self.failed(&error))
    }
}
