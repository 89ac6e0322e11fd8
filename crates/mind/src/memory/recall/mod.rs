//! Recall: what a question asks for, and how the signals that find memories are fused into one order.

use crate::Memory;
use jiff::Timestamp;

/// A question, analysed: what every index needs to know of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// The question as it was asked.
    pub text: String,
    /// The texts whose vectors are averaged for the dense signal: without names, and with a name turned to "I".
    pub dense_texts: Vec<String>,
    /// The content words, stemmed, names removed.
    pub terms: Vec<String>,
    /// Speakers that are spoken of, as the memories name them.
    pub speakers: Vec<String>,
    /// The times it asks about: soft, each `from..until`.
    pub times: Vec<(Timestamp, Timestamp)>,
}

/// Each signal of one candidate, min-max normalised over the candidates (0..1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signals {
    /// BM25 of the memory alone.
    pub lexical: f64,
    /// BM25 of the memory with its neighbours.
    pub neighbourhood: f64,
    /// Cosine, normalised.
    pub dense: f64,
    /// The raw cosine, -1..1; 0 without a vector.
    pub cosine: f64,
    /// The question speaks of this memory's speaker.
    pub speaker: f64,
    /// The question asks about this memory's time.
    pub date: f64,
}

/// A memory that was recalled, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// The memory itself.
    pub memory: Memory,
    /// What it was ranked by: relevance with importance, recency and reinforcement added. Not bounded by 1.
    pub score: f64,
    /// The fused relevance, 0..1.
    pub relevance: f64,
    /// The signals it was fused from.
    pub signals: Signals,
    /// Words of the question that it holds itself, as the question spelled them.
    pub shared: Vec<String>,
    /// Why, in words fit for the person ("shares 'dog', 'name'; close in meaning; said 3 days ago").
    pub why: String,
}
