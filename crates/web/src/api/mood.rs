//! `GET /api/mood`: how the companion feels now.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::person::MoodView;

pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Json<MoodView>, Problem> {
    let persona = params.text("persona");
    params.done()?;
    Ok(Json(caller.person().await?.mood(persona.as_deref()).await?))
}
