//! The OpenAPI document: what the endpoints say of themselves, and what holds for all of them.

use super::Page;
use super::memories_search::Found;
use crate::problem::{Kind, PREFIX};
use philia_mind::Memory;
use philia_mind::persona::schema::json_schema;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;

const ABOUT: &str = "A companion for each person, that remembers, feels and can be trusted.\n\nEverything is the own of \
    whoever asks: what is somebody else's is not there (404). On the machine it runs on, the server may be asked \
    without logging in; the header `X-Philia-User` (or `user` in the query or the body) then says who it is.";

/// A character: a persona file, or the whole it makes. Described by the fields' own table, not here.
#[derive(ToSchema)]
#[schema(value_type = Object)]
#[expect(dead_code, reason = "it stands for a description")]
pub(crate) struct Character(Value);

/// A file, as one part of a form.
#[derive(ToSchema)]
#[schema(as = FileForm)]
#[expect(dead_code, reason = "it stands for a description")]
pub(crate) struct File {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// A page of memories, or what answers a question.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it stands for a description")]
pub(crate) enum Listed {
    /// Without `q`.
    Page(Page<Memory>),
    /// With `q`.
    Found(Found),
}

/// The whole document.
pub(crate) fn whole(described: &OpenApi) -> Value {
    let mut document = json!(described);
    document["openapi"] = json!("3.1.0");
    document["info"] = json!({
        "title": "Philia",
        "version": env!("CARGO_PKG_VERSION"),
        "description": ABOUT,
        "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
    });
    document["servers"] = json!([{ "url": "/" }]);
    document["security"] = json!([{}, { "bearer": [] }]);
    let components = &mut document["components"];
    components["securitySchemes"] = json!({ "bearer": { "type": "http", "scheme": "bearer" } });
    components["schemas"]["Character"] = character();
    components["schemas"]["Problem"] = problem();
    components["responses"] = Kind::ALL.iter().map(|kind| (kind.status().to_string(), response(*kind))).collect();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if let Some(operation) = operation.as_object_mut() {
                complete(operation, method, path);
            }
        }
    }
    document
}

/// What holds for every operation of its kind.
fn complete(operation: &mut Map<String, Value>, method: &str, path: &str) {
    let words = path.split(['/', '-', '.']).map(|part| part.trim_matches(['{', '}'])).filter(|part| !part.is_empty());
    let name: Vec<&str> = [method].into_iter().chain(words.skip_while(|word| *word == "api")).collect();
    operation.insert("operationId".into(), name.join("_").into());
    let mut statuses = vec![400, 403, 405, 429, 500, 503];
    if path.starts_with("/api/") {
        statuses.extend([401, 404, 410, 422]);
    } else {
        statuses.extend([404]);
        operation.insert("security".into(), json!([]));
    }
    if method != "get" {
        statuses.extend([409, 412, 507]);
    }
    if operation.contains_key("requestBody") {
        statuses.extend([408, 413, 415]);
        operation["requestBody"]["required"] = true.into();
    }
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        for status in statuses {
            let name = status.to_string();
            let there = json!({ "$ref": format!("#/components/responses/{name}") });
            responses.entry(name).or_insert(there);
        }
    }
}

/// A character's schema, as a part of this document.
fn character() -> Value {
    let mut schema = json_schema();
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
    }
    schema
}

fn problem() -> Value {
    let types: Vec<String> = Kind::ALL.iter().map(|kind| format!("{PREFIX}{}", kind.name())).collect();
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string", "enum": types, "description": "What kind of problem; stable" },
            "title": { "type": "string", "description": "The kind in words" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string", "description": "Everything that was wrong, and what is allowed" },
            "request_id": { "type": "string", "description": "The answer's X-Request-Id, by which the log finds it" },
        },
        "additionalProperties": false,
    })
}

/// The answer with that problem; those of one status are told by one.
fn response(kind: Kind) -> Value {
    let same = Kind::ALL.iter().filter(|other| other.status() == kind.status());
    let names: Vec<String> = same.map(|kind| format!("`{}`", kind.name())).collect();
    json!({
        "description": names.join(", "),
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}
