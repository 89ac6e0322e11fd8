//! Knowledge as a graph of named things: what tools that think in entities, observations and relations read and write.
//!
//! What the companion has learned is there as it stands: the person and everybody it knows facts about, each with the
//! sentences behind them. What such a tool writes is kept as memories with labels: a thing, something observed of it, or
//! how two things hang together. Deleting is forgetting, whoever wrote it.

use crate::edit::NewMemory;
use crate::error::{Error, Result};
use crate::facts::FactQuery;
use crate::learn::folded;
use crate::person::Person;
use crate::recall::Request;
use philia_mind::memory::Category;
use philia_mind::{Memory, MemoryId};
use philia_ports::index::Filter;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The label of everything that was written here.
const TAG: &str = "knowledge";
/// In a memory's metadata: what it says of the graph.
const PART: &str = "knowledge";
/// How the person is called where they have not said.
const PERSON: &str = "user";
/// What the kind of something is called that is known by facts alone.
const KNOWN: &str = "known";
/// Memories read at once.
const PAGE: usize = 500;

/// A named thing, and what was observed of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entity {
    /// What it is called.
    pub name: String,
    /// What kind of thing it is.
    pub entity_type: String,
    /// What was observed of it, a sentence each.
    #[serde(default)]
    pub observations: Vec<String>,
}

/// How two things hang together: `from` `relation_type` `to`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Relation {
    /// One thing, by name.
    pub from: String,
    /// The other.
    pub to: String,
    /// How, in the active voice ("works at").
    pub relation_type: String,
}

/// All of it, or a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Knowledge {
    /// Things.
    pub entities: Vec<Entity>,
    /// How they hang together.
    pub relations: Vec<Relation>,
}

/// What a memory says of the graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Part {
    Entity { name: String, entity_type: String },
    Observation { name: String, text: String },
    Relation(Relation),
}

impl Part {
    fn of(memory: &Memory) -> Option<Self> {
        serde_json::from_value(memory.metadata.get(PART)?.clone()).ok()
    }

    /// As a sentence that can be recalled.
    fn sentence(&self) -> String {
        match self {
            Self::Entity { name, entity_type } => format!("{name} ({entity_type})"),
            Self::Observation { name, text } => format!("{name}: {text}"),
            Self::Relation(Relation { from, to, relation_type }) => format!("{from} {relation_type} {to}"),
        }
    }

    /// As it is kept.
    fn memory(&self) -> NewMemory {
        let subject = match self {
            Self::Entity { name, .. } | Self::Observation { name, .. } => name.as_str(),
            Self::Relation(relation) => &relation.from,
        };
        NewMemory {
            content: self.sentence(),
            category: Some(Category::Note),
            tags: vec![TAG.into()],
            metadata: BTreeMap::from([(PART.into(), json!(self)), ("subject".into(), subject.into())]),
            ..NewMemory::default()
        }
    }

    /// Is it about this thing?
    fn names(&self, name: &str) -> bool {
        match self {
            Self::Entity { name: own, .. } | Self::Observation { name: own, .. } => own == name,
            Self::Relation(relation) => relation.from == name || relation.to == name,
        }
    }
}

/// The graph with the memories behind it.
#[derive(Default)]
struct Held {
    parts: Vec<(MemoryId, Part)>,
}

impl Held {
    fn entity(&self, name: &str) -> Option<&str> {
        self.parts.iter().find_map(|(_, part)| match part {
            Part::Entity { name: own, entity_type } if own == name => Some(entity_type.as_str()),
            _ => None,
        })
    }

    fn has(&self, wanted: &Part) -> bool {
        self.parts.iter().any(|(_, part)| part == wanted)
    }

