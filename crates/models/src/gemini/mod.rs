//! Google's own Gemini API.

mod embeddings;
mod wire;

pub use embeddings::GeminiEmbeddings;

use crate::client::{ClientConfig, ConfigError};
use crate::failure::Failure;
use crate::http::{Endpoint, Http, Key, read_answer};
use crate::streaming;
use async_trait::async_trait;
use philia_ports::model::{ChatReply, ChatRequest, ChatStream, ModelInfo};
use philia_ports::{ChatModel, ModelError};
use secrecy::SecretString;
use tokio::time::{Instant, timeout_at};

/// A chat model behind `generateContent`.
pub struct Gemini {
    info: ModelInfo,
    config: ClientConfig,
    endpoint: Endpoint,
}

/// The key in a header: in the URL, where Google's examples have it, it would be in every log on the way.
fn key(secret: Option<&SecretString>) -> Option<Key> {
    secret.map(|secret| Key { header: "x-goog-api-key", prefix: "", secret: secret.clone() })
}

/// The model's name without the `models/` that listings put before it.
fn plain(model: &str) -> &str {
    model.strip_prefix("models/").unwrap_or(model)
}

impl Gemini {
    /// A client for `config`. Nothing is sent yet. The base URL ends with the API's version (`/v1beta`).
    ///
    /// # Errors
    /// If the base URL cannot be used or the model has no name.
    pub fn new(config: ClientConfig, http: &Http) -> Result<Self, ConfigError> {
        let (address, info) = config.resolve(http)?;
        let endpoint = Endpoint::new(http, address, key(config.api_key.as_ref()), &[]);
        Ok(Self { info, config, endpoint })
    }
}

#[async_trait]
impl ChatModel for Gemini {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, ModelError> {
        let name = &self.info.name;
        let path = format!("models/{}:generateContent", plain(&self.config.model));
        let work = async {
            let response = self.endpoint.post(&path, &wire::body(&self.config, request)).await?;
            wire::answer(&read_answer(response).await?)?.reply(name)
        };
        let timeout = self.config.timeout;
        let reply = tokio::time::timeout(timeout, work).await.unwrap_or(Err(Failure::Timeout(timeout)));
        reply.map_err(|failure| failure.of_model(name))
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ModelError> {
        let (name, timeout) = (&self.info.name, self.config.timeout);
        let path = format!("models/{}:streamGenerateContent?alt=sse", plain(&self.config.model));
        let body = wire::body(&self.config, request);
        let until = Instant::now() + timeout;
        let work = async {
            let asked = timeout_at(until, self.endpoint.post(&path, &body)).await;
            let response = asked.map_err(|_| Failure::Timeout(timeout))??;
            let dialect = wire::Parts::default();
            streaming::start(response, dialect, name, (until, timeout), self.config.idle_timeout).await
        };
        work.await.map_err(|failure| failure.of_model(name))
    }
}
