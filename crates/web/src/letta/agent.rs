//! An agent as these clients see it, and who that is here.

use crate::problem::Problem;
use philia_companion::blocks::{Block, PERSONA};
use philia_companion::{Error, Person};
use philia_mind::persona::PersonaFile;
use philia_mind::{Persona, ThreadId};
use serde_json::{Value, json};
use std::sync::Arc;

const AGENT: &str = "agent-";
const BLOCK: &str = "block-";
/// What stands in a block's id between its label and whose it is.
const OF: char = '@';
/// Whom an agent is built on who says nothing of themselves.
const GROUND: &str = "base_assistant";
/// The most characters of a block, as these clients are told.
const LIMIT: usize = 5000;

/// An agent's id.
pub(super) fn id_of(persona: &Persona) -> String {
    format!("{AGENT}{}", persona.id)
}

/// Who an agent is.
pub(super) async fn find(person: &Person, id: &str) -> Result<Arc<Persona>, Problem> {
    let missing = || Problem::not_found("agent", id);
    let persona = id.strip_prefix(AGENT).ok_or_else(missing)?;
    match person.find_persona(persona).await {
        Err(Error::NotFound { .. }) => Err(missing()),
        other => Ok(other?),
    }
}

/// The thread in which an agent is talked with.
pub(super) fn thread(persona: &Persona) -> ThreadId {
    ThreadId::new(format!("{}-{}", super::DOOR, persona.id))
}

/// Is it everybody's, and so not to be changed?
pub(super) fn is_everybodys(person: &Person, persona: &Persona) -> bool {
    person.philia().personas().get(&persona.id).is_ok()
}

/// An agent with its blocks.
pub(super) async fn told(person: &Person, persona: &Persona) -> Result<Value, Problem> {
    let blocks = blocks(person, persona).await?;
    Ok(json!({
        "id": id_of(persona),
        "name": persona.name,
        "agent_type": "memgpt_v2_agent",
        "description": persona.description.trim(),
        "system": "",
        "tags": persona.tags,
        "metadata": {},
        "model": "philia",
        "llm_config": { "model": "philia", "model_endpoint_type": "openai", "context_window": 8192 },
        "blocks": blocks,
        "memory": { "blocks": blocks },
        "tools": [],
        "sources": [],
        "message_ids": [],
        "created_at": null,
    }))
}

/// The blocks of an agent: who it is, and those of the person.
pub(super) async fn blocks(person: &Person, persona: &Persona) -> Result<Vec<Value>, Problem> {
    let own = [persona_block(person, persona)];
    let shared = person.blocks().await?.into_iter().filter(|block| block.label != PERSONA);
    Ok(own.into_iter().chain(shared.map(|block| block_told(&block))).collect())
}

/// Who an agent is, as a block.
pub(super) fn persona_block(person: &Person, persona: &Persona) -> Value {
    json!({
        "id": format!("{BLOCK}{PERSONA}{OF}{}", persona.id),
        "label": PERSONA,
        "value": persona.description.trim(),
        "limit": LIMIT,
        "read_only": is_everybodys(person, persona),
    })
}

/// A block of the person's.
pub(super) fn block_told(block: &Block) -> Value {
    json!({
        "id": format!("{BLOCK}{}", block.label),
        "label": block.label,
        "value": block.text,
        "limit": LIMIT,
        "read_only": false,
    })
}

/// What a block's id means.
pub(super) enum BlockId<'a> {
    /// A block of the person's, by label.
    Shared(&'a str),
    /// Who an agent is, by the character's id.
    Of(&'a str),
}

/// Reads a block's id.
pub(super) fn block_id(id: &str) -> Result<BlockId<'_>, Problem> {
    let label = id.strip_prefix(BLOCK).ok_or_else(|| Problem::not_found("block", id))?;
    Ok(match label.split_once(OF) {
        Some((PERSONA, persona)) => BlockId::Of(persona),
        _ => BlockId::Shared(label),
    })
}

/// Makes a character of the person's own for an agent, under a name that is free.
pub(super) async fn make(
    person: &Person,
    id: Option<String>,
    name: &str,
    description: Option<&str>,
    tags: &[String],
) -> Result<Arc<Persona>, Problem> {
    let all = person.personas().await?;
    let begin = id.unwrap_or_else(|| slug(name));
    let free = (1_u32..).map(|n| if n == 1 { begin.clone() } else { format!("{begin}_{n}") });
    let id = free.into_iter().find(|id| all.get(id).is_err()).unwrap_or(begin);
    let mut fields = json!({ "id": id, "parent": GROUND, "name": name });
    if let Some(description) = description.map(str::trim).filter(|text| !text.is_empty()) {
        fields["description"] = description.into();
    }
    if !tags.is_empty() {
        fields["tags"] = json!(tags);
    }
    keep(person, fields).await
}

/// Changes a character of the person's own.
pub(super) async fn change(
    person: &Person,
    persona: &Persona,
    changes: &[(&str, Value)],
) -> Result<Arc<Persona>, Problem> {
    if is_everybodys(person, persona) {
        let whose = &persona.name;
        return Err(Problem::refused(format!("{whose} is everybody's and stays as it is; make an agent of your own")));
    }
    let mut fields = json!({
        "id": persona.id, "parent": GROUND, "name": persona.name, "description": persona.description, "tags": persona.tags,
    });
    for (name, value) in changes {
        fields[*name] = value.clone();
    }
    keep(person, fields).await
}

async fn keep(person: &Person, fields: Value) -> Result<Arc<Persona>, Problem> {
    let file = PersonaFile::new(fields).map_err(|problems| {
        Problem::refused(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    })?;
    person.keep_persona(file).await.map_err(|error| match error {
        Error::Invalid(words) => Problem::refused(words),
        other => other.into(),
    })
}

/// A name as an id.
pub(super) fn slug(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    let slug: String = letters.take(40).collect();
    let slug = slug.trim_matches('_');
    format!("letta_{}", if slug.is_empty() { "agent" } else { slug })
}
