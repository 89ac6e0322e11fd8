//! MiniLM in this process: the sentence encoder all-MiniLM-L6-v2, for those who have its files. Nothing leaves the
//! machine.
//!
//! A directory holds `model.safetensors` and `tokenizer.json` (and `config.json`) as sentence-transformers publishes
//! them. The vectors are those of the reference: see `tests/minilm.rs`.

mod encoder;
mod matrix;

use crate::wordpiece::WordPiece;
use async_trait::async_trait;
use encoder::{Encoder, HEADS, INNER, LAYERS, TOKENS, WIDTH, Weights};
use philia_ports::{Embedder, EmbedderError, EmbedderInfo};
use serde::Deserialize;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// Name of the vector space.
pub const ID: &str = "minilm-l6-v2";

/// Tokens of a text that are read, the two marks around it among them, as the reference does.
const LONGEST: usize = 256;
/// About so many tokens go through the network at once: more are no faster.
const AT_ONCE: usize = 512;
/// Texts that one thread takes at once.
const SHARE: usize = 32;
/// Share of a text's letters and digits that must lie in words of the vocabulary, or in long pieces of them (as for the
/// static table, of the same vocabulary and the same language).
const LEAST_KNOWN: f64 = 0.72;

// Measured on the same 40 topics as the static table's (`tests/minilm.rs`).
/// Below it lie 98 % of unrelated statements and of questions with a wrong answer; above it all paraphrases and 90 % of
/// questions with their answer.
const FLOOR: f32 = 0.30;
/// 82 % of the paraphrases reach it, and no unrelated pair.
const CLUSTER: f32 = 0.50;
/// The same sentence in other case and punctuation is above it; another fact of the same form below.
const DUPLICATE: f32 = 0.92;

/// Why MiniLM cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MiniLmError {
    /// A file is not there or cannot be read.
    #[error("{file} cannot be read; the directory must hold model.safetensors and tokenizer.json of all-MiniLM-L6-v2")]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{file} is not all-MiniLM-L6-v2's: {why}")]
    Other {
        /// Which.
        file: PathBuf,
        /// What was found, and what is expected.
        why: String,
    },
}

/// The encoder. Its files are checked when it is made; the weights (90 MB) are read at the first text.
pub struct MiniLm {
    inner: Arc<Inner>,
    /// Half of the machine's threads, so that an import leaves room for those who talk.
    threads: Arc<Semaphore>,
}

struct Inner {
    info: EmbedderInfo,
    words: WordPiece<'static>,
    /// The marks before and behind a text.
    marks: [u32; 2],
    file: PathBuf,
    weights: Weights,
    encoder: OnceLock<Result<Encoder, String>>,
}

impl MiniLm {
    /// Looks at the files in a directory, without reading the weights.
    ///
    /// # Errors
    /// Names the file that is missing, cut off or of another model, and what is expected.
    pub fn open(dir: &Path) -> Result<Self, MiniLmError> {
        let read = |name: &str| {
            let file = dir.join(name);
            std::fs::read(&file).map_err(|source| MiniLmError::File { file, source })
        };
        let other = |name: &str, why: String| MiniLmError::Other { file: dir.join(name), why };
        if dir.join("config.json").exists() {
            let config = read("config.json")?;
            let config = serde_json::from_slice(&config).map_err(|error| other("config.json", error.to_string()))?;
            check(&config).map_err(|why| other("config.json", why))?;
        }
        let tokenizer = read("tokenizer.json")?;
        let words = WordPiece::parse(&tokenizer, LONGEST - 2);
        let words = words.map_err(|error| other("tokenizer.json", error.to_string()))?.into_owned();
        let mark =
            |token: &str| words.special(token).ok_or_else(|| other("tokenizer.json", format!("no {token} in it")));
        let marks = [mark("[CLS]")?, mark("[SEP]")?];
        if words.largest() as usize >= TOKENS {
            return Err(other("tokenizer.json", format!("more than {TOKENS} tokens in it")));
        }
        let file = dir.join("model.safetensors");
        let mut opened = File::open(&file).map_err(|source| MiniLmError::File { file: file.clone(), source })?;
        let weights = Weights::find(&mut opened).map_err(|why| other("model.safetensors", why))?;
        let info = EmbedderInfo {
            id: ID.into(),
            dimensions: WIDTH,
            floor: FLOOR,
            cluster: CLUSTER,
            duplicate: DUPLICATE,
            remote: false,
        };
        let half = std::thread::available_parallelism().map_or(1, |threads| threads.get().div_ceil(2));
        let inner = Inner { info, words, marks, file, weights, encoder: OnceLock::new() };
        Ok(Self { inner: Arc::new(inner), threads: Arc::new(Semaphore::new(half)) })
    }

