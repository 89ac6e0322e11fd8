//! Embeddings behind `batchEmbedContents`.

use super::{key, plain};
use crate::client::ConfigError;
use crate::embedding::{EmbedderConfig, Remote, numbers};
use crate::http::Http;
use async_trait::async_trait;
use philia_ports::{Chance, Embedder, EmbedderError, EmbedderInfo};
use serde_json::{Value, json};
use std::sync::Arc;

/// The most texts the API takes in one request.
const AT_ONCE: usize = 100;

/// An embedder that knows whether a text is to be found or asks. Google normalises only vectors of full length, so
/// they are always normalised here.
pub struct GeminiEmbeddings {
    remote: Remote,
    model: String,
}

impl GeminiEmbeddings {
    /// An embedder for `config`. Nothing is sent yet.
    ///
    /// # Errors
    /// If the configuration cannot be used.
    pub fn new(config: &EmbedderConfig, http: &Http, chance: Arc<dyn Chance>) -> Result<Self, ConfigError> {
        let remote = Remote::new(config, http, chance, key(config.api_key.as_ref()), AT_ONCE)?;
        Ok(Self { remote, model: format!("models/{}", plain(&config.model)) })
    }

    async fn embed(&self, texts: &[String], task: &str) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        let path = format!("{}:batchEmbedContents", self.model);
        let body = |texts: &[&str]| {
            let requests = texts.iter().map(|text| {
                json!({
                    "model": self.model,
                    "content": {"parts": [{"text": text}]},
                    "taskType": task,
                    "outputDimensionality": self.remote.info.dimensions,
                })
            });
            json!({"requests": requests.collect::<Vec<_>>()})
        };
        self.remote.embed(texts, &path, body, vectors).await
    }
}

fn vectors(answer: &Value) -> Option<Vec<Vec<f32>>> {
    answer.get("embeddings")?.as_array()?.iter().map(|item| numbers(item.get("values")?)).collect()
}

#[async_trait]
impl Embedder for GeminiEmbeddings {
    fn info(&self) -> &EmbedderInfo {
        &self.remote.info
    }

    async fn embed_documents(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        self.embed(texts, "RETRIEVAL_DOCUMENT").await
    }

    async fn embed_query(&self, text: &str) -> Result<Option<Vec<f32>>, EmbedderError> {
        Ok(self.embed(&[text.to_owned()], "RETRIEVAL_QUERY").await?.pop().flatten())
    }
}
