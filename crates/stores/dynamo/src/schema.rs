//! The table: made if it is not there, and looked at before anything is written to it.

use crate::DynamoStore;
use crate::item::{CHANGE, CONTENT, DOC, DUE, GONE, Name, PART, PK, SHARD, SK, TIME, VERSION, number, number_of};
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, LocalSecondaryIndex, Projection,
    ProjectionType, ScalarAttributeType, TableDescription,
};
use philia_ports::store::StoreError;
use std::collections::BTreeMap;
use std::time::Duration;

/// The layout that this program writes, kept in the table's item `philia`.
const SCHEMA: u32 = 1;

/// An index, or the table itself.
pub(crate) struct Index {
    pub(crate) name: Option<&'static str>,
    pub(crate) hash: &'static str,
    pub(crate) range: &'static str,
    /// What it holds besides the keys.
    holds: &'static [&'static str],
}

pub(crate) const TABLE: Index = Index { name: None, hash: PK, range: SK, holds: &[] };
/// A record's place in time; holds what a scan without blobs needs.
pub(crate) const BY_TIME: Index =
    Index { name: Some("by_time"), hash: PK, range: TIME, holds: &[VERSION, DOC, CONTENT, PART] };
/// A record's last change, of those that are gone too.
pub(crate) const BY_CHANGE: Index = Index { name: Some("by_change"), hash: PK, range: CHANGE, holds: &[GONE] };
/// Jobs of everybody's, by the time when they are due.
pub(crate) const BY_DUE: Index = Index { name: Some("by_due"), hash: SHARD, range: DUE, holds: &[] };

/// So long is waited for a new table.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// What must be as this program made it.
type Keys = BTreeMap<Option<String>, Vec<KeySchemaElement>>;

fn keys_of(table: &TableDescription) -> Keys {
    let named = |name: Option<&str>, keys: &[KeySchemaElement]| (name.map(str::to_owned), keys.to_vec());
    let local = table.local_secondary_indexes().iter().map(|index| named(index.index_name(), index.key_schema()));
    let global = table.global_secondary_indexes().iter().map(|index| named(index.index_name(), index.key_schema()));
    [named(None, table.key_schema())].into_iter().chain(local).chain(global).collect()
}

impl Index {
    fn keys(&self) -> Result<Vec<KeySchemaElement>, BuildError> {
        let element = |name, part| KeySchemaElement::builder().attribute_name(name).key_type(part).build();
        Ok(vec![element(self.hash, KeyType::Hash)?, element(self.range, KeyType::Range)?])
    }

    fn projection(&self) -> Projection {
        let names: Vec<String> = self.holds.iter().map(|&name| name.to_owned()).collect();
        let kind = if names.is_empty() { ProjectionType::KeysOnly } else { ProjectionType::Include };
        let names = Some(names).filter(|names| !names.is_empty());
        Projection::builder().projection_type(kind).set_non_key_attributes(names).build()
    }
}

impl DynamoStore {
    /// Finds the table, or makes it, and makes sure that it is this program's.
    pub(crate) async fn prepare(&self) -> Result<(), StoreError> {
        if self.describe().await?.is_none() {
            self.create().await?;
        }
        let ready = self.client.wait_until_table_exists().table_name(&self.place.table).wait(READY_WITHIN).await;
        let table = self.describe().await?;
        let table = table.filter(|_| ready.is_ok()).ok_or_else(|| self.unavailable("the table is not ready yet"))?;
        let ours = [TABLE, BY_TIME, BY_CHANGE, BY_DUE].iter().map(|i| Ok((i.name.map(str::to_owned), i.keys()?)));
        let ours: Result<Keys, BuildError> = ours.collect();
        if ours.map_err(|error| self.unavailable(error))? != keys_of(&table) {
            let detail = format!("the table {:?} has other keys or indexes: it is another program's", self.place.table);
            return Err(self.corrupt(detail));
        }
        self.check_schema().await
    }

    /// The table; none if there is none.
    pub(crate) async fn describe(&self) -> Result<Option<TableDescription>, StoreError> {
        match self.client.describe_table().table_name(&self.place.table).send().await {
            Ok(described) => Ok(described.table),
            Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    async fn create(&self) -> Result<(), StoreError> {
        tracing::info!(table = self.place.table, "making the table");
        match self.table().map_err(|error| self.unavailable(error))?.send().await {
            Ok(_) => Ok(()),
            // Another instance was first.
            Err(error) if error.code() == Some("ResourceInUseException") => Ok(()),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn table(&self) -> Result<CreateTableFluentBuilder, BuildError> {
        let table = self.client.create_table().table_name(&self.place.table).billing_mode(BillingMode::PayPerRequest);
        let mut table = table.set_key_schema(Some(TABLE.keys()?));
        for index in [BY_TIME, BY_CHANGE] {
            let local = LocalSecondaryIndex::builder().set_index_name(index.name.map(str::to_owned));
            let local = local.set_key_schema(Some(index.keys()?)).projection(index.projection());
            table = table.local_secondary_indexes(local.build()?);
        }
        let global = GlobalSecondaryIndex::builder().set_index_name(BY_DUE.name.map(str::to_owned));
        let global = global.set_key_schema(Some(BY_DUE.keys()?)).projection(BY_DUE.projection());
        table = table.global_secondary_indexes(global.build()?);
        for name in [PK, SK, TIME, CHANGE, SHARD, DUE] {
            let text = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
            table = table.attribute_definitions(text.build()?);
        }
        Ok(table)
    }

    /// The table's own item says which layout it has. A table that is empty has none yet.
    async fn check_schema(&self) -> Result<(), StoreError> {
        let own = Name::new("philia", "schema");
        if self.get(&own).await?.is_empty() {
            let any = self.client.scan().table_name(&self.place.table).limit(1).consistent_read(true).send().await;
            // Another instance may have begun meanwhile.
            if any.map_err(|error| self.failed(&error))?.count() > 0 && self.get(&own).await?.is_empty() {
                return Err(self.corrupt("the table holds what Philia did not write: it is another program's"));
            }
            self.set(&own, "schema", number(SCHEMA.into()), "attribute_not_exists(pk)").await?;
        }
        match u32::try_from(number_of(&self.get(&own).await?, "schema")) {
            Ok(found) if found > SCHEMA => Err(StoreError::TooNew { found, known: SCHEMA }),
            Ok(SCHEMA) => Ok(()),
            _ => Err(self.corrupt("its schema has no number that this program knows")),
        }
    }
}
