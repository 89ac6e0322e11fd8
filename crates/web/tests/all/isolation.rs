//! What is one account's is nobody else's, whatever the route: every operation of the OpenAPI document is called with
//! one user's token and everything that names another's. A route that is added is called, too.

use super::world::{World, request};
use axum::body::Body;
use jiff::SignedDuration;
use philia_companion::accounts::{Actor, NewKey, Reach, Scope};
use philia_ports::store::{Key, Kind, Record, Scan};
use philia_ports::{PartitionId, Store as _, StoreAdmin as _};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Hands the names of all walks to a macro, behind whatever else it is given; it makes a test of each, in a house without
/// limits.
macro_rules! walks {
    ($make:ident $($with:tt)*) => {
        $make! { $($with)*;
            nobody_reads_or_changes_what_is_anothers
            what_is_the_admins_is_nobody_elses
            every_other_route_asks_who_is_there
            a_key_opens_only_what_it_is_for
        }
    };
}
pub(crate) use walks;

/// A word that stands in everything of Bea's, and nowhere else.
const MARK: &str = "zanzibarium";

/// An operation of the document.
struct Operation {
    method: String,
    path: String,
    /// Names of the parameters in the path, and of those in the query that take any text.
    in_path: Vec<String>,
    in_query: Vec<String>,
    body: Option<Value>,
}

struct Document(Value);

impl Document {
    async fn of(world: &World) -> Self {
        Self(world.get("/api/openapi.json").await.ok())
    }

    fn operations(&self) -> Vec<Operation> {
        let mut found = Vec::new();
        for (path, item) in self.0["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let named = |place: &str| {
                    let all = operation["parameters"].as_array().into_iter().flatten();
                    let there = all.filter(|parameter| parameter["in"] == place);
                    there.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
                };
                found.push(Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    in_path: named("path"),
                    in_query: named("query"),
                    body: operation.get("requestBody").cloned(),
                });
            }
        }
        assert!(found.len() > 80, "{}", found.len());
        found
    }

    /// Something of a schema, in which every text is this one.
    fn example(&self, schema: &Value, text: &str, depth: usize) -> Value {
        if let Some(named) = schema["$ref"].as_str() {
            return self.example(self.0.pointer(&named[1..]).unwrap(), text, depth);
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            if let Some(first) = schema[choice].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"))
            {
                return self.example(first, text, depth);
            }
        }
        if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
            return first.clone();
        }
        let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
        match kinds.iter().find_map(|kind| kind.as_str().filter(|kind| *kind != "null")) {
            Some("string") if schema["format"] == "date-time" => json!("2026-05-03T09:00:00Z"),
            Some("string") => json!(text),
            Some("integer") => schema.get("minimum").cloned().unwrap_or(json!(1)),
            Some("number") => schema.get("minimum").cloned().unwrap_or(json!(0.5)),
            Some("boolean") => json!(false),
            Some("array") if depth < 5 => json!([self.example(&schema["items"], text, depth + 1)]),
            Some("array") => json!([]),
            _ if depth > 5 => json!({}),
            _ => {
                let fields = schema["properties"].as_object().into_iter().flatten();
                let whole: Map<String, Value> =
                    fields.map(|(name, field)| (name.clone(), self.example(field, text, depth + 1))).collect();
                Value::Object(whole)
            }
        }
    }
}

/// Everything that is kept of an account: by partition and name.
async fn everything(world: &World, account: &str) -> BTreeMap<String, Record> {
    let mut found = BTreeMap::new();
    let partitions = world.store.partitions(1000, None).await.unwrap().items;
    for info in partitions.iter().filter(|info| info.partition.id.account() == account) {
        for kind in Kind::ALL {
            for record in
                world.store.scan(&info.partition, &Scan { blobs: true, ..Scan::of(*kind) }).await.unwrap().items
            {
                found.insert(format!("{}/{}", info.partition.id, record.key), record);
            }
        }
    }
    let system = world.store.open(&PartitionId::system()).await.unwrap();
    let own = world.store.get_many(&system, &[Key::new(Kind::Account, account)]).await.unwrap();
    found.extend(own.into_iter().flatten().map(|record| ("account".to_owned(), record)));
    found
}

