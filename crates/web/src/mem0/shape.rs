//! A memory as Mem0's clients read it.

use super::filter::MARKS;
use super::people::id_of;
use philia_companion::Person;
use philia_mind::Memory;
use philia_mind::memory::Speaker;
use serde_json::{Map, Value, json};

/// In a memory's metadata: until which day it is shown.
pub(super) const EXPIRES: &str = "expiration_date";
/// In a memory's metadata: whose message it is, where it was added as it is worded.
pub(super) const ROLE: &str = "role";
/// What the program itself notes in a memory's metadata.
const OURS: [&str; 6] = ["edited_at", "former", "learned_by", "last_said_at", "knowledge", EXPIRES];

/// Is it one that these clients see? The companion's own words are not, unless such a client added them.
pub(super) fn is_shown(memory: &Memory) -> bool {
    memory.speaker != Speaker::Companion || memory.metadata.contains_key(ROLE)
}

/// A memory.
pub(super) fn told(person: &Person, memory: &Memory) -> Value {
    let own = |name: &String| !OURS.contains(&name.as_str()) && !MARKS.contains(&name.as_str());
    let metadata: Map<String, Value> = memory
        .metadata
        .iter()
        .filter(|(name, _)| own(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mark = |name: &str| memory.metadata.get(name).cloned().unwrap_or(Value::Null);
    json!({
        "id": id_of(person, &memory.id),
        "memory": memory.content,
        "user_id": person.id().subject(),
        "agent_id": mark("agent_id"),
        "app_id": mark("app_id"),
        "run_id": mark("run_id"),
        "metadata": metadata,
        "categories": categories(memory),
        "expiration_date": mark(EXPIRES),
        "created_at": memory.occurred_at,
        "updated_at": updated_at(memory),
    })
}

/// What it is about, and its labels.
pub(super) fn categories(memory: &Memory) -> Vec<String> {
    let category = json!(memory.category).as_str().unwrap_or_default().to_owned();
    [category].into_iter().chain(memory.tags.iter().cloned()).collect()
}

/// When it was last changed by hand, or else learned.
pub(super) fn updated_at(memory: &Memory) -> String {
    let edited = memory.metadata.get("edited_at").and_then(Value::as_str);
    edited.map_or_else(|| memory.created_at.to_string(), str::to_owned)
}

/// How it came to be as it is, oldest first.
pub(super) fn history(person: &Person, memory: &Memory) -> Vec<Value> {
    let former = memory.metadata.get("former").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut texts: Vec<Value> = former.iter().map(|former| former["content"].clone()).collect();
    texts.push(memory.content.as_str().into());
    let mut times: Vec<Value> = vec![memory.created_at.to_string().into()];
    times.extend(former.iter().map(|former| former["until"].clone()));
    let id = id_of(person, &memory.id);
    let steps = texts.iter().zip(&times).enumerate().map(|(n, (text, at))| {
        json!({
            "id": format!("{id}-{n}"),
            "memory_id": id,
            "user_id": person.id().subject(),
            "old_memory": n.checked_sub(1).map(|before| texts[before].clone()),
            "new_memory": text,
            "event": if n == 0 { "ADD" } else { "UPDATE" },
            "created_at": at,
            "updated_at": at,
        })
    });
    steps.collect()
}
