//! `GET /api/memories`: a page of memories, newest first; with `q`, those that answer it, each with its reason.
//! `POST /api/memories`: adds one by hand.

use super::Page;
use super::memories_search::{DEFAULT_K, Found, speaker};
use super::openapi::Listed;
use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use philia_companion::documents::Document;
use philia_companion::edit::NewMemory;
use philia_companion::recall::Request;
use philia_mind::Memory;
use philia_mind::memory::{Category, MemoryKind};
use philia_ports::index::Filter;

/// A page of memories, newest first; with `q`, those that answer it, each with its reason.
#[utoipa::path(
    get,
    path = "/api/memories",
    tag = "Memories",
    params(
        ("q" = Option<String>, Query, description = "A question, in the person's words", min_length = 1, pattern = "\\S"),
        ("k" = Option<usize>, Query, description = "How many answer the question; only with `q`", minimum = 1, maximum = 50),
        ("category" = Option<Vec<Category>>, Query, explode = false, min_items = 1, description = "Any of these"),
        ("kind" = Option<MemoryKind>, Query),
        ("speaker" = Option<String>, Query, description = "`user`, `companion`, or somebody by name"),
        ("include_companion" = Option<bool>, Query, description = "Also what the companion said"),
        ("emotion" = Option<Vec<String>>, Query, explode = false, description = "Felt as any of these"),
        ("tag" = Option<Vec<String>>, Query, explode = false, description = "With all of these labels"),
        ("document" = Option<String>, Query, description = "Only parts of this document, by id"),
        ("after" = Option<jiff::Timestamp>, Query),
        ("before" = Option<jiff::Timestamp>, Query),
        ("min_importance" = Option<f64>, Query, minimum = 0, maximum = 1),
        ("limit" = Option<usize>, Query, description = "How many at most; 50 if nothing is said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "A page; or what answers the question", body = Listed))
)]
pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Response, Problem> {
    let filter = filter(&mut params);
    let question = params.text("q");
    let k = params.number("k", 1..=50);
    let limit = params.number("limit", 1..=200);
    let cursor = params.cursor();
    params.done()?;
    let person = caller.person().await?;
    let Some(text) = question else {
        if k.is_some() {
            return Err(Problem::refused("k: it goes with a question, q; a list takes limit"));
        }
        let page = person.browse(&filter, limit.unwrap_or(50), cursor).await?;
        return Ok(Json(Page::from(page)).into_response());
    };
    let paged = cursor.is_some();
    let k = match (k, limit) {
        _ if paged => Err("cursor: what answers a question comes at once, without pages".to_owned()),
        (Some(_), Some(_)) => Err("k and limit: both say how many answer a question; give one".to_owned()),
        (None, Some(limit)) if limit > 50 => {
            Err(format!("limit: {limit} is not 1 to 50, which a question brings back"))
        }
        (k, limit) => Ok(k.or(limit).unwrap_or(DEFAULT_K)),
    };
    let request = Request { k: k.map_err(Problem::refused)?, filter, ..Request::new(text) };
    Ok(Json(Found::from(person.recall(&request).await?)).into_response())
}

/// Labels, and the document whose part it must be.
fn tags(params: &mut Params) -> Vec<String> {
    let mut tags = params.texts("tag");
    tags.extend(params.text("document").map(|id| Document::tag(&id)));
    tags
}

/// Adds a memory by hand.
#[utoipa::path(
    post,
    path = "/api/memories",
    tag = "Memories",
    request_body = NewMemory,
    responses((status = 201, description = "It is made", body = Memory))
)]
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
        speaker: params.text("speaker").map(speaker),
        include_companion: params.flag("include_companion"),
        emotions: params.texts("emotion"),
        include_hidden: false,
        tags: tags(params),
        after: params.instant("after"),
        before: params.instant("before"),
        min_importance: params.share("min_importance").unwrap_or(0.0),
    }
}
