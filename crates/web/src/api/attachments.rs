//! `POST /api/memories/{id}/attachments`: a file, or (as JSON with `url`) a link, that hangs on a memory.

use crate::extract::{Caller, Name, Params};
use crate::problem::Problem;
use crate::upload::Sent;
use axum::Json;
use axum::http::StatusCode;
use philia_mind::{Memory, MemoryId};
use serde::Deserialize;

/// A link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    url: String,
    name: Option<String>,
}

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
        let link: Link = serde_json::from_slice(&sent.bytes).map_err(|error| {
            Problem::invalid(format!("{error}; a link is {{\"url\": …, \"name\": …}}, and a file goes as a form"))
        })?;
        person.attach_link(&id, link.name.as_deref().unwrap_or(&link.url), &link.url).await?
    } else {
        person.attach(&id, &name, sent.media_type.as_deref(), &sent.bytes).await?
    };
    Ok((StatusCode::CREATED, Json(memory)))
}
