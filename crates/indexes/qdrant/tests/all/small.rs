//! A small Qdrant for tests: collections and points in memory, over HTTP, with the requests that the index sends. It
//! searches exactly, and what it does not know it refuses, so that nothing is sent that nobody looked at.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// The key that it lets people in by.
pub(crate) const KEY: &str = "right";

/// A running server. It ends with its process.
#[derive(Clone)]
pub(crate) struct Small {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    collections: Mutex<BTreeMap<String, Collection>>,
    /// How many writes are done from now on; those behind are answered by 503, and not done.
    left: AtomicUsize,
}

#[derive(Default)]
struct Collection {
    config: Value,
    indexed: Vec<String>,
    points: BTreeMap<String, Value>,
}

type Answer = Result<Value, (StatusCode, String)>;

impl Small {
    pub(crate) fn start() -> Self {
        let shared = Arc::new(Shared { collections: Mutex::default(), left: AtomicUsize::new(usize::MAX) });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        listener.set_nonblocking(true).unwrap();
        let state = Arc::clone(&shared);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let app = Router::new().fallback(answer).with_state(state);
                axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await.unwrap();
            });
        });
        Self { port, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("qdrant://:{KEY}@127.0.0.1:{}", self.port)
    }

    /// Has it do so many more writes, and no others until [`Small::mend`].
    pub(crate) fn fail_after(&self, writes: usize) {
        self.shared.left.store(writes, Ordering::SeqCst);
    }

    pub(crate) fn mend(&self) {
        self.fail_after(usize::MAX);
    }

    /// Has all points of a collection say something else.
    pub(crate) fn change(&self, name: &str, field: &str, value: &Value) {
        let mut collections = self.shared.collections.lock().unwrap();
        let points = &mut collections.get_mut(name).unwrap().points;
        points.values_mut().for_each(|point| point["payload"][field] = value.clone());
    }

    /// Loses a point of a collection.
    pub(crate) fn lose(&self, name: &str) {
        self.shared.collections.lock().unwrap().get_mut(name).unwrap().points.pop_first().unwrap();
    }

    /// Drops a collection, as whoever runs the server may.
    pub(crate) fn drop(&self, name: &str) {
        self.shared.collections.lock().unwrap().remove(name).unwrap();
    }

    /// How many points there are in a collection.
    pub(crate) fn points(&self, name: &str) -> usize {
        self.shared.collections.lock().unwrap()[name].points.len()
    }

    /// All that it holds, as text.
    pub(crate) fn content(&self) -> String {
        let collections = self.shared.collections.lock().unwrap();
        collections.values().map(|one| format!("{:?}\n", one.points)).collect()
    }

    /// Puts somebody else's collection there.
    pub(crate) fn make(&self, name: &str, config: Value) {
        let theirs = Collection { config, ..Collection::default() };
        self.shared.collections.lock().unwrap().insert(name.into(), theirs);
    }

    /// The fields that are indexed in a collection.
    pub(crate) fn indexed(&self, name: &str) -> Vec<String> {
        self.shared.collections.lock().unwrap()[name].indexed.clone()
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if headers.get("api-key").is_none_or(|key| key != KEY) {
        return told((StatusCode::UNAUTHORIZED, "Must provide an API key".into()));
    }
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    match done(&shared, &method, &uri, &body) {
        Ok(result) => Json(json!({ "result": result, "status": "ok", "time": 0.001 })).into_response(),
        Err(error) => told(error),
    }
}

fn told((status, error): (StatusCode, String)) -> Response {
    (status, Json(json!({ "status": { "error": error }, "time": 0.001 }))).into_response()
}

fn bad(what: impl std::fmt::Display) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, format!("Format error in JSON body: {what}"))
}

