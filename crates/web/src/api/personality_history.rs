//! `GET /api/personality/history`: a page of the versions of the traits, newest first, each with what changed and why.

use super::Page;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::growth::Version;

/// The versions of the traits, newest first, each with what changed and why.
#[utoipa::path(
    get,
    path = "/api/personality/history",
    tag = "Personality",
    params(
        ("persona" = Option<String>, Query, description = "Whom, by id; whom they have chosen if nothing is said"),
        ("limit" = Option<usize>, Query, description = "How many at most; 50 if nothing is said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "It is so", body = Page<Version>))
)]
pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Json<Page<Version>>, Problem> {
    let persona = params.text("persona");
    let limit = params.number("limit", 1..=200).unwrap_or(50);
    // The number of the last version of the page before.
    let after: Option<u32> = params.cursor().and_then(|cursor| cursor.0.parse().ok());
    params.done()?;
    let mut items = caller.person().await?.personality_history(persona.as_deref()).await?;
    items.retain(|version| after.is_none_or(|after| version.number < after));
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|version| version.number.to_string());
    Ok(Json(Page::of(items, next)))
}
