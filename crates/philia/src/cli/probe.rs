//! Looking for an Ollama on this machine, so that it can be offered. It is never used unasked.

use crate::config::Config;
use serde::Deserialize;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A quick look: nobody waits longer for a program to start.
const PATIENCE: Duration = Duration::from_millis(300);
/// The longest list of models that is read.
const LONGEST: u64 = 1024 * 1024;

/// An Ollama that answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ollama {
    /// Where.
    pub(crate) url: String,
    /// The models it has, by name, those it can talk with.
    pub(crate) models: Vec<String>,
}

/// The Ollama on this machine, if one answers at its configured or usual address.
pub(crate) async fn ollama(config: &Config) -> Option<Ollama> {
    let configured = config.providers.get("ollama").and_then(|provider| provider.base_url.clone());
    let url = configured.unwrap_or_else(|| "http://127.0.0.1:11434".into());
    let authority = loopback_authority(&url)?;
    let models = tokio::time::timeout(PATIENCE, tags(authority)).await.ok()??;
    Some(Ollama { url: format!("http://{authority}"), models })
}

/// `HOST:PORT` of an address on this machine; none of any other.
pub(crate) fn loopback_authority(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("http://")?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    (host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())).then_some(authority)
}

async fn tags(authority: &str) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct Tags {
        models: Vec<Tag>,
    }
    #[derive(Deserialize)]
    struct Tag {
        name: String,
    }
    let mut stream = TcpStream::connect(authority).await.ok()?;
    // HTTP/1.0, so that the answer comes whole and the connection ends with it.
    let request = format!("GET /api/tags HTTP/1.0\r\nHost: {authority}\r\nAccept: application/json\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer).await.ok()?;
    let answer = String::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    if head.split_whitespace().nth(1) != Some("200") {
        return None;
    }
    let tags: Tags = serde_json::from_str(body).ok()?;
    Some(tags.models.into_iter().map(|tag| tag.name).filter(|name| !name.contains("embed")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_looked_at() {
        assert_eq!(loopback_authority("http://127.0.0.1:11434/v1"), Some("127.0.0.1:11434"));
        assert_eq!(loopback_authority("http://localhost:8080"), Some("localhost:8080"));
        assert_eq!(loopback_authority("http://[::1]:1"), Some("[::1]:1"));
        for other in ["https://127.0.0.1:1", "http://10.0.0.1:11434", "http://localhost.example:1", "nonsense"] {
            assert_eq!(loopback_authority(other), None, "{other}");
        }
    }
}
