//! Memories by hand over HTTP: adding, changing, merging; facts, conflicts, and searching with everything that can be said.

use crate::world::{Answer, World, json as request};
use axum::http::{HeaderValue, Method};
use serde_json::{Value, json};

async fn add(world: &World, memory: Value) -> Value {
    let added = world.post("/api/memories", memory.to_string()).await;
    assert_eq!(added.status, 201, "{}", added.body);
    added.json()
}

fn id(memory: &Value) -> &str {
    memory["id"].as_str().unwrap()
}

/// As somebody else.
async fn as_ben(world: &World, method: Method, path: &str, body: Value) -> Answer {
    let mut request = request(method, path, body.to_string());
    request.headers_mut().insert("x-philia-user", HeaderValue::from_static("ben"));
    world.send(request).await
}

#[tokio::test]
async fn one_is_added_changed_and_found_by_its_new_words() {
    let world = World::new();
    let told = json!({
        "content": "The spare key is under the blue pot.", "category": "note", "importance": 0.7, "tags": ["home"],
        "pinned": true, "occurred_at": "2026-04-01T08:00:00Z",
    });
    let added = add(&world, told.clone()).await;
    for field in ["content", "category", "importance", "tags", "pinned", "occurred_at"] {
        assert_eq!(added[field], told[field], "{field}");
    }
    assert_eq!(id(&add(&world, told).await), id(&added), "the same again is the same");

    let path = format!("/api/memories/{}", id(&added));
    // A label is measured in characters, whatever they are.
    world.patch(&path, json!({"tags": ["é".repeat(64)]})).await.ok();
    world.patch(&path, json!({"tags": ["é".repeat(65)]})).await.is_problem(422, "invalid", "1 to 64 characters");
    let change = json!({"content": "The spare key is with Ana.", "tags": ["home", "keys"], "pinned": false});
    let changed = world.patch(&path, change).await.ok();
    assert_eq!((&changed["content"], changed.get("pinned")), (&json!("The spare key is with Ana."), None));
    assert_eq!((&changed["tags"], &changed["importance"]), (&json!(["home", "keys"]), &json!(0.7)));
    assert!(changed["metadata"]["former"].to_string().contains("blue pot"), "{changed}");
    assert_eq!(world.get(&path).await.ok(), changed);
    let found = world.get("/api/memories?q=spare%20key").await.ok();
    assert_eq!(found["items"][0]["content"], "The spare key is with Ana.");
}

#[tokio::test]
async fn what_is_wrong_is_named_and_changes_nothing() {
    let world = World::new();
    let added = add(&world, json!({"content": "The spare key is under the blue pot."})).await;
    let path = format!("/api/memories/{}", id(&added));
    for (body, says) in [
        (json!({"content": " "}), "content"),
        (json!({"content": "x", "importance": 1.5}), "importance"),
        (json!({"content": "x", "category": "memes"}), "expected one of `fact`"),
        (json!({"content": "x", "colour": 1}), "unknown field `colour`, expected one of `content`"),
        (json!({"content": "x", "fact": {"subject": " ", "key": "a", "value": "b"}}), "subject"),
        (json!({}), "missing field `content`"),
    ] {
        world.post("/api/memories", body.to_string()).await.is_problem(422, "invalid", says);
    }
    for (body, says) in [
        (json!({"importance": -1}), "importance"),
        (json!({"pinned": null}), "null"),
        (json!({"text": "x"}), "unknown field `text`, expected one of `content`"),
        (json!({"value": "x"}), "states no fact"),
    ] {
        world.patch(&path, body).await.is_turned_down(says);
    }
    assert_eq!(world.get(&path).await.ok(), added);
    assert_eq!(world.get("/api/memories").await.ok()["items"].as_array().unwrap().len(), 1);
    world.patch("/api/memories/nothing", json!({"pinned": true})).await.is_problem(404, "not-found", "no memory");
    as_ben(&world, Method::PATCH, &path, json!({"pinned": true})).await.is_problem(404, "not-found", "no memory");
}

