//! Judging candidates, for an index that finds them elsewhere: in a database, on a server.
//!
//! Such an index keeps of every memory the stems of its words ([`Bag`]), and of the whole how many hold each
//! ([`Collection`]). To a question it finds candidates, roughly and rather too many: [`Asked::lexical`] and
//! [`Asked::kindred`] against [`Bag::impacts`] put them in about the right order by a scalar product, which is what
//! such engines are good at. Then [`Asked::judge`] gives each the signals that an index in process would, to the last
//! bit, keeps each signal's best and fuses them.

use super::{Bm25, Direction, Hit, POOL, Query, Raw, Shared, Weights, fuse};
use crate::MemoryId;
use crate::memory::{MemoryKind, Speaker};
use crate::text::Analyzer;
use hashbrown::HashMap;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Below this cosine two words have nothing to do with each other. (Between .2 and .35 it makes little difference to
/// what is recalled; the higher, the fewer are looked at.)
pub const NEAR: f64 = 0.3;

/// A memory of so many words is a usual one; the impacts of words are those in a collection of such.
const USUAL_LENGTH: f64 = 10.0;

/// Stems are spread over so many dimensions. Two that meet by chance are told apart when they are judged.
pub const DIMENSIONS: u32 = 1_000_000_000;

/// Knows which words mean nearly the same.
pub trait Kindred: Send + Sync {
    /// The stems near this one with their cosines, each above [`NEAR`], the nearest first, itself perhaps among them; none
    /// if nothing is known of it.
    fn near(&self, stem: &str) -> Option<Vec<(Arc<str>, f32)>>;
}

/// Knows no words.
impl Kindred for () {
    fn near(&self, _stem: &str) -> Option<Vec<(Arc<str>, f32)>> {
        None
    }
}

/// The words of a memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bag {
    /// Its stems with how often each stands there, sorted. Marks of kinds are among them.
    pub stems: BTreeMap<String, u32>,
    /// How many words it has, repeats included; marks are none.
    pub length: u32,
}

impl Bag {
    /// Reads a text.
    pub fn of(analyzer: &Analyzer, text: &str) -> Self {
        let mut bag = Self::default();
        analyzer.each(text, |term| {
            if !term.stop {
                *bag.stems.entry(term.stem.to_owned()).or_default() += 1;
                bag.length += u32::from(!term.is_mark());
            }
        });
        bag
    }

    /// What each of its stems is worth before it is known how rare it is, by dimension (1..=[`DIMENSIONS`]), sorted:
    /// BM25 with a rarity of 1.
    pub fn impacts(&self) -> Vec<(u32, f32)> {
        let usual = Bm25 { texts: 0, mean_length: USUAL_LENGTH };
        let norm = usual.norm(f64::from(self.length));
        summed(self.stems.iter().map(|(stem, times)| (dimension(stem), Bm25::part(1.0, f64::from(*times), norm))))
    }
}

/// The dimension of a stem, 1..=[`DIMENSIONS`]: its FNV-1a hash (Fowler, Noll & Vo 1991).
fn dimension(stem: &str) -> u32 {
    let hash =
        stem.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    u32::try_from(hash % u64::from(DIMENSIONS)).unwrap_or(0) + 1
}

/// By dimension, those of one added up.
fn summed(parts: impl Iterator<Item = (u32, f64)>) -> Vec<(u32, f32)> {
    let mut sums: BTreeMap<u32, f64> = BTreeMap::new();
    for (dimension, part) in parts {
        *sums.entry(dimension).or_default() += part;
    }
    sums.into_iter().map(|(dimension, sum)| (dimension, sum as f32)).collect()
}

/// What is known of all memories of a person together. The lists are in the order of the question's terms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collection {
    /// How many memories, those that a filter keeps out included.
    pub texts: usize,
    /// Their words.
    pub length: u64,
    /// The words of all their neighbourhoods.
    pub window: u64,
    /// How many memories hold each term.
    pub holding: Vec<usize>,
    /// How many neighbourhoods hold each term.
    pub around: Vec<usize>,
}

impl Collection {
    /// How many neighbourhoods about hold what so many memories hold, as if these stood anywhere.
    pub fn about_around(&self, holding: usize) -> usize {
        if holding == 0 || self.texts == 0 || self.length == 0 {
            return holding;
        }
        let reach = self.window as f64 / self.length as f64;
        let missed = (1.0 - (holding as f64 / self.texts as f64).min(1.0)).powf(reach);
        ((self.texts as f64 * (1.0 - missed)).round() as usize).clamp(holding, self.texts.max(holding))
    }

    fn mean(&self, total: u64) -> f64 {
        if self.texts == 0 { 0.0 } else { total as f64 / self.texts as f64 }
    }

    fn alone(&self) -> Bm25 {
        Bm25 { texts: self.texts, mean_length: self.mean(self.length) }
    }

    fn together(&self) -> Bm25 {
        Bm25 { texts: self.texts, mean_length: self.mean(self.window) }
    }
}