fn done(shared: &Shared, method: &Method, uri: &Uri, body: &Value) -> Answer {
    let mut collections = shared.collections.lock().unwrap();
    let path: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
    let waits = uri.query() == Some("wait=true&ordering=strong");
    let ["collections", rest @ ..] = path.as_slice() else {
        return Err((StatusCode::NOT_FOUND, "no such path".into()));
    };
    let Some((name, rest)) = rest.split_first() else {
        let names: Vec<Value> = collections.keys().map(|name| json!({ "name": name })).collect();
        return Ok(json!({ "collections": names }));
    };
    if (method, rest) == (&Method::PUT, &[][..]) {
        only(body, &["vectors", "sparse_vectors", "hnsw_config"])?;
        if collections.contains_key(*name) {
            return Err((StatusCode::CONFLICT, format!("Collection `{name}` already exists!")));
        }
        collections.insert((*name).into(), Collection { config: body.clone(), ..Collection::default() });
        return Ok(json!(true));
    }
    let missing = (StatusCode::NOT_FOUND, format!("Not found: Collection `{name}` doesn't exist!"));
    let collection = collections.get_mut(*name).ok_or(missing)?;
    if waits && shared.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err() {
        return Err((StatusCode::SERVICE_UNAVAILABLE, "a test has it fail".into()));
    }
    match (method.as_str(), rest) {
        ("GET", []) => {
            let schema: Map<String, Value> =
                collection.indexed.iter().map(|field| (field.clone(), json!({ "points": 0 }))).collect();
            Ok(json!({ "status": "green", "payload_schema": schema, "config": { "params": collection.config } }))
        }
        ("PUT", ["index"]) if waits => {
            only(body, &["field_name", "field_schema"])?;
            let field = body["field_name"].as_str().ok_or_else(|| bad("field_name"))?.to_owned();
            if !collection.indexed.contains(&field) {
                collection.indexed.push(field);
            }
            Ok(json!({ "status": "completed" }))
        }
        ("POST", ["snapshots"]) => Ok(json!({ "name": format!("{name}-1.snapshot") })),
        ("PUT", ["points"]) if waits => {
            for point in list(&body["points"])? {
                only(point, &["id", "vector", "payload"])?;
                collection.check(&point["vector"])?;
                let id = uuid(&point["id"])?;
                collection.points.insert(id, point.clone());
            }
            Ok(json!({ "status": "completed" }))
        }
        ("POST", ["points", "delete"]) if waits => {
            collection.named(body)?.iter().for_each(|id| drop(collection.points.remove(id)));
            Ok(json!({ "status": "completed" }))
        }
        ("POST", ["points", "batch"]) if waits => {
            for operation in list(&body["operations"])? {
                only(operation, &["set_payload"])?;
                collection.set_payload(&operation["set_payload"])?;
            }
            Ok(json!([]))
        }
        ("POST", ["points", "payload"]) if waits => {
            collection.set_payload(body)?;
            Ok(json!({ "status": "completed" }))
        }
        ("POST", ["points"]) => {
            let ids: Vec<String> = list(&body["ids"])?.iter().map(uuid).collect::<Result<_, _>>()?;
            let found = ids.iter().filter_map(|id| collection.points.get(id)).map(|point| shown(point, body));
            Ok(found.collect())
        }
        ("POST", ["points", "count"]) => Ok(json!({ "count": collection.passing(&body["filter"])?.len() })),
        ("POST", ["points", "scroll"]) => {
            let from = body["offset"].as_str().unwrap_or_default().to_owned();
            let limit = body["limit"].as_u64().ok_or_else(|| bad("limit"))? as usize;
            let mut rest = collection.passing(&body["filter"])?.into_iter().filter(|(id, _)| **id >= from);
            let page: Vec<Value> = rest.by_ref().take(limit).map(|(_, point)| shown(point, body)).collect();
            Ok(json!({ "points": page, "next_page_offset": rest.next().map(|(id, _)| id) }))
        }
        ("POST", ["points", "query", "batch"]) => {
            list(&body["searches"])?.iter().map(|search| collection.query(search)).collect()
        }
        _ => Err(bad(format!("{method} {uri} is not known"))),
    }
}

impl Collection {
    fn size(&self) -> Option<u64> {
        self.config["vectors"]["meaning"]["size"].as_u64()
    }

