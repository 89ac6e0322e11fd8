//! Vectors for whoever asks: an application that uses the companion's embedder for texts of its own.

use crate::error::{Error, Result};
use crate::person::Person;
use philia_ports::EmbedderError;

/// The most texts at once.
pub const MAX_TEXTS: usize = 2048;

/// Texts as vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// The vector space ([`philia_ports::EmbedderInfo::id`]).
    pub by: String,
    /// The length of every vector.
    pub dimensions: usize,
    /// One a text, in their order: of length 1, or all zeros where the embedder cannot judge the text.
    pub vectors: Vec<Vec<f32>>,
}

impl Person {
    /// Turns texts into vectors, by the embedder that may have this person's words.
    ///
    /// # Errors
    /// [`Error::Invalid`] for none or too many; [`Error::Unreachable`] if the embedder does not answer well.
    pub async fn embed_texts(&self, texts: &[String]) -> Result<Embedded> {
        if texts.is_empty() || texts.len() > MAX_TEXTS {
            return Err(Error::Invalid(format!("input: 1 to {MAX_TEXTS} texts at once are allowed")));
        }
        let embedder = self.configured_embedder().await;
        let info = embedder.info();
        let unreachable = |error: EmbedderError| Error::Unreachable(error.to_string());
        let found = embedder.embed_documents(texts).await.map_err(unreachable)?;
        if found.len() != texts.len() {
            return Err(Error::Unreachable(format!("{} gave {} vectors for {}", info.id, found.len(), texts.len())));
        }
        let vectors = found.into_iter().map(|vector| vector.unwrap_or_else(|| vec![0.0; info.dimensions]));
        Ok(Embedded { by: info.id.clone(), dimensions: info.dimensions, vectors: vectors.collect() })
    }
}
