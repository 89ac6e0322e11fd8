//! `GET`, `PUT` and `DELETE /api/blocks/{label}`: one core block.

use crate::extract::{Body, Caller, Name, Params};
use crate::problem::Problem;
use axum::Json;
use axum::http::StatusCode;
use philia_companion::blocks::Block;
use serde::Deserialize;

/// What a block is to say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    text: String,
    /// Who asks.
    user: Option<String>,
}

pub(crate) async fn get(caller: Caller, Name(label): Name, params: Params) -> Result<Json<Block>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.block(&label).await?))
}

pub(crate) async fn put(
    caller: Caller,
    Name(label): Name,
    params: Params,
    Body(asked): Body<Text>,
) -> Result<Json<Block>, Problem> {
    params.done()?;
    Ok(Json(caller.person_or(asked.user).await?.set_block(&label, &asked.text).await?))
}

pub(crate) async fn delete(caller: Caller, Name(label): Name, params: Params) -> Result<StatusCode, Problem> {
    params.done()?;
    caller.person().await?.remove_block(&label).await?;
    Ok(StatusCode::NO_CONTENT)
}
