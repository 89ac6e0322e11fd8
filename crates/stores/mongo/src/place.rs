//! Where the database is, whether it can be used, and what this program makes in it.

use crate::Inner;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::{
    Acknowledgment, ClientOptions, IndexOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern,
};
use mongodb::{Client, Database, IndexModel};
use philia_ports::store::{StoreError, StoreHealth};
use std::sync::Arc;
use std::time::Duration;

/// The layout that this program writes, kept in the collection `philia`.
const SCHEMA: i64 = 1;

const META: &str = "philia";
const PARTITIONS: &str = "philia_partition";
const RECORDS: &str = "philia_record";

/// MongoDB 5.0, the first that answers every read from a snapshot.
const OLDEST_WIRE_VERSION: i32 = 13;

/// The client for a URL. It connects in the background.
///
/// # Errors
/// [`StoreError::Invalid`] for a URL that makes no sense.
pub(crate) async fn connect(url: &str, timeout: Duration) -> Result<Inner, StoreError> {
    if url.starts_with("mongodb+srv:") {
        let detail = "mongodb+srv:// is not known; use the connection string that names the hosts, mongodb://HOST,..";
        return Err(StoreError::Invalid(detail.into()));
    }
    let options = ClientOptions::parse(url).await;
    // What the driver says of a URL may quote it, and passwords stand in it.
    let mut options = options.map_err(|_| {
        StoreError::Invalid("the MongoDB URL cannot be read; expected mongodb://HOST/DATABASE?replicaSet=NAME".into())
    })?;
    options.app_name.get_or_insert_with(|| "philia".into());
    options.server_selection_timeout = Some(timeout);
    options.connect_timeout = Some(timeout);
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    options.read_concern = Some(ReadConcern::majority());
    options.write_concern =
        Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).w_timeout(timeout).build());
    let database = options.default_database.clone().unwrap_or_else(|| "philia".into());
    let hosts: Vec<String> = options.hosts.iter().map(ToString::to_string).collect();
    let name = format!("mongodb://{}/{database}", hosts.join(","));
    let client = Client::with_options(options)
        .map_err(|error| StoreError::Invalid(format!("the MongoDB URL for {name} makes no client: {error}")))?;
    let database = client.database(&database);
    Ok(Inner {
        partitions: database.collection(PARTITIONS),
        records: database.collection(RECORDS),
        client,
        name,
        timeout,
        turns: (0..crate::TURNS).map(|_| Arc::default()).collect(),
    })
}

/// A number of either size.
fn integer(document: &Document, name: &str) -> Option<i64> {
    match document.get(name)? {
        Bson::Int32(number) => Some((*number).into()),
        Bson::Int64(number) => Some(*number),
        Bson::Double(number) => Some(*number as i64),
        _ => None,
    }
}

impl Inner {
    fn database(&self) -> Database {
        self.client.database(&self.records.namespace().db)
    }

    /// Refuses what cannot keep the store's promises, and makes what is missing.
    pub(crate) async fn prepare(&self) -> Result<(), StoreError> {
        let hello = self.ask(self.database().run_command(doc! { "hello": 1 })).await?;
        let (set, router) =
            (hello.get_str("setName").is_ok(), hello.get_str("msg").is_ok_and(|message| message == "isdbgrid"));
        if !set && !router {
            return Err(StoreError::Invalid(format!(
                "{} is a standalone, which cannot keep a commit together; start it as a replica set, of one member \
                 if need be (mongod --replSet rs0, then rs.initiate())",
                self.name
            )));
        }
        if hello.get_i32("maxWireVersion").unwrap_or(0) < OLDEST_WIRE_VERSION {
            return Err(StoreError::Invalid(format!("{} is older than MongoDB 5.0, the oldest allowed", self.name)));
        }
        self.check_schema().await?;
        self.make_indexes().await
    }

    async fn check_schema(&self) -> Result<(), StoreError> {
        let meta = self.database().collection::<Document>(META);
        let own = doc! { "_id": "schema" };
        let mut found = self.ask(meta.find_one(own.clone())).await?;
        if found.is_none() {
            let theirs = self.theirs().await?;
            // Another instance may have begun meanwhile.
            found = self.ask(meta.find_one(own.clone())).await?;
            if let Some(collection) = theirs.filter(|_| found.is_none()) {
                return Err(self.corrupt(format!("its collection {collection:?} is another program's")));
            }
        }
        if found.is_none() {
            tracing::info!(location = self.name, "making the collections");
            let number = doc! { "$setOnInsert": { "number": SCHEMA } };
            // Of two that do so at once, one may be told that it is there.
            let made = self.ask(meta.update_one(own.clone(), number).upsert(true)).await;
            found = self.ask(meta.find_one(own)).await?;
            if found.is_none() {
                made?;
            }
        }
        let found = found.and_then(|found| integer(&found, "number"));
        match found {
            Some(SCHEMA) => Ok(()),
            Some(found) if found > SCHEMA => Err(StoreError::TooNew {
                found: u32::try_from(found).unwrap_or(u32::MAX),
                known: u32::try_from(SCHEMA).unwrap_or_default(),
            }),
            _ => Err(self.corrupt("its schema has no number that this program knows")),
        }
    }

    /// A collection of one of our names that holds something.
    async fn theirs(&self) -> Result<Option<&str>, StoreError> {
        for collection in [&self.partitions, &self.records] {
            if self.ask(collection.find_one(doc! {})).await?.is_some() {
                return Ok(Some(collection.name()));
            }
        }
        Ok(None)
    }

    async fn make_indexes(&self) -> Result<(), StoreError> {
        let index = |name: &str, keys: Document, only: Option<Document>| {
            let options = IndexOptions::builder().name(name.to_owned()).partial_filter_expression(only).build();
            IndexModel::builder().keys(keys).options(options).build()
        };
        let records = [
            index("by_time", doc! { "_id.p": 1, "_id.k": 1, "t": 1, "_id.i": 1 }, None),
            index("by_change", doc! { "_id.p": 1, "_id.k": 1, "s": 1, "_id.i": 1 }, None),
            index("by_due", doc! { "t": 1, "a": 1, "u": 1, "_id.i": 1 }, Some(doc! { "j": true })),
        ];
        let partitions = [
            index("by_name", doc! { "a": 1, "u": 1 }, Some(doc! { "r": { "$gt": 0 } })),
            index("erasing", doc! { "e": 1 }, Some(doc! { "e": true })),
        ];
        self.ask(self.records.create_indexes(records)).await?;
        self.ask(self.partitions.create_indexes(partitions)).await?;
        Ok(())
    }

    pub(crate) async fn health(&self) -> Result<StoreHealth, StoreError> {
        let built = self.ask(self.database().run_command(doc! { "buildInfo": 1 })).await?;
        let stats = self.ask(self.database().run_command(doc! { "dbStats": 1 })).await?;
        Ok(StoreHealth {
            engine: format!("MongoDB {}", built.get_str("version").unwrap_or("of unknown version")),
            location: self.name.clone(),
            bytes: integer(&stats, "totalSize").and_then(|bytes| bytes.try_into().ok()),
        })
    }
}
