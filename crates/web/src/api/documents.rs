//! `GET` and `POST /api/documents`: the documents, newest first; a file to be remembered.

use super::Page;
use super::openapi::File;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use crate::upload::Sent;
use axum::Json;
use axum::http::{HeaderName, StatusCode, header::LOCATION};
use philia_companion::documents::{Document, DocumentState, Received, Upload};
use serde::Serialize;
use utoipa::ToSchema;

/// A document that was sent.
#[derive(Serialize, ToSchema)]
#[schema(as = TakenDocument)]
pub(crate) struct Taken {
    document: Document,
    /// The same bytes were there already.
    known: bool,
}

/// The documents, newest first.
#[utoipa::path(
    get,
    path = "/api/documents",
    tag = "Documents",
    params(
        ("limit" = Option<usize>, Query, description = "How many at most; 50 if nothing is said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "It is so", body = Page<Document>))
)]
pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Json<Page<Document>>, Problem> {
    let limit = params.number("limit", 1..=200).unwrap_or(50);
    let cursor = params.cursor();
    params.done()?;
    Ok(Json(caller.person().await?.documents(limit, cursor).await?.into()))
}

/// Takes a file in, to be remembered in parts.
#[utoipa::path(
    post,
    path = "/api/documents",
    tag = "Documents",
    params(
        ("name" = Option<String>, Query, description = "What the file is called, where the form does not say"),
        ("replace" = Option<bool>, Query, description = "It takes the place of those of the same name"),
    ),
    request_body(content((File = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses(
        (status = 200, description = "The same bytes were there already", body = Taken),
        (status = 202, description = "It is being remembered", body = Taken),
    )
)]
pub(crate) async fn post(
    caller: Caller,
    mut params: Params,
    sent: Sent,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<Taken>), Problem> {
    let name = params.text("name").or(sent.name).unwrap_or_default();
    let replace = params.flag("replace");
    params.done()?;
    let person = caller.person().await?;
    let Sent { media_type, bytes, .. } = sent;
    let upload = Upload { name, bytes: bytes.into(), media_type, source: "web".into(), replace };
    let Received { document, known } = person.receive_document(upload).await?;
    if document.state == DocumentState::Learning {
        person.learn_document_later(&document.id);
    }
    let status = if known { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, [(LOCATION, format!("/api/documents/{}", document.id))], Json(Taken { document, known })))
}
