//! What is taken in: one transaction, which begins with the person's row.

use super::words::{Held, key, sparse, tsvector, vector};
use super::{RecallLink, signed, told, unsigned};
use crate::link::Value as Bound;
use deadpool_postgres::Transaction;
use philia_mind::MemoryId;
use philia_mind::memory::Speaker;
use philia_mind::memory::recall::judge::Bag;
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, IndexError, dimensions_of};
use philia_ports::store::{Partition, PartitionId, micros};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use tokio_postgres::Error;
use tokio_postgres::types::Type;

/// A person's row.
#[derive(Debug, Default)]
struct Head {
    number: i32,
    dimensions: Option<i32>,
    next_slot: i32,
    entries: i64,
    length: i64,
    window: i64,
    speakers: BTreeMap<String, i64>,
}

/// An entry that is there already.
struct There {
    slot: i32,
    stems: Vec<String>,
    near: Vec<i32>,
    place: Option<(String, i64)>,
    length: i32,
    window: i32,
    speaker: Speaker,
}

/// An entry that comes, read.
struct Coming {
    entry: Entry,
    bag: Bag,
    vector: Option<String>,
}

/// Why nothing was taken in.
enum Refused {
    Index(IndexError),
    Server(Error),
}

impl From<Error> for Refused {
    fn from(told: Error) -> Self {
        Self::Server(told)
    }
}

/// The two on each side of an entry `m`.
const NEIGHBOURS: &str = "
    ((SELECT b.slot, b.length, b.place_order, b.id FROM recall_entry b
      WHERE b.person = m.person AND b.place = m.place AND (b.place_order, b.id) < (m.place_order, m.id)
      ORDER BY b.place_order DESC, b.id DESC LIMIT 2)
     UNION ALL
     (SELECT b.slot, b.length, b.place_order, b.id FROM recall_entry b
      WHERE b.person = m.person AND b.place = m.place AND (b.place_order, b.id) > (m.place_order, m.id)
      ORDER BY b.place_order, b.id LIMIT 2))";

/// Takes in changes of the store.
pub(super) async fn apply(
    link: &Arc<RecallLink>,
    analyzer: &Analyzer,
    partition: &Partition,
    since: Option<u64>,
    upserts: Vec<Entry>,
    removals: &[MemoryId],
    upto: u64,
) -> Result<(), IndexError> {
    let dimensions = dimensions_of(&upserts)?;
    // Twice in one change: the later one is meant.
    let mut coming: BTreeMap<String, Coming> = BTreeMap::new();
    for mut entry in upserts {
        let bag = Bag::of(analyzer, &std::mem::take(&mut entry.text));
        let vector = entry.vector.take().and_then(|numbers| vector(&numbers));
        coming.insert(entry.id.to_string(), Coming { entry, bag, vector });
    }
    let coming: Vec<Coming> = coming.into_values().collect();

    let mut held = link.link.hold().await.map_err(told)?;
    let client = held.client().map_err(told)?;
    let work = async {
        let transaction = client.transaction().await?;
        transaction.batch_execute(&link.settings()).await?;
        let taken_in = match since {
            Some(since) => follow(&transaction, partition, since, dimensions, coming, removals, upto).await,
            None => afresh(&transaction, partition, dimensions, coming, upto).await,
        };
        match taken_in {
            Ok(former) => transaction.commit().await.map(|()| Ok(former)),
            Err(Refused::Index(error)) => transaction.rollback().await.map(|()| Err(error)),
            Err(Refused::Server(told)) => Err(told),
        }
    };
    let former = link.link.patiently(work).await.map_err(told)?;
    held.done();
    if let Some(former) = former? {
        link.drop_graph(former);
    }
    Ok(())
}

