//! Ranking: from what an index found to the few memories that are recalled.

use super::{Hit, Query, Recalled};
use jiff::Timestamp;

/// What being said again can add to a score, at most; half of it the first time, half of the rest each further.
const REINFORCEMENT: f64 = 0.05;

/// From this cosine on, a word counts as one of the question. Careful, because "I don't know" must stay right: at .5 a
/// memory of something else of the same field is recalled.
const KINDRED: f64 = 0.65;

/// What a memory gains that was felt as the question asks.
const FELT: f64 = 0.5;

/// How to rank.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranking {
    /// How many are recalled, 1..=50.
    pub k: usize,
    /// Relevance against diversity, 0..=1: 1 looks at relevance alone.
    pub lambda: f64,
    /// What an importance of 1 adds to the relevance.
    pub importance: f64,
    /// What being of this moment adds.
    pub recency: f64,
    /// Days after which recency is half.
    pub half_life_days: f64,
    /// The embedder's floor ([`Hit`]s that share no content word must be above it); none recalls whatever is best,
    /// however little it has to do with the question.
    pub floor: Option<f64>,
    /// The embedder's duplicate threshold: only likeness beyond it counts as saying the same.
    pub duplicate: f64,
}

impl Default for Ranking {
    fn default() -> Self {
        Self {
            k: 5,
            lambda: 0.7,
            importance: 0.1,
            recency: 0.05,
            half_life_days: 30.0,
            floor: Some(0.4),
            duplicate: 0.95,
        }
    }
}

/// A hit with its final score.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// What was found.
    pub hit: Hit,
    /// Relevance with importance, recency and reinforcement added.
    pub score: f64,
    /// 0..1: 1 now, half after the half-life.
    pub recency: f64,
}

/// Ranks what an index found, best first.
///
/// Give it [`super::POOL`] hits: importance may lift one that is not among the most relevant. Then, in this order:
/// the floor turns away what has nothing to do with the question; the score orders; maximal marginal relevance
/// (Carbonell & Goldstein 1998) picks `k` among the best `min(3k, 50)`. Likeness counts against a memory only
/// beyond the embedder's duplicate threshold: memories of one subject are alike and all wanted, the same thing said
/// twice is not. The order of `hits` does not matter.
pub fn rank(query: &Query, hits: Vec<Hit>, ranking: &Ranking, now: Timestamp) -> Vec<Ranked> {
    let mut scored: Vec<(f64, f64, usize)> = hits
        .iter()
        .enumerate()
        .filter(|(_, hit)| is_about(query, hit, ranking))
        .map(|(at, hit)| {
            let recency = recency(hit.occurred_at, now, ranking.half_life_days);
            let reinforced =
                if hit.reinforced == 0 { 0.0 } else { REINFORCEMENT * (1.0 - (-f64::from(hit.reinforced)).exp2()) };
            let score = hit.relevance
                + ranking.importance * hit.importance
                + ranking.recency * recency
                + reinforced
                + FELT * hit.signals.feeling;
            (score, recency, at)
        })
        .collect();
    let best_first = |a: &(f64, f64, usize), b: &(f64, f64, usize)| {
        b.0.total_cmp(&a.0).then_with(|| hits[a.2].id.cmp(&hits[b.2].id))
    };
    let pool = (3 * ranking.k).min(50).max(ranking.k);
    if scored.len() > pool {
        scored.select_nth_unstable_by(pool, best_first);
        scored.truncate(pool);
    }
    scored.sort_unstable_by(best_first);
    let mut hits: Vec<Option<Hit>> = hits.into_iter().map(Some).collect();
    let ranked = scored.into_iter().filter_map(|(score, recency, at)| {
        let hit = hits[at].take()?;
        Some(Ranked { hit, score, recency })
    });
    diversify(ranked, ranking)
}

/// Marks the hits that were felt as the question asks (they came from a search for its emotions) and joins them with
/// the others.
pub fn felt(hits: Vec<Hit>, felt: Vec<Hit>) -> Vec<Hit> {
    let mut all = hits;
    for mut hit in felt {
        hit.signals.feeling = 1.0;
        match all.iter_mut().find(|known| known.id == hit.id) {
            Some(known) => known.signals.feeling = 1.0,
            None => all.push(hit),
        }
    }
    all
}

/// Those that fit into `budget` tokens, in order; one that is too long is passed over for shorter ones.
pub fn fit(recalled: Vec<Recalled>, budget: usize, tokens: impl Fn(&str) -> usize) -> Vec<Recalled> {
    let mut left = budget;
    recalled
        .into_iter()
        .filter(|recalled| match left.checked_sub(tokens(&recalled.memory.content)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        })
        .collect()
}

/// The absolute floor: min-max makes the best of nothing look good. Words of its neighbours do not lift a memory.
pub(super) fn is_about(query: &Query, hit: &Hit, ranking: &Ranking) -> bool {
    let Some(floor) = ranking.floor else { return true };
    !hit.shared.is_empty()
        || hit.kin >= KINDRED
        || (hit.vector.is_some() && hit.signals.cosine >= floor)
        || (query.is_only_about_time() && hit.signals.date >= 0.25)
        || (query.is_only_about_feeling() && hit.signals.feeling > 0.0)
}

/// 2^(-age / half-life); what is yet to come is as good as now.
fn recency(at: Timestamp, now: Timestamp, half_life_days: f64) -> f64 {
    let days = (now.duration_since(at).as_secs_f64() / 86_400.0).max(0.0);
    if half_life_days > 0.0 { (-days / half_life_days).exp2() } else { 0.0 }
}

fn diversify(pool: impl Iterator<Item = Ranked>, ranking: &Ranking) -> Vec<Ranked> {
    let mut pool: Vec<Candidate> = pool.map(|ranked| Candidate { ranked, redundancy: 0.0, compared: 0 }).collect();
    let mut chosen: Vec<Ranked> = Vec::with_capacity(ranking.k);
    while chosen.len() < ranking.k {
        let value = |at: usize| {
            let candidate: &Candidate = &pool[at];
            ranking.lambda * candidate.ranked.score - (1.0 - ranking.lambda) * candidate.redundancy
        };
        // The first of equals, so that ties keep the order of the scores.
        let best = (0..pool.len()).reduce(|best, at| if value(at) > value(best) { at } else { best });
        let Some(best) = best else { break };
        let Candidate { ranked, redundancy, compared } = &mut pool[best];
        if *compared == chosen.len() {
            chosen.push(pool.remove(best).ranked);
            continue;
        }
        for other in &chosen[*compared..] {
            *redundancy = redundancy.max(sameness(&ranked.hit, &other.hit, ranking.duplicate));
        }
        *compared = chosen.len();
    }
    chosen
}

/// One that may be chosen. Comparing it with more of those that were chosen can only make it worth less, so it is
/// compared when it would be the next.
struct Candidate {
    ranked: Ranked,
    /// How much the same it is as the likest of those it was compared with.
    redundancy: f64,
    /// It was compared with so many of the chosen.
    compared: usize,
}

/// 0 up to the duplicate threshold, rising to 1 for the same vector.
fn sameness(a: &Hit, b: &Hit, duplicate: f64) -> f64 {
    let (Some(a), Some(b)) = (&a.vector, &b.vector) else { return 0.0 };
    if duplicate >= 1.0 {
        return 0.0;
    }
    a.cosine_from(b, duplicate).map_or(0.0, |cosine| ((cosine - duplicate) / (1.0 - duplicate)).clamp(0.0, 1.0))
}
