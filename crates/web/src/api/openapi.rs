//! The OpenAPI document: what the endpoints say of themselves, and what holds for all of them.

use super::Page;
use super::memories_search::Found;
use crate::Door;
use crate::auth::need::{self, Need};
use crate::openai;
use crate::problem::{Kind, PREFIX, Problem};
use crate::revision;
use axum::http::Method;
use philia_mind::Memory;
use philia_mind::persona::schema::json_schema;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;

const ABOUT: &str = "A companion for each person, that remembers, feels and can be trusted.\n\nEverything is the own of \
    whoever asks: what is somebody else's is not there (404). On the machine it runs on, the server may be asked \
    without logging in; the header `X-Philia-User` (or `user` in the query or the body) then says who it is.\n\nA POST with an \
    `Idempotency-Key` is done once, and answered the same when it is sent again.";

/// Something that can be seen, without control characters.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";

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

/// One server-sent event of a turn.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it stands for a description")]
pub(crate) struct TurnEvent {
    /// What it is.
    #[schema(pattern = "^(heard|mood|token|restart|done|error)$")]
    event: String,
    /// What it says, as JSON.
    data: String,
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
    openai::describe(&mut components["schemas"]);
    components["responses"] = Kind::ALL
        .iter()
        .flat_map(|kind| {
            let status = kind.status();
            [
                (status.to_string(), response(*kind, "application/problem+json", "Problem")),
                (format!("OpenAi{status}"), response(*kind, "application/json", "OpenAiError")),
            ]
        })
        .collect();
    components["schemas"]["SettingsPatch"] = settings_patch(&components["schemas"]);
    components["schemas"]["FileForm"]["additionalProperties"] = false.into();
    setting(&mut components["schemas"]["Setting"]);
    // What is given is checked more strictly than what is told.
    let line = |most: u32| json!({ "type": "string", "minLength": 1, "maxLength": most, "pattern": LINE });
    components["schemas"]["NewMemory"]["properties"]["fact"] = json!({
        "description": "The fact it states, if it states one: a value before it is closed.",
        "type": ["object", "null"],
        "properties": { "subject": line(64), "key": line(64), "value": line(8000) },
        "required": ["subject", "key", "value"],
    });
    for new in ["NewMemory", "MemoryEdit"] {
        components["schemas"][new]["properties"]["tags"]["items"] =
            json!({ "type": "string", "minLength": 1, "maxLength": 64, "pattern": LINE });
    }
    // What answers a question is a page, too.
    let either = components["schemas"]["Listed"]["oneOf"].take();
    components["schemas"]["Listed"] = json!({ "anyOf": either });
    tidy(components);
    tidy(&mut document["paths"]);
    document["paths"]["/api/settings"]["patch"]["requestBody"]["content"]["application/json"]["schema"] =
        json!({ "$ref": "#/components/schemas/SettingsPatch" });
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if let Some(operation) = operation.as_object_mut() {
                complete(operation, method, path);
            }
        }
    }
    document
}

/// The document as it is now: where a login is asked for, it says so.
pub(crate) async fn for_now(whole: &Value, door: &Door) -> Result<Value, Problem> {
    let mut document = whole.clone();
    if door.philia.accounts().are_asked(door.options.near).await? {
        document["security"] = json!([{ "bearer": [] }]);
    }
    Ok(document)
}

/// What holds for every operation of its kind.
fn complete(operation: &mut Map<String, Value>, method: &str, path: &str) {
    let words = path.split(['/', '-', '.']).map(|part| part.trim_matches(['{', '}'])).filter(|part| !part.is_empty());
    let name: Vec<&str> = [method].into_iter().chain(words.skip_while(|word| *word == "api")).collect();
    operation.insert("operationId".into(), name.join("_").into());
    let mut statuses = vec![400, 403, 405, 409, 429, 500, 503, 504];
    let of_clients = need::is_of_clients(path);
    if of_clients {
        statuses.push(502);
    }
    if path.starts_with("/api/") || path == "/metrics" || of_clients {
        statuses.extend([401, 404, 410, 422]);
    } else {
        statuses.extend([404]);
    }
    if need::of(path, &Method::from_bytes(method.to_uppercase().as_bytes()).unwrap_or_default()) == Need::Nothing {
        operation.insert("security".into(), json!([]));
    }
    if method != "get" {
        statuses.extend([412, 507]);
    }
    if operation.contains_key("requestBody") {
        statuses.extend([408, 413, 415]);
        operation["requestBody"]["required"] = true.into();
    }
    if method != "get" && revision::is_edited(path) {
        let held = "With `If-Match` and the `ETag` that was read, only what is still so is changed (else 412).";
        let told = operation.get("description").and_then(Value::as_str).map(|told| format!("{told}\n\n{held}"));
        operation.insert("description".into(), told.unwrap_or_else(|| held.into()).into());
    }
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        tagged(responses, method, path);
        for status in statuses {
            let name = status.to_string();
            let there = if openai::error::is_here(path) {
                json!({ "$ref": format!("#/components/responses/OpenAi{name}") })
            } else {
                json!({ "$ref": format!("#/components/responses/{name}") })
            };
            responses.entry(name).or_insert(there);
        }
    }
}

