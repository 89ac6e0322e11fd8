//! Qdrant's REST API: what is asked, and what its answers mean to the port.

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

/// What a URL says, and the way there.
#[derive(Clone, Debug)]
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
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("has no scheme"))?;
        let tls = match scheme {
            "qdrant" => false,
            "qdrants" => true,
            _ => return Err(wrong("is of another scheme")),
        };
        let at =
            Url::parse(&format!("http{}://{rest}", if tls { "s" } else { "" })).map_err(|_| wrong("cannot be read"))?;
        let host = at.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("names no host"))?;
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
        let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        // An error means that a provider is installed already, which is all that is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http =
            Client::builder().connect_timeout(CONNECT).timeout(ANSWER).redirect(reqwest::redirect::Policy::none());
        if loopback {
            http = http.no_proxy();
        }
        if !tls {
            // No certificate will be looked at, so none need be read.
            http = http.tls_certs_only([]);
        }
        let http = http.build().map_err(|error| IndexError::Invalid(format!("no HTTP client: {error}")))?;
        let port = at.port().unwrap_or(6333);
        let base = format!("{}://{host}:{port}", at.scheme());
        let key = at.password().map(|key| SecretString::from(key.to_owned()));
        Ok(Self { http, base, key, prefix })
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
        let body: Value = match answer.bytes().await {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
            Err(error) => return Err(unavailable(error)),
        };
        if status.is_success() {
            return Ok(Some(body.get("result").cloned().unwrap_or_default()));
        }
        let said = body["status"]["error"].as_str().unwrap_or("no reason").chars().take(300).collect::<String>();
        match status {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(IndexError::Invalid(format!("Qdrant at {base} lets nobody in by that key: {said}")))
            }
            _ if status.is_server_error()
                || status == StatusCode::TOO_MANY_REQUESTS
                || status == StatusCode::REQUEST_TIMEOUT =>
            {
                Err(IndexError::Unavailable(format!("Qdrant at {base}: {status}: {said}")))
            }
            _ => Err(IndexError::Invalid(format!("Qdrant at {base} refuses: {status}: {said}"))),
        }
    }

    /// Asks about what must be there.
    pub(crate) async fn tell(&self, method: Method, path: &str, body: &Value) -> Result<Value, IndexError> {
        let answer = self.ask(method, path, Some(body)).await?;
        // It was there when it was last looked at: whoever filled it fills it again.
        answer.ok_or(IndexError::NotLoaded)
    }
}

/// The root of an error: the outer ones only say "error sending request", with the URL.
fn innermost(error: &reqwest::Error) -> String {
    let mut inner = error.source();
    while let Some(next) = inner.and_then(std::error::Error::source) {
        inner = Some(next);
    }
    inner.map_or_else(|| "no answer".to_owned(), ToString::to_string)
}
