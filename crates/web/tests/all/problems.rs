//! Requests that cannot be understood, and failures that are ours.

use crate::world::{World, json};
use axum::http::Method;
use serde_json::Value;

#[tokio::test]
async fn nowhere_and_wrong_ways() {
    let world = World::new();
    for path in ["/nowhere", "/api", "/api/", "/api/chat", "/api/memories/a/b", "/assets", "//"] {
        world.get(path).await.is_problem(404, "no-such-route", path);
    }
    for (method, path, allow) in [
        (Method::GET, "/api/chat/message", "POST"),
        (Method::PUT, "/api/settings", "GET,HEAD,PATCH"),
        (Method::POST, "/api/memories/x", "GET,HEAD,PATCH,DELETE"),
        (Method::POST, "/", "GET,HEAD"),
    ] {
        let answer = world.send(json(method.clone(), path, "{}")).await;
        answer.is_problem(405, "method-not-allowed", method.as_str());
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
}

#[tokio::test]
async fn malformed_bodies() {
    let world = World::new();
    for path in ["/api/chat/message", "/api/chat/stream"] {
        for (body, says) in [
            (&b""[..], "the body is not JSON: EOF while parsing a value at line 1 column 0"),
            (b"{\n\"message\": hi}", "at line 2 column 12"),
            (b"{\"message\": \"hi\"", "EOF while parsing an object at line 1 column 16"),
            (b"{\"message\": \"h\xffi\"}", "the body is not UTF-8 (byte 15)"),
            (b"{\"message\": \"\\ud800\"}", "at line 1 column"),
            (b"{\"message\": \"hi\"} x", "trailing characters at line 1 column 19"),
            (b"<html>", "expected value at line 1 column 1"),
        ] {
            world.post(path, body).await.is_problem(400, "malformed", says);
        }
        world.post(path, "[".repeat(100_000)).await.problem();
    }
}

#[tokio::test]
async fn a_body_of_more_than_a_mebibyte() {
    let world = World::new();
    let large = format!("{{\"message\": \"{}\"}}", "a".repeat(1024 * 1024));
    for path in ["/api/chat/message", "/api/chat/stream"] {
        world.post(path, large.clone()).await.is_problem(413, "too-large", "larger than 1048576 bytes");
    }
    let allowed = format!("{{\"message\": \"{}\"}}", "a".repeat(1024 * 1024 - 20));
    world.post("/api/chat/message", allowed).await.is_problem(422, "invalid", "at most 32768 are allowed");
}

#[tokio::test]
async fn a_failing_store_gives_nothing_away() {
    let world = World::new();
    world.say("Hello.").await;
    for path in ["/api/chat/history", "/api/memories", "/api/memories?q=hello", "/api/settings", "/api/mood"] {
        world.store.fail_reads(usize::MAX);
        let answer = world.get(path).await;
        world.store.fail_reads(0);
        answer.is_problem(503, "store-unavailable", "Nothing was lost");
        assert!(!answer.body.contains("a test has it fail"), "{}", answer.body);
        assert_eq!(answer.header("retry-after"), "2");
    }
    world.store.fail_commits(1);
    let full = world.patch("/api/settings", serde_json::json!({ "display_name": "Ana" })).await;
    full.is_problem(507, "store-full", "is full");
    assert!(!full.body.contains("a test's disk"), "{}", full.body);
}

#[tokio::test]
async fn a_message_is_answered_though_it_cannot_be_kept() {
    let world = World::new();
    world.store.fail_commits(9);
    let reply = world.post("/api/chat/message", r#"{"message":"I feel fine."}"#).await.ok();
    assert_eq!(reply["saved"], false);
    assert!(reply["reply"].as_str().unwrap().contains("will not be remembered"), "{reply}");
    world.store.fail_commits(0);
    assert_eq!(world.get("/api/chat/history").await.ok()["items"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_panic_is_a_problem_and_not_the_end() {
    let (world, strings) = World::with_puppet();
    drop(strings);
    // The puppet speaks once; asked again it panics, within the turn.
    world.post("/api/chat/message", r#"{"message":"once"}"#).await.ok();
    let answer = world.post("/api/chat/message", r#"{"message":"twice"}"#).await;
    assert!(answer.status.is_server_error(), "{}", answer.body);
    assert!(!answer.body.contains("puppet"), "{}", answer.body);
    world.get("/api/mood").await.ok();
}

#[tokio::test]
async fn a_problem_reads_well() {
    let world = World::new();
    let mut problem = world.get("/api/personas/curious_compagnon").await.json();
    // What else goes on takes ids, too.
    let id = problem["request_id"].take();
    assert_eq!(id.as_str().map(str::len), Some(36), "{id}");
    insta::assert_json_snapshot!(problem, @r#"
    {
      "detail": "there is no persona \"curious_compagnon\"; did you mean \"curious_companion\"?",
      "request_id": null,
      "status": 404,
      "title": "There is no such thing",
      "type": "urn:philia:problem:not-found"
    }
    "#);
}
