//! Other sites' pages: closed to all but the origins that are named. They are let in without the page's cookie, which no
//! other site can send: they show a token.

use crate::Door;
use crate::doorway::Onward;
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// What a page of theirs may send.
const SENT: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        "authorization, content-type, idempotency-key, if-match, if-none-match, x-philia-user, x-request-id",
    ),
    (header::ACCESS_CONTROL_MAX_AGE, "3600"),
];
/// What it may read besides the body.
const READ: &str = "etag, location, idempotency-replayed, ratelimit-limit, ratelimit-remaining, ratelimit-reset, \
    retry-after, x-request-id";

/// Lets named origins read what is answered to them.
pub(crate) async fn open(door: Door, request: Request, next: impl Onward) -> Response {
    if door.options.cors_origins.is_empty() {
        return next(request).await;
    }
    let headers = request.headers();
    let origin = headers.get(header::ORIGIN).filter(|origin| is_named(origin, &door.options.cors_origins)).cloned();
    let asks_first = request.method() == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match asks_first && origin.is_some() {
        true => (StatusCode::NO_CONTENT, SENT).into_response(),
        false => next(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    }
    response
}

/// Is it one of those that are named? Browsers write them in one way only.
pub(crate) fn is_named(origin: &HeaderValue, named: &[String]) -> bool {
    named.iter().any(|name| name.as_bytes() == origin.as_bytes())
}

/// Is it an origin, written as browsers write it: `https://app.example`, `http://localhost:3000`?
pub fn is_origin(text: &str) -> bool {
    let Some((scheme @ ("http" | "https"), host)) = text.split_once("://") else { return false };
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let usual = if scheme == "https" { 443 } else { 80 };
    let is_plain = !host.contains(['@', '*', '%']) && host == host.to_ascii_lowercase() && !authority.host().is_empty();
    let port_is_said_if_unusual = match host.strip_prefix(authority.host()) {
        Some("") => true,
        _ => authority.port_u16().is_some_and(|port| port != usual),
    };
    is_plain && port_is_said_if_unusual
}

#[cfg(test)]
mod tests {
    use super::is_origin;

    #[test]
    fn origins_are_known_as_browsers_write_them() {
        for right in ["https://app.example", "http://localhost:3000", "http://127.0.0.1:5173", "https://[::1]:8443"] {
            assert!(is_origin(right), "{right}");
        }
        for wrong in [
            "",
            "*",
            "null",
            "app.example",
            "https://",
            "https://app.example/",
            "https://app.example:443",
            "http://app.example:80",
            "https://App.example",
            "https://*.example",
            "ftp://app.example",
            "https://a@app.example",
            "https://app.example:",
            "https://app.example:x",
            "https://app .example",
        ] {
            assert!(!is_origin(wrong), "{wrong}");
        }
    }
}
