//! Several instances of the program over one store and one cache.

use crate::world::{Act, Scripted, World};
use futures_util::future::join_all;
use jiff::SignedDuration;
use philia_companion::recall::Request;
use philia_companion::{Incoming, TurnEvent};
use philia_mind::Interaction;
use philia_mind::interaction::Stage;
use philia_mind::profile::PrivacyTier;
use philia_ports::store::{Change, Draft, Key, Kind, Scan};
use philia_ports::{Cache as _, CacheKey, PartitionId, Store as _, StoreAdmin as _};
use std::time::Duration;

/// A number that looks random and is the same in every run.
fn next(chance: &mut u64) -> usize {
    *chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*chance >> 33).unwrap()
}

async fn log(world: &World, name: &str) -> Vec<Interaction> {
    let mut log = world.person(name).await.history(None, 200, None).await.unwrap().items;
    log.reverse();
    log
}

/// Every turn begins where the one before it ended: in its place, and in its mood.
fn assert_in_order(log: &[Interaction]) {
    for pair in log.windows(2) {
        assert!(pair[0].at < pair[1].at && pair[0].turn + 1 == pair[1].turn, "{pair:?}");
        let (after, before) = (pair[0].mood_after.unwrap(), pair[1].mood_before.unwrap());
        assert!((after.pleasure - before.pleasure).abs() < 1e-3, "{after:?} {before:?} in {pair:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_hop_between_instances_are_remembered_by_all_of_them() {
    let instances = World::instances(2, None);
    let people = (0..24).map(|n| {
        let instances = &instances;
        async move {
            let (name, mut chance) = (format!("person{n}"), n + 1);
            let dog = format!("Sparky{n}");
            let told = instances[next(&mut chance) % 2].person(&name).await;
            told.ask(Incoming::new("test", format!("My dog is called {dog}."))).await.unwrap();
            for turn in 0..10 {
                let person = instances[next(&mut chance) % 2].person(&name).await;
                if turn == 0 {
                    let reply = person.ask(Incoming::new("test", "What is my dog called?")).await.unwrap();
                    assert!(reply.reply.contains(&dog), "{}", reply.reply);
                } else {
                    person.ask(Incoming::new("test", format!("Today I walked {turn} miles."))).await.unwrap();
                }
            }
        }
    });
    join_all(people).await;
    for instance in &instances {
        instance.philia.idle().await;
    }
    for n in 0..24 {
        let name = format!("person{n}");
        let log = log(&instances[0], &name).await;
        assert_eq!(log.len(), 11);
        assert_in_order(&log);
        for instance in &instances {
            let found = instance.person(&name).await.recall(&Request::new("my dog")).await.unwrap().memories;
            assert!(found.iter().any(|hit| hit.memory.content.contains(&format!("Sparky{n}"))), "{found:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_two_instances_at_once_is_answered_one_after_the_other() {
    let instances = World::instances(2, None);
    let mut turns = Vec::new();
    for n in 0..30 {
        let person = instances[n % 2].person("ana").await;
        turns.push(person.say(Incoming::new("test", format!("Message number {n}"))));
    }
    for turn in turns {
        turn.reply().await.unwrap();
    }
    for instance in &instances {
        instance.philia.idle().await;
    }
    let log = log(&instances[1], "ana").await;
    assert_eq!(log.len(), 30);
    assert_in_order(&log);
}

#[tokio::test]
async fn a_message_delivered_to_both_is_answered_once() {
    let instances = World::instances(2, None);
    let delivered = || Incoming { message_id: Some("7".into()), ..Incoming::new("test", "Hello there") };
    let mut asked = Vec::new();
    for instance in &instances {
        asked.push(instance.person("ana").await);
    }
    let replies = join_all(asked.iter().map(|person| person.ask(delivered()))).await;
    let replies: Vec<_> = replies.into_iter().map(Result::unwrap).collect();
    assert_eq!(replies[0].reply, replies[1].reply);
    assert_eq!(replies.iter().filter(|reply| !reply.repeated).count(), 1);
}

#[tokio::test]
async fn a_person_waits_while_another_instance_has_them_and_care_does_not() {
    let model = Scripted::new([Act::Hang(&["Well, "]), Act::Say(&["Here I am."])]);
    let instances = World::instances(2, Some(model.clone()));
    let [first, second] = [instances[0].person("ana").await, instances[1].person("ana").await];
    let mut hangs = first.say(Incoming::new("test", "Tell me a story"));
    while !matches!(hangs.next().await.unwrap().unwrap(), TurnEvent::Text(_)) {}

    let care = second.ask(Incoming::new("test", "I want to kill myself")).await.unwrap();
    assert_eq!(care.model, "care");

    let mut waits = second.say(Incoming::new("test", "Are you there?"));
    let early = tokio::time::timeout(Duration::from_millis(200), waits.next()).await;
    assert!(early.is_err(), "it is not even heard: {early:?}");
    drop(hangs);
    let reply = waits.reply().await.unwrap();
    assert!(reply.reply.starts_with("Here I am."), "{}", reply.reply);
}

#[tokio::test]
async fn who_was_with_an_instance_that_died_is_taken_over_when_its_lease_ends() {
    let instances = World::instances(1, None);
    let [world] = instances.as_slice() else { panic!("one") };
    let id = PartitionId::new("test", "ana").unwrap();
    // What an instance leaves behind that died after it had heard a message.
    let person = world.person("ana").await;
    world.store.fail_commits_after(1, usize::MAX);
    assert!(!person.say(Incoming::new("test", "My dog is called Sparky.")).reply().await.unwrap().saved);
    world.philia.idle().await;
    world.store.fail_commits(0);
    let lease = CacheKey::new(&id, "gate/turn").unwrap();
    world.cache.lease(&lease, "who died", Duration::from_secs(15)).await.unwrap().unwrap();

    let left = world.philia.recover().await.unwrap();
    assert_eq!(left.unanswered, [], "somebody may be about to answer it");
    world.clock.advance(SignedDuration::from_secs(16));
    let left = world.philia.recover().await.unwrap();
    assert_eq!(world.philia.resume(left.unanswered).await, 1);
    world.philia.idle().await;
    assert_eq!(log(world, "ana").await[0].stage, Stage::Answered);
    let found = person.recall(&Request::new("Sparky")).await.unwrap().memories;
    assert!(found.iter().any(|hit| hit.memory.content.contains("Sparky")), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn of_several_instances_one_does_what_is_overdue() {
    let instances = World::instances(2, None);
    let [one, two] = instances.as_slice() else { panic!("two") };
    let system = PartitionId::system();
    let sweeping = |world: &World| {
        let philia = world.philia.clone();
        tokio::spawn(async move { philia.sweep().await })
    };
    let first = sweeping(one);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let second = sweeping(two);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let lease = CacheKey::new(&system, "gate/sweep").unwrap();
    assert_eq!(one.cache.lease(&lease, "a third", Duration::from_secs(1)).await.unwrap(), None);

    // A job that only its sweeper does, whichever that is, when the first has gone.
    let partition = one.store.open(&PartitionId::new("test", "ana").unwrap()).await.unwrap();
    let doc = serde_json::json!({ "task": "scrub" });
    let job = Draft { key: Key::new(Kind::Job, "scrub"), at: one.philia.now(), doc: doc.into(), blob: None };
    one.store.commit(&partition, vec![Change::Insert(job)]).await.unwrap();
    one.clock.advance(SignedDuration::from_mins(5));
    first.abort();
    let _ = first.await;
    tokio::time::sleep(Duration::from_secs(90)).await;
    assert_eq!(one.store.due(jiff::Timestamp::MAX, 10).await.unwrap(), []);
    second.abort();
}

#[tokio::test]
async fn who_is_sealed_by_one_instance_is_sealed_for_the_other() {
    let instances = World::instances(2, None);
    let [one, two] = [instances[0].person("ana").await, instances[1].person("ana").await];
    one.ask(Incoming::new("test", "My sister Ana lives in Rome.")).await.unwrap();
    two.ask(Incoming::new("test", "My dog is called Sparky.")).await.unwrap();
    one.update_profile(|profile| profile.privacy = PrivacyTier::Local).await.unwrap();
    one.settle_privacy(|_, _| ()).await.unwrap();
    two.ask(Incoming::new("test", "My cat is called Whiskers.")).await.unwrap();
    for instance in &instances {
        instance.philia.idle().await;
    }
    let partition = instances[0].store.open(two.id()).await.unwrap();
    for kind in [Kind::Memory, Kind::Interaction, Kind::Fact] {
        let page = instances[0].store.scan(&partition, &Scan::of(kind)).await.unwrap();
        let clear = page.items.iter().map(|record| record.doc.to_string());
        let shows = |text: &String| ["Rome", "Sparky", "Whiskers"].iter().any(|word| text.contains(word));
        assert_eq!(clear.filter(shows).collect::<Vec<_>>(), Vec::<String>::new());
    }
    let found = one.recall(&Request::new("What is my cat called?")).await.unwrap().memories;
    assert!(found.iter().any(|hit| hit.memory.content.contains("Whiskers")), "{found:?}");
}

#[tokio::test]
async fn without_the_cache_everybody_is_answered_all_the_same() {
    let instances = World::instances(2, None);
    instances[0].cache.fail(true);
    for n in 0..6 {
        let person = instances[n % 2].person("ana").await;
        person.ask(Incoming::new("test", format!("Message number {n}"))).await.unwrap();
        instances[n % 2].philia.idle().await;
    }
    assert_eq!(log(&instances[0], "ana").await.len(), 6);
}
