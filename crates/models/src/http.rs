//! HTTP as all clients here use it: lazy, bounded, without following redirects, keys in headers only.

use crate::failure::{ErrorObject, Failure, tidy};
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use std::error::Error as _;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(10);
/// The largest answer that is read: a chat reply has kilobytes, a batch of embeddings a few megabytes.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
/// The largest batch of embeddings that is read.
pub(crate) const LARGEST_BATCH: usize = 32 * 1024 * 1024;
/// As much of an error's body is read.
const LARGEST_ERROR: usize = 64 * 1024;

/// Among the local hosts: every loopback address of this machine.
pub const LOOPBACK: &str = "loopback";

/// The HTTP clients of the process, shared by all models. Making one costs nothing: connections, certificates and
/// TLS are set up when first needed.
///
/// The proxies of the environment (`HTTPS_PROXY`, `NO_PROXY`, ...) are used, but never for this machine's own
/// addresses. Plain HTTP needs no certificates to be installed.
#[derive(Clone, Debug, Default)]
pub struct Http {
    clients: Arc<Clients>,
    local: Local,
}

/// The hosts whose models count as this machine's own.
#[derive(Clone, Debug)]
struct Local(Arc<[String]>);

impl Default for Local {
    fn default() -> Self {
        Self([LOOPBACK.to_owned()].into())
    }
}

#[derive(Debug, Default)]
struct Clients {
    local: OnceLock<Result<Client, String>>,
    local_tls: OnceLock<Result<Client, String>>,
    plain: OnceLock<Result<Client, String>>,
    tls: OnceLock<Result<Client, String>>,
}

impl Http {
    /// Costs nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// With the hosts that count as this machine's own: names or addresses, and [`LOOPBACK`] for all of this machine's.
    /// What is reached anywhere else is remote; so is, without `LOOPBACK`, a server here that hands on what it is asked.
    #[must_use]
    pub fn trusting(mut self, hosts: impl IntoIterator<Item = String>) -> Self {
        self.local = Local(hosts.into_iter().map(|host| host.trim().to_ascii_lowercase()).collect());
        self
    }

    /// A client for others of the program that speak HTTP.
    ///
    /// # Errors
    /// What is wrong with the address, or why there is no client.
    pub fn client_for(&self, url: &str) -> Result<Client, String> {
        self.client(&Address::parse(url)?).cloned().map_err(|failure| failure.to_string())
    }

    /// Does what is sent to this address stay on this machine, or with a host that counts as such?
    pub(crate) fn stays_here(&self, address: &Address) -> bool {
        let host = address.url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        self.local.0.iter().any(|local| if local == LOOPBACK { address.loopback } else { local == host })
    }

    fn client(&self, address: &Address) -> Result<&Client, Failure> {
        let (slot, tls) = match (address.loopback, address.url.scheme() == "https") {
            (true, false) => (&self.clients.local, false),
            (true, true) => (&self.clients.local_tls, true),
            (false, false) => (&self.clients.plain, false),
            (false, true) => (&self.clients.tls, true),
        };
        slot.get_or_init(|| build(address.loopback, tls)).as_ref().map_err(|e| Failure::Unavailable(e.clone()))
    }
}

fn build(loopback: bool, tls: bool) -> Result<Client, String> {
    // An error means that a provider is installed already, which is all that is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("philia/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none());
    if loopback {
        builder = builder.no_proxy();
    }
    if !tls {
        // No certificate will be looked at, so none need be read (or be there).
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|e| format!("no HTTP client: {}", innermost(&e)))
}

/// A base URL that was understood.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    url: Url,
    /// Does it point to this machine?
    pub(crate) loopback: bool,
}

impl Address {
    /// Reads a base URL; gives what is wrong with it.
    pub(crate) fn parse(base_url: &str) -> Result<Self, String> {
        let url = Url::parse(base_url.trim()).map_err(|e| e.to_string())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("the scheme is `{}`, not http or https", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it holds a user name or password; give a key instead".into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it holds a query or fragment".into());
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let loopback = host == "localhost"
            || host.ends_with(".localhost")
            || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified());
        Ok(Self { url, loopback })
    }

    fn join(&self, path: &str) -> String {
        format!("{}/{path}", self.url.as_str().trim_end_matches('/'))
    }
}

/// One provider's address with its key.
pub(crate) struct Endpoint {
    http: Http,
    pub(crate) address: Address,
    key: Option<Key>,
    headers: &'static [(&'static str, &'static str)],
}

