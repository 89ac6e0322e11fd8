//! One line of the log for each request, and the id by which to find it. Neither paths with names in them nor
//! queries nor bodies are logged: they are what somebody said.

use crate::doorway::Onward;
use crate::{Door, problem};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::Response;
use metrics::{counter, histogram};
use philia_companion::observe;
use std::time::{Duration, Instant};
use tracing::Instrument as _;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) async fn log(door: Door, request: Request, next: impl Onward) -> Response {
    let began = Instant::now();
    let id = request.headers().get(&REQUEST_ID).filter(|id| is_fit(id)).cloned();
    let id = id.or_else(|| HeaderValue::try_from(door.philia.fresh_id()).ok());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();

    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let request_id = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or_default();
    // What is logged on the way, the turn's own line among it, can be found by the request.
    let span = tracing::info_span!("request", request_id, route);
    let mut response = next(request).instrument(span.clone()).await;

    let status = response.status().as_u16();
    let took = began.elapsed();
    let ms = observe::millis(took);
    span.in_scope(|| tracing::info!(%method, route, status, ms, "request"));
    count(&method, route, status, took);
    if let Some(id) = id {
        response = problem::name(response, id.to_str().unwrap_or_default());
        response.headers_mut().insert(REQUEST_ID.clone(), id);
    }
    response
}

/// Labels come from the routes there are and the methods there are: nobody can make up new ones.
fn count(method: &Method, route: &str, status: u16, took: Duration) {
    let method = match method.as_str() {
        known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS") => known,
        _ => "other",
    };
    let (method, route) = (method.to_owned(), route.to_owned());
    let labels = [("method", method), ("route", route.clone()), ("status", status.to_string())];
    counter!("philia_http_requests_total", &labels).increment(1);
    histogram!("philia_http_request_duration_seconds", "route" => route).record(took);
}

/// Ids from outside end up in the log: only short ones, of letters, digits and a few signs.
fn is_fit(id: &HeaderValue) -> bool {
    let fit = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    (1..=128).contains(&id.len()) && id.as_bytes().iter().all(fit)
}
