//! What is found: two statements in one snapshot, which find candidates and all that they are judged by.

use super::apply::{clean, word};
use super::words::{Held, halves, key, lexeme, sparse, tsquery, vector};
use super::{RecallLink, signed, told};
use crate::link::Value;
use philia_mind::MemoryId;
use philia_mind::memory::Speaker;
use philia_mind::memory::recall::judge::{Asked, Candidate, Collection, Kindred};
use philia_mind::memory::recall::{POOL, TimeRange};
use philia_ports::Partition;
use philia_ports::index::{Filter, Hit, IndexError, Query, direction_of};
use philia_ports::store::{from_micros, micros};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, Row};

/// Candidates by words, and by those of like meaning: more than are kept, because their order is only about right.
const BY_WORDS: usize = 2 * POOL + POOL / 5;
const BY_NEIGHBOURHOOD: usize = 2 * POOL + POOL / 2;
/// The nearest vectors, and the nearest in time. Whoever comes by another signal has theirs looked at, too.
const NEAREST: usize = POOL;
/// How many vectors of a graph are kept in view while it is walked.
const IN_VIEW: usize = NEAREST + NEAREST / 5;
/// Neighbourhoods that are looked at to find those whose memory passes, where few do not.
const NEIGHBOURHOODS: usize = 6 * POOL;
/// Words that so many memories hold together are looked for. Of commoner ones two must stand together, or one beside a rarer
/// one: each memory that is found is read, and many hold a common word.
const HOLDING: i64 = 5_000;
/// So many of the commoner ones.
const COMMON: usize = 8;
/// The same of words of like meaning; the nearest words come first, and the rest add little.
const KIN_HOLDING: i64 = 500;
/// Words of like meaning for each of the question's.
const KIN: usize = 48;

/// What is asked.
pub(super) struct LookedFor<'a> {
    pub(super) partition: &'a Partition,
    pub(super) query: &'a Query,
    pub(super) vectors: &'a [Option<Vec<f32>>],
    pub(super) filter: &'a Filter,
    pub(super) k: usize,
}

/// What is known of all memories of a person.
struct Whole {
    person: i32,
    dimensions: Option<i32>,
    collection: Collection,
    /// How many memories hold each of the stems that were asked about.
    holding: HashMap<String, i64>,
}

/// The best `k`.
pub(super) async fn search(
    link: &Arc<RecallLink>,
    kindred: &dyn Kindred,
    graph_from: i64,
    looked_for: &LookedFor<'_>,
) -> Result<Vec<Hit>, IndexError> {
    let asked = Asked::new(looked_for.query, kindred);
    let ones = vec![1.0; looked_for.query.terms.len()];
    let stems: Vec<String> = asked
        .stems()
        .map(|stem| key(stem).into_owned())
        .chain(asked.kin(&ones, KIN).iter().map(|(stem, _)| key(stem).into_owned()))
        .collect();

    let mut held = link.link.hold().await.map_err(told)?;
    let client = &**held.client().map_err(told)?;
    let begin = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {};
         SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0;
         SET LOCAL hnsw.ef_search = {IN_VIEW}; SET LOCAL hnsw.iterative_scan = relaxed_order",
        link.settings()
    );
    let work = async {
        // Said in one breath.
        let (begun, whole) =
            tokio::join!(client.batch_execute(&begin), read_whole(client, looked_for.partition, &asked, &stems));
        begun?;
        let Some(whole) = whole? else { return Ok(Err(IndexError::NotLoaded)) };
        let dimensions = whole.dimensions.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let probe = match direction_of(looked_for.vectors, dimensions) {
            Ok(probe) => probe,
            Err(refused) => return Ok(Err(refused)),
        };
        if whole.collection.texts == 0 || looked_for.k == 0 {
            return Ok(Ok((whole, probe, Vec::new())));
        }
        let statement = Statement::of(&whole, looked_for, &asked, probe.as_deref(), graph_from);
        let values: Vec<(&(dyn ToSql + Sync), Type)> =
            statement.values.iter().map(|(value, of)| (&**value as &(dyn ToSql + Sync), of.clone())).collect();
        let rows = client.query_typed(&statement.sql, &values).await?;
        Ok(Ok((whole, probe, rows)))
    };
    let found = link.link.patiently(work).await.map_err(told)?;
    // Whatever comes next on this connection waits behind this.
    link.link.patiently(client.batch_execute("COMMIT")).await.map_err(told)?;
    held.done();
    let (whole, probe, rows) = found?;
    if let Some(dimensions) = whole.dimensions.filter(|_| signed(whole.collection.texts as u64) >= graph_from) {
        link.want_graph(whole.person, dimensions);
    }
    Ok(asked.judge(&whole.collection, candidates(&rows, &asked, probe.as_deref()), looked_for.k))
}

