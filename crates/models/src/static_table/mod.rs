//! The built-in embedder: a table of token vectors that lies in the program itself. No model, no network, a few
//! microseconds a text.
//!
//! It was distilled from a model that reads English. What it says of other languages was measured (see
//! `tests/static_embedding.rs` and ADR 0004): unrelated German, French or Spanish sentences have a median cosine of
//! 0.50 to 0.58, unrelated Russian, Arabic, Hindi or Korean ones of 0.90, more than related English ones. A cosine
//! that cannot tell is worse than none, so a text is judged only if the table knows most of its words.

use crate::safetensors::Header;
use crate::wordpiece::WordPiece;
use async_trait::async_trait;
use philia_ports::{Embedder, EmbedderError, EmbedderInfo};
use sha2::{Digest, Sha256};

/// Name of the vector space.
pub const ID: &str = "static-256-int8";
/// Length of the vectors.
pub const DIMENSIONS: usize = 256;
/// Id of a word without known pieces; below it only padding.
const UNKNOWN: u32 = 1;
/// Of a text at most so many tokens are read.
const LONGEST: usize = 512;
/// Tokens of the table.
const TOKENS: usize = 29_525;

static TABLE: &[u8] = include_bytes!("../../assets/static-embedding/static-256-int8.safetensors");
static TOKENIZER: &[u8] = include_bytes!("../../assets/static-embedding/tokenizer.json");
const TABLE_SHA256: &str = "14f8ef2dc8cc66d310ab46f77fc0929498fed953124a291673758528d73284fa";
const TOKENIZER_SHA256: &str = "dd33465341c98889c3338356b6200c8b232b89af5f1b7aa8e6ee1d4d7a699631";

/// Share of a text's letters and digits that must lie in words the table knows whole, or in long pieces of them.
/// Of English chat 998 texts in 1000 are above it; of German, French and Spanish sentences 95 of 100 are below, and
/// of other scripts all.
const LEAST_KNOWN: f64 = 0.72;

// Measured on 40 English topics, each told in two ways and asked for in one (`tests/fixtures/calibration.json`).
/// Below it lie 98 % of unrelated statements and 93 % of unrelated question-statement pairs; above it 90 % of
/// paraphrases and 70 % of questions with their answers.
const FLOOR: f32 = 0.40;
/// Half of the paraphrases reach it, and 1 of 1000 unrelated pairs.
const CLUSTER: f32 = 0.55;
/// The same sentence in other words, spelling or contraction is above it; another fact of the same form is below 0.7.
const DUPLICATE: f32 = 0.90;

/// Why the built-in table cannot be used. It can only be the build's fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssetError {
    /// The tokenizer's file is not what it should be.
    #[error("the built-in tokenizer cannot be read")]
    Tokenizer(#[source] serde_json::Error),
    /// The table's header is not what it should be.
    #[error("the built-in embedding table is damaged: {0}")]
    Table(String),
    /// A file's bytes are not those the program was released with.
    #[error("the built-in {file} has the SHA-256 {found} instead of {expected}")]
    Checksum {
        /// Which file.
        file: &'static str,
        /// Its checksum.
        found: String,
        /// The one it must have.
        expected: &'static str,
    },
}

/// Token vectors in the program's own pages, read in place.
pub struct StaticTable {
    info: EmbedderInfo,
    words: WordPiece<'static>,
    /// One row of [`DIMENSIONS`] signed bytes a token. The scale is left out: it cancels in a vector of length 1.
    rows: &'static [u8],
}

impl StaticTable {
    /// Reads the vocabulary and finds the rows. The header and the length are checked here; [`verify`](Self::verify)
    /// checks every byte.
    ///
    /// # Errors
    /// If the assets are damaged.
    pub fn load() -> Result<Self, AssetError> {
        let rows = rows(TABLE).map_err(AssetError::Table)?;
        let words = WordPiece::parse(TOKENIZER, LONGEST).map_err(AssetError::Tokenizer)?;
        let info = EmbedderInfo {
            id: ID.into(),
            dimensions: DIMENSIONS,
            floor: FLOOR,
            cluster: CLUSTER,
            duplicate: DUPLICATE,
            remote: false,
        };
        Ok(Self { info, words, rows })
    }

    /// Compares the assets with the checksums they were released with. Takes some 10 ms.
    ///
    /// # Errors
    /// Names the file that differs.
    pub fn verify() -> Result<(), AssetError> {
        let files = [("embedding table", TABLE, TABLE_SHA256), ("tokenizer", TOKENIZER, TOKENIZER_SHA256)];
        for (file, bytes, expected) in files {
            let found = hex(&Sha256::digest(bytes));
            if found != expected {
                return Err(AssetError::Checksum { file, found, expected });
            }
        }
        Ok(())
    }

    /// The text's vector: the mean of its tokens' rows, of length 1. None if it is empty or if the table does not
    /// know enough of it to judge. Only the first 512 tokens are read.
    pub fn embed(&self, text: &str) -> Option<Vec<f32>> {
        let tokens = self.words.tokens(text);
        let known = tokens.known_letters as f64;
        if known == 0.0 || known < LEAST_KNOWN * tokens.letters as f64 {
            return None;
        }
        self.mean(&tokens.ids)
    }

    /// The words that the table knows as wholes (about 21,000 English ones), each with its vector: what means nearly
    /// the same lies near each other, word by word too.
    pub fn words(&self) -> impl Iterator<Item = (&str, Vec<f32>)> {
        self.words.whole_words().into_iter().filter_map(|(word, id)| Some((word, self.mean(&[id])?)))
    }

