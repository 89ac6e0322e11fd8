//! What the tests of this crate share.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

use futures_util::StreamExt;
use philia_models::Http;
use philia_models::anthropic::Anthropic;
use philia_models::client::ClientConfig;
use philia_models::gemini::Gemini;
use philia_models::openai::OpenAiCompatible;
use philia_ports::model::{ChatDelta, ChatMessage, ChatRequest, ChatStream, Role, ToolSpec};
use philia_ports::{Chance, ChatModel, ModelError};
use philia_testkit::model_server::ModelServer;
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

/// The key the clients are given.
pub(crate) const KEY: &str = "sk-very-secret-0123456789";

/// Always the same.
pub(crate) struct NoChance;

impl Chance for NoChance {
    fn ten_bytes(&self) -> [u8; 10] {
        [0; 10]
    }
}

pub(crate) fn chance() -> Arc<dyn Chance> {
    Arc::new(NoChance)
}

pub(crate) fn config(provider: &str, base_url: String) -> ClientConfig {
    ClientConfig {
        provider: provider.into(),
        base_url,
        api_key: Some(SecretString::from(KEY)),
        model: "scripted".into(),
        temperature: None,
        max_tokens: None,
        timeout: Duration::from_secs(20),
        idle_timeout: Duration::from_secs(20),
        context_tokens: 1000,
    }
}

pub(crate) fn openai_with(server: &ModelServer, change: impl FnOnce(&mut ClientConfig)) -> OpenAiCompatible {
    let mut config = config("custom", server.openai_url());
    change(&mut config);
    OpenAiCompatible::new(config, &Http::new()).unwrap()
}

pub(crate) fn openai(server: &ModelServer) -> OpenAiCompatible {
    openai_with(server, |_| {})
}

/// One client of each language, changed alike.
pub(crate) fn all_with(server: &ModelServer, change: impl Fn(&mut ClientConfig)) -> Vec<Box<dyn ChatModel>> {
    let http = Http::new();
    let with = |provider: &str, url: String| {
        let mut config = config(provider, url);
        change(&mut config);
        config
    };
    vec![
        Box::new(OpenAiCompatible::new(with("openai", server.openai_url()), &http).unwrap()),
        Box::new(Anthropic::new(with("anthropic", server.anthropic_url()), &http).unwrap()),
        Box::new(Gemini::new(with("gemini", server.gemini_url()), &http).unwrap()),
    ]
}

pub(crate) fn all(server: &ModelServer) -> Vec<Box<dyn ChatModel>> {
    all_with(server, |_| {})
}

pub(crate) fn hello() -> ChatRequest {
    ChatRequest {
        messages: vec![ChatMessage::new(Role::System, "Be kind."), ChatMessage::new(Role::User, "Hello!")],
        ..ChatRequest::default()
    }
}

pub(crate) fn with_tools() -> ChatRequest {
    let parameters = serde_json::json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let tool = ToolSpec { name: "weather".into(), description: "The weather".into(), parameters };
    ChatRequest { tools: vec![tool], ..hello() }
}

/// What a stream said, and how it ended.
pub(crate) struct Heard {
    pub(crate) deltas: Vec<ChatDelta>,
    pub(crate) error: Option<ModelError>,
}

impl Heard {
    pub(crate) fn text(&self) -> String {
        let texts = self.deltas.iter().filter_map(|delta| match delta {
            ChatDelta::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }
}

/// Listens to the end; checks what holds for every stream.
pub(crate) async fn listen(stream: ChatStream) -> Heard {
    let items: Vec<_> = stream.collect().await;
    let mut heard = Heard { deltas: Vec::new(), error: None };
    for item in items {
        assert!(heard.error.is_none(), "something came after an error");
        assert!(!matches!(heard.deltas.last(), Some(ChatDelta::Done { .. })), "something came after the end");
        match item {
            Ok(delta) => heard.deltas.push(delta),
            Err(error) => heard.error = Some(error),
        }
    }
    let done = matches!(heard.deltas.last(), Some(ChatDelta::Done { .. }));
    assert_ne!(done, heard.error.is_some(), "a stream ends with the end or with an error");
    heard
}