/// A key and the header it goes into.
pub(crate) struct Key {
    /// `authorization`, `x-api-key`, ...
    pub(crate) header: &'static str,
    /// What stands before the key in it (`Bearer `).
    pub(crate) prefix: &'static str,
    /// The key.
    pub(crate) secret: SecretString,
}

/// Why a request did not get an answer with a good status.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// No answer at all.
    Failed(Failure),
    /// An answer with an error status.
    Status {
        /// The status.
        status: u16,
        /// What its body says.
        error: ErrorObject,
        /// When to come again.
        retry_after: Option<Duration>,
    },
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Failed(failure) => failure,
            Rejection::Status { status, error, retry_after } => {
                Self::of_status(status, &error.kind, &error.message, retry_after.or(error.retry_after))
            }
        }
    }
}

impl Endpoint {
    pub(crate) fn new(
        http: &Http,
        address: Address,
        key: Option<Key>,
        headers: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { http: http.clone(), address, key, headers }
    }

    /// Posts `body` as JSON and gives the answer if its status is good. The body is not read yet.
    pub(crate) async fn post(&self, path: &str, body: &serde_json::Value) -> Result<Response, Rejection> {
        let client = self.http.client(&self.address).map_err(Rejection::Failed)?;
        let headers = self.headers().map_err(Rejection::Failed)?;
        let sent = client.post(self.address.join(path)).headers(headers).json(body).send().await;
        let response = sent.map_err(|e| Rejection::Failed(unreachable(&e)))?;
        self.accept(response).await
    }

    /// Gets `path` as JSON.
    pub(crate) async fn get(&self, path: &str) -> Result<serde_json::Value, Failure> {
        let client = self.http.client(&self.address)?;
        let sent = client.get(self.address.join(path)).headers(self.headers()?).send().await;
        let response = self.accept(sent.map_err(|e| unreachable(&e))?).await?;
        read_json(response, LARGEST_ANSWER).await
    }

    fn headers(&self) -> Result<HeaderMap, Failure> {
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        if let Some(key) = &self.key {
            let text = format!("{}{}", key.prefix, key.secret.expose_secret().trim());
            let mut value = HeaderValue::from_str(&text)
                .map_err(|_| Failure::Unauthorized("it has characters that no key has".into()))?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(key.header), value);
        }
        Ok(headers)
    }

    async fn accept(&self, response: Response) -> Result<Response, Rejection> {
        let status = response.status().as_u16();
        if response.status().is_success() {
            return Ok(response);
        }
        if response.status().is_redirection() {
            let to = response.headers().get(LOCATION).and_then(|l| l.to_str().ok());
            let to = to.and_then(|l| Url::parse(l).ok()).and_then(|l| l.host_str().map(str::to_owned));
            let to = to.unwrap_or_else(|| "another path".into());
            let detail = format!("HTTP {status}: it wants to send us to {to}; if that is right, make it the base URL");
            return Err(Rejection::Failed(Failure::Refused(detail)));
        }
        let retry_after = retry_after(response.headers());
        let body = read(response, LARGEST_ERROR).await.unwrap_or_default();
        let mut error = ErrorObject::read(&body);
        error.message = self.redact(&error.message);
        Err(Rejection::Status { status, error, retry_after })
    }

    /// Providers quote keys in their errors; we do not.
    pub(crate) fn redact(&self, text: &str) -> String {
        let key = self.key.as_ref().map(|key| key.secret.expose_secret().trim()).filter(|key| !key.is_empty());
        key.map_or_else(|| text.to_owned(), |key| text.replace(key, "***"))
    }
}

/// Reads a JSON answer of at most [`LARGEST_ANSWER`].
pub(crate) async fn read_answer(response: Response) -> Result<serde_json::Value, Failure> {
    read_json(response, LARGEST_ANSWER).await
}