#[tokio::test]
async fn several_become_one() {
    let world = World::new();
    let keep = add(&world, json!({"content": "The choir sings on Tuesdays.", "tags": ["choir"]})).await;
    let other = add(&world, json!({"content": "Choir is every Tuesday.", "tags": ["music"], "importance": 0.9})).await;
    let body = json!({"keep": id(&keep), "others": [id(&other)]});
    as_ben(&world, Method::POST, "/api/memories/merge", body.clone()).await.is_problem(404, "not-found", "no memory");
    let merged = world.post("/api/memories/merge", body.to_string()).await.ok();
    assert_eq!((&merged["id"], &merged["content"]), (&keep["id"], &keep["content"]));
    assert_eq!((&merged["tags"], &merged["importance"]), (&json!(["choir", "music"]), &json!(0.9)));
    world.get(&format!("/api/memories/{}", id(&other))).await.is_problem(404, "not-found", "no memory");
    let merge = |others: Value| {
        let body = json!({"keep": id(&keep), "others": others}).to_string();
        let world = &world;
        async move { world.post("/api/memories/merge", body).await }
    };
    merge(json!([])).await.is_problem(409, "refused", "others: name 1 to 20");
    merge(json!([id(&keep)])).await.is_problem(409, "refused", "and not");
    merge(json!([id(&other)])).await.is_problem(404, "not-found", "no memory");
    let unknown = json!({"keep": "a", "others": ["b"], "with": "c"}).to_string();
    world.post("/api/memories/merge", unknown).await.is_problem(422, "invalid", "expected one of `keep`, `others`");
}

fn fact(key: &str, value: &str) -> Value {
    json!({"content": format!("My {key} is {value}."), "fact": {"subject": "user", "key": key, "value": value}})
}

