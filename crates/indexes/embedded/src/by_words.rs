//! The best by the words of a question, without looking at everybody who holds one of them.
//!
//! Words are taken in turn, what counts most first. As soon as all that is left could not lift anybody new above the
//! worst of the best so far, nobody new is looked at (Turtle & Flood 1995; Fagin, Lotem & Naor 2001). What is left out
//! could not have been among the best, so the result is that of looking at all.

use crate::best::Best;
use crate::person::Person;
use crate::places::NOBODY;
use crate::question::Question;
use crate::scratch::{Scratch, Window};
use crate::search::Gate;
use crate::thesaurus::NEAR;
use crate::words::Postings;
use philia_mind::memory::recall::{Bm25, POOL};

/// Sums of the same numbers in another order.
const ABOUT: f64 = 1.0 + 1e-9;

/// Lists whose words count nearly as much as the one that counts most are looked through in one go.
const IN_ONE_GO: f64 = 0.9;

/// A neighbourhood has so many times the words of a slot.
const WIDE: u32 = 5;

/// So few postings are all counted in, in the order of the question's words, so that no sum has to be reckoned anew.
const FEW: usize = if cfg!(test) { 40 } else { 8192 };

/// So few postings of words and near words are all counted in, word by word, with no look at any slot's own words.
const FEW_NEAR: usize = if cfg!(test) { 60 } else { 40_000 };

/// Reckoning a neighbourhood anew takes about as long as counting so many postings into theirs.
const ANEW: usize = 2;

/// Slots whose words are asked of memory together: one after the other each would be waited for.
const TOGETHER: usize = 32;

impl Person {
    /// Reads what is about to be needed of these slots. The reads do not depend on each other, so the processor waits
    /// for all of them at once.
    fn ask_for(&self, slots: &[u32]) {
        let read = slots.iter().fold(0, |read, &slot| {
            let words = self.words.of(slot);
            let ends = words.first().zip(words.last()).map_or(0, |(first, last)| first ^ last);
            read ^ ends ^ self.around[slot as usize].length
        });
        std::hint::black_box(read);
    }

    /// Adds the best by BM25 of the slot alone, and by words of like meaning.
    pub(crate) fn best_by_own_words(
        &self,
        question: &mut Question<'_>,
        gate: &Gate<'_>,
        scratch: &mut Scratch,
        candidates: &mut Vec<u32>,
    ) {
        let (mut lexical, mut kindred) = (Best::new(POOL, &self.ids), Best::new(POOL, &self.ids));
        let near = question.terms.iter().flat_map(|term| &term.near);
        let postings: usize = near.map(|(stem, _)| self.words.postings(*stem).len()).sum();
        question.counted = postings <= FEW_NEAR;
        question.reckoned =
            question.terms.iter().filter_map(|term| term.postings).map(Postings::len).sum::<usize>() <= FEW;
        if !question.counted || !question.reckoned {
            question.note_pairs(&mut scratch.table);
        }
        if question.counted {
            self.count_own_words(question, scratch);
            for &slot in scratch.met.iter().filter(|slot| gate.passes(self, **slot)) {
                let worth = scratch.owns[slot as usize].worth;
                if worth.lexical > 0.0 && worth.lexical >= lexical.floor() {
                    lexical.offer(worth.lexical, slot);
                }
                if question.judged && worth.kindred >= kindred.floor() {
                    kindred.offer(worth.kindred, slot);
                }
            }
            candidates.extend(lexical.slots().chain(kindred.slots()));
            return;
        }
        let Scratch { table, seen, .. } = scratch;
        let mut some: Vec<u32> = Vec::with_capacity(TOGETHER);
        let mut look_at = |postings: &Postings, lexical: &mut Best<'_>, kindred: &mut Best<'_>| {
            for slots in postings.slots().chunks(TOGETHER) {
                some.clear();
                some.extend(slots.iter().copied().filter(|slot| seen.insert(*slot) && gate.passes(self, *slot)));
                self.ask_for(&some);
                for &slot in &some {
                    let worth = question.worth_anew(self, table, slot);
                    if worth.lexical > 0.0 && worth.lexical >= lexical.floor() {
                        lexical.offer(worth.lexical, slot);
                    }
                    if worth.kindred > 0.0 && worth.kindred >= kindred.floor() {
                        kindred.offer(worth.kindred, slot);
                    }
                }
            }
        };

        let mut words: Vec<(f64, &Postings)> = question
            .terms
            .iter()
            .filter_map(|term| term.postings.map(|held| (Bm25::most(term.rarity, f64::from(held.most())), held)))
            .collect();
        words.sort_by(|a, b| b.0.total_cmp(&a.0));
        for at in 0..words.len() {
            lexical.settle();
            let left: f64 = words[at..].iter().map(|(most, _)| most).sum();
            if left * ABOUT < lexical.floor() {
                break;
            }
            look_at(words[at].1, &mut lexical, &mut kindred);
        }

        if question.judged {
            // How far each word's list of near stems has been gone through.
            let mut heads = vec![0_usize; question.terms.len()];
            let counts = |term: usize, head: usize| {
                let asked = &question.terms[term];
                asked.near.get(head).map_or(0.0, |(_, cosine)| asked.rarity * (f64::from(*cosine) - NEAR))
            };
            loop {
                let left: Vec<f64> = heads.iter().enumerate().map(|(term, head)| counts(term, *head)).collect();
                let most = left.iter().copied().fold(0.0, f64::max);
                kindred.settle();
                if most == 0.0 || left.iter().sum::<f64>() * ABOUT < kindred.floor() {
                    break;
                }
                for (term, head) in heads.iter_mut().enumerate() {
                    while counts(term, *head) >= most * IN_ONE_GO {
                        let (stem, _) = question.terms[term].near[*head];
                        look_at(self.words.postings(stem), &mut lexical, &mut kindred);
                        *head += 1;
                    }
                }
            }
        }
        candidates.extend(lexical.slots().chain(kindred.slots()));
    }

