//! Requests that nobody means: every operation of the OpenAPI document is asked in every wrong way, and always answers
//! with a problem that says what was wrong. A route that is added is asked, too.

use crate::world::{Answer, World, request};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// It looks at anything and says what it finds.
const LOOKS_AT_ANYTHING: &str = "/api/personas/validate";

struct Operation {
    method: Method,
    path: String,
    /// The schema of its body, if that is JSON and nothing else.
    body: Option<Value>,
}

impl Operation {
    fn to(&self) -> String {
        self.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/")
    }

    /// Are its problems told in our own shape?
    fn is_ours(&self) -> bool {
        self.path.starts_with("/api/")
    }

    async fn send(&self, world: &World, kind: &str, body: impl Into<Body>) -> Answer {
        let mut request = request(self.method.clone(), &self.to());
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        world.send(request.body(body.into()).unwrap()).await
    }

    async fn json(&self, world: &World, body: impl Into<Body>) -> Answer {
        self.send(world, "application/json", body).await
    }
}

async fn document(world: &World) -> Value {
    world.get("/api/openapi.json").await.ok()
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let content = operation["requestBody"]["content"].as_object();
            let only_json = content.filter(|content| content.keys().eq(["application/json"]));
            found.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                body: only_json.map(|content| resolved(document, &content["application/json"]["schema"])),
            });
        }
    }
    assert!(found.len() > 80, "{}", found.len());
    found
}

fn resolved(document: &Value, schema: &Value) -> Value {
    match schema["$ref"].as_str() {
        Some(named) => document.pointer(&named[1..]).unwrap().clone(),
        None => schema.clone(),
    }
}

/// It is turned down, in words that say why.
#[track_caller]
fn is_refused(operation: &Operation, what: &str, answer: &Answer) {
    let told = format!("{} {} {what}: {} {}", operation.method, operation.path, answer.status, answer.body);
    assert!(!answer.status.is_server_error(), "{told}");
    if !operation.is_ours() {
        return;
    }
    assert!(answer.status.is_client_error(), "{told}");
    let (_, _, detail) = answer.problem();
    assert!(detail.chars().count() > 10, "{told}");
    assert_eq!(answer.json()["request_id"], answer.header("x-request-id"), "{told}");
}

