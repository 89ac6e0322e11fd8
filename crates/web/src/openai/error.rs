//! Errors in OpenAI's shape: `{"error": {"message", "type", "param", "code"}}`. What is wrong and its words are those of
//! every other door; `code` is the name of the problem's kind.

use crate::doorway::Onward;
use crate::problem::Problem;
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Is it a route of this door?
pub(crate) fn is_here(path: &str) -> bool {
    let mut parts = path.trim_start_matches('/').split('/');
    parts.next() == Some("v1") && matches!(parts.next(), Some("chat" | "embeddings")) || is_models(path)
}

/// The list of models, without the slash at its end that the list of another door has.
fn is_models(path: &str) -> bool {
    path.strip_prefix("/v1/models").is_some_and(|rest| rest.is_empty() || rest.len() > 1 && rest.starts_with('/'))
}

/// Gives the problems of this door its shape.
pub(crate) async fn dress(request: Request, next: impl Onward) -> Response {
    let here = is_here(request.uri().path());
    let response = next(request).await;
    match response.extensions().get::<Problem>() {
        Some(problem) if here => dressed(problem, &response),
        _ => response,
    }
}

fn dressed(problem: &Problem, response: &Response) -> Response {
    let status = status(problem.status());
    let mut dressed = (status, Json(object(problem))).into_response();
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            dressed.headers_mut().append(name.clone(), value.clone());
        }
    }
    if status == StatusCode::BAD_REQUEST {
        dressed.headers_mut().insert("x-should-retry", HeaderValue::from_static("false"));
    }
    dressed
}

/// What is wrong with a request is one status here.
fn status(status: StatusCode) -> StatusCode {
    match status {
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT => StatusCode::BAD_REQUEST,
        other => other,
    }
}

/// The object.
pub(super) fn object(problem: &Problem) -> Value {
    let kind = match status(problem.status()).as_u16() {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    json!({ "error": { "message": problem.detail(), "type": kind, "param": null, "code": problem.name() } })
}

/// What the OpenAPI document says of them.
pub(crate) fn described() -> Value {
    let line = json!({ "type": "string" });
    json!({
        "type": "object",
        "description": "What went wrong, as OpenAI's clients read it.",
        "required": ["error"],
        "properties": { "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": { "message": line, "type": line, "param": { "type": ["string", "null"] }, "code": line },
        } },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_routes_are_told_from_others() {
        for path in ["/v1/chat/completions", "/v1/embeddings", "/v1/models", "/v1/models/mira"] {
            assert!(is_here(path), "{path}");
        }
        for path in ["/v1/models/", "/v1/memories/", "/v1/agents/", "/api/chat/message", "/v1", "/chat", "/v1/modelsx"]
        {
            assert!(!is_here(path), "{path}");
        }
    }
}
