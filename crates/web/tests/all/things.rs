//! Mood, personas, health.

use crate::world::World;
use serde_json::{Value, json};

#[tokio::test]
async fn the_mood_is_told() {
    let world = World::new();
    let mood = world.get("/api/mood").await.ok();
    assert_eq!(mood["persona"], "curious_companion");
    assert_eq!(mood["turns"], 0);
    assert_eq!(mood["pad"], mood["baseline"]);
    for label in ["octant", "emotion"] {
        assert!(mood[label].is_string(), "{mood}");
    }
    assert_eq!(world.get("/api/mood?persona=supportive_friend").await.ok()["persona"], "supportive_friend");
    world.get("/api/mood?persona=nobody").await.is_problem(404, "not-found", "there is no persona \"nobody\"");
}

#[tokio::test]
async fn the_characters_are_told() {
    let world = World::new();
    let all = world.get("/api/personas").await.ok();
    let mira = all["items"].as_array().unwrap().iter().find(|one| one["id"] == "curious_companion").unwrap();
    assert_eq!(mira["name"], "Mira");
    let mira = world.get("/api/personas/curious_companion").await.ok();
    assert!(mira["temperament"]["openness"].is_number(), "{mira}");
    let says = "did you mean \"curious_companion\"?";
    world.get("/api/personas/curious_compagnon").await.is_problem(404, "not-found", says);
}

#[tokio::test]
async fn health_is_told_whole_and_in_parts() {
    let world = World::new();
    let health = world.get("/health").await.ok();
    assert_eq!(health["status"], "ok");
    let names: Vec<&Value> = health["parts"].as_array().unwrap().iter().map(|part| &part["name"]).collect();
    assert_eq!(json!(names), json!(["store", "models", "memory", "personality", "jobs", "cache"]));
    assert_eq!(world.get("/health/store").await.ok()["status"], "ok");
    world.get("/health/soul").await.is_problem(404, "not-found", "there is no part \"soul\"");

    for path in ["/health", "/health/store", "/health/ready"] {
        world.store.fail_reads(usize::MAX);
        let sick = world.get(path).await;
        world.store.fail_reads(0);
        assert_eq!(sick.status, 503, "{}", sick.body);
        assert_eq!(sick.json()["status"], "failed");
        assert_eq!(world.get("/health/live").await.status, 200);
    }
    assert_eq!(world.get("/health").await.status, 200);
}
