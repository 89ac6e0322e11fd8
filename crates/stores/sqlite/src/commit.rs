//! One commit within the writer's transaction.

use crate::erase::name_hash;
use crate::writer::{Prepared, Row, Step};
use philia_ports::store::{Key, Kind, Partition, PartitionId, StoreError};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Result, params};

/// Gives rows to new partitions, none twice: readers may still have the number of one that was erased.
#[derive(Debug)]
pub(crate) struct Rows {
    last: i64,
}

impl Rows {
    /// After those that there are.
    pub(crate) fn new(connection: &Connection) -> Result<Self> {
        let last = connection.query_row("SELECT coalesce(max(id), 0) FROM partition", [], |row| row.get(0))?;
        Ok(Self { last })
    }

    fn next(&mut self) -> i64 {
        self.last += 1;
        self.last
    }
}

/// What a commit has made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    /// The partition's row.
    pub(crate) row: i64,
    pub(crate) head: u64,
}

/// A partition's row.
struct Home {
    id: i64,
    head: u64,
    records: i64,
    /// Is anything of it marked as deleted? Looked up once a commit, when it is first asked.
    marks: Option<bool>,
}

/// Makes all changes of a commit. The inner error is the commit's own: the caller takes back what was made of
/// it. The outer one is the engine's.
pub(crate) fn apply(
    connection: &Connection,
    rows: &mut Rows,
    commit: &Prepared,
) -> Result<std::result::Result<Made, StoreError>> {
    let Partition { id, generation } = &commit.partition;
    let Some(mut home) = find_or_make(connection, rows, id, *generation)? else {
        return Ok(Err(StoreError::Erased));
    };
    home.head += 1;
    for step in &commit.changes {
        match change(connection, &mut home, step) {
            Ok(true) => {}
            Ok(false) => return Ok(Err(StoreError::Conflict(step.key().clone()))),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                return Ok(Err(StoreError::Invalid(format!("{} breaks a rule of its table: {error}", step.key()))));
            }
            Err(error) => return Err(error),
        }
    }
    connection.prepare_cached("UPDATE partition SET head = ?2, records = ?3 WHERE id = ?1")?.execute(params![
        home.id,
        home.head,
        home.records
    ])?;
    Ok(Ok(Made { row: home.id, head: home.head }))
}

/// None if it is of another generation.
fn find_or_make(connection: &Connection, rows: &mut Rows, id: &PartitionId, generation: u64) -> Result<Option<Home>> {
    let found = connection
        .prepare_cached("SELECT id, head, records, generation FROM partition WHERE account = ?1 AND subject = ?2")?
        .query_row([id.account(), id.subject()], |row| {
            let home = Home { id: row.get(0)?, head: row.get(1)?, records: row.get(2)?, marks: None };
            Ok((home, row.get::<_, u64>(3)?))
        })
        .optional()?;
    if let Some((home, current)) = found {
        return Ok((current == generation).then_some(home));
    }
    if erased(connection, id)? != generation {
        return Ok(None);
    }
    let row = rows.next();
    connection
        .prepare_cached(
            "INSERT INTO partition (id, account, subject, generation, head, records) VALUES (?1, ?2, ?3, ?4, 0, 0)",
        )?
        .execute(params![row, id.account(), id.subject(), generation])?;
    Ok(Some(Home { id: row, head: 0, records: 0, marks: None }))
}

/// How often a partition was erased that has no row now.
pub(crate) fn erased(connection: &Connection, id: &PartitionId) -> Result<u64> {
    let generation = connection
        .prepare_cached("SELECT generation FROM erased WHERE name_sha256 = ?1")?
        .query_row([name_hash(id)], |row| row.get(0))
        .optional()?;
    Ok(generation.unwrap_or(0))
}

/// Makes one change; false if it does not hold.
fn change(connection: &Connection, home: &mut Home, step: &Step) -> Result<bool> {
    match step {
        Step::Insert(row) => insert(connection, home, row),
        Step::Put { row, expected } => put(connection, home, row, *expected),
        Step::Delete { key, expected } => delete(connection, home, key, *expected),
    }
}

fn insert(connection: &Connection, home: &mut Home, row: &Row) -> Result<bool> {
    let Row { key, at, doc, blob } = row;
    let sql = format!(
        "INSERT INTO \"{}\" (partition, id, at, version, seq, doc, blob) VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6)
         ON CONFLICT (partition, id) DO NOTHING",
        key.kind
    );
    let made = connection.prepare_cached(&sql)?.execute(params![home.id, key.id, at, home.head, doc.as_str(), blob])?;
    if made == 0 {
        return Ok(false);
    }
    home.records += 1;
    if key.kind != Kind::Job && has_marks(connection, home)? {
        connection
            .prepare_cached("DELETE FROM deleted WHERE partition = ?1 AND kind = ?2 AND id = ?3")?
            .execute(params![home.id, key.kind.as_str(), key.id])?;
    }
    Ok(true)
}

/// Is anything marked as deleted? Of most people nothing is.
fn has_marks(connection: &Connection, home: &mut Home) -> Result<bool> {
    if let Some(known) = home.marks {
        return Ok(known);
    }
    let found = connection.prepare_cached("SELECT 1 FROM deleted WHERE partition = ?1 LIMIT 1")?.exists([home.id])?;
    home.marks = Some(found);
    Ok(found)
}

fn put(connection: &Connection, home: &Home, row: &Row, expected: u64) -> Result<bool> {
    let Row { key, at, doc, blob } = row;
    let Ok(expected) = i64::try_from(expected) else { return Ok(false) };
    let sql = format!(
        "UPDATE \"{}\" SET at = ?3, version = version + 1, seq = ?4, doc = ?5, blob = ?6
         WHERE partition = ?1 AND id = ?2 AND version = ?7",
        key.kind
    );
    let values = params![home.id, key.id, at, home.head, doc.as_str(), blob, expected];
    Ok(connection.prepare_cached(&sql)?.execute(values)? > 0)
}

fn delete(connection: &Connection, home: &mut Home, key: &Key, expected: Option<u64>) -> Result<bool> {
    let Ok(version) = expected.map(i64::try_from).transpose() else { return Ok(false) };
    let sql =
        format!("DELETE FROM \"{}\" WHERE partition = ?1 AND id = ?2 AND version = coalesce(?3, version)", key.kind);
    if connection.prepare_cached(&sql)?.execute(params![home.id, key.id, version])? == 0 {
        return Ok(expected.is_none());
    }
    home.records -= 1;
    // Jobs are not followed, and would leave a mark with every turn.
    if key.kind != Kind::Job {
        mark_deleted(connection, home, key.kind, &key.id)?;
    }
    Ok(true)
}

fn mark_deleted(connection: &Connection, home: &mut Home, kind: Kind, id: &str) -> Result<()> {
    home.marks = Some(true);
    connection
        .prepare_cached("INSERT INTO deleted (partition, kind, id, seq) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![home.id, kind.as_str(), id, home.head])?;
    Ok(())
}
