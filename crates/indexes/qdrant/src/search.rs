//! What is found.

use crate::collections::{Collections, Point, Sparse};
use crate::entry::{conditions, is};
use crate::head::Head;
use futures_util::future::{try_join, try_join_all};
use philia_mind::MemoryId;
use philia_mind::memory::recall::judge::{Asked, Candidate, Collection, Kindred};
use philia_mind::memory::recall::{POOL, TimeRange};
use philia_ports::index::{Filter, Hit, IndexError, Query, direction_of};
use philia_ports::store::{from_micros, micros};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// Candidates by each signal: more than are kept, because their order is only about right.
const BY_WORDS: usize = 3 * POOL;
/// The nearest vectors, and the nearest in time.
const NEAREST: usize = 2 * POOL;
/// Words of like meaning for each of the question's.
const KIN: usize = 48;
/// How many vectors of a graph are kept in view while it is walked.
const IN_VIEW: usize = 4 * POOL;

/// What was read, by ids.
type Points = HashMap<String, Point>;

/// What is asked.
pub(crate) struct LookedFor<'a> {
    pub(crate) query: &'a Query,
    pub(crate) vectors: &'a [Option<Vec<f32>>],
    pub(crate) filter: &'a Filter,
    pub(crate) k: usize,
    pub(crate) graph_from: usize,
}

impl Collections {
    /// The best `k` of somebody's entries.
    pub(crate) async fn find(
        &self,
        kindred: &dyn Kindred,
        head: &Head,
        looked_for: &LookedFor<'_>,
    ) -> Result<Vec<Hit>, IndexError> {
        let probe = direction_of(looked_for.vectors, head.dimensions)?;
        if looked_for.k == 0 || head.entries == 0 {
            return Ok(Vec::new());
        }
        let asked = Asked::new(looked_for.query, kindred);
        let name = self.entries(head.dimensions);
        let among = self.among(&name, head, &asked).await?;
        let searches = searches(head, looked_for, &asked, &asked.rarities(&among), probe.as_deref());
        let found = self.search(&name, &searches).await?;

        let meaning: &[&str] = if head.dimensions > 0 { &["meaning"] } else { &[] };
        let mut points = Points::new();
        self.fetch(&name, meaning, &mut points, found.iter().flatten().cloned().collect()).await?;
        let first = found.first().filter(|_| !looked_for.query.terms.is_empty()).into_iter().flatten();
        let around = near(first, &points);
        self.fetch(&name, meaning, &mut points, around).await?;
        let mut chosen: Vec<String> = points.keys().cloned().collect();
        chosen.retain(|id| points[id].payload.passes(looked_for.filter));
        chosen.sort();
        let lent = near(chosen.iter(), &points);
        self.fetch(&name, &[], &mut points, lent).await?;
        let judged = chosen.iter().filter_map(|id| candidate(points.get(id)?, &points, &asked, probe.as_deref()));
        Ok(asked.judge(&among, judged.collect(), looked_for.k))
    }

    /// What is known of all entries together. Not loaded if there are more or fewer than the head says: a server that lost
    /// power may have kept the one and not the other.
    async fn among(&self, name: &str, head: &Head, asked: &Asked<'_>) -> Result<Collection, IndexError> {
        let own = is("person", &head.person);
        let all = json!({ "must": [own] });
        let holding = asked.stems().map(async |stem| {
            let holding = json!({ "must": [own, is("stems", stem)] });
            self.count(name, &holding).await
        });
        let (texts, holding) = try_join(self.count(name, &all), try_join_all(holding)).await?;
        if texts != head.entries {
            return Err(IndexError::NotLoaded);
        }
        let mut among =
            Collection { texts, length: head.length, window: head.window, holding, ..Collection::default() };
        among.around = among.holding.iter().map(|holding| among.about_around(*holding)).collect();
        Ok(among)
    }

    /// Reads those points that were not read yet.
    async fn fetch(
        &self,
        name: &str,
        vectors: &[&str],
        points: &mut Points,
        ids: BTreeSet<String>,
    ) -> Result<(), IndexError> {
        let missing: Vec<String> = ids.into_iter().filter(|id| !points.contains_key(id)).collect();
        let found = self.points(name, &missing, &json!(true), vectors).await?;
        points.extend(found.into_iter().map(|point| (point.id.clone(), point)));
        Ok(())
    }
}

