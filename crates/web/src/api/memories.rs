//! `GET /api/memories`: a page of memories, newest first; with `q`, those that answer it, each with its reason.
//! `POST /api/memories`: adds one by hand.

use super::Page;
use super::memories_search::{DEFAULT_K, Found, speaker};
use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use philia_companion::documents::Document;
use philia_companion::edit::NewMemory;
use philia_companion::recall::Request;
use philia_mind::Memory;
use philia_ports::index::Filter;
use philia_ports::store::Cursor;

pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Response, Problem> {
    let filter = filter(&mut params);
    let question = params.text("q");
    let k = params.number("k", 1..=50);
    let limit = params.number("limit", 1..=200);
    let cursor = params.text("cursor").map(Cursor);
    params.done()?;
    let person = caller.person().await?;
    let Some(text) = question else {
        if k.is_some() {
            return Err(Problem::invalid("k: it goes with a question, q; a list takes limit"));
        }
        let page = person.browse(&filter, limit.unwrap_or(50), cursor).await?;
        return Ok(Json(Page::from(page)).into_response());
    };
    let k = match (k, limit) {
        _ if cursor.is_some() => Err("cursor: what answers a question comes at once, without pages".to_owned()),
        (Some(_), Some(_)) => Err("k and limit: both say how many answer a question; give one".to_owned()),
        (None, Some(limit)) if limit > 50 => {
            Err(format!("limit: {limit} is not 1 to 50, which a question brings back"))
        }
        (k, limit) => Ok(k.or(limit).unwrap_or(DEFAULT_K)),
    };
    let request = Request { k: k.map_err(Problem::invalid)?, filter, ..Request::new(text) };
    Ok(Json(Found::from(person.recall(&request).await?)).into_response())
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
