//! The tools: named and shaped as in the memory servers that assistants know, and a few of the companion's own.

use super::rpc::{Desk, Fault};
use crate::problem::Problem;
use crate::strict;
use philia_companion::accounts::Scope;
use philia_companion::edit::NewMemory;
use philia_companion::knowledge::{Entity, Relation};
use philia_companion::recall::Request;
use philia_companion::turn::Told;
use philia_companion::{Error, Person};
use philia_mind::memory::Speaker;
use philia_mind::{Memory, MemoryId, ThreadId};
use philia_ports::index::Filter;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The door's name in the log and on memories.
const DOOR: &str = "mcp";
/// The most memories that a list brings.
const MOST: usize = 1000;

/// A tool.
pub(super) struct Tool {
    name: &'static str,
    about: &'static str,
    /// What a key must open to call it.
    pub(super) scope: Scope,
    /// JSON Schema of what it takes.
    takes: fn() -> Value,
    /// It changes nothing.
    only_reads: bool,
    /// It may take away.
    destroys: bool,
}

const fn reads(name: &'static str, about: &'static str, takes: fn() -> Value) -> Tool {
    Tool { name, about, scope: Scope::Memories, takes, only_reads: true, destroys: false }
}

const fn writes(name: &'static str, about: &'static str, takes: fn() -> Value) -> Tool {
    Tool { only_reads: false, ..reads(name, about, takes) }
}

const fn forgets(name: &'static str, about: &'static str, takes: fn() -> Value) -> Tool {
    Tool { destroys: true, ..writes(name, about, takes) }
}

/// All of them.
pub(super) const TOOLS: [Tool; 17] = [
    reads(
        "recall",
        "Recalls what is remembered of the person that answers a question, best first, each with its date \
        and why it was found.",
        || {
            object(
                json!({ "query": text("A question or topic, in plain words"), "k": {
            "type": "integer", "minimum": 1, "maximum": 50, "description": "How many; 5 if nothing is said" } }),
                &["query"],
            )
        },
    ),
    writes(
        "remember",
        "Remembers one thing as it is worded. For what the person said themselves, add_memories also reads \
        facts from it.",
        || {
            let tags = json!({ "type": "array", "items": text("A label"), "description": "Free labels" });
            object(json!({ "text": text("What to remember"), "tags": tags }), &["text"])
        },
    ),
    Tool {
        scope: Scope::Personality,
        ..reads(
            "mood",
            "How the companion feels towards the person now: pleasure, arousal and dominance from -1 to 1, \
            and the nearest emotion.",
            || object(json!({ "persona": text("Whose mood, by id; the one they talk with if nobody is named") }), &[]),
        )
    },
    writes("add_memories", "Keeps what the person said about themselves, and learns facts from it.", || {
        object(json!({ "text": text("What they said, in their own words") }), &["text"])
    }),
    reads("search_memory", "Searches what is remembered of the person.", || {
        object(json!({ "query": text("What to look for") }), &["query"])
    }),
    reads("list_memories", "Lists what is remembered of the person, newest first.", || object(json!({}), &[])),
    forgets("delete_memories", "Forgets memories for good.", || {
        object(json!({ "memory_ids": list(text("A memory's id")) }), &["memory_ids"])
    }),
    forgets("delete_all_memories", "Forgets everything that is remembered of the person, for good.", || {
        object(json!({}), &[])
    }),
    writes("create_entities", "Adds named things to the knowledge graph, with what was observed of them.", || {
        object(json!({ "entities": list(entity()) }), &["entities"])
    }),
    writes("create_relations", "Adds how things in the knowledge graph hang together, in the active voice.", || {
        object(json!({ "relations": list(relation()) }), &["relations"])
    }),
    writes("add_observations", "Adds what was observed of things in the knowledge graph.", || {
        let one = object(
            json!({ "entityName": text("Which thing"), "contents": list(text("What was observed")) }),
            &["entityName", "contents"],
        );
        object(json!({ "observations": list(one) }), &["observations"])
    }),
    forgets("delete_entities", "Forgets things of the knowledge graph, with their observations and relations.", || {
        object(json!({ "entityNames": list(text("Which thing")) }), &["entityNames"])
    }),
    forgets("delete_observations", "Forgets observations of things in the knowledge graph.", || {
        let one = object(
            json!({ "entityName": text("Which thing"), "observations": list(text("What was observed")) }),
            &["entityName", "observations"],
        );
        object(json!({ "deletions": list(one) }), &["deletions"])
    }),
    forgets("delete_relations", "Forgets relations of the knowledge graph.", || {
        object(json!({ "relations": list(relation()) }), &["relations"])
    }),
    reads("read_graph", "The whole knowledge graph.", || object(json!({}), &[])),
    reads("search_nodes", "The things of the knowledge graph that a query finds, and their relations.", || {
        object(json!({ "query": text("What to look for, in names, kinds and observations") }), &["query"])
    }),
    reads("open_nodes", "The things of the knowledge graph with these names, and their relations.", || {
        object(json!({ "names": list(text("Which thing")) }), &["names"])
    }),
];

