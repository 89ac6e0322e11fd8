//! `GET /api/memories`: a page of memories, newest first; with `q`, those that answer it, each with its reason.
//! `POST /api/memories`: adds one by hand.

use super::Page;
use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use philia_companion::documents::Document;
use philia_companion::edit::NewMemory;
use philia_companion::recall::Request;
use philia_mind::Memory;
use philia_mind::memory::Speaker;
use philia_mind::memory::recall::Recalled;
use philia_ports::index::Filter;
use philia_ports::store::Cursor;
use serde::Serialize;

/// What a search found.
#[derive(Serialize)]
struct Found {
    items: Vec<Hit>,
    /// Parts that were not there (`embedder`).
    degraded: Vec<&'static str>,
}

/// A memory, and why it was found.
#[derive(Serialize)]
struct Hit {
    #[serde(flatten)]
    memory: Memory,
    score: f64,
    relevance: f64,
    shared: Vec<String>,
    why: String,
}

impl From<Recalled> for Hit {
    fn from(found: Recalled) -> Self {
        let Recalled { memory, score, relevance, shared, why, .. } = found;
        Self { memory, score, relevance, shared, why }
    }
}

pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Response, Problem> {
    let filter = filter(&mut params);
    let question = params.text("q");
    let k = params.number("k", 1..=50).unwrap_or(10);
    let limit = params.number("limit", 1..=200).unwrap_or(50);
    let cursor = params.text("cursor").map(Cursor);
    params.done()?;
    let person = caller.person().await?;
    let Some(text) = question else {
        return Ok(Json(Page::from(person.browse(&filter, limit, cursor).await?)).into_response());
    };
    let found = person.recall(&Request { k, filter, ..Request::new(text) }).await?;
    let items = found.memories.into_iter().map(Hit::from).collect();
    Ok(Json(Found { items, degraded: found.degraded }).into_response())
}

/// Labels, and the document whose part it must be.
fn tags(params: &mut Params) -> Vec<String> {
    let mut tags = params.texts("tag");
    tags.extend(params.text("document").map(|id| Document::tag(&id)));
    tags
}

pub(crate) async fn post(
    caller: Caller,
    params: Params,
    Body(new): Body<NewMemory>,
) -> Result<(StatusCode, Json<Memory>), Problem> {
    params.done()?;
    let memory = caller.person().await?.add_memory("api", new).await?;
    Ok((StatusCode::CREATED, Json(memory)))
}

/// Which memories may be found.
fn filter(params: &mut Params) -> Filter {
    Filter {
        categories: params.some("category"),
        kind: params.one("kind"),
        speaker: params.text("speaker").map(|name| match name.as_str() {
            "user" => Speaker::User,
            "companion" => Speaker::Companion,
            _ => Speaker::Other(name),
        }),
        include_companion: params.flag("include_companion"),
        emotions: params.texts("emotion"),
        include_hidden: false,
        tags: tags(params),
        after: params.instant("after"),
        before: params.instant("before"),
        min_importance: params.share("min_importance").unwrap_or(0.0),
    }
}
