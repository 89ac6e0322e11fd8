//! Looking at memories, searching them, and forgetting.

use crate::world::World;
use serde_json::{Value, json};

fn contents(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|memory| memory["content"].as_str().unwrap()).collect()
}

async fn told() -> World {
    let world = World::new();
    for message in ["I adopted a dog called Sparky.", "I love black coffee.", "My sister lives in Lisbon."] {
        world.say(message).await;
    }
    world
}

#[tokio::test]
async fn they_are_listed_newest_first_in_pages() {
    let world = told().await;
    let all = world.get("/api/memories").await.ok();
    let all = contents(&all);
    assert!(all.contains(&"I love black coffee."), "{all:?}");
    let mut paged = Vec::new();
    let mut path = "/api/memories?limit=1".to_owned();
    loop {
        let page = world.get(&path).await.ok();
        paged.extend(contents(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/memories?limit=1&cursor={next}");
    }
    assert_eq!(paged, all);
    assert!(!world.get("/api/memories").await.body.contains("\"companion\""), "its own words are not among them");
    assert!(world.get("/api/memories?include_companion=true").await.body.contains("\"companion\""));
}

#[tokio::test]
async fn they_are_found_and_it_is_said_why() {
    let world = told().await;
    let found = world.get("/api/memories?q=what%20is%20my%20dog%20called&k=3").await.ok();
    let best = &found["items"][0];
    assert!(best["content"].as_str().unwrap().contains("Sparky"), "{found}");
    assert!(best["score"].as_f64().unwrap() > 0.0);
    assert!(!best["why"].as_str().unwrap().is_empty());
    assert_eq!(found["degraded"], json!([]));
    assert!(found["items"].as_array().unwrap().len() <= 3);
}

#[tokio::test]
async fn filters_hold_with_and_without_a_question() {
    let world = told().await;
    for (filter, expected) in [
        ("category=email,file", false),
        ("kind=episodic", true),
        ("speaker=user", true),
        ("speaker=Dora", false),
        ("tag=nothing-has-this-tag", false),
        ("after=2026-05-04T00:00:00Z", false),
        ("before=2026-05-04T00:00:00Z", true),
        ("min_importance=1", false),
        ("emotion=fear", false),
    ] {
        let listed = world.get(&format!("/api/memories?{filter}")).await.ok();
        assert_eq!(!contents(&listed).is_empty(), expected, "{filter}: {listed}");
        let found = world.get(&format!("/api/memories?q=dog%20Sparky&{filter}")).await.ok();
        assert_eq!(!contents(&found).is_empty(), expected, "{filter}: {found}");
    }
}

#[tokio::test]
async fn wrong_filters_are_named_all_at_once() {
    let world = World::new();
    let path =
        "/api/memories?category=fact,memes&kind=odd&after=noon&min_importance=2&include_companion=si&k=51&limit=x";
    let (status, name, detail) = world.get(path).await.problem();
    assert_eq!((status, name.as_str()), (422, "invalid"));
    for says in [
        "category: unknown variant `memes`, expected one of `fact`",
        "kind: unknown variant `odd`, expected `episodic` or `semantic`",
        "after: \"noon\" is not an instant",
        "min_importance: \"2\" is not a number from 0 to 1",
        "include_companion: \"si\" is not true or false",
        "k: \"51\" is not a whole number from 1 to 50",
        "limit: \"x\" is not a whole number from 1 to 200",
    ] {
        assert!(detail.contains(says), "{detail:?} does not say {says:?}");
    }
    world.get("/api/memories?q=%20").await.is_problem(422, "invalid", "the question is empty");
    world.get("/api/memories?cursor=nonsense").await.is_problem(404, "not-found", "cursor");
}

#[tokio::test]
async fn one_is_looked_at_and_forgotten() {
    let world = told().await;
    let found = world.get("/api/memories?q=coffee").await.ok();
    let id = found["items"][0]["id"].as_str().unwrap();
    let path = format!("/api/memories/{id}");
    assert_eq!(world.get(&path).await.ok()["id"], id);

    let forgotten = world.delete(&path).await.ok();
    assert!(forgotten["forgotten"].as_array().unwrap().iter().any(|gone| gone["id"] == id), "{forgotten}");
    world.get(&path).await.is_problem(404, "not-found", "there is no memory");
    world.delete(&path).await.is_problem(404, "not-found", "there is no memory");
    assert_eq!(contents(&world.get("/api/memories?q=coffee").await.ok()), Vec::<&str>::new());
    assert!(!world.get("/api/memories").await.body.contains("coffee"));
    assert!(!world.get("/api/chat/history").await.body.contains("coffee"), "the turn's words are gone, too");
}

#[tokio::test]
async fn strange_names_lead_nowhere() {
    let world = World::new();
    world.get("/api/memories/nothing").await.is_problem(404, "not-found", "there is no memory \"nothing\"");
    world.delete("/api/memories/nothing").await.is_problem(404, "not-found", "there is no memory \"nothing\"");
    world.get("/api/memories/%ff").await.is_problem(400, "malformed", "UTF-8");
    world.get("/api/memories/x?y=1").await.is_problem(422, "invalid", "y: no such parameter");
}
