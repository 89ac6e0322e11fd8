//! Reading: a few connections that cannot write. Each answer is of one instant.
//!
//! What takes microseconds is read on the thread that asks, because handing it to another takes longer than the
//! reading; the rest on blocking threads.

use crate::at_hand::Head;
use crate::commit::erased;
use crate::place::Place;
use jiff::Timestamp;
use philia_ports::store::{
    Cursor, Doc, Feed, Key, Kind, MAX_CHANGES, Order, Page, Partition, PartitionId, PartitionInfo, Position, Record,
    Scan, StoreError, Touched, from_micros, micros, partitions_page,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// So many read at once; the others wait.
const READERS: usize = 4;

/// So many records are read on the thread that asks: some microseconds each.
const FEW_RECORDS: usize = 32;

/// So many commits are followed on the thread that asks.
const FEW_COMMITS: u64 = 8;

/// The connections for reading, opened when they are needed.
#[derive(Debug)]
pub(crate) struct Readers {
    place: Arc<Place>,
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(place: Arc<Place>) -> Self {
        Self { place, idle: Arc::default(), permits: Arc::new(Semaphore::new(READERS)) }
    }

    /// Runs a query on a blocking thread, within a transaction.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection, &Place) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let ended = |error: &dyn std::fmt::Display| StoreError::Unavailable(format!("a reader has ended: {error}"));
        let permit = self.permits.clone().acquire_owned().await.map_err(|error| ended(&error))?;
        let (place, idle) = (self.place.clone(), self.idle.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = kept.map_or_else(|| place.open_reader(), Ok)?;
            let answer = within(&connection, &place, query);
            put_back(&idle, connection);
            answer
        });
        reading.await.map_err(|error| ended(&error))?
    }

    /// The same for a query that takes microseconds: on this thread, if a connection is free.
    pub(crate) async fn read_few<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection, &Place) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let free = self.permits.try_acquire().ok().and_then(|permit| {
            let connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            Some((permit, connection))
        });
        let Some((_permit, connection)) = free else { return self.read(query).await };
        let answer = within(&connection, &self.place, query);
        put_back(&self.idle, connection);
        answer
    }

    /// Closes the connections that nobody uses.
    pub(crate) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Keeps a connection for whoever reads next, unless it is still within a transaction.
