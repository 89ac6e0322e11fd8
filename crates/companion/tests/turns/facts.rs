//! Facts, repeats and conflicts: what was said once, again, otherwise, and taken back.

use crate::world::{Act, Scripted, World};
use jiff::SignedDuration;
use philia_companion::Person;
use philia_companion::facts::FactQuery;
use philia_mind::Memory;
use philia_mind::memory::conflict::{ConflictState, ConflictType, Method};
use philia_mind::memory::{Relation, Speaker};

async fn all(person: &Person) -> Vec<Memory> {
    person.memories(1000, None, true).await.unwrap().items
}

/// The live values of a key, sorted.
pub(crate) async fn live(person: &Person, subject: &str, key: &str) -> Vec<String> {
    let query = FactQuery { subject: Some(subject.into()), key: Some(key.into()), history: false };
    let mut values: Vec<String> =
        person.facts(&query).await.unwrap().into_iter().map(|found| found.fact.value).collect();
    values.sort();
    values
}

#[tokio::test]
async fn the_same_words_again_strengthen_the_memory_that_is_there() {
    let world = World::new();
    let person = world.person("ana").await;
    for text in ["I watched the rain all day.", "i watched  the RAIN all day", "I really watched the rain all day!!"] {
        world.say(&person, text).await;
    }
    let said: Vec<Memory> = all(&person).await.into_iter().filter(|m| m.speaker == Speaker::User).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!((said[0].reinforced, said[0].sources.len()), (2, 3));
    assert!(said[0].metadata.contains_key("last_said_at"));
    world.say(&person, "I never watched the rain all day.").await;
    let said = all(&person).await.into_iter().filter(|m| m.speaker == Speaker::User).count();
    assert_eq!(said, 2, "a negation says something else");
}

#[tokio::test]
async fn a_reply_said_again_leaves_the_first_as_it_is() {
    const REPLY: &str = "Take the night train to Rome.";
    let world = World::with(Some(Scripted::new((0..4).map(|_| Act::Say(&[REPLY])))));
    let person = world.person("ana").await;
    // To the first of all it adds that it is an AI.
    world.say(&person, "Hello.").await;
    world.say(&person, "How do I get to Rome?").await;
    let replies = || async { all(&person).await.into_iter().filter(|m| m.content == REPLY).collect::<Vec<_>>() };
    let first = replies().await;
    assert_eq!((first.len(), first[0].reinforced, first[0].sources.len()), (1, 0, 1), "{first:?}");
    world.say(&person, "And how do I get there on Sunday?").await;
    assert_eq!(replies().await, first);
    // What is forgotten is said anew.
    person.forget(&first[0].id).await.unwrap();
    world.say(&person, "Tell me once more how to get to Rome.").await;
    let anew = replies().await;
    assert_eq!(anew.len(), 1, "{anew:?}");
    assert_ne!(anew[0].id, first[0].id);
}

#[tokio::test]
async fn thanks_and_the_same_question_do_not_pile_up() {
    let world = World::new();
    let person = world.person("ana").await;
    for _ in 0..10 {
        world.say(&person, "ok, thanks!").await;
        world.say(&person, "What time is it?").await;
    }
    let said = all(&person).await.into_iter().filter(|m| m.speaker == Speaker::User).count();
    assert_eq!(said, 2);
}

#[tokio::test]
async fn very_many_of_the_same_line_stay_one_small_memory() {
    let world = World::new();
    let person = world.person("ana").await;
    for _ in 0..150 {
        world.say(&person, "lol").await;
    }
    let said: Vec<Memory> = all(&person).await.into_iter().filter(|m| m.speaker == Speaker::User).collect();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].reinforced, 149);
    assert!(said[0].sources.len() <= 64, "{}", said[0].sources.len());
}