/// A house in which Bea has something of everything; her account's id, and everything by which it is named.
async fn lived_in(world: World) -> (World, String, BTreeSet<String>) {
    let bea = world.token("bea").await;
    let account = world.philia.accounts().show("bea").await.unwrap().id;
    let post = async |path: &str, body: Value| {
        let answer = world.send_as(&bea, "POST", path, Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        world.philia.idle().await;
        answer.json()
    };
    post("/api/chat/message", json!({"message": format!("My dog is called {MARK}."), "conversation_id": "tea"})).await;
    post("/api/chat/message", json!({"message": format!("Remind me to feed {MARK} tomorrow at 5pm.")})).await;
    let memory = post("/api/memories", json!({"content": format!("The key of {MARK} is under the pot.")})).await;
    post("/api/tasks", json!({"text": format!("walk {MARK}")})).await;
    let block = Some(json!({"text": format!("Likes {MARK}.")}));
    assert!(world.send_as(&bea, "PUT", "/api/blocks/human", block).await.status.is_success());
    let name = Some(json!({"display_name": MARK}));
    assert!(world.send_as(&bea, "PATCH", "/api/settings", name).await.status.is_success());
    post("/api/personas", json!({"id": "beas_own", "parent": "supportive_friend", "name": format!("The {MARK}")}))
        .await;
    post("/api/personality/set", json!({"set": {"trait": {"name": "humor", "value": 80}}, "reason": MARK})).await;
    let file = async |path: String| {
        let request = request("POST".parse().unwrap(), &path).header("authorization", format!("Bearer {bea}"));
        let text = format!("# About {MARK}\n\nAll that is known of {MARK} stands here.");
        let answer = world.send(request.header("content-type", "text/markdown").body(Body::from(text)).unwrap()).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
    };
    file("/api/documents?name=about.md".into()).await;
    file(format!("/api/memories/{}/attachments?name=a.md", memory["id"].as_str().unwrap())).await;
    let key = post("/api/auth/keys", json!({"label": "hers"})).await;
    world.philia.idle().await;
    world.philia.reflect().await.unwrap();

    let mut names = BTreeSet::from([account.clone(), "bea".into(), format!("{account}/me"), "tea".into()]);
    names.insert(key["id"].as_str().unwrap().into());
    let sessions = world.send_as(&bea, "GET", "/api/auth/sessions", None).await.ok();
    names.extend(sessions["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
    for record in everything(&world, &account).await.into_values() {
        if record.key.kind != Kind::Job {
            names.insert(record.key.id);
        }
    }
    // What everybody has is not hers.
    for common in ["profile", "main", "curious_companion", "human", "persona"] {
        names.remove(common);
    }
    assert!(names.len() > 12, "{names:?}");
    let names = names.into_iter().step_by(world.every).collect();
    (world, account, names)
}

/// Text as a part of an address.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

impl Operation {
    /// A call of it in which everything that is named is this.
    async fn call(
        &self,
        world: &World,
        document: &Document,
        token: &str,
        name: &str,
        more: &str,
    ) -> super::world::Answer {
        let mut path = self.path.clone();
        for parameter in &self.in_path {
            path = path.replace(&format!("{{{parameter}}}"), &escaped(name));
        }
        let takes_names = ["document", "q", "conversation_id", "persona", "about", "subject", "id", "name", "cursor"];
        let query = self.in_query.iter().filter(|parameter| takes_names.contains(&parameter.as_str()));
        let mut query: Vec<String> = query.map(|parameter| format!("{parameter}={}", escaped(name))).collect();
        query.extend((!more.is_empty()).then(|| more.to_owned()));
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let mut request =
            request(self.method.parse().unwrap(), &path).header("authorization", format!("Bearer {token}"));
        let content = self.body.as_ref().and_then(|body| body["content"].as_object());
        let body = match content.and_then(|content| content.iter().next()) {
            None => Body::empty(),
            Some(_) if content.is_some_and(|content| content.contains_key("application/json")) => {
                request = request.header("content-type", "application/json");
                let schema = &content.unwrap()["application/json"]["schema"];
                Body::from(document.example(schema, name, 0).to_string())
            }
            Some(_) => {
                request = request.header("content-type", "text/plain");
                Body::from("a file")
            }
        };
        world.send(request.body(body).unwrap()).await
    }
}

pub(crate) async fn nobody_reads_or_changes_what_is_anothers(world: World) {
    let (world, account, names) = lived_in(world).await;
    let document = Document::of(&world).await;
    let adam = world.token("adam").await;
    let any = NewKey { label: "any".into(), scopes: BTreeSet::from([Scope::All]), reach: Reach::Any, days: None };
    let (key, _) = world.philia.accounts().add_key_for("adam", any, &Actor::command_line()).await.unwrap();
    let before = everything(&world, &account).await;
    assert!(format!("{before:?}").contains(MARK));

    let mut adam = adam;
    for operation in document.operations() {
        // These end what Adam comes in by, which is his own: nothing of Bea's is in that.
        let ends = operation.path == "/api/auth/logout" || operation.path.ends_with("/auth/sessions");
        let mut calls: Vec<(&str, &str, String)> = Vec::new();
        for name in &names {
            calls.push((&adam, name, String::new()));
            if operation.path.starts_with("/api") {
                calls.push((&key, name, format!("user={}", escaped(name))));
            }
        }
        for (token, name, more) in calls.iter().take(if ends { 1 } else { usize::MAX }) {
            let answer = operation.call(&world, &document, token, name, more).await;
            let what = format!("{} {} with {name:?} {more}", operation.method, operation.path);
            assert!(!answer.body.contains(MARK), "{what}: {}", answer.body);
            assert!(!format!("{:?}", answer.headers).contains(MARK), "{what}");
            assert!(answer.status.as_u16() < 500, "{what}: {}", answer.body);
            if !operation.in_path.is_empty() && operation.path.starts_with("/api") && answer.status.is_success() {
                // A name that is free to be anybody's may be made one's own.
                assert!(matches!(operation.method.as_str(), "PUT" | "GET"), "{what}: {}", answer.body);
            }
        }
        world.philia.idle().await;
        if ends {
            // The names were tried at the login, too: that is forgotten by then.
            world.clock.advance(SignedDuration::from_mins(31));
            adam = world.token("adam").await;
        }
        for token in [&adam, &key] {
            // Whoever is turned away at the door proves nothing.
            world.send_as(token, "GET", "/api/auth/me", None).await.ok();
        }
        let after = everything(&world, &account).await;
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{}", operation.path);
        assert!(before == after, "{} {} changed something of Bea's", operation.method, operation.path);
    }
}

pub(crate) async fn what_is_the_admins_is_nobody_elses(world: World) {
    let (world, _, names) = lived_in(world).await;
    let document = Document::of(&world).await;
    let adam = world.token("adam").await;
    let scopes = BTreeSet::from([Scope::All]);
    let new = NewKey { label: "all".into(), scopes, reach: Reach::Any, days: None };
    let (key, _) = world.philia.accounts().add_key_for("adam", new, &Actor::command_line()).await.unwrap();
    let mut seen = 0;
    for operation in document.operations().iter().filter(|operation| operation.path.starts_with("/api/admin")) {
        for name in names.iter().map(String::as_str).chain(["ana", "adam", "local"]) {
            for token in [&adam, &key] {
                let answer = operation.call(&world, &document, token, name, "").await;
                assert_eq!(answer.status, 403, "{} {}: {}", operation.method, operation.path, answer.body);
            }
        }
        seen += 1;
    }
    assert!(seen >= 13, "{seen}");
}

/// What may be asked by anybody: it tells nothing of anybody.
const OPEN: [&str; 8] = [
    "POST /api/auth/setup",
    "POST /api/auth/register",
    "POST /api/auth/login",
    "POST /api/auth/refresh",
    "POST /api/auth/reset",
    "GET /health",
    "GET /v1/health/",
    "GET /health/{part}",
];

pub(crate) async fn every_other_route_asks_who_is_there(world: World) {
    let (world, _, _) = lived_in(world).await;
    let document = Document::of(&world).await;
    for operation in document.operations() {
        let name = format!("{} {}", operation.method, operation.path);
        let path = operation
            .in_path
            .iter()
            .fold(operation.path.clone(), |path, name| path.replace(&format!("{{{name}}}"), "x"));
        for token in ["", "phk_local.x.y", "a.b.c"] {
            let answer = world.send_as(token, &operation.method, &path, None).await;
            if OPEN.contains(&name.as_str()) {
                assert_ne!(answer.header("content-type"), "", "{name}");
                let words = if answer.status == 401 { answer.problem().2 } else { String::new() };
                assert!(!words.contains("sign in first"), "{name}");
            } else {
                assert!(matches!(answer.status.as_u16(), 401 | 429), "{name}: {} {}", answer.status, answer.body);
                assert!(answer.status == 429 || answer.header("www-authenticate").starts_with("Bearer"), "{name}");
            }
        }
    }
}

pub(crate) async fn a_key_opens_only_what_it_is_for(world: World) {
    let (world, _, _) = lived_in(world).await;
    let document = Document::of(&world).await;
    let parts = [
        (Scope::Chat, "/api/chat"),
        (Scope::Memories, "/api/memories"),
        (Scope::Personality, "/api/personality"),
        (Scope::Personas, "/api/personas"),
        (Scope::Documents, "/api/documents"),
        (Scope::Tasks, "/api/tasks"),
        (Scope::Settings, "/api/settings"),
    ];
    for (scope, own) in parts {
        let new = NewKey { label: "one".into(), scopes: BTreeSet::from([scope]), reach: Reach::Any, days: None };
        let (key, _) = world.philia.accounts().add_key_for("adam", new, &Actor::command_line()).await.unwrap();
        for operation in document.operations() {
            let name = format!("{} {}", operation.method, operation.path);
            let others = parts.iter().any(|(_, part)| *part != own && operation.path.starts_with(part));
            let closed = others
                || ["/api/admin", "/api/auth/keys", "/api/auth/sessions"]
                    .iter()
                    .any(|part| operation.path.starts_with(part));
            let answer = operation.call(&world, &document, &key, "nothing", "").await;
            if operation.path.starts_with(own) {
                assert_ne!(answer.status, 403, "{scope:?} {name}: {}", answer.body);
            } else if closed {
                assert_eq!(answer.status, 403, "{scope:?} {name}: {}", answer.body);
            }
        }
        world.philia.idle().await;
    }
}
