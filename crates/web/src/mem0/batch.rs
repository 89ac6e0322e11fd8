//! Several memories at once: changed, or forgotten. What is not there is told before anything is done.

use super::Done;
use super::one::{Change, found};
use super::people::Asked;
use crate::extract::Fields;
use crate::problem::Problem;
use axum::Json;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to be changed.
#[derive(Deserialize, ToSchema)]
#[schema(as = Mem0Changes)]
pub(crate) struct Changes {
    memories: Vec<Changed>,
}

/// One of them.
#[derive(Deserialize, ToSchema)]
#[schema(as = Mem0Changed)]
pub(crate) struct Changed {
    memory_id: String,
    #[serde(flatten)]
    change: Change,
}

/// What is to be forgotten.
#[derive(Deserialize, ToSchema)]
#[schema(as = Mem0Named)]
pub(crate) struct Named {
    memories: Vec<Which>,
}

/// One of them.
#[derive(Deserialize, ToSchema)]
#[schema(as = Mem0Which)]
pub(crate) struct Which {
    memory_id: String,
}

/// Changes several memories.
#[utoipa::path(
    put,
    path = "/v1/batch/",
    tag = "Mem0",
    request_body = Changes,
    responses((status = 200, description = "It is so", body = Done))
)]
pub(crate) async fn put(asked: Asked, Fields(changes): Fields<Changes>) -> Result<Json<Done>, Problem> {
    let mut all = Vec::new();
    for Changed { memory_id, change } in changes.memories {
        all.push((found(&asked, &memory_id).await?, change));
    }
    let count = all.len();
    for ((person, memory), change) in all {
        change.make(&person, &memory.id).await?;
    }
    Ok(Done::new(format!("Successfully updated {count} memories")))
}

/// Forgets several memories.
#[utoipa::path(
    delete,
    path = "/v1/batch/",
    tag = "Mem0",
    request_body = Named,
    responses((status = 200, description = "It is so", body = Done))
)]
pub(crate) async fn delete(asked: Asked, Fields(named): Fields<Named>) -> Result<Json<Done>, Problem> {
    let mut all = Vec::new();
    for Which { memory_id } in &named.memories {
        all.push(found(&asked, memory_id).await?);
    }
    for (person, memory) in &all {
        // One may have gone with another.
        person.forget_where(|other| other.id == memory.id).await?;
    }
    Ok(Done::new(format!("Successfully deleted {} memories", all.len())))
}
