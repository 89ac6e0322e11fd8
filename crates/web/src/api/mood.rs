//! `GET /api/mood` and `/api/personality/mood`: how the companion feels now.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::person::MoodView;

/// How the companion feels now.
#[utoipa::path(
    get,
    path = "/api/mood",
    tag = "Personality",
    params(
        ("persona" = Option<String>, Query, description = "Whom, by id; whom they have chosen if nothing is said"),
    ),
    responses((status = 200, description = "It is so", body = MoodView))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<MoodView>, Problem> {
    now(caller, params).await
}

async fn now(caller: Caller, mut params: Params) -> Result<Json<MoodView>, Problem> {
    let persona = params.text("persona");
    params.done()?;
    Ok(Json(caller.person().await?.mood(persona.as_deref()).await?))
}

/// How the companion feels now, as `/api/mood`.
#[utoipa::path(
    get,
    path = "/api/personality/mood",
    tag = "Personality",
    params(
        ("persona" = Option<String>, Query, description = "Whom, by id; whom they have chosen if nothing is said"),
    ),
    responses((status = 200, description = "It is so", body = MoodView))
)]
pub(crate) async fn get_of_personality(caller: Caller, params: Params) -> Result<Json<MoodView>, Problem> {
    now(caller, params).await
}
