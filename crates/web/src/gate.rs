//! The gate: who may call the server, and what browsers may do with its answers.
//!
//! A server on loopback is reached by every page the person opens: a page's script can send requests to it, and with
//! DNS rebinding (a name of the attacker's that turns to 127.0.0.1) even read what it answers. So the name it is
//! called by must be its own, and a request that says which page it comes from must come from its own.

use crate::doorway::Onward;
use crate::problem::{Kind, Problem};
use crate::{Door, cors};
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;

/// What every answer tells the browser.
const HARDENING: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// Lets through what calls the server by its own name and comes from nobody else's page.
pub(crate) async fn guard(door: Door, request: Request, next: impl Onward) -> Response {
    if request.headers().get_all(header::HOST).iter().count() > 1 {
        return Problem::malformed("Host: given more than once; once is enough").into_response();
    }
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let called = request.uri().authority().map(Authority::as_str);
    let host = named.or(called).unwrap_or_default();
    // A request may name the server twice: both must be its names.
    let foreign = [Some(host), called].into_iter().flatten().find(|host| !is_own(host, &door.options.allowed_hosts));
    if let Some(host) = foreign {
        let host: String = host.chars().take(100).collect();
        let detail = format!(
            "{host:?} is not a name of this server; call it localhost, or add the name to server.allowed_hosts"
        );
        return Problem::new(Kind::ForbiddenHost, detail).into_response();
    }
    let named = request.headers().get(header::ORIGIN);
    let is_named = named.is_some_and(|origin| cors::is_named(origin, &door.options.cors_origins));
    if !is_named && is_foreign(request.headers(), host) {
        return Problem::new(Kind::CrossOrigin, "this was sent by another site's page; use the server's own")
            .into_response();
    }
    if let Some(coding) = coding(&request) {
        let detail = format!("the body is sent as {coding:?}; send it as it is, without a Content-Encoding");
        let mut response = Problem::new(Kind::UnsupportedMediaType, detail).into_response();
        response.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        return response;
    }
    next(request).await
}

/// Does a page of another site send it, be it one that is let in?
pub(crate) fn is_from_elsewhere(request: &Request) -> bool {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| request.uri().authority().map(Authority::as_str));
    is_foreign(request.headers(), host.unwrap_or_default())
}

/// How the body is packed, if it is: nothing is unpacked here.
fn coding(request: &Request) -> Option<String> {
    let named = request.headers().get_all(header::CONTENT_ENCODING).iter();
    let mut codings = named.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    let packed = codings.find(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))?;
    Some(String::from_utf8_lossy(packed).chars().take(100).collect())
}

/// Adds what keeps browsers strict. Nothing that was asked for personally is kept in caches.
pub(crate) async fn harden(request: Request, next: impl Onward) -> Response {
    let mut response = next(request).await;
    let headers = response.headers_mut();
    for (name, value) in HARDENING {
        // A page may have a policy of its own.
        headers.entry(*name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Is `host` (of the `Host` header, with or without a port) a name of this server?
fn is_own(host: &str, allowed: &[String]) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    if host.contains('@') {
        return false;
    }
    let name = authority.host();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        || allowed.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// Does the browser say that another site's page sent it? A link that leads here from elsewhere is not that.
fn is_foreign(headers: &HeaderMap, host: &str) -> bool {
    if let Some(origin) = headers.get(header::ORIGIN) {
        let authority =
            origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
        return authority.is_none_or(|authority| !authority.eq_ignore_ascii_case(host));
    }
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    matches!(says("sec-fetch-site"), Some("cross-site" | "same-site")) && says("sec-fetch-mode") != Some("navigate")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    #[test]
    fn its_own_names_are_known_and_no_others() {
        let allowed = ["philia.example".to_owned()];
        for own in [
            "localhost",
            "LOCALHOST:80",
            "127.0.0.1:7707",
            "127.9.9.9",
            "[::1]",
            "[::1]:7707",
            "philia.example",
            "Philia.Example:443",
        ] {
            assert!(is_own(own, &allowed), "{own}");
        }
        for other in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil@localhost",
            "localhost@evil.example",
            "192.168.0.7:7707",
            "0.0.0.0",
            "[::]",
            "localhost:80:80",
            "localhost/x",
            "sub.philia.example",
        ] {
            assert!(!is_own(other, &allowed), "{other}");
        }
    }

    #[test]
    fn pages_of_others_are_told_apart() {
        let is_foreign = |pairs: &[(&'static str, &str)]| {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
                .collect();
            super::is_foreign(&headers, "localhost:7707")
        };
        let own: [&[(&str, &str)]; 6] = [
            &[],
            &[("origin", "http://localhost:7707")],
            &[("origin", "https://LOCALHOST:7707")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")],
            &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")],
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
        ];
        for headers in own {
            assert!(!is_foreign(headers), "{headers:?}");
        }
        let others: [&[(&str, &str)]; 6] = [
            &[("origin", "null")],
            &[("origin", "http://localhost:3000")],
            &[("origin", "http://evil.example")],
            &[("origin", "localhost:7707")],
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")],
            &[("sec-fetch-site", "same-site")],
        ];
        for headers in others {
            assert!(is_foreign(headers), "{headers:?}");
        }
    }
}
