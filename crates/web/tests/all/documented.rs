//! The lists of routes in `docs/api.md` and `docs/clients.md` are whole, and name nothing that is not there.

use crate::world::World;
use std::collections::BTreeSet;

const ROUTES: &str = include_str!("../../src/lib.rs");
const DOCS: [&str; 2] = [include_str!("../../../../docs/api.md"), include_str!("../../../../docs/clients.md")];
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// `GET /health` and its like: those that the OpenAPI document describes, and the few that it does not.
async fn routed() -> BTreeSet<String> {
    let document = World::new().get("/api/openapi.json").await.ok();
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        found.extend(item.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())));
    }
    for route in ROUTES.split(".route(").skip(1) {
        let (path, handler) = route.trim_start().strip_prefix('"').unwrap().split_once('"').unwrap();
        let method = if handler.starts_with(", post(") { "POST" } else { "GET" };
        found.insert(format!("{method} {path}"));
    }
    found
}

/// The same, as the tables have them.
fn documented() -> BTreeSet<String> {
    let cells = DOCS.into_iter().flat_map(str::lines).filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let is_route = |cell: &str| METHODS.iter().any(|method| cell.starts_with(&format!("{} /", method.to_uppercase())));
    let mut found: BTreeSet<String> = cells.map(|(cell, _)| cell.to_owned()).filter(|cell| is_route(cell)).collect();
    if DOCS[0].contains("`GET /api/mood` is the same") {
        found.insert("GET /api/mood".to_owned());
    }
    found
}

#[tokio::test]
async fn every_route_is_told_and_no_other() {
    let routed = routed().await;
    assert!(routed.len() > 30, "{routed:?}");
    assert_eq!(documented(), routed);
}
#[test]
fn every_route_has_an_example() {
    let examples: Vec<&str> = DOCS.into_iter().flat_map(str::lines).filter(|line| line.contains("curl")).collect();
    for route in documented() {
        let (method, path) = route.split_once(' ').unwrap();
        let begin = path.split('{').next().unwrap();
        let asked = |line: &&&str| match method {
            "GET" => !line.contains("-X") && !line.contains(" -d "),
            "POST" => !line.contains("-X") && (line.contains(" -d ") || line.contains("--data")),
            _ => line.contains(&format!("-X {method}")),
        };
        assert!(examples.iter().filter(asked).any(|line| line.contains(&format!("$P{begin}"))), "{route}");
    }
}
