//! Reflection: what nights make of memories, and what they let go by its age.

use crate::world::World;
use jiff::SignedDuration;
use philia_companion::{Error, Person};
use philia_mind::Memory;
use philia_mind::memory::{Category, MemoryKind, Provenance, Relation};
use philia_ports::Store as _;
use philia_ports::index::Filter;
use philia_ports::store::{Kind, Scan};

async fn all(person: &Person) -> Vec<Memory> {
    let filter = Filter { include_companion: true, ..Filter::default() };
    let mut memories = Vec::new();
    let mut cursor = None;
    loop {
        let page = person.browse(&filter, 500, cursor).await.unwrap();
        memories.extend(page.items);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return memories,
        }
    }
}

fn insights(memories: &[Memory]) -> Vec<&Memory> {
    memories.iter().filter(|memory| memory.category == Category::Insight).collect()
}

const RUNNING: &[&str] = &[
    "I went running by the river this morning.",
    "I went running along the river this morning before work.",
    "This morning I was running by the river again.",
];

#[tokio::test]
async fn what_was_said_again_and_again_becomes_one_memory() {
    let world = World::new();
    let person = world.person("ana").await;
    for said in RUNNING.iter().chain(&["My printer is out of ink.", "Do I like running by the river?"]) {
        world.say(&person, said).await;
    }
    world.say(&person, "I want to kill myself by the river this morning").await;
    let done = person.consolidate().await.unwrap();
    assert_eq!((done.made.len(), done.sources, done.by_model), (1, 3, 0), "{done:?}");
    let memories = all(&person).await;
    let made = insights(&memories)[0];
    assert_eq!(made.kind, MemoryKind::Semantic);
    assert!(made.content.contains("running"), "{}", made.content);
    assert!(RUNNING.iter().any(|said| made.content.starts_with(said)), "in their own words: {}", made.content);
    let sources: Vec<&Memory> =
        memories.iter().filter(|memory| made.sources.contains(&Provenance::Memory(memory.id.clone()))).collect();
    assert_eq!(sources.len(), 3);
    for source in &sources {
        assert!(source.consolidated);
        assert!(source.links.iter().any(|link| link.to == made.id && link.relation == Relation::Parent));
        assert!(made.links.iter().any(|link| link.to == source.id && link.relation == Relation::Child));
        assert!(RUNNING.contains(&source.content.as_str()), "{}", source.content);
    }
    let mean = sources.iter().map(|memory| memory.importance).sum::<f64>() / 3.0;
    assert!((made.importance - (mean * 1.3).min(1.0)).abs() < 1e-9);
    assert_eq!(Some(made.occurred_at), sources.iter().map(|memory| memory.occurred_at).max());

    let again = person.consolidate().await.unwrap();
    assert_eq!(again.made, []);
    assert_eq!(all(&person).await, memories, "once is enough");
    assert!(!person.reflections(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn forgetting_a_source_takes_the_conclusion_and_frees_the_others() {
    let world = World::new();
    let person = world.person("ana").await;
    for said in RUNNING {
        world.say(&person, said).await;
    }
    person.consolidate().await.unwrap();
    let memories = all(&person).await;
    let source = memories.iter().find(|memory| memory.consolidated).unwrap();
    let gone = person.forget(&source.id).await.unwrap();
    assert!(gone.iter().any(|memory| memory.category == Category::Insight));
    let left = all(&person).await;
    assert!(insights(&left).is_empty());
    assert!(left.iter().all(|memory| !memory.consolidated && memory.links.is_empty()), "{left:?}");
    world.say(&person, "I was out running by the river early this morning.").await;
    assert_eq!(person.consolidate().await.unwrap().sources, 3);
}

#[tokio::test]
async fn a_night_promises_the_work_and_no_turn_does_it() {
    let world = World::new();
    let person = world.person("ana").await;
    for said in RUNNING {
        world.say(&person, said).await;
    }
    world.clock.advance(SignedDuration::from_hours(48));
    world.say(&person, "Good morning!").await;
    let partition = world.store.open(person.id()).await.unwrap();
    let jobs = world.store.scan(&partition, &Scan::of(Kind::Job)).await.unwrap().items;
    assert_eq!(jobs.iter().map(|job| job.key.id.as_str()).collect::<Vec<_>>(), ["reflect"]);
    assert!(insights(&all(&person).await).is_empty());
    assert_eq!(world.philia.recover().await.unwrap().done, 0, "a start does not wait for it");
    assert_eq!(world.philia.reflect().await.unwrap(), 1);
    assert_eq!(insights(&all(&person).await).len(), 1);
    assert!(world.store.scan(&partition, &Scan::of(Kind::Job)).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn age_takes_what_is_unimportant_and_only_where_it_was_chosen() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "I had soup for lunch.").await;
    world.say(&person, "I work as a gardener in Porto.").await;
    world.clock.advance(SignedDuration::from_hours(24 * 40));
    world.say(&person, "The bus was late.").await;
    let before = all(&person).await;
    world.philia.reflect().await.unwrap();
    assert!(all(&person).await.len() >= before.len(), "nothing goes by default");

    assert!(matches!(person.would_go_by_age(0).await, Err(Error::Invalid(_))));
    let preview = person.would_go_by_age(30).await.unwrap();
    assert!(preview.memories >= 1 && preview.turns == 1, "{preview:?}");
    assert!(person.update_profile(|profile| profile.retention_days = Some(0)).await.is_err());
    assert!(person.update_profile(|profile| profile.retention_days = Some(36_501)).await.is_err());
    person.update_profile(|profile| profile.retention_days = Some(30)).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(24));
    world.say(&person, "Hello again.").await;
    world.philia.reflect().await.unwrap();
    let mut out = Vec::new();
    person.export_json(&mut out).await.unwrap();
    let left = String::from_utf8(out).unwrap();
    assert!(!left.contains("soup"), "{left}");
    assert!(left.contains("gardener") && left.contains("bus"), "{left}");
}
