//! `GET`, `PUT` and `DELETE /api/blocks/{label}`: one core block.

use crate::extract::{Body, Caller, Name, Params};
use crate::problem::Problem;
use crate::revision::{Editor, Revised};
use axum::http::StatusCode;
use philia_companion::blocks::Block;
use philia_companion::revision::Thing;
use serde::Deserialize;
use utoipa::ToSchema;

/// What a block is to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BlockText)]
pub(crate) struct Text {
    #[schema(min_length = 1, max_length = 2000, pattern = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]")]
    text: String,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// One core block as it was written.
///
/// Of `persona` and `human`, which are always there, `GET /api/blocks` shows what they say before anybody writes them.
#[utoipa::path(
    get,
    path = "/api/blocks/{label}",
    tag = "Blocks",
    params(("label" = String, Path, description = "Its label", pattern = "^[a-z][a-z0-9_-]{0,39}$")),
    responses((status = 200, description = "It is so", body = Block))
)]
pub(crate) async fn get(caller: Caller, Name(label): Name, params: Params) -> Result<Revised<Block>, Problem> {
    params.done()?;
    let person = caller.person().await?;
    let version = person.revision(Thing::Block(&label)).await?;
    Ok(Revised(version, person.written_block(&label).await?))
}

/// Writes a core block.
#[utoipa::path(
    put,
    path = "/api/blocks/{label}",
    tag = "Blocks",
    params(("label" = String, Path, description = "Its label", pattern = "^[a-z][a-z0-9_-]{0,39}$")),
    request_body = Text,
    responses((status = 200, description = "It is so", body = Block))
)]
pub(crate) async fn put(
    editor: Editor,
    Name(label): Name,
    params: Params,
    Body(asked): Body<Text>,
) -> Result<Revised<Block>, Problem> {
    params.done()?;
    let person = editor.of(Thing::Block(&label), asked.user).await?;
    let block = person.set_block(&label, &asked.text).await?;
    Ok(Revised(person.revised(), block))
}

/// Removes what was written in a core block.
#[utoipa::path(
    delete,
    path = "/api/blocks/{label}",
    tag = "Blocks",
    params(("label" = String, Path, description = "Its label", pattern = "^[a-z][a-z0-9_-]{0,39}$")),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn delete(editor: Editor, Name(label): Name, params: Params) -> Result<StatusCode, Problem> {
    params.done()?;
    editor.of(Thing::Block(&label), None).await?.remove_block(&label).await?;
    Ok(StatusCode::NO_CONTENT)
}
