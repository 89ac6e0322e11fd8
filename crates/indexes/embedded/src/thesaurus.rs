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
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Vectors of word stems. The commoner words come first.
#[derive(Debug)]
pub struct Thesaurus {
    numbers: HashMap<Box<str>, u32>,
    vectors: Vectors,
    /// The near stems of the commonest stems, once they are listed: comparing a stem with all others takes longer than
    /// everything else a word of a question costs.
    lists: OnceLock<Lists>,
    /// The near stems of those that were asked about of late, with their cosines.
    asked: Mutex<LruCache<u32, Arc<[Kin]>>>,
}

/// A stem that is near another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Kin {
    /// Which.
    pub(crate) number: u32,
    /// The cosine, above [`NEAR`].
    pub(crate) cosine: f32,
}

/// Stems whose near ones are remembered; some kilobytes each.
const REMEMBERED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2047);

/// So many stems, the commonest, are listed ahead. All of them would be 20 MB.
const LISTED: usize = 6000;

impl Default for Thesaurus {
    fn default() -> Self {
        let asked = Mutex::new(LruCache::new(REMEMBERED));
        Self { numbers: HashMap::new(), vectors: Vectors::default(), lists: OnceLock::new(), asked }
    }
}

/// The near stems of a stem, the nearest first: numbers alone, some hundred bytes a stem.
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
        Self { numbers, vectors, ..Self::default() }
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

    /// Lists the near stems of the commonest, so that they need not be looked for when they are first asked about.
    pub(crate) fn list(&self) {
        let stems = self.numbers.len();
        if u16::try_from(stems).is_err() {
            return;
        }
        self.lists.get_or_init(|| {
            let listed = stems.min(LISTED) as u32;
            let mut lists = Lists { numbers: Vec::new(), ends: Vec::with_capacity(listed as usize) };
            for first in (0..listed).step_by(BATCH) {
                let some = first..(first + BATCH as u32).min(listed);
                // A stem without a vector is near none.
                let (at, probes): (Vec<usize>, Vec<Probe>) =
                    some.clone().filter_map(|number| Some(((number - first) as usize, self.probe(number)?))).unzip();
                let mut near: Vec<Vec<Kin>> = vec![Vec::new(); some.len()];
                self.vectors.scan_all(&probes, NEAR as f32, |probe, number, cosine| {
                    if f64::from(cosine) > NEAR && number != first + at[probe] as u32 {
                        near[at[probe]].push(Kin { number, cosine });
                    }
                });
                for mut near in near {
                    near.sort_unstable_by(nearest_first);
                    lists.numbers.extend(near.into_iter().map(|kin| kin.number as u16));
                    lists.ends.push(lists.numbers.len());
                }
            }
            lists.numbers.shrink_to_fit();
            lists
        });
    }

    /// The stems near this one, itself not among them, the nearest first; none if it has no vector.
    pub(crate) fn near(&self, number: u32) -> Option<Arc<[Kin]>> {
        let lock = || self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(near) = lock().get(&number) {
            return Some(Arc::clone(near));
        }
        let probe = self.probe(number)?;
        let near: Arc<[Kin]> = match self.lists.get().and_then(|lists| lists.of(number)) {
            Some(listed) => {
                let kin = |other: &u16| {
                    let number = u32::from(*other);
                    Some(Kin { number, cosine: self.vectors.cosine(number as usize, &probe)? })
                };
                listed.iter().filter_map(kin).collect()
            }
            None => {
                let mut near = Vec::new();
                self.vectors.scan(&probe, NEAR as f32, |other, cosine| {
                    if f64::from(cosine) > NEAR && other != number {
                        near.push(Kin { number: other, cosine });
                    }
                    NEAR as f32
                });
                near.sort_unstable_by(nearest_first);
                near.into()
            }
        };
        lock().put(number, Arc::clone(&near));
        Some(near)
    }

    fn probe(&self, number: u32) -> Option<Probe> {
        Probe::mean(&[self.vectors.get(number as usize)], self.vectors.dimensions()).ok().flatten()
    }
}

impl Lists {
    /// None for a stem that is not listed.
    fn of(&self, number: u32) -> Option<&[u16]> {
        let number = number as usize;
        let end = *self.ends.get(number)?;
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        Some(&self.numbers[start..end])
    }
}

/// The order of a list; of equals the one of the lower number comes first.
fn nearest_first(a: &Kin, b: &Kin) -> std::cmp::Ordering {
    b.cosine.total_cmp(&a.cosine).then(a.number.cmp(&b.number))
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
        let near: Vec<(u32, f32)> = thesaurus
            .near(number("dog"))
            .unwrap()
            .iter()
            .filter(|kin| kin.number != number("car"))
            .map(|kin| (kin.number, (kin.cosine * 10.0).round()))
            .collect();
        assert_eq!(near, [(number("puppi"), 10.0), (number("cart"), 7.0)]);
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
            assert_eq!(plain.near(number), listed.near(number));
            told += plain.near(number).map_or(0, |near| near.len());
        }
        assert!(told > 1000, "{told}");
    }

    fn letters(number: u8) -> String {
        [number / 26, number % 26].map(|letter| char::from(b'a' + letter)).iter().collect()
    }
}