    /// The normalised mean of the rows of all known tokens.
    fn mean(&self, ids: &[u32]) -> Option<Vec<f32>> {
        // 512 tokens of at most 127 each: no sum can overflow.
        let mut sum = [0_i32; DIMENSIONS];
        for &id in ids.iter().filter(|id| **id > UNKNOWN) {
            let start = id as usize * DIMENSIONS;
            let row = self.rows.get(start..start + DIMENSIONS)?;
            for (total, byte) in sum.iter_mut().zip(row) {
                *total += i32::from(byte.cast_signed());
            }
        }
        let length = sum.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        (length > 0.0).then(|| sum.iter().map(|x| (f64::from(*x) / length) as f32).collect())
    }
}

#[async_trait]
impl Embedder for StaticTable {
    fn info(&self) -> &EmbedderInfo {
        &self.info
    }

    async fn embed_documents(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        Ok(texts.iter().map(|text| self.embed(text)).collect())
    }

    async fn embed_query(&self, text: &str) -> Result<Option<Vec<f32>>, EmbedderError> {
        Ok(self.embed(text))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The rows of the table in a safetensors file.
fn rows(file: &[u8]) -> Result<&[u8], String> {
    let header = Header::read(file)?;
    let place = header.tensor("embeddings", "I8", &[TOKENS, DIMENSIONS])?;
    file.get(place).ok_or_else(|| "its rows are cut off".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Golden {
        text: String,
        ids: Vec<u32>,
        vector: Option<String>,
    }

    fn golden() -> Vec<Golden> {
        serde_json::from_str(include_str!("../../tests/fixtures/golden.json")).unwrap()
    }

    #[test]
    fn tokens_are_those_of_the_reference_tokenizer() {
        let table = StaticTable::load().unwrap();
        let golden = golden();
        assert!(golden.len() >= 300);
        for case in golden {
            assert_eq!(table.words.tokens(&case.text).ids, case.ids, "{:?}", case.text);
        }
    }

    #[test]
    fn vectors_are_those_of_numpy() {
        let table = StaticTable::load().unwrap();
        let mut compared = 0;
        for case in golden() {
            let Some(expected) = case.vector else { continue };
            let bytes = base64::engine::general_purpose::STANDARD.decode(expected).unwrap();
            let expected: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
            let ours = table.mean(&case.ids).unwrap();
            let cosine: f64 = ours.iter().zip(&expected).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            assert!((cosine - 1.0).abs() < 1e-5, "{cosine} for {:?}", case.text);
            compared += 1;
        }
        assert!(compared >= 80);
    }

    #[test]
    fn every_character_is_treated_as_the_reference_treats_it() {
        #[derive(Deserialize)]
        struct Characters {
            sha256: String,
            skipped: Vec<(u32, u32)>,
        }
        let fixture = include_str!("../../tests/fixtures/characters.json");
        let Characters { sha256, skipped } = serde_json::from_str(fixture).unwrap();
        let mut hash = Sha256::new();
        for c in '\u{1}'..=char::MAX {
            if !skipped.iter().any(|(from, to)| (*from..=*to).contains(&u32::from(c))) {
                let words = crate::wordpiece::words_of(&format!("a{c}b")).join("|");
                hash.update(format!("{:x}\t{words}\n", u32::from(c)));
            }
        }
        assert_eq!(hex(&hash.finalize()), sha256);
    }

    #[test]
    fn the_assets_are_the_released_ones() {
        StaticTable::verify().unwrap();
    }

    #[test]
    fn damaged_tables_are_refused() {
        let mut short = TABLE[..TABLE.len() - 1].to_vec();
        assert!(rows(&short).unwrap_err().contains("cut off"));
        short.truncate(100);
        assert!(rows(&short).is_err());
        assert!(rows(b"").is_err());
        assert!(rows(&[0xff; 64]).is_err());
        let mut other = TABLE.to_vec();
        other[8] = b'x';
        assert!(rows(&other).unwrap_err().contains("JSON"));
    }

    #[test]
    fn texts_it_cannot_judge_have_no_vector() {
        let table = StaticTable::load().unwrap();
        for text in [
            "",
            "   \n",
            "😀🎉",
            "你好，世界！",
            "Привет, как дела?",
            "नमस्ते दुनिया",
            "...!?",
            "\u{0}\u{1}",
            "Ich habe letzte Woche einen Welpen adoptiert",
            "[UNK]",
            "안녕하세요",
        ] {
            assert_eq!(table.embed(text), None, "{text:?}");
        }
        for text in ["dog", "I", "42", "My dog's name is Sparky", "We met in Zürich 😀"] {
            let vector = table.embed(text).unwrap();
            let length: f32 = vector.iter().map(|x| x * x).sum();
            assert!((length - 1.0).abs() < 1e-5, "{text:?}");
        }
    }

    #[test]
    fn a_megabyte_is_read_only_as_far_as_needed() {
        let table = StaticTable::load().unwrap();
        let start = std::time::Instant::now();
        assert!(table.embed(&"a friendly word or two ".repeat(50_000)).is_some());
        assert_eq!(table.embed(&"x".repeat(1_000_000)), None);
        assert_eq!(table.words.tokens(&"a friendly word ".repeat(1000)).ids.len(), 512);
        assert!(start.elapsed().as_secs() < 5);
    }

    #[test]
    fn words_of_like_meaning_lie_near_each_other() {
        let table = StaticTable::load().unwrap();
        let words: std::collections::HashMap<&str, Vec<f32>> = table.words().collect();
        assert!(words.len() > 20_000 && !words.contains_key("[UNK]"));
        let cosine = |a: &str, b: &str| words[a].iter().zip(&words[b]).map(|(x, y)| x * y).sum::<f32>();
        assert!(cosine("dog", "puppy") > 0.5 && cosine("kids", "children") > 0.5);
        assert!(cosine("dog", "tax") < 0.25);
    }
}
