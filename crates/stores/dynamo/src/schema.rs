//! The table: made if it is not there, and looked at before anything is written to it.

use crate::Inner;
use crate::item::{CHANGE, CONTENT, DOC, DUE, GONE, PART, PK, SHARD, SK, TIME, VERSION, key, number, number_of};
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, LocalSecondaryIndex, Projection,
    ProjectionType, ScalarAttributeType, TableDescription, TableStatus,
};
use philia_ports::store::StoreError;
use std::collections::BTreeMap;
use std::time::Duration;

/// The layout that this program writes, kept in the table's item `philia`.
const SCHEMA: u32 = 1;

/// A record's place in time; holds what a scan without blobs needs.
pub(crate) const BY_TIME: &str = "by_time";
/// A record's last change, of those that are gone too.
pub(crate) const BY_CHANGE: &str = "by_change";
/// Jobs of everybody's, by the time when they are due.
pub(crate) const BY_DUE: &str = "by_due";

/// How often it is asked whether a new table is ready.
const READY_AFTER: Duration = Duration::from_millis(500);
const READY_TRIES: u32 = 240;

/// Each index with its key: what must be as this program made it. The table itself is named by nothing.
fn keys() -> BTreeMap<String, Vec<String>> {
    [("", PK, SK), (BY_TIME, PK, TIME), (BY_CHANGE, PK, CHANGE), (BY_DUE, SHARD, DUE)]
        .map(|(index, hash, range)| (index.to_owned(), vec![hash.to_owned(), range.to_owned()]))
        .into()
}

fn keys_of(table: &TableDescription) -> BTreeMap<String, Vec<String>> {
    fn names(schema: &[KeySchemaElement]) -> Vec<String> {
        schema.iter().map(|element| element.attribute_name().to_owned()).collect()
    }
    let named = |name: Option<&str>, schema| (name.unwrap_or_default().to_owned(), names(schema));
    let local = table.local_secondary_indexes().iter().map(|index| named(index.index_name(), index.key_schema()));
    let global = table.global_secondary_indexes().iter().map(|index| named(index.index_name(), index.key_schema()));
    [named(None, table.key_schema())].into_iter().chain(local).chain(global).collect()
}

impl Inner {
    /// Finds the table, or makes it, and makes sure that it is this program's.
    pub(crate) async fn prepare(&self) -> Result<(), StoreError> {
        let table = match self.describe().await? {
            Some(table) => table,
            None => self.create().await?,
        };
        if keys_of(&table) != keys() {
            let detail = format!("the table {:?} has other keys or indexes: it is another program's", self.place.table);
            return Err(self.corrupt(detail));
        }
        self.check_schema().await
    }

    /// The table once it can be used; none if there is none.
    pub(crate) async fn describe(&self) -> Result<Option<TableDescription>, StoreError> {
        for _ in 0..READY_TRIES {
            let described = self.client.describe_table().table_name(&self.place.table).send().await;
            let table = match described {
                Ok(described) => described.table,
                Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(None),
                Err(error) => return Err(self.failed(error)),
            };
            match table {
                Some(table) if table.table_status() == Some(&TableStatus::Creating) => {}
                Some(table) if table.table_status() == Some(&TableStatus::Deleting) => {
                    return Err(self.unavailable("the table is being deleted"));
                }
                table => return Ok(table),
            }
            tokio::time::sleep(READY_AFTER).await;
        }
        Err(self.unavailable("the table is not ready yet"))
    }

    async fn create(&self) -> Result<TableDescription, StoreError> {
        tracing::info!(table = self.place.table, "making the table");
        let made =
            self.create_table().map_err(|error| self.unavailable(&format!("no table can be asked for: {error}")))?;
        match made.send().await {
            Ok(_) => {}
            // Another instance was first.
            Err(error) if error.code() == Some("ResourceInUseException") => {}
            Err(error) => return Err(self.failed(error)),
        }
        self.describe().await?.ok_or_else(|| self.unavailable("the table was made and is not there"))
    }

    fn create_table(&self) -> Result<CreateTableFluentBuilder, BuildError> {
        let element = |name: &str, part| KeySchemaElement::builder().attribute_name(name).key_type(part).build();
        let key = |hash, range| -> Result<_, BuildError> {
            Ok(vec![element(hash, KeyType::Hash)?, element(range, KeyType::Range)?])
        };
        let with = |names: &[&str]| {
            let kind = if names.is_empty() { ProjectionType::KeysOnly } else { ProjectionType::Include };
            let names = names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
            let names = (!names.is_empty()).then_some(names);
            Projection::builder().projection_type(kind).set_non_key_attributes(names).build()
        };
        let mut table = self
            .client
            .create_table()
            .table_name(&self.place.table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(key(PK, SK)?))
            .global_secondary_indexes(
                GlobalSecondaryIndex::builder()
                    .index_name(BY_DUE)
                    .set_key_schema(Some(key(SHARD, DUE)?))
                    .projection(with(&[]))
                    .build()?,
            );
        for (index, range, names) in
            [(BY_TIME, TIME, &[VERSION, DOC, CONTENT, PART][..]), (BY_CHANGE, CHANGE, &[GONE][..])]
        {
            let index = LocalSecondaryIndex::builder().index_name(index).projection(with(names));
            table = table.local_secondary_indexes(index.set_key_schema(Some(key(PK, range)?)).build()?);
        }
        for name in [PK, SK, TIME, CHANGE, SHARD, DUE] {
            let text = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
            table = table.attribute_definitions(text.build()?);
        }
        Ok(table)
    }

    /// The table's own item says which layout it has. A table that is empty has none yet.
    async fn check_schema(&self) -> Result<(), StoreError> {
        let own = key("philia", "schema");
        if self.get(own.clone()).await?.is_none() {
            let any = self.client.scan().table_name(&self.place.table).limit(1).consistent_read(true).send().await;
            // Another instance may have begun meanwhile.
            if any.map_err(|error| self.failed(error))?.count() > 0 && self.get(own.clone()).await?.is_none() {
                return Err(self.corrupt("the table holds what Philia did not write: it is another program's"));
            }
            let mut item = own.clone();
            item.insert("schema".into(), number(SCHEMA.into()));
            let put = self.client.put_item().table_name(&self.place.table).set_item(Some(item));
            match put.condition_expression("attribute_not_exists(pk)").send().await {
                Ok(_) => {}
                Err(error) if error.code() == Some("ConditionalCheckFailedException") => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
        let found = self.get(own).await?.and_then(|item| number_of(&item, "schema"));
        match found.and_then(|found| u32::try_from(found).ok()) {
            Some(found) if found > SCHEMA => Err(StoreError::TooNew { found, known: SCHEMA }),
            Some(SCHEMA) => Ok(()),
            _ => Err(self.corrupt("its schema has no number that this program knows")),
        }
    }
}