/// Answers that have a tag, and what is said to who knows it.
fn tagged(responses: &mut Map<String, Value>, method: &str, path: &str) {
    let Some(fine) = responses.get_mut("200").filter(|_| method == "get" || revision::is_edited(path)) else { return };
    if fine["content"].get("application/json").is_none() {
        return;
    }
    fine["headers"]["ETag"] = json!({ "description": "Its revision", "schema": { "type": "string" } });
    if method == "get" {
        responses.insert("304".into(), json!({ "description": "It is what `If-None-Match` says" }));
    }
}

/// A text that may be longer than this has its limit in words, if it has a pattern, too: who makes up texts for both at
/// once takes seconds for each.
const LONG: u64 = 2000;

/// What derives cannot say of numbers: the width of an integer is a bound, and no default is none. And what is better
/// said otherwise, of long texts.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let most = fields.get("maxLength").and_then(Value::as_u64).filter(|most| *most > LONG);
            if let Some(most) = most.filter(|_| fields.get("pattern").is_some_and(Value::is_string)) {
                fields.remove("maxLength");
                let said = fields.get("description").and_then(Value::as_str).map(|said| format!("{said} "));
                let said = format!("{}Not longer than {most}.", said.unwrap_or_default());
                fields.insert("description".into(), said.into());
            }
            if fields.get("default").is_some_and(Value::is_null) {
                fields.remove("default");
            }
            let unsigned = fields.get("minimum").and_then(Value::as_u64).is_some();
            let most = match fields.get("format").and_then(Value::as_str) {
                Some("int32") if unsigned => Some(u64::from(u32::MAX)),
                Some("int64") if unsigned => Some(u64::MAX),
                _ => None,
            };
            if let Some(most) = most {
                fields.remove("format");
                fields.entry("maximum").or_insert(most.into());
            }
            fields.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// A patch names what it changes, within the quiet hours too.
fn settings_patch(schemas: &Value) -> Value {
    let (mut patch, mut hours) = (schemas["Profile"].clone(), schemas["QuietHours"].clone());
    if let Some(hours) = hours.as_object_mut() {
        hours.remove("required");
        hours.insert("additionalProperties".into(), false.into());
    }
    patch["description"] = "What is to be changed; what is not named stays.".into();
    patch["properties"]["quiet_hours"] = hours;
    patch
}

/// What derives cannot say of a choice: its ranges, and that it is one thing at a time.
fn setting(schema: &mut Value) {
    for choice in schema["oneOf"].as_array_mut().into_iter().flatten() {
        choice["additionalProperties"] = false.into();
        let Some((name, inner)) = choice["properties"].as_object_mut().and_then(|fields| fields.iter_mut().next())
        else {
            continue;
        };
        match name.as_str() {
            "bond" => *inner = json!({ "type": "number", "minimum": 0, "maximum": 100 }),
            "mood" => {
                let delta = json!({ "type": "number", "minimum": -2, "maximum": 2 });
                *inner = json!({
                    "type": "object",
                    "required": ["pleasure", "arousal", "dominance"],
                    "properties": { "pleasure": delta, "arousal": delta, "dominance": delta },
                });
            }
            _ => inner["additionalProperties"] = false.into(),
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
fn response(kind: Kind, media_type: &str, schema: &str) -> Value {
    let same = Kind::ALL.iter().filter(|other| other.status() == kind.status());
    let names: Vec<String> = same.map(|kind| format!("`{}`", kind.name())).collect();
    json!({
        "description": names.join(", "),
        "content": { media_type: { "schema": { "$ref": format!("#/components/schemas/{schema}") } } },
    })
}
