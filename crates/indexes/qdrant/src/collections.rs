//! The collections: made when they are first needed, and looked at where they are somebody else's.

use crate::entry::{Head, Kept, head_id, is, owner};
use crate::wire::Server;
use philia_ports::IndexError;
use philia_ports::store::PartitionId;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// Points read at once.
const PAGE: usize = 1000;

/// The fields that filters ask for, and what they hold.
const FIELDS: [(&str, &str); 8] = [
    ("person", "keyword"),
    ("stems", "keyword"),
    ("place", "keyword"),
    ("speaker", "keyword"),
    ("category", "keyword"),
    ("tags", "keyword"),
    ("at", "integer"),
    ("hidden", "bool"),
];

/// The collections of an index.
pub(crate) struct Collections {
    pub(crate) server: Server,
    /// Those that are known to be there.
    there: Mutex<HashSet<String>>,
}

/// A point as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) id: String,
    pub(crate) kept: Kept,
    pub(crate) vector: Option<Vec<f32>>,
    /// Its vectors as they came.
    pub(crate) vectors: Value,
}

impl Point {
    /// Reads one; none if it is nothing of ours.
    pub(crate) fn of(point: &Value) -> Option<Self> {
        let kept = serde_json::from_value(point.get("payload")?.clone()).ok()?;
        let vectors = point.get("vector").cloned().unwrap_or_default();
        let vector = vectors.get("meaning").and_then(Value::as_array);
        let vector = vector.map(|numbers| numbers.iter().map(|x| x.as_f64().unwrap_or(0.0) as f32).collect());
        Some(Self { id: point.get("id")?.as_str()?.to_owned(), kept, vector, vectors })
    }
}

impl Collections {
    pub(crate) fn new(server: Server) -> Self {
        Self { server, there: Mutex::default() }
    }

    /// The collection of people.
    pub(crate) async fn people(&self) -> Result<String, IndexError> {
        let name = format!("{}_people", self.server.prefix);
        self.ensure(&name, &json!({ "vectors": {} }), &[], None).await?;
        Ok(name)
    }

    /// The collection of entries with vectors of that length.
    pub(crate) async fn entries(&self, dimensions: usize) -> Result<String, IndexError> {
        let name = format!("{}_{dimensions}", self.server.prefix);
        let meaning = json!({ "size": dimensions, "distance": "Dot", "datatype": "float16" });
        let vectors = if dimensions > 0 { json!({ "meaning": meaning }) } else { json!({}) };
        // A graph of each person's own, and none of all.
        let config = json!({
            "vectors": vectors, "sparse_vectors": { "words": {} }, "hnsw_config": { "m": 0, "payload_m": 16 },
        });
        self.ensure(&name, &config, &FIELDS, Some(dimensions)).await?;
        Ok(name)
    }

    async fn ensure(
        &self,
        name: &str,
        config: &Value,
        fields: &[(&str, &str)],
        dimensions: Option<usize>,
    ) -> Result<(), IndexError> {
        let known = || self.there.lock().unwrap_or_else(PoisonError::into_inner);
        if known().contains(name) {
            return Ok(());
        }
        let path = format!("/collections/{name}");
        match self.server.ask(Method::GET, &path, None).await? {
            Some(there) => {
                let size = there["config"]["params"]["vectors"]["meaning"]["size"].as_u64().unwrap_or(0);
                if dimensions.is_some_and(|dimensions| dimensions as u64 != size) {
                    return Err(IndexError::Invalid(format!(
                        "the collection {name:?} is somebody else's; name a prefix of your own by ?prefix=NAME"
                    )));
                }
            }
            None => {
                self.server.tell(Method::PUT, &path, config).await?;
            }
        }
        // To make an index that is there already changes nothing, and whoever made the collection may have been cut off.
        if !fields.is_empty() {
            let tenant = json!({ "field_name": "owner", "field_schema": { "type": "keyword", "is_tenant": true } });
            self.server.tell(Method::PUT, &format!("{path}/index?wait=true"), &tenant).await?;
        }
        for (field, schema) in fields {
            let index = json!({ "field_name": field, "field_schema": schema });
            self.server.tell(Method::PUT, &format!("{path}/index?wait=true"), &index).await?;
        }
        known().insert(name.to_owned());
        Ok(())
    }

