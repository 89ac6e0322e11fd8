//! The embedder port: texts to vectors.

use async_trait::async_trait;

/// What an embedder is, and where its cosines begin to mean something. Thresholds belong to the embedder: what
/// is "near" for one is "far" for another.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbedderInfo {
    /// Names the vector space (`static-256-int8`, `openai:text-embedding-3-small:1536`). Vectors of different
    /// spaces are never compared.
    pub id: String,
    /// Length of every vector.
    pub dimensions: usize,
    /// Below this cosine, a query and a text that share no content word have nothing to do with each other.
    pub floor: f32,
    /// From this cosine on, texts belong to one cluster.
    pub cluster: f32,
    /// From this cosine on, texts may be the same (never decides alone).
    pub duplicate: f32,
    /// Do texts leave this machine?
    pub remote: bool,
}

/// Why there is no vector.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedderError {
    /// It did not answer, or is not reached; worth another try.
    #[error("the embedder {embedder} does not answer: {detail}")]
    Unavailable {
        /// Which.
        embedder: String,
        /// What was seen.
        detail: String,
    },
    /// It refused for good (a wrong key, an unknown model).
    #[error("the embedder {embedder} refused: {detail}")]
    Refused {
        /// Which.
        embedder: String,
        /// What was seen.
        detail: String,
    },
    /// It answered something that is no list of vectors of its length.
    #[error("the embedder {embedder} gave an unusable answer: {detail}")]
    Unusable {
        /// Which.
        embedder: String,
        /// What was seen.
        detail: String,
    },
}

impl EmbedderError {
    /// Is the same call worth another try, later?
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// Texts to vectors.
///
/// # Contract
/// Every vector has [`EmbedderInfo::dimensions`] finite numbers and length 1 (L2). The same text gives the same
/// vector. `None` says that the embedder cannot judge this text (empty, or mostly unknown pieces, as another
/// script for a table that knows only one): it is then recalled by its words alone. As many results as texts,
/// in their order.
#[async_trait]
pub trait Embedder: Send + Sync + 'static {
    /// What it is.
    fn info(&self) -> &EmbedderInfo;

    /// Vectors of texts that are to be found.
    async fn embed_documents(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError>;

    /// The vector of a text that asks.
    async fn embed_query(&self, text: &str) -> Result<Option<Vec<f32>>, EmbedderError>;
}
