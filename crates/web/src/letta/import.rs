//! Agent files: agents of another server, with their blocks and what was said to them. Bringing one in again changes
//! nothing.

use super::agent::{id_of, make, slug};
use crate::api::openapi::File;
use crate::extract::Caller;
use crate::problem::Problem;
use crate::upload::Sent;
use axum::Json;
use philia_companion::Person;
use philia_companion::blocks::PERSONA;
use philia_companion::exchange::letta::{Agent, agents};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Brings in an agent file: its agents become characters of the person's own, what was said is learned from, and blocks
/// that nobody has written are written.
#[utoipa::path(
    post,
    path = "/v1/agents/import",
    tag = "Letta",
    request_body(content = File, content_type = "multipart/form-data"),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn post(caller: Caller, sent: Sent) -> Result<Json<Value>, Problem> {
    let person = caller.person().await?;
    let found = agents(&sent.bytes).map_err(|error| Problem::refused(error.to_string()))?;
    let mut ids = Vec::new();
    for agent in found {
        ids.push(bring_in(&person, agent).await?);
    }
    Ok(Json(json!({ "agent_ids": ids })))
}

async fn bring_in(person: &Person, agent: Agent) -> Result<String, Problem> {
    // The same agent has the same id, whichever file it comes in.
    let hash: String = Sha256::digest(agent.identity.as_bytes()).iter().take(3).map(|b| format!("{b:02x}")).collect();
    let id = format!("{}_{hash}", slug(&agent.name));
    let persona = match person.personas().await?.get(&id) {
        Ok(there) => there,
        Err(_) => {
            let who = agent.blocks.iter().find(|(label, _)| label == PERSONA).map(|(_, text)| text.as_str());
            make(person, Some(id), &agent.name, who.or(agent.description.as_deref()), &[]).await?
        }
    };
    let there = person.blocks().await?;
    for (label, text) in agent.blocks.iter().filter(|(label, _)| label != PERSONA) {
        let written = there.iter().any(|block| block.label == *label && block.updated_at.is_some());
        if !written {
            person.set_block(label, text).await?;
        }
    }
    person.import(&[agent.conversation], |_, _| ()).await?;
    Ok(id_of(&persona))
}