fn put_back(idle: &Mutex<Vec<Connection>>, connection: Connection) {
    if connection.is_autocommit() {
        idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

/// Runs a query within a transaction.
fn within<T>(
    connection: &Connection,
    place: &Place,
    query: impl FnOnce(&Connection, &Place) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let run = |sql| connection.prepare_cached(sql)?.execute([]);
    run("BEGIN").map_err(|error| place.error(error))?;
    let answer = query(connection, place);
    // There is nothing to undo; but what cannot be ended must not be used again.
    run("ROLLBACK").map_err(|error| place.error(error))?;
    answer
}

/// Are these read in microseconds? Documents and bytes that people upload are not.
pub(crate) fn are_few(keys: &[Key]) -> bool {
    keys.len() <= FEW_RECORDS && keys.iter().all(|key| !matches!(key.kind, Kind::Document | Kind::Blob))
}

pub(crate) fn head(connection: &Connection, place: &Place, id: &PartitionId) -> Result<Head, StoreError> {
    home(connection, id).map_err(|error| place.error(error))
}

fn home(connection: &Connection, id: &PartitionId) -> rusqlite::Result<Head> {
    let found = connection
        .prepare_cached("SELECT id, generation, head FROM partition WHERE account = ?1 AND subject = ?2")?
        .query_row([id.account(), id.subject()], |row| {
            Ok(Head { row: row.get(0)?, generation: row.get(1)?, head: row.get(2)? })
        })
        .optional()?;
    match found {
        Some(home) => Ok(home),
        None => Ok(Head { generation: erased(connection, id)?, ..Head::default() }),
    }
}

/// A record from the columns `id, at, version, doc, blob`, of which the first is number `from`.
fn record(place: &Place, kind: Kind, row: &Row<'_>, from: usize) -> Result<Record, StoreError> {
    let failed = |error| place.error(error);
    let key = Key::new(kind, row.get::<_, String>(from).map_err(failed)?);
    let at: i64 = row.get(from + 1).map_err(failed)?;
    let doc = row.get_ref(from + 3).and_then(|doc| Ok(doc.as_str()?)).map_err(failed)?;
    Ok(Record {
        at: from_micros(at).ok_or_else(|| place.corrupt(format!("{key} is of no time ({at} \u{b5}s)")))?,
        version: row.get(from + 2).map_err(failed)?,
        doc: Doc::kept(doc).ok_or_else(|| place.corrupt(format!("{key} has no readable document")))?,
        blob: row.get(from + 4).map_err(failed)?,
        key,
    })
}

fn as_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(crate) fn get_many(
    connection: &Connection,
    place: &Place,
    partition: i64,
    keys: &[Key],
) -> Result<Vec<Option<Record>>, StoreError> {
    let failed = |error| place.error(error);
    let mut found = Vec::with_capacity(keys.len());
    for keys in keys.chunk_by(|one, next| one.kind == next.kind) {
        let kind = keys[0].kind;
        let sql = format!("SELECT id, at, version, doc, blob FROM \"{kind}\" WHERE partition = ?1 AND id = ?2");
        let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
        for key in keys {
            let mut rows = statement.query(params![partition, key.id]).map_err(failed)?;
            found.push(rows.next().map_err(failed)?.map(|row| record(place, kind, row, 0)).transpose()?);
        }
    }
    Ok(found)
}

/// Has a partition anything of a kind?
pub(crate) fn has_any(connection: &Connection, place: &Place, partition: i64, kind: Kind) -> Result<bool, StoreError> {
    let sql = format!("SELECT 1 FROM \"{kind}\" WHERE partition = ?1 LIMIT 1");
    connection.prepare_cached(&sql).and_then(|mut any| any.exists([partition])).map_err(|error| place.error(error))
}

/// The beginning of a scan that is read in microseconds; none where a record alone may take longer.
pub(crate) fn first_of(scan: &Scan) -> Option<Scan> {
    let small = !scan.blobs && !matches!(scan.kind, Kind::Document | Kind::Blob);
    small.then(|| Scan { limit: scan.page_size().min(FEW_RECORDS), ..scan.clone() })
}

pub(crate) fn scan(
    connection: &Connection,
    place: &Place,
    partition: i64,
    scan: &Scan,
) -> Result<Page<Record>, StoreError> {
    let failed = |error| place.error(error);
    let (after, before) = scan.range()?;
    let direction = match scan.order {
        Order::Ascending => "ASC",
        Order::Descending => "DESC",
    };
    let sql = format!(
        "SELECT id, at, version, doc, {} FROM \"{}\"
         WHERE partition = ?1 AND (at, id) > (?2, ?3) AND (at, id) < (?4, ?5)
         ORDER BY at {direction}, id {direction} LIMIT ?6",
        if scan.blobs { "blob" } else { "NULL" },
        scan.kind,
    );
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    // One more than the page holds, to know whether there is a next.
    let values = params![partition, after.at, after.id, before.at, before.id, as_limit(scan.page_size() + 1)];
    let mut rows = statement.query(values).map_err(failed)?;
    let mut items: Vec<Record> = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        if items.len() == scan.page_size() {
            let place_of = |last: &Record| Position { at: micros(last.at), id: last.key.id.clone() };
            let next = items.last().map(|last| place_of(last).to_cursor());
            return Ok(Page { items, next });
        }
        items.push(record(place, scan.kind, row, 0)?);
    }
    Ok(Page { items, next: None })
}

/// The changes, where they are read in microseconds: of few commits. None where it may take longer.
pub(crate) fn few_changes(
    connection: &Connection,
    place: &Place,
    id: &PartitionId,
    kind: Kind,
    since: u64,
    limit: usize,
) -> Result<Option<Feed>, StoreError> {
    let Head { head, .. } = head(connection, place, id)?;
    let few = match kind {
        // What is followed from turn to turn has an index by change, or is at hand.
        Kind::Fact => head.saturating_sub(since) <= FEW_COMMITS,
        _ => head <= since,
    };
    few.then(|| changes(connection, place, id, kind, since, limit)).transpose()
}

pub(crate) fn changes(
    connection: &Connection,
    place: &Place,
    id: &PartitionId,
    kind: Kind,
    since: u64,
    limit: usize,
) -> Result<Feed, StoreError> {
    let failed = |error| place.error(error);
    let Head { row, generation, head } = home(connection, id).map_err(failed)?;
    let mut feed = Feed { generation, head, touched: Vec::new(), more: false };
    let Some(partition) = row.filter(|_| since < head) else { return Ok(feed) };
    // Whoever starts from nothing has nothing that could be gone.
    let gone = if since == 0 { "AND FALSE" } else { "" };
    let sql = format!(
        "SELECT seq, id, FALSE FROM \"{kind}\" WHERE partition = ?1 AND seq > ?2
         UNION ALL
         SELECT seq, id, TRUE FROM deleted WHERE partition = ?1 AND kind = '{kind}' AND seq > ?2 {gone}
         ORDER BY seq, id LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    let since = i64::try_from(since).unwrap_or(i64::MAX);
    // The page goes on to where a commit ends, and one more tells that there is more.
    let most = as_limit(limit.saturating_add(MAX_CHANGES));
    let mut rows = statement.query([partition, since, most]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let read = || Ok(Touched { seq: row.get(0)?, id: row.get(1)?, deleted: row.get(2)? });
        let touched = read().map_err(failed)?;
        // The page may end where a commit does.
        if feed.touched.len() >= limit && feed.touched.last().is_some_and(|last| last.seq != touched.seq) {
            feed.more = true;
            break;
        }
        feed.touched.push(touched);
    }
    Ok(feed)
}

pub(crate) fn due(
    connection: &Connection,
    place: &Place,
    before: Timestamp,
    limit: usize,
) -> Result<Vec<(Partition, Record)>, StoreError> {
    let failed = |error| place.error(error);
    // CROSS JOIN keeps the order of the tables: the jobs by their time, then whose each is.
    let mut statement = connection
        .prepare_cached(
            "SELECT p.account, p.subject, p.generation, j.id, j.at, j.version, j.doc, j.blob
             FROM job j CROSS JOIN partition p ON p.id = j.partition
             WHERE j.at <= ?1 ORDER BY j.at, p.account, p.subject, j.id LIMIT ?2",
        )
        .map_err(failed)?;
    let mut rows = statement.query([micros(before), as_limit(limit)]).map_err(failed)?;
    let mut due = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        due.push((partition(place, row)?, record(place, Kind::Job, row, 3)?));
    }
    Ok(due)
}

/// A partition from the columns `account, subject, generation`.
fn partition(place: &Place, row: &Row<'_>) -> Result<Partition, StoreError> {
    let failed = |error| place.error(error);
    let name = format!("{}/{}", row.get::<_, String>(0).map_err(failed)?, row.get::<_, String>(1).map_err(failed)?);
    let id = PartitionId::parse(&name).map_err(|error| place.corrupt(error))?;
    Ok(Partition { id, generation: row.get(2).map_err(failed)? })
}

pub(crate) fn partitions(
    connection: &Connection,
    place: &Place,
    limit: usize,
    cursor: Option<Cursor>,
) -> Result<Page<PartitionInfo>, StoreError> {
    let (limit, after) = partitions_page(limit, cursor.as_ref())?;
    let failed = |error| place.error(error);
    let (account, subject) = after.as_ref().map_or(("", ""), |id| (id.account(), id.subject()));
    let system = PartitionId::system();
    let mut statement = connection
        .prepare_cached(
            "SELECT account, subject, generation, head FROM partition
             WHERE (account, subject) > (?1, ?2) AND account <> ?3 AND records > 0
             ORDER BY account, subject LIMIT ?4",
        )
        .map_err(failed)?;
    let mut rows = statement.query(params![account, subject, system.account(), as_limit(limit + 1)]).map_err(failed)?;
    let mut items: Vec<PartitionInfo> = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        if items.len() == limit {
            let next = items.last().map(|last| Cursor(last.partition.id.to_string()));
            return Ok(Page { items, next });
        }
        items.push(PartitionInfo { partition: partition(place, row)?, head: row.get(3).map_err(failed)? });
    }
    Ok(Page { items, next: None })
}