    fn whole(&self) -> Knowledge {
        let mut entities: BTreeMap<&str, Entity> = BTreeMap::new();
        let mut relations = BTreeSet::new();
        for (_, part) in &self.parts {
            match part {
                Part::Entity { name, entity_type } => {
                    let entity = entities.entry(name).or_default();
                    (entity.name, entity.entity_type) = (name.clone(), entity_type.clone());
                }
                Part::Observation { name, text } => {
                    let entity = entities.entry(name).or_default();
                    entity.name.clone_from(name);
                    if entity.entity_type.is_empty() {
                        entity.entity_type = KNOWN.into();
                    }
                    if !entity.observations.contains(text) {
                        entity.observations.push(text.clone());
                    }
                }
                Part::Relation(relation) => drop(relations.insert(relation.clone())),
            }
        }
        Knowledge { entities: entities.into_values().collect(), relations: relations.into_iter().collect() }
    }
}

impl Knowledge {
    /// The part that is about these things.
    fn about(mut self, names: impl Fn(&str) -> bool) -> Self {
        self.entities.retain(|entity| names(&entity.name));
        self.relations.retain(|relation| names(&relation.from) || names(&relation.to));
        self
    }
}

/// Things and how they hang together, as the memories that are kept of them.
pub(crate) fn notes_of(entities: Vec<Entity>, relations: Vec<Relation>) -> Vec<NewMemory> {
    let things = entities.into_iter().flat_map(|Entity { name, entity_type, observations }| {
        let thing = Part::Entity { name: name.clone(), entity_type };
        [thing]
            .into_iter()
            .chain(observations.into_iter().map(move |text| Part::Observation { name: name.clone(), text }))
    });
    things.chain(relations.into_iter().map(Part::Relation)).map(|part| part.memory()).collect()
}

impl Person {
    /// All that is known, as a graph.
    pub async fn knowledge(&self) -> Result<Knowledge> {
        Ok(self.held_knowledge().await?.whole())
    }

    /// The things with these names, and how they hang together with others.
    pub async fn knowledge_of(&self, names: &[String]) -> Result<Knowledge> {
        Ok(self.knowledge().await?.about(|name| names.iter().any(|wanted| wanted == name)))
    }

    /// The things whose name, kind or observations have the words of a query in them, or that come to mind for it.
    pub async fn search_knowledge(&self, query: &str) -> Result<Knowledge> {
        let held = self.held_knowledge().await?;
        let words: Vec<String> = folded(query).split(' ').map(str::to_owned).collect();
        let whole = held.whole();
        let request = Request { k: 10, ..Request::new(query) };
        let found: Vec<MemoryId> = self.recall(&request).await?.memories.into_iter().map(|m| m.memory.id).collect();
        let recalled: Vec<&Part> =
            held.parts.iter().filter(|(id, _)| found.contains(id)).map(|(_, part)| part).collect();
        let fits = |name: &str| {
            let entity = whole.entities.iter().find(|entity| entity.name == name);
            let says = entity.is_some_and(|entity| {
                let text = folded(&format!("{name} {} {}", entity.entity_type, entity.observations.join(" ")));
                words.iter().any(|word| !word.is_empty() && text.contains(word.as_str()))
            });
            says || recalled.iter().any(|part| part.names(name))
        };
        let names: BTreeSet<String> =
            whole.entities.iter().map(|entity| entity.name.clone()).filter(|name| fits(name)).collect();
        Ok(whole.about(|name| names.contains(name)))
    }

    /// Adds things; those that are there already are left as they are. Returns the new ones.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what cannot be kept as a memory.
    pub async fn add_entities(&self, source: &str, entities: Vec<Entity>) -> Result<Vec<Entity>> {
        let mut held = self.held_knowledge().await?;
        let mut new = Vec::new();
        for entity in entities {
            if held.entity(&entity.name).is_some() {
                continue;
            }
            let Entity { name, entity_type, observations } = &entity;
            let observed = observations.iter().map(|text| Part::Observation { name: name.clone(), text: text.clone() });
            let thing = Part::Entity { name: name.clone(), entity_type: entity_type.clone() };
            for part in [thing].into_iter().chain(observed) {
                self.add_part(source, &mut held, part).await?;
            }
            new.push(entity);
        }
        Ok(new)
    }