    /// Do these vectors fit?
    fn check(&self, vectors: &Value) -> Result<(), (StatusCode, String)> {
        for (name, vector) in object(vectors)? {
            match name.as_str() {
                "meaning" if self.size() == Some(list(vector)?.len() as u64) => {}
                "words" if self.config["sparse_vectors"].get("words").is_some() => {
                    let mut indices: Vec<u64> = list(&vector["indices"])?.iter().filter_map(Value::as_u64).collect();
                    let count = list(&vector["values"])?.len();
                    indices.sort_unstable();
                    indices.dedup();
                    if indices.len() != count {
                        return Err(bad("indices must be unique, and as many as values"));
                    }
                }
                _ => return Err(bad(format!("Not existing vector name error: {name}"))),
            }
        }
        Ok(())
    }

    /// The points that a write is about.
    fn named(&self, write: &Value) -> Result<Vec<String>, (StatusCode, String)> {
        match write.get("points") {
            Some(ids) => list(ids)?.iter().map(uuid).collect(),
            None => Ok(self.passing(&write["filter"])?.into_iter().map(|(id, _)| id.clone()).collect()),
        }
    }

    fn set_payload(&mut self, set: &Value) -> Result<(), (StatusCode, String)> {
        only(set, &["payload", "points", "filter"])?;
        for id in self.named(set)? {
            let point = self.points.get_mut(&id).ok_or_else(|| bad("no such point"))?;
            for (field, value) in object(&set["payload"])? {
                point["payload"][field] = value.clone();
            }
        }
        Ok(())
    }

    fn passing(&self, filter: &Value) -> Result<Vec<(&String, &Value)>, (StatusCode, String)> {
        only(filter, &["must", "must_not"])?;
        let mut passing = Vec::new();
        for (id, point) in &self.points {
            let holds = |conditions: &Value, wanted: bool| -> Result<bool, (StatusCode, String)> {
                for condition in conditions.as_array().into_iter().flatten() {
                    if self.holds(id, &point["payload"], condition)? != wanted {
                        return Ok(false);
                    }
                }
                Ok(true)
            };
            if holds(&filter["must"], true)? && holds(&filter["must_not"], false)? {
                passing.push((id, point));
            }
        }
        Ok(passing)
    }

    fn holds(&self, id: &str, payload: &Value, condition: &Value) -> Result<bool, (StatusCode, String)> {
        if let Some(ids) = condition.get("has_id") {
            only(condition, &["has_id"])?;
            return Ok(list(ids)?.iter().any(|one| one == id));
        }
        only(condition, &["key", "match", "range"])?;
        let field = condition["key"].as_str().ok_or_else(|| bad("key"))?;
        if !self.indexed.iter().any(|indexed| indexed == field) {
            return Err(bad(format!("Index required but not found for \"{field}\"")));
        }
        let values: Vec<&Value> = match &payload[field] {
            Value::Array(values) => values.iter().collect(),
            Value::Null => Vec::new(),
            value => vec![value],
        };
        if let Some(range) = condition.get("range") {
            only(range, &["gte", "lt"])?;
            let within = |value: f64| {
                range["gte"].as_f64().is_none_or(|least| value >= least)
                    && range["lt"].as_f64().is_none_or(|most| value < most)
            };
            return Ok(values.iter().filter_map(|value| value.as_f64()).any(within));
        }
        let matched = &condition["match"];
        only(matched, &["value", "any"])?;
        Ok(match matched.get("any") {
            Some(any) => values.iter().any(|value| list(any).is_ok_and(|any| any.contains(value))),
            None => values.contains(&&matched["value"]),
        })
    }