async fn read_whole(
    client: &tokio_postgres::Client,
    partition: &Partition,
    asked: &Asked<'_>,
    stems: &[String],
) -> Result<Option<Whole>, Error> {
    let sql = "SELECT number, dimensions, entries, length, window_length,
                      (SELECT coalesce(json_object_agg(stem, w.entries), '{}')::text FROM recall_word w
                       WHERE w.person = number AND stem = ANY ($4))
               FROM recall_person WHERE account = $1 AND subject = $2 AND generation = $3";
    let (id, generation) = (&partition.id, signed(partition.generation));
    let values: &[Value<'_>] = &[
        (&id.account(), Type::TEXT),
        (&id.subject(), Type::TEXT),
        (&generation, Type::INT8),
        (&stems, Type::TEXT_ARRAY),
    ];
    let Some(row) = client.query_typed_opt(sql, values).await? else { return Ok(None) };
    let holding: HashMap<String, i64> = serde_json::from_str(row.get(5)).unwrap_or_default();
    let number = |at: usize| usize::try_from(row.get::<_, i64>(at)).unwrap_or(0);
    let mut collection =
        Collection { texts: number(2), length: number(3) as u64, window: number(4) as u64, ..Collection::default() };
    let of = |stem: &str| holding.get(&*key(stem)).and_then(|n| usize::try_from(*n).ok()).unwrap_or(0);
    collection.holding = asked.stems().map(of).collect();
    collection.around = collection.holding.iter().map(|holding| collection.about_around(*holding)).collect();
    Ok(Some(Whole { person: row.get(0), dimensions: row.get(1), collection, holding }))
}

/// A statement that is put together, with its values.
#[derive(Default)]
struct Statement {
    sql: String,
    values: Vec<(Box<dyn ToSql + Send + Sync>, Type)>,
}

impl Statement {
    /// A value, by its name in the statement.
    fn bind(&mut self, value: impl ToSql + Send + Sync + 'static, of: Type) -> String {
        self.values.push((Box::new(value), of));
        format!("${}", self.values.len())
    }

