//! `POST /api/import`: what `/api/export` wrote comes in again, where nobody is yet.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use crate::upload::Sent;
use axum::Json;
use philia_companion::Error;
use philia_companion::exchange::Restored;
use std::io::Cursor;

/// Brings everything in that an export wrote: the zip, or the JSON in it. Only for somebody of whom nothing is known yet.
#[utoipa::path(
    post,
    path = "/api/import",
    tag = "Privacy",
    request_body(content((super::openapi::File = "multipart/form-data"), (Vec<u8> = "application/zip"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, description = "Everything is back", body = Restored))
)]
pub(crate) async fn post(caller: Caller, params: Params, sent: Sent) -> Result<Json<Restored>, Problem> {
    params.done()?;
    let restored = caller.person().await?.import_archive(Cursor::new(sent.bytes), |_| ()).await;
    restored.map(Json).map_err(|error| match error {
        // Nothing but reading it tells that a file is no such file.
        Error::Invalid(words) => Problem::refused(words),
        other => other.into(),
    })
}