/// Forgets a person.
pub(super) async fn clear(link: &Arc<RecallLink>, id: &PartitionId) -> Result<(), IndexError> {
    let mut held = link.link.hold().await.map_err(told)?;
    let client = held.client().map_err(told)?;
    let work = async {
        let transaction = client.transaction().await?;
        transaction.batch_execute(&link.settings()).await?;
        let sql = "DELETE FROM recall_person WHERE account = $1 AND subject = $2 RETURNING number";
        let gone =
            transaction.query_typed_opt(sql, &[(&id.account(), Type::TEXT), (&id.subject(), Type::TEXT)]).await?;
        let gone: Option<i32> = gone.map(|row| row.get(0));
        if let Some(gone) = gone {
            drop_content(&transaction, gone).await?;
        }
        transaction.commit().await.map(|()| gone)
    };
    let gone = link.link.patiently(work).await.map_err(told)?;
    held.done();
    if let Some(gone) = gone {
        link.drop_graph(gone);
    }
    Ok(())
}

async fn drop_content(transaction: &Transaction<'_>, person: i32) -> Result<(), Error> {
    for table in ["recall_entry", "recall_vector", "recall_word"] {
        let sql = format!("DELETE FROM {table} WHERE person = $1");
        transaction.query_typed(&sql, &[(&person, Type::INT4)]).await?;
    }
    Ok(())
}

/// Takes everything in anew, under a new number; returns the former one.
async fn afresh(
    transaction: &Transaction<'_>,
    partition: &Partition,
    dimensions: Option<usize>,
    coming: Vec<Coming>,
    upto: u64,
) -> Result<Option<i32>, Refused> {
    let (id, generation) = (&partition.id, signed(partition.generation));
    let whom: [Bound<'_>; 3] = [(&id.account(), Type::TEXT), (&id.subject(), Type::TEXT), (&generation, Type::INT8)];
    let former = "SELECT number FROM recall_person WHERE account = $1 AND subject = $2 FOR UPDATE";
    let former = transaction.query_typed_opt(former, &whom[..2]).await?.map(|row| row.get::<_, i32>(0));
    if let Some(former) = former {
        drop_content(transaction, former).await?;
    }
    let sql = "INSERT INTO recall_person (account, subject, number, generation, upto, next_slot, entries, length,
                                          window_length, speakers)
               VALUES ($1, $2, nextval('recall_number'), $3, 0, 0, 0, 0, 0, '{}')
               ON CONFLICT (account, subject) DO UPDATE SET (number, generation, dimensions) =
                   (excluded.number, excluded.generation, excluded.dimensions)
               RETURNING number";
    let number = transaction.query_typed_one(sql, &whom).await?.get(0);
    let head = Head { number, ..Head::default() };
    take_in(transaction, head, dimensions, coming, &[], upto).await?;
    Ok(former)
}

