//! Which words mean nearly the same: "puppy" is near "dog", "kids" are near "children".
//!
//! Comparing word by word sees what the mean of a whole text blurs (late interaction, as in ColBERT: Khattab &
//! Zaharia 2020, here over static vectors). It needs vectors of single words; any table of them will do, whatever
//! embeds the texts.

use crate::vectors::{Probe, Row, Vectors};
use lru::LruCache;
use philia_mind::text::Analyzer;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

/// Vectors of word stems.
#[derive(Debug)]
pub struct Thesaurus {
    numbers: HashMap<Box<str>, u32>,
    vectors: Vectors,
    /// The near stems of those that were asked about of late: comparing a stem with all others takes longer than
    /// everything else a word of a question costs.
    near: Mutex<LruCache<u32, Arc<[Kin]>>>,
}

/// A stem that is near another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Kin {
    /// Which.
    pub(crate) number: u32,
    /// The cosine, above [`NEAR`].
    pub(crate) cosine: f32,
}

/// Below this cosine two words have nothing to do with each other.
pub(crate) const NEAR: f64 = 0.25;

/// Stems whose near ones are remembered; a few kilobytes each.
const REMEMBERED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4095);

impl Default for Thesaurus {
    fn default() -> Self {
        Self { numbers: HashMap::new(), vectors: Vectors::default(), near: Mutex::new(LruCache::unbounded()) }
    }
}

impl Thesaurus {
    /// Takes in words with their vectors, all of one length. Words of one stem share the mean of their directions;
    /// stop words are left out.
    pub fn new<'w>(words: impl IntoIterator<Item = (&'w str, Vec<f32>)>) -> Self {
        let analyzer = Analyzer::new();
        let mut stems: Vec<(Box<str>, Vec<f32>)> = Vec::new();
        let mut numbers: HashMap<Box<str>, u32> = HashMap::new();
        for (word, vector) in words {
            let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            if analyzer.is_stop(word) || length == 0.0 {
                continue;
            }
            let stem: Box<str> = analyzer.stem(word).into();
            let direction = vector.iter().map(|x| x / length);
            match numbers.get(&stem) {
                Some(number) => {
                    for (sum, x) in stems[*number as usize].1.iter_mut().zip(direction) {
                        *sum += x;
                    }
                }
                None => {
                    numbers.insert(stem.clone(), stems.len() as u32);
                    stems.push((stem, direction.collect()));
                }
            }
        }
        let mut vectors = Vectors::default();
        let dimensions = stems.first().map_or(0, |(_, vector)| vector.len());
        vectors.reserve_exact(stems.len(), dimensions);
        for (_, vector) in &stems {
            vectors.push(Row::of(vector).as_ref());
        }
        Self { numbers, vectors, near: Mutex::new(LruCache::new(REMEMBERED)) }
    }

    /// The number of a stem; none if it is not known.
    pub(crate) fn number(&self, stem: &str) -> Option<u32> {
        self.numbers.get(stem).copied()
    }

    /// The cosine of two stems as [`Thesaurus::near`] computes it; none where one has no vector.
    #[cfg(test)]
    pub(crate) fn cosine(&self, number: u32, other: u32) -> Option<f32> {
        let vector = self.vectors.get(number as usize);
        let probe = Probe::mean(&[vector], self.vectors.dimensions()).ok().flatten()?;
        self.vectors.cosine(other as usize, &probe)
    }

    /// The stems near this one, itself not among them, the nearest first; none if it has no vector.
    pub(crate) fn near(&self, number: u32) -> Option<Arc<[Kin]>> {
        let lock = || self.near.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(near) = lock().get(&number) {
            return Some(Arc::clone(near));
        }
        let vector = self.vectors.get(number as usize);
        let probe = Probe::mean(&[vector], self.vectors.dimensions()).ok().flatten()?;
        let mut near = Vec::new();
        self.vectors.scan(&probe, NEAR as f32, |other, cosine| {
            if f64::from(cosine) > NEAR && other != number {
                near.push(Kin { number: other, cosine });
            }
            NEAR as f32
        });
        near.sort_unstable_by(|a, b| b.cosine.total_cmp(&a.cosine).then(a.number.cmp(&b.number)));
        let near: Arc<[Kin]> = near.into();
        lock().put(number, Arc::clone(&near));
        Some(near)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_share_the_mean_of_their_words() {
        let thesaurus = Thesaurus::new([
            ("dogs", vec![3.0, 0.0]),
            ("the", vec![1.0, 1.0]),
            ("dog", vec![0.0, 1.0]),
            ("puppy", vec![1.0, 1.0]),
            ("car", vec![1.0, -1.0]),
            ("cart", vec![1.0, 0.0]),
        ]);
        let number = |stem: &str| thesaurus.number(stem).unwrap();
        assert_eq!(thesaurus.number("the"), None);
        for _ in ["computed", "remembered"] {
            let near = thesaurus.near(number("dog")).unwrap();
            let near: Vec<(u32, f32)> = near.iter().map(|kin| (kin.number, (kin.cosine * 10.0).round())).collect();
            assert_eq!(near, [(number("puppi"), 10.0), (number("cart"), 7.0)]);
        }
    }
}
