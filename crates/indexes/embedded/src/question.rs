//! The words of a question as a person's index knows them, and what one slot is worth by them.

use crate::person::Person;
use crate::rows::{Read, Rows};
use crate::thesaurus::{NEAR, STEPS, Thesaurus, cosine};
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
    /// The stems that are near it with their steps, the nearest first; it is the first itself, where it stands.
    pub(crate) near: Vec<(u32, u8)>,
    pub(crate) content: bool,
}

/// What a slot is worth by its words and its neighbours'.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    lexical: f64,
    neighbourhood: f64,
    kindred: f64,
    /// The cosine of the nearest pair with a content word.
    best: f32,
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
                    near.extend(person.words.find_kin(kin.number).map(|stem| (stem, kin.step)));
                })
            });
            judged |= known;
            if !known && let Some(stem) = stem {
                near.push((stem, STEPS));
            }
            let postings = stem.map(|stem| person.words.postings(stem));
            let rarity = alone.rarity(postings.map_or(0, |postings| person.live(postings)));
            terms.push(Asked { postings, rarity, rarity_around: 0.0, near, content: term.content });
        }
        Self { terms, judged, alone, together }
    }

    /// So many words that their rows would take too much room.
    pub(crate) fn is_long(&self, person: &Person) -> bool {
        self.terms.len() * person.slots() > ROOM
    }

    /// BM25 of a slot alone.
    pub(crate) fn lexical(&self, person: &Person, read: Read<'_>, slot: u32) -> f64 {
        let rows = match read {
            Read::Rows(rows) => rows,
            Read::Sums(sums) => return sums[slot as usize].lexical,
        };
        let norm = self.alone.norm(f64::from(person.around[slot as usize].length));
        self.sum(rows, |term, rows, postings| Bm25::part(term.rarity, f64::from(rows.times(postings, slot)), norm))
    }

    /// BM25 of a slot and its neighbours as one text.
    pub(crate) fn neighbourhood(&self, person: &Person, read: Read<'_>, slot: u32) -> f64 {
        let rows = match read {
            Read::Rows(rows) => rows,
            Read::Sums(sums) => return sums[slot as usize].neighbourhood,
        };
        let norm = self.together.norm(f64::from(person.around[slot as usize].window));
        self.sum(rows, |term, rows, postings| {
            Bm25::part(term.rarity_around, f64::from(rows.times_around(person, postings, slot)), norm)
        })
    }

    /// The sum of what the words add that stand somewhere. (A word that does not stand here adds 0: that is sooner added
    /// than asked.)
    fn sum(&self, rows: &[Rows], part: impl Fn(&Asked<'_>, &Rows, &Postings) -> f64) -> f64 {
        let held = self.terms.iter().zip(rows).filter_map(|(term, rows)| Some((term, rows, term.postings?)));
        held.fold(0.0, |sum, (term, rows, postings)| sum + part(term, rows, postings))
    }

    /// How near the words of a slot come to those of the question, and the cosine of the nearest pair with a content
    /// word.
    pub(crate) fn kindred(&self, read: Read<'_>, slot: u32) -> (f64, f32) {
        let rows = match read {
            Read::Rows(rows) => rows,
            Read::Sums(sums) => return (sums[slot as usize].kindred, sums[slot as usize].best),
        };
        let (mut kindred, mut best) = (0.0, 0.0_f32);
        for (term, rows) in self.terms.iter().zip(rows).filter(|_| self.judged) {
            let step = rows.nearest.get(slot as usize).copied().unwrap_or(0);
            let nearest = cosine(step);
            kindred += if step > 0 { term.rarity * (f64::from(nearest) - NEAR) } else { 0.0 };
            best = if step > 0 && term.content { best.max(nearest) } else { best };
        }
        (kindred, best)
    }

    /// The same three of every slot, a word after the other: for long questions.
    pub(crate) fn add_up(&mut self, person: &Person, rows: &mut Rows, sums: &mut Vec<Sum>) {
        sums.clear();
        sums.resize(person.slots(), Sum::default());
        for term in &mut self.terms {
            rows.count(person, term.postings);
            rows.compare(person, &term.near);
            term.rarity_around = self.together.rarity(rows.held_around);
            for (slot, sum) in sums.iter_mut().enumerate() {
                let around = &person.around[slot];
                if let Some(postings) = term.postings.filter(|_| rows.around[slot] > 0) {
                    let own = f64::from(rows.times(postings, slot as u32));
                    sum.lexical += Bm25::part(term.rarity, own, self.alone.norm(f64::from(around.length)));
                    let times = f64::from(rows.times_around(person, postings, slot as u32));
                    let norm = self.together.norm(f64::from(around.window));
                    sum.neighbourhood += Bm25::part(term.rarity_around, times, norm);
                }
                if let Some(step @ 1..) = rows.nearest.get(slot).filter(|_| self.judged) {
                    let nearest = cosine(*step);
                    sum.kindred += term.rarity * (f64::from(nearest) - NEAR);
                    sum.best = if term.content { sum.best.max(nearest) } else { sum.best };
                }
            }
        }
    }
}