/// Reads a JSON answer of at most `limit` bytes.
pub(crate) async fn read_json(response: Response, limit: usize) -> Result<serde_json::Value, Failure> {
    let html = response.headers().get(CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    let body = read(response, limit).await?;
    parse_json(&body).map_err(|failure| if html { Failure::Unusable("an HTML page".into()) } else { failure })
}

/// A whole JSON, or what it is instead.
pub(crate) fn parse_json(body: &[u8]) -> Result<serde_json::Value, Failure> {
    let unusable = |what: &str| Err(Failure::Unusable(what.to_owned()));
    match body.trim_ascii_start().first() {
        None => unusable("nothing at all"),
        Some(b'<') => unusable("an HTML page"),
        Some(_) => serde_json::from_slice(body).or_else(|e| {
            unusable(&if e.is_eof() { "a JSON that breaks off".to_owned() } else { format!("no JSON ({e})") })
        }),
    }
}

async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                return Err(Failure::Unusable(format!("more than {} MB", limit / (1024 * 1024))));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(e) => return Err(broken(&e)),
        }
    }
}

/// The failure of a request that got no answer.
fn unreachable(error: &reqwest::Error) -> Failure {
    Failure::Unavailable(if error.is_connect() || error.is_timeout() {
        format!("no connection ({})", innermost(error))
    } else {
        innermost(error)
    })
}

/// The failure of an answer that broke off.
pub(crate) fn broken(error: &reqwest::Error) -> Failure {
    Failure::Unavailable(format!("it broke off ({})", innermost(error)))
}

/// The root of an error: the outer ones only say "error sending request", with the URL.
fn innermost(error: &reqwest::Error) -> String {
    let mut inner = error.source();
    while let Some(next) = inner.and_then(std::error::Error::source) {
        inner = Some(next);
    }
    inner.map_or_else(|| "the request could not be sent".to_owned(), |e| tidy(&e.to_string()))
}

/// When the provider wants to be asked again. A date is compared with the provider's own `Date`, so that no clock
/// of ours has to agree with it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(millis) = text(&HeaderName::from_static("retry-after-ms")).and_then(|ms| ms.parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(millis / 1000.0).ok();
    }
    let value = text(&RETRY_AFTER)?;
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let parser = DateTimeParser::new();
    let then = parser.parse_timestamp(value).ok()?;
    let now = parser.parse_timestamp(text(&DATE)?).ok()?;
    Some(Duration::try_from(then.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_str(v).unwrap())).collect()
    }

    #[test]
    fn retry_after_in_all_its_forms() {
        let of = |pairs: &[(&'static str, &str)]| retry_after(&headers(pairs));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("retry-after", "20")]), Some(Duration::from_secs(20)));
        assert_eq!(of(&[("retry-after", "1.5")]), Some(Duration::from_millis(1500)));
        assert_eq!(of(&[("retry-after", "9"), ("retry-after-ms", "250")]), Some(Duration::from_millis(250)));
        assert_eq!(of(&[("retry-after", "-3")]), None);
        assert_eq!(of(&[("retry-after", "soon")]), None);
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(of(&[date, ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]), Some(Duration::from_secs(30)));
        assert_eq!(of(&[date, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(Duration::ZERO));
        assert_eq!(of(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]), None);
    }

    #[test]
    fn addresses_are_understood_or_refused() {
        for (url, loopback) in [
            ("http://127.0.0.1:11434", true),
            ("http://localhost:8080/v1/", true),
            ("http://[::1]:8000/v1", true),
            ("http://0.0.0.0:11434", true),
            ("https://api.openai.com/v1", false),
            ("http://192.168.1.4:11434", false),
            ("http://localhost.example.com", false),
        ] {
            assert_eq!(Address::parse(url).unwrap().loopback, loopback, "{url}");
        }
        for url in ["", "api.openai.com", "ftp://x.y", "https://me:secret@x.y/v1", "https://x.y/v1?key=1"] {
            let wrong = Address::parse(url).unwrap_err();
            assert!(!wrong.contains("secret"), "{wrong}");
        }
        assert_eq!(Address::parse("https://x.y/v1/").unwrap().join("chat"), "https://x.y/v1/chat");
        assert_eq!(Address::parse("https://x.y").unwrap().join("chat"), "https://x.y/chat");
    }

    #[test]
    fn what_is_no_json_is_named() {
        let of = |body: &[u8]| parse_json(body).unwrap_err();
        assert_eq!(of(b" \n"), Failure::Unusable("nothing at all".into()));
        assert_eq!(of(b"\n<!doctype html>"), Failure::Unusable("an HTML page".into()));
        assert_eq!(of(b"{\"a\": [1, 2"), Failure::Unusable("a JSON that breaks off".into()));
        assert!(matches!(of(b"hello"), Failure::Unusable(what) if what.starts_with("no JSON")));
    }
}
