//! What a companion becomes: nights, versions, hands, and characters of one's own.

use crate::world::{Act, Scripted, World};
use jiff::SignedDuration;
use philia_companion::personality::Setting;
use philia_companion::{Error, Incoming};
use philia_mind::Pad;
use philia_mind::growth::Cause;
use philia_mind::needs::Need;
use philia_mind::persona::PersonaFile;
use serde_json::json;

#[tokio::test]
async fn a_night_moves_the_baseline_a_little_and_only_after_enough_talk() {
    let world = World::new();
    let (talker, silent) = (world.person("ana").await, world.person("ben").await);
    for _ in 0..6 {
        world.say(&talker, "I got the job, I'm so happy! You're wonderful, thank you for helping me.").await;
    }
    world.say(&silent, "Hello").await;
    let born = talker.mood(None).await.unwrap().baseline;
    world.clock.advance(SignedDuration::from_hours(24));
    let next = talker.mood(None).await.unwrap().baseline;
    let moved = next.pleasure - born.pleasure;
    assert!(moved > 0.0 && moved <= 0.02, "{moved}");
    assert_eq!(silent.mood(None).await.unwrap().baseline, born);
    // Read again, nothing more happens: the night is lived once.
    assert_eq!(talker.mood(None).await.unwrap().baseline, next);
}

#[tokio::test]
async fn what_they_share_moves_bond_and_needs_and_is_explained() {
    let world = World::new();
    let person = world.person("ana").await;
    let before = person.personality(None).await.unwrap();
    assert_eq!((before.bond.points, before.version), (0.0, 1));
    let reply = world.say(&person, "I've never told anyone this, but my dad passed away and I feel lost.").await;
    let after = person.personality(None).await.unwrap();
    assert!(after.bond.points > 0.0);
    let level = |p: &philia_companion::personality::Personality| {
        p.needs.iter().find(|need| need.need == Need::Social).map(|need| need.level)
    };
    assert!(level(&after) < level(&before), "{after:?}");
    let turn = person.interaction(&reply.interaction_id).await.unwrap().unwrap();
    assert!(turn.thought.is_some_and(|thought| !thought.strategy.is_empty()));
    assert!(turn.bond.is_some_and(|why| why.contains("positive")));
}

#[tokio::test]
async fn every_change_by_hand_is_a_version_and_can_be_taken_back() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "Hello").await;
    let trait_of = |name: &str, value| Setting::Trait { name: name.into(), value };
    let set = |setting: Setting| {
        let person = person.clone();
        async move { person.set_personality(None, &setting, "person", "I like it so").await }
    };
    let warmer = set(trait_of("warmth", 95.0)).await.unwrap();
    assert_eq!((warmer.version, warmer.traits["warmth"]), (2, 95.0));
    let bonded = set(Setting::Bond(45.0)).await.unwrap();
    assert_eq!((bonded.version, bonded.bond.points), (3, 45.0));
    let lifted = set(Setting::Mood(Pad::new(0.5, 0.0, 0.0))).await.unwrap();
    assert!(lifted.mood.pad.pleasure > bonded.mood.pad.pleasure);
    let back = set(Setting::Restore { version: 1 }).await.unwrap();
    assert_eq!(back.version, 5);
    assert_ne!(back.traits["warmth"], 95.0);
    assert_eq!(back.bond.points, 45.0, "a bond is not restored");

    let history = person.personality_history(None).await.unwrap();
    assert_eq!(history.iter().map(|version| version.number).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
    assert_eq!(history[4].cause, Cause::Born);
    assert!(history[..4].iter().all(|version| !version.why.is_empty()));
}

#[tokio::test]
async fn what_may_not_be_set_is_named() {
    let world = World::new();
    let person = world.person("ana").await;
    let refused = |setting: Setting, why: &'static str| {
        let person = person.clone();
        async move { person.set_personality(None, &setting, "person", why).await.unwrap_err().to_string() }
    };
    let setting = |name: &str, value| Setting::Trait { name: name.into(), value };
    assert!(refused(setting("empathy", 1.0), "x").await.contains("never changes"));
    assert!(refused(setting("warmth", 101.0), "x").await.contains("0 to 100"));
    assert!(refused(setting("warmth", f64::NAN), "x").await.contains("0 to 100"));
    assert!(refused(setting("wrath", 1.0), "x").await.contains("warmth"));
    assert!(refused(setting("warmth", 50.0), "  ").await.contains("reason"));
    assert!(refused(Setting::Bond(-1.0), "x").await.contains("0 to 100"));
    assert!(refused(Setting::Mood(Pad::new(3.0, 0.0, 0.0)), "x").await.contains("-2 to 2"));
    assert!(refused(Setting::Restore { version: 9 }, "x").await.contains("version"));
    assert_eq!(person.personality_history(None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn traits_and_bond_reach_the_prompt() {
    let model = Scripted::new([Act::Say(&["One."]), Act::Say(&["Two."])]);
    let world = World::with(Some(model.clone()));
    let person = world.person("ana").await;
    world.say(&person, "Hello").await;
    person.set_personality(None, &Setting::Bond(70.0), "person", "we are close").await.unwrap();
    let setting = Setting::Trait { name: "warmth".into(), value: 10.0 };
    person.set_personality(None, &setting, "person", "cooler").await.unwrap();
    world.say(&person, "Hello again").await;
    let asked = model.asked.lock().unwrap();
    let heads: Vec<&str> = asked.iter().map(|request| request.messages[0].content.as_str()).collect();
    assert_ne!(heads[0], heads[1], "the character has changed, and the prompt says so");
}

#[tokio::test]
async fn a_character_of_ones_own_is_talked_with_and_nobody_elses() {
    let world = World::new();
    let (ana, ben) = (world.person("ana").await, world.person("ben").await);
    let file = |id: &str| {
        PersonaFile::new(
            json!({ "id": id, "parent": "base_assistant", "name": "Orla", "description": "A lighthouse keeper." }),
        )
        .unwrap()
    };
    assert_eq!(ana.keep_persona(file("orla")).await.unwrap().name, "Orla");
    let to_orla = Incoming { persona: Some("orla".into()), ..Incoming::new("test", "who are you?") };
    let reply = ana.ask(to_orla.clone()).await.unwrap();
    assert!(reply.reply.contains("Orla"), "{}", reply.reply);
    assert!(matches!(ben.ask(to_orla).await, Err(Error::NotFound { .. })));
    ana.update_profile(|profile| profile.persona = "orla".into()).await.unwrap();
    assert!(matches!(ana.keep_persona(file("curious_companion")).await, Err(Error::Refused(_))));
    ana.remove_persona("orla").await.unwrap();
    assert!(matches!(ana.find_persona("orla").await, Err(Error::NotFound { .. })));
}
