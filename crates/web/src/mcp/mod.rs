//! The MCP door: tools with which other assistants read and write a person's memory, over streamable HTTP at `/mcp` and
//! over standard input and output (`philia mcp`).
//!
//! It speaks JSON-RPC itself ([`rpc`]): everything here is a question and its answer, so there are no sessions and no
//! stream from the server, and every request is judged by the key it comes with. What the tools are is in [`tools`].

mod rpc;
mod tools;

use crate::auth::Me;
use crate::extract::Caller;
use crate::problem::Problem;
use crate::strict;
use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use philia_companion::Person;
use philia_companion::accounts::Identity;
use rpc::{Answer, Desk};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// The longest line that is read, in bytes.
const LINE: usize = crate::MAX_BODY_BYTES;

/// `POST /mcp`: a message of JSON-RPC, or several.
pub(crate) async fn post(caller: Caller, Me(me): Me, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let desk = Desk::new(caller.person().await?, me);
    let answer = match strict::parse(&body) {
        Ok(message) => desk.answer(message, Some(&headers)).await,
        Err(error) => Some(Answer::unreadable(&error)),
    };
    Ok(match answer {
        None => StatusCode::ACCEPTED.into_response(),
        Some(Answer { status, body }) => (status, Json(body)).into_response(),
    })
}

/// Answers messages, one a line, until there are no more.
///
/// # Errors
/// Reading or writing failed.
pub async fn serve_lines(
    person: Person,
    mut reader: impl AsyncBufRead + Unpin,
    mut writer: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let desk = Desk::new(person, Arc::new(Identity::local()));
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let answer = if line.len() > LINE {
            Some(Answer::too_long(LINE))
        } else {
            match strict::parse(&line) {
                Ok(message) => desk.answer(message, None).await,
                Err(error) => Some(Answer::unreadable(&error)),
            }
        };
        if let Some(Answer { body, .. }) = answer {
            writer.write_all(format!("{body}\n").as_bytes()).await?;
            writer.flush().await?;
        }
    }
}
