//! Which words mean nearly the same: "puppy" is near "dog", "kids" are near "children".
//!
//! Comparing word by word sees what the mean of a whole text blurs (late interaction, as in ColBERT: Khattab &
//! Zaharia 2020, here over static vectors). It needs vectors of single words; any table of them will do, whatever
//! embeds the texts.

use crate::vectors::{Probe, Row, Vectors};
use crate::{read, write};
use philia_mind::memory::recall::judge::Kindred;
pub(crate) use philia_mind::memory::recall::judge::NEAR;
use philia_mind::text::Analyzer;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// Which word stems are near which. The commoner words come first.
#[derive(Debug, Default)]
pub struct Thesaurus {
    numbers: HashMap<Arc<str>, u32>,
    /// The stems by their numbers.
    stems: Vec<Arc<str>>,
    near: RwLock<Near>,
}

/// How the near stems of a stem are known.
#[derive(Debug)]
enum Near {
    /// By comparing it with all others, which takes longer than everything else a word of a question costs.
    Compared(Vectors),
    /// From a list, once everybody's were made. The vectors are not needed any more.
    Listed(Lists),
}

impl Default for Near {
    fn default() -> Self {
        Self::Compared(Vectors::default())
    }
}

/// A stem that is near another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kin {
    /// Which.
    pub(crate) number: u32,
    /// How far the cosine lies above [`NEAR`], 1..=[`STEPS`].
    pub(crate) step: u8,
}

/// From [`NEAR`] to a cosine of 1.
pub(crate) const STEPS: u8 = u8::MAX;

/// The cosine so many steps above [`NEAR`]; 0 of no step, which is of no pair.
#[inline]
pub(crate) fn cosine(step: u8) -> f32 {
    COSINES[usize::from(step)]
}

/// How far the cosine so many steps above [`NEAR`] is above it.
#[inline]
pub(crate) fn above(step: u8) -> f64 {
    ABOVE[usize::from(step)]
}

/// The same of all steps: looking one up is less than reckoning.
static ABOVE: [f64; STEPS as usize + 1] = {
    let mut above = [0.0; STEPS as usize + 1];
    let mut step = 1;
    while step < above.len() {
        above[step] = COSINES[step] as f64 - NEAR;
        step += 1;
    }
    above
};

/// The cosines of all steps: looking one up is less than dividing.
static COSINES: [f32; STEPS as usize + 1] = {
    let mut cosines = [0.0; STEPS as usize + 1];
    let mut step = 1;
    while step < cosines.len() {
        cosines[step] = (NEAR + (1.0 - NEAR) * step as f64 / STEPS as f64) as f32;
        step += 1;
    }
    cosines
};

/// The near stems of every stem, itself first, then the nearest first; none of a stem without a vector.
#[derive(Debug, Default)]
struct Lists {
    /// Which stems; at most [`LISTED`] can be told apart.
    numbers: Vec<u16>,
    steps: Vec<u8>,
    ends: Vec<u32>,
}

/// More stems than this are not listed: they are compared whenever they are asked about.
const LISTED: usize = 1 << 16;

/// Stems that are compared with all others in one go.
const BATCH: usize = 64;

impl Thesaurus {
    /// Takes in words with their vectors, all of one length. Words of one stem share the mean of their directions;
    /// stop words are left out.
    pub fn new<'w>(words: impl IntoIterator<Item = (&'w str, Vec<f32>)>) -> Self {
        let analyzer = Analyzer::new();
        let mut stems: Vec<(Arc<str>, Vec<f32>)> = Vec::new();
        let mut numbers: HashMap<Arc<str>, u32> = HashMap::new();
        for (word, vector) in words {
            let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            if analyzer.is_stop(word) || length == 0.0 {
                continue;
            }
            let stem: Arc<str> = analyzer.stem(word).into();
            let direction = vector.iter().map(|x| x / length);
            match numbers.get(&stem) {
                Some(number) => {
                    for (sum, x) in stems[*number as usize].1.iter_mut().zip(direction) {
                        *sum += x;
                    }
                }
                None => {
                    numbers.insert(Arc::clone(&stem), stems.len() as u32);
                    stems.push((stem, direction.collect()));
                }
            }
        }
        let mut vectors = Vectors::default();
        vectors.reserve_exact(stems.len());
        for (_, vector) in &stems {
            vectors.push(Row::of(vector).as_ref());
        }
        let stems = stems.into_iter().map(|(stem, _)| stem).collect();
        Self { numbers, stems, near: RwLock::new(Near::Compared(vectors)) }
    }

    /// The number of a stem; none if it is not known.
    pub(crate) fn number(&self, stem: &str) -> Option<u32> {
        self.numbers.get(stem).copied()
    }

    /// Lists the near stems of all, so that nothing has to be compared when they are asked about.
    pub(crate) fn list(&self) {
        let lists = match &*read(&self.near) {
            Near::Compared(vectors) if self.numbers.len() <= LISTED => Lists::of(vectors, self.numbers.len() as u32),
            _ => return,
        };
        *write(&self.near) = Near::Listed(lists);
    }

    /// Tells the stems near this one, itself first, then the nearest first. False if it has no vector.
    pub(crate) fn near(&self, number: u32, found: impl FnMut(Kin)) -> bool {
        match &*read(&self.near) {
            Near::Listed(lists) => lists.tell(number, found),
            Near::Compared(vectors) => {
                let Some(probe) = probe(vectors, number) else { return false };
                let mut near = Vec::new();
                vectors.scan_all(&[probe], NEAR as f32, |_, other, cosine| {
                    near.extend(step(cosine).map(|step| (step, other)));
                });
                sort(&mut near, number);
                near.into_iter().map(|(step, number)| Kin { number, step }).for_each(found);
                true
            }
        }
    }
}

