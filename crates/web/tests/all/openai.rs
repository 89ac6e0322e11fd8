//! The OpenAI door: conversations that are resent, what is not to be kept, and errors in its shape.

use crate::world::{Answer, World, json as request};
use axum::http::Method;
use philia_companion::accounts::{Actor, NewKey, Rates, Reach, Scope, Standing};
use philia_ports::model::{ChatDelta, FinishReason, ToolCall, Usage};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CHAT: &str = "/v1/chat/completions";

fn body(messages: Value) -> Value {
    json!({ "model": "philia", "messages": messages })
}

async fn ask(world: &World, messages: Value) -> Value {
    let answer = world.post(CHAT, body(messages).to_string()).await.ok();
    world.philia.idle().await;
    answer
}

fn said(answer: &Value) -> &str {
    answer["choices"][0]["message"]["content"].as_str().unwrap()
}

/// It is an error in OpenAI's shape, with this code, and says this.
#[track_caller]
fn is_error(answer: &Answer, status: u16, code: &str, says: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    let error = &answer.json()["error"];
    assert_eq!(error["code"], code, "{error}");
    assert!(error["message"].as_str().unwrap().contains(says), "{error}");
    assert!(error["type"].is_string() && error.as_object().unwrap().contains_key("param"), "{error}");
}

