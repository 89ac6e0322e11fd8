//! What the remote embedders have in common: configuration, batches, and checks on what comes back.

use crate::client::{ConfigError, address, runs_elsewhere};
use crate::failure::{ErrorObject, Failure};
use crate::http::{Endpoint, Http, Key, LARGEST_BATCH, read_json};
use crate::retry::RetryPolicy;
use philia_ports::{Chance, EmbedderError, EmbedderInfo};
use secrecy::SecretString;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Longer texts are cut (in bytes): some 5,000 English tokens, or 8,000 of a language without spaces, which is what
/// the models can read.
const LONGEST_TEXT: usize = 20_000;
/// The most bytes of text in one request, so that no batch comes near a provider's limit of tokens.
const LARGEST_REQUEST: usize = 200_000;

/// Where an embedder's cosines begin to mean something (see [`EmbedderInfo`]).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Below it, texts have nothing to do with each other.
    pub floor: f32,
    /// From here on, texts belong to one cluster.
    pub cluster: f32,
    /// From here on, texts may be the same.
    pub duplicate: f32,
}

impl Thresholds {
    /// Cautious values for a model, from what is published and reported of it; an operator who measures better ones
    /// sets them. Google's spread is narrow (unrelated texts near 0.55), OpenAI's third generation wide.
    pub fn usual(model: &str) -> Self {
        let (floor, cluster, duplicate) = if model.contains("text-embedding-3") {
            (0.25, 0.5, 0.9)
        } else if model.contains("gemini-embedding") {
            (0.6, 0.75, 0.95)
        } else if model.contains("ada-002") {
            (0.76, 0.85, 0.96)
        } else if model.contains("minilm") {
            (0.25, 0.55, 0.92)
        } else {
            (0.5, 0.65, 0.93)
        };
        Self { floor, cluster, duplicate }
    }
}

/// What a remote embedder needs to know.
#[derive(Clone, Debug)]
pub struct EmbedderConfig {
    /// The provider's name; the first part of the vector space's id.
    pub provider: String,
    /// The address before `/embeddings`, `/models` or `/api/embed`.
    pub base_url: String,
    /// The key; local servers need none.
    pub api_key: Option<SecretString>,
    /// The model's name.
    pub model: String,
    /// Length of the vectors, 1..=8192.
    pub dimensions: usize,
    /// Where cosines begin to mean something.
    pub thresholds: Thresholds,
    /// How long one request may take.
    pub timeout: Duration,
    /// How often to try.
    pub retry: RetryPolicy,
}

/// The length a model's vectors have if nothing else is asked for; none for models we do not know.
pub fn native_dimensions(model: &str) -> Option<usize> {
    let model = model.rsplit_once('/').map_or(model, |(_, name)| name);
    let name = model.split_once(':').map_or(model, |(name, _)| name);
    Some(match name {
        "text-embedding-3-large" | "gemini-embedding-001" => 3072,
        "text-embedding-3-small" | "text-embedding-ada-002" => 1536,
        "mistral-embed" | "mxbai-embed-large" | "bge-m3" | "bge-large" | "snowflake-arctic-embed2" => 1024,
        "nomic-embed-text" | "embeddinggemma" | "granite-embedding" => 768,
        "all-minilm" => 384,
        _ => return None,
    })
}

/// An embedder behind HTTP.
pub(crate) struct Remote {
    pub(crate) info: EmbedderInfo,
    endpoint: Endpoint,
    timeout: Duration,
    retry: RetryPolicy,
    chance: Arc<dyn Chance>,
    /// The most texts in one request.
    at_once: usize,
}

impl Remote {
    pub(crate) fn new(
        config: &EmbedderConfig,
        http: &Http,
        chance: Arc<dyn Chance>,
        key: Option<Key>,
        at_once: usize,
    ) -> Result<Self, ConfigError> {
        let provider = config.provider.clone();
        let address = address(&provider, &config.base_url)?;
        if config.model.trim().is_empty() {
            return Err(ConfigError::ModelMissing { provider });
        }
        if !(1..=8192).contains(&config.dimensions) {
            let (field, found) = ("dimensions", config.dimensions.to_string());
            return Err(ConfigError::OutOfRange { provider, field, found, allowed: "1 to 8192" });
        }
        let Thresholds { floor, cluster, duplicate } = config.thresholds;
        let id = format!("{provider}:{}:{}", config.model, config.dimensions);
        let remote = !http.stays_here(&address) || runs_elsewhere(&config.model);
        let info = EmbedderInfo { id, dimensions: config.dimensions, floor, cluster, duplicate, remote };
        let endpoint = Endpoint::new(http, address, key, &[]);
        Ok(Self { info, endpoint, timeout: config.timeout, retry: config.retry, chance, at_once })
    }

