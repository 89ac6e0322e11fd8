//! Ollama: finding it, and its embeddings. It chats through its OpenAI-compatible door.

use crate::client::ConfigError;
use crate::embedding::{EmbedderConfig, Remote, numbers};
use crate::http::{Address, Endpoint, Http};
use async_trait::async_trait;
use philia_ports::{Chance, Embedder, EmbedderError, EmbedderInfo};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Where it listens unless told otherwise.
pub const DEFAULT_URL: &str = "http://127.0.0.1:11434";
/// The most texts in one request.
const AT_ONCE: usize = 64;

/// The address a value of `OLLAMA_HOST` means: it may lack a scheme, a port or a host, and often holds the address
/// the server listens on (`0.0.0.0`), which is none to call.
pub fn base_url(host: &str) -> String {
    let host = host.trim().trim_end_matches('/');
    let host = host.strip_suffix("/v1").unwrap_or(host);
    let (scheme, rest) = host.split_once("://").unwrap_or(("http", host));
    let (name, path) = rest.split_once('/').map_or((rest, ""), |(name, path)| (name, path));
    let (name, port) = match name.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => (name, port),
        _ if scheme == "https" => (name, "443"),
        _ => (name, "11434"),
    };
    let name = if matches!(name, "" | "0.0.0.0" | "[::]" | "::") { "127.0.0.1" } else { name };
    let slash = if path.is_empty() { "" } else { "/" };
    format!("{scheme}://{name}:{port}{slash}{path}")
}

/// The models installed in the Ollama at `base_url`, in its order (last used first); none if nobody answers like an
/// Ollama within `timeout`.
pub async fn detect(http: &Http, base_url: &str, timeout: Duration) -> Option<Vec<String>> {
    let base_url = base_url.trim_end_matches('/');
    let address = Address::parse(base_url.strip_suffix("/v1").unwrap_or(base_url)).ok()?;
    let endpoint = Endpoint::new(http, address, None, &[]);
    let answer = tokio::time::timeout(timeout, endpoint.get("api/tags")).await.ok()?.ok()?;
    let models = answer.get("models")?.as_array()?;
    Some(models.iter().filter_map(|model| Some(model.get("name")?.as_str()?.to_owned())).collect())
}

/// An embedder behind `/api/embed`.
pub struct OllamaEmbeddings {
    remote: Remote,
    model: String,
}

impl OllamaEmbeddings {
    /// An embedder for `config`. Nothing is sent yet. The base URL may end with `/v1` or not.
    ///
    /// # Errors
    /// If the configuration cannot be used.
    pub fn new(config: &EmbedderConfig, http: &Http, chance: Arc<dyn Chance>) -> Result<Self, ConfigError> {
        let base = config.base_url.trim().trim_end_matches('/');
        let base_url = base.strip_suffix("/v1").unwrap_or(base).to_owned();
        let config = EmbedderConfig { base_url, ..config.clone() };
        let remote = Remote::new(&config, http, chance, crate::openai::bearer(config.api_key.as_ref()), AT_ONCE)?;
        Ok(Self { remote, model: config.model })
    }
}

#[async_trait]
impl Embedder for OllamaEmbeddings {
    fn info(&self) -> &EmbedderInfo {
        &self.remote.info
    }

    async fn embed_documents(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        let body = |texts: &[&str]| json!({"model": self.model, "input": texts, "truncate": true});
        let read = |answer: &Value| answer.get("embeddings")?.as_array()?.iter().map(numbers).collect();
        self.remote.embed(texts, "api/embed", body, read).await
    }

    async fn embed_query(&self, text: &str) -> Result<Option<Vec<f32>>, EmbedderError> {
        Ok(self.embed_documents(&[text.to_owned()]).await?.pop().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_into_ollama_host() {
        for (host, url) in [
            ("", "http://127.0.0.1:11434"),
            ("0.0.0.0", "http://127.0.0.1:11434"),
            (":8080", "http://127.0.0.1:8080"),
            ("gpu.local", "http://gpu.local:11434"),
            ("gpu.local:1234/", "http://gpu.local:1234"),
            ("http://10.0.0.5", "http://10.0.0.5:11434"),
            ("https://ollama.example.com", "https://ollama.example.com:443"),
            ("https://example.com/ollama", "https://example.com:443/ollama"),
            ("[::1]:11434", "http://[::1]:11434"),
            ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434"),
        ] {
            assert_eq!(base_url(host), url, "{host}");
        }
    }
}
