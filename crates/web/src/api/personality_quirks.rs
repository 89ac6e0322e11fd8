//! `GET /api/personality/quirks`: the habits the companion has with the person, the strongest first.

use super::{Page, personality};
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::quirks::Quirk;

pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Page<Quirk>>, Problem> {
    Ok(Json(Page { items: personality::asked(caller, params).await?.quirks, next: None }))
}
