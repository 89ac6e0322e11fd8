//! The words of a question as a person's index knows them, and what one slot is worth by them.

use crate::person::Person;
use crate::places::NOBODY;
use crate::scratch::{Scratch, Table};
use crate::thesaurus::{NEAR, Thesaurus};
use crate::words::Postings;
use philia_mind::memory::recall::{Bm25, Query};

/// The words of a question.
pub(crate) struct Question<'a> {
    pub(crate) terms: Vec<Asked<'a>>,
    /// Some word has a vector; otherwise nothing can be judged word by word.
    pub(crate) judged: bool,
    /// The scratch holds the score of every neighbourhood, exactly.
    pub(crate) reckoned: bool,
    /// The scratch holds what every slot is worth by its own words.
    pub(crate) counted: bool,
    pub(crate) alone: Bm25,
    pub(crate) together: Bm25,
}

/// A word of the question.
pub(crate) struct Asked<'a> {
    /// Its number, and where it stands, if it does.
    pub(crate) stem: Option<u32>,
    pub(crate) postings: Option<&'a Postings>,
    /// How many live slots hold it.
    pub(crate) live: usize,
    /// What it counts for in a slot alone.
    pub(crate) rarity: f64,
    /// What it counts for in a neighbourhood; known once these were counted.
    pub(crate) rarity_around: f64,
    /// The stems that are near it, the nearest first; it is the first itself, where it stands.
    pub(crate) near: Vec<(u32, f32)>,
    pub(crate) content: bool,
}

/// What a slot is worth by its own words.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Worth {
    /// BM25.
    pub(crate) lexical: f64,
    /// For each word of the question the nearest of the slot's, the rarer the more.
    pub(crate) kindred: f64,
    /// The cosine of the nearest pair with a content word.
    pub(crate) best: f32,
}

impl<'a> Question<'a> {
    /// Looks the words up.
    pub(crate) fn new(person: &'a Person, thesaurus: &Thesaurus, query: &Query) -> Self {
        let texts = person.entries();
        let mean = |total: u64| if texts == 0 { 0.0 } else { total as f64 / texts as f64 };
        let alone = Bm25 { texts, mean_length: mean(person.total_length) };
        let together = Bm25 { texts, mean_length: mean(person.total_window) };
        let mut judged = false;
        let mut terms = Vec::with_capacity(query.terms.len());
        for term in &query.terms {
            let stem = person.words.find(&term.stem);
            let mut near = Vec::new();
            let known = thesaurus.number(&term.stem).is_some_and(|number| {
                thesaurus.near(number, |kin| {
                    near.extend(person.words.find_kin(kin.number).map(|stem| (stem, kin.cosine)));
                })
            });
            judged |= known;
            if !known && let Some(stem) = stem {
                near.push((stem, 1.0));
            }
            let postings = stem.map(|stem| person.words.postings(stem));
            let live = postings.map_or(0, |postings| person.live(postings));
            let rarity = alone.rarity(live);
            terms.push(Asked { stem, postings, live, rarity, rarity_around: 0.0, near, content: term.content });
        }
        Self { terms, judged, reckoned: false, counted: false, alone, together }
    }

    /// Notes every pair of words in the table, for whoever reckons slot by slot. The scratch must fit, and be lent for
    /// this question.
    pub(crate) fn note_pairs(&self, table: &mut Table) {
        for (number, term) in self.terms.iter().enumerate() {
            for (stem, cosine) in &term.near {
                table.note(*stem, number, *cosine, term.stem == Some(*stem));
            }
        }
    }

    /// What a slot is worth by its own words.
    pub(crate) fn worth(&self, person: &Person, scratch: &mut Scratch, slot: u32) -> Worth {
        if self.counted {
            let worth = scratch.owns[slot as usize].worth;
            return if self.judged { worth } else { Worth { lexical: worth.lexical, ..Worth::default() } };
        }
        self.worth_anew(person, &mut scratch.table, slot)
    }

    /// The same, from the words of the slot.
    pub(crate) fn worth_anew(&self, person: &Person, table: &mut Table, slot: u32) -> Worth {
        let mut terms = std::mem::take(&mut table.terms);
        terms.fill((0.0, 0));
        for &stem in person.words.of(slot) {
            table.each(stem, |pair| {
                let (nearest, times) = &mut terms[pair.term as usize];
                *nearest = nearest.max(pair.cosine);
                *times += u32::from(pair.same);
            });
        }
        let length = f64::from(person.around[slot as usize].length);
        let mut worth = Worth::default();
        for (term, &(nearest, times)) in self.terms.iter().zip(&terms) {
            if times > 0 {
                worth.lexical += self.alone.part(term.rarity, f64::from(times), length);
            }
            if nearest > 0.0 {
                worth.kindred += term.rarity * (f64::from(nearest) - NEAR);
                if term.content {
                    worth.best = worth.best.max(nearest);
                }
            }
        }
        table.terms = terms;
        if self.judged { worth } else { Worth { lexical: worth.lexical, ..Worth::default() } }
    }

    /// BM25 of a slot and its neighbours as one text.
    pub(crate) fn neighbourhood(&self, person: &Person, scratch: &mut Scratch, slot: u32) -> f64 {
        if self.reckoned {
            return scratch.windows[slot as usize].score;
        }
        let table = &mut scratch.table;
        let mut terms = std::mem::take(&mut table.terms);
        terms.fill((0.0, 0));
        let around = &person.around[slot as usize];
        for n in std::iter::once(slot).chain(around.near.iter().copied().take_while(|n| *n != NOBODY)) {
            for &stem in person.words.of(n) {
                table.each(stem, |pair| terms[pair.term as usize].1 += u32::from(pair.same));
            }
        }
        let window = f64::from(around.window);
        let mut score = 0.0;
        for (term, &(_, times)) in self.terms.iter().zip(&terms) {
            if times > 0 {
                score += self.together.part(term.rarity_around, f64::from(times), window);
            }
        }
        table.terms = terms;
        score
    }
}
