//! The routes of Mem0's open-source server.

use super::add::Addition;
use super::find::{Question, Wanted};
use super::one::{Change, forget_all, found};
use super::people::Asked;
use super::{Done, shape};
use crate::extract::{Fields, Name};
use crate::problem::Problem;
use axum::Json;
use axum::extract::Query;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Memories, newest first.
#[utoipa::path(
    get,
    path = "/memories",
    tag = "Mem0, open source",
    params(
        ("user_id" = Option<String>, Query, min_length = 1, max_length = 128, pattern = r"^[^/\x00-\x1f\x7f-\x9f]*$"),
        ("agent_id" = Option<String>, Query),
        ("run_id" = Option<String>, Query),
    ),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn list(asked: Asked, Query(query): Query<BTreeMap<String, String>>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "results": Wanted::of(query)?.list(&asked).await? })))
}

/// Adds messages, and answers with what was learned from them.
#[utoipa::path(
    post,
    path = "/memories",
    tag = "Mem0, open source",
    request_body = Addition,
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn add(asked: Asked, Fields(addition): Fields<Addition>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "results": addition.add(&asked).await?.results })))
}

/// Forgets everything of a user, an agent or a run.
#[utoipa::path(
    delete,
    path = "/memories",
    tag = "Mem0, open source",
    params(
        ("user_id" = Option<String>, Query, min_length = 1, max_length = 128, pattern = r"^[^/\x00-\x1f\x7f-\x9f]*$"),
        ("agent_id" = Option<String>, Query),
        ("run_id" = Option<String>, Query),
    ),
    responses((status = 200, description = "It is so", body = Done))
)]
pub(crate) async fn delete_all(
    asked: Asked,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Done>, Problem> {
    forget_all(&asked, &Wanted::of(query)?).await?;
    Ok(Done::new("All relevant memories deleted"))
}

/// One memory.
#[utoipa::path(
    get,
    path = "/memories/{entry}",
    tag = "Mem0, open source",
    params(("entry" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn get(asked: Asked, Name(id): Name) -> Result<Json<Value>, Problem> {
    let (person, memory) = found(&asked, &id).await?;
    Ok(Json(shape::told(&person, &memory)))
}

/// Changes a memory; what is not named stays.
#[utoipa::path(
    put,
    path = "/memories/{entry}",
    tag = "Mem0, open source",
    params(("entry" = String, Path, description = "Its id")),
    request_body = Change,
    responses((status = 200, description = "It is so", body = Done))
)]
pub(crate) async fn put(asked: Asked, Name(id): Name, Fields(change): Fields<Change>) -> Result<Json<Done>, Problem> {
    let (person, memory) = found(&asked, &id).await?;
    change.make(&person, &memory.id).await?;
    Ok(Done::new("Memory updated successfully!"))
}

/// Forgets a memory.
#[utoipa::path(
    delete,
    path = "/memories/{entry}",
    tag = "Mem0, open source",
    params(("entry" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Done))
)]
pub(crate) async fn delete(asked: Asked, Name(id): Name) -> Result<Json<Done>, Problem> {
    let (person, memory) = found(&asked, &id).await?;
    person.forget(&memory.id).await?;
    Ok(Done::new("Memory deleted successfully"))
}

/// How a memory came to be as it is.
#[utoipa::path(
    get,
    path = "/memories/{entry}/history",
    tag = "Mem0, open source",
    params(("entry" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Vec<Object>))
)]
pub(crate) async fn history(asked: Asked, Name(id): Name) -> Result<Json<Vec<Value>>, Problem> {
    let (person, memory) = found(&asked, &id).await?;
    Ok(Json(shape::history(&person, &memory)))
}

/// Memories that answer a question.
#[utoipa::path(
    post,
    path = "/search",
    tag = "Mem0, open source",
    request_body = Question,
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn search(asked: Asked, Fields(question): Fields<Question>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "results": question.answer(&asked).await? })))
}

/// Forgets every memory of everybody that the key speaks for.
#[utoipa::path(
    post,
    path = "/reset",
    tag = "Mem0, open source",
    responses((status = 200, description = "It is so", body = Done))
)]
pub(crate) async fn reset(asked: Asked) -> Result<Json<Done>, Problem> {
    forget_all(&asked, &Wanted::marked(Map::from_iter([("user_id".to_owned(), Value::from("*"))]))).await?;
    Ok(Done::new("All memories reset"))
}