/// A memory that may be an answer, with all that it is judged by. It has passed the filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Which.
    pub id: MemoryId,
    /// Its stems, repeats or not.
    pub stems: Vec<String>,
    /// How often it holds each of the question's terms, in their order.
    pub own: Vec<u32>,
    /// How often it and its neighbours together hold each.
    pub around: Vec<u32>,
    /// Its words.
    pub length: u32,
    /// Its words and its neighbours'.
    pub window: u32,
    /// Its cosine to the question; none if either has no vector.
    pub cosine: Option<f64>,
    /// Its vector.
    pub vector: Option<Vec<f32>>,
    /// Who said it.
    pub speaker: Speaker,
    /// An episode, or what is so.
    pub kind: MemoryKind,
    /// When it was true in the world.
    pub occurred_at: Timestamp,
    /// 0..1.
    pub importance: f64,
    /// Times it was said again.
    pub reinforced: u32,
}

/// A question with the words that are near its own.
#[derive(Debug)]
pub struct Asked<'a> {
    query: &'a Query,
    /// Term by term the stems near it with their cosines, itself among them.
    near: Vec<HashMap<Arc<str>, f32>>,
    /// Something is known of some word; otherwise nothing can be judged word by word.
    judged: bool,
}

/// What a candidate is worth.
struct Worth {
    raw: Raw,
    /// The cosine of the nearest pair with a content word.
    kin: f64,
}

impl<'a> Asked<'a> {
    /// Looks the words up.
    pub fn new(query: &'a Query, kindred: &dyn Kindred) -> Self {
        let mut judged = false;
        let near = query.terms.iter().map(|term| {
            let known = kindred.near(&term.stem);
            judged |= known.is_some();
            let mut near: HashMap<Arc<str>, f32> = known.into_iter().flatten().collect();
            near.insert(term.stem.as_str().into(), 1.0);
            near
        });
        let near = near.collect();
        Self { query, near, judged }
    }

    /// The stems of the question's terms, in their order.
    pub fn stems(&self) -> impl Iterator<Item = &str> {
        self.query.terms.iter().map(|term| term.stem.as_str())
    }

    /// The stems nearest to those of the question, at most `most` of each term and those not among them, the ones that
    /// count most first; of `rarities`, one for each term.
    pub fn kin(&self, rarities: &[f64], most: usize) -> Vec<(Arc<str>, f64)> {
        let mut all: BTreeMap<Arc<str>, f64> = BTreeMap::new();
        for (near, rarity) in self.near.iter().zip(rarities).filter(|_| self.judged) {
            let mut nearest: Vec<(&Arc<str>, f32)> = near.iter().map(|(stem, cosine)| (stem, *cosine)).collect();
            nearest.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
            for (stem, cosine) in nearest.into_iter().take(most + 1) {
                *all.entry(Arc::clone(stem)).or_default() += rarity * (f64::from(cosine) - NEAR);
            }
        }
        let mut kin: Vec<(Arc<str>, f64)> = all.into_iter().collect();
        kin.sort_by(|a, b| b.1.total_cmp(&a.1));
        kin
    }

    /// What each term counts for, in the order of the terms.
    pub fn rarities(&self, among: &Collection) -> Vec<f64> {
        among.holding.iter().map(|holding| among.alone().rarity(*holding)).collect()
    }

    /// What to multiply [`Bag::impacts`] by to have about the lexical signal.
    pub fn lexical(&self, rarities: &[f64]) -> Vec<(u32, f32)> {
        summed(self.stems().zip(rarities).map(|(stem, rarity)| (dimension(stem), *rarity)))
    }

    /// What to multiply [`Bag::impacts`] by to have about the signal of like meaning, by stems of [`Asked::kin`].
    pub fn kindred(kin: &[(Arc<str>, f64)]) -> Vec<(u32, f32)> {
        summed(kin.iter().map(|(stem, worth)| (dimension(stem), *worth)))
    }