fn object(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required })
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn entity() -> Value {
    let observations = list(text("What was observed"));
    let fields = json!({ "name": text("What it is called"), "entityType": text("What kind of thing it is"),
        "observations": observations });
    object(fields, &["name", "entityType", "observations"])
}

fn relation() -> Value {
    let fields = json!({ "from": text("One thing"), "to": text("The other"), "relationType": text("How") });
    object(fields, &["from", "to", "relationType"])
}

impl Tool {
    /// As clients are told of it.
    pub(super) fn described(&self) -> Value {
        json!({
            "name": self.name,
            "description": self.about,
            "inputSchema": (self.takes)(),
            "annotations": {
                "readOnlyHint": self.only_reads,
                "destructiveHint": self.destroys,
                "openWorldHint": false,
            },
        })
    }
}

/// What a tool ended with.
enum Ended {
    /// The tool does not take this.
    Unread(String),
    /// It could not be done; whoever called may read why.
    Failed(Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Calls a tool. What goes wrong inside it is its result, so that the assistant can read it and do better.
pub(super) async fn call(desk: &Desk, name: &str, arguments: Value) -> Result<Value, Fault> {
    let Some(tool) = TOOLS.iter().find(|tool| tool.name == name) else {
        return Err(Fault::params(format!("there is no tool {name:?}")));
    };
    let scope = json!(tool.scope);
    let done = if desk.may(tool.scope) {
        run(&desk.person, name, arguments).await
    } else {
        Err(Error::Forbidden(format!("this needs the scope {scope}, which your key does not have")).into())
    };
    let (is_error, result) = match done {
        Ok(result) => (false, result),
        Err(Ended::Unread(why)) => (true, json!({ "error": why })),
        Err(Ended::Failed(error)) => (true, json!({ "error": Problem::from(error).detail() })),
    };
    let said = if is_error { result["error"].as_str().unwrap_or_default().to_owned() } else { result.to_string() };
    Ok(json!({ "content": [{ "type": "text", "text": said }], "structuredContent": result, "isError": is_error }))
}

#[derive(Deserialize)]
struct Query {
    query: String,
    #[serde(default)]
    k: Option<usize>,
}

#[derive(Deserialize)]
struct Words {
    text: String,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Whose {
    #[serde(default)]
    persona: Option<String>,
}

#[derive(Deserialize)]
struct Ids {
    memory_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Entities {
    entities: Vec<Entity>,
}

#[derive(Deserialize)]
struct Relations {
    relations: Vec<Relation>,
}

#[derive(Deserialize)]
struct Observed {
    observations: Vec<Observation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Observation {
    entity_name: String,
    contents: Vec<String>,
}

#[derive(Deserialize)]
struct Deletions {
    deletions: Vec<Deletion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deletion {
    entity_name: String,
    observations: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Gone {
    entity_names: Vec<String>,
}

#[derive(Deserialize)]
struct Names {
    names: Vec<String>,
}

fn take<T: DeserializeOwned>(arguments: Value) -> Result<T, Ended> {
    strict::read(&arguments).map_err(|error| Ended::Unread(format!("the tool does not take this: {error}")))
}

async fn run(person: &Person, name: &str, arguments: Value) -> Result<Value, Ended> {
    match name {
        "recall" | "search_memory" => {
            let Query { query, k } = take(arguments)?;
            let request = Request { k: k.unwrap_or(if name == "recall" { 5 } else { 10 }), ..Request::new(query) };
            let found = person.recall(&request).await?.memories;
            let told = found.iter().map(|found| {
                let mut told = told(&found.memory);
                (told["score"], told["why"]) = (found.score.into(), found.why.as_str().into());
                told
            });
            Ok(json!({ "results": told.collect::<Vec<_>>() }))
        }
        "remember" => {
            let Words { text, tags } = take(arguments)?;
            let new = NewMemory { content: text, tags, ..NewMemory::default() };
            Ok(told(&person.add_memory(DOOR, new).await?))
        }
        "mood" => {
            let Whose { persona } = take(arguments)?;
            Ok(json!(person.mood(persona.as_deref()).await?))
        }
        "add_memories" => {
            let Words { text, .. } = take(arguments)?;
            let said = Told { message: text, ..Told::default() };
            let name = person.philia().fresh_id();
            let new = person.tell(DOOR, &ThreadId::new(DOOR), &name, &[said]).await?;
            Ok(json!({ "results": new.iter().map(told).collect::<Vec<_>>() }))
        }
        "list_memories" => {
            let page = person.browse(&Filter::default(), MOST, None).await?;
            Ok(json!({ "results": page.items.iter().map(told).collect::<Vec<_>>(), "more": page.next.is_some() }))
        }
        "delete_memories" => {
            let Ids { memory_ids } = take(arguments)?;
            let ids: Vec<MemoryId> = memory_ids.into_iter().map(MemoryId::new).collect();
            for id in &ids {
                if person.memory(id).await?.is_none() {
                    let name = id.as_str().to_owned();
                    return Err(Error::NotFound { what: "memory", name, nearest: None }.into());
                }
            }
            let gone = person.forget_where(|memory| ids.contains(&memory.id)).await?;
            Ok(json!({ "deleted": gone.iter().map(|memory| &memory.id).collect::<Vec<_>>() }))
        }
        "delete_all_memories" => {
            let gone = person.forget_where(|_| true).await?;
            Ok(json!({ "deleted": gone.len() }))
        }
        _ => graph(person, name, arguments).await,
    }
}

async fn graph(person: &Person, name: &str, arguments: Value) -> Result<Value, Ended> {
    match name {
        "create_entities" => {
            let Entities { entities } = take(arguments)?;
            Ok(json!({ "entities": person.add_entities(DOOR, entities).await? }))
        }
        "create_relations" => {
            let Relations { relations } = take(arguments)?;
            Ok(json!({ "relations": person.add_relations(DOOR, relations).await? }))
        }
        "add_observations" => {
            let Observed { observations } = take(arguments)?;
            let mut results = Vec::new();
            for Observation { entity_name, contents } in observations {
                let added = person.observe(DOOR, &entity_name, contents).await?;
                results.push(json!({ "entityName": entity_name, "addedObservations": added }));
            }
            Ok(json!({ "results": results }))
        }
        "delete_entities" => {
            let Gone { entity_names } = take(arguments)?;
            person.forget_entities(&entity_names).await?;
            Ok(json!({ "success": true, "message": "Entities deleted successfully" }))
        }
        "delete_observations" => {
            let Deletions { deletions } = take(arguments)?;
            for Deletion { entity_name, observations } in deletions {
                person.forget_observations(&entity_name, &observations).await?;
            }
            Ok(json!({ "success": true, "message": "Observations deleted successfully" }))
        }
        "delete_relations" => {
            let Relations { relations } = take(arguments)?;
            person.forget_relations(&relations).await?;
            Ok(json!({ "success": true, "message": "Relations deleted successfully" }))
        }
        "search_nodes" => {
            let Query { query, .. } = take(arguments)?;
            Ok(json!(person.search_knowledge(&query).await?))
        }
        "open_nodes" => {
            let Names { names } = take(arguments)?;
            Ok(json!(person.knowledge_of(&names).await?))
        }
        _ => Ok(json!(person.knowledge().await?)),
    }
}

/// A memory as assistants read it.
fn told(memory: &Memory) -> Value {
    let speaker = match &memory.speaker {
        Speaker::User => "user",
        Speaker::Companion => "companion",
        Speaker::Other(name) | Speaker::Document(name) => name,
    };
    json!({
        "id": memory.id,
        "memory": memory.content,
        "category": memory.category,
        "speaker": speaker,
        "occurred_at": memory.occurred_at,
        "valid_until": memory.valid_until,
        "importance": memory.importance,
        "tags": memory.tags,
    })
}
