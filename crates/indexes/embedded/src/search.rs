//! Search: the signals of every memory that may be found, the best of each, fused.

use crate::best::Best;
use crate::person::{Marks, Person};
use crate::places::NOBODY;
use crate::scratch::{Scratch, Spoken};
use crate::thesaurus::{NEAR, Thesaurus};
use crate::vectors::Probe;
use crate::words::Postings;
use philia_mind::MemoryId;
use philia_mind::memory::recall::{Bm25, POOL, Raw, Weights, fuse};
use philia_ports::IndexError;
use philia_ports::index::{Filter, Hit, Query, Signals};

/// A filter with its names as numbers.
struct Gate<'a> {
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
    fn passes(&self, person: &Person, slot: u32) -> bool {
        person.marks[slot as usize].only_live(self.marks) && (self.by_marks || self.card_passes(person, slot))
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
        let postings: Vec<Option<&Postings>> = query.terms.iter().map(|term| self.words.find(&term.stem)).collect();
        scratch.fit(self.slots());
        self.count_words(&postings, scratch);
        let judged = self.compare_words(thesaurus, query, &postings, scratch);
        let scratch = &*scratch;
        let cosine = |n: u32| probe.as_ref().and_then(|probe| self.vectors.cosine(n as usize, probe)).map(f64::from);
        let date = |n: u32| {
            let at = self.at[n as usize];
            query.times.iter().map(|range| range.nearness(at)).fold(0.0, f64::max)
        };

        let mut candidates: Vec<u32> = Vec::with_capacity(5 * POOL);
        let (mut lexical, mut neighbourhood) = (Best::new(POOL, &self.ids), Best::new(POOL, &self.ids));
        for &n in &scratch.spoken_around {
            let Spoken { lexical: own, neighbourhood: around, .. } = scratch.spoken[n as usize];
            let (worth, worth_around) = (own > 0.0 && own >= lexical.floor(), around >= neighbourhood.floor());
            if (worth || worth_around) && gate.passes(self, n) {
                if worth {
                    lexical.offer(own, n);
                }
                if worth_around {
                    neighbourhood.offer(around, n);
                }
            }
        }
        candidates.extend(lexical.slots().chain(neighbourhood.slots()));
        if let Some(probe) = &probe {
            let mut near = Best::new(POOL, &self.ids);
            self.vectors.scan(probe, f32::NEG_INFINITY, |n, cosine| {
                if gate.passes(self, n) {
                    near.offer(f64::from(cosine), n);
                }
                near.floor() as f32
            });
            candidates.extend(near.slots());
        }
        if judged {
            let mut kin = Best::new(POOL, &self.ids);
            for &n in &scratch.met {
                let score = scratch.kindred[n as usize].score;
                if score >= kin.floor() && gate.passes(self, n) {
                    kin.offer(score, n);
                }
            }
            candidates.extend(kin.slots());
        }
        if !query.times.is_empty() {
            candidates.extend(self.best_by_time(query, &gate, date));
        }
        candidates.sort_unstable();
        candidates.dedup();

        let spoken_of: Vec<u32> = query.speakers.iter().filter_map(|speaker| self.speakers.find(speaker)).collect();
        let raw: Vec<Raw> = candidates
            .iter()
            .map(|&n| Raw {
                lexical: scratch.spoken[n as usize].lexical,
                neighbourhood: scratch.spoken[n as usize].neighbourhood,
                cosine: cosine(n),
                kindred: if judged { scratch.kindred[n as usize].score } else { 0.0 },
                speaker: f64::from(u8::from(spoken_of.contains(&self.cards[n as usize].speaker))),
                date: date(n),
            })
            .collect();
        let weights = if judged { Weights::with_kindred() } else { Weights::default() };
        let mut fused: Vec<(u32, Signals, f64)> = candidates
            .iter()
            .zip(fuse(&raw, &weights))
            .map(|(n, (signals, relevance))| (*n, signals, relevance))
            .collect();
        let best_first = |a: &(u32, Signals, f64), b: &(u32, Signals, f64)| {
            b.2.total_cmp(&a.2).then_with(|| self.ids.bytes_of(a.0).cmp(self.ids.bytes_of(b.0)))
        };
        if fused.len() > k {
            fused.select_nth_unstable_by(k, best_first);
            fused.truncate(k);
        }
        fused.sort_unstable_by(best_first);
        Ok(fused
            .into_iter()
            .map(|(n, signals, relevance)| {
                let held = |at: usize| postings[at].is_some_and(|postings| postings.holds(n));
                let shared: Vec<String> = if scratch.spoken[n as usize].lexical == 0.0 {
                    Vec::new()
                } else {
                    let terms = query.terms.iter().enumerate();
                    terms.filter(|(at, term)| term.content && held(*at)).map(|(_, term)| term.surface.clone()).collect()
                };
                let card = &self.cards[n as usize];
                let kin = if judged { f64::from(scratch.kindred[n as usize].best) } else { 0.0 };
                Hit {
                    id: MemoryId::new(self.ids.get(n)),
                    relevance,
                    signals,
                    kin: if shared.is_empty() { kin } else { 1.0 },
                    shared,
                    occurred_at: self.at[n as usize],
                    importance: card.importance,
                    reinforced: card.reinforced,
                    vector: self.vectors.get(n as usize),
                }
            })
            .collect())
    }

    fn gate<'a>(&self, filter: &'a Filter) -> Gate<'a> {
        let Filter { include_companion, include_hidden, .. } = *filter;
        let unless = |welcome: bool, mark: Marks| if welcome { Marks::LIVE } else { Marks::LIVE.with(mark) };
        Gate {
            filter,
            marks: unless(include_hidden, Marks::HIDDEN).with(unless(include_companion, Marks::COMPANION)),
            by_marks: *filter == Filter { include_companion, include_hidden, ..Filter::default() },
            speaker: filter.speaker.as_ref().map(|speaker| self.speakers.find(speaker)),
            emotions: filter.emotions.iter().map(|emotion| self.labels.find(emotion).unwrap_or(NOBODY)).collect(),
            tags: filter.tags.iter().map(|tag| self.labels.find(tag)).collect(),
        }
    }

    /// How many live slots hold a stem.
    fn live(&self, postings: &Postings) -> usize {
        if self.entries() == self.slots() {
            return postings.len();
        }
        postings.slots().iter().filter(|slot| self.marks[**slot as usize].live()).count()
    }

    /// BM25 of each slot alone, and of each slot with its neighbours as one text.
    ///
    /// Everybody counts in the statistics and lends words to neighbours, whether a filter lets them be found or not.
    fn count_words(&self, postings: &[Option<&Postings>], scratch: &mut Scratch) {
        let texts = self.entries();
        let mean = |total: u64| if texts == 0 { 0.0 } else { total as f64 / texts as f64 };
        let alone = Bm25 { texts, mean_length: mean(self.total_length) };
        let together = Bm25 { texts, mean_length: mean(self.total_window) };
        let all_live = self.entries() == self.slots();
        let Scratch { spoken, spoken_around, holding, .. } = scratch;
        for postings in postings.iter().flatten() {
            let rarity = alone.rarity(self.live(postings));
            postings.each(|slot, times| {
                if !all_live && !self.marks[slot as usize].live() {
                    return;
                }
                let around = &self.around[slot as usize];
                let own = &mut spoken[slot as usize];
                own.lexical += alone.part(rarity, f64::from(times), f64::from(around.length));
                if own.times == 0 {
                    holding.push(slot);
                }
                own.times += times;
                for n in around.near.iter().copied().take_while(|n| *n != NOBODY) {
                    let other = &mut spoken[n as usize];
                    if other.times == 0 {
                        holding.push(n);
                    }
                    other.times += times;
                }
            });
            let rarity = together.rarity(holding.len());
            for n in holding.drain(..) {
                let window = self.around[n as usize].window;
                let spoken = &mut spoken[n as usize];
                if spoken.neighbourhood == 0.0 {
                    spoken_around.push(n);
                }
                let times = std::mem::take(&mut spoken.times);
                spoken.neighbourhood += together.part(rarity, f64::from(times), f64::from(window));
            }
        }
    }

    /// How near each slot's words come to those of the question: for each word of the question the nearest of the
    /// slot's, the rarer the more. False if no word of the question has a vector: then nothing can be judged so.
    fn compare_words(
        &self,
        thesaurus: &Thesaurus,
        query: &Query,
        postings: &[Option<&Postings>],
        scratch: &mut Scratch,
    ) -> bool {
        let bm25 = Bm25 { texts: self.entries(), mean_length: 0.0 };
        let all_live = self.entries() == self.slots();
        let Scratch { kindred, met, holding, .. } = scratch;
        let mut judged = false;
        for (term, same) in query.terms.iter().zip(postings) {
            // The nearest first, so that what a slot has is never beaten by what comes later.
            let mut meet = |postings: &Postings, cosine: f32| {
                for &slot in postings.slots() {
                    let nearest = &mut kindred[slot as usize].nearest;
                    if *nearest == 0.0 && (all_live || self.marks[slot as usize].live()) {
                        *nearest = cosine;
                        holding.push(slot);
                    }
                }
            };
            if let Some(same) = same {
                meet(same, 1.0);
            }
            if let Some(near) = thesaurus.number(&term.stem).and_then(|number| thesaurus.near(number)) {
                judged = true;
                for kin in &*near {
                    if let Some(postings) = self.words.find_kin(kin.number) {
                        meet(postings, kin.cosine);
                    }
                }
            }
            let rarity = bm25.rarity(same.map_or(0, |same| self.live(same)));
            for n in holding.drain(..) {
                let kindred = &mut kindred[n as usize];
                let nearest = std::mem::take(&mut kindred.nearest);
                if kindred.score == 0.0 {
                    met.push(n);
                }
                kindred.score += rarity * (f64::from(nearest) - NEAR);
                if term.content {
                    kindred.best = kindred.best.max(nearest);
                }
            }
        }
        judged
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