    /// Vectors of `texts`, none for empty ones. `body` writes a request for some texts, `read` finds the vectors in
    /// its answer.
    pub(crate) async fn embed(
        &self,
        texts: &[String],
        path: &str,
        body: impl Fn(&[&str]) -> Value + Sync,
        read: impl Fn(&Value) -> Option<Vec<Vec<f32>>> + Sync,
    ) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        let mut vectors = vec![None; texts.len()];
        let asked: Vec<(usize, &str)> = texts
            .iter()
            .map(|text| &text[..text.floor_char_boundary(LONGEST_TEXT)])
            .enumerate()
            .filter(|(_, text)| !text.trim().is_empty())
            .collect();
        for batch in batches(&asked, self.at_once) {
            let texts: Vec<&str> = batch.iter().map(|(_, text)| *text).collect();
            let body = body(&texts);
            let answer = self.retry.run(&*self.chance, || self.request(path, &body)).await;
            let found = answer.and_then(|answer| self.check(read(&answer), texts.len()));
            let found = found.map_err(|failure| failure.of_embedder(&self.info.id))?;
            for ((place, _), vector) in batch.iter().zip(found) {
                if let Some(slot) = vectors.get_mut(*place) {
                    *slot = Some(vector);
                }
            }
        }
        Ok(vectors)
    }

    async fn request(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let work = async {
            let answer = read_json(self.endpoint.post(path, body).await?, LARGEST_BATCH).await?;
            match ErrorObject::find(&answer) {
                Some(error) => Err(Failure::of_error_object(&error)),
                None => Ok(answer),
            }
        };
        tokio::time::timeout(self.timeout, work).await.unwrap_or(Err(Failure::Timeout(self.timeout)))
    }

    /// As many vectors as texts, each of the right length, finite, and not nothing; made 1 long.
    fn check(&self, vectors: Option<Vec<Vec<f32>>>, texts: usize) -> Result<Vec<Vec<f32>>, Failure> {
        let vectors = vectors.ok_or_else(|| Failure::Unusable("an answer without vectors".into()))?;
        if vectors.len() != texts {
            return Err(Failure::Unusable(format!("{} vectors for {texts} texts", vectors.len())));
        }
        vectors.into_iter().map(|vector| self.normalised(vector)).collect()
    }

    fn normalised(&self, mut vector: Vec<f32>) -> Result<Vec<f32>, Failure> {
        let (found, wanted) = (vector.len(), self.info.dimensions);
        if found != wanted {
            return Err(Failure::Unusable(format!("a vector of {found} numbers where {wanted} were expected")));
        }
        let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        if !length.is_finite() || length < 1e-12 {
            return Err(Failure::Unusable("a vector without direction".into()));
        }
        for x in &mut vector {
            *x = (f64::from(*x) / length) as f32;
        }
        Ok(vector)
    }
}

/// Runs of at most `at_once` texts and [`LARGEST_REQUEST`] bytes, at least one text each.
fn batches<'a, 'b>(texts: &'b [(usize, &'a str)], at_once: usize) -> Vec<&'b [(usize, &'a str)]> {
    let mut batches = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (place, (_, text)) in texts.iter().enumerate() {
        if place > start && (place - start >= at_once || bytes + text.len() > LARGEST_REQUEST) {
            batches.push(&texts[start..place]);
            (start, bytes) = (place, 0);
        }
        bytes += text.len();
    }
    if start < texts.len() {
        batches.push(&texts[start..]);
    }
    batches
}

/// A list of numbers.
pub(crate) fn numbers(value: &Value) -> Option<Vec<f32>> {
    value.as_array()?.iter().map(|x| x.as_f64().map(|x| x as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_keep_order_and_limits() {
        let long = "x".repeat(LARGEST_REQUEST / 2 + 1);
        let texts: Vec<(usize, &str)> = ["a", "b", "c", &long, &long, "d"].into_iter().enumerate().collect();
        let sizes: Vec<usize> = batches(&texts, 2).iter().map(|batch| batch.len()).collect();
        assert_eq!(sizes, [2, 2, 2]);
        let sizes: Vec<usize> = batches(&texts, 100).iter().map(|batch| batch.len()).collect();
        assert_eq!(sizes, [4, 2]);
        assert!(batches(&[], 5).is_empty());
        let all: Vec<_> = batches(&texts, 1).concat();
        assert_eq!(all, texts);
    }

    #[test]
    fn the_usual_lengths() {
        assert_eq!(native_dimensions("nomic-embed-text:latest"), Some(768));
        assert_eq!(native_dimensions("openai/text-embedding-3-small"), Some(1536));
        assert_eq!(native_dimensions("something-new"), None);
    }
}
