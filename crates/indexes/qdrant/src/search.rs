//! What is found.

use crate::collections::{Collections, Point, Sparse};
use crate::entry::{conditions, is};
use crate::head::Head;
use futures_util::future::try_join_all;
use philia_mind::MemoryId;
use philia_mind::memory::recall::judge::{Asked, Candidate, Collection, Kindred};
use philia_mind::memory::recall::{POOL, TimeRange};
use philia_ports::index::{Filter, Hit, IndexError, Query, direction_of};
use philia_ports::store::{from_micros, micros};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// Candidates by each signal: more than are kept, because their order is only about right.
const BY_WORDS: usize = POOL + POOL / 2;
/// Words of like meaning for each of the question's.
const KIN: usize = 48;
/// How many vectors of a graph are kept in view while it is walked.
const IN_VIEW: usize = 2 * POOL;

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
        let LookedFor { query, filter, .. } = looked_for;
        let probe = direction_of(looked_for.vectors, head.dimensions)?;
        if looked_for.k == 0 || head.entries == 0 {
            return Ok(Vec::new());
        }
        let asked = Asked::new(query, kindred);
        let name = self.entries(head.dimensions);
        let own = json!({ "must": [is("person", &head.person)] });
        let among = self.among(&name, head, &asked).await?;

        let rarities = asked.rarities(&among);
        let passes = conditions(&head.person, filter);
        let mut searches = Vec::new();
        let mut search = |filter: &Value, limit: usize, by: Value| {
            let mut search = json!({ "filter": filter, "limit": limit, "with_payload": false, "with_vector": false });
            by.as_object().into_iter().flatten().for_each(|(name, value)| search[name] = value.clone());
            searches.push(search);
        };
        let has_words = !query.terms.is_empty();
        if has_words {
            let words = words(asked.lexical(&rarities));
            // First those next to whom a neighbourhood is looked for, whoever may be found.
            search(&own, BY_WORDS, words.clone());
            search(&passes, BY_WORDS, words);
        }
        let kin = asked.kin(&rarities, KIN);
        if !kin.is_empty() {
            search(&passes, BY_WORDS, words(Asked::kindred(&kin)));
        }
        if let Some(probe) = &probe {
            let exact = head.entries < looked_for.graph_from;
            let params = json!({ "exact": exact, "hnsw_ef": IN_VIEW });
            search(&passes, POOL, json!({ "query": probe, "using": "meaning", "params": params }));
        }
        for (direction, range) in query.times.iter().flat_map(in_time) {
            let mut passes = passes.clone();
            passes["must"]
                .as_array_mut()
                .into_iter()
                .for_each(|must| must.push(json!({ "key": "at", "range": range })));
            search(&passes, POOL, json!({ "query": { "order_by": { "key": "at", "direction": direction } } }));
        }
        let found = self.search(&name, &searches).await?;

        let meaning: &[&str] = if head.dimensions > 0 { &["meaning"] } else { &[] };
        let mut points: HashMap<String, Point> = HashMap::new();
        let ids = found.iter().flatten().cloned().collect();
        self.fetch(&name, meaning, &mut points, ids).await?;
        let first = found.first().filter(|_| has_words).into_iter().flatten().filter_map(|id| points.get(id));
        let around = first.flat_map(|point| point.payload.standing.near.iter().cloned()).collect();
        self.fetch(&name, meaning, &mut points, around).await?;
        let mut chosen: Vec<String> =
            points.values().filter(|point| point.payload.passes(filter)).map(|point| point.id.clone()).collect();
        chosen.sort();
        let lent = chosen.iter().filter_map(|id| points.get(id)).flat_map(|point| point.payload.standing.near.clone());
        let lent = lent.collect();
        self.fetch(&name, &[], &mut points, lent).await?;
        let judged = chosen.iter().filter_map(|id| candidate(points.get(id)?, &points, &asked, probe.as_deref()));
        Ok(asked.judge(&among, judged.collect(), looked_for.k))
    }

    /// What is known of all entries together.
    async fn among(&self, name: &str, head: &Head, asked: &Asked<'_>) -> Result<Collection, IndexError> {
        let holding = asked.stems().map(async |stem| {
            let holding = json!({ "must": [is("person", &head.person), is("stems", stem)] });
            self.count(name, &holding).await
        });
        let mut among =
            Collection { texts: head.entries, length: head.length, window: head.window, ..Collection::default() };
        among.holding = try_join_all(holding).await?;
        among.around = among.holding.iter().map(|holding| among.about_around(*holding)).collect();
        Ok(among)
    }

    /// Reads those points that were not read yet.
    async fn fetch(
        &self,
        name: &str,
        vectors: &[&str],
        points: &mut HashMap<String, Point>,
        ids: BTreeSet<String>,
    ) -> Result<(), IndexError> {
        let missing: Vec<String> = ids.into_iter().filter(|id| !points.contains_key(id)).collect();
        let found = self.points(name, &missing, &json!(true), vectors).await?;
        points.extend(found.into_iter().map(|point| (point.id.clone(), point)));
        Ok(())
    }
}

/// A search by words.
fn words(numbers: Vec<(u32, f32)>) -> Value {
    json!({ "query": Sparse::from(numbers), "using": "words" })
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
fn candidate(
    point: &Point,
    points: &HashMap<String, Point>,
    asked: &Asked<'_>,
    probe: Option<&[f32]>,
) -> Option<Candidate> {
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
        occurred_at: from_micros(kept.at)?,
        importance: kept.importance,
        reinforced: kept.reinforced,
    })
}
