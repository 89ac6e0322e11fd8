//! A POST with an Idempotency-Key is done once.

use crate::world::{Answer, World, json};
use axum::http::{HeaderValue, Method};
use jiff::SignedDuration;
use philia_companion::accounts::Rates;
use philia_companion::once::{Once, Outcome};

async fn post(world: &World, key: &str, user: &str, path: &str, body: &str) -> Answer {
    let mut request = json(Method::POST, path, body.to_owned());
    request.headers_mut().insert("idempotency-key", HeaderValue::from_str(key).unwrap());
    request.headers_mut().insert("x-philia-user", HeaderValue::from_str(user).unwrap());
    world.send(request).await
}

fn is_replayed(answer: &Answer) -> bool {
    answer.headers.contains_key("idempotency-replayed")
}

async fn tasks(world: &World, user: &str) -> usize {
    world.get(&format!("/api/tasks?user={user}")).await.ok()["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn the_same_request_is_done_once_and_answered_the_same() {
    let world = World::new();
    let task = r#"{"text": "call mum"}"#;
    let first = post(&world, "k1", "ana", "/api/tasks", task).await;
    let again = post(&world, "k1", "ana", "/api/tasks", task).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201), "{}", again.body);
    assert_eq!((&first.body, first.header("location")), (&again.body, again.header("location")));
    assert!(!is_replayed(&first) && is_replayed(&again));
    assert_eq!(tasks(&world, "ana").await, 1);
    // A key is somebody's own, and another key is another request.
    assert!(!is_replayed(&post(&world, "k1", "bob", "/api/tasks", task).await));
    assert!(!is_replayed(&post(&world, "k2", "ana", "/api/tasks", task).await));
    assert_eq!((tasks(&world, "ana").await, tasks(&world, "bob").await), (2, 1));
    // After a day it is a name like any other.
    world.clock.advance(SignedDuration::from_secs(24 * 3600 + 1));
    assert!(!is_replayed(&post(&world, "k1", "ana", "/api/tasks", task).await));
}

#[tokio::test]
async fn a_key_belongs_to_one_request_and_is_a_short_text() {
    let world = World::new();
    post(&world, "k", "ana", "/api/tasks", r#"{"text": "one"}"#).await;
    let other = post(&world, "k", "ana", "/api/tasks", r#"{"text": "two"}"#).await;
    other.is_problem(422, "key-reused", "another request");
    let elsewhere = post(&world, "k", "ana", "/api/memories", r#"{"text": "one"}"#).await;
    elsewhere.is_problem(422, "key-reused", "another request");
    for wrong in [String::new(), "x".repeat(129)] {
        post(&world, &wrong, "ana", "/api/tasks", "{}").await.is_problem(400, "malformed", "Idempotency-Key");
    }
    // What was refused did nothing, and is asked anew.
    post(&world, "w", "ana", "/api/tasks", "{}").await.is_problem(422, "invalid", "missing field `text`");
    assert!(!is_replayed(&post(&world, "w", "ana", "/api/tasks", r#"{"text": "three"}"#).await));
    // So did what the store failed at.
    world.store.fail_commits(1);
    post(&world, "s", "ana", "/api/tasks", r#"{"text": "four"}"#).await.is_problem(507, "store-full", "full");
    assert_eq!(post(&world, "s", "ana", "/api/tasks", r#"{"text": "four"}"#).await.status, 201);
}

#[tokio::test]
async fn what_is_forgotten_does_not_come_back_by_an_answer() {
    let world = World::new();
    let body = r#"{"content": "The key is under the blue pot."}"#;
    let first = post(&world, "k", "ana", "/api/memories", body).await;
    assert!(is_replayed(&post(&world, "k", "ana", "/api/memories", body).await));
    let id = first.json()["id"].as_str().unwrap_or_default().to_owned();
    world.delete(&format!("/api/memories/{id}?user=ana")).await.ok();
    // That it was done is known all the same.
    let again = post(&world, "k", "ana", "/api/memories", body).await;
    again.is_problem(422, "key-reused", "its answer is not kept any more");
    world.get(&format!("/api/memories/{id}?user=ana")).await.is_problem(404, "not-found", "");
}

#[tokio::test]
async fn a_message_is_known_by_it_for_good() {
    let world = World::new();
    let body = r#"{"message": "Hello"}"#;
    let first = post(&world, "k", "ana", "/api/chat/message", body).await;
    assert!(!is_replayed(&first));
    let first = first.ok();
    world.clock.advance(SignedDuration::from_hours(100 * 24));
    let again = post(&world, "k", "ana", "/api/chat/message", body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let again = again.ok();
    assert_eq!((&first["reply"], &again["repeated"]), (&again["reply"], &serde_json::json!(true)));
    let stream = post(&world, "k", "ana", "/api/chat/stream", body).await;
    assert!(stream.body.contains("\"repeated\":true"), "{}", stream.body);
    assert_eq!(stream.header("idempotency-replayed"), "true");
    let new = post(&world, "k2", "ana", "/api/chat/stream", r#"{"message": "Good night"}"#).await;
    assert!(new.body.contains("\"repeated\":false") && !is_replayed(&new), "{}", new.body);
    let other = post(&world, "k", "ana", "/api/chat/message", r#"{"message": "Bye"}"#).await;
    other.is_problem(422, "key-reused", "was used for another message");
    assert_eq!(world.get("/api/chat/history?user=ana").await.ok()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_opens_something_is_never_kept() {
    let world = World::housed(Rates::unlimited()).await;
    let login = r#"{"name": "adam", "password": "correct horse"}"#;
    let (one, two) = (
        post(&world, "k", "", "/api/auth/login", login).await.ok(),
        post(&world, "k", "", "/api/auth/login", login).await.ok(),
    );
    assert_ne!(one["access_token"], two["access_token"]);
}

#[tokio::test]
async fn while_the_first_is_running_the_second_is_told_so() {
    let world = World::new();
    let ana = world.philia.person("local", "ana").await.unwrap();
    let task = r#"{"text": "call mum"}"#;
    let Once::First(ticket) = ana.once("k", format!("/api/tasks\n{task}").as_bytes()).await.unwrap() else {
        panic!("somebody was first");
    };
    post(&world, "k", "ana", "/api/tasks", task).await.is_problem(409, "key-busy", "the first");
    ana.done_once(ticket, Outcome::Failed).await.unwrap();
    assert_eq!(post(&world, "k", "ana", "/api/tasks", task).await.status, 201);
}
