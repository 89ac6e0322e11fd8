//! The chat page at `/`, and what it is made of.
//!
//! The page is rendered here with what is known of the person; the rest is a few small scripts without a build step,
//! which call the same API as everybody else.

use crate::Door;
use crate::extract::{Caller, Params};
use crate::problem::{Kind, Problem};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Name, media type, content.
const ASSETS: &[(&str, &str, &str)] = &[
    ("style.css", CSS, include_str!("../assets/style.css")),
    ("app.js", SCRIPT, include_str!("../assets/app.js")),
    ("api.js", SCRIPT, include_str!("../assets/api.js")),
    ("talk.js", SCRIPT, include_str!("../assets/talk.js")),
    ("memories.js", SCRIPT, include_str!("../assets/memories.js")),
    ("about.js", SCRIPT, include_str!("../assets/about.js")),
    ("login.js", SCRIPT, include_str!("../assets/login.js")),
    ("icon.svg", "image/svg+xml", include_str!("../assets/icon.svg")),
];

/// The hash of all assets: part of their addresses, so that browsers may keep them for good. One for all, because
/// the scripts name each other by relative addresses.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for (name, _, content) in ASSETS {
        hash.update(name.as_bytes());
        hash.update(content.len().to_le_bytes());
        hash.update(content.as_bytes());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
});

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    version: &'a str,
    companion: &'a str,
}

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    version: &'a str,
}

pub(crate) async fn page(
    State(door): State<Door>,
    caller: Result<Caller, Problem>,
    params: Params,
) -> Result<Response, Problem> {
    params.done()?;
    let person = match caller {
        Ok(caller) => caller.person().await,
        Err(problem) if problem.asks_for_a_login() => return Ok(Redirect::to("/login").into_response()),
        Err(problem) if problem.is_ours() => Err(problem),
        Err(problem) => return Err(problem),
    };
    // The page stands even while the store does not: it then says so itself.
    let chosen = match person {
        Ok(person) => person.persona(None).await.ok(),
        Err(_) => None,
    };
    let usual = || door.philia.personas().get(&door.philia.default_profile().persona);
    let chosen = chosen.map_or_else(usual, Ok);
    let companion = chosen.map_or_else(|_| "Philia".to_owned(), |persona| persona.name.clone());
    rendered(&Page { version: VERSION.as_str(), companion: &companion })
}

/// Where people sign in.
pub(crate) async fn login(params: Params) -> Result<Response, Problem> {
    params.done()?;
    rendered(&Login { version: VERSION.as_str() })
}

fn rendered(page: &impl Template) -> Result<Response, Problem> {
    page.render().map(|page| Html(page).into_response()).map_err(|error| {
        tracing::error!(%error, "a page cannot be rendered");
        Kind::Internal.into()
    })
}

pub(crate) async fn asset(
    Path((version, file)): Path<(String, String)>,
) -> Result<([(HeaderName, &'static str); 2], &'static str), Problem> {
    let found = ASSETS.iter().find(|(name, ..)| *name == file).filter(|_| version == *VERSION);
    let (_, kind, content) = found.ok_or_else(|| Problem::not_found("asset", file))?;
    Ok(([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")], *content))
}
