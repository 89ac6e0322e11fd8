//! The words of a question as a person's index knows them, and what one slot is worth by them.

use crate::person::Person;
use crate::rows::{Read, Rows};
use crate::thesaurus::{STEPS, Thesaurus, above, cosine};
use crate::words::Postings;
use philia_mind::memory::recall::{Bm25, Query};

/// Rows of so many slots together are kept at once: some 100 MB.
const ROOM: usize = if cfg!(test) { 2_000 } else { 1 << 25 };

/// The words of a question.
pub(crate) struct Question<'a> {
    pub(crate) terms: Vec<Asked<'a>>,
    /// Some word has a vector; otherwise nothing can be judged word by word.
    pub(crate) judged: bool,
    pub(crate) alone: Bm25,
    pub(crate) together: Bm25,
}

/// A word of the question.
pub(crate) struct Asked<'a> {
    /// Where it stands, if it does.
    pub(crate) postings: Option<&'a Postings>,
    /// What it counts for in a slot alone.
    pub(crate) rarity: f64,
    /// What it counts for in a neighbourhood; known once these were counted.
    pub(crate) rarity_around: f64,
    pub(crate) has_vector: bool,
    /// The stems that are near it with their steps, the nearest first; it is the first itself, where it stands. Not looked
    /// for where its row is known.
    pub(crate) near: Vec<(u32, u8)>,
    pub(crate) content: bool,
}

/// What a slot is worth by its words and its neighbours'.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    /// By the slot alone, by the slot with its neighbours, by words of like meaning.
    pub(crate) lexical: f64,
    pub(crate) neighbourhood: f64,
    pub(crate) kindred: f64,
    /// The cosine of the nearest pair with a content word.
    pub(crate) best: f32,
}

/// So many words that their rows would take too much room.
pub(crate) fn is_long(words: usize, person: &Person) -> bool {
    words * person.slots() > ROOM
}

/// The stems near a word, the nearest first, each with its step; it alone, if it has no vector, which is told first.
fn near(person: &Person, thesaurus: &Thesaurus, word: &str, stem: Option<u32>) -> (bool, Vec<(u32, u8)>) {
    let mut places = Vec::with_capacity(NEAR_STEMS);
    let has_vector = thesaurus.number(word).is_some_and(|number| {
        thesaurus.near(number, |kin| places.extend(person.words.places_of_kin(kin.number).map(|place| (kin, place))))
    });
    // Read only when all of them are found: they lie anywhere in memory, and so the processor waits for all at once.
    let mut near = Vec::with_capacity(places.len() + 1);
    near.extend(places.iter().filter(|(kin, place)| kin.number == place.0).map(|(kin, place)| (place.1, kin.step)));
    if !has_vector {
        near.extend(stem.map(|stem| (stem, STEPS)));
    }
    (has_vector, near)
}

/// As many stems as are near most words.
const NEAR_STEMS: usize = 32;

impl<'a> Question<'a> {
    /// Looks the words up. Of the first ones the rows are known already.
    pub(crate) fn new(person: &'a Person, thesaurus: &Thesaurus, query: &Query, known: &[Rows]) -> Self {
        let texts = person.entries();
        let mean = |total: u64| if texts == 0 { 0.0 } else { total as f64 / texts as f64 };
        let alone = Bm25 { texts, mean_length: mean(person.total_length) };
        let together = Bm25 { texts, mean_length: mean(person.total_window) };
        let mut terms = Vec::with_capacity(query.terms.len());
        for (at, term) in query.terms.iter().enumerate() {
            let stem = person.words.find(&term.stem);
            let (has_vector, near) = match known.get(at) {
                Some(rows) => (rows.has_vector, Vec::new()),
                None => near(person, thesaurus, &term.stem, stem),
            };
            let postings = stem.map(|stem| person.words.postings(stem));
            let rarity = alone.rarity(postings.map_or(0, |postings| person.live(postings)));
            terms.push(Asked { postings, rarity, rarity_around: 0.0, has_vector, near, content: term.content });
        }
        let judged = terms.iter().any(|term| term.has_vector);
        Self { terms, judged, alone, together }
    }

