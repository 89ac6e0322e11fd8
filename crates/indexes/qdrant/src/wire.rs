//! Qdrant's REST API: the way to the server, and what its answers mean to the port.

use percent_encoding::percent_decode_str;
use philia_ports::IndexError;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
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

/// What every answer holds that is no refusal.
#[derive(Deserialize)]
struct Answer<T> {
    result: T,
}

impl Server {
    /// Reads a URL. Nothing is asked yet.
    pub(crate) fn new(url: &str) -> Result<Self, IndexError> {
        let wrong = |what: &str| {
            IndexError::Invalid(format!("the URL of Qdrant {what}; allowed: qdrant[s]://:KEY@HOST:PORT?prefix=NAME"))
        };
        let (scheme, rest) = match url.split_once("://") {
            Some(("qdrant", rest)) => ("http", rest),
            Some(("qdrants", rest)) => ("https", rest),
            _ => return Err(wrong("is of another scheme")),
        };
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
        let port = port(rest).unwrap_or(6333);
        let key = at.password().map(|key| percent_decode_str(key).decode_utf8_lossy().into_owned().into());
        Ok(Self { http, base: format!("{scheme}://{host}:{port}"), key, prefix })
    }

    /// Asks about something; none where it is not there.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, IndexError> {
        self.ask(self.http.get(format!("{}{path}", self.base))).await
    }

    /// Sends something; none where what it is about is not there.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Option<T>, IndexError> {
        self.ask(self.http.request(method, format!("{}{path}", self.base)).json(body)).await
    }

    async fn ask<T: DeserializeOwned>(&self, mut request: RequestBuilder) -> Result<Option<T>, IndexError> {
        let base = &self.base;
        if let Some(key) = &self.key {
            request = request.header("api-key", key.expose_secret());
        }
        let unavailable = |error: reqwest::Error| IndexError::Unavailable(format!("{} ({base})", innermost(&error)));
        let answer = request.send().await.map_err(unavailable)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(unavailable)?;
        if status.is_success() {
            let answer: Result<Answer<T>, _> = serde_json::from_slice(&body);
            let strange = |error| IndexError::Invalid(format!("what {base} answers is not what Qdrant does: {error}"));
            return answer.map(|answer| Some(answer.result)).map_err(strange);
        }
        let refusal: Value = serde_json::from_slice(&body).unwrap_or_default();
        let said: String = refusal["status"]["error"].as_str().unwrap_or("no reason").chars().take(300).collect();
        match status {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let key = if self.key.is_some() { "by that key" } else { "without a key" };
                Err(IndexError::Invalid(format!("Qdrant at {base} lets nobody do this {key}: {said}")))
            }
            _ if status.is_server_error()
                || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(&status) =>
            {
                Err(IndexError::Unavailable(format!("Qdrant at {base}: {status}: {said}")))
            }
            _ => Err(IndexError::Invalid(format!("Qdrant at {base} refuses: {status}: {said}"))),
        }
    }
}

/// The port that is named behind a scheme. (`Url` forgets one that its scheme implies.)
fn port(rest: &str) -> Option<u16> {
    let place = rest.split(['/', '?', '#']).next()?;
    place.rsplit_once(':')?.1.parse().ok()
}

/// The root of an error: the outer ones only say "error sending request", with the URL.
fn innermost(error: &reqwest::Error) -> String {
    let mut inner = error.source();
    while let Some(next) = inner.and_then(std::error::Error::source) {
        inner = Some(next);
    }
    inner.map_or_else(|| "no answer".to_owned(), ToString::to_string)
}
