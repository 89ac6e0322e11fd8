//! Which words mean nearly the same: "puppy" is near "dog", "kids" are near "children".
//!
//! Comparing word by word sees what the mean of a whole text blurs (late interaction, as in ColBERT: Khattab &
//! Zaharia 2020, here over static vectors). It needs vectors of single words; any table of them will do, whatever
//! embeds the texts.

use crate::vectors::{Probe, Row, Vectors};
use philia_mind::text::Analyzer;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Vectors of word stems.
#[derive(Debug, Default)]
pub struct Thesaurus {
    numbers: HashMap<Box<str>, u32>,
    vectors: Vectors,
    /// The near stems of every stem, once they are listed: comparing a stem with all others takes longer than
    /// everything else a word of a question costs.
    lists: OnceLock<Lists>,
}

/// The near stems of every stem, the nearest first: numbers alone, a few hundred bytes a stem.
#[derive(Debug)]
struct Lists {
    numbers: Vec<u16>,
    ends: Vec<usize>,
}

/// Below this cosine two words have nothing to do with each other.
pub(crate) const NEAR: f64 = 0.25;

/// Stems that are compared with all others in one go.
const BATCH: usize = 64;

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
        Self { numbers, vectors, lists: OnceLock::new() }
    }

    /// The number of a stem; none if it is not known.
    pub(crate) fn number(&self, stem: &str) -> Option<u32> {
        self.numbers.get(stem).copied()
    }

    /// The cosine of two stems as [`Thesaurus::near`] computes it; none where one has no vector.
    #[cfg(test)]
    pub(crate) fn cosine(&self, number: u32, other: u32) -> Option<f32> {
        self.vectors.cosine(other as usize, &self.probe(number)?)
    }

    /// Lists the near stems of every stem, so that they need not be looked for when they are asked about.
    pub(crate) fn list(&self) {
        let stems = self.numbers.len();
        if u16::try_from(stems).is_err() {
            return;
        }
        self.lists.get_or_init(|| {
            let mut lists = Lists { numbers: Vec::new(), ends: Vec::with_capacity(stems) };
            for first in (0..stems as u32).step_by(BATCH) {
                let some = first..(first + BATCH as u32).min(stems as u32);
                // A stem without a vector is near none.
                let (at, probes): (Vec<usize>, Vec<Probe>) =
                    some.clone().filter_map(|number| Some(((number - first) as usize, self.probe(number)?))).unzip();
                let mut near: Vec<Vec<(f32, u32)>> = vec![Vec::new(); some.len()];
                self.vectors.scan_all(&probes, NEAR as f32, |probe, other, cosine| {
                    if f64::from(cosine) > NEAR && other != first + at[probe] as u32 {
                        near[at[probe]].push((cosine, other));
                    }
                });
                for mut near in near {
                    near.sort_unstable_by(nearest_first);
                    lists.numbers.extend(near.into_iter().map(|(_, other)| other as u16));
                    lists.ends.push(lists.numbers.len());
                }
            }
            lists.numbers.shrink_to_fit();
            lists
        });
    }

    /// Tells the stems near this one that `held` knows, as it calls them, with their cosines, the nearest first; itself
    /// is not among them. False if it has no vector.
    pub(crate) fn near<T>(&self, number: u32, held: impl Fn(u32) -> Option<T>, mut found: impl FnMut(T, f32)) -> bool {
        let Some(probe) = self.probe(number) else { return false };
        if let Some(lists) = self.lists.get() {
            for &other in lists.of(number) {
                if let Some((known, cosine)) =
                    held(u32::from(other)).and_then(|known| Some((known, self.vectors.cosine(other.into(), &probe)?)))
                {
                    found(known, cosine);
                }
            }
            return true;
        }
        let mut near = Vec::new();
        self.vectors.scan(&probe, NEAR as f32, |other, cosine| {
            if f64::from(cosine) > NEAR && other != number {
                near.push((cosine, other));
            }
            NEAR as f32
        });
        near.sort_unstable_by(nearest_first);
        for (cosine, other) in near {
            if let Some(known) = held(other) {
                found(known, cosine);
            }
        }
        true
    }

    fn probe(&self, number: u32) -> Option<Probe> {
        Probe::mean(&[self.vectors.get(number as usize)], self.vectors.dimensions()).ok().flatten()
    }
}

impl Lists {
    fn of(&self, number: u32) -> &[u16] {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.numbers[start..self.ends[number]]
    }
}

/// The order of a list; of equals the one of the lower number comes first.
fn nearest_first(a: &(f32, u32), b: &(f32, u32)) -> std::cmp::Ordering {
    b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
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
        let near = || {
            let mut near = Vec::new();
            let held = |other| (other != number("car")).then_some(other);
            assert!(thesaurus.near(number("dog"), held, |other, cosine| near.push((other, (cosine * 10.0).round()))));
            near
        };
        assert_eq!(near(), [(number("puppi"), 10.0), (number("cart"), 7.0)]);
    }

    #[test]
    fn lists_tell_what_a_search_through_all_finds() {
        let words: Vec<String> = (0..=u8::MAX).map(|n| format!("wo{}", letters(n))).collect();
        let vector = |at: usize| -> Vec<f32> { (0..24).map(|i| ((at * 31 + i * i * 17) % 13) as f32 - 5.0).collect() };
        let new = || Thesaurus::new(words.iter().enumerate().map(|(at, word)| (word.as_str(), vector(at))));
        let (plain, listed) = (new(), new());
        listed.list();
        assert!(listed.lists.get().is_some() && plain.lists.get().is_none());
        let mut told = 0;
        for number in 0..plain.numbers.len() as u32 {
            let near = |thesaurus: &Thesaurus| {
                let mut near = Vec::new();
                thesaurus.near(
                    number,
                    |other| (other % 5 != 0).then_some(other),
                    |other, cosine| near.push((other, cosine)),
                );
                near
            };
            assert_eq!(near(&plain), near(&listed));
            told += near(&plain).len();
        }
        assert!(told > 1000, "{told}");
    }

    fn letters(number: u8) -> String {
        [number / 26, number % 26].map(|letter| char::from(b'a' + letter)).iter().collect()
    }
}