    /// Adds how things hang together. Returns what is new.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what cannot be kept as a memory.
    pub async fn add_relations(&self, source: &str, relations: Vec<Relation>) -> Result<Vec<Relation>> {
        let mut held = self.held_knowledge().await?;
        let mut new = Vec::new();
        for relation in relations {
            if self.add_part(source, &mut held, Part::Relation(relation.clone())).await? {
                new.push(relation);
            }
        }
        Ok(new)
    }

    /// Adds what was observed of a thing. Returns what is new.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such thing; [`Error::Invalid`] for what cannot be kept as a memory.
    pub async fn observe(&self, source: &str, name: &str, observations: Vec<String>) -> Result<Vec<String>> {
        let mut held = self.held_knowledge().await?;
        if !held.whole().entities.iter().any(|entity| entity.name == name) {
            return Err(Error::NotFound { what: "entity", name: name.to_owned(), nearest: None });
        }
        let mut new = Vec::new();
        for text in observations {
            let part = Part::Observation { name: name.to_owned(), text: text.clone() };
            if self.add_part(source, &mut held, part).await? {
                new.push(text);
            }
        }
        Ok(new)
    }

    /// Forgets things, with what was observed of them and how they hang together with others.
    pub async fn forget_entities(&self, names: &[String]) -> Result<()> {
        self.forget_parts(|part| names.iter().any(|name| part.names(name))).await
    }

    /// Forgets observations of a thing.
    pub async fn forget_observations(&self, name: &str, observations: &[String]) -> Result<()> {
        let goes = |part: &Part| matches!(part, Part::Observation { name: own, text } if own == name && observations.contains(text));
        self.forget_parts(goes).await
    }

    /// Forgets how things hang together.
    pub async fn forget_relations(&self, relations: &[Relation]) -> Result<()> {
        self.forget_parts(|part| matches!(part, Part::Relation(relation) if relations.contains(relation))).await
    }

    async fn forget_parts(&self, goes: impl Fn(&Part) -> bool) -> Result<()> {
        let held = self.held_knowledge().await?;
        let ids: BTreeSet<MemoryId> = held.parts.into_iter().filter(|(_, part)| goes(part)).map(|(id, _)| id).collect();
        self.forget_where(|memory| ids.contains(&memory.id)).await.map(drop)
    }

    /// Writes a part, unless it is there. Was it new?
    async fn add_part(&self, source: &str, held: &mut Held, part: Part) -> Result<bool> {
        if held.has(&part) {
            return Ok(false);
        }
        let memory = self.add_memory(source, part.memory()).await?;
        held.parts.push((memory.id, part));
        Ok(true)
    }

    async fn held_knowledge(&self) -> Result<Held> {
        let mut held = Held::default();
        let called = self.profile().await?.display_name.unwrap_or_else(|| PERSON.into());
        held.parts.extend(self.facts(&FactQuery::default()).await?.into_iter().map(|view| {
            let name = if view.fact.subject == PERSON { called.clone() } else { view.fact.subject };
            (view.memory.id, Part::Observation { name, text: view.memory.content })
        }));
        if held.parts.iter().any(|(_, part)| part.names(&called)) {
            let person = Part::Entity { name: called, entity_type: "person".into() };
            held.parts.push((MemoryId::new("-"), person));
        }
        let filter = Filter { tags: vec![TAG.into()], ..Filter::default() };
        let mut cursor = None;
        let mut written = Vec::new();
        loop {
            let page = self.browse(&filter, PAGE, cursor).await?;
            written.extend(page.items.into_iter().filter_map(|memory| Some((memory.id.clone(), Part::of(&memory)?))));
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        written.reverse();
        held.parts.extend(written);
        Ok(held)
    }
}