/// Does it answer?
pub(crate) fn ping(connection: &Connection, place: &Place) -> Result<(), StoreError> {
    let any = connection.query_row("SELECT EXISTS (SELECT 1 FROM partition)", [], |row| row.get::<_, bool>(0));
    any.map(|_| ()).map_err(|error| place.error(error))
}

/// Are all tables there?
pub(crate) fn check_tables(connection: &Connection, place: &Place) -> Result<(), StoreError> {
    let names = || -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
        statement.query_map([], |row| row.get(0))?.collect()
    };
    let names = names().map_err(|error| place.error(error))?;
    let needed = Kind::ALL.iter().map(|kind| kind.as_str()).chain(["partition", "erased", "deleted"]);
    match needed.into_iter().find(|needed| !names.iter().any(|name| name == needed)) {
        Some(missing) => Err(place.corrupt(format!("its table {missing:?} is missing"))),
        None => Ok(()),
    }
}

/// Reads everything and checks that it holds together.
pub(crate) fn verify(connection: &Connection, place: &Place) -> Result<(), StoreError> {
    let failed = |error| place.error(error);
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
    if found != "ok" {
        return Err(place.corrupt(found));
    }
    let strays = connection.prepare("PRAGMA foreign_key_check").and_then(|mut statement| statement.exists([]));
    if strays.map_err(failed)? {
        return Err(place.corrupt("it has records that belong to nobody"));
    }
    check_tables(connection, place)
}
