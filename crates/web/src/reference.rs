//! `GET /docs`: the description of the API, to be read and tried. The script that shows it is a part of the program:
//! nothing is fetched from elsewhere.

use axum::http::{HeaderName, header};
use axum::response::Html;

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

pub(crate) async fn script() -> ([(HeaderName, &'static str); 3], &'static [u8]) {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        // Every browser reads it; the file is three times as large without.
        (header::CONTENT_ENCODING, "gzip"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, SCRIPT)
}
