//! Search: the signals of every memory that may be found, the best of each, fused.

use crate::best::Best;
use crate::last::Cosines;
use crate::person::{Marks, Person};
use crate::places::NOBODY;
use crate::question::{self, Question};
use crate::scratch::Scratch;
use crate::simd::{Kernel, Lanes as _};
use crate::thesaurus::Thesaurus;
use crate::vectors::{NONE, Probe};
use crate::words::Postings;
use philia_mind::MemoryId;
use philia_mind::memory::recall::{POOL, Raw, Shared, Weights, fuse};
use philia_ports::IndexError;
use philia_ports::index::{Filter, Hit, Query};
use std::sync::Arc;

/// A filter with its names as numbers.
pub(crate) struct Gate<'a> {
    filter: &'a Filter,
    /// Of these marks, who passes has [`Marks::LIVE`] alone.
    marks: Marks,
    /// Nothing but the marks decides.
    by_marks: bool,
    /// Only this speaker; `Some(None)` is one that nobody here is.
    speaker: Option<Option<u32>>,
    /// Empty where all are welcome; [`NOBODY`] is one that nothing here has.
    emotions: Vec<u32>,
    /// None where one of the tags is borne by nobody.
    tags: Option<Vec<u32>>,
}

impl Gate<'_> {
    pub(crate) fn passes(&self, person: &Person, slot: u32) -> bool {
        person.marks[slot as usize].only_live(self.marks) && (self.by_marks || self.card_passes(person, slot))
    }

    /// Everybody passes.
    pub(crate) fn all_pass(&self, person: &Person) -> bool {
        // All of them looked at: that is many at once.
        self.by_marks && person.marks.iter().fold(true, |all, marks| all & marks.only_live(self.marks))
    }

    fn card_passes(&self, person: &Person, slot: u32) -> bool {
        let Filter { categories, kind, after, before, min_importance, .. } = self.filter;
        let (card, at) = (&person.cards[slot as usize], person.at[slot as usize]);
        (categories.is_empty() || categories.contains(&card.category))
            && kind.is_none_or(|kind| card.kind == kind)
            && self.speaker.is_none_or(|speaker| Some(card.speaker) == speaker)
            && (self.emotions.is_empty() || card.emotion.is_some_and(|emotion| self.emotions.contains(&emotion)))
            && self.tags.as_ref().is_some_and(|tags| tags.iter().all(|tag| card.tags.contains(tag)))
            && after.is_none_or(|after| at >= after)
            && before.is_none_or(|before| at < before)
            && card.importance >= *min_importance
    }
}

