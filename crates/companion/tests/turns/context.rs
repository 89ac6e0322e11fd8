//! The recent turns at hand: never others than those of the log, gone with what is forgotten, and not missed when the
//! cache fails.

use crate::world::{Act, Scripted, World};
use philia_companion::recall::Request;
use philia_companion::{Incoming, Person};
use philia_mind::ThreadId;
use philia_models::static_table::StaticTable;
use philia_ports::model::Role;
use philia_ports::{Cache as _, CacheKey};
use std::sync::Arc;
use std::time::Duration;

fn world(turns: usize) -> (World, Arc<Scripted>) {
    let model = Scripted::new((0..turns).map(|_| Act::Say(&["I hear you."])));
    (World::with(Some(model.clone())), model)
}

/// What stood before the message in the last prompt, without the system's words.
fn history(model: &Scripted) -> Vec<String> {
    let asked = model.asked.lock().unwrap();
    let messages = &asked.last().unwrap().messages;
    let before = messages[..messages.len() - 1].iter().filter(|message| message.role != Role::System);
    before.map(|message| message.content.clone()).collect()
}

fn window(person: &Person, thread: &str) -> CacheKey {
    CacheKey::new(person.id(), format!("window/{thread}")).unwrap()
}

/// What the cache holds of a thread. Its words stand in it as they are.
async fn held(world: &World, person: &Person) -> Vec<u8> {
    world.cache.inner().get(&window(person, "main")).await.unwrap().unwrap_or_default()
}

/// The same as text.
async fn at_hand(world: &World, person: &Person) -> String {
    String::from_utf8_lossy(&held(world, person).await).into_owned()
}

#[tokio::test]
async fn turns_stand_in_the_next_prompt_in_order() {
    let (world, model) = world(4);
    let person = world.person("ana").await;
    for message in ["The first thing.", "The second thing.", "The third thing."] {
        world.say(&person, message).await;
    }
    let told = history(&model);
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[0].contains("The first thing.") && told[2].contains("The second thing."), "{told:?}");
    assert!(told[1].contains("I hear you."), "{told:?}");
    let elsewhere = Incoming { thread: Some(ThreadId::new("other")), ..Incoming::new("test", "Something else.") };
    person.ask(elsewhere).await.unwrap();
    assert_eq!(history(&model), Vec::<String>::new(), "threads are apart");
}

#[tokio::test]
async fn they_come_from_the_cache_while_it_is_right() {
    let (world, model) = world(3);
    let person = world.person("ana").await;
    world.say(&person, "The first thing.").await;
    world.say(&person, "The second thing.").await;
    let text = at_hand(&world, &person).await;
    assert!(text.contains("The second thing.") && text.contains("I hear you."), "{text}");
    // Nobody but a test does this: it shows where the words come from.
    let (said, sign) = ("The first thing.", "A sign, as long.");
    let mut changed = held(&world, &person).await;
    let at = changed.windows(said.len()).position(|words| words == said.as_bytes()).unwrap();
    changed[at..at + said.len()].copy_from_slice(sign.as_bytes());
    world.cache.inner().set(&window(&person, "main"), changed, Duration::from_secs(60)).await.unwrap();
    world.say(&person, "The third thing.").await;
    assert!(history(&model).concat().contains(sign), "{:?}", history(&model));
}

#[tokio::test]
async fn what_another_instance_heard_is_not_missed() {
    let (world, model) = world(4);
    let person = world.person("ana").await;
    world.say(&person, "The first thing.").await;
    let other = World::over(world.store.clone(), None, Arc::new(StaticTable::load().unwrap()));
    other.clock.advance(jiff::SignedDuration::from_mins(1));
    world.clock.advance(jiff::SignedDuration::from_mins(2));
    let same = other.person("ana").await;
    other.say(&same, "I said this elsewhere.").await;
    world.say(&person, "The second thing.").await;
    let told = history(&model).concat();
    assert!(told.contains("The first thing.") && told.contains("I said this elsewhere."), "{told}");
}

#[tokio::test]
async fn what_is_forgotten_is_gone_from_the_cache_and_from_the_next_prompt() {
    let (world, model) = world(4);
    let person = world.person("ana").await;
    world.say(&person, "My secret colour is turquoise.").await;
    world.say(&person, "The weather is fine.").await;
    assert!(at_hand(&world, &person).await.contains("turquoise"));
    let found = person.recall(&Request::new("secret colour turquoise")).await.unwrap().memories;
    let secret = found.iter().find(|hit| hit.memory.content.contains("turquoise")).unwrap();
    person.forget(&secret.memory.id).await.unwrap();
    assert!(!at_hand(&world, &person).await.contains("turquoise"));
    world.say(&person, "And now?").await;
    let told = history(&model).concat();
    assert!(told.contains("The weather is fine.") && !told.contains("turquoise"), "{told}");
    assert!(!at_hand(&world, &person).await.contains("turquoise"));
}

#[tokio::test]
async fn who_was_erased_leaves_nothing_in_the_cache() {
    let (world, _) = world(2);
    let person = world.person("ana").await;
    world.say(&person, "My secret colour is turquoise.").await;
    person.erase().await.unwrap();
    assert_eq!(at_hand(&world, &person).await, "");
    let again = world.person("ana").await;
    world.say(&again, "Hello.").await;
    assert!(!at_hand(&world, &again).await.contains("turquoise"));
}

#[tokio::test]
async fn old_turns_and_too_many_are_left_out() {
    let (world, model) = world(30);
    let person = world.person("ana").await;
    world.say(&person, "Something old.").await;
    world.clock.advance(jiff::SignedDuration::from_hours(23));
    for n in 0..24 {
        world.say(&person, &format!("Message number {n}.")).await;
    }
    let told = history(&model);
    assert_eq!(told.len(), 40, "twenty turns");
    assert!(told[0].contains("number 3."), "{}", told[0]);
    world.clock.advance(jiff::SignedDuration::from_hours(24));
    world.say(&person, "A day later.").await;
    assert_eq!(history(&model), Vec::<String>::new());
}

#[tokio::test]
async fn without_the_cache_everything_is_there_all_the_same() {
    let (world, model) = world(4);
    let person = world.person("ana").await;
    world.say(&person, "The first thing.").await;
    world.cache.fail(true);
    let reply = world.say(&person, "The second thing.").await;
    assert_eq!((reply.saved, reply.degraded), (true, vec!["cache".to_owned()]));
    assert!(history(&model).concat().contains("The first thing."));
    let prompt = format!("{:?}", model.asked.lock().unwrap().last().unwrap().messages);
    assert!(!prompt.contains("Not working"), "the model need not know: {prompt}");
    world.cache.fail(false);
    let reply = world.say(&person, "The third thing.").await;
    assert_eq!(reply.degraded, Vec::<String>::new());
    let told = history(&model);
    assert!(told.len() == 4 && told[2].contains("The second thing."), "what it missed is read anew: {told:?}");
}

#[tokio::test]
async fn without_the_store_what_is_at_hand_still_helps() {
    let (world, model) = world(2);
    let person = world.person("ana").await;
    world.say(&person, "The first thing.").await;
    world.store.fail_commits(usize::MAX);
    world.store.fail_reads(usize::MAX);
    let reply = world.say(&person, "The second thing.").await;
    assert!(!reply.saved);
    assert!(history(&model).concat().contains("The first thing."), "{:?}", history(&model));
}
