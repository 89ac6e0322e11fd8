//! `GET /api/export`: everything about a person as a zip, as it is read.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

/// Everything about the person in one zip: JSON for programs, Markdown for people, and their files.
#[utoipa::path(
    get,
    path = "/api/export",
    tag = "Privacy",
    responses((status = 200, description = "The zip; `x-philia-records` says how many records it has", content((Vec<u8> = "application/zip"))))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Response, Problem> {
    params.done()?;
    let person = caller.person().await?;
    let headers = [
        (CONTENT_TYPE, "application/zip"),
        (CONTENT_DISPOSITION, "attachment; filename=\"philia-export.zip\""),
        (CACHE_CONTROL, "no-store"),
    ];
    let records = [("x-philia-records", person.records().await?.to_string())];
    let pieces = stream::unfold(person.export_stream(), async |mut pieces| Some((pieces.recv().await?, pieces)));
    Ok((headers, records, Body::from_stream(pieces)).into_response())
}
