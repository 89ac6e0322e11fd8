//! One line of the log for each request, and the id by which to find it. Neither paths with names in them nor
//! queries nor bodies are logged: they are what somebody said.

use crate::Door;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) async fn log(State(door): State<Door>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request.headers().get(&REQUEST_ID).filter(|id| is_fit(id)).cloned();
    let id = id.or_else(|| HeaderValue::try_from(door.philia.fresh_id()).ok());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();

    let mut response = next.run(request).await;

    let status = response.status().as_u16();
    let ms = began.elapsed().as_secs_f64() * 1000.0;
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let request_id = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info!(%method, route, status, ms, request_id, "request");
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID.clone(), id);
    }
    response
}

/// Ids from outside end up in the log: only short ones, of letters, digits and a few signs.
fn is_fit(id: &HeaderValue) -> bool {
    let fit = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    (1..=128).contains(&id.len()) && id.as_bytes().iter().all(fit)
}