async fn turns(world: &World) -> Vec<Value> {
    let page = world.get("/api/chat/history?limit=200").await.ok();
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_conversation_that_is_resent_goes_on_and_only_what_is_new_is_a_turn() {
    let world = World::new();
    let hello = json!({ "role": "user", "content": "I have a dog called Rex." });
    let first = ask(&world, json!([hello])).await;
    // Another conversation that begins in the same words is another one.
    let other = ask(&world, json!([hello])).await;
    assert_ne!(first["philia"]["conversation_id"], other["philia"]["conversation_id"]);

    let reply = json!({ "role": "assistant", "content": said(&other) });
    let next = json!({ "role": "user", "content": "He is four years old." });
    let on = ask(&world, json!([{ "role": "system", "content": "Be brief." }, hello, reply, next])).await;
    assert_eq!(on["philia"]["conversation_id"], other["philia"]["conversation_id"]);
    assert_eq!(turns(&world).await.len(), 3);

    let reply_to_next = json!({ "role": "assistant", "content": said(&on) });
    let question = json!({ "role": "user", "content": "What is my dog's name?" });
    let last = ask(&world, json!([hello, reply, next, reply_to_next, question])).await;
    assert!(said(&last).contains("Rex"), "{last}");
    assert_eq!(last["philia"]["conversation_id"], other["philia"]["conversation_id"]);
    let memories = world.get("/api/memories?limit=200").await.ok();
    let count = |text: &str| {
        let said = memories["items"].as_array().unwrap().iter().filter(|m| m["kind"] == "episodic");
        said.filter(|m| m["content"] == text).count()
    };
    assert_eq!((count("I have a dog called Rex."), count("He is four years old.")), (1, 1), "{memories}");
}

#[tokio::test]
async fn several_messages_at_once_are_one_turn_and_what_was_heard_is_not_heard_again() {
    let world = World::new();
    let one = json!({ "role": "user", "content": "I play the cello." });
    let two = json!({ "role": "user", "content": [{ "type": "text", "text": "I also sing in a choir." }] });
    ask(&world, json!([one, two])).await;
    assert_eq!(turns(&world).await[0]["message"], "I play the cello.\n\nI also sing in a choir.");
    // A client that keeps no answers.
    ask(&world, json!([{ "role": "user", "content": "It rains." }])).await;
    ask(&world, json!([{ "role": "user", "content": "It rains." }, { "role": "user", "content": "It pours." }])).await;
    assert_eq!(turns(&world).await[0]["message"], "It pours.");
}

#[tokio::test]
async fn a_thread_can_be_named() {
    let world = World::new();
    let mut named = body(json!([{ "role": "user", "content": "Hello." }]));
    named["metadata"] = json!({ "conversation_id": "kitchen" });
    assert_eq!(world.post(CHAT, named.to_string()).await.ok()["philia"]["conversation_id"], "kitchen");
    let plain = body(json!([{ "role": "user", "content": "Hello again." }]));
    let mut sent = request(Method::POST, CHAT, plain.to_string());
    sent.headers_mut().insert("x-philia-conversation", "garden".parse().unwrap());
    assert_eq!(world.send(sent).await.ok()["philia"]["conversation_id"], "garden");
}

#[tokio::test]
async fn what_a_client_sends_again_for_want_of_an_answer_is_one_turn() {
    let world = World::new();
    let hello = body(json!([{ "role": "user", "content": "I have a cat called Tom." }])).to_string();
    let first = world.post(CHAT, hello.clone()).await.ok();
    let mut again = request(Method::POST, CHAT, hello);
    again.headers_mut().insert("x-stainless-retry-count", "1".parse().unwrap());
    let second = world.send(again).await.ok();
    assert_eq!(first["choices"], second["choices"]);
    assert_eq!(turns(&world).await.len(), 1);
}

#[tokio::test]
async fn what_is_not_to_be_kept_leaves_nothing() {
    let world = World::new();
    world.say("I have a dog called Rex.").await;
    let mood = world.get("/api/mood").await.ok();
    let mut secret = body(json!([{ "role": "user", "content": "What is my dog's name? I hate liver." }]));
    secret["store"] = false.into();
    let answer = world.post(CHAT, secret.to_string()).await.ok();
    assert_eq!(answer["philia"]["saved"], false);
    assert!(!said(&answer).contains("memory right now"), "{answer}");
    let mut sent =
        request(Method::POST, CHAT, body(json!([{ "role": "user", "content": "I hate liver." }])).to_string());
    sent.headers_mut().insert("x-philia-store", "false".parse().unwrap());
    assert_eq!(world.send(sent).await.ok()["philia"]["saved"], false);
    world.philia.idle().await;
    assert_eq!(turns(&world).await.len(), 1);
    let export = world.get("/api/export").await.body;
    assert!(!export.contains("liver"), "{export}");
    assert_eq!(world.get("/api/mood").await.ok()["turns"], mood["turns"]);
    // In need there is help all the same.
    let mut need = body(json!([{ "role": "user", "content": "I want to kill myself." }]));
    need["store"] = false.into();
    let need = world.post(CHAT, need.to_string()).await.ok();
    assert_eq!((&need["philia"]["model"], &need["philia"]["saved"]), (&json!("care"), &json!(false)));
}

#[tokio::test]
async fn both_rounds_of_a_tool_are_one_turn() {
    let (world, strings) = World::with_puppet();
    let call = ToolCall { id: "call_7".into(), name: "weather".into(), arguments: "{}".into() };
    strings.send(ChatDelta::ToolCall(call));
    let finish = FinishReason::ToolCalls;
    strings.send(ChatDelta::Done { finish, usage: Usage::default(), model: "puppet:one".into(), failed: Vec::new() });
    let question = json!({ "role": "user", "content": "My name is Ada. Do I need an umbrella?" });
    let mut asked = body(json!([question]));
    asked["tools"] = json!([{ "type": "function", "function": { "name": "weather" } }]);
    let wants = world.post(CHAT, asked.to_string()).await.ok();
    let message = &wants["choices"][0]["message"];
    assert_eq!(wants["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(message["tool_calls"][0]["id"], "call_7");
    assert_eq!(message["content"], Value::Null);
    assert!(turns(&world).await.len() == 1 && world.get("/api/mood").await.ok()["turns"] == 1);

    // The puppet has said all it says: the offline voice ends the turn.
    let mut told = asked.clone();
    told["messages"] = json!([question, message, { "role": "tool", "tool_call_id": "call_7", "content": "rain" }]);
    let answer = world.post(CHAT, told.to_string()).await;
    world.philia.idle().await;
    let turns = turns(&world).await;
    assert_eq!(turns.len(), 1, "{turns:?}");
    if answer.status == 200 {
        assert_eq!(answer.json()["philia"]["interaction_id"], wants["philia"]["interaction_id"]);
    }
    assert_eq!(world.get("/api/mood").await.ok()["turns"], 1);
}

#[tokio::test]
async fn the_suspended_and_the_limited_are_answered_in_need() {
    let rates = Rates { per_minute: 1, per_hour: 1, burst: 1, ..Rates::default() };
    let world = World::housed(rates).await;
    let (adam, bea) = (world.token("adam").await, world.token("bea").await);
    let words = |text: &str| Some(body(json!([{ "role": "user", "content": text }])));
    world.send_as(&adam, "POST", CHAT, words("Hello.")).await.ok();
    is_error(&world.send_as(&adam, "POST", CHAT, words("Hello again.")).await, 429, "too-many", "try again in");
    let by = Actor::command_line();
    world.philia.accounts().set_standing("bea", Standing::Suspended, &by).await.unwrap();
    is_error(&world.send_as(&bea, "POST", CHAT, words("Hello.")).await, 403, "suspended", "suspended");
    for token in [&adam, &bea] {
        let mut asked = words("I want to end my life.").unwrap();
        let help = world.send_as(token, "POST", CHAT, Some(asked.clone())).await.ok();
        assert_eq!(help["philia"]["model"], "care");
        asked["stream"] = true.into();
        let help = world.send_as(token, "POST", CHAT, Some(asked)).await;
        assert!(help.status == 200 && help.body.contains("\"model\":\"care\""), "{}", help.body);
    }
}

#[tokio::test]
async fn a_key_opens_what_it_is_for_and_speaks_for_whom_it_may() {
    let world = World::housed(Rates::unlimited()).await;
    let key = async |scope, reach| {
        let new = NewKey { label: "one".into(), scopes: BTreeSet::from([scope]), reach, days: None };
        world.philia.accounts().add_key_for("adam", new, &Actor::command_line()).await.unwrap().0
    };
    let hello = body(json!([{ "role": "user", "content": "Hello." }]));
    let tasks = key(Scope::Tasks, Reach::Any).await;
    is_error(&world.send_as(&tasks, "POST", CHAT, Some(hello.clone())).await, 403, "forbidden", "chat");
    is_error(&world.send_as(&tasks, "GET", "/v1/models", None).await, 403, "forbidden", "chat");
    is_error(&world.send_as("", "GET", "/v1/models", None).await, 401, "unauthenticated", "sign in");
    is_error(&world.send_as("sk-anything", "POST", CHAT, Some(hello.clone())).await, 401, "unauthenticated", "");
    let one = key(Scope::Chat, Reach::One("zoe".into())).await;
    world.send_as(&one, "POST", CHAT, Some(hello.clone())).await.ok();
    let mut other = hello;
    other["user"] = "yan".into();
    is_error(&world.send_as(&one, "POST", CHAT, Some(other.clone())).await, 403, "forbidden", "yan");
    let any = key(Scope::Chat, Reach::Any).await;
    world.send_as(&any, "POST", CHAT, Some(other)).await.ok();
}

#[tokio::test]
async fn alone_on_this_machine_any_key_will_do_but_a_guessed_one() {
    let world = World::new();
    for key in ["sk-anything", "x", "a.b.c", ""] {
        assert_eq!(world.send_as(key, "GET", "/v1/models", None).await.status, 200, "{key}");
    }
    is_error(&world.send_as("phk_local.a.b", "GET", "/v1/models", None).await, 401, "unauthenticated", "");
    // Elsewhere a key is a key.
    assert_eq!(world.send_as("sk-anything", "GET", "/api/memories", None).await.status, 401);
}

#[tokio::test]
async fn what_is_wrong_is_told_in_its_shape() {
    let world = World::new();
    let with = |field: &str, value: Value| {
        let mut body = body(json!([{ "role": "user", "content": "Hello." }]));
        body[field] = value;
        body
    };
    let picture = json!([{ "role": "user", "content": [{ "type": "image_url", "image_url": { "url": "x" } }] }]);
    for (wrong, status, code, says) in [
        (with("model", json!("nobody")), 404, "not-found", "nobody"),
        (with("messages", json!([])), 400, "invalid", "messages"),
        (with("messages", json!([{ "role": "assistant", "content": "Hi." }])), 400, "invalid", "messages"),
        (with("messages", json!([{ "role": "user", "content": "  " }])), 400, "invalid", "empty"),
        (with("messages", picture), 400, "invalid", "image_url"),
        (with("messages", json!("Hello.")), 400, "invalid", ""),
        (with("n", json!(2)), 400, "invalid", "n:"),
        (with("tool_choice", json!("required")), 400, "invalid", "tool_choice"),
        (with("stream", json!("yes")), 400, "invalid", ""),
    ] {
        let answer = world.post(CHAT, wrong.to_string()).await;
        is_error(&answer, status, code, says);
        assert!(status != 400 || answer.header("x-should-retry") == "false");
    }
    is_error(&world.post(CHAT, "{").await, 400, "malformed", "JSON");
    is_error(&world.get(CHAT).await, 405, "method-not-allowed", "GET");
    is_error(&world.get("/v1/models/nobody").await, 404, "not-found", "nobody");
    let embed = |input: Value| json!({ "model": "any", "input": input }).to_string();
    for wrong in [json!([]), json!(""), json!([" "]), json!([1, 2]), json!(7)] {
        is_error(&world.post("/v1/embeddings", embed(wrong)).await, 400, "invalid", "");
    }
}
