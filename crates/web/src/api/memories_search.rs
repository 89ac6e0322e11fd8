//! `POST /api/memories/search`: those that answer a question, each with its reason and every signal it was found by.

use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use jiff::Timestamp;
use philia_companion::documents::Document;
use philia_companion::recall::{Recollection, Request};
use philia_mind::Memory;
use philia_mind::memory::recall::{Recalled, Signals};
use philia_mind::memory::{Category, MemoryKind, Speaker};
use philia_ports::index::Filter;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many memories a question brings back where it does not say.
pub(crate) const DEFAULT_K: usize = 10;

/// A question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    /// What to look for, in the person's words.
    #[schema(min_length = 1, pattern = "\\S")]
    query: String,
    /// How many, 1..=50.
    #[schema(minimum = 1, maximum = 50)]
    k: Option<usize>,
    /// Which may be found.
    #[serde(default)]
    filters: Filters,
    /// At most so many tokens of memories together.
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    budget: Option<usize>,
    /// Relevance (1) against diversity (0).
    #[schema(minimum = 0, maximum = 1)]
    lambda: Option<f64>,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// Which memories may be found.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SearchFilters)]
struct Filters {
    category: Vec<Category>,
    kind: Option<MemoryKind>,
    speaker: Option<String>,
    emotion: Vec<String>,
    tags: Vec<String>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    /// 0..=1.
    #[schema(minimum = 0, maximum = 1)]
    min_importance: f64,
    /// Only parts of this document.
    document: Option<String>,
    include_companion: bool,
}

impl From<Filters> for Filter {
    fn from(asked: Filters) -> Self {
        let mut tags = asked.tags;
        tags.extend(asked.document.map(|id| Document::tag(&id)));
        Self {
            categories: asked.category,
            kind: asked.kind,
            speaker: asked.speaker.map(speaker),
            include_companion: asked.include_companion,
            include_hidden: false,
            emotions: asked.emotion,
            tags,
            after: asked.after,
            before: asked.before,
            min_importance: asked.min_importance,
        }
    }
}

/// Who is meant by a name: the person, the companion, or somebody else.
pub(crate) fn speaker(name: String) -> Speaker {
    match name.as_str() {
        "user" => Speaker::User,
        "companion" => Speaker::Companion,
        _ => Speaker::Other(name),
    }
}

/// What a search found.
#[derive(Serialize, ToSchema)]
pub(crate) struct Found {
    items: Vec<Hit>,
    /// Parts that were not there (`embedder`).
    degraded: Vec<&'static str>,
}

/// A memory, and why it was found.
#[derive(Serialize, ToSchema)]
struct Hit {
    #[serde(flatten)]
    memory: Memory,
    score: f64,
    relevance: f64,
    signals: Signals,
    shared: Vec<String>,
    linked: Vec<String>,
    why: String,
}

impl From<Recalled> for Hit {
    fn from(found: Recalled) -> Self {
        let Recalled { memory, score, relevance, signals, shared, linked, why } = found;
        Self { memory, score, relevance, signals, shared, linked, why }
    }
}

impl From<Recollection> for Found {
    fn from(found: Recollection) -> Self {
        Self { items: found.memories.into_iter().map(Hit::from).collect(), degraded: found.degraded }
    }
}

/// Memories that answer a question, each with its reason and every signal it was found by.
#[utoipa::path(
    post,
    path = "/api/memories/search",
    tag = "Memories",
    request_body = Search,
    responses((status = 200, description = "It is so", body = Found))
)]
pub(crate) async fn post(caller: Caller, params: Params, Body(asked): Body<Search>) -> Result<Json<Found>, Problem> {
    params.done()?;
    let person = caller.person_or(asked.user).await?;
    let request = Request {
        text: asked.query,
        k: asked.k.unwrap_or(DEFAULT_K),
        filter: asked.filters.into(),
        lambda: asked.lambda,
        budget: asked.budget,
    };
    Ok(Json(person.recall(&request).await?.into()))
}