    /// How far the index has come with a person.
    pub(crate) async fn head(&self, id: &PartitionId) -> Result<Option<Head>, IndexError> {
        let people = self.people().await?;
        let body = json!({ "ids": [head_id(id)], "with_payload": true });
        let found = self.server.tell(Method::POST, &format!("/collections/{people}/points"), &body).await?;
        let head = found.as_array().and_then(|found| found.first()).and_then(|point| point.get("payload"));
        Ok(head.and_then(|head| serde_json::from_value(head["head"].clone()).ok()))
    }

    /// Says how far it has come now.
    pub(crate) async fn set_head(&self, id: &PartitionId, head: &Head) -> Result<(), IndexError> {
        let people = self.people().await?;
        let payload = json!({ "account": id.account(), "subject": id.subject(), "head": head });
        let body = json!({ "points": [{ "id": head_id(id), "vector": {}, "payload": payload }] });
        let path = format!("/collections/{people}/points?wait=true");
        self.server.tell(Method::PUT, &path, &body).await.map(drop)
    }

    /// Removes everything of a person.
    pub(crate) async fn forget(&self, id: &PartitionId, head: Option<&Head>) -> Result<(), IndexError> {
        let Some(head) = head else { return Ok(()) };
        // First of all nobody takes what is left for all.
        self.set_head(id, &Head { busy: true, ..head.clone() }).await?;
        let mut collections = vec![self.entries(head.dimensions).await?];
        if head.dimensions > 0 {
            collections.push(self.entries(0).await?);
        }
        let theirs = json!({ "filter": { "must": [is("owner", owner(id))] } });
        for name in collections {
            self.server.tell(Method::POST, &format!("/collections/{name}/points/delete?wait=true"), &theirs).await?;
        }
        let people = self.people().await?;
        let head = json!({ "points": [head_id(id)] });
        let path = format!("/collections/{people}/points/delete?wait=true");
        self.server.tell(Method::POST, &path, &head).await.map(drop)
    }

    /// Points by their ids.
    pub(crate) async fn points(&self, name: &str, ids: &[String]) -> Result<Vec<Point>, IndexError> {
        let mut points = Vec::with_capacity(ids.len());
        for ids in ids.chunks(PAGE) {
            let body = json!({ "ids": ids, "with_payload": true, "with_vector": ["meaning"] });
            let found = self.server.tell(Method::POST, &format!("/collections/{name}/points"), &body).await?;
            points.extend(found.as_array().into_iter().flatten().filter_map(Point::of));
        }
        Ok(points)
    }

    /// All points that a filter lets pass.
    pub(crate) async fn scroll(&self, name: &str, filter: &Value, vectors: bool) -> Result<Vec<Point>, IndexError> {
        let mut points = Vec::new();
        let mut offset = Value::Null;
        loop {
            let body = json!({
                "filter": filter, "limit": PAGE, "offset": offset, "with_payload": true, "with_vector": vectors,
            });
            let page = self.server.tell(Method::POST, &format!("/collections/{name}/points/scroll"), &body).await?;
            points.extend(page["points"].as_array().into_iter().flatten().filter_map(Point::of));
            offset = page["next_page_offset"].clone();
            if offset.is_null() {
                return Ok(points);
            }
        }
    }

    pub(crate) async fn snapshot(&self) -> Result<Vec<String>, IndexError> {
        let all = self.server.ask(Method::GET, "/collections", None).await?.unwrap_or_default();
        let prefix = format!("{}_", self.server.prefix);
        let mut made = Vec::new();
        for name in all["collections"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()) {
            if name.starts_with(&prefix) {
                let path = format!("/collections/{name}/snapshots?wait=true");
                let snapshot = self.server.tell(Method::POST, &path, &json!({})).await?;
                made.extend(snapshot["name"].as_str().map(str::to_owned));
            }
        }
        Ok(made)
    }
}
