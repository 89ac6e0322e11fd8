//! What is kept when things break.

use crate::world::{Act, Scripted, World};
use futures_util::future::join_all;
use philia_companion::recall::Request;
use philia_companion::{Error, Incoming};
use philia_companion::{Person, Reply, TurnEvent};
use philia_mind::interaction::Stage;
use philia_models::static_table::StaticTable;
use philia_ports::store::Kind;
use philia_ports::{Store as _, StoreError};
use philia_store_memory::MemoryStore;
use philia_testkit::faulty::FaultyStore;
use std::sync::Arc;

fn delivered(id: &str, message: &str) -> Incoming {
    Incoming { message_id: Some(id.into()), ..Incoming::new("test", message) }
}

#[tokio::test]
async fn a_message_delivered_twice_is_answered_once_and_the_same_way() {
    let world = World::new();
    let person = world.person("ana").await;
    let first = person.ask(delivered("42", "I got a new puppy today!")).await.unwrap();
    world.philia.idle().await;
    let again = person.ask(delivered("42", "I got a new puppy today!")).await.unwrap();
    assert!(again.repeated && !first.repeated);
    assert_eq!((&again.reply, &again.interaction_id), (&first.reply, &first.interaction_id));
    assert_eq!(person.history(None, 10, None).await.unwrap().items.len(), 1);
    assert_eq!(person.mood(None).await.unwrap().turns, 1);
    let other = person.ask(delivered("42", "Something else")).await.unwrap_err();
    assert!(other.to_string().contains("42"), "{other}");
}

#[tokio::test]
async fn a_message_delivered_many_times_at_once_is_answered_once() {
    let world = World::new();
    let person = world.person("ana").await;
    let replies = join_all((0..10).map(|_| person.ask(delivered("7", "Hello there")))).await;
    let replies: Vec<_> = replies.into_iter().map(Result::unwrap).collect();
    assert!(replies.iter().all(|reply| reply.reply == replies[0].reply));
    assert_eq!(replies.iter().filter(|reply| !reply.repeated).count(), 1);
    assert_eq!(person.mood(None).await.unwrap().turns, 1);
}

#[tokio::test]
async fn turns_are_answered_in_the_order_they_were_heard() {
    let world = World::new();
    let person = world.person("ana").await;
    let turns: Vec<_> = (0..30).map(|n| person.say(Incoming::new("test", format!("Message number {n}")))).collect();
    for turn in turns {
        turn.reply().await.unwrap();
    }
    world.philia.idle().await;
    let mut log = person.history(None, 100, None).await.unwrap().items;
    log.reverse();
    assert_eq!(log.len(), 30);
    assert!(log.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].turn + 1 == pair[1].turn));
    // Each mood begins where the one before ended: they were felt one after the other, in this order.
    for pair in log.windows(2) {
        let (after, before) = (pair[0].mood_after.unwrap(), pair[1].mood_before.unwrap());
        assert!((after.pleasure - before.pleasure).abs() < 1e-3, "{after:?} {before:?}");
    }
    assert_eq!(person.mood(None).await.unwrap().turns, 30);
}

#[tokio::test]
async fn what_was_left_unlearned_is_learned_later_and_once() {
    let whole = World::new();
    whole.say(&whole.person("ana").await, "My dog is called Sparky.").await;
    let learned = whole.person("ana").await.memories(50, None, true).await.unwrap().items;
    assert!(learned.len() >= 3, "the message, the fact and the reply: {learned:?}");

    // A turn that a model answers commits what it heard, then the answer, then what it learned: the third fails.
    let world = World::with(Some(Scripted::new([Act::Say(&["A dog!"])])));
    let person = world.person("ana").await;
    world.store.fail_commits_after(2, 1);
    world.say(&person, "My dog is called Sparky.").await;
    assert!(person.memories(50, None, true).await.unwrap().items.is_empty());
    assert_eq!(world.philia.recover().await.unwrap().done, 1);
    assert_eq!(person.memories(50, None, true).await.unwrap().items.len(), learned.len());
    assert_eq!(world.philia.recover().await.unwrap().done, 0, "nothing is left");
    assert_eq!(person.memories(50, None, true).await.unwrap().items.len(), learned.len());
}

