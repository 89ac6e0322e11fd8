//! The best by the words of a question: by those of a slot alone, by those of a slot with its neighbours, and by words of
//! like meaning.

use crate::best::Best;
use crate::bounds::Bounds;
use crate::last::Known;
use crate::person::Person;
use crate::question::{Asked, Question, Sum, is_long};
use crate::rows::{Read, Rows};
use crate::scratch::ByWords;
use crate::search::Gate;
use crate::thesaurus::{NEAR, STEPS};
use philia_mind::memory::recall::{Bm25, POOL};

/// What a step is worth at most: cosines are rounded to 32 bits.
const STEP: f64 = (1.0 - NEAR) / STEPS as f64 * 1.0001;

/// A neighbourhood has so many times the words of a slot.
const WIDE: u32 = 5;

/// So many parts are added without asking whether they matter.
const FEW: usize = if cfg!(test) { 8 } else { 32_768 };

/// Reckoning a neighbourhood exactly takes about as long as adding so many parts.
const ANEW: usize = if cfg!(test) { 0 } else { 40 };

impl Person {
    /// Reads where the words stand, and what each counts for; adds the best by each of the three.
    pub(crate) fn best_by_words<'s>(
        &self,
        question: &mut Question<'_>,
        known: Known,
        gate: &Gate<'_>,
        words: &'s mut ByWords,
        candidates: &mut Vec<u32>,
    ) -> Read<'s> {
        let ByWords { rows, sums, alone, together, kindred } = words;
        if question.terms.is_empty() {
            return Read::Rows(&[]);
        }
        if is_long(question.terms.len(), self) {
            rows.truncate(1);
            rows.resize_with(1, Default::default);
            question.add_up(self, &mut rows[0], sums);
            for by in [|sum: &Sum| sum.lexical, |sum: &Sum| sum.neighbourhood, |sum: &Sum| sum.kindred] {
                self.best_of_all(gate, sums.iter().map(by), candidates);
            }
            return Read::Sums(sums);
        }
        if rows.len() < question.terms.len() {
            rows.resize_with(question.terms.len(), Default::default);
        }
        for (term, rows) in question.terms.iter().zip(rows.iter_mut()).skip(known.rows) {
            rows.count(self, term.postings);
            rows.compare(self, term);
        }
        for (term, rows) in question.terms.iter_mut().zip(rows.iter_mut()) {
            term.rarity_around = question.together.rarity(rows.held_around);
        }
        let held = || question.terms.iter().filter_map(|term| Some((term, term.postings?.most())));
        let all_alone = held().map(|(term, held)| most_alone(term, held)).sum();
        let all_together = held().map(|(term, held)| most_together(term, held)).sum();
        let all_kindred = question.terms.iter().map(|term| term.rarity * (1.0 - NEAR)).sum();
        let go_on = known.sums && alone.fit(all_alone) && together.fit(all_together) && kindred.fit(all_kindred);
        if !go_on {
            let slots = self.slots();
            alone.begin(slots, all_alone, |length| question.alone.norm(length));
            together.begin(slots, all_together, |length| question.together.norm(length));
            kindred.begin(slots, all_kindred, |_| 0.0);
        }
        let (question, shut) = (&*question, !gate.all_pass(self));
        for (term, rows) in question.terms.iter().zip(rows.iter_mut()).skip(if go_on { known.rows } else { 0 }) {
            rows.added = false;
            if let Some(postings) = term.postings {
                alone.add(postings, &self.lengths, |times, norm| Bm25::part(term.rarity, times, norm));
            }
            if question.judged {
                kindred.add_steps(&rows.nearest, term.rarity * STEP);
            }
        }

        let mut pick = |bounds: &mut Bounds, left: f64, exact: &dyn Fn(&[u32], &mut Vec<f64>)| {
            if shut {
                bounds.shut(|slot| gate.passes(self, slot));
            }
            let mut best = Best::new(POOL, &self.ids);
            bounds.offer(&mut best, POOL, left, exact);
            candidates.extend(best.slots());
        };
        pick(alone, 0.0, &|slots, sums| question.lexical(self, rows, slots, sums));
        if question.judged {
            pick(kindred, 0.0, &|slots, sums| question.kindred(rows, slots, sums));
        }

        let left = self.add_neighbourhoods(question, !go_on, shut.then_some(gate), rows, together);
        pick(together, left, &|slots, sums| question.neighbourhood(self, rows, slots, sums));
        Read::Rows(rows)
    }

    /// Adds the best of all slots that pass; those that are worth nothing are none.
    fn best_of_all(&self, gate: &Gate<'_>, sums: impl Iterator<Item = f64>, candidates: &mut Vec<u32>) {
        let mut best = Best::new(POOL, &self.ids);
        for (slot, sum) in (0..).zip(sums) {
            if sum > 0.0 && sum >= best.floor() && gate.passes(self, slot) {
                best.offer(sum, slot);
            }
        }
        candidates.extend(best.slots());
    }

    /// Adds up the neighbourhoods, what counts most first. Gives what the words that were left out could add at most:
    /// that may matter to so few that these are sooner reckoned exactly.
    fn add_neighbourhoods(
        &self,
        question: &Question<'_>,
        begun: bool,
        gate: Option<&Gate<'_>>,
        rows: &mut [Rows],
        together: &mut Bounds,
    ) -> f64 {
        let mut order: Vec<(f64, usize)> = question
            .terms
            .iter()
            .enumerate()
            .filter_map(|(at, term)| Some((most_together(term, term.postings?.most()), at)))
            .filter(|(_, at)| !rows[*at].added)
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        for at in 0..order.len() {
            let unread: usize = order[at..].iter().map(|(_, term)| rows[*term].held_around).sum();
            if unread > FEW && (at > 0 || !begun) {
                if let Some(gate) = gate {
                    together.shut(|slot| gate.passes(self, slot));
                }
                let left = order[at..].iter().map(|(most, _)| most).sum();
                let exact = |slots: &[u32], sums: &mut Vec<f64>| question.neighbourhood(self, rows, slots, sums);
                if together.in_reach(POOL, left, exact).is_some_and(|few| few * ANEW < unread) {
                    return left;
                }
            }
            let (term, rows) = (&question.terms[order[at].1], &mut rows[order[at].1]);
            rows.added = true;
            together.add_row(&rows.around, &self.windows, Bm25::limit(term.rarity_around));
        }
        0.0
    }
}

/// What a word adds at most to a slot alone, if none holds it oftener.
fn most_alone(term: &Asked<'_>, held: u32) -> f64 {
    Bm25::most(term.rarity, f64::from(held))
}

/// The same to a neighbourhood.
fn most_together(term: &Asked<'_>, held: u32) -> f64 {
    Bm25::most(term.rarity_around, f64::from(WIDE * held))
}
