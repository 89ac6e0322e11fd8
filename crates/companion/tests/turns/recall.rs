//! Recall the way everybody's questions go: imported or told, learned, indexed, floor included.

use crate::world::World;
use jiff::tz::TimeZone;
use philia_companion::Person;
use philia_companion::edit::NewMemory;
use philia_companion::exchange::{Format, locomo};
use philia_companion::recall::Request;
use philia_index_embedded::EmbeddedIndex;
use philia_mind::memory::{Fact, Speaker};
use philia_ports::index::{Filter, Index as _};
use philia_ports::store::{Change, Key, Kind, Store as _};
use std::sync::Arc;

const LANGUAGES: &str = include_str!("../../../testkit/data/languages.json");

async fn found(person: &Person, question: &str) -> Vec<String> {
    let found = person.recall(&Request::new(question)).await.unwrap().memories;
    found.into_iter().map(|recalled| recalled.memory.content).collect()
}

#[tokio::test]
async fn questions_in_japanese_russian_arabic_and_hindi_are_answered() {
    let world = World::new();
    let samples = locomo::samples(LANGUAGES.as_bytes()).unwrap();
    let mut talks = Format::Locomo.parse(LANGUAGES.as_bytes(), &TimeZone::UTC).unwrap();
    for (sample, talk) in samples.iter().zip(&mut talks) {
        let companion = Speaker::Other("Philia".into());
        for turn in &mut talk.turns {
            turn.speaker = if turn.speaker == companion { Speaker::Companion } else { Speaker::User };
        }
        let person = world.person(&sample.id).await;
        person.import(std::slice::from_ref(talk), |_, _| {}).await.unwrap();
        world.philia.idle().await;
        let text_of = |id: &str| {
            let turns = sample.sessions.iter().flat_map(|session| &session.turns);
            turns.filter(|turn| turn.dia_id.as_deref() == Some(id)).map(|turn| turn.text.clone()).next().unwrap()
        };
        let mut missed = Vec::new();
        for question in &sample.questions {
            let hits = found(&person, &question.question).await;
            if !question.evidence.iter().any(|id| hits.contains(&text_of(id))) {
                missed.push(question.question.clone());
            }
        }
        let hit = 1.0 - missed.len() as f64 / sample.questions.len() as f64;
        println!("{}: hit@5 {hit:.2}, missed {missed:?}", sample.id);
        assert!(hit >= 0.8, "{}: hit@5 {hit:.2}, missed {missed:?}", sample.id);
    }
}

#[tokio::test]
async fn what_was_committed_here_is_in_the_index_before_anybody_asks() {
    let index = Arc::new(EmbeddedIndex::new(64 << 20));
    let world = World::indexed_by(index.clone());
    let person = world.person("eve").await;
    let partition = world.store.open(person.id()).await.unwrap();
    // How many it holds, and which were touched since.
    let stands = async || {
        let info = index.info(&partition).await.unwrap().unwrap();
        let feed = world.store.changes(&partition, Kind::Memory, info.upto, 9).await.unwrap();
        (info.entries, feed.touched.len())
    };
    world.say(&person, "I live in Leeds.").await;
    let (first, behind) = stands().await;
    assert!(first >= 2 && behind == 0, "{first} {behind}");
    world.say(&person, "My sister is called Hannah.").await;
    let (second, behind) = stands().await;
    assert!(second > first && behind == 0, "{first} {second} {behind}");

    // What came from elsewhere stands between: it is read with the next question, with what was committed after it.
    let told = person.recall(&Request::new("Where do I live?")).await.unwrap().memories.remove(0).memory;
    let gone = Change::Delete { key: Key::new(Kind::Memory, told.id.as_str()), expected: None };
    world.store.commit(&partition, vec![gone]).await.unwrap();
    let by_hand = NewMemory { content: "The boiler hums at night".into(), ..NewMemory::default() };
    person.add_memory("test", by_hand).await.unwrap();
    assert_eq!(stands().await, (second, 2));
    let hits = found(&person, "What hums at night?").await;
    assert!(hits[0].contains("boiler") && !hits.contains(&told.content), "{hits:?}");
    assert_eq!(stands().await, (second, 0));
}

#[tokio::test]
async fn what_holds_now_answers_before_what_held_once() {
    let world = World::new();
    let person = world.person("eve").await;
    let things = ["lamp", "kettle", "bus", "bakery", "garden", "radio", "umbrella", "bridge", "market", "fence"];
    let filler =
        |n: usize| format!("The {} by the corner was {} again", things[n % 10], ["loud", "wet", "shut"][n % 3]);
    for (n, message) in [
        "I live in Leeds",
        "My sister is called Hannah",
        "I work as a nurse",
        "My favourite colour is green",
        "I am allergic to peanuts",
        "I moved to Glasgow",
    ]
    .iter()
    .enumerate()
    {
        world.say(&person, message).await;
        for other in 0..7 {
            world.say(&person, &filler(n * 7 + other)).await;
        }
    }
    world.philia.idle().await;
    for (question, answer) in [
        ("Where do I live?", "Glasgow"),
        ("Where did I live before?", "Leeds"),
        ("Where did I use to live?", "Leeds"),
        ("What is my sister's name?", "Hannah"),
        ("What is my job?", "nurse"),
        ("What is my favourite colour?", "green"),
        ("What am I allergic to?", "peanuts"),
    ] {
        let hits = found(&person, question).await;
        assert!(hits.first().is_some_and(|first| first.contains(answer)), "{question}: {hits:?}");
    }
}

