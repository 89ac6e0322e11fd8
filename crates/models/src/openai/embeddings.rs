//! Embeddings behind `/embeddings`.

use super::bearer;
use crate::client::ConfigError;
use crate::embedding::{EmbedderConfig, Remote, native_dimensions, numbers};
use crate::http::Http;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use philia_ports::{Chance, Embedder, EmbedderError, EmbedderInfo};
use serde_json::{Value, json};
use std::sync::Arc;

/// The most texts in one request; OpenAI allows 2048, others less.
const AT_ONCE: usize = 64;

/// An embedder that speaks OpenAI's `/embeddings`.
pub struct OpenAiEmbeddings {
    remote: Remote,
    model: String,
    /// Asked for only where it differs from what the model gives anyway: many servers do not know the parameter.
    dimensions: Option<usize>,
}

impl OpenAiEmbeddings {
    /// An embedder for `config`. Nothing is sent yet.
    ///
    /// # Errors
    /// If the configuration cannot be used.
    pub fn new(config: &EmbedderConfig, http: &Http, chance: Arc<dyn Chance>) -> Result<Self, ConfigError> {
        let remote = Remote::new(config, http, chance, bearer(config.api_key.as_ref()), AT_ONCE)?;
        let native = native_dimensions(&config.model).unwrap_or(config.dimensions);
        let dimensions = (native != config.dimensions).then_some(config.dimensions);
        Ok(Self { remote, model: config.model.clone(), dimensions })
    }

    fn body(&self, texts: &[&str]) -> Value {
        let mut body = json!({"model": self.model, "input": texts});
        if let Some(dimensions) = self.dimensions {
            body["dimensions"] = dimensions.into();
        }
        body
    }
}

#[async_trait]
impl Embedder for OpenAiEmbeddings {
    fn info(&self) -> &EmbedderInfo {
        &self.remote.info
    }

    async fn embed_documents(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        self.remote.embed(texts, "embeddings", |texts| self.body(texts), vectors).await
    }

    async fn embed_query(&self, text: &str) -> Result<Option<Vec<f32>>, EmbedderError> {
        Ok(self.embed_documents(&[text.to_owned()]).await?.pop().flatten())
    }
}

/// The vectors of an answer in the order of their `index`.
fn vectors(answer: &Value) -> Option<Vec<Vec<f32>>> {
    let data = answer.get("data")?.as_array()?;
    let mut vectors: Vec<(u64, Vec<f32>)> = Vec::with_capacity(data.len());
    for (place, item) in data.iter().enumerate() {
        let index = item.get("index").and_then(Value::as_u64).unwrap_or(place as u64);
        vectors.push((index, vector(item.get("embedding")?)?));
    }
    vectors.sort_by_key(|(index, _)| *index);
    Some(vectors.into_iter().map(|(_, vector)| vector).collect())
}

/// A vector as a list of numbers, or as base64 of little-endian floats.
fn vector(value: &Value) -> Option<Vec<f32>> {
    let Some(text) = value.as_str() else { return numbers(value) };
    let bytes = STANDARD.decode(text).ok()?;
    let (floats, rest) = bytes.as_chunks::<4>();
    rest.is_empty().then(|| floats.iter().map(|four| f32::from_le_bytes(*four)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_as_numbers_or_base64_in_any_order() {
        let encoded = STANDARD.encode([1.0_f32, -2.5].iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>());
        let answer = json!({"data": [{"index": 1, "embedding": [3, 4.5]}, {"index": 0, "embedding": encoded}]});
        assert_eq!(vectors(&answer).unwrap(), [[1.0, -2.5], [3.0, 4.5]]);
        for bad in [
            json!({}),
            json!({"data": 1}),
            json!({"data": [{"embedding": "?"}]}),
            json!({"data": [{"embedding": ["x"]}]}),
            json!({"data": [{"embedding": "AAAAAAA="}]}),
        ] {
            assert_eq!(vectors(&bad), None, "{bad}");
        }
    }
}
