//! `GET /docs`: the description of the API, to be read and tried. The script that shows it is a part of the program:
//! nothing is fetched from elsewhere.

use crate::problem::{Kind, Problem};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{Html, IntoResponse as _, Response};
use flate2::read::GzDecoder;
use std::io::Read as _;

/// Scalar, compressed; where it is from says `assets/vendor/README.md`.
const SCRIPT: &[u8] = include_bytes!("../assets/vendor/scalar.js.gz");

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Philia: the API</title>
</head>
<body>
<script id="api-reference" data-url="/api/openapi.json" data-configuration='{"withDefaultFonts": false,
  "telemetry": false, "hideClientButton": true, "showDeveloperTools": "never", "agent": {"disabled": true},
  "mcp": {"disabled": true}}'></script>
<script src="/docs/scalar.js"></script>
</body>
</html>
"#;

/// As strict as for every page, but that the script may set styles.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

pub(crate) async fn page() -> ([(HeaderName, &'static str); 1], Html<&'static str>) {
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(PAGE))
}

pub(crate) async fn script(headers: HeaderMap) -> Result<Response, Problem> {
    let told = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::VARY, "accept-encoding"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    if takes_gzip(&headers) {
        return Ok((told, [(header::CONTENT_ENCODING, "gzip")], SCRIPT).into_response());
    }
    // Every browser takes it packed; what does not is rare, so nothing is kept for it.
    let unpacked = tokio::task::spawn_blocking(|| {
        let mut script = Vec::new();
        GzDecoder::new(SCRIPT).read_to_end(&mut script).map(|_| script)
    });
    match unpacked.await {
        Ok(Ok(script)) => Ok((told, script).into_response()),
        Ok(Err(_)) | Err(_) => Err(Kind::Internal.into()),
    }
}

/// Does the client say that it takes gzip? What says nothing is sent what everything can read.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let (mut gzip, mut any) = (None, None);
    let named = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for coding in named.flat_map(|value| value.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let is_taken = weight.is_none_or(|weight| weight.trim().parse().is_ok_and(|weight: f32| weight > 0.0));
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            gzip = Some(is_taken);
        } else if name == "*" {
            any = Some(is_taken);
        }
    }
    gzip.or(any).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn who_takes_gzip_says_so() {
        for (said, takes) in [
            (&["gzip, deflate, br"][..], true),
            (&["br", "GZip;q=0.5"], true),
            (&["x-gzip"], true),
            (&["*"], true),
            (&["*;q=0.1"], true),
            (&["gzip;q=0, *"], false),
            (&["gzip; q=0.000"], false),
            (&["*;q=0"], false),
            (&["identity"], false),
            (&["gzip;q=x"], false),
            (&[""], false),
            (&[], false),
        ] {
            let headers = said.iter().map(|line| (header::ACCEPT_ENCODING, HeaderValue::from_static(line))).collect();
            assert_eq!(takes_gzip(&headers), takes, "{said:?}");
        }
    }
}