#[tokio::test]
async fn without_a_model_a_turn_is_answered_and_learned_from_in_one_commit() {
    let world = World::new();
    let person = world.person("ana").await;
    // What it heard is kept, nothing after it.
    world.store.fail_commits_after(1, usize::MAX);
    assert!(!watched(&person, "My dog is called Sparky.").await.saved);
    assert!(person.memories(50, None, true).await.unwrap().items.is_empty());
    world.store.recover();
    assert_eq!(start_again(&world).await, 1);
    let learned = person.memories(50, None, true).await.unwrap().items.len();
    assert!(learned >= 3, "the message, the fact and the reply: {learned}");

    // Two commits are enough for all of it.
    world.store.fail_commits_after(2, usize::MAX);
    assert!(watched(&person, "My cat is called Minka.").await.saved);
    assert_eq!(person.memories(50, None, true).await.unwrap().items.len(), 2 * learned);
    world.store.recover();
    assert_eq!(world.philia.recover().await.unwrap().done, 0, "nothing is left");
}

#[tokio::test]
async fn what_nobody_watches_and_no_model_answers_is_heard_and_answered_in_one_commit() {
    let world = World::new();
    let person = world.person("ana").await;
    world.store.fail_commits_after(1, usize::MAX);
    assert!(world.say(&person, "My dog is called Sparky.").await.saved);
    world.store.recover();
    assert_eq!(world.philia.recover().await.unwrap().done, 0, "nothing is left");
    assert_eq!(person.memories(50, None, true).await.unwrap().items.len(), 3, "the message, the fact and the reply");

    // All of it or nothing, and it is said which.
    world.store.fail_commits(usize::MAX);
    let lost = world.say(&person, "My cat is called Minka.").await;
    assert!(!lost.saved && lost.degraded == ["store"], "{lost:?}");
    assert!(lost.reply.ends_with("this will not be remembered.)"), "{}", lost.reply);
    world.store.recover();
    assert_eq!(start_again(&world).await, 0);
    assert_eq!(person.history(None, 10, None).await.unwrap().items.len(), 1);

    // The log goes on in its order.
    assert!(world.say(&person, "I live in Lisbon.").await.saved);
    let log = person.history(None, 10, None).await.unwrap().items;
    assert_eq!(log.iter().map(|turn| turn.turn).collect::<Vec<_>>(), [1, 0]);
}

#[tokio::test]
async fn messages_that_come_together_are_heard_in_one_order_with_or_without_waiting() {
    let world = World::new();
    let person = world.person("ana").await;
    let said: Vec<String> = (0..12).map(|n| format!("My plant number {n} is green.")).collect();
    let who = &person;
    let replies = join_all(said.iter().map(|message| async move {
        match message.contains('1') {
            true => watched(who, message).await,
            false => who.ask(Incoming::new("test", message)).await.unwrap(),
        }
    }));
    assert!(replies.await.iter().all(|reply| reply.saved));
    let log = person.history(None, 20, None).await.unwrap().items;
    assert_eq!(log.iter().rev().map(|turn| turn.turn).collect::<Vec<_>>(), (0..12).collect::<Vec<_>>());
    assert!(log.iter().all(|turn| turn.stage == Stage::Answered));
    let mut kept: Vec<&str> = log.iter().map(|turn| turn.message.as_str()).collect();
    kept.sort_unstable();
    let mut sorted: Vec<&str> = said.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    assert_eq!(kept, sorted);
    assert_eq!(world.philia.recover().await.unwrap().done, 0, "nothing is left");
}

#[tokio::test]
async fn a_message_that_waits_for_its_answer_is_the_next_of_what_its_thread_became_meanwhile() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "My dog is called Sparky.").await;
    world.store.contest(Kind::Thread);
    let reply = world.say(&person, "My cat is called Minka.").await;
    assert!(reply.saved && reply.degraded.is_empty(), "{reply:?}");
    let log = person.history(None, 10, None).await.unwrap().items;
    assert_eq!(log.iter().map(|turn| turn.turn).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(world.philia.recover().await.unwrap().done, 0, "nothing is left");
    let found = person.recall(&Request::new("Minka")).await.unwrap().memories;
    assert!(found.iter().any(|hit| hit.memory.content.contains("Minka")), "{found:?}");
}

/// Says something as one who watches the turn: it is heard before it is answered.
async fn watched(person: &Person, message: &str) -> Reply {
    person.say(Incoming::new("test", message)).reply().await.unwrap()
}

