//! `GET` and `DELETE /api/documents/{id}`: a document and how far it is; removing it with all its parts.

use crate::extract::{Caller, Name, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::documents::Document;

/// A document, and how far it is.
#[utoipa::path(
    get,
    path = "/api/documents/{id}",
    tag = "Documents",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Document))
)]
pub(crate) async fn get(caller: Caller, Name(id): Name, params: Params) -> Result<Json<Document>, Problem> {
    params.done()?;
    let document = caller.person().await?.document(&id).await?;
    document.map(Json).ok_or_else(|| Problem::not_found("document", id))
}

/// Removes a document with all its parts.
#[utoipa::path(
    delete,
    path = "/api/documents/{id}",
    tag = "Documents",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Document))
)]
pub(crate) async fn delete(caller: Caller, Name(id): Name, params: Params) -> Result<Json<Document>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.remove_document(&id).await?))
}
