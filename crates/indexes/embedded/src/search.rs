//! Search: the five signals of every memory that may be found, the best of each, fused.

use crate::person::{Person, Slot};
use crate::places::NOBODY;
use crate::scan::Probe;
use crate::thesaurus::{NEAR, Thesaurus};
use crate::words::Posting;
use philia_mind::MemoryId;
use philia_mind::memory::Speaker;
use philia_mind::memory::recall::{Bm25, POOL, Raw, Weights, fuse};
use philia_ports::IndexError;
use philia_ports::index::{Filter, Hit, Query, Signals};

/// BM25 of every slot.
struct Bm25Scores {
    /// Of the slot alone.
    lexical: Vec<f64>,
    /// Of the slot with its neighbours.
    neighbourhood: Vec<f64>,
    /// The slots whose neighbourhood has a score (and so all that have one alone).
    touched: Vec<u32>,
}

/// Of every slot, how near its words come to those of the question.
struct Kindred {
    /// Over all words of the question, the rarer the more.
    scores: Vec<f64>,
    /// The cosine of the nearest pair with a content word of the question; 0 if none is near.
    nearest: Vec<f64>,
}

/// A filter with its names as numbers.
struct Gate<'a> {
    filter: &'a Filter,
    companion: Option<u32>,
    /// Only this speaker; `Some(None)` is one that nobody here is.
    speaker: Option<Option<u32>>,
    /// Empty where all are welcome; [`NOBODY`] is one that nothing here has.
    emotions: Vec<u32>,
    /// None where one of the tags is borne by nobody.
    tags: Option<Vec<u32>>,
}

impl Gate<'_> {
    fn passes(&self, slot: &Slot) -> bool {
        let Filter { categories, kind, after, before, min_importance, include_companion, include_hidden, .. } =
            self.filter;
        slot.live
            && (*include_hidden || !slot.hidden)
            && (*include_companion || Some(slot.speaker) != self.companion)
            && (categories.is_empty() || categories.contains(&slot.category))
            && kind.is_none_or(|kind| slot.kind == kind)
            && self.speaker.is_none_or(|speaker| Some(slot.speaker) == speaker)
            && (self.emotions.is_empty() || slot.emotion.is_some_and(|emotion| self.emotions.contains(&emotion)))
            && self.tags.as_ref().is_some_and(|tags| tags.iter().all(|tag| slot.tags.contains(tag)))
            && after.is_none_or(|after| slot.occurred_at >= after)
            && before.is_none_or(|before| slot.occurred_at < before)
            && slot.importance >= *min_importance
    }
}