#[tokio::test]
async fn a_lesson_that_somebody_else_came_before_does_not_keep_the_answer_back() {
    let world = World::new();
    let person = world.person("ana").await;
    world.store.contest(Kind::Fact);
    let reply = world.say(&person, "My dog is called Sparky.").await;
    assert!(reply.saved && reply.degraded.is_empty(), "{reply:?}");
    let learned = person.memories(50, None, true).await.unwrap().items;
    assert_eq!(learned.iter().filter(|memory| memory.fact.is_some()).count(), 1, "{learned:?}");
    assert_eq!(world.philia.recover().await.unwrap().done, 0, "nothing is left");
}

/// Takes up what was left unanswered, as a start does.
async fn start_again(world: &World) -> usize {
    let recovered = world.philia.recover().await.unwrap();
    let resumed = world.philia.resume(recovered.unanswered).await;
    world.philia.idle().await;
    resumed
}

#[tokio::test]
async fn a_turn_whose_answer_was_lost_is_answered_at_the_next_start() {
    let world = World::new();
    let person = world.person("ana").await;
    world.store.fail_commits_after(1, usize::MAX);
    let reply = watched(&person, "My dog is called Sparky.").await;
    assert!(!reply.saved, "the answer is not kept, and says so");
    world.store.fail_commits(0);
    assert_eq!(start_again(&world).await, 1);
    let log = person.history(None, 10, None).await.unwrap().items;
    assert_eq!((log.len(), log[0].stage), (1, Stage::Answered));
    let found = person.recall(&Request::new("Sparky")).await.unwrap().memories;
    assert!(found.iter().any(|hit| hit.memory.content.contains("Sparky")), "{found:?}");
    assert_eq!(start_again(&world).await, 0, "nothing is left");
}

