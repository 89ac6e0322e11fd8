//! Tasks and core blocks over HTTP.

use crate::world::World;
use serde_json::{Value, json};

fn texts(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|task| task["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn tasks_are_added_listed_changed_and_removed() {
    let world = World::new();
    let added = world.post("/api/tasks", json!({"text": "call mum", "due": "tomorrow 5pm"}).to_string()).await;
    assert_eq!(added.status, 201, "{}", added.body);
    let path = added.header("location").to_owned();
    let task = added.json();
    assert_eq!((&task["due"], &task["state"]), (&json!("2026-05-04T17:00:00Z"), &json!("open")));
    world.post("/api/tasks", json!({"text": "late", "due": "2026-05-01T08:00:00Z"}).to_string()).await;
    assert_eq!(texts(&world.get("/api/tasks").await.ok()), ["late", "call mum"]);
    assert_eq!(texts(&world.get("/api/tasks?state=overdue").await.ok()), ["late"]);
    assert_eq!(texts(&world.get("/api/tasks?from=2026-05-03T00:00:00Z").await.ok()), ["call mum"]);
    assert_eq!(world.get("/api/tasks/due").await.ok()["items"][0]["text"], "late");
    assert_eq!(world.get(&path).await.ok()["text"], "call mum");

    let snoozed = world.post(&format!("{path}/snooze"), json!({"until": "Friday"}).to_string()).await.ok();
    assert_eq!(snoozed["state"], "snoozed");
    let changed = world.patch(&path, json!({"text": "call dad", "due": null})).await.ok();
    assert_eq!((&changed["text"], changed.get("due")), (&json!("call dad"), None));
    assert_eq!(world.post(&format!("{path}/done"), "").await.ok()["state"], "done");
    assert_eq!(texts(&world.get("/api/tasks?state=done").await.ok()), ["call dad"]);
    assert_eq!(world.delete(&path).await.status, 204);
    world.get(&path).await.is_problem(404, "not-found", "there is no task");
}

#[tokio::test]
async fn what_is_wrong_with_a_task_is_named() {
    let world = World::new();
    world.post("/api/tasks", r#"{"text": ""}"#).await.is_problem(422, "invalid", "text: 0 characters");
    world.post("/api/tasks", r#"{"text": "x", "due": "blue"}"#).await.is_problem(409, "refused", "names no time");
    for none in ["2026-02-30T00:00:00Z", "-009999-01-01T00:00:00Z", "2026-05-03T25:00:00Z"] {
        let body = json!({ "text": "x", "due": none }).to_string();
        world.post("/api/tasks", body).await.is_problem(409, "refused", "names no time");
    }
    world.post("/api/tasks", r#"{"text": "x", "colour": 1}"#).await.is_problem(422, "invalid", "colour");
    for state in ["lost", "", "open,", ","] {
        let wrong = world.get(&format!("/api/tasks?state={state}")).await;
        wrong.is_problem(422, "invalid", "expected one of `open`");
    }
    world.post("/api/tasks/nothing/done", "").await.is_problem(404, "not-found", "there is no task \"nothing\"");
    world.delete("/api/tasks/nothing").await.is_problem(404, "not-found", "there is no task");
}

#[tokio::test]
async fn blocks_are_written_and_removed() {
    let world = World::new();
    let all = world.get("/api/blocks").await.ok()["items"].clone();
    assert_eq!((&all[0]["label"], &all[1]["label"]), (&json!("persona"), &json!("human")));
    let set = world.put("/api/blocks/garden", json!({"text": "We plan a garden."})).await.ok();
    assert_eq!((&set["text"], &set["version"]), (&json!("We plan a garden."), &json!(1)));
    assert_eq!(world.get("/api/blocks/garden").await.ok(), set);
    assert_eq!(world.delete("/api/blocks/garden").await.status, 204);
    world.get("/api/blocks/garden").await.is_problem(404, "not-found", "there is no block");
    // What keeps itself is in the list; by its name only what somebody wrote is found.
    world.get("/api/blocks/human").await.is_problem(404, "not-found", "there is no written block \"human\"");
    world.put("/api/blocks/human", json!({"text": "Ana"})).await.ok();
    assert_eq!(world.get("/api/blocks/human").await.ok()["text"], "Ana");
    assert_eq!(world.delete("/api/blocks/human").await.status, 204);
    world.get("/api/blocks/human").await.is_problem(404, "not-found", "there is no written block \"human\"");
    world.put("/api/blocks/No%20Name", json!({"text": "x"})).await.is_problem(422, "invalid", "label: ");
    world.put("/api/blocks/x", json!({"text": "x".repeat(2001)})).await.is_problem(422, "invalid", "2001 characters");
}
