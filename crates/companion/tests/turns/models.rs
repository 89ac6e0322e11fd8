//! With a model: what it is told, and what happens when it fails.

use crate::world::{Act, Scripted, World};
use philia_companion::{Incoming, TurnEvent};
use philia_ports::model::Role;

#[tokio::test]
async fn the_prompt_holds_persona_mood_memory_time_and_talk() {
    let model = Scripted::new([Act::Say(&["Oh, ", "a puppy!"]), Act::Say(&["Sparky."])]);
    let world = World::with(Some(model.clone()));
    let person = world.person("ana").await;
    let first = world.say(&person, "I got a new puppy called Sparky today!").await;
    assert!(first.reply.starts_with("Oh, a puppy!"), "{}", first.reply);
    assert!(first.reply.contains("AI"), "the first answer says so: {}", first.reply);
    assert_eq!((first.model.as_str(), first.tokens), ("script:one", (100, 7)));
    let second = world.say(&person, "What is the puppy's name?").await;
    assert_eq!(second.reply, "Sparky.");
    assert_eq!(second.used.len(), 1, "{:?}", second.used);

    let asked = model.asked.lock().unwrap();
    let system = |n: usize| asked[n].messages[0].content.clone();
    assert_eq!(system(0), system(1), "the head of the prompt is the same bytes every time");
    assert_eq!(asked[1].messages[0].role, Role::System);
    assert!(system(1).contains("Mira"), "{}", system(1));
    let last = &asked[1].messages.last().unwrap().content;
    assert!(last.contains("2026") && last.contains("Sparky") && last.ends_with("What is the puppy's name?"), "{last}");
    let roles: Vec<Role> = asked[1].messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant, Role::User]);
}

#[tokio::test]
async fn a_model_that_fails_is_followed_by_the_offline_voice() {
    let world = World::with(Some(Scripted::new([Act::Fail])));
    let person = world.person("ana").await;
    let reply = world.say(&person, "I got a new puppy today!").await;
    assert_eq!(reply.model, "offline");
    assert_eq!(reply.degraded, ["model"]);
    assert_eq!(reply.fallback[0].model, "script:one");
    let turn = person.interaction(&reply.interaction_id).await.unwrap().unwrap();
    assert_eq!(turn.fallback, reply.fallback);
}

#[tokio::test]
async fn a_stream_that_breaks_is_taken_back() {
    let world = World::with(Some(Scripted::new([Act::Break(&["Half a "])])));
    let person = world.person("ana").await;
    let mut turn = person.say(Incoming::new("test", "Hello"));
    let mut restarted = false;
    let mut text = String::new();
    let mut reply = None;
    while let Some(event) = turn.next().await {
        match event.unwrap() {
            TurnEvent::Text(piece) => text.push_str(&piece),
            TurnEvent::Restart(_) => {
                assert_eq!(text, "Half a ");
                text.clear();
                restarted = true;
            }
            TurnEvent::Done(done) => reply = Some(*done),
            TurnEvent::Heard(_) | TurnEvent::Felt { .. } => {}
        }
    }
    let reply = reply.unwrap();
    assert!(restarted);
    assert_eq!(reply.reply, text, "what was heard is what is kept");
    assert_eq!(reply.model, "offline");
    assert!(!reply.fallback.is_empty());
}

#[tokio::test]
async fn cancelling_stops_the_model_and_keeps_what_was_said() {
    let model = Scripted::new([Act::Hang(&["Once upon ", "a time "])]);
    let world = World::with(Some(model.clone()));
    let person = world.person("ana").await;
    let mut turn = person.say(Incoming::new("test", "Tell me a story"));
    let mut pieces = 0;
    while pieces < 2 {
        if let TurnEvent::Text(_) = turn.next().await.unwrap().unwrap() {
            pieces += 1;
        }
    }
    drop(turn);
    model.dropped.notified().await;
    world.philia.idle().await;
    let log = person.history(None, 1, None).await.unwrap().items;
    assert!(log[0].cancelled);
    assert_eq!(log[0].reply.as_deref(), Some("Once upon a time "));
}

#[tokio::test]
async fn a_crisis_never_reaches_the_model() {
    let model = Scripted::new([]);
    let world = World::with(Some(model.clone()));
    let person = world.person("ana").await;
    let reply = world.say(&person, "I want to end my life tonight.").await;
    assert_eq!(reply.model, "care");
    assert!(model.asked.lock().unwrap().is_empty());
}