impl Kindred for Thesaurus {
    fn near(&self, stem: &str) -> Option<Vec<(Arc<str>, f32)>> {
        let mut near = Vec::new();
        let known = Self::near(self, self.number(stem)?, |kin| {
            near.extend(self.stems.get(kin.number as usize).map(|stem| (Arc::clone(stem), cosine(kin.step))));
        });
        known.then_some(near)
    }
}

impl Lists {
    fn of(vectors: &Vectors, stems: u32) -> Self {
        let mut lists = Self { ends: Vec::with_capacity(stems as usize), ..Self::default() };
        for first in (0..stems).step_by(BATCH) {
            let some = first..(first + BATCH as u32).min(stems);
            let (asked, probes): (Vec<u32>, Vec<Probe>) =
                some.clone().filter_map(|number| Some((number, probe(vectors, number)?))).unzip();
            let mut near: Vec<Vec<(u8, u32)>> = vec![Vec::new(); some.len()];
            vectors.scan_all(&probes, NEAR as f32, |probe, number, cosine| {
                near[(asked[probe] - first) as usize].extend(step(cosine).map(|step| (step, number)));
            });
            for (number, mut near) in some.zip(near) {
                sort(&mut near, number);
                lists.numbers.extend(near.iter().map(|(_, number)| *number as u16));
                lists.steps.extend(near.iter().map(|(step, _)| step));
                lists.ends.push(lists.numbers.len() as u32);
            }
        }
        lists.numbers.shrink_to_fit();
        lists.steps.shrink_to_fit();
        lists
    }

    fn tell(&self, number: u32, found: impl FnMut(Kin)) -> bool {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] as usize };
        let here = start..self.ends[number] as usize;
        let kin = self.numbers[here.clone()].iter().zip(&self.steps[here.clone()]);
        kin.map(|(number, step)| Kin { number: u32::from(*number), step: *step }).for_each(found);
        !here.is_empty()
    }
}

fn probe(vectors: &Vectors, number: u32) -> Option<Probe> {
    Probe::mean(&[vectors.get(number as usize)], vectors.dimensions()).ok().flatten()
}

/// How many steps a cosine lies above [`NEAR`], rounded up; none if it does not.
fn step(cosine: f32) -> Option<u8> {
    let above = (f64::from(cosine) - NEAR) / (1.0 - NEAR);
    (above > 0.0).then(|| (above * f64::from(STEPS)).ceil() as u8)
}

/// Puts the stem itself first, then the nearest; of equals the one of the lower number.
fn sort(near: &mut [(u8, u32)], number: u32) {
    near.sort_unstable_by_key(|(step, other)| (*other != number, std::cmp::Reverse(*step), *other));
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
        let mut near = near(&thesaurus, number("dog"));
        near.retain(|kin| kin.number != number("car"));
        let near: Vec<(u32, f32)> = near.iter().map(|kin| (kin.number, (cosine(kin.step) * 10.0).round())).collect();
        assert_eq!(near, [(number("dog"), 10.0), (number("puppi"), 10.0), (number("cart"), 7.0)]);
    }

    #[test]
    fn lists_tell_what_a_search_through_all_finds() {
        let words: Vec<String> = (0..=u8::MAX).map(|n| format!("wo{}", letters(n))).collect();
        let vector = |at: usize| -> Vec<f32> { (0..24).map(|i| ((at * 31 + i * i * 17) % 13) as f32 - 5.0).collect() };
        let new = || Thesaurus::new(words.iter().enumerate().map(|(at, word)| (word.as_str(), vector(at))));
        let (plain, listed) = (new(), new());
        listed.list();
        assert!(matches!(*read(&listed.near), Near::Listed(_)));
        let vectors = read(&plain.near);
        let Near::Compared(vectors) = &*vectors else { panic!("listed without being asked") };
        let mut told = 0;
        for number in 0..plain.numbers.len() as u32 {
            let kin = near(&plain, number);
            assert_eq!(kin, near(&listed, number));
            assert_eq!(kin[0], Kin { number, step: STEPS });
            assert!(kin[1..].is_sorted_by(|one, two| one.step >= two.step));
            let probe = probe(vectors, number).unwrap();
            for kin in &kin {
                let exact = vectors.cosine(kin.number as usize, &probe).unwrap();
                let told = cosine(kin.step);
                assert!((exact..exact + 0.003).contains(&told) || told == 1.0, "{kin:?} of {number}: {exact}");
            }
            told += kin.len();
        }
        assert!(told > 1000, "{told}");
    }

    fn near(thesaurus: &Thesaurus, number: u32) -> Vec<Kin> {
        let mut near = Vec::new();
        assert!(thesaurus.near(number, |kin| near.push(kin)));
        near
    }

    fn letters(number: u8) -> String {
        [number / 26, number % 26].map(|letter| char::from(b'a' + letter)).iter().collect()
    }
}