/// The neighbours of some points.
fn near<'a>(ids: impl Iterator<Item = &'a String>, points: &Points) -> BTreeSet<String> {
    ids.filter_map(|id| points.get(id)).flat_map(|point| point.payload.standing.near.iter().cloned()).collect()
}

/// The searches for candidates by each signal. The first is by words, if there are any, for those next to whom a
/// neighbourhood is looked for, whoever may be found.
fn searches(
    head: &Head,
    looked_for: &LookedFor<'_>,
    asked: &Asked<'_>,
    rarities: &[f64],
    probe: Option<&[f32]>,
) -> Vec<Value> {
    let LookedFor { query, filter, graph_from, .. } = looked_for;
    let passes = conditions(&head.person, filter, None);
    let by_words = |filter: &Value, numbers: Vec<(u32, f32)>| json!({ "query": Sparse::from(numbers), "using": "words", "filter": filter, "limit": BY_WORDS });
    let mut searches = Vec::new();
    if !query.terms.is_empty() {
        searches.push(by_words(&json!({ "must": [is("person", &head.person)] }), asked.lexical(rarities)));
        searches.push(by_words(&passes, asked.lexical(rarities)));
    }
    let kin = asked.kin(rarities, KIN);
    if !kin.is_empty() {
        searches.push(by_words(&passes, Asked::kindred(&kin)));
    }
    if let Some(probe) = probe {
        let params = json!({ "exact": head.entries < *graph_from, "hnsw_ef": IN_VIEW });
        let by_meaning =
            json!({ "query": probe, "using": "meaning", "filter": passes, "limit": NEAREST, "params": params });
        searches.push(by_meaning);
    }
    for (direction, range) in query.times.iter().flat_map(in_time) {
        let (order, within) =
            (json!({ "key": "at", "direction": direction }), conditions(&head.person, filter, Some(range)));
        searches.push(json!({ "query": { "order_by": order }, "filter": within, "limit": NEAREST }));
    }
    searches
}

/// What is nearest to a range of time: within, before and behind it, each with its order.
fn in_time(range: &TimeRange) -> [(&'static str, Value); 3] {
    let ((first, last), from, until) = (range.reach(), micros(range.from), micros(range.until));
    let micros_of = |seconds: i64| seconds.saturating_mul(1_000_000);
    [
        ("desc", json!({ "gte": from, "lt": until })),
        ("desc", json!({ "gte": micros_of(first), "lt": from })),
        ("asc", json!({ "gte": until, "lt": micros_of(last + 1) })),
    ]
}

/// What is judged of a point, with its neighbours.
fn candidate(point: &Point, points: &Points, asked: &Asked<'_>, probe: Option<&[f32]>) -> Option<Candidate> {
    let kept = &point.payload;
    let near: Vec<&Point> = kept.standing.near.iter().filter_map(|id| points.get(id)).collect();
    let own: Vec<u32> = asked.stems().map(|stem| kept.times(stem)).collect();
    let lent = asked.stems().map(|stem| near.iter().map(|near| near.payload.times(stem)).sum::<u32>());
    let around = own.iter().zip(lent).map(|(own, lent)| own + lent).collect();
    let vector = point.vector.as_ref().and_then(|vectors| vectors.meaning.clone());
    let product = |vector: &Vec<f32>| {
        let sum: f64 = vector.iter().zip(probe?).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
        Some(sum.clamp(-1.0, 1.0))
    };
    Some(Candidate {
        id: MemoryId::new(&kept.standing.id),
        stems: kept.stems.clone(),
        own,
        around,
        length: kept.standing.length,
        window: kept.standing.window,
        cosine: vector.as_ref().and_then(product),
        vector,
        speaker: kept.standing.said_by(),
        kind: kept.kind,
        occurred_at: from_micros(kept.at)?,
        importance: kept.importance,
        reinforced: kept.reinforced,
    })
}