impl Person {
    /// The best `k` by the fused signals, ties by id.
    pub(crate) fn search(
        &self,
        thesaurus: &Thesaurus,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>, IndexError> {
        let probe = Probe::mean(vectors, self.vectors.dimensions())?;
        let gate = self.gate(filter);
        let open: Vec<bool> = self.slots.iter().map(|slot| gate.passes(slot)).collect();
        let all_open = || (0..self.slots.len() as u32).filter(|n| open[*n as usize]);
        let Bm25Scores { lexical, neighbourhood, touched } = self.bm25(query);
        let touched_open = || touched.iter().copied().filter(|n| open[*n as usize]);
        let cosine = |n: u32| probe.as_ref().and_then(|probe| self.vectors.cosine(n as usize, probe)).map(f64::from);
        let kindred = self.kindred(thesaurus, query);
        let kin = |n: u32| kindred.as_ref().map_or(0.0, |kindred| kindred.nearest[n as usize]);
        let kindred = kindred.as_ref().map(|kindred| &kindred.scores);
        let weights = if kindred.is_some() { Weights::with_kindred() } else { Weights::default() };
        let date = |n: u32| {
            let at = self.slots[n as usize].occurred_at;
            query.times.iter().map(|range| range.nearness(at)).fold(0.0, f64::max)
        };

        let mut candidates =
            self.best(touched_open().map(|n| (lexical[n as usize], n)).filter(|(score, _)| *score > 0.0));
        candidates.extend(self.best(touched_open().map(|n| (neighbourhood[n as usize], n))));
        if probe.is_some() {
            candidates.extend(self.best(all_open().filter_map(|n| Some((cosine(n)?, n)))));
        }
        if let Some(kindred) = kindred {
            candidates
                .extend(self.best(all_open().map(|n| (kindred[n as usize], n)).filter(|(score, _)| *score > 0.0)));
        }
        if !query.times.is_empty() {
            candidates.extend(self.best(all_open().map(|n| (date(n), n)).filter(|(score, _)| *score > 0.0)));
        }
        candidates.sort_unstable();
        candidates.dedup();

        let spoken_of: Vec<u32> = query.speakers.iter().filter_map(|speaker| self.speakers.find(speaker)).collect();
        let raw: Vec<Raw> = candidates
            .iter()
            .map(|&n| Raw {
                lexical: lexical[n as usize],
                neighbourhood: neighbourhood[n as usize],
                cosine: cosine(n),
                kindred: kindred.map_or(0.0, |kindred| kindred[n as usize]),
                speaker: f64::from(u8::from(spoken_of.contains(&self.slots[n as usize].speaker))),
                date: date(n),
            })
            .collect();
        let mut fused: Vec<(u32, Signals, f64)> = candidates
            .iter()
            .zip(fuse(&raw, &weights))
            .map(|(n, (signals, relevance))| (*n, signals, relevance))
            .collect();
        fused.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| self.id(a.0).cmp(self.id(b.0))));
        fused.truncate(k);
        Ok(fused.into_iter().map(|(n, signals, relevance)| self.hit(query, n, signals, relevance, kin(n))).collect())
    }

    fn gate<'a>(&self, filter: &'a Filter) -> Gate<'a> {
        Gate {
            filter,
            companion: self.speakers.find(&Speaker::Companion),
            speaker: filter.speaker.as_ref().map(|speaker| self.speakers.find(speaker)),
            emotions: filter.emotions.iter().map(|emotion| self.labels.find(emotion).unwrap_or(NOBODY)).collect(),
            tags: filter.tags.iter().map(|tag| self.labels.find(tag)).collect(),
        }
    }

    /// BM25 of each slot alone, and of each slot with its neighbours as one text.
    ///
    /// Everybody counts in the statistics and lends words to neighbours, whether a filter lets them be found or not.
    fn bm25(&self, query: &Query) -> Bm25Scores {
        let (slots, texts) = (self.slots.len(), self.entries());
        let mean = |total: u64| if texts == 0 { 0.0 } else { total as f64 / texts as f64 };
        let alone = Bm25 { texts, mean_length: mean(self.total_length) };
        let together = Bm25 { texts, mean_length: mean(self.total_window) };
        let mut scores = Bm25Scores { lexical: vec![0.0; slots], neighbourhood: vec![0.0; slots], touched: Vec::new() };
        let mut counts = vec![0_u32; slots];
        let mut holding: Vec<u32> = Vec::new();
        for term in &query.terms {
            let postings =
                || self.words.postings(&term.stem).iter().filter(|posting| self.slots[posting.slot as usize].live);
            let rarity = alone.rarity(postings().count());
            for posting in postings() {
                let slot = &self.slots[posting.slot as usize];
                scores.lexical[posting.slot as usize] +=
                    alone.part(rarity, f64::from(posting.times), f64::from(slot.length));
                for n in slot.near.iter().copied().filter(|n| *n != NOBODY).chain([posting.slot]) {
                    if counts[n as usize] == 0 {
                        holding.push(n);
                    }
                    counts[n as usize] += posting.times;
                }
            }
            let rarity = together.rarity(holding.len());
            for n in holding.drain(..) {
                let times = std::mem::take(&mut counts[n as usize]);
                let window = self.slots[n as usize].window;
                let score = &mut scores.neighbourhood[n as usize];
                if *score == 0.0 {
                    scores.touched.push(n);
                }
                *score += together.part(rarity, f64::from(times), f64::from(window));
            }
        }
        scores
    }

    /// How near each slot's words come to those of the question: for each word of the question the nearest of the
    /// slot's, the rarer the more. None if no word of the question has a vector: then nothing can be judged so.
    fn kindred(&self, thesaurus: &Thesaurus, query: &Query) -> Option<Kindred> {
        let bm25 = Bm25 { texts: self.entries(), mean_length: 0.0 };
        let live = |posting: &&Posting| self.slots[posting.slot as usize].live;
        let mut kindred = Kindred { scores: vec![0.0; self.slots.len()], nearest: vec![0.0; self.slots.len()] };
        let mut nearest = vec![0.0_f64; self.slots.len()];
        let mut touched: Vec<u32> = Vec::new();
        let mut judged = false;
        for term in &query.terms {
            let mut meet = |postings: &[Posting], nearness: f64| {
                for posting in postings.iter().filter(live) {
                    let best = &mut nearest[posting.slot as usize];
                    if *best == 0.0 {
                        touched.push(posting.slot);
                    }
                    *best = best.max(nearness);
                }
            };
            if let Some(probe) = thesaurus.number(&term.stem).and_then(|number| thesaurus.probe(number)) {
                judged = true;
                for (number, postings) in self.words.with_kin() {
                    let nearness = thesaurus.nearness(number, &probe);
                    if nearness > NEAR {
                        meet(postings, nearness - NEAR);
                    }
                }
            }
            let same = self.words.postings(&term.stem);
            meet(same, 1.0 - NEAR);
            let rarity = bm25.rarity(same.iter().filter(live).count());
            for n in touched.drain(..) {
                let nearness = std::mem::take(&mut nearest[n as usize]);
                kindred.scores[n as usize] += rarity * nearness;
                if term.content {
                    let best = &mut kindred.nearest[n as usize];
                    *best = best.max(nearness + NEAR);
                }
            }
        }
        judged.then_some(kindred)
    }

    /// The best [`POOL`], ties by id.
    fn best(&self, scored: impl Iterator<Item = (f64, u32)>) -> Vec<u32> {
        let mut scored: Vec<(f64, u32)> = scored.collect();
        if scored.len() > POOL {
            scored
                .select_nth_unstable_by(POOL, |a, b| b.0.total_cmp(&a.0).then_with(|| self.id(a.1).cmp(self.id(b.1))));
            scored.truncate(POOL);
        }
        scored.into_iter().map(|(_, n)| n).collect()
    }

    fn id(&self, n: u32) -> &str {
        &self.slots[n as usize].id
    }

    fn hit(&self, query: &Query, n: u32, signals: Signals, relevance: f64, kin: f64) -> Hit {
        let slot = &self.slots[n as usize];
        let holds = |stem: &str| self.words.postings(stem).binary_search_by_key(&n, |posting| posting.slot).is_ok();
        let shared: Vec<String> = query
            .terms
            .iter()
            .filter(|term| term.content && holds(&term.stem))
            .map(|term| term.surface.clone())
            .collect();
        Hit {
            id: MemoryId::new(&*slot.id),
            relevance,
            signals,
            kin: if shared.is_empty() { kin } else { 1.0 },
            shared,
            occurred_at: slot.occurred_at,
            importance: slot.importance,
            reinforced: slot.reinforced,
            vector: self.vectors.get(n as usize),
        }
    }
}
