//! Anthropic's own messages API.

mod wire;

use crate::client::{ClientConfig, ConfigError};
use crate::failure::Failure;
use crate::http::{Endpoint, Http, Key, Rejection, read_answer};
use crate::streaming;
use async_trait::async_trait;
use philia_ports::model::{ChatReply, ChatRequest, ChatStream, ModelInfo};
use philia_ports::{ChatModel, ModelError};
use reqwest::Response;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::{Instant, timeout_at};

/// A chat model behind `/v1/messages`.
pub struct Anthropic {
    info: ModelInfo,
    config: ClientConfig,
    endpoint: Endpoint,
    /// Newer models refuse a temperature; learned from the first refusal.
    takes_temperature: AtomicBool,
}

impl Anthropic {
    /// A client for `config`. Nothing is sent yet. The base URL may end with `/v1` or not.
    ///
    /// # Errors
    /// If the base URL cannot be used or the model has no name.
    pub fn new(mut config: ClientConfig, http: &Http) -> Result<Self, ConfigError> {
        let base = config.base_url.trim().trim_end_matches('/');
        config.base_url = base.strip_suffix("/v1").unwrap_or(base).to_owned();
        let (address, info) = config.resolve(http)?;
        let key = config.api_key.clone().map(|secret| Key { header: "x-api-key", prefix: "", secret });
        let endpoint = Endpoint::new(http, address, key, &[("anthropic-version", "2023-06-01")]);
        Ok(Self { info, config, endpoint, takes_temperature: AtomicBool::new(true) })
    }

    async fn ask(&self, request: &ChatRequest, stream: bool) -> Result<Response, Failure> {
        let mut asked_before = false;
        loop {
            let body = wire::body(&self.config, request, stream, self.takes_temperature.load(Ordering::Relaxed));
            match self.endpoint.post("v1/messages", &body).await {
                Err(Rejection::Status { status: 400, error, .. })
                    if !asked_before && body.get("temperature").is_some() && error.message.contains("temperature") =>
                {
                    self.takes_temperature.store(false, Ordering::Relaxed);
                    asked_before = true;
                }
                other => return other.map_err(Failure::from),
            }
        }
    }
}

#[async_trait]
impl ChatModel for Anthropic {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, ModelError> {
        let name = &self.info.name;
        let work = async {
            let answer = read_answer(self.ask(request, false).await?).await?;
            wire::answer(&answer)?.reply(name)
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
            streaming::start(response, wire::Events, name, (until, timeout), self.config.idle_timeout).await
        };
        work.await.map_err(|failure| failure.of_model(name))
    }
}