/// Takes in what follows.
async fn follow(
    transaction: &Transaction<'_>,
    partition: &Partition,
    since: u64,
    dimensions: Option<usize>,
    coming: Vec<Coming>,
    removals: &[MemoryId],
    upto: u64,
) -> Result<Option<i32>, Refused> {
    let sql = "SELECT number, upto, dimensions, next_slot, entries, length, window_length, speakers FROM recall_person
               WHERE account = $1 AND subject = $2 AND generation = $3 FOR UPDATE";
    let (id, generation) = (&partition.id, signed(partition.generation));
    let whom: &[Bound<'_>] = &[(&id.account(), Type::TEXT), (&id.subject(), Type::TEXT), (&generation, Type::INT8)];
    let row = transaction.query_typed_opt(sql, whom).await?;
    let Some(row) = row.filter(|row| unsigned(row.get(1)) == since) else {
        return Err(Refused::Index(IndexError::NotLoaded));
    };
    let head = Head {
        number: row.get(0),
        dimensions: row.get(2),
        next_slot: row.get(3),
        entries: row.get(4),
        length: row.get(5),
        window: row.get(6),
        speakers: serde_json::from_str(row.get(7)).unwrap_or_default(),
    };
    let expected = head.dimensions.and_then(|expected| usize::try_from(expected).ok());
    if let (Some(expected), Some(found)) = (expected, dimensions)
        && expected != found
    {
        return Err(Refused::Index(IndexError::Dimensions { expected, found }));
    }
    take_in(transaction, head, dimensions, coming, removals, upto).await?;
    Ok(None)
}

async fn take_in(
    transaction: &Transaction<'_>,
    mut head: Head,
    dimensions: Option<usize>,
    coming: Vec<Coming>,
    removals: &[MemoryId],
    upto: u64,
) -> Result<(), Error> {
    let person = head.number;
    let come: HashSet<&str> = coming.iter().map(|coming| coming.entry.id.as_str()).collect();
    let named: Vec<&str> = removals.iter().map(MemoryId::as_str).chain(come.iter().copied()).collect();
    let there = if head.entries > 0 { read_there(transaction, person, &named).await? } else { HashMap::new() };

    let mut words: BTreeMap<String, i32> = BTreeMap::new();
    let mut gone: Vec<i32> = Vec::new();
    // Whose neighbours or whose words have changed, and whose neighbours are to be asked for too.
    let (mut affected, mut placed): (BTreeSet<i32>, Vec<i32>) = (BTreeSet::new(), Vec::new());
    for (id, there) in &there {
        there.stems.iter().for_each(|stem| *words.entry(stem.clone()).or_default() -= 1);
        head.count(&there.speaker, -1);
        head.length -= i64::from(there.length);
        if !come.contains(id.as_str()) {
            gone.push(there.slot);
            affected.extend(&there.near);
            head.window -= i64::from(there.window);
            head.entries -= 1;
        }
    }
    let mut rows: Vec<Value> = Vec::with_capacity(coming.len());
    for coming in &coming {
        coming.bag.stems.keys().for_each(|stem| *words.entry(key(stem).into_owned()).or_default() += 1);
        head.count(&coming.entry.speaker, 1);
        head.length += i64::from(coming.bag.length);
        let place = coming.place();
        let slot = match there.get(coming.entry.id.as_str()) {
            Some(there) => {
                if there.place != place || there.length != coming.length() {
                    affected.extend(&there.near);
                    affected.insert(there.slot);
                    placed.push(there.slot);
                }
                there.slot
            }
            None => {
                head.entries += 1;
                head.window += i64::from(coming.bag.length);
                head.next_slot += 1;
                if place.is_some() {
                    affected.insert(head.next_slot);
                    placed.push(head.next_slot);
                }
                head.next_slot
            }
        };
        rows.push(coming.row(person, slot));
    }
    if !gone.is_empty() {
        let sql = "WITH unturned AS (DELETE FROM recall_vector WHERE person = $1 AND slot = ANY ($2))
                   DELETE FROM recall_entry WHERE person = $1 AND slot = ANY ($2)";
        transaction.query_typed(sql, &[(&person, Type::INT4), (&gone, Type::INT4_ARRAY)]).await?;
    }
    if !rows.is_empty() {
        let rows = Value::Array(rows).to_string();
        transaction.query_typed(INSERT, &[(&person, Type::INT4), (&rows, Type::TEXT)]).await?;
    }
    let gone: HashSet<i32> = gone.into_iter().collect();
    affected.retain(|slot| !gone.contains(slot));
    head.window += meet(transaction, person, affected, &placed).await?;
    count_words(transaction, person, words).await?;

    if let Some(dimensions) = dimensions.filter(|_| coming.iter().any(|coming| coming.vector.is_some())) {
        head.dimensions = i32::try_from(dimensions).ok();
    }
    let sql = "UPDATE recall_person SET upto = $2, dimensions = $3, next_slot = $4, entries = $5, length = $6,
                                        window_length = $7, speakers = $8
               WHERE number = $1";
    let speakers = serde_json::to_string(&head.speakers).unwrap_or_default();
    let values: &[Bound<'_>] = &[
        (&person, Type::INT4),
        (&signed(upto), Type::INT8),
        (&head.dimensions, Type::INT4),
        (&head.next_slot, Type::INT4),
        (&head.entries, Type::INT8),
        (&head.length, Type::INT8),
        (&head.window, Type::INT8),
        (&speakers, Type::TEXT),
    ];
    transaction.query_typed(sql, values).await.map(drop)
}

impl Head {
    fn count(&mut self, speaker: &Speaker, more: i64) {
        if let Speaker::Other(name) = speaker {
            let entries = self.speakers.entry(name.clone()).or_default();
            *entries += more;
            if *entries == 0 {
                self.speakers.remove(name);
            }
        }
    }
}

impl Coming {
    fn length(&self) -> i32 {
        i32::try_from(self.bag.length).unwrap_or(i32::MAX)
    }

    /// Its place, with an order that sorts as it did when it had no sign.
    fn place(&self) -> Option<(String, i64)> {
        self.entry.place.as_ref().map(|place| (clean(&place.group), (place.order ^ (1 << 63)).cast_signed()))
    }

    fn row(&self, person: i32, slot: i32) -> Value {
        let Entry { id, speaker, occurred_at, kind, category, importance, reinforced, emotion, tags, hidden, .. } =
            &self.entry;
        let place = self.place();
        json!({
            "slot": slot, "id": id.as_str(), "words": tsvector(person, &self.bag),
            "weights": sparse(&self.bag.impacts()), "vector": self.vector, "length": self.length(),
            "place": place.as_ref().map(|(group, _)| group), "place_order": place.as_ref().map(|(_, order)| order),
            "speaker": word(speaker), "at": micros(*occurred_at), "kind": word(kind), "category": word(category),
            "importance": importance, "reinforced": reinforced, "emotion": emotion.as_deref().map(clean),
            "tags": tags.iter().map(|tag| clean(tag)).collect::<Vec<_>>(), "hidden": hidden,
        })
    }
}

/// A name of a fixed set, or a speaker, as a column holds it.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    clean(&serde_json::to_string(value).unwrap_or_default())
}