    /// Counts what each slot is worth by its own words, word by word in the question's order.
    fn count_own_words(&self, question: &Question<'_>, scratch: &mut Scratch) {
        let Scratch { owns, nearest, met, holding, .. } = scratch;
        let all_live = self.entries() == self.slots();
        for term in &question.terms {
            // The nearest first, so that what a slot has is never beaten by what comes later.
            for (stem, cosine) in &term.near {
                for &slot in self.words.postings(*stem).slots() {
                    let nearest = &mut nearest[slot as usize];
                    if *nearest == 0.0 && (all_live || self.marks[slot as usize].live()) {
                        *nearest = *cosine;
                        holding.push(slot);
                    }
                }
            }
            for slot in holding.drain(..) {
                let own = &mut owns[slot as usize];
                if !std::mem::replace(&mut own.met, true) {
                    met.push(slot);
                }
                let nearest = std::mem::take(&mut nearest[slot as usize]);
                own.worth.kindred += term.rarity * (f64::from(nearest) - NEAR);
                if term.content {
                    own.worth.best = own.worth.best.max(nearest);
                }
            }
            if let Some(postings) = term.postings {
                postings.each(|slot, times| {
                    if all_live || self.marks[slot as usize].live() {
                        let length = f64::from(self.around[slot as usize].length);
                        owns[slot as usize].worth.lexical += question.alone.part(term.rarity, f64::from(times), length);
                    }
                });
            }
        }
    }