#[tokio::test]
async fn two_people_saying_the_same_are_two_memories() {
    let world = World::new();
    let (ana, ben) = (world.person("ana").await, world.person("ben").await);
    world.say(&ana, "I watched the rain.").await;
    world.say(&ben, "I watched the rain.").await;
    for person in [&ana, &ben] {
        let said: Vec<Memory> = all(person).await.into_iter().filter(|m| m.speaker == Speaker::User).collect();
        assert_eq!((said.len(), said[0].reinforced), (1, 0));
    }
}

#[tokio::test]
async fn a_fact_leads_to_the_message_it_was_read_from() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "I live in Berlin.").await;
    let memories = all(&person).await;
    let fact = memories.iter().find(|m| m.fact.is_some()).expect("the fact");
    let parent = fact.links.iter().find(|link| link.relation == Relation::Parent).expect("a parent");
    let message = memories.iter().find(|m| m.id == parent.to).expect("the message");
    assert_eq!(message.content, "I live in Berlin.");
}

#[tokio::test]
async fn facts_about_the_same_one_are_linked() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "My sister lives in Rome.").await;
    world.say(&person, "My sister is a nurse.").await;
    let memories = all(&person).await;
    let of = |key: &str| {
        memories.iter().find(|m| m.fact.as_ref().is_some_and(|fact| fact.key == key)).expect("the fact").clone()
    };
    let (home, work) = (of("home"), of("work"));
    assert!(work.links.iter().any(|link| link.to == home.id && link.relation == Relation::Related), "{work:?}");
}

#[tokio::test]
async fn a_key_that_holds_a_set_holds_several_values() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "My dog is called Rex.").await;
    world.say(&person, "My dog is called Bella.").await;
    assert_eq!(live(&person, "user", "pet.dog.name").await, ["Bella", "Rex"]);
}

#[tokio::test]
async fn what_was_true_before_is_shown_in_order() {
    let world = World::new();
    let person = world.person("ana").await;
    for city in ["Lahore", "Berlin", "Oslo"] {
        world.say(&person, &format!("I live in {city}.")).await;
        world.clock.advance(SignedDuration::from_hours(24 * 200));
    }
    let query = FactQuery { key: Some("home".into()), history: true, ..FactQuery::default() };
    let facts = person.facts(&query).await.unwrap();
    assert_eq!(facts.len(), 1, "{facts:?}");
    let before: Vec<_> = facts[0].before.iter().map(|m| m.fact.as_ref().unwrap().value.as_str()).collect();
    assert_eq!((facts[0].fact.value.as_str(), before), ("Oslo", vec!["Berlin", "Lahore"]));
    assert!(facts[0].before.iter().all(|m| m.valid_until.is_some()));
    assert!(facts[0].before[0].importance < facts[0].memory.importance, "what is over matters less");
}

#[tokio::test]
async fn a_new_value_is_a_conflict_that_time_has_resolved() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "I live in Lahore.").await;
    world.say(&person, "I live in Berlin.").await;
    let conflicts = person.conflicts(None, 10, None).await.unwrap().items;
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!(conflicts[0].what, ConflictType::FactualContradiction);
    assert_eq!((conflicts[0].state, conflicts[0].method), (ConflictState::Resolved, Some(Method::TemporalPrecedence)));
    assert!(person.conflicts(Some(ConflictState::Detected), 10, None).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn an_age_that_does_not_fit_the_year_of_birth_waits_as_a_conflict() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "I was born in 1990.").await;
    world.say(&person, "I am 50 years old.").await;
    let conflicts = person.conflicts(None, 10, None).await.unwrap().items;
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    let conflict = &conflicts[0];
    assert_eq!((conflict.what, conflict.state), (ConflictType::TimelineInconsistency, ConflictState::Detected));
    let newer = person.memory(&conflict.newer).await.unwrap().unwrap();
    assert!(newer.links.iter().any(|link| link.to == conflict.older && link.relation == Relation::Contradicts));

    for (method, keep, named) in [
        (Method::UserClarification, None, "keep"),
        (Method::UserClarification, Some("x"), "keep"),
        (Method::TemporalPrecedence, Some("x"), "keep"),
    ] {
        let keep = keep.map(philia_mind::MemoryId::new);
        let error = person.resolve_conflict(&conflict.id, method, keep.as_ref()).await.unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
    }
    let kept = conflict.older.clone();
    let resolved = person.resolve_conflict(&conflict.id, Method::UserClarification, Some(&kept)).await.unwrap();
    assert_eq!((resolved.state, resolved.kept), (ConflictState::Resolved, Some(kept)));
    assert!(live(&person, "user", "age").await.is_empty(), "the age was wrong");
    assert_eq!(live(&person, "user", "birth.year").await, ["1990"]);
    let again = person.resolve_conflict(&conflict.id, Method::Ignore, None).await.unwrap_err();
    assert!(again.to_string().contains("before"), "{again}");
    assert!(person.resolve_conflict("none", Method::Ignore, None).await.is_err());
}