#[test]
fn turns_that_were_cut_off_are_resumed_in_their_order_and_before_what_is_said_now() {
    const SAID: [&str; 3] = ["My dog is called Sparky.", "He is three years old.", "I want to kill myself."];
    let table = || Arc::new(StaticTable::load().unwrap());
    let store = Arc::new(FaultyStore::new(MemoryStore::new()));
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();

    // The first waits for a model that says nothing, and the second behind it. Then the program is no more.
    let first = run();
    let cut_off = first.block_on(async {
        let world = World::over(store.clone(), Some(Scripted::new([Act::Hang(&["I was"])])), table());
        let person = world.person("ana").await;
        let mut turns = Vec::new();
        for message in SAID {
            let mut turn = person.say(Incoming::new("test", message));
            assert!(matches!(turn.next().await.unwrap().unwrap(), TurnEvent::Heard(_)));
            turns.push(turn);
        }
        let needed = turns.pop().unwrap().reply().await.unwrap();
        assert_eq!(needed.model, "care");
        turns
    });
    drop(first);
    drop(cut_off);

    run().block_on(async {
        let model = Scripted::new([Act::Say(&["One."]), Act::Say(&["Two."]), Act::Say(&["Three."])]);
        let world = World::over(store.clone(), Some(model), table());
        world.clock.advance(jiff::SignedDuration::from_mins(5));
        let recovered = world.philia.recover().await.unwrap();
        assert_eq!(world.philia.resume(recovered.unanswered).await, 2);
        let person = world.person("ana").await;
        person.ask(Incoming::new("test", "And now?")).await.unwrap();
        world.philia.idle().await;
        let log = person.history(None, 10, None).await.unwrap().items;
        let answer = |message: &str| {
            let turns: Vec<_> = log.iter().filter(|turn| turn.message == message).collect();
            assert_eq!((turns.len(), turns[0].stage), (1, Stage::Answered), "{turns:?}");
            turns[0].reply.clone().unwrap()
        };
        assert!(answer(SAID[0]).starts_with("One."), "{}", answer(SAID[0]));
        assert!(answer(SAID[1]).starts_with("Two."), "{}", answer(SAID[1]));
        assert!(answer("And now?").starts_with("Three."), "{}", answer("And now?"));
        let memories = person.memories(50, None, true).await.unwrap().items;
        let learned =
            |message: &str| memories.iter().filter(|memory| memory.content == message && memory.fact.is_none()).count();
        assert_eq!(SAID.map(learned), [1, 1, 1], "each is learned from once: {memories:?}");
        assert!(world.philia.recover().await.unwrap().unanswered.is_empty());
    });
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_is_pretended() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "My dog is called Sparky.").await;
    world.store.fail_commits(usize::MAX);
    let reply = world.say(&person, "What is my dog's name?").await;
    assert!(!reply.saved);
    assert!(reply.reply.contains("Sparky"), "it still remembers: {}", reply.reply);
    assert!(reply.reply.contains("will not be remembered"), "{}", reply.reply);
    assert!(reply.degraded.contains(&"store".to_owned()));
    world.store.fail_commits(0);
    assert_eq!(person.history(None, 10, None).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn care_answers_whatever_the_store_does() {
    let world = World::new();
    let person = world.person("ana").await;
    world.store.fail_commits(usize::MAX);
    world.store.fail_reads(usize::MAX);
    let reply = person.ask(Incoming::new("test", "I want to kill myself.")).await.unwrap();
    assert_eq!(reply.model, "care");
    assert!(!reply.saved);
}

#[tokio::test]
async fn a_turn_cannot_bring_back_who_was_erased() {
    let model = Scripted::new([Act::Hang(&["I am "])]);
    let world = World::with(Some(model.clone()));
    let person = world.person("ana").await;
    let mut turn = person.say(Incoming::new("test", "My secret is blue."));
    while !matches!(turn.next().await.unwrap().unwrap(), TurnEvent::Text(_)) {}
    person.erase().await.unwrap();
    drop(turn);
    model.dropped.notified().await;
    world.philia.idle().await;
    let after = world.person("ana").await;
    assert!(after.history(None, 10, None).await.unwrap().items.is_empty());
    assert!(after.memories(10, None, true).await.unwrap().items.is_empty());
    assert!(matches!(person.ask(Incoming::new("test", "Hello")).await, Err(Error::Store(StoreError::Erased))));
}

#[tokio::test]
async fn a_turn_that_was_heard_but_not_answered_is_answered_when_it_comes_again() {
    let world = World::new();
    let person = world.person("ana").await;
    let first = person.ask(delivered("1", "Hello there")).await.unwrap();
    world.philia.idle().await;
    // Take the answer away, as a crash between hearing and settling would have.
    let partition = world.store.open(person.id()).await.unwrap();
    let key = philia_ports::store::Key::new(Kind::Interaction, first.interaction_id.as_str());
    let record = world.store.get_many(&partition, std::slice::from_ref(&key)).await.unwrap().remove(0).unwrap();
    let mut doc = record.doc.value();
    doc["stage"] = "heard".into();
    doc["reply"] = serde_json::Value::Null;
    let draft = philia_ports::store::Draft { key, at: record.at, doc: doc.into(), blob: None };
    let put = philia_ports::store::Change::Put { draft, expected: record.version };
    world.store.commit(&partition, vec![put]).await.unwrap();

    let again = person.ask(delivered("1", "Hello there")).await.unwrap();
    assert!(!again.repeated);
    assert!(!again.reply.is_empty());
    let log = person.history(None, 10, None).await.unwrap().items;
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].stage, Stage::Answered);
}

#[tokio::test]
async fn recall_follows_the_store_and_nothing_else() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "My dog is called Sparky.").await;
    // A second program over the same store, with an index of its own.
    let other = World::over(
        world.store.clone(),
        None,
        std::sync::Arc::new(philia_models::static_table::StaticTable::load().unwrap()),
    );
    let same = other.person("ana").await;
    assert_eq!(
        same.recall(&Request::new("Sparky")).await.unwrap().memories.len(),
        person.recall(&Request::new("Sparky")).await.unwrap().memories.len()
    );
    world.say(&person, "My cat is called Moss.").await;
    let found = same.recall(&Request::new("Moss the cat")).await.unwrap().memories;
    assert!(found.iter().any(|hit| hit.memory.content.contains("Moss")), "{found:?}");
}

#[tokio::test]
async fn a_store_that_goes_away_while_a_turn_is_answered_takes_no_answer_with_it() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "My dog is called Sparky.").await;
    // What it hears is the last that is committed.
    world.store.die_after(1);
    let reply = watched(&person, "How are you today?").await;
    assert!(!reply.saved && reply.degraded.contains(&"store".to_owned()), "{reply:?}");
    assert!(!reply.reply.is_empty());
    world.philia.idle().await;
    world.store.recover();
    assert_eq!(start_again(&world).await, 1, "it is answered when the store is there again");
    assert_eq!(person.history(None, 10, None).await.unwrap().items[0].stage, Stage::Answered);
}