    /// Adds the best by BM25 of the slot with its neighbours as one text; also finds out how many neighbourhoods hold
    /// each word. Everybody counts in the statistics and lends words to neighbours, whether a filter lets them be
    /// found or not.
    pub(crate) fn best_by_neighbourhood(
        &self,
        question: &mut Question<'_>,
        gate: &Gate<'_>,
        scratch: &mut Scratch,
        candidates: &mut Vec<u32>,
    ) {
        let mut order: Vec<(usize, &Postings)> =
            question.terms.iter().enumerate().filter_map(|(at, term)| Some((at, term.postings?))).collect();
        let few = question.reckoned;
        if !few {
            order.sort_by_key(|(_, postings)| postings.len());
        }
        let together = question.together;
        // What those from here on could add to a neighbourhood at most.
        let most_of = |terms: &[(usize, &Postings)]| -> f64 {
            let most = |(at, postings): &(usize, &Postings)| {
                Bm25::most(together.rarity(question.terms[*at].live), f64::from(WIDE * postings.most()))
            };
            terms.iter().map(most).sum()
        };
        let (mut floor, mut left) = (f64::NEG_INFINITY, 0.0);
        let mut rarities: Vec<(usize, f64)> = Vec::with_capacity(order.len());
        let mut scores: Vec<f64> = Vec::new();
        for at in 0..order.len() {
            let rest = &order[at..];
            let unread: usize = rest.iter().map(|(_, postings)| postings.len()).sum();
            let many = scratch.touched.len() >= POOL;
            if !few && many && (cfg!(test) || scratch.touched.len() < ANEW * WIDE as usize * unread) {
                floor = self.floor_of(gate, scratch, &mut scores);
                let most = most_of(rest);
                let in_reach = |score: &&f64| (**score + most) * ABOUT >= floor;
                let pays = || cfg!(test) || scores.iter().filter(in_reach).count() * ANEW < unread;
                if most * ABOUT < floor && pays() {
                    left = most;
                    for (term, postings) in rest {
                        rarities.push((*term, together.rarity(self.neighbourhoods(postings, scratch))));
                    }
                    break;
                }
            }
            let (term, postings) = order[at];
            rarities.push((term, self.add_neighbourhoods(&together, postings, scratch)));
        }
        for (term, rarity) in rarities {
            question.terms[term].rarity_around = rarity;
        }
        if left == 0.0 && !few && scratch.touched.len() > POOL {
            floor = self.floor_of(gate, scratch, &mut scores);
        }
        let mut best = Best::new(POOL, &self.ids);
        for at in 0..scratch.touched.len() {
            let n = scratch.touched[at];
            let most = (scratch.windows[n as usize].score + left) * ABOUT;
            if most >= floor && most >= best.floor() && gate.passes(self, n) {
                let score = question.neighbourhood(self, scratch, n);
                if score >= best.floor() {
                    best.offer(score, n);
                }
            }
        }
        candidates.extend(best.slots());
    }

    /// The score of the worst of the best so far, from what has been reckoned; `scores` are those of all who pass.
    fn floor_of(&self, gate: &Gate<'_>, scratch: &Scratch, scores: &mut Vec<f64>) -> f64 {
        scores.clear();
        let passing = scratch.touched.iter().filter(|n| gate.passes(self, **n));
        scores.extend(passing.map(|n| scratch.windows[*n as usize].score));
        if scores.len() < POOL {
            return f64::NEG_INFINITY;
        }
        *scores.select_nth_unstable_by(POOL - 1, |a, b| b.total_cmp(a)).1
    }

    /// Adds a word to the neighbourhoods that hold it. Gives what it counts for there.
    fn add_neighbourhoods(&self, together: &Bm25, postings: &Postings, scratch: &mut Scratch) -> f64 {
        let Scratch { windows, touched, holding, .. } = scratch;
        let all_live = self.entries() == self.slots();
        postings.each(|slot, times| {
            if !all_live && !self.marks[slot as usize].live() {
                return;
            }
            let near = self.around[slot as usize].near;
            for n in std::iter::once(slot).chain(near.into_iter().take_while(|n| *n != NOBODY)) {
                let window = &mut windows[n as usize];
                if window.times == 0 {
                    holding.push(n);
                }
                window.times += times;
            }
        });
        let rarity = together.rarity(holding.len());
        for n in holding.drain(..) {
            let length = self.around[n as usize].window;
            let Window { score, times } = &mut windows[n as usize];
            if *score == 0.0 {
                touched.push(n);
            }
            *score += together.part(rarity, f64::from(std::mem::take(times)), f64::from(length));
        }
        rarity
    }

    /// How many neighbourhoods hold a word.
    fn neighbourhoods(&self, postings: &Postings, scratch: &mut Scratch) -> usize {
        let all_live = self.entries() == self.slots();
        let seen = &mut scratch.seen;
        seen.clear();
        let mut count = 0;
        for &slot in postings.slots() {
            if all_live || self.marks[slot as usize].live() {
                count += usize::from(seen.insert(slot));
                let near = self.around[slot as usize].near;
                count += near.iter().take_while(|n| **n != NOBODY).filter(|n| seen.insert(**n)).count();
            }
        }
        count
    }
}