impl Person {
    /// The best `k` by the fused signals, ties by id.
    pub(crate) fn search(
        &self,
        thesaurus: &Thesaurus,
        scratch: &mut Scratch,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>, IndexError> {
        let probe = Probe::mean(vectors, self.vectors.dimensions())?;
        if k == 0 {
            return Ok(Vec::new());
        }
        let gate = self.gate(filter);
        let Scratch { words, last, slots } = scratch;
        let long = question::is_long(query.terms.len(), self);
        let words_known = if long { 0 } else { last.words(self.state, query) };
        let mut question = Question::new(self, thesaurus, query, &words.rows[..words_known]);
        let mut candidates: Vec<u32> = Vec::with_capacity(5 * POOL);
        let known = last.go_on(self.state, query, filter, question.judged, probe.as_ref());
        if long {
            last.forget_words();
        }
        let read = self.best_by_words(&mut question, known, &gate, words, &mut candidates);
        // What is not asked for is not looked up: it lies far away in memory.
        let date = |n: u32| match &*query.times {
            [] => 0.0,
            times => {
                let at = self.at[n as usize];
                times.iter().map(|range| range.nearness(at)).fold(0.0, f64::max)
            }
        };

        let cosines = last.cosines();
        if let Some(probe) = probe.as_ref().filter(|_| !known.cosines) {
            self.compare(probe, &gate, cosines);
        }
        candidates.extend(&cosines.nearest);
        if !query.times.is_empty() {
            candidates.extend(self.best_by_time(query, &gate, date));
        }
        let candidates = slots.each_once(self.slots(), &candidates);
        let spoken_of: Vec<u32> = query.speakers.iter().filter_map(|speaker| self.speakers.find(speaker)).collect();
        let is_spoken_of = |n: u32| !spoken_of.is_empty() && spoken_of.contains(&self.speaker(n));
        let sums = question.sums(self, read, &candidates);
        let raw: Vec<Raw> = candidates
            .iter()
            .zip(&sums)
            .map(|(&n, sum)| Raw {
                lexical: sum.lexical,
                neighbourhood: sum.neighbourhood,
                cosine: probe.as_ref().and_then(|_| cosines.of(n)).map(f64::from),
                kindred: sum.kindred,
                speaker: f64::from(u8::from(is_spoken_of(n))),
                date: date(n),
            })
            .collect();
        let weights = if question.judged { Weights::with_kindred() } else { Weights::default() };
        let fused = fuse(&raw, &weights);
        let mut order: Vec<(f64, u32)> = fused.iter().zip(0..).map(|((_, relevance), at)| (*relevance, at)).collect();
        let id = |at: u32| self.ids.bytes_of(candidates[at as usize]);
        let best_first = |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then_with(|| id(a.1).cmp(id(b.1)));
        if order.len() > k {
            order.select_nth_unstable_by(k, best_first);
            order.truncate(k);
        }
        order.sort_unstable_by(best_first);
        let slots: Vec<u32> = order.iter().map(|(_, at)| candidates[*at as usize]).collect();
        self.ask_for(&slots);
        let terms = query.terms.iter().zip(&question.terms).enumerate().filter(|(_, (term, _))| term.content);
        let content: Vec<(Arc<str>, usize, &Postings)> =
            terms.filter_map(|(at, (term, asked))| Some((term.surface.as_str().into(), at, asked.postings?))).collect();
        Ok(order
            .into_iter()
            .zip(&slots)
            .zip(self.vectors.directions(&slots))
            .map(|(((relevance, at), &n), vector)| {
                let (signals, kin) = (fused[at as usize].0, sums[at as usize].best);
                let held = content.iter().filter(|(_, at, postings)| read.holds(*at, postings, n));
                let shared: Shared = held.map(|(word, ..)| Arc::clone(word)).collect();
                let card = &self.cards[n as usize];
                Hit {
                    id: MemoryId::new(self.ids.get(n)),
                    relevance,
                    signals,
                    kin: if shared.is_empty() { f64::from(kin) } else { 1.0 },
                    shared,
                    kind: card.kind,
                    occurred_at: self.at[n as usize],
                    importance: card.importance,
                    reinforced: card.reinforced,
                    vector,
                }
            })
            .collect())
    }

    /// How near all vectors are to the probe, and which of those that pass are the nearest.
    fn compare(&self, probe: &Probe, gate: &Gate<'_>, cosines: &mut Cosines) {
        let Cosines { all, tops, nearest } = cosines;
        self.vectors.scan(probe, all);
        tops.read(all, NONE);
        // Where some do not pass, so many of those that do need not reach a bar that so many reach.
        let bar = tops.reached_by(POOL).filter(|_| gate.all_pass(self)).map_or(f32::MIN, |bar| bar.max(f32::MIN));
        let mut best = Best::new(POOL, &self.ids);
        let mut reach = Vec::new();
        f32::reaching(Kernel::best(), all, bar, &mut reach);
        for n in reach {
            let cosine = f64::from(all[n as usize]);
            if cosine >= best.floor() && gate.passes(self, n) {
                best.offer(cosine, n);
            }
        }
        nearest.extend(best.slots());
    }

    /// Reads what is about to be needed of these slots. The reads do not depend on each other, so the processor waits
    /// for all of them at once.
    fn ask_for(&self, slots: &[u32]) {
        let read = slots.iter().fold(0, |read, &slot| {
            let id = self.ids.bytes_of(slot).first().copied().unwrap_or(0);
            read ^ self.cards[slot as usize].reinforced
                ^ u32::from(id)
                ^ self.at[slot as usize].subsec_nanosecond() as u32
        });
        std::hint::black_box(read);
    }

    fn gate<'a>(&self, filter: &'a Filter) -> Gate<'a> {
        let Filter { include_companion, include_hidden, .. } = *filter;
        let unless = |welcome: bool, mark: Marks| if welcome { Marks::LIVE } else { Marks::LIVE.with(mark) };
        Gate {
            filter,
            marks: unless(include_hidden, Marks::HIDDEN).with(unless(include_companion, Marks::COMPANION)),
            by_marks: filter.is_usual(),
            speaker: filter.speaker.as_ref().map(|speaker| self.speakers.find(speaker)),
            emotions: filter.emotions.iter().map(|emotion| self.labels.find(emotion).unwrap_or(NOBODY)).collect(),
            tags: filter.tags.iter().map(|tag| self.labels.find(tag)).collect(),
        }
    }

    /// How many live slots hold a stem.
    pub(crate) fn live(&self, postings: &Postings) -> usize {
        if self.all_live() {
            return postings.len();
        }
        postings.slots().iter().filter(|slot| self.marks[**slot as usize].live()).count()
    }

    /// The best by nearness to the times asked about. Stretches that lie too far off are passed over whole.
    fn best_by_time(&self, query: &Query, gate: &Gate<'_>, date: impl Fn(u32) -> f64) -> impl Iterator<Item = u32> {
        let mut best = Best::new(POOL, &self.ids);
        for (number, (first, last)) in self.stretches.iter().enumerate() {
            let nearest = query.times.iter().map(|range| range.nearness(range.from.clamp(*first, *last)));
            let most = nearest.fold(0.0, f64::max);
            if most <= 0.0 || most < best.floor() {
                continue;
            }
            for n in self.stretch(number) {
                let score = date(n as u32);
                if score > 0.0 && score >= best.floor() && gate.passes(self, n as u32) {
                    best.offer(score, n as u32);
                }
            }
        }
        best.slots()
    }
}