/// PostgreSQL holds no NUL.
pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

const INSERT: &str = "
    WITH come AS MATERIALIZED (
        SELECT * FROM json_to_recordset($2::json) AS come
            (slot int, id text, words text, weights text, vector text, length int, place text, place_order bigint,
             speaker text, at bigint, kind text, category text, importance float8, reinforced bigint, emotion text,
             tags json, hidden boolean)),
    turned AS (
        INSERT INTO recall_vector AS v (person, slot, id, speaker, hidden, vector)
        SELECT $1, slot, id, speaker, hidden, vector::halfvec FROM come WHERE vector IS NOT NULL
        ON CONFLICT (person, slot) DO UPDATE SET (speaker, hidden, vector) =
            (excluded.speaker, excluded.hidden, excluded.vector)
        WHERE (v.speaker, v.hidden, v.vector) <> (excluded.speaker, excluded.hidden, excluded.vector)),
    unturned AS (
        DELETE FROM recall_vector WHERE person = $1 AND slot IN (SELECT slot FROM come WHERE vector IS NULL))
    INSERT INTO recall_entry (person, slot, id, words, weights, length, window_length, place, place_order, speaker, at,
                              kind, category, importance, reinforced, emotion, tags, hidden)
    SELECT $1, slot, id, words::tsvector, weights::sparsevec, length, length, place, place_order, speaker, at,
           kind, category, importance, reinforced, emotion, ARRAY(SELECT json_array_elements_text(tags)), hidden
    FROM come
    ON CONFLICT (person, id) DO UPDATE SET
        (words, weights, length, place, place_order, speaker, at, kind, category, importance, reinforced, emotion, tags,
         hidden) =
        (excluded.words, excluded.weights, excluded.length, excluded.place, excluded.place_order, excluded.speaker,
         excluded.at, excluded.kind, excluded.category, excluded.importance, excluded.reinforced, excluded.emotion,
         excluded.tags, excluded.hidden)";