    fn query(&self, search: &Value) -> Answer {
        only(search, &["query", "using", "filter", "limit", "params", "with_payload", "with_vector"])?;
        let passing = self.passing(&search["filter"])?;
        let limit = search["limit"].as_u64().ok_or_else(|| bad("limit"))? as usize;
        let query = &search["query"];
        let mut scored: Vec<(f64, &Value)> = match (query, search["using"].as_str()) {
            (Value::Array(probe), Some("meaning")) if self.size() == Some(probe.len() as u64) => {
                let product = |numbers: &Vec<Value>| -> f64 {
                    numbers.iter().zip(probe).map(|(x, y)| x.as_f64().unwrap() * y.as_f64().unwrap()).sum()
                };
                let with = passing
                    .iter()
                    .filter_map(|(_, point)| Some((product(point["vector"]["meaning"].as_array()?), *point)));
                with.collect()
            }
            (Value::Object(sparse), Some("words")) => {
                let asked: BTreeMap<u64, f64> = numbers(&Value::Object(sparse.clone()));
                let product = |point: &Value| -> Option<f64> {
                    let held = numbers(&point["vector"]["words"]);
                    let both: Vec<f64> = held.iter().filter_map(|(at, x)| Some(x * asked.get(at)?)).collect();
                    (!both.is_empty()).then(|| both.iter().sum())
                };
                passing.iter().filter_map(|(_, point)| Some((product(point)?, *point))).collect()
            }
            (Value::Object(by), None) => {
                only(query, &["order_by"])?;
                let (field, order) = (by["order_by"]["key"].as_str().unwrap(), by["order_by"]["direction"].as_str());
                if !self.indexed.iter().any(|indexed| indexed == field) {
                    return Err(bad(format!("No range index for `order_by` key: `{field}`")));
                }
                let sign = if order == Some("asc") { -1.0 } else { 1.0 };
                passing.iter().map(|(_, point)| (sign * point["payload"][field].as_f64().unwrap(), *point)).collect()
            }
            _ => return Err(bad(format!("the query {query} is not known"))),
        };
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.truncate(limit);
        Ok(json!({ "points": scored.iter().map(|(_, point)| shown(point, search)).collect::<Vec<_>>() }))
    }
}

fn numbers(sparse: &Value) -> BTreeMap<u64, f64> {
    let all = |name: &str| sparse[name].as_array().cloned().unwrap_or_default();
    let indices = all("indices").into_iter().filter_map(|index| index.as_u64());
    indices.zip(all("values").into_iter().filter_map(|value| value.as_f64())).collect()
}

/// A point with as much of it as was asked for.
fn shown(point: &Value, asked: &Value) -> Value {
    let mut shown = json!({ "id": point["id"] });
    match &asked["with_payload"] {
        Value::Bool(true) => shown["payload"] = point["payload"].clone(),
        Value::Array(fields) => {
            let named =
                fields.iter().filter_map(|field| field.as_str()).map(|field| (field, point["payload"][field].clone()));
            shown["payload"] = named.map(|(field, value)| (field.to_owned(), value)).collect::<Map<_, _>>().into();
        }
        _ => {}
    }
    match &asked["with_vector"] {
        Value::Bool(true) => shown["vector"] = point["vector"].clone(),
        Value::Array(names) => {
            let named = names
                .iter()
                .filter_map(|name| Some((name.as_str()?.to_owned(), point["vector"].get(name.as_str()?)?.clone())));
            shown["vector"] = Value::Object(named.collect());
        }
        _ => {}
    }
    shown
}

fn only(value: &Value, known: &[&str]) -> Result<(), (StatusCode, String)> {
    match object(value)?.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(bad(format!("unknown field `{unknown}`"))),
        None => Ok(()),
    }
}

fn object(value: &Value) -> Result<&Map<String, Value>, (StatusCode, String)> {
    value.as_object().ok_or_else(|| bad(format!("{value} is no object")))
}

fn list(value: &Value) -> Result<&Vec<Value>, (StatusCode, String)> {
    value.as_array().ok_or_else(|| bad(format!("{value} is no list")))
}

fn uuid(value: &Value) -> Result<String, (StatusCode, String)> {
    let id = value.as_str().filter(|id| id.len() == 36 && id.split('-').count() == 5);
    id.map(str::to_owned).ok_or_else(|| bad(format!("value {value} is not a valid point ID")))
}
