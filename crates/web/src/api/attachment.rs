//! `GET` and `DELETE /api/memories/{id}/attachments/{n}`: the bytes of an attachment, to be saved; taking it off.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use crate::upload::Numbered;
use axum::Json;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use philia_mind::{Memory, MemoryId};

/// The bytes of an attachment, to be saved; or the link.
#[utoipa::path(
    get,
    path = "/api/memories/{id}/attachments/{n}",
    tag = "Memories",
    params(("id" = String, Path, description = "Its id", pattern = "-"), ("n" = usize, Path, description = "Its number, from 0", maximum = 1000)),
    responses(
        (status = 200, description = "The bytes, as what they are; a link as JSON", content((philia_mind::memory::Attachment = "application/json"), (Vec<u8> = "*/*"))),
    )
)]
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

/// Takes an attachment off; its bytes go if no other memory holds them.
#[utoipa::path(
    delete,
    path = "/api/memories/{id}/attachments/{n}",
    tag = "Memories",
    params(("id" = String, Path, description = "Its id", pattern = "-"), ("n" = usize, Path, description = "Its number, from 0", maximum = 1000)),
    responses((status = 200, description = "It is so", body = Memory))
)]
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