async fn read_there(transaction: &Transaction<'_>, person: i32, ids: &[&str]) -> Result<HashMap<String, There>, Error> {
    let sql = "SELECT id, slot, words, near, place, place_order, length, window_length, speaker FROM recall_entry
               WHERE person = $1 AND id = ANY ($2)";
    let rows = transaction.query_typed(sql, &[(&person, Type::INT4), (&ids, Type::TEXT_ARRAY)]).await?;
    let there = rows.iter().map(|row| {
        let place: Option<String> = row.get(4);
        let speaker = serde_json::from_str(row.get(8)).unwrap_or(Speaker::User);
        let there = There {
            slot: row.get(1),
            stems: row.get::<_, Held<'_>>(2).0.iter().map(|(stem, _)| (*stem).to_owned()).collect(),
            near: row.get(3),
            place: place.zip(row.get(5)),
            length: row.get(6),
            window: row.get(7),
            speaker,
        };
        (row.get(0), there)
    });
    Ok(there.collect())
}

/// Takes in who stands next to whom now: of those who are affected, and of those next to whom somebody was placed. Tells
/// by how much the neighbourhoods have grown, all together.
async fn meet(
    transaction: &Transaction<'_>,
    person: i32,
    mut affected: BTreeSet<i32>,
    placed: &[i32],
) -> Result<i64, Error> {
    if !placed.is_empty() {
        let sql = format!(
            "SELECT DISTINCT n.slot FROM recall_entry m, LATERAL {NEIGHBOURS} n WHERE m.person = $1 AND m.slot = ANY ($2)"
        );
        let next = transaction.query_typed(&sql, &[(&person, Type::INT4), (&placed, Type::INT4_ARRAY)]).await?;
        affected.extend(next.iter().map(|row| row.get::<_, i32>(0)));
    }
    if affected.is_empty() {
        return Ok(0);
    }
    let affected: Vec<i32> = affected.into_iter().collect();
    let sql = format!(
        "WITH now AS MATERIALIZED (
             SELECT m.slot, m.window_length AS before, (m.length + coalesce(sum(n.length), 0))::int AS total,
                    coalesce(array_agg(n.slot ORDER BY n.place_order, n.id) FILTER (WHERE n.slot IS NOT NULL), '{{}}') AS near
             FROM recall_entry m LEFT JOIN LATERAL {NEIGHBOURS} n ON true
             WHERE m.person = $1 AND m.slot = ANY ($2) GROUP BY m.slot, m.window_length, m.length),
         changed AS (
             UPDATE recall_entry e SET near = now.near, window_length = now.total FROM now
             WHERE e.person = $1 AND e.slot = now.slot AND (e.near <> now.near OR e.window_length <> now.total)
             RETURNING now.total - now.before AS more)
         SELECT coalesce(sum(more), 0)::bigint FROM changed"
    );
    let more = transaction.query_typed_one(&sql, &[(&person, Type::INT4), (&affected, Type::INT4_ARRAY)]).await?;
    Ok(more.get(0))
}

async fn count_words(transaction: &Transaction<'_>, person: i32, words: BTreeMap<String, i32>) -> Result<(), Error> {
    let (stems, more): (Vec<String>, Vec<i32>) = words.into_iter().filter(|(_, more)| *more != 0).unzip();
    if stems.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO recall_word (person, stem, entries) SELECT $1, * FROM unnest($2::text[], $3::int[])
               ON CONFLICT (person, stem) DO UPDATE SET entries = recall_word.entries + excluded.entries";
    let values: &[Bound<'_>] = &[(&person, Type::INT4), (&stems, Type::TEXT_ARRAY), (&more, Type::INT4_ARRAY)];
    transaction.query_typed(sql, values).await?;
    if more.iter().any(|more| *more < 0) {
        let sql = "DELETE FROM recall_word WHERE person = $1 AND stem = ANY ($2) AND entries <= 0";
        transaction.query_typed(sql, &[(&person, Type::INT4), (&stems, Type::TEXT_ARRAY)]).await?;
    }
    Ok(())
}