/// A message and the fact that was read from it say the same, word for word: whoever asks for two gets two.
#[tokio::test]
async fn what_says_the_same_takes_nobodys_room() {
    let world = World::new();
    let person = world.person("ida").await;
    for message in ["My sister is called Hannah", "Today my sister bakes bread", "My sister sings in the kitchen"] {
        world.say(&person, message).await;
    }
    world.philia.idle().await;
    let kept = person.memories(100, None, true).await.unwrap().items;
    assert_eq!(kept.iter().filter(|memory| memory.content == "My sister is called Hannah").count(), 2, "{kept:?}");
    for k in 1..=3 {
        let found = person.recall(&Request { k, ..Request::new("What is my sister called?") }).await.unwrap().memories;
        let said: Vec<&str> = found.iter().map(|recalled| recalled.memory.content.as_str()).collect();
        assert_eq!((said.len(), said[0]), (k, "My sister is called Hannah"), "{said:?}");
        assert!((1..k).all(|at| !said[..at].contains(&said[at])), "{said:?}");
    }
}

#[tokio::test]
async fn a_fact_that_is_asked_for_answers_from_behind_what_there_is_room_for() {
    let world = World::new();
    let person = world.person("lea").await;
    world.say(&person, "Where I live nobody sleeps, I live on a loud street and live with it").await;
    let fact = Fact { subject: "user".into(), key: "home".into(), value: "Oslo".into() };
    let oslo = NewMemory { content: "It is Oslo.".into(), fact: Some(fact), ..NewMemory::default() };
    person.add_memory("api", oslo).await.unwrap();
    let found = |k: usize| {
        let (person, request) = (person.clone(), Request { k, ..Request::new("Where do I live?") });
        async move { person.recall(&request).await.unwrap().memories }
    };
    let both = found(2).await;
    let [fact, street] = both.as_slice() else { panic!("{both:?}") };
    assert!(fact.memory.fact.is_some() && fact.score < street.score, "{both:?}");
    let [first] = &*found(1).await else { panic!("one was asked for") };
    assert_eq!(first.memory.content, "It is Oslo.");
}

#[tokio::test]
async fn a_feeling_that_is_asked_for_is_found_without_its_word() {
    let world = World::new();
    let person = world.person("ben").await;
    for message in [
        "My grandfather died on Tuesday, I miss him so much",
        "I finally passed my driving test, yes!",
        "The bus takes forty minutes to the office",
    ] {
        world.say(&person, message).await;
    }
    let sad = person.recall(&Request::new("When was I sad?")).await.unwrap().memories;
    assert!(sad[0].memory.content.contains("grandfather"), "{:?}", sad[0].why);
    assert!(sad[0].why.contains("felt as you ask"), "{}", sad[0].why);
    let happy = found(&person, "Tell me a happy memory").await;
    assert!(happy[0].contains("driving test"), "{happy:?}");
    assert!(!happy.iter().any(|text| text.contains("bus")), "{happy:?}");
}

#[tokio::test]
async fn kinds_are_found_by_what_names_them_and_never_told_stays_unknown() {
    let world = World::new();
    let person = world.person("cai").await;
    for message in
        ["I got a puppy last spring", "The dentist found two holes", "My sister Ana came by", "Ana started at a bakery"]
    {
        world.say(&person, message).await;
    }
    assert!(found(&person, "Do I have any pets?").await.iter().any(|text| text.contains("puppy")));
    assert!(found(&person, "Where does my sister work?").await.iter().any(|text| text.contains("bakery")));
    for never in ["What is my blood type?", "Which university did my uncle attend?", "What colour is my car?"] {
        assert_eq!(found(&person, never).await, [""; 0], "{never}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_and_a_budget_is_kept() {
    let world = World::new();
    let person = world.person("dee").await;
    world.say(&person, "My cat Moss sleeps on the piano all day").await;
    let ask = |request: Request| {
        let person = &person;
        async move { person.recall(&request).await.unwrap_err().to_string() }
    };
    let request = || Request::new("cat");
    assert!(ask(Request { k: 0, ..request() }).await.contains("k: 0 is not 1 to 50"));
    assert!(ask(Request { k: 10_000, ..request() }).await.contains("not 1 to 50"));
    assert!(ask(Request { lambda: Some(2.0), ..request() }).await.contains("lambda"));
    let filter = Filter { emotions: vec!["hungry".into()], ..Filter::default() };
    assert!(ask(Request { filter, ..request() }).await.contains("there are happy-for"));
    let filter = Filter { min_importance: 3.0, ..Filter::default() };
    assert!(ask(Request { filter, ..request() }).await.contains("min_importance"));
    let none = person.recall(&Request { budget: Some(3), ..request() }).await.unwrap();
    assert!(none.memories.is_empty(), "a memory longer than the budget is left out");
    assert!(!person.recall(&Request { budget: Some(200), ..request() }).await.unwrap().memories.is_empty());
}
