//! Remembering what a remote embedder said.

use async_trait::async_trait;
use lru::LruCache;
use philia_ports::{Embedder, EmbedderError, EmbedderInfo};
use sha2::{Digest, Sha256};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a text is embedded as: some models make different vectors of the same text.
#[derive(Clone, Copy)]
enum Kind {
    Document,
    Query,
}

type Hash = [u8; 32];
type Vector = Option<Vec<f32>>;

/// An embedder in front of another that remembers its answers by the hash of what was asked. The least recently
/// used are forgotten first; errors are never remembered.
pub struct Cached {
    embedder: Arc<dyn Embedder>,
    known: Mutex<LruCache<Hash, Vector>>,
}

impl Cached {
    /// Remembers the vectors of up to `texts` texts (one of 1536 dimensions takes 6 KB).
    pub fn new(embedder: Arc<dyn Embedder>, texts: NonZeroUsize) -> Self {
        Self { embedder, known: Mutex::new(LruCache::new(texts)) }
    }

    fn hash(&self, kind: Kind, text: &str) -> Hash {
        let mut hash = Sha256::new();
        hash.update(self.embedder.info().id.as_bytes());
        // The zero ends the id: no id and text can be read as another id and text.
        hash.update([0, kind as u8]);
        hash.update(text.as_bytes());
        hash.finalize().into()
    }

    fn known(&self) -> MutexGuard<'_, LruCache<Hash, Vector>> {
        // Nothing in here can panic half-way, so a poisoned lock holds a good cache.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Embedder for Cached {
    fn info(&self) -> &EmbedderInfo {
        self.embedder.info()
    }

    async fn embed_documents(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        let hashes: Vec<Hash> = texts.iter().map(|text| self.hash(Kind::Document, text)).collect();
        let mut vectors: Vec<Option<Vector>> = {
            let mut known = self.known();
            hashes.iter().map(|hash| known.get(hash).cloned()).collect()
        };
        // Each unknown text once, however often it stands there.
        let mut asked: Vec<(Hash, String)> = Vec::new();
        for ((hash, text), vector) in hashes.iter().zip(texts).zip(&vectors) {
            if vector.is_none() && !asked.iter().any(|(known, _)| known == hash) {
                asked.push((*hash, text.clone()));
            }
        }
        if !asked.is_empty() {
            let (new, texts): (Vec<Hash>, Vec<String>) = asked.into_iter().unzip();
            let answers = self.embedder.embed_documents(&texts).await?;
            let mut known = self.known();
            for (hash, answer) in new.iter().zip(answers) {
                for (place, _) in hashes.iter().enumerate().filter(|(_, other)| *other == hash) {
                    if let Some(vector) = vectors.get_mut(place) {
                        *vector = Some(answer.clone());
                    }
                }
                known.put(*hash, answer);
            }
        }
        Ok(vectors.into_iter().map(Option::flatten).collect())
    }

    async fn embed_query(&self, text: &str) -> Result<Option<Vec<f32>>, EmbedderError> {
        let hash = self.hash(Kind::Query, text);
        let known = self.known().get(&hash).cloned();
        if let Some(vector) = known {
            return Ok(vector);
        }
        let vector = self.embedder.embed_query(text).await?;
        self.known().put(hash, vector.clone());
        Ok(vector)
    }
}
