//! The collections and their points: made when something is first written, and left alone where they are somebody else's.

use crate::entry::{Kept, is};
use crate::wire::Server;
use philia_ports::IndexError;
use reqwest::Method;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::ops::DerefMut;
use std::sync::{Mutex, PoisonError};

/// Points read at once.
const PAGE: usize = 1000;
/// Points written at once.
const BATCH: usize = 256;
/// How something is written: it is waited for, and all replicas have the writes of all instances in one order.
const WRITTEN: &str = "wait=true&ordering=strong";
/// How something is read: as most of its replicas have it.
const READ: &str = "consistency=majority";

/// The fields of people that filters ask for, and what they hold.
const OF_PEOPLE: &[(&str, &str)] = &[("stamp", "keyword")];
/// The same of entries. `person` is whose an entry is.
const OF_ENTRIES: &[(&str, &str)] = &[
    ("person", "keyword"),
    ("owner", "keyword"),
    ("stems", "keyword"),
    ("place", "keyword"),
    ("speaker", "keyword"),
    ("kind", "keyword"),
    ("category", "keyword"),
    ("emotion", "keyword"),
    ("tags", "keyword"),
    ("at", "integer"),
    ("importance", "float"),
    ("hidden", "bool"),
];

/// The collections of an index.
pub(crate) struct Collections {
    server: Server,
    /// Those that are known to be there.
    there: Mutex<HashSet<String>>,
}

/// A point, with its payload or the part of it that was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Point<T = Kept> {
    pub(crate) id: String,
    pub(crate) payload: T,
    #[serde(default)]
    pub(crate) vector: Option<Vectors>,
}

/// A point's vectors, or those that were asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Vectors {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) meaning: Option<Vec<f32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) words: Option<Sparse>,
}

/// A sparse vector: numbers by dimension.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sparse {
    indices: Vec<u32>,
    values: Vec<f32>,
}

impl From<Vec<(u32, f32)>> for Sparse {
    fn from(numbers: Vec<(u32, f32)>) -> Self {
        let (indices, values) = numbers.into_iter().unzip();
        Self { indices, values }
    }
}

impl Collections {
    pub(crate) fn new(server: Server) -> Self {
        Self { server, there: Mutex::default() }
    }

    /// The collection of people.
    pub(crate) fn people(&self) -> String {
        format!("{}_people", self.server.prefix)
    }

    /// The collection of entries with vectors of that length.
    pub(crate) fn entries(&self, dimensions: usize) -> String {
        format!("{}_{dimensions}", self.server.prefix)
    }

    /// Makes the collection of people if it is not there.
    pub(crate) async fn ensure_people(&self) -> Result<(), IndexError> {
        self.ensure(&self.people(), &json!({ "vectors": {}, "sparse_vectors": {} }), OF_PEOPLE).await
    }

    /// The same for entries with vectors of that length.
    pub(crate) async fn ensure_entries(&self, dimensions: usize) -> Result<(), IndexError> {
        let meaning = json!({ "size": dimensions, "distance": "Dot", "datatype": "float16" });
        let vectors = if dimensions > 0 { json!({ "meaning": meaning }) } else { json!({}) };
        // A graph of each person's own, and none of all.
        let config = json!({
            "vectors": vectors, "sparse_vectors": { "words": {} }, "hnsw_config": { "m": 0, "payload_m": 16 },
        });
        self.ensure(&self.entries(dimensions), &config, OF_ENTRIES).await
    }

