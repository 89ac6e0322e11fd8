//! Forgetting: what goes with a memory and with a topic, and that nothing is left of it.

use crate::world::{Act, Scripted, World};
use philia_companion::memories::About;
use philia_companion::{Error, Incoming, Person};
use philia_mind::memory::Speaker;
use philia_ports::Store as _;
use philia_ports::index::Filter;
use philia_ports::store::{Kind, Scan};

/// Everything there is about a person, as it would be taken out.
async fn export(person: &Person) -> String {
    let mut out = Vec::new();
    person.export_json(&mut out).await.unwrap();
    person.export_markdown(&mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

async fn a_life(world: &World, person: &Person) {
    for said in [
        "My ex is called Marco.",
        "Marco left me in Lisbon for a dentist.",
        "I work as a gardener in Porto.",
        "My ex-husband kept the house.",
        "My dog is called Bruno.",
        "He barks at the postman.",
        "What did Marco do?",
        "I have an exam on Monday.",
    ] {
        world.say(person, said).await;
    }
}

#[tokio::test]
async fn everything_about_a_topic_goes_and_the_rest_stays() {
    let world = World::new();
    let person = world.person("ana").await;
    a_life(&world, &person).await;
    let ben = world.person("ben").await;
    world.say(&ben, "My ex is called Marco too.").await;

    let preview = person.forgetting(&About::new("my ex")).await.unwrap();
    assert!(!preview.forgotten);
    assert!(preview.words.iter().any(|word| word.words == "Marco"), "{preview:?}");
    assert_eq!(preview.goes.turns, 4, "{preview:?}");
    assert!(preview.examples.iter().any(|example| example.content.contains("dentist")), "{preview:?}");
    assert!(export(&person).await.contains("Marco"), "a preview changes nothing");

    let gone = person.forget_about(&About::new("my ex")).await.unwrap();
    assert!(gone.forgotten);
    assert_eq!(gone.goes, preview.goes);
    let left = export(&person).await;
    for word in ["Marco", "marco", "ex-husband", "dentist", "Lisbon"] {
        assert!(!left.contains(word), "{word} is left: {left}");
    }
    for word in ["gardener", "Bruno", "postman", "exam"] {
        assert!(left.contains(word), "{word} is gone");
    }
    let page = person.browse(&Filter { include_companion: true, ..Filter::default() }, 100, None).await.unwrap();
    assert!(page.items.iter().all(|memory| !memory.sources.is_empty()));
    assert!(
        person
            .recall(&philia_companion::recall::Request::new("Marco Lisbon dentist"))
            .await
            .unwrap()
            .memories
            .is_empty()
    );
    let answer = world.say(&person, "What is my dog's name?").await;
    assert!(answer.reply.contains("Bruno"), "{}", answer.reply);
    assert!(export(&ben).await.contains("Marco"), "another's memories are another's");
    // Nothing is left to be done.
    assert!(
        world
            .store
            .scan(&world.store.open(person.id()).await.unwrap(), &Scan::of(Kind::Job))
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

#[tokio::test]
async fn a_chat_asks_shows_and_forgets_once_it_is_confirmed() {
    let world = World::new();
    let person = world.person("ana").await;
    a_life(&world, &person).await;
    let asked = world.say(&person, "Please forget everything about my ex").await;
    assert!(asked.reply.contains("“Marco”") && asked.reply.contains("yes, forget it"), "{}", asked.reply);
    assert!(asked.reply.contains("4 exchanges"), "{}", asked.reply);
    assert!(export(&person).await.contains("dentist"));

    let done = world.say(&person, "Yes, forget it").await;
    assert!(done.reply.contains("It is done"), "{}", done.reply);
    let left = export(&person).await;
    for word in ["Marco", "my ex", "dentist"] {
        assert!(!left.contains(word), "{word} is left: {left}");
    }
    assert!(left.contains("Bruno"));
    let log = person.history(None, 3, None).await.unwrap().items;
    assert!(log[1].redacted && log[1].message.is_empty() && log[1].reply.as_deref() == Some(""), "{:?}", log[1]);
    // A yes that answers nothing is a yes like any other.
    let again = world.say(&person, "yes").await;
    assert!(!again.reply.contains("It is done"), "{}", again.reply);
}

#[tokio::test]
async fn what_is_not_confirmed_stays_and_what_is_left_out_too() {
    let world = World::new();
    let person = world.person("ana").await;
    a_life(&world, &person).await;
    world.say(&person, "Forget everything about my ex").await;
    assert!(world.say(&person, "No, keep it").await.reply.contains("keep it all"));
    world.say(&person, "Forget everything about my ex").await;
    world.say(&person, "The weather is nice today.").await;
    assert!(!world.say(&person, "yes, forget it").await.reply.contains("It is done"), "the question was long ago");
    assert!(export(&person).await.contains("dentist"));

    world.say(&person, "Forget everything about my ex").await;
    let done = world.say(&person, "Yes, but keep the house").await;
    assert!(done.reply.contains("It is done"), "{}", done.reply);
    let left = export(&person).await;
    assert!(!left.contains("Marco") && left.contains("kept the house"), "{left}");
    for vague in ["Forget everything about it", "Forget everything about me"] {
        assert!(!world.say(&person, vague).await.reply.contains("yes, forget it"));
    }
    let nothing = world.say(&person, "Forget everything about my zeppelin").await;
    assert!(nothing.reply.contains("nothing"), "{}", nothing.reply);
}

#[tokio::test]
async fn no_model_is_asked_whether_to_forget_and_what_it_quoted_goes() {
    let model = Scripted::new([
        Act::Say(&["I am sorry."]),
        Act::Say(&["You told me he left you in Lisbon for a dentist."]),
        Act::Say(&["It will get better."]),
    ]);
    let world = World::with(Some(model.clone()));
    let person = world.person("ana").await;
    world.say(&person, "Marco left me in Lisbon for a dentist.").await;
    world.say(&person, "Why am I sad, do you think, after Lisbon?").await;
    world.say(&person, "I feel better today.").await;
    world.say(&person, "forget everything about Marco").await;
    world.say(&person, "yes, forget it").await;
    assert_eq!(model.asked.lock().unwrap().len(), 3);
    let left = export(&person).await;
    assert!(!left.contains("Marco") && !left.contains("dentist"), "{left}");
    assert!(left.contains("Why am I sad") && left.contains("get better"), "{left}");
}

#[tokio::test]
async fn words_and_memories_can_be_included_and_left_out() {
    let world = World::new();
    let person = world.person("ana").await;
    a_life(&world, &person).await;
    let about = About { include: vec!["gardener".into()], exclude: vec!["Marco".into()], ..About::new("my ex") };
    let found = person.forgetting(&about).await.unwrap();
    let words: Vec<&str> = found.words.iter().map(|word| word.words.as_str()).collect();
    assert_eq!(words, ["ex", "gardener"]);
    let dog = person.recall(&philia_companion::recall::Request::new("Bruno")).await.unwrap().memories;
    let dog = dog[0].memory.id.clone();
    let about = About { include: vec![dog.as_str().into()], ..About::new("my ex") };
    person.forget_about(&about).await.unwrap();
    assert!(!export(&person).await.contains("Bruno"));
    assert!(export(&person).await.contains("gardener"));
    for nothing in ["", "it", "  "] {
        assert!(matches!(person.forgetting(&About::new(nothing)).await, Err(Error::Refused(_))));
    }
}

#[tokio::test]
async fn a_forgetting_that_is_cut_short_ends_complete() {
    let world = World::new();
    let person = world.person("ana").await;
    for n in 0..60 {
        world.say(&person, &format!("Marco called me {n} times today.")).await;
    }
    world.say(&person, "I work as a gardener.").await;
    // Lets the promise through, and one step.
    world.store.fail_commits_after(2, 1);
    assert!(person.forget_about(&About::new("Marco")).await.is_err());
    assert!(export(&person).await.contains("Marco"));
    assert!(world.philia.recover().await.unwrap().done > 0);
    let left = export(&person).await;
    assert!(!left.contains("Marco") && left.contains("gardener"), "{left}");
}

#[tokio::test]
async fn a_memory_that_much_rests_on_can_be_forgotten() {
    let world = World::new();
    let person = world.person("ana").await;
    // The same fact, again and again: one memory with many sources.
    for _ in 0..50 {
        world.say(&person, "I live in Berlin.").await;
    }
    let mut fact = None;
    let mut cursor = None;
    while fact.is_none() {
        let page = person.memories(200, cursor, false).await.unwrap();
        fact = page.items.into_iter().find(|memory| memory.fact.is_some());
        cursor = page.next;
    }
    let fact = fact.unwrap();
    assert!(fact.sources.len() > 40, "{fact:?}");
    let fact = fact.id;
    assert!(!person.forget(&fact).await.unwrap().is_empty());
    assert!(!export(&person).await.contains("Berlin"));
    assert!(matches!(person.forget(&fact).await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn forgetting_the_companions_words_keeps_the_persons() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "I got a new puppy today!").await;
    let all = person.browse(&Filter { include_companion: true, ..Filter::default() }, 10, None).await.unwrap().items;
    let reply = all.iter().find(|memory| memory.speaker == Speaker::Companion).unwrap();
    person.forget(&reply.id).await.unwrap();
    let turn = &person.history(None, 1, None).await.unwrap().items[0];
    assert_eq!((turn.message.as_str(), turn.reply.as_deref()), ("I got a new puppy today!", Some("")));
}

#[tokio::test]
async fn recalls_are_counted_apart_from_the_memories() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "My dog is called Bruno.").await;
    let before = person.memories(10, None, false).await.unwrap().items;
    for _ in 0..3 {
        let answer = person.ask(Incoming::new("test", "What is my dog's name?")).await.unwrap();
        assert!(!answer.used.is_empty());
    }
    let counted = person.accesses(&before).await.unwrap();
    assert!(counted.iter().flatten().any(|access| access.count == 3), "{counted:?}");
    world.philia.idle().await;
    assert_eq!(person.accesses(&before).await.unwrap(), counted, "written, they are the same");
    let used = before.iter().zip(&counted).find(|(_, access)| access.is_some()).unwrap().0;
    assert_eq!(person.memory(&used.id).await.unwrap().as_ref(), Some(used), "the memory was not rewritten");
    person.forget(&used.id).await.unwrap();
    assert!(!export(&person).await.contains("\"count\": 3"));
}
