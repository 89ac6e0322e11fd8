//! Which words mean nearly the same: "puppy" is near "dog", "kids" are near "children".
//!
//! Comparing word by word sees what the mean of a whole text blurs (late interaction, as in ColBERT: Khattab &
//! Zaharia 2020, here over static vectors). It needs vectors of single words; any table of them will do, whatever
//! embeds the texts.

use crate::scan::{Probe, Vectors};
use philia_mind::text::Analyzer;
use std::collections::HashMap;

/// Vectors of word stems.
#[derive(Debug, Default)]
pub struct Thesaurus {
    numbers: HashMap<Box<str>, u32>,
    vectors: Vectors,
}

/// Below this cosine two words have nothing to do with each other.
pub(crate) const NEAR: f64 = 0.25;

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
            vectors.push(Some(vector));
        }
        Self { numbers, vectors }
    }

    /// The number of a stem; none if it is not known.
    pub(crate) fn number(&self, stem: &str) -> Option<u32> {
        self.numbers.get(stem).copied()
    }

    /// What other stems are compared with.
    pub(crate) fn probe(&self, number: u32) -> Option<Probe> {
        let vector = self.vectors.get(number as usize);
        Probe::mean(&[vector], self.vectors.dimensions()).ok().flatten()
    }

    /// The cosine of a stem and the probe.
    pub(crate) fn nearness(&self, number: u32, probe: &Probe) -> f64 {
        self.vectors.cosine(number as usize, probe).map_or(0.0, f64::from)
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
        ]);
        let number = |stem: &str| thesaurus.number(stem);
        assert_eq!(number("the"), None);
        let probe = thesaurus.probe(number("dog").unwrap()).unwrap();
        let nearness = |stem: &str| thesaurus.nearness(number(stem).unwrap(), &probe);
        assert!((nearness("puppi") - 1.0).abs() < 0.01, "{}", nearness("puppi"));
        assert!(nearness("car").abs() < 0.01);
    }
}