    /// The best `k`, as an index finds them that looks at these candidates alone.
    pub fn judge(&self, among: &Collection, mut candidates: Vec<Candidate>, k: usize) -> Vec<Hit> {
        candidates.sort_by(|a, b| a.id.cmp(&b.id));
        candidates.dedup_by(|a, b| a.id == b.id);
        let (alone, together) = (among.alone(), among.together());
        let rarities = self.rarities(among);
        let around: Vec<f64> = among.around.iter().map(|around| together.rarity(*around)).collect();
        let worths: Vec<Worth> =
            candidates.iter().map(|candidate| self.worth(candidate, &alone, &together, &rarities, &around)).collect();

        let best = |score: &dyn Fn(&Raw) -> Option<f64>| -> Vec<usize> {
            let mut scored: Vec<(f64, usize)> =
                worths.iter().enumerate().filter_map(|(n, worth)| Some((score(&worth.raw)?, n))).collect();
            // Candidates stand in the order of their ids, which decides between equals: the sort is stable.
            scored.sort_by(|a, b| b.0.total_cmp(&a.0));
            scored.truncate(POOL);
            scored.into_iter().map(|(_, n)| n).collect()
        };
        let some = |score: f64| (score > 0.0).then_some(score);
        let mut chosen = best(&|raw| some(raw.lexical));
        chosen.extend(best(&|raw| some(raw.neighbourhood)));
        chosen.extend(best(&|raw| raw.cosine));
        chosen.extend(best(&|raw| some(raw.kindred)));
        chosen.extend(best(&|raw| some(raw.date)));
        chosen.sort_unstable();
        chosen.dedup();

        let raw: Vec<Raw> = chosen.iter().map(|n| worths[*n].raw).collect();
        let weights = if self.judged { Weights::with_kindred() } else { Weights::default() };
        let mut fused: Vec<_> = chosen.into_iter().zip(fuse(&raw, &weights)).collect();
        fused.sort_by(|a, b| b.1.1.total_cmp(&a.1.1));
        fused.truncate(k);
        let mut candidates: Vec<Option<Candidate>> = candidates.into_iter().map(Some).collect();
        let hits = fused.into_iter().filter_map(|(n, (signals, relevance))| {
            let Candidate { id, own, vector, kind, occurred_at, importance, reinforced, .. } = candidates[n].take()?;
            let held = self.query.terms.iter().zip(&own).filter(|(term, times)| term.content && **times > 0);
            let shared: Shared = held.map(|(term, _)| term.surface.as_str().into()).collect();
            let kin = if shared.is_empty() { worths[n].kin } else { 1.0 };
            let vector = vector.map(Direction::from);
            Some(Hit { id, relevance, signals, kin, shared, kind, occurred_at, importance, reinforced, vector })
        });
        hits.collect()
    }

    fn worth(&self, candidate: &Candidate, alone: &Bm25, together: &Bm25, rarities: &[f64], around: &[f64]) -> Worth {
        let mut raw = Raw { cosine: candidate.cosine, ..Raw::default() };
        let mut kin = 0.0_f64;
        let alone = alone.norm(f64::from(candidate.length));
        let together = together.norm(f64::from(candidate.window));
        for (at, term) in self.query.terms.iter().enumerate() {
            let (own, near_by) = (candidate.own[at], candidate.around[at]);
            if own > 0 {
                raw.lexical += Bm25::part(rarities[at], f64::from(own), alone);
            }
            if near_by > 0 {
                raw.neighbourhood += Bm25::part(around[at], f64::from(near_by), together);
            }
            let near = &self.near[at];
            let cosines = candidate.stems.iter().filter_map(|stem| near.get(stem.as_str()));
            let nearest = cosines.fold(0.0_f64, |nearest, cosine| nearest.max(f64::from(*cosine)));
            if self.judged && nearest > 0.0 {
                raw.kindred += rarities[at] * (nearest - NEAR);
                kin = if term.content { kin.max(nearest) } else { kin };
            }
        }
        raw.speaker = f64::from(u8::from(self.query.speakers.contains(&candidate.speaker)));
        let times = self.query.times.iter().map(|range| range.nearness(candidate.occurred_at));
        raw.date = times.fold(0.0, f64::max);
        Worth { raw, kin }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_product_of_impacts_is_about_bm25() {
        let analyzer = Analyzer::new();
        let bag = Bag::of(&analyzer, "The dog barks at the other dog by the lake");
        assert_eq!((bag.stems["dog"], bag.length), (2, 4));
        let impacts = bag.impacts();
        assert!(impacts.is_sorted_by_key(|(dimension, _)| *dimension));
        let query = Query {
            terms: ["dog", "lake", "moon"]
                .map(|stem| super::super::Term { stem: stem.into(), surface: stem.into(), content: true })
                .into(),
            ..Query::default()
        };
        let asked = Asked::new(&query, &());
        let collection = Collection { texts: 100, length: 1000, window: 5000, holding: vec![10, 3, 0], around: vec![] };
        let rarities = asked.rarities(&collection);
        let lexical = asked.lexical(&rarities);
        let held = |at: u32| lexical.iter().find(|(dimension, _)| *dimension == at).map_or(0.0, |(_, x)| *x);
        let product: f32 = impacts.iter().map(|(dimension, impact)| impact * held(*dimension)).sum();
        let bm25 = Bm25 { texts: 100, mean_length: 10.0 };
        let exact = Bm25::part(rarities[0], 2.0, bm25.norm(4.0)) + Bm25::part(rarities[1], 1.0, bm25.norm(4.0));
        assert!((f64::from(product) - exact).abs() < 1e-5, "{product} {exact}");
    }

    #[test]
    fn more_neighbourhoods_hold_a_word_than_memories_do() {
        let collection = Collection { texts: 1000, length: 10_000, window: 50_000, ..Collection::default() };
        let around = |holding| collection.about_around(holding);
        assert_eq!((around(0), around(1), around(1000)), (0, 5, 1000));
        assert!((390..420).contains(&around(100)), "{}", around(100));
        let alone = Collection { window: 10_000, ..collection.clone() };
        assert_eq!(alone.about_around(100), 100);
        assert_eq!(Collection::default().about_around(3), 3);
    }
}