#[tokio::test]
async fn facts_are_told_with_what_was() {
    let world = World::new();
    let old = add(&world, fact("home.city", "Bremen")).await;
    add(&world, fact("home.city", "Porto")).await;
    add(&world, fact("pet.dog.name", "Sparky")).await;
    let values = |facts: &Value| -> Vec<String> {
        facts["items"].as_array().unwrap().iter().map(|fact| fact["value"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(values(&world.get("/api/memories/facts").await.ok()), ["Porto", "Sparky"]);
    assert_eq!(values(&world.get("/api/memories/facts?key=pet").await.ok()), ["Sparky"]);
    assert!(values(&world.get("/api/memories/facts?subject=Dora").await.ok()).is_empty());
    let all = world.get("/api/memories/facts?key=home.city&history=true").await.ok();
    assert!(all.to_string().contains(id(&old)), "{all}");
    world.get("/api/memories/facts?history=si").await.is_problem(422, "invalid", "history");
    world.get("/api/memories/facts?colour=red").await.is_problem(
        422,
        "invalid",
        "no such parameter; there are subject",
    );
    let bens = as_ben(&world, Method::GET, "/api/memories/facts", json!({})).await.ok();
    assert!(values(&bens).is_empty(), "another's facts are another's");
}

#[tokio::test]
async fn conflicts_wait_and_are_settled_once() {
    let world = World::new();
    let older = add(&world, fact("birth.year", "1990")).await;
    let newer = add(&world, fact("age", "50")).await;
    let waiting = world.get("/api/memories/conflicts?state=detected").await.ok();
    let conflict = &waiting["items"][0];
    assert_eq!((&conflict["older"], &conflict["newer"]), (&older["id"], &newer["id"]), "{waiting}");
    let path = format!("/api/memories/conflicts/{}/resolve", id(conflict));

    let asks = json!({"method": "user_clarification"});
    world.post(&path, asks.to_string()).await.is_problem(409, "refused", "keep: say which memory holds");
    let wrong = json!({"method": "user_clarification", "keep": "nothing"});
    world.post(&path, wrong.to_string()).await.is_problem(409, "refused", "is none of the two memories");
    world.post(&path, r#"{"method": "dice"}"#).await.is_problem(
        422,
        "invalid",
        "expected one of `temporal_precedence`",
    );
    world.post(&path, r#"{"method": "ignore", "why": 1}"#).await.is_problem(422, "invalid", "unknown field `why`");
    as_ben(&world, Method::POST, &path, json!({"method": "ignore"})).await.is_problem(404, "not-found", "no conflict");
    let nowhere = "/api/memories/conflicts/nothing/resolve";
    world.post(nowhere, r#"{"method": "ignore"}"#).await.is_problem(404, "not-found", "no conflict \"nothing\"");

    let keep = json!({"method": "user_clarification", "keep": id(&older)});
    let settled = world.post(&path, keep.to_string()).await.ok();
    assert_eq!((&settled["state"], &settled["kept"]), (&json!("resolved"), &older["id"]));
    world.post(&path, keep.to_string()).await.is_problem(409, "refused", "was resolved before");
    assert_eq!(world.get("/api/memories/conflicts?state=detected").await.ok()["items"], json!([]));
    assert_eq!(world.get("/api/memories/conflicts?state=resolved").await.ok()["items"][0], settled);
    let facts = world.get("/api/memories/facts").await.body;
    assert!(facts.contains("1990") && !facts.contains("\"50\""), "{facts}");
    world.get("/api/memories/conflicts?state=lost").await.is_problem(
        422,
        "invalid",
        "expected `detected` or `resolved`",
    );
}

#[tokio::test]
async fn a_search_says_every_signal() {
    let world = World::new();
    for message in ["I adopted a dog called Sparky.", "I love black coffee.", "My sister lives in Lisbon."] {
        world.say(message).await;
    }
    let search = |body: Value| {
        let world = &world;
        async move { world.post("/api/memories/search", body.to_string()).await }
    };
    let found = search(json!({"query": "What is my dog called?", "k": 2})).await.ok();
    let best = &found["items"][0];
    assert!(best["content"].as_str().unwrap().contains("Sparky"), "{found}");
    assert!(found["items"].as_array().unwrap().len() <= 2);
    for signal in ["lexical", "neighbourhood", "dense", "cosine", "kindred", "speaker", "date", "feeling"] {
        assert!(best["signals"][signal].is_number(), "{signal}: {best}");
    }
    assert!(best["signals"]["lexical"].as_f64().unwrap() > 0.0);
    assert!(best["shared"].to_string().contains("dog") && !best["why"].as_str().unwrap().is_empty(), "{best}");
    let asked = world.get("/api/memories?q=What%20is%20my%20dog%20called%3F&limit=2").await.ok();
    assert_eq!(asked["items"], found["items"], "both doors lead to the same");

    for (filters, some) in [
        (json!({}), true),
        (json!({"category": ["email", "file"]}), false),
        (json!({"kind": "episodic", "speaker": "user", "include_companion": true}), true),
        (json!({"speaker": "Dora"}), false),
        (json!({"tags": ["nothing-has-this-tag"]}), false),
        (json!({"emotion": ["fear"]}), false),
        (json!({"after": "2026-05-03T00:00:00Z", "before": "2026-05-04T00:00:00Z"}), true),
        (json!({"after": "2026-05-04T00:00:00Z"}), false),
        (json!({"min_importance": 1.0}), false),
        (json!({"document": "none"}), false),
    ] {
        let found = search(json!({"query": "dog Sparky", "filters": filters})).await.ok();
        assert_eq!(!found["items"].as_array().unwrap().is_empty(), some, "{filters}: {found}");
    }
    let all = search(json!({"query": "dog coffee sister", "lambda": 1.0})).await.ok()["items"].clone();
    let few = search(json!({"query": "dog coffee sister", "lambda": 1.0, "budget": 12})).await.ok()["items"].clone();
    assert!(few.as_array().unwrap().len() < all.as_array().unwrap().len(), "{few}");
    let bens = as_ben(&world, Method::POST, "/api/memories/search", json!({"query": "dog"})).await.ok();
    assert_eq!(bens["items"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_named() {
    let world = World::new();
    for (body, says) in [
        (json!({}), "missing field `query`"),
        (json!({"query": " "}), "the question is empty"),
        (json!({"query": "x", "k": 0}), "k: 0 is not 1 to 50"),
        (json!({"query": "x", "k": 51}), "k: 51 is not 1 to 50"),
        (json!({"query": "x", "lambda": 2.0}), "lambda: 2 is not 0 to 1"),
        (json!({"query": "x", "budget": 1_u64 << 53}), "budget: 9007199254740992 is not 0 to 9007199254740991"),
        (json!({"query": "x", "limit": 3}), "unknown field `limit`, expected one of `query`, `k`, `filters`"),
        (json!({"query": "x", "filters": {"tag": "x"}}), "unknown field `tag`, expected one of `category`"),
        (json!({"query": "x", "filters": {"category": ["memes"]}}), "expected one of `fact`"),
        (json!({"query": "x", "filters": {"emotion": ["meh"]}}), "emotion: there is no \"meh\""),
        (json!({"query": "x", "filters": {"min_importance": 2.0}}), "min_importance: 2 is not 0 to 1"),
    ] {
        world.post("/api/memories/search", body.to_string()).await.is_turned_down(says);
    }
    for (query, says) in [
        ("q=x&k=3&limit=3", "k and limit: both say"),
        ("q=x&limit=51", "limit: 51 is not 1 to 50"),
        ("q=x&cursor=abc", "cursor: "),
        ("k=3", "k: it goes with a question"),
    ] {
        world.get(&format!("/api/memories?{query}")).await.is_turned_down(says);
    }
}
