//! The table: made if it is not there, and looked at before anything is written to it.

use crate::DynamoStore;
use crate::item::{CHANGE, CONTENT, DOC, DUE, GONE, Name, PART, PK, SHARD, SK, TIME, VERSION, number, number_of};
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

/// How often it is asked whether a new table is ready.
const READY_AFTER: Duration = Duration::from_millis(500);
const READY_TRIES: u32 = 240;

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
        let names = self.holds.iter().map(|&name| name.to_owned()).collect();
        match self.holds {
            [] => Projection::builder().projection_type(ProjectionType::KeysOnly).build(),
            _ => Projection::builder()
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(names))
                .build(),
        }
    }
}

impl DynamoStore {
    /// Finds the table, or makes it, and makes sure that it is this program's.
    pub(crate) async fn prepare(&self) -> Result<(), StoreError> {
        let table = match self.describe().await? {
            Some(table) => table,
            None => self.create().await?,
        };
        let ours = [TABLE, BY_TIME, BY_CHANGE, BY_DUE].iter().map(|i| Ok((i.name.map(str::to_owned), i.keys()?)));
        let ours: Result<Keys, BuildError> = ours.collect();
        if ours.map_err(|error| self.unavailable(error))? != keys_of(&table) {
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
        match self.create_table().map_err(|error| self.unavailable(error))?.send().await {
            Ok(_) => {}
            // Another instance was first.
            Err(error) if error.code() == Some("ResourceInUseException") => {}
            Err(error) => return Err(self.failed(error)),
        }
        self.describe().await?.ok_or_else(|| self.unavailable("the table was made and is not there"))
    }

    fn create_table(&self) -> Result<CreateTableFluentBuilder, BuildError> {
        let mut table = self
            .client
            .create_table()
            .table_name(&self.place.table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(TABLE.keys()?));
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
            if any.map_err(|error| self.failed(error))?.count() > 0 && self.get(&own).await?.is_empty() {
                return Err(self.corrupt("the table holds what Philia did not write: it is another program's"));
            }
            let mut item = own.item();
            item.insert("schema".into(), number(SCHEMA.into()));
            let put = self.client.put_item().table_name(&self.place.table).set_item(Some(item));
            match put.condition_expression("attribute_not_exists(pk)").send().await {
                Ok(_) => {}
                Err(error) if error.code() == Some("ConditionalCheckFailedException") => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
        match u32::try_from(number_of(&self.get(&own).await?, "schema")) {
            Ok(found) if found > SCHEMA => Err(StoreError::TooNew { found, known: SCHEMA }),
            Ok(SCHEMA) => Ok(()),
            _ => Err(self.corrupt("its schema has no number that this program knows")),
        }
    }
}