    fn known(&self) -> impl DerefMut<Target = HashSet<String>> {
        self.there.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ensure(&self, name: &str, config: &Value, fields: &[(&str, &str)]) -> Result<(), IndexError> {
        if self.known().contains(name) {
            return Ok(());
        }
        let path = format!("/collections/{name}");
        let mut there: Option<Value> = self.server.get(&path).await?;
        if there.is_none() {
            let made = self.server.send::<IgnoredAny>(Method::PUT, &path, config).await;
            // Another instance may have been faster.
            there = self.server.get(&path).await?;
            if there.is_none() {
                made?;
            }
        }
        let there = there.unwrap_or_default();
        if shape(&there["config"]["params"]) != shape(config) {
            return Err(IndexError::Invalid(format!(
                "the collection {name:?} is somebody else's; name a prefix of your own by ?prefix=NAME"
            )));
        }
        // Whoever made the collection may have been cut off.
        for (field, holds) in fields.iter().filter(|(field, _)| there["payload_schema"].get(field).is_none()) {
            let schema = match *field {
                "person" => json!({ "type": holds, "is_tenant": true }),
                _ => json!({ "type": holds, "enable_hnsw": false }),
            };
            let index = json!({ "field_name": field, "field_schema": schema });
            self.tell::<IgnoredAny>(Method::PUT, &format!("{name}/index?{WRITTEN}"), &index).await?;
        }
        self.known().insert(name.to_owned());
        Ok(())
    }

    /// Tells or asks a collection that must be there.
    async fn tell<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, IndexError> {
        let answer = self.server.send(method, &format!("/collections/{path}"), body).await?;
        answer.ok_or_else(|| {
            // It was there when it was last looked at: whoever filled it fills it again.
            self.known().clear();
            IndexError::NotLoaded
        })
    }

    /// Writes something of points.
    pub(crate) async fn write(&self, name: &str, what: &str, body: &Value) -> Result<(), IndexError> {
        self.tell::<IgnoredAny>(Method::POST, &format!("{name}/points/{what}?{WRITTEN}"), body).await.map(drop)
    }

    /// Writes points, in place of those with the same id.
    pub(crate) async fn put<T: Serialize>(&self, name: &str, points: &[Point<T>]) -> Result<(), IndexError> {
        for batch in points.chunks(BATCH) {
            let batch = BTreeMap::from([("points", batch)]);
            self.tell::<IgnoredAny>(Method::PUT, &format!("{name}/points?{WRITTEN}"), &batch).await?;
        }
        Ok(())
    }

    /// Changes payloads: of each point the fields named.
    pub(crate) async fn amend(&self, name: &str, fields: &[(String, Value)]) -> Result<(), IndexError> {
        for batch in fields.chunks(BATCH) {
            let set = |(id, fields): &(String, Value)| json!({ "set_payload": { "payload": fields, "points": [id] } });
            let operations: Vec<Value> = batch.iter().map(set).collect();
            self.write(name, "batch", &json!({ "operations": operations })).await?;
        }
        Ok(())
    }

    /// Points by their ids, with the parts of their payloads and the vectors named.
    pub(crate) async fn points<T: DeserializeOwned>(
        &self,
        name: &str,
        ids: &[String],
        payload: &Value,
        vectors: &[&str],
    ) -> Result<Vec<Point<T>>, IndexError> {
        let mut points = Vec::with_capacity(ids.len());
        for ids in ids.chunks(PAGE) {
            let body = json!({ "ids": ids, "with_payload": payload, "with_vector": vectors });
            let path = format!("{name}/points?{READ}");
            points.extend(self.tell::<Vec<Point<T>>>(Method::POST, &path, &body).await?);
        }
        Ok(points)
    }

    /// The same of all that a filter lets pass.
    pub(crate) async fn scroll<T: DeserializeOwned>(
        &self,
        name: &str,
        filter: &Value,
        payload: &Value,
        vectors: &[&str],
    ) -> Result<Vec<Point<T>>, IndexError> {
        #[derive(Deserialize)]
        struct Page<T> {
            points: Vec<Point<T>>,
            next_page_offset: Value,
        }
        let mut points = Vec::new();
        let mut offset = Value::Null;
        loop {
            let body = json!({
                "filter": filter, "limit": PAGE, "offset": offset, "with_payload": payload, "with_vector": vectors,
            });
            let path = format!("{name}/points/scroll?{READ}");
            let page: Page<T> = self.tell(Method::POST, &path, &body).await?;
            points.extend(page.points);
            offset = page.next_page_offset;
            if offset.is_null() {
                return Ok(points);
            }
        }
    }

    /// How many points a filter lets pass.
    pub(crate) async fn count(&self, name: &str, filter: &Value) -> Result<usize, IndexError> {
        #[derive(Deserialize)]
        struct Count {
            count: usize,
        }
        let body = json!({ "filter": filter, "exact": true });
        let count: Count = self.tell(Method::POST, &format!("{name}/points/count?{READ}"), &body).await?;
        Ok(count.count)
    }

    /// The ids of what each of some searches finds, best first.
    pub(crate) async fn search(&self, name: &str, searches: &[Value]) -> Result<Vec<Vec<String>>, IndexError> {
        #[derive(Deserialize)]
        struct Found {
            points: Vec<Scored>,
        }
        #[derive(Deserialize)]
        struct Scored {
            id: String,
        }
        if searches.is_empty() {
            return Ok(Vec::new());
        }
        let path = format!("{name}/points/query/batch?{READ}");
        let found: Vec<Found> = self.tell(Method::POST, &path, &json!({ "searches": searches })).await?;
        Ok(found.into_iter().map(|found| found.points.into_iter().map(|point| point.id).collect()).collect())
    }

    /// Removes all entries of which a field is of that value, in whatever collection.
    pub(crate) async fn purge(&self, field: &str, value: &str) -> Result<(), IndexError> {
        let theirs = json!({ "filter": { "must": [is(field, value)] } });
        for name in self.all().await?.iter().filter(|name| **name != self.people()) {
            self.write(name, "delete", &theirs).await?;
        }
        Ok(())
    }

    /// Has the server keep a snapshot of each.
    pub(crate) async fn snapshot(&self) -> Result<Vec<String>, IndexError> {
        #[derive(Deserialize)]
        struct Snapshot {
            name: String,
        }
        let mut made = Vec::new();
        for name in self.all().await? {
            let path = format!("{name}/snapshots?wait=true");
            made.push(self.tell::<Snapshot>(Method::POST, &path, &json!({})).await?.name);
        }
        Ok(made)
    }

    /// The names of all that are ours: the prefix, and behind it `people` or a number.
    async fn all(&self) -> Result<Vec<String>, IndexError> {
        let all: Value = self.server.get("/collections").await?.unwrap_or_default();
        let names = all["collections"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
        let ours = names.filter(|name| {
            let rest = name.strip_prefix(&*self.server.prefix).and_then(|rest| rest.strip_prefix('_'));
            rest.is_some_and(|rest| rest == "people" || rest.parse::<usize>().is_ok())
        });
        Ok(ours.map(str::to_owned).collect())
    }
}

/// What a collection is made for: its vectors by their names and lengths, and its sparse vectors by theirs.
fn shape(config: &Value) -> (Vec<(String, u64)>, Vec<String>) {
    let named = |kind: &str| config[kind].as_object().cloned().unwrap_or_default();
    let sizes = named("vectors").into_iter().map(|(name, of)| (name, of["size"].as_u64().unwrap_or(0)));
    (sizes.collect(), named("sparse_vectors").into_iter().map(|(name, _)| name).collect())
}