    /// Finds candidates by each signal, and reads them with their neighbours.
    fn of(
        whole: &Whole,
        looked_for: &LookedFor<'_>,
        asked: &Asked<'_>,
        probe: Option<&[f32]>,
        graph_from: i64,
    ) -> Self {
        let mut statement = Self::default();
        let mine = format!("recall_entry WHERE person = {}", whole.person);
        let passes = statement.passes(looked_for.filter);
        let rarities = asked.rarities(&whole.collection);
        let mut by: Vec<String> = Vec::new();
        let mut sql = String::from("WITH ");

        let own = whole.looked_for(asked);
        if !own.is_empty() {
            let words = statement.bind(own.clone(), Type::TEXT);
            let weights = statement.bind(sparse(&asked.lexical(&rarities)), Type::TEXT);
            // Where few do not pass, those are looked for among the best; otherwise among all.
            let few_do_not = looked_for.filter.is_usual();
            let most = if few_do_not { NEIGHBOURHOODS.to_string() } else { "ALL".to_owned() };
            let _ = write!(
                sql,
                "own AS MATERIALIZED (
                     SELECT slot, id, near, words, -(weights <#> {weights}::sparsevec) AS worth, {passes} AS passes
                     FROM recall_entry WHERE words @@ {words}::tsquery),
                 around AS MATERIALIZED (
                     SELECT slot, sum(worth) AS worth
                     FROM (SELECT slot, worth FROM own UNION ALL SELECT unnest(near), worth FROM own) AS each
                     GROUP BY slot ORDER BY 2 DESC, 1 LIMIT {most}), "
            );
            by.push(format!("(SELECT slot FROM own WHERE passes ORDER BY worth DESC, id LIMIT {BY_WORDS})"));
            by.push(format!(
                "(SELECT a.slot FROM around a JOIN LATERAL (SELECT id FROM {mine} AND slot = a.slot AND {passes}) e ON true
                  ORDER BY a.worth DESC, e.id LIMIT {BY_NEIGHBOURHOOD})"
            ));
        }
        let kin = whole.kin(asked, &rarities);
        if !kin.is_empty() {
            let words = statement.bind(tsquery(whole.person, kin.iter().map(|(stem, _)| &**stem)), Type::TEXT);
            let weights = statement.bind(sparse(&Asked::kindred(&kin)), Type::TEXT);
            by.push(format!(
                "(SELECT slot FROM recall_entry WHERE words @@ {words}::tsquery AND {passes}
                  ORDER BY weights <#> {weights}::sparsevec, id LIMIT {BY_WORDS})"
            ));
        }
        if let (Some(probe), Some(dimensions)) = (probe.and_then(vector), whole.dimensions) {
            let probe = statement.bind(probe, Type::TEXT);
            // The length is part of what a graph is of: without it none is walked. A graph knows no second order.
            let (length, ties) = match signed(whole.collection.texts as u64) < graph_from {
                true => (String::new(), ", id"),
                false => (format!("({dimensions})"), ""),
            };
            let turned = format!("recall_vector WHERE person = {}", whole.person);
            // What most questions keep out is known beside the vector; for the rest each is looked up.
            let from = match looked_for.filter.is_usual() {
                true => turned,
                false => format!(
                    "(SELECT slot, vector FROM {turned}) AS turned JOIN (SELECT * FROM {mine}) AS mine USING (slot) WHERE true"
                ),
            };
            by.push(format!(
                "(SELECT slot FROM {from} AND {passes}
                  ORDER BY vector::halfvec{length} <#> {probe}::halfvec{length}{ties} LIMIT {NEAREST})"
            ));
        }
        for range in &looked_for.query.times {
            by.push(statement.nearest_in_time(&mine, &passes, range));
        }
        if by.is_empty() {
            by.push("(SELECT 0 AS slot WHERE false)".into());
        }
        let _ = write!(
            sql,
            "chosen AS ({}),
             picked AS MATERIALIZED (
                 SELECT slot, words, id, near, length, window_length, speaker, kind, at, importance, reinforced
                 FROM {mine} AND slot = ANY (ARRAY(SELECT slot FROM chosen)))
             SELECT *, NULL FROM picked
             UNION ALL
             SELECT slot, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, halfvec_send(vector)
             FROM recall_vector
             WHERE person = {} AND slot = ANY (ARRAY(SELECT slot FROM picked))",
            by.join(" UNION "),
            whole.person,
        );
        if !own.is_empty() {
            // Neighbours who hold something of what is looked for.
            sql.push_str(
                " UNION ALL
                 SELECT slot, words, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM own
                 WHERE slot IN (SELECT unnest(near) FROM picked) AND slot NOT IN (SELECT slot FROM picked)",
            );
        }
        statement.sql = sql;
        statement
    }

    /// The nearest to a range of time, of those that are nearer than nothing.
    fn nearest_in_time(&mut self, mine: &str, passes: &str, range: &TimeRange) -> String {
        let (first, last) = range.reach();
        let micros_of = |seconds: i64| seconds.saturating_mul(1_000_000);
        let [first, last, from, until] =
            [micros_of(first), micros_of(last + 1), micros(range.from), micros(range.until)]
                .map(|at| self.bind(at, Type::INT8));
        format!(
            "(SELECT slot FROM {mine} AND at BETWEEN {first} AND {last} AND {passes}
              ORDER BY greatest({from} - at, at - {until}, 0), id LIMIT {NEAREST})"
        )
    }

    /// What a filter lets pass.
    fn passes(&mut self, filter: &Filter) -> String {
        let mut all: Vec<String> = Vec::new();
        if !filter.include_hidden {
            all.push("NOT hidden".into());
        }
        if !filter.include_companion {
            let companion = self.bind(word(&Speaker::Companion), Type::TEXT);
            all.push(format!("speaker <> {companion}"));
        }
        if let Some(speaker) = &filter.speaker {
            let speaker = self.bind(word(speaker), Type::TEXT);
            all.push(format!("speaker = {speaker}"));
        }
        if let Some(kind) = &filter.kind {
            let kind = self.bind(word(kind), Type::TEXT);
            all.push(format!("kind = {kind}"));
        }
        if !filter.categories.is_empty() {
            let names: Vec<String> = filter.categories.iter().map(word).collect();
            let names = self.bind(names, Type::TEXT_ARRAY);
            all.push(format!("category = ANY ({names})"));
        }
        if !filter.emotions.is_empty() {
            let names: Vec<String> = filter.emotions.iter().map(|name| clean(name)).collect();
            let names = self.bind(names, Type::TEXT_ARRAY);
            all.push(format!("emotion = ANY ({names})"));
        }
        if !filter.tags.is_empty() {
            let names: Vec<String> = filter.tags.iter().map(|name| clean(name)).collect();
            let names = self.bind(names, Type::TEXT_ARRAY);
            all.push(format!("tags @> {names}"));
        }
        if let Some(after) = filter.after {
            let after = self.bind(micros(after), Type::INT8);
            all.push(format!("at >= {after}"));
        }
        if let Some(before) = filter.before {
            let before = self.bind(micros(before), Type::INT8);
            all.push(format!("at < {before}"));
        }
        if filter.min_importance > 0.0 {
            let least = self.bind(filter.min_importance, Type::FLOAT8);
            all.push(format!("importance >= {least}"));
        }
        if all.is_empty() { "true".into() } else { format!("({})", all.join(" AND ")) }
    }
}