#[tokio::test]
async fn the_surer_one_may_win_and_both_may_stay() {
    for (method, older_weaker) in [(Method::ConfidenceBased, true), (Method::Ignore, false)] {
        let world = World::new();
        let person = world.person("ana").await;
        world.say(&person, "I have a car.").await;
        let before = all(&person).await;
        world.say(&person, "I don't have a car.").await;
        let conflict = person.conflicts(None, 10, None).await.unwrap().items.remove(0);
        assert_eq!(conflict.state, ConflictState::Detected);
        let older = before.iter().find(|m| m.id == conflict.older).expect("the older one").importance;
        person.resolve_conflict(&conflict.id, method, None).await.unwrap();
        let now = person.memory(&conflict.older).await.unwrap().unwrap();
        assert!(now.valid_until.is_none());
        assert_eq!(now.importance < older * 0.51, older_weaker, "{} {older}", now.importance);
    }
}

#[tokio::test]
async fn what_is_not_clear_is_asked_once_and_the_answer_resolves_it() {
    for (answer, kept, holds) in
        [("The second one is right.", "I don't have a car.", false), ("I have a car.", "I have a car.", true)]
    {
        let world = World::new();
        let person = world.person("ana").await;
        world.say(&person, "I have a car.").await;
        let told = world.say(&person, "I don't have a car.").await;
        assert!(!told.reply.contains("Which of the two"), "{}", told.reply);
        let question = world.say(&person, "What a lovely evening it is outside.").await.reply;
        assert!(question.contains("Which of the two") && question.contains("I have a car"), "{question}");
        let thanks = world.say(&person, answer).await.reply;
        assert!(thanks.contains(kept.trim_end_matches('.')), "{thanks}");
        let conflict = person.conflicts(None, 10, None).await.unwrap().items.remove(0);
        assert_eq!((conflict.state, conflict.method), (ConflictState::Resolved, Some(Method::UserClarification)));
        let older = person.memory(&conflict.older).await.unwrap().unwrap();
        assert_eq!(older.valid_until.is_none(), holds);
        for _ in 0..3 {
            let later = world.say(&person, "The lake was so quiet this morning.").await.reply;
            assert!(!later.contains("Which of the two"), "{later}");
        }
    }
}

#[tokio::test]
async fn a_question_that_is_not_answered_is_not_asked_again() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "I have a car.").await;
    world.say(&person, "I don't have a car.").await;
    let mut asked = 0;
    for n in 0..6 {
        let reply = world.say(&person, &format!("I walked past the old mill number {n} today.")).await.reply;
        asked += usize::from(reply.contains("Which of the two"));
        world.clock.advance(SignedDuration::from_hours(20));
    }
    assert_eq!(asked, 1);
    assert_eq!(person.conflicts(Some(ConflictState::Detected), 10, None).await.unwrap().items.len(), 1);
}
