//! What is found.

use crate::apply::direction;
use crate::collections::{Collections, Point};
use crate::entry::{Head, conditions, is, key};
use futures_util::future::try_join_all;
use philia_mind::MemoryId;
use philia_mind::memory::recall::judge::{Asked, Candidate, Collection, Kindred};
use philia_mind::memory::recall::{POOL, TimeRange};
use philia_ports::index::{Filter, Hit, IndexError, Query};
use philia_ports::store::{PartitionId, from_micros, micros};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// Candidates by each signal: more than are kept, because their order is only about right.
const BY_WORDS: usize = POOL + POOL / 2;
/// Words of like meaning for each of the question's.
const KIN: usize = 48;
/// Of fewer memories all vectors are looked at.
const GRAPH_FROM: usize = 20_000;

/// The best `k`.
#[expect(clippy::too_many_arguments, reason = "what the port asks, with whom it is asked of")]
pub(crate) async fn search(
    collections: &Collections,
    kindred: &dyn Kindred,
    id: &PartitionId,
    head: &Head,
    query: &Query,
    vectors: &[Option<Vec<f32>>],
    filter: &Filter,
    k: usize,
) -> Result<Vec<Hit>, IndexError> {
    let probe = mean(vectors, head.dimensions)?;
    if k == 0 || head.entries == 0 {
        return Ok(Vec::new());
    }
    let asked = Asked::new(query, kindred);
    let (name, person) = (collections.entries(head.dimensions).await?, head.person(id));
    let mut among =
        Collection { texts: head.entries, length: head.length, window: head.window, ..Collection::default() };
    let holding = asked.stems().map(|stem| holding(collections, &name, &person, key(stem).into_owned()));
    among.holding = try_join_all(holding).await?;
    among.around = among.holding.iter().map(|holding| among.about_around(*holding)).collect();

    let rarities = asked.rarities(&among);
    let passes = conditions(&person, filter);
    let all = json!({ "must": [is("person", &person)] });
    let with = |limit: usize, filter: &Value, more: Value| {
        let mut search = json!({ "filter": filter, "limit": limit, "with_payload": true, "with_vector": ["meaning"] });
        if let (Some(search), Value::Object(more)) = (search.as_object_mut(), more) {
            search.extend(more);
        }
        search
    };
    let words = |numbers: Vec<(u32, f32)>| {
        let (indices, values): (Vec<u32>, Vec<f32>) = numbers.into_iter().unzip();
        json!({ "query": { "indices": indices, "values": values }, "using": "words" })
    };
    let mut searches = Vec::new();
    if !query.terms.is_empty() {
        let own = words(asked.lexical(&rarities));
        // The first are those next to whom a neighbourhood is looked for.
        searches.push(with(BY_WORDS, &all, own.clone()));
        searches.push(with(BY_WORDS, &passes, own));
        let kin = asked.kin(&rarities, KIN);
        if !kin.is_empty() {
            searches.push(with(BY_WORDS, &passes, words(Asked::kindred(&kin))));
        }
    }
    if let Some(probe) = &probe {
        let exact = json!({ "exact": head.entries < GRAPH_FROM });
        searches.push(with(POOL, &passes, json!({ "query": probe, "using": "meaning", "params": exact })));
    }
    for range in &query.times {
        searches.extend(in_time(range).into_iter().map(|(direction, range)| {
            let mut passes = passes.clone();
            if let Some(must) = passes["must"].as_array_mut() {
                must.push(json!({ "key": "at", "range": range }));
            }
            with(POOL, &passes, json!({ "query": { "order_by": { "key": "at", "direction": direction } } }))
        }));
    }
    let path = format!("/collections/{name}/points/query/batch");
    let answers = match searches.is_empty() {
        true => Value::Null,
        false => collections.server.tell(Method::POST, &path, &json!({ "searches": searches })).await?,
    };
    let mut near: BTreeSet<String> = BTreeSet::new();
    let mut points: HashMap<String, Point> = HashMap::new();
    for (at, answer) in answers.as_array().into_iter().flatten().enumerate() {
        for point in answer["points"].as_array().into_iter().flatten().filter_map(Point::of) {
            if at == 0 && !query.terms.is_empty() {
                near.extend(point.kept.near.iter().cloned());
            }
            points.insert(point.id.clone(), point);
        }
    }
    fetch(collections, &name, &mut points, near).await?;
    let mut candidates: Vec<String> =
        points.values().filter(|point| point.kept.passes(filter)).map(|point| point.id.clone()).collect();
    candidates.sort();
    let lent = candidates.iter().filter_map(|id| points.get(id)).flat_map(|point| point.kept.near.clone()).collect();
    fetch(collections, &name, &mut points, lent).await?;
    let judged = candidates.iter().filter_map(|id| candidate(points.get(id)?, &points, &asked, probe.as_deref()));
    Ok(asked.judge(&among, judged.collect(), k))
}