impl Whole {
    /// The question's words to look for, as the text of a tsquery: the rarest alone, as long as not too many memories hold
    /// them, and of the commoner ones any two together. Empty if no memory holds any.
    fn looked_for(&self, asked: &Asked<'_>) -> String {
        let mut keys: Vec<(i64, Cow<'_, str>)> =
            asked.stems().map(key).filter_map(|key| Some((*self.holding.get(&*key)?, key))).collect();
        keys.sort();
        keys.dedup();
        let mut held = 0;
        let alone = keys.iter().take_while(|(holding, _)| {
            let first = held == 0;
            held += holding;
            first || held <= HOLDING
        });
        let (alone, common) = keys.split_at(alone.count());
        let common = &common[..common.len().min(COMMON)];
        let mut any: Vec<String> = alone.iter().map(|(_, key)| lexeme(self.person, key)).collect();
        for (n, (_, one)) in common.iter().enumerate() {
            let two = |(_, other): &(i64, Cow<'_, str>)| {
                format!("({} & {})", lexeme(self.person, one), lexeme(self.person, other))
            };
            any.extend(common[n + 1..].iter().map(two));
        }
        any.join(" | ")
    }

    /// The words of like meaning to look for: those that count most first, as long as not too many memories hold them.
    fn kin(&self, asked: &Asked<'_>, rarities: &[f64]) -> Vec<(Arc<str>, f64)> {
        let mut kin = asked.kin(rarities, KIN);
        let mut left = KIN_HOLDING;
        kin.retain(|(stem, _)| {
            let Some(holding) = self.holding.get(&*key(stem)) else { return false };
            let had_none = left == KIN_HOLDING;
            left -= holding;
            had_none || left >= 0
        });
        for (stem, _) in &mut kin {
            *stem = key(stem).as_ref().into();
        }
        kin
    }
}

/// What is judged, from the rows that were read: of memories, of their vectors, and of their neighbours.
fn candidates(rows: &[Row], asked: &Asked<'_>, probe: Option<&[f32]>) -> Vec<Candidate> {
    let keys: Vec<Cow<'_, str>> = asked.stems().map(key).collect();
    let mut vectors: HashMap<i32, Vec<f32>> = HashMap::with_capacity(rows.len());
    let mut held: HashMap<i32, (Held<'_>, Vec<u32>)> = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(vector) = row.get::<_, Option<&[u8]>>(11) {
            vectors.insert(row.get(0), halves(vector));
        } else if let Some(words) = row.get::<_, Option<Held<'_>>>(1) {
            let times =
                |key: &Cow<'_, str>| words.0.iter().find(|(stem, _)| stem == key).map_or(0, |(_, times)| *times);
            let times = keys.iter().map(times).collect();
            held.insert(row.get(0), (words, times));
        }
    }
    let number = |row: &Row, at: usize| u32::try_from(row.get::<_, i32>(at)).unwrap_or(0);
    let mut candidate = |row: &Row| {
        let (slot, id): (i32, Option<&str>) = (row.get(0), row.get(2));
        let id = MemoryId::new(id?);
        let (words, own) = held.get(&slot)?;
        let mut around = own.clone();
        for (_, times) in row.get::<_, Vec<i32>>(3).iter().filter_map(|near| held.get(near)) {
            around.iter_mut().zip(times).for_each(|(around, times)| *around += times);
        }
        let vector = vectors.remove(&slot);
        let product = |vector: &Vec<f32>| {
            Some(vector.iter().zip(probe?).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>().clamp(-1.0, 1.0))
        };
        Some(Candidate {
            id,
            stems: words.0.iter().map(|(stem, _)| (*stem).to_owned()).collect(),
            own: own.clone(),
            around,
            length: number(row, 4),
            window: number(row, 5),
            cosine: vector.as_ref().and_then(product),
            vector,
            speaker: serde_json::from_str(row.get(6)).ok()?,
            kind: serde_json::from_str(row.get(7)).ok()?,
            occurred_at: from_micros(row.get(8))?,
            importance: row.get(9),
            reinforced: u32::try_from(row.get::<_, i64>(10)).unwrap_or(u32::MAX),
        })
    };
    rows.iter().filter_map(&mut candidate).collect()
}
