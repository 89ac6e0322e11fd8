//! Qdrant's REST API: the way to the server, and what its answers mean to the port.

use percent_encoding::percent_decode_str;
use philia_ports::IndexError;
use reqwest::{Client, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::error::Error as _;
use std::time::Duration;
use url::Url;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take. Who waits for a question is less patient; this is for what is taken in.
const ANSWER: Duration = Duration::from_secs(30);

/// A server.
pub(crate) struct Server {
    http: Client,
    base: String,
    key: Option<SecretString>,
    /// What the names of its collections begin with.
    pub(crate) prefix: String,
}

impl Server {
    /// Reads a URL. Nothing is asked yet.
    pub(crate) fn new(url: &str) -> Result<Self, IndexError> {
        let wrong = |what: &str| {
            IndexError::Invalid(format!("the URL of Qdrant {what}; allowed: qdrant[s]://:KEY@HOST:PORT?prefix=NAME"))
        };
        let scheme = match url.split_once("://") {
            Some(("qdrant", _)) => "http",
            Some(("qdrants", _)) => "https",
            _ => return Err(wrong("is of another scheme")),
        };
        let (_, rest) = url.split_once("://").unwrap_or_default();
        let at = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| wrong("cannot be read"))?;
        let host = at.host_str().ok_or_else(|| wrong("names no host"))?;
        let mut prefix = "philia".to_owned();
        for (name, value) in at.query_pairs() {
            let fits =
                (1..=64).contains(&value.len()) && value.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
            match &*name {
                "prefix" if fits => prefix = value.into_owned(),
                "prefix" => return Err(wrong("has a prefix that is not of 1 to 64 letters, digits, _ and -")),
                name => return Err(wrong(&format!("has an unknown parameter {name:?}"))),
            }
        }
        // An error means that a provider is installed already, which is all that is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http =
            Client::builder().connect_timeout(CONNECT).timeout(ANSWER).redirect(reqwest::redirect::Policy::none());
        if matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
            http = http.no_proxy();
        }
        if scheme == "http" {
            // No certificate will be looked at, so none need be read.
            http = http.tls_certs_only([]);
        }
        let http = http.build().map_err(|error| IndexError::Invalid(format!("no HTTP client: {error}")))?;
        // `Url` leaves out what a scheme implies, and with it a port 80 or 443 that was meant.
        let port = at.port().or_else(|| at.port_or_known_default().filter(|port| says(rest, *port))).unwrap_or(6333);
        let key = at.password().map(|key| percent_decode_str(key).decode_utf8_lossy().into_owned().into());
        Ok(Self { http, base: format!("{scheme}://{host}:{port}"), key, prefix })
    }

    /// Asks; none where what is asked about is not there.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Option<Value>, IndexError> {
        let base = &self.base;
        let mut request = self.http.request(method, format!("{base}{path}"));
        if let Some(key) = &self.key {
            request = request.header("api-key", key.expose_secret());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let unavailable = |error: reqwest::Error| IndexError::Unavailable(format!("{} ({base})", innermost(&error)));
        let answer = request.send().await.map_err(unavailable)?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(unavailable)?;
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_success() {
            return match body.get("result") {
                Some(result) => Ok(Some(result.clone())),
                None => Err(IndexError::Invalid(format!("what answers at {base} is not Qdrant"))),
            };
        }
        let said = body["status"]["error"].as_str().unwrap_or("no reason").chars().take(300).collect::<String>();
        match status {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let key = if self.key.is_some() { "by that key" } else { "without a key" };
                Err(IndexError::Invalid(format!("Qdrant at {base} lets nobody do this {key}: {said}")))
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
                Err(IndexError::Unavailable(format!("Qdrant at {base}: {status}: {said}")))
            }
            _ if status.is_server_error() => {
                Err(IndexError::Unavailable(format!("Qdrant at {base}: {status}: {said}")))
            }
            _ => Err(IndexError::Invalid(format!("Qdrant at {base} refuses: {status}: {said}"))),
        }
    }
}

/// Does the part of a URL behind its scheme name that port?
fn says(rest: &str, port: u16) -> bool {
    let place = rest.split(['/', '?', '#']).next().unwrap_or_default();
    place.rsplit_once('@').map_or(place, |(_, place)| place).ends_with(&format!(":{port}"))
}

/// The root of an error: the outer ones only say "error sending request", with the URL.
fn innermost(error: &reqwest::Error) -> String {
    let mut inner = error.source();
    while let Some(next) = inner.and_then(std::error::Error::source) {
        inner = Some(next);
    }
    inner.map_or_else(|| "no answer".to_owned(), ToString::to_string)
}
