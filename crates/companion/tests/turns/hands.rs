//! Memories that are added, changed and merged by hand.

use crate::facts::live;
use crate::world::World;
use philia_companion::edit::{MemoryEdit, NewMemory};
use philia_companion::recall::Request;
use philia_mind::MemoryId;
use philia_mind::memory::{Category, Fact, Provenance};
use serde_json::json;

fn note(content: &str) -> NewMemory {
    NewMemory { content: content.into(), ..NewMemory::default() }
}

#[tokio::test]
async fn a_note_is_kept_found_and_not_doubled() {
    let world = World::new();
    let person = world.person("ana").await;
    let first = person.add_memory("api", note("The spare key is under the blue pot.")).await.unwrap();
    assert_eq!((first.category, first.sources.as_slice()), (Category::Note, [Provenance::Hand].as_slice()));
    let found = person.recall(&Request::new("Where is the spare key?")).await.unwrap().memories;
    assert_eq!(found[0].memory.id, first.id);
    let again = person.add_memory("api", note("the spare key is under the blue pot")).await.unwrap();
    assert_eq!(again.id, first.id);
    assert_eq!(person.memories(10, None, true).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_fact_by_hand_closes_the_one_before() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "I live in Berlin.").await;
    let fact = Fact { subject: "user".into(), key: "home".into(), value: "Oslo".into() };
    person.add_memory("api", NewMemory { fact: Some(fact), ..note("I live in Oslo.") }).await.unwrap();
    assert_eq!(live(&person, "user", "home").await, ["Oslo"]);
}

#[tokio::test]
async fn what_is_changed_is_found_by_its_new_words_and_keeps_the_old() {
    let world = World::new();
    let person = world.person("ana").await;
    let id = person.add_memory("api", note("The boiler is serviced by Mr Novak.")).await.unwrap().id;
    let edit: MemoryEdit = serde_json::from_value(json!({
        "content": "The piano is tuned by Mrs Lindqvist.", "importance": 0.9, "tags": ["home"], "pinned": true,
        "category": "fact", "occurred_at": "2026-01-02T03:04:05Z",
    }))
    .unwrap();
    let changed = person.edit_memory(&id, &edit).await.unwrap();
    assert_eq!(changed, person.memory(&id).await.unwrap().unwrap());
    assert!(changed.pinned && changed.importance == 0.9 && changed.tags == ["home"]);
    assert_eq!(changed.metadata["former"][0]["content"], "The boiler is serviced by Mr Novak.");
    assert!(changed.metadata.contains_key("edited_at") && changed.embedder.is_some());
    let found = person.recall(&Request::new("Who tunes the piano?")).await.unwrap().memories;
    assert_eq!(found[0].memory.id, id);
    assert!(person.recall(&Request::new("boiler Novak")).await.unwrap().memories.is_empty());
    // Its former words may be said anew.
    let anew = person.add_memory("api", note("The boiler is serviced by Mr Novak.")).await.unwrap();
    assert_ne!(anew.id, id);
}

#[tokio::test]
async fn a_facts_value_can_be_corrected_by_hand() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "My dog is called Rex.").await;
    let fact = person.facts(&philia_companion::facts::FactQuery::default()).await.unwrap().remove(0);
    let edit = MemoryEdit {
        value: Some("Max".into()),
        content: Some("My dog is called Max.".into()),
        ..MemoryEdit::default()
    };
    person.edit_memory(&fact.memory.id, &edit).await.unwrap();
    assert_eq!(live(&person, "user", "pet.dog.name").await, ["Max"]);
}

#[tokio::test]
async fn what_cannot_be_is_named_and_changes_nothing() {
    let world = World::new();
    let person = world.person("ana").await;
    let long = "x".repeat(1 << 20);
    let error = person.add_memory("api", NewMemory { importance: Some(2.0), tags: vec![String::new()], ..note(&long) });
    let error = error.await.unwrap_err().to_string();
    for named in ["content", "1048576", "32768", "importance", "tags"] {
        assert!(error.contains(named), "{named}: {error}");
    }
    assert!(person.add_memory("api", note("   ")).await.is_err());
    assert_eq!(person.add_memory("api", note("🎉")).await.unwrap().content, "🎉");
    let id = person.add_memory("api", note("A note.")).await.unwrap().id;
    for edit in [
        MemoryEdit { content: Some(String::new()), ..MemoryEdit::default() },
        MemoryEdit { importance: Some(f64::NAN), ..MemoryEdit::default() },
        MemoryEdit { value: Some("x".into()), ..MemoryEdit::default() },
    ] {
        assert!(person.edit_memory(&id, &edit).await.is_err(), "{edit:?}");
    }
    for patch in [json!({ "kind": "semantic" }), json!({ "content": null }), json!({ "tags": "x" })] {
        assert!(serde_json::from_value::<MemoryEdit>(patch.clone()).is_err(), "{patch}");
    }
    assert!(person.edit_memory(&MemoryId::new("none"), &MemoryEdit::default()).await.is_err());
    assert_eq!(person.memory(&id).await.unwrap().unwrap().content, "A note.");
}

#[tokio::test]
async fn two_that_say_the_same_become_one() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "The plumber came on Tuesday.").await;
    let said = person.memories(10, None, false).await.unwrap().items.remove(0);
    let other = person
        .add_memory("api", NewMemory { tags: vec!["house".into()], pinned: true, ..note("Plumber was here Tuesday.") });
    let other = other.await.unwrap();
    let merged = person.merge_memories(&said.id, std::slice::from_ref(&other.id)).await.unwrap();
    assert_eq!(merged.sources.len(), 2);
    assert!(merged.pinned && merged.tags.contains(&"house".to_owned()) && merged.reinforced == 1);
    assert!(person.memory(&other.id).await.unwrap().is_none());
    let again = person.add_memory("api", note("Plumber was here Tuesday!")).await.unwrap();
    assert_eq!(again.id, said.id, "its words lead to the one that is left");

    for (keep, others) in [
        (&said.id, vec![]),
        (&said.id, vec![said.id.clone()]),
        (&said.id, vec![MemoryId::new("none")]),
        (&MemoryId::new("none"), vec![said.id.clone()]),
    ] {
        assert!(person.merge_memories(keep, &others).await.is_err());
    }
    world.say(&person, "I live in Berlin.").await;
    let fact = person.facts(&philia_companion::facts::FactQuery::default()).await.unwrap().remove(0).memory;
    let error = person.merge_memories(&said.id, &[fact.id]).await.unwrap_err();
    assert!(error.to_string().contains("fact"), "{error}");
}
