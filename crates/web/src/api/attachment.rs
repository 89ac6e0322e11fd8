//! `GET` and `DELETE /api/memories/{id}/attachments/{n}`: the bytes of an attachment, to be saved; taking it off.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use crate::upload::Numbered;
use axum::Json;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use philia_mind::{Memory, MemoryId};

pub(crate) async fn get(caller: Caller, Numbered(id, n): Numbered, params: Params) -> Result<Response, Problem> {
    params.done()?;
    let (attachment, bytes) = caller.person().await?.attachment(&MemoryId::new(id), n).await?;
    let Some(bytes) = bytes else { return Ok(Json(attachment).into_response()) };
    // A quoted string that nothing in a name can end; browsers take the second, which says all of it.
    let plain = |c: char| if c.is_ascii_alphanumeric() || " ._-".contains(c) { c } else { '_' };
    let ascii: String = attachment.name.chars().map(plain).collect();
    let whole: String = attachment.name.bytes().map(escaped).collect();
    let headers = [
        (CONTENT_TYPE, attachment.media_type),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}")),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

pub(crate) async fn delete(caller: Caller, Numbered(id, n): Numbered, params: Params) -> Result<Json<Memory>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.detach(&MemoryId::new(id), n).await?))
}

/// A byte as RFC 5987 writes it.
fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).into()
    } else {
        format!("%{byte:02X}")
    }
}