    /// The vectors of texts, on this thread; none for those of which the vocabulary knows too little to judge.
    ///
    /// # Errors
    /// [`EmbedderError::Refused`] if the weights cannot be read any more.
    pub fn embed(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        self.inner.embed(texts, LEAST_KNOWN)
    }

    /// The vectors of texts, however little is known of them.
    ///
    /// # Errors
    /// As [`embed`](Self::embed).
    pub fn embed_any(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        self.inner.embed(texts, 0.0)
    }

    async fn elsewhere(&self, texts: Vec<String>) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        let inner = Arc::clone(&self.inner);
        let done = tokio::task::spawn_blocking(move || inner.embed(&texts, LEAST_KNOWN)).await;
        done.unwrap_or_else(|error| {
            Err(EmbedderError::Unavailable { embedder: ID.into(), detail: format!("its thread ended: {error}") })
        })
    }
}

impl Inner {
    fn embed(&self, texts: &[String], least_known: f64) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        let mut vectors = vec![None; texts.len()];
        let mut places = Vec::new();
        let mut batch: Vec<Vec<u32>> = Vec::new();
        let mut tokens = 0;
        for (place, text) in texts.iter().enumerate() {
            if let Some(ids) = self.tokens(text, least_known) {
                if tokens + ids.len() > AT_ONCE {
                    self.run(&mut vectors, &mut places, &mut batch)?;
                    tokens = 0;
                }
                tokens += ids.len();
                places.push(place);
                batch.push(ids);
            }
        }
        self.run(&mut vectors, &mut places, &mut batch)?;
        Ok(vectors)
    }

    fn run(
        &self,
        vectors: &mut [Option<Vec<f32>>],
        places: &mut Vec<usize>,
        batch: &mut Vec<Vec<u32>>,
    ) -> Result<(), EmbedderError> {
        if batch.is_empty() {
            return Ok(());
        }
        for (place, vector) in places.drain(..).zip(self.encoder()?.embed(batch)) {
            vectors[place] = Some(vector);
        }
        batch.clear();
        Ok(())
    }

    /// A text's tokens between the marks; none if too little is known of it.
    fn tokens(&self, text: &str, least_known: f64) -> Option<Vec<u32>> {
        let tokens = self.words.tokens(text);
        let known = tokens.known_letters as f64;
        if tokens.ids.is_empty() || least_known > 0.0 && (known == 0.0 || known < least_known * tokens.letters as f64) {
            return None;
        }
        let [before, behind] = self.marks;
        Some([before].into_iter().chain(tokens.ids).chain([behind]).collect())
    }

    fn encoder(&self) -> Result<&Encoder, EmbedderError> {
        let read = || Encoder::read(&self.weights, &mut File::open(&self.file).map_err(|error| error.to_string())?);
        self.encoder.get_or_init(read).as_ref().map_err(|detail| EmbedderError::Refused {
            embedder: ID.into(),
            detail: format!("{} cannot be read any more: {detail}", self.file.display()),
        })
    }
}

#[async_trait]
impl Embedder for MiniLm {
    fn info(&self) -> &EmbedderInfo {
        &self.inner.info
    }

    async fn embed_documents(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        let mut shares = Vec::new();
        for share in texts.chunks(SHARE) {
            shares.push(async {
                let _turn = self.threads.acquire().await;
                self.elsewhere(share.to_vec()).await
            });
        }
        Ok(futures_util::future::try_join_all(shares).await?.concat())
    }

    async fn embed_query(&self, text: &str) -> Result<Option<Vec<f32>>, EmbedderError> {
        Ok(self.elsewhere(vec![text.to_owned()]).await?.pop().flatten())
    }
}

/// Is that the configuration of all-MiniLM-L6-v2?
fn check(config: &serde_json::Value) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Config {
        model_type: String,
        hidden_act: String,
        hidden_size: usize,
        num_hidden_layers: usize,
        num_attention_heads: usize,
        intermediate_size: usize,
        vocab_size: usize,
    }
    let found = Config::deserialize(config).map_err(|error| error.to_string())?;
    let sizes = [
        ("hidden_size", found.hidden_size, WIDTH),
        ("num_hidden_layers", found.num_hidden_layers, LAYERS),
        ("num_attention_heads", found.num_attention_heads, HEADS),
        ("intermediate_size", found.intermediate_size, INNER),
        ("vocab_size", found.vocab_size, TOKENS),
    ];
    for (what, found, expected) in
        [("model_type", &found.model_type, "bert"), ("hidden_act", &found.hidden_act, "gelu")]
    {
        if found != expected {
            return Err(format!("{what} is {found:?}, not {expected:?}"));
        }
    }
    match sizes.into_iter().find(|(_, found, expected)| found != expected) {
        Some((what, found, expected)) => Err(format!("{what} is {found}, not {expected}")),
        None => Ok(()),
    }
}
