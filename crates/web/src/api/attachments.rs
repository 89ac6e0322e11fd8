//! `POST /api/memories/{id}/attachments`: a file, or (as JSON with `url`) a link, that hangs on a memory.

use super::openapi::File;
use crate::extract::{Caller, Name, Params};
use crate::problem::Problem;
use crate::strict;
use crate::upload::Sent;
use axum::Json;
use axum::http::StatusCode;
use philia_mind::{Memory, MemoryId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLink)]
struct Link {
    #[schema(
        max_length = 2000,
        pattern = "^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][^\\s\\u0000-\\u001f\\u007f-\\u009f]*)?$"
    )]
    url: String,
    name: Option<String>,
}

/// Hangs a file or a link on a memory.
#[utoipa::path(
    post,
    path = "/api/memories/{id}/attachments",
    tag = "Memories",
    params(
        ("id" = String, Path, description = "Its id", pattern = "-"),
        ("name" = Option<String>, Query, description = "What the file is called, where the form does not say"),
    ),
    request_body(content((Link = "application/json"), (File = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 201, description = "It is made", body = Memory))
)]
pub(crate) async fn post(
    caller: Caller,
    Name(id): Name,
    mut params: Params,
    sent: Sent,
) -> Result<(StatusCode, Json<Memory>), Problem> {
    let name = params.text("name").or(sent.name).unwrap_or_default();
    params.done()?;
    let (person, id) = (caller.person().await?, MemoryId::new(id));
    let memory = if sent.media_type.as_deref().is_some_and(|kind| kind.starts_with("application/json")) {
        let link = strict::parse(&sent.bytes).and_then(|link| strict::read::<Link>(&link)).map_err(|error| {
            Problem::invalid(format!("{error}; a link is {{\"url\": …, \"name\": …}}, and a file goes as a form"))
        })?;
        person.attach_link(&id, link.name.as_deref().unwrap_or(&link.url), &link.url).await?
    } else {
        person.attach(&id, &name, sent.media_type.as_deref(), &sent.bytes).await?
    };
    Ok((StatusCode::CREATED, Json(memory)))
}