    /// What these slots are worth by their words.
    pub(crate) fn sums(&self, person: &Person, read: Read<'_>, slots: &[u32]) -> Vec<Sum> {
        let rows = match read {
            Read::Rows(rows) => rows,
            Read::Sums(sums) => return slots.iter().map(|slot| sums[*slot as usize]).collect(),
        };
        let mut of = Vec::with_capacity(slots.len());
        let mut sums = vec![Sum::default(); slots.len()];
        self.lexical(person, rows, slots, &mut of);
        sums.iter_mut().zip(&of).for_each(|(sum, lexical)| sum.lexical = *lexical);
        self.neighbourhood(person, rows, slots, &mut of);
        sums.iter_mut().zip(&of).for_each(|(sum, neighbourhood)| sum.neighbourhood = *neighbourhood);
        self.kindred(rows, slots, &mut of);
        sums.iter_mut().zip(&of).for_each(|(sum, kindred)| sum.kindred = *kindred);
        let rows = self.terms.iter().zip(rows).filter(|(term, _)| self.judged && term.content).map(|(_, rows)| rows);
        for rows in rows.filter(|rows| !rows.nearest.is_empty()) {
            for (sum, slot) in sums.iter_mut().zip(slots) {
                sum.best = sum.best.max(cosine(rows.nearest[*slot as usize]));
            }
        }
        sums
    }

    /// BM25 of each of these slots alone.
    pub(crate) fn lexical(&self, person: &Person, rows: &[Rows], slots: &[u32], sums: &mut Vec<f64>) {
        let norm = |slot: u32| self.alone.norm(f64::from(person.length(slot)));
        let times = |rows: &Rows, postings: &Postings, slot| rows.times(postings, slot);
        self.bm25(rows, slots, norm, |term| term.rarity, times, sums);
    }

    /// BM25 of each of these slots and its neighbours as one text.
    pub(crate) fn neighbourhood(&self, person: &Person, rows: &[Rows], slots: &[u32], sums: &mut Vec<f64>) {
        let norm = |slot: u32| self.together.norm(f64::from(person.window(slot)));
        let times = |rows: &Rows, postings: &Postings, slot| rows.times_around(person, postings, slot);
        self.bm25(rows, slots, norm, |term| term.rarity_around, times, sums);
    }

    /// The sums of what the words add that stand somewhere, a word after the other: so no slot waits for another. (A
    /// word that does not stand in a slot adds 0: that is sooner added than asked.)
    fn bm25(
        &self,
        rows: &[Rows],
        slots: &[u32],
        norm: impl Fn(u32) -> f64,
        rarity: impl Fn(&Asked<'_>) -> f64,
        times: impl Fn(&Rows, &Postings, u32) -> u32,
        sums: &mut Vec<f64>,
    ) {
        let norms: Vec<f64> = slots.iter().map(|slot| norm(*slot)).collect();
        sums.clear();
        sums.resize(slots.len(), 0.0);
        for (term, rows) in self.terms.iter().zip(rows) {
            let (Some(postings), rarity) = (term.postings, rarity(term)) else { continue };
            for ((sum, norm), slot) in sums.iter_mut().zip(&norms).zip(slots) {
                *sum += Bm25::part(rarity, f64::from(times(rows, postings, *slot)), *norm);
            }
        }
    }

    /// How near the words of each of these slots come to those of the question.
    pub(crate) fn kindred(&self, rows: &[Rows], slots: &[u32], sums: &mut Vec<f64>) {
        sums.clear();
        sums.resize(slots.len(), 0.0);
        for (term, rows) in self.terms.iter().zip(rows).filter(|(_, rows)| self.judged && !rows.nearest.is_empty()) {
            for (sum, slot) in sums.iter_mut().zip(slots) {
                *sum += term.rarity * above(rows.nearest[*slot as usize]);
            }
        }
    }

    /// The same three of every slot, a word after the other: for long questions.
    pub(crate) fn add_up(&mut self, person: &Person, rows: &mut Rows, sums: &mut Vec<Sum>) {
        sums.clear();
        sums.resize(person.slots(), Sum::default());
        for term in &mut self.terms {
            rows.count(person, term.postings);
            rows.compare(person, term);
            term.rarity_around = self.together.rarity(rows.held_around);
            for (slot, sum) in sums.iter_mut().enumerate() {
                let n = slot as u32;
                if let Some(postings) = term.postings.filter(|_| rows.around[slot] > 0) {
                    let own = f64::from(rows.times(postings, n));
                    sum.lexical += Bm25::part(term.rarity, own, self.alone.norm(f64::from(person.length(n))));
                    let times = f64::from(rows.times_around(person, postings, n));
                    let norm = self.together.norm(f64::from(person.window(n)));
                    sum.neighbourhood += Bm25::part(term.rarity_around, times, norm);
                }
                if let Some(step @ 1..) = rows.nearest.get(slot).filter(|_| self.judged) {
                    sum.kindred += term.rarity * above(*step);
                    sum.best = if term.content { sum.best.max(cosine(*step)) } else { sum.best };
                }
            }
        }
    }
}
