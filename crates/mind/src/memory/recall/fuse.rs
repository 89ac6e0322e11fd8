//! Fusion: signals of unlike scale become one relevance.
//!
//! Each signal is min-max normalised over the question's candidates and the weighted sum is taken. (Reciprocal
//! rank fusion, the usual way, throws away *how much* better the best is, and was 8 points of recall@10 worse.)

use super::Signals;

/// How many of each signal's best become candidates.
pub const POOL: usize = 100;

/// A candidate's signals, before they are normalised.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Raw {
    /// BM25 of the memory alone, 0 or more.
    pub lexical: f64,
    /// BM25 of the memory with its neighbours, 0 or more.
    pub neighbourhood: f64,
    /// Cosine to the question, -1..1; none without a vector.
    pub cosine: Option<f64>,
    /// How near its words come to those of the question, 0 or more; 0 where words have no vectors.
    pub kindred: f64,
    /// 1 if the question speaks of this memory's speaker, else 0.
    pub speaker: f64,
    /// Nearness to the time asked about, 0..1.
    pub date: f64,
}

/// What each signal counts for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Of BM25 of the memory alone.
    pub lexical: f64,
    /// Of BM25 of the memory with its neighbours.
    pub neighbourhood: f64,
    /// Of the cosine.
    pub dense: f64,
    /// Of words of like meaning.
    pub kindred: f64,
    /// Of the speaker that is spoken of.
    pub speaker: f64,
    /// Of the time that is asked about.
    pub date: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self { lexical: 0.05, neighbourhood: 0.45, dense: 0.6, kindred: 0.0, speaker: 0.3, date: 0.6 }
    }
}

impl Weights {
    /// Where words have vectors too: meaning is judged by the whole text and word by word, half each.
    pub fn with_kindred() -> Self {
        Self { dense: 0.3, kindred: 0.3, ..Self::default() }
    }
}

/// The normalised signals of each candidate and its relevance in 0..1, in the order of `candidates`.
///
/// Relevance is the weighted sum divided by the weights of the signals that tell candidates apart, so 1 is the best
/// by everything the question moves; where nothing tells them apart (one alone), all are the best. A candidate without a vector gets the lowest cosine of the others: not being
/// embedded yet neither helps nor rules out.
pub fn fuse(candidates: &[Raw], weights: &Weights) -> Vec<(Signals, f64)> {
    let lexical = Spread::of(candidates.iter().map(|c| c.lexical));
    let neighbourhood = Spread::of(candidates.iter().map(|c| c.neighbourhood));
    let dense = Spread::of(candidates.iter().filter_map(|c| c.cosine));
    let kindred = Spread::of(candidates.iter().map(|c| c.kindred));
    let speaker = Spread::of(candidates.iter().map(|c| c.speaker));
    let date = Spread::of(candidates.iter().map(|c| c.date));
    let moved = [
        (lexical, weights.lexical),
        (neighbourhood, weights.neighbourhood),
        (dense, weights.dense),
        (kindred, weights.kindred),
        (speaker, weights.speaker),
        (date, weights.date),
    ];
    let total: f64 = moved.iter().filter(|(spread, _)| spread.tells_apart()).map(|(_, weight)| weight).sum();
    candidates
        .iter()
        .map(|raw| {
            let signals = Signals {
                lexical: lexical.scale(raw.lexical),
                neighbourhood: neighbourhood.scale(raw.neighbourhood),
                dense: raw.cosine.map_or(0.0, |cosine| dense.scale(cosine)),
                cosine: raw.cosine.unwrap_or(0.0),
                kindred: kindred.scale(raw.kindred),
                speaker: raw.speaker,
                date: raw.date,
                feeling: 0.0,
            };
            let sum = weights.lexical * signals.lexical
                + weights.neighbourhood * signals.neighbourhood
                + weights.dense * signals.dense
                + weights.kindred * signals.kindred
                + weights.speaker * speaker.scale(raw.speaker)
                + weights.date * date.scale(raw.date);
            (signals, if total > 0.0 { (sum / total).clamp(0.0, 1.0) } else { 1.0 })
        })
        .collect()
}

/// The least and the most of a signal.
#[derive(Clone, Copy)]
struct Spread {
    least: f64,
    most: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        values.fold(Self { least: f64::INFINITY, most: f64::NEG_INFINITY }, |spread, value| Self {
            least: spread.least.min(value),
            most: spread.most.max(value),
        })
    }

    fn tells_apart(&self) -> bool {
        self.most > self.least
    }

    fn scale(&self, value: f64) -> f64 {
        if self.tells_apart() { (value - self.least) / (self.most - self.least) } else { 0.0 }
    }
}
