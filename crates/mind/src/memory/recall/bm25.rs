//! BM25, the score of a text by the words it shares with a question.
//!
//! Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the inverse document
//! frequency that is never negative (as in Lucene). `k1` and `b` are lower than usual because the texts are short.

/// How soon repeating a word stops helping.
const K1: f64 = 0.9;
/// How much a long text is held against it, 0..1.
const B: f64 = 0.4;

/// The statistics of a collection of texts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bm25 {
    /// How many texts.
    pub texts: usize,
    /// Their mean length in terms.
    pub mean_length: f64,
}

impl Bm25 {
    /// What a term counts for that stands in `with` of the texts: the rarer, the more. Always above 0.
    pub fn rarity(&self, with: usize) -> f64 {
        let (n, df) = (self.texts as f64, with as f64);
        (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
    }

    /// What a text of `length` terms is held against occurrences in it.
    #[inline]
    pub fn norm(&self, length: f64) -> f64 {
        let mean = if self.mean_length > 0.0 { self.mean_length } else { 1.0 };
        K1 * (1.0 - B + B * length / mean)
    }

    /// What `times` occurrences of a term of this `rarity` add to a text of this `norm`.
    #[inline]
    pub fn part(rarity: f64, times: f64, norm: f64) -> f64 {
        rarity * times * (K1 + 1.0) / (times + norm)
    }

    /// What a term of this `rarity` adds at most, however often it stands in a text. (It adds so much of it as its times
    /// are of its times and the norm together.)
    #[inline]
    pub fn limit(rarity: f64) -> f64 {
        rarity * (K1 + 1.0)
    }

    /// What a term of this `rarity` adds at most to a text of whatever length that holds it at most `times` times.
    #[inline]
    pub fn most(rarity: f64, times: f64) -> f64 {
        rarity * times * (K1 + 1.0) / (times + K1 * (1.0 - B))
    }
}
