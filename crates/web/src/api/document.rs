//! `GET` and `DELETE /api/documents/{id}`: a document and how far it is; removing it with all its parts.

use crate::extract::{Caller, Name, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::documents::Document;

pub(crate) async fn get(caller: Caller, Name(id): Name, params: Params) -> Result<Json<Document>, Problem> {
    params.done()?;
    let document = caller.person().await?.document(&id).await?;
    document.map(Json).ok_or_else(|| Problem::not_found("document", id))
}

pub(crate) async fn delete(caller: Caller, Name(id): Name, params: Params) -> Result<Json<Document>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.remove_document(&id).await?))
}