#[tokio::test]
async fn bodies_that_are_none() {
    let world = World::new();
    let document = document(&world).await;
    let with_body: Vec<Operation> = operations(&document).into_iter().filter(|one| one.body.is_some()).collect();
    assert!(with_body.len() > 30, "{}", with_body.len());
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    for operation in &with_body {
        for (what, body) in [
            ("nothing", Vec::new()),
            ("words", b"hello".to_vec()),
            ("half of it", b"{\"text\": \"a".to_vec()),
            ("two of them", b"{} {}".to_vec()),
            ("no UTF-8", b"{\"text\": \"\xff\xfe\"}".to_vec()),
            ("half a surrogate", br#"{"text": "\ud800"}"#.to_vec()),
            ("a number too huge", b"{\"text\": 1e999}".to_vec()),
            ("a page", b"<html></html>".to_vec()),
            ("deep lists", deep("[", "]").into_bytes()),
            ("deep objects", deep("{\"a\":", "}").into_bytes()),
        ] {
            let answer = operation.json(&world, body).await;
            is_refused(operation, what, &answer);
            if operation.is_ours() {
                // A field that is unknown is found before what comes after it.
                let (status, kind, _) = answer.problem();
                let is_known = (status, kind.as_str()) == (400, "malformed") || status == 422;
                assert!(is_known, "{} {what}: {}", operation.path, answer.body);
            }
        }
        for (what, body) in
            [("null", "null"), ("a list", "[]"), ("a text", "\"a\""), ("a number", "7"), ("yes", "true")]
        {
            if operation.path != LOOKS_AT_ANYTHING {
                is_refused(operation, what, &operation.json(&world, body).await);
            }
        }
        for kind in ["", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"] {
            let answer = operation.send(&world, kind, "{}").await;
            is_refused(operation, kind, &answer);
            if operation.is_ours() {
                let (status, _, detail) = answer.problem();
                assert!(status == 415 && detail.contains("application/json"), "{} {kind}: {detail}", operation.path);
            }
        }
    }
    world.get("/api/mood").await.ok();
}

#[tokio::test]
async fn fields_that_are_wrong() {
    let world = World::new();
    let document = document(&world).await;
    let mut tried = 0;
    for operation in operations(&document) {
        let Some(schema) = operation.body.as_ref().filter(|_| operation.path != LOOKS_AT_ANYTHING) else { continue };
        let required: BTreeSet<&str> =
            schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap()).collect();
        if !required.is_empty() && operation.is_ours() {
            let answer = operation.json(&world, "{}").await;
            is_refused(&operation, "nothing in it", &answer);
            let (_, _, detail) = answer.problem();
            let named = required.iter().any(|name| detail.contains(name)) || answer.status == 404;
            assert!(named, "{}: {detail}", operation.path);
        }
        let unknown = operation.json(&world, r#"{"no_such_field": 1}"#).await;
        is_refused(&operation, "a field that is unknown", &unknown);
        if operation.is_ours() && schema["additionalProperties"] == false {
            let (_, _, detail) = unknown.problem();
            let named = ["no_such_field"].iter().chain(&required).any(|name| detail.contains(name));
            let named = named || unknown.status == 404;
            assert!(named, "{}: {detail}", operation.path);
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let field = resolved(&document, field);
            let kinds = field["type"].as_array().cloned().unwrap_or_else(|| vec![field["type"].clone()]);
            let is = |kind: &str| kinds.iter().any(|one| *one == kind);
            let mut wrong = vec![json!({ "a": [1, { "b": null }] }), json!([[[]]])];
            if is("integer") || is("number") {
                wrong = vec![json!("many"), json!(1e300), json!(-1e300), json!({}), json!(u64::MAX)];
            } else if is("string") {
                wrong.extend([json!(7), json!(true), json!(1e300)]);
            } else if is("boolean") {
                wrong.extend([json!("yes"), json!(1)]);
            } else if !is("array") && !is("object") {
                wrong.truncate(1);
            }
            for value in wrong {
                let shown = value.to_string();
                let body = json!({ name: value });
                is_refused(&operation, &format!("{name}: {shown}"), &operation.json(&world, body.to_string()).await);
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
    world.get("/api/mood").await.ok();
}

#[tokio::test]
async fn methods_that_are_not_there() {
    let world = World::new();
    let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in operations(&document(&world).await) {
        paths.entry(operation.path).or_default().insert(operation.method.to_string());
    }
    for (path, there) in &paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            if there.contains(method) {
                continue;
            }
            let operation = Operation { method: method.parse().unwrap(), path: path.clone(), body: None };
            let answer = operation.json(&world, "{}").await;
            is_refused(&operation, "", &answer);
            assert_eq!(answer.status, 405, "{method} {path}");
            let allowed: BTreeSet<String> = answer.header("allow").split(',').map(str::to_owned).collect();
            assert!(there.is_subset(&allowed), "{method} {path}: {allowed:?}");
        }
    }
}

#[tokio::test]
async fn addresses_that_trick() {
    let world = World::new();
    let operations = operations(&document(&world).await);
    let long = "x".repeat(5_000);
    let tricks = [
        "..%2f..%2f..%2fetc%2fpasswd",
        "..%5c..%5cboot.ini",
        "%2e%2e",
        "..",
        "%00",
        "a%00b",
        "%c0%ae%c0%ae%c0%af",
        "%ff",
        "%",
        "%zz",
        "%25%32%66",
        "a%2fb",
        "a%0d%0aSet-Cookie:%20a=b",
        "%F0%9F%92%A9",
        "'%20OR%201=1--",
        "{id}",
        "$%7Bx%7D",
        "%E2%80%AE",
        long.as_str(),
    ];
    let mut tried = 0;
    for operation in operations.iter().filter(|operation| operation.path.contains('{')) {
        for trick in tricks {
            let path: Vec<&str> =
                operation.path.split('/').map(|part| if part.starts_with('{') { trick } else { part }).collect();
            // What is no address at all is refused before it comes here.
            let Ok(uri) = path.join("/").parse::<Uri>() else { continue };
            let request = request(operation.method.clone(), &uri.to_string());
            let request = request.header(header::CONTENT_TYPE, "application/json");
            // Its body may be all right, too: what is named is not there.
            let answer = world.send(request.body(Body::from(r#"{"text": "a", "reason": "b"}"#)).unwrap()).await;
            is_tricked_by_nothing(operation, trick, &answer);
            tried += 1;
        }
    }
    assert!(tried > 300, "{tried}");
    for path in [
        "//api/mood",
        "/api//mood",
        "/api/./mood",
        "/api/../api/mood",
        "/api/mood/",
        "/API/mood",
        "/api%2fmood",
        "/assets/../x",
        "/assets/%2e%2e/%2e%2e/Cargo.toml",
        "/docs/..%2fscalar.js",
        "/health/..%2f..",
        "/api/mood;a=b",
        "/api/mood%00",
    ] {
        let answer = world.get(path).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        answer.problem();
    }
    for query in [
        "%00",
        "a=%ff",
        "limit=%00",
        "limit=1e9",
        "limit=-1",
        "cursor=%c0%ae",
        "user=..%2f..",
        "a[b]=c",
        "&&&=",
        "limit",
    ] {
        let answer = world.get(&format!("/api/memories?{query}")).await;
        assert!(answer.status.is_client_error() || query == "&&&=", "{query}: {} {}", answer.status, answer.body);
    }
}

/// Nothing is there, or it was made in nobody's place but its own.
#[track_caller]
fn is_tricked_by_nothing(operation: &Operation, trick: &str, answer: &Answer) {
    let told = format!("{} {} {trick:.60}: {} {:.300}", operation.method, operation.path, answer.status, answer.body);
    assert!(answer.status.is_client_error(), "{told}");
    if operation.is_ours() {
        assert_eq!(answer.header("content-type"), "application/problem+json", "{told}");
    }
    assert!(!answer.body.contains("root:") && !answer.headers.contains_key("set-cookie"), "{told}");
}

#[tokio::test]
async fn headers_that_are_strange() {
    let world = World::new();
    for (name, value) in [
        ("authorization", &b"Bearer \xff\xfe"[..]),
        ("authorization", b"Bearer"),
        ("authorization", b"Basic YTpi"),
        ("x-philia-user", b"\xff"),
        ("x-philia-user", b"../../etc"),
        ("if-none-match", b"\xff"),
        ("cookie", b"\xff=\xff; ;;;="),
        ("content-type", b"\xff"),
        ("origin", b"\xff"),
        ("accept", b"\xff"),
    ] {
        let mut request = request(Method::GET, "/api/mood").body(Body::empty()).unwrap();
        let headers: &mut HeaderMap = request.headers_mut();
        headers.insert(name, HeaderValue::from_bytes(value).unwrap());
        let answer = world.send(request).await;
        assert!(!answer.status.is_server_error(), "{name}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_list_is_not_taken_for_the_fields_in_their_order() {
    let world = World::new();
    let document = document(&world).await;
    let asked = operations(&document).into_iter().filter(|one| one.body.is_some() && one.path != LOOKS_AT_ANYTHING);
    for operation in asked {
        for list in ["[]", r#"["x"]"#, r#"["x", null, null, null]"#, " [\n]"] {
            let answer = operation.json(&world, list).await;
            assert!(answer.status.is_client_error(), "{} {list}: {}", operation.path, answer.body);
        }
    }
}

#[tokio::test]
async fn a_list_within_is_not_taken_for_the_fields_in_their_order() {
    let world = World::new();
    for (path, body) in [
        ("/api/personality/set", r#"{"set": {"trait": ["humor", 60]}, "reason": "more jokes"}"#),
        ("/api/personality/set", r#"{"set": {"mood": [0.1, 0, 0]}, "reason": "more jokes"}"#),
        ("/api/memories", r#"{"content": "Bruno is a dog.", "fact": ["user", "pet.dog.name", "Bruno"]}"#),
        ("/api/memories/search", r#"{"query": "dog", "filters": [["fact"]]}"#),
    ] {
        let answer = world.post(path, body).await;
        answer.is_problem(422, "invalid", "invalid type: sequence");
    }
    let set = r#"{"set": {"trait": {"name": "humor", "value": 60.0}}, "reason": "more jokes"}"#;
    world.post("/api/personality/set", set).await.ok();
}

#[tokio::test]
async fn a_key_that_is_there_twice_is_refused() {
    let world = World::new();
    for (path, body) in [
        ("/api/tasks", r#"{"text": "call mum", "text": "call dad"}"#),
        ("/api/memories", r#"{"content": "Bruno is a dog.", "metadata": {"text": 1, "text": 2}}"#),
        ("/api/personas", r#"{"id": "sunny", "parent": "supportive_friend", "traits": {"text": 1, "text": 2}}"#),
        ("/v1/memories/", r#"{"user_id": "ana", "messages": [], "metadata": {"text": 1, "text": 2}}"#),
    ] {
        world.post(path, body).await.is_problem(400, "malformed", "the key \"text\" is there twice");
    }
}

#[tokio::test]
async fn what_is_packed_is_not_unpacked() {
    let world = World::new();
    let send = async |coding: &str| {
        let asked = request(Method::POST, "/api/tasks").header(header::CONTENT_TYPE, "application/json");
        let asked = asked.header(header::CONTENT_ENCODING, coding);
        world.send(asked.body(Body::from(r#"{"text": "call mum"}"#)).unwrap()).await
    };
    for coding in ["gzip", "br", "identity, gzip", "GZIP", "no such coding"] {
        let answer = send(coding).await;
        answer.is_problem(415, "unsupported-media-type", "without a Content-Encoding");
        assert_eq!(answer.header("accept-encoding"), "identity");
    }
    for coding in ["identity", "Identity", ""] {
        assert_eq!(send(coding).await.status, 201, "{coding}");
    }
}
