//! Everything that speaks OpenAI's chat completions: OpenAI, Groq, Chutes, OpenRouter, Mistral, DeepSeek, Together,
//! Ollama, llama.cpp, vLLM and whatever has a base URL.
//!
//! They all differ a little from what they imitate, so the types are tolerant: unknown fields, absent counts, text in
//! parts and unheard-of reasons are no errors. Where a server refuses a parameter it is asked again without it, and
//! that is remembered.

mod embeddings;
mod quirks;
mod wire;

pub use embeddings::OpenAiEmbeddings;

use crate::client::{ClientConfig, ConfigError};
use crate::failure::Failure;
use crate::http::{Endpoint, Http, Key, Rejection, read_answer};
use crate::streaming;
use async_trait::async_trait;
use philia_ports::model::{ChatReply, ChatRequest, ChatStream, ModelInfo};
use philia_ports::{ChatModel, ModelError};
use quirks::Quirks;
use reqwest::Response;
use secrecy::SecretString;
use tokio::time::{Instant, timeout_at};

/// A chat model behind `/chat/completions`.
pub struct OpenAiCompatible {
    info: ModelInfo,
    config: ClientConfig,
    endpoint: Endpoint,
    quirks: Quirks,
}

/// The key as OpenAI and its imitators want it.
pub(crate) fn bearer(key: Option<&SecretString>) -> Option<Key> {
    key.map(|secret| Key { header: "authorization", prefix: "Bearer ", secret: secret.clone() })
}

impl OpenAiCompatible {
    /// A client for `config`. Nothing is sent yet.
    ///
    /// # Errors
    /// If the base URL cannot be used or the model has no name.
    pub fn new(config: ClientConfig, http: &Http) -> Result<Self, ConfigError> {
        let (address, info) = config.resolve(http)?;
        let endpoint = Endpoint::new(http, address, bearer(config.api_key.as_ref()), &[]);
        let quirks = Quirks::of(&config.provider);
        Ok(Self { info, config, endpoint, quirks })
    }

    /// Asks, and asks again as long as there is something to learn from the refusal.
    async fn ask(&self, request: &ChatRequest, stream: bool) -> Result<Response, Failure> {
        let mut learned = 0;
        loop {
            let body = wire::body(&self.config, request, stream, &self.quirks);
            match self.endpoint.post("chat/completions", &body).await {
                Err(Rejection::Status { status: 400 | 422, error, .. })
                    if self.quirks.learn(&error, &body, &mut learned) =>
                {
                    tracing::debug!(model = self.info.name, error = error.message, "asking again in another way");
                }
                other => return other.map_err(Failure::from),
            }
        }
    }
}

#[async_trait]
impl ChatModel for OpenAiCompatible {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, ModelError> {
        let name = &self.info.name;
        let work = async {
            let answer = read_answer(self.ask(request, false).await?).await?;
            wire::answer(answer)?.reply(name)
        };
        let timeout = self.config.timeout;
        let reply = tokio::time::timeout(timeout, work).await.unwrap_or(Err(Failure::Timeout(timeout)));
        reply.map_err(|failure| failure.of_model(name))
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ModelError> {
        let (name, timeout) = (&self.info.name, self.config.timeout);
        let until = Instant::now() + timeout;
        let work = async {
            let asked = timeout_at(until, self.ask(request, true)).await;
            let response = asked.unwrap_or(Err(Failure::Timeout(timeout)))?;
            streaming::start(response, wire::Chunks, name, (until, timeout), self.config.idle_timeout).await
        };
        work.await.map_err(|failure| failure.of_model(name))
    }
}