/// How many memories hold a stem.
async fn holding(collections: &Collections, name: &str, person: &str, key: String) -> Result<usize, IndexError> {
    let body = json!({ "filter": { "must": [is("person", person), is("stems", key)] }, "exact": true });
    let count = collections.server.tell(Method::POST, &format!("/collections/{name}/points/count"), &body).await?;
    Ok(count["count"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(0))
}

/// Reads those points that were not read yet.
async fn fetch(
    collections: &Collections,
    name: &str,
    points: &mut HashMap<String, Point>,
    mut ids: BTreeSet<String>,
) -> Result<(), IndexError> {
    ids.retain(|id| !points.contains_key(id));
    if !ids.is_empty() {
        let found = collections.points(name, &Vec::from_iter(ids)).await?;
        points.extend(found.into_iter().map(|point| (point.id.clone(), point)));
    }
    Ok(())
}

/// What is nearest to a range of time: within, before and behind it, each with its order.
fn in_time(range: &TimeRange) -> [(&'static str, Value); 3] {
    let micros_of = |seconds: i64| seconds.saturating_mul(1_000_000);
    let ((first, last), from, until) = (range.reach(), micros(range.from), micros(range.until));
    [
        ("desc", json!({ "gte": from, "lt": until })),
        ("desc", json!({ "gte": micros_of(first), "lt": from })),
        ("asc", json!({ "gte": until, "lt": micros_of(last + 1) })),
    ]
}

/// The direction that is asked for; none if there is none.
fn mean(vectors: &[Option<Vec<f32>>], expected: usize) -> Result<Option<Vec<f32>>, IndexError> {
    if expected == 0 {
        return Ok(None);
    }
    let mut sum = vec![0.0_f32; expected];
    for vector in vectors.iter().flatten() {
        if vector.len() != expected {
            return Err(IndexError::Dimensions { expected, found: vector.len() });
        }
        sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
    }
    Ok(direction(sum))
}

fn candidate(
    point: &Point,
    points: &HashMap<String, Point>,
    asked: &Asked<'_>,
    probe: Option<&[f32]>,
) -> Option<Candidate> {
    let kept = &point.kept;
    let keys: Vec<String> = asked.stems().map(|stem| key(stem).into_owned()).collect();
    let near: Vec<&Point> = kept.near.iter().filter_map(|id| points.get(id)).collect();
    let product = |vector: &Vec<f32>| {
        let sum: f64 = vector.iter().zip(probe?).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
        Some(sum.clamp(-1.0, 1.0))
    };
    Some(Candidate {
        id: MemoryId::new(&kept.id),
        stems: kept.stems.clone(),
        own: keys.iter().map(|key| kept.times(key)).collect(),
        around: keys
            .iter()
            .map(|key| kept.times(key) + near.iter().map(|near| near.kept.times(key)).sum::<u32>())
            .collect(),
        length: kept.length,
        window: kept.window,
        cosine: point.vector.as_ref().and_then(product),
        vector: point.vector.clone(),
        speaker: kept.said_by(),
        occurred_at: from_micros(kept.at)?,
        importance: kept.importance,
        reinforced: kept.reinforced,
    })
}
