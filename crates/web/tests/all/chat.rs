//! Saying something, and what was said.

use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn a_message_is_answered_and_remembered() {
    let world = World::new();
    let reply = world.say("I got a new puppy today! His name is Sparky.").await;
    assert!(!reply["reply"].as_str().unwrap().is_empty());
    assert_eq!(reply["conversation_id"], "main");
    assert_eq!(reply["persona"], "curious_companion");
    assert_eq!(reply["model"], "offline");
    assert_eq!(reply["saved"], true);
    assert!(reply["mood_after"]["pleasure"].as_f64() > reply["mood_before"]["pleasure"].as_f64());

    let reply = world.say("What is my dog's name?").await;
    assert!(reply["reply"].as_str().unwrap().contains("Sparky"), "{reply}");
    assert!(!reply["used"][0]["why"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn the_same_delivery_is_answered_once() {
    let world = World::new();
    let said = json!({ "message": "Good morning!", "message_id": "7" }).to_string();
    let first = world.post("/api/chat/message", said.clone()).await.ok();
    let second = world.post("/api/chat/message", said).await.ok();
    assert_eq!(first["repeated"], false);
    assert_eq!(second["repeated"], true);
    assert_eq!(second["reply"], first["reply"]);
    assert_eq!(world.get("/api/chat/history").await.ok()["items"].as_array().unwrap().len(), 1);

    let other = json!({ "message": "Good night!", "message_id": "7" }).to_string();
    for route in ["/api/chat/message", "/api/chat/stream"] {
        world.post(route, other.clone()).await.is_problem(409, "refused", "message_id \"7\" was used");
    }
}

#[tokio::test]
async fn what_cannot_be_said_is_named() {
    let world = World::new();
    for (message, says) in [
        (json!(""), "the message is empty"),
        (json!(" \n\t "), "the message is empty"),
        (json!("\u{0}\u{1}\u{7f}\u{9b}"), "the message is empty"),
        (json!("a".repeat(32 * 1024 + 1)), "has 32769 bytes; at most 32768 are allowed"),
        (json!(7), "invalid type: integer `7`, expected a string at line 1 column"),
        (json!(null), "invalid type: null, expected a string"),
    ] {
        for path in ["/api/chat/message", "/api/chat/stream"] {
            let answer = world.post(path, json!({ "message": message }).to_string()).await;
            answer.is_problem(422, "invalid", says);
        }
    }
    for (body, says) in [
        (json!({}), "missing field `message`"),
        (json!({ "message": "x", "mesage_id": "1" }), "unknown field `mesage_id`, expected one of `message`"),
        (json!({ "message": "x", "conversation_id": "" }), "conversation_id: 1 to 128 bytes"),
        (json!({ "message": "x", "message_id": "\n" }), "message_id: 1 to 128 bytes"),
        (json!({ "message": "x", "user": "a/b" }), "the user name \"a/b\" is not allowed"),
        (json!([]), "the body is a list"),
        (json!("x"), "invalid type: string"),
    ] {
        world.post("/api/chat/message", body.to_string()).await.is_problem(422, "invalid", says);
    }
    let unknown = json!({ "message": "x", "persona": "curious_compagnon" }).to_string();
    let says = "there is no persona \"curious_compagnon\"; did you mean \"curious_companion\"?";
    world.post("/api/chat/message", unknown).await.is_problem(404, "not-found", says);
    assert_eq!(world.get("/api/chat/history").await.ok()["items"], json!([]), "none of it was heard");
}

#[tokio::test]
async fn control_characters_are_left_out() {
    let world = World::new();
    world.say("Hel\u{0}lo\u{1b} there\u{7}").await;
    assert_eq!(world.get("/api/chat/history").await.ok()["items"][0]["message"], "Hello there");
}

#[tokio::test]
async fn the_log_is_read_in_pages_and_by_conversation() {
    let world = World::new();
    for n in 1..=5 {
        let thread = if n % 2 == 0 { "work" } else { "main" };
        let said = json!({ "message": format!("message {n}"), "conversation_id": thread });
        world.post("/api/chat/message", said.to_string()).await.ok();
    }
    let mut seen = Vec::new();
    let mut path = "/api/chat/history?limit=2".to_owned();
    loop {
        let page = world.get(&path).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|turn| turn["message"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/chat/history?limit=2&cursor={next}");
    }
    assert_eq!(json!(seen), json!(["message 5", "message 4", "message 3", "message 2", "message 1"]));

    let work = world.get("/api/chat/history?conversation_id=work").await.ok();
    let messages: Vec<_> = work["items"].as_array().unwrap().iter().map(|turn| turn["message"].clone()).collect();
    assert_eq!(json!(messages), json!(["message 4", "message 2"]));

    let threads = world.get("/api/chat/threads").await.ok();
    let ids: Vec<_> = threads["items"].as_array().unwrap().iter().map(|thread| thread["id"].clone()).collect();
    assert_eq!(json!(ids), json!(["main", "work"]));
    assert_eq!(threads["items"][0]["turns"], 3);
}

#[tokio::test]
async fn wrong_parameters_are_named_all_at_once() {
    let world = World::new();
    let (status, name, detail) = world.get("/api/chat/history?limit=0&limt=3&cursor=a&cursor=b").await.problem();
    assert_eq!((status, name.as_str()), (422, "invalid"));
    assert_eq!(
        detail,
        "limit: \"0\" is not a whole number from 1 to 200; cursor: given 2 times; once is enough; limt: no such \
         parameter; there are conversation_id, limit, cursor, user"
    );
    world.get("/api/chat/history?cursor=nonsense").await.is_problem(404, "not-found", "cursor");
    world.get("/api/chat/threads?x=1").await.is_problem(422, "invalid", "x: no such parameter");
}

#[tokio::test]
async fn people_do_not_see_each_other() {
    let world = World::new();
    let said = json!({ "message": "I have a secret garden.", "user": "ana" }).to_string();
    world.post("/api/chat/message", said).await.ok();
    world.philia.idle().await;
    for path in ["/api/chat/history", "/api/memories", "/api/memories?q=garden", "/api/chat/threads"] {
        let sep = if path.contains('?') { '&' } else { '?' };
        assert_ne!(world.get(&format!("{path}{sep}user=ana")).await.ok()["items"], json!([]), "{path}");
        assert_eq!(world.get(&format!("{path}{sep}user=bob")).await.ok()["items"], json!([]), "{path}");
        assert_eq!(world.get(path).await.ok()["items"], json!([]), "{path}");
    }
}
