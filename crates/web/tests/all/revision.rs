//! ETags: what has not changed is not sent again, and what was changed meanwhile is not overwritten.

use crate::world::{Answer, World, request};
use axum::body::Body;
use axum::http::{Method, header};
use philia_companion::accounts::Rates;
use serde_json::{Value, json};

async fn send(world: &World, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
    let mut request = request(Method::from_bytes(method.as_bytes()).unwrap(), path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map(|body| Body::from(body.to_string())).unwrap_or_default();
    world.send(request.body(body).unwrap()).await
}

/// Somebody's own character.
fn sunny(humor: u32) -> Value {
    json!({ "id": "sunny", "parent": "supportive_friend", "name": "Sunny", "traits": { "humor": humor } })
}

#[tokio::test]
async fn what_is_stale_is_not_overwritten_and_nothing_is_changed() {
    let world = World::new();
    let note = world.post("/api/memories", r#"{"content": "The key is under the pot."}"#).await.json();
    let task = world.post("/api/tasks", r#"{"text": "call mum"}"#).await.json();
    let (note, task) = (note["id"].as_str().unwrap(), task["id"].as_str().unwrap());
    assert_eq!(world.post("/api/personas", sunny(70).to_string()).await.status, 201);
    world.put("/api/blocks/human", json!({ "text": "Ana" })).await.ok();
    let humor = |value: f64| json!({ "set": { "trait": { "name": "humor", "value": value } }, "reason": "so" });
    for (method, path, shown, change, other) in [
        ("PATCH", format!("/api/memories/{note}"), "", json!({ "pinned": true }), json!({ "pinned": false })),
        ("PATCH", format!("/api/tasks/{task}"), "", json!({ "text": "one" }), json!({ "text": "two" })),
        ("PUT", "/api/blocks/human".into(), "", json!({ "text": "one" }), json!({ "text": "two" })),
        ("PUT", "/api/personas/sunny".into(), "", sunny(60), sunny(50)),
        ("POST", "/api/personality/set".into(), "/api/personality", humor(70.0), humor(60.0)),
        ("PATCH", "/api/settings".into(), "", json!({ "display_name": "One" }), json!({ "display_name": "Two" })),
    ] {
        let shown = if shown.is_empty() { path.as_str() } else { shown };
        let seen = world.get(shown).await;
        let tag = seen.header("etag").to_owned();
        let changed = send(&world, method, &path, &[("if-match", &tag)], Some(change.clone())).await;
        assert_eq!(changed.status, 200, "{path}: {}", changed.body);
        let now = world.get(shown).await;
        assert_ne!(now.header("etag"), tag, "{path}");
        assert_eq!(changed.header("etag"), now.header("etag"), "{path}: what a change answers is what is there");

        let stale = send(&world, method, &path, &[("if-match", &tag)], Some(other.clone())).await;
        stale.is_problem(412, "stale", "read it again");
        assert_eq!(world.get(shown).await.body, now.body, "{path}: nothing is changed");

        // Any of several will do, or whatever it is.
        let several = format!("\"no-such\", {}", now.header("etag"));
        let changed = send(&world, method, &path, &[("if-match", &several)], Some(other)).await;
        assert_eq!(changed.status, 200, "{path}: {}", changed.body);
        assert_eq!(send(&world, method, &path, &[("if-match", "*")], Some(change)).await.status, 200, "{path}");
    }
    for path in [
        format!("/api/memories/{note}"),
        format!("/api/tasks/{task}"),
        "/api/blocks/human".into(),
        "/api/personas/sunny".into(),
    ] {
        send(&world, "DELETE", &path, &[("if-match", "\"1-0\"")], None).await.is_problem(412, "stale", "changed");
        let tag = world.get(&path).await.header("etag").to_owned();
        let gone = send(&world, "DELETE", &path, &[("if-match", &tag)], None).await;
        assert!(gone.status.is_success(), "{path}: {}", gone.body);
    }
}

#[tokio::test]
async fn an_account_is_changed_only_as_it_was_seen() {
    let world = World::housed(Rates::unlimited()).await;
    let token = world.token("ana").await;
    let bearer = format!("Bearer {token}");
    let account = "/api/admin/users/bea";
    let tag = world.send_as(&token, "GET", account, None).await.header("etag").to_owned();
    // Signing in changes nothing of it that an admin decides.
    world.token("bea").await;
    let set = async |tag: &str, burst: u32| {
        let headers = [("authorization", bearer.as_str()), ("if-match", tag)];
        send(&world, "PUT", "/api/admin/users/bea/limits", &headers, Some(json!({ "burst": burst }))).await
    };
    let limited = set(&tag, 3).await;
    assert_eq!((limited.status.as_u16(), limited.json()["own_limits"]["burst"].as_u64()), (200, Some(3)));
    set(&tag, 4).await.is_problem(412, "stale", "read it again");
    assert_eq!(set(limited.header("etag"), 5).await.status, 200);
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let world = World::new();
    world.say("My dog is called Bruno.").await;
    world.post("/api/tasks", r#"{"text": "call mum", "due": "2026-05-03T11:00:00Z"}"#).await;
    for path in [
        "/api/mood",
        "/api/tasks",
        "/api/tasks/due",
        "/api/memories",
        "/api/chat/history",
        "/api/settings",
        "/api/personality",
        "/api/personas",
        "/api/documents",
        "/api/openapi.json",
        "/api/blocks",
    ] {
        let first = world.get(path).await;
        let tag = first.header("etag").to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".into()] {
            let again = send(&world, "GET", path, &[("if-none-match", &known)], None).await;
            assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""), "{path} {known}");
            assert_eq!(again.header("etag"), tag);
        }
        let other = send(&world, "GET", path, &[("if-none-match", "\"x\"")], None).await;
        assert_eq!((other.status.as_u16(), &other.body), (200, &first.body), "{path}");
    }
    // By time alone a task comes up; its record is what it was.
    let (list, due) = (world.get("/api/tasks").await, world.get("/api/tasks/due").await);
    world.clock.advance(jiff::SignedDuration::from_hours(2));
    for (path, before) in [("/api/tasks", list), ("/api/tasks/due", due)] {
        let now = send(&world, "GET", path, &[("if-none-match", before.header("etag"))], None).await;
        assert_eq!(now.status, 200, "{path}");
    }
}

#[tokio::test]
async fn tags_that_are_none_are_named() {
    let world = World::new();
    for wrong in ["", "abc", "\"", "W/abc", "\"a\" \"b", "*, \"a\""] {
        let patch = send(&world, "PATCH", "/api/settings", &[("if-match", wrong)], Some(json!({}))).await;
        patch.is_problem(400, "malformed", "if-match: an ETag");
        let get = send(&world, "GET", "/api/settings", &[("if-none-match", wrong)], None).await;
        get.is_problem(400, "malformed", "if-none-match: an ETag");
    }
    // A weak tag is never good enough to change something by.
    let tag = world.get("/api/settings").await.header("etag").to_owned();
    let weak = [("if-match", &*format!("W/{tag}"))];
    send(&world, "PATCH", "/api/settings", &weak, Some(json!({}))).await.is_problem(412, "stale", "changed");
    let held = send(&world, "POST", "/api/tasks", &[("if-match", "*")], Some(json!({ "text": "x" }))).await;
    held.is_problem(409, "refused", "not held to here");
    // Nobody learns by it what others have.
    let note = world.post("/api/memories?user=ana", r#"{"content": "A secret."}"#).await.json();
    let path = format!("/api/memories/{}?user=bob", note["id"].as_str().unwrap());
    send(&world, "DELETE", &path, &[("if-match", "*")], None).await.is_problem(404, "not-found", "memory");
}
