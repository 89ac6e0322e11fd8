//! Reading: one statement each, so each answer is of one instant.

use crate::erase::name_hash;
use crate::link::{Link, Value};
use jiff::Timestamp;
use philia_ports::store::{
    Cursor, Doc, Feed, Key, Kind, Order, Page, Partition, PartitionId, PartitionInfo, Position, Record, Scan,
    StoreError, StoreHealth, Touched, check_feed, from_micros, micros, partitions_page,
};
use std::collections::HashMap;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

/// A record's columns after its id, as [`Link::record`] reads them.
const RECORD: &str = "t.id, t.at, t.version, coalesce(t.exact, t.doc::text)";

impl Link {
    fn corrupt(&self, detail: impl ToString) -> StoreError {
        StoreError::Corrupt { location: self.address.location.clone(), detail: detail.to_string() }
    }

    fn column<'a, T: FromSql<'a>>(&self, row: &'a Row, column: usize) -> Result<T, StoreError> {
        row.try_get(column).map_err(|error| self.corrupt(crate::address::words(&error)))
    }

    /// A number that is never below zero.
    fn count(&self, row: &Row, column: usize) -> Result<u64, StoreError> {
        u64::try_from(self.column::<i64>(row, column)?).map_err(|error| self.corrupt(error))
    }

    /// A record from the columns of [`RECORD`] and its blob, of which the first is number `from`.
    fn record(&self, kind: Kind, row: &Row, from: usize) -> Result<Record, StoreError> {
        let key = Key::new(kind, self.column::<String>(row, from)?);
        let at: i64 = self.column(row, from + 1)?;
        let doc: &str = self.column(row, from + 3)?;
        Ok(Record {
            at: from_micros(at).ok_or_else(|| self.corrupt(format!("{key} is of no time ({at} \u{b5}s)")))?,
            version: self.count(row, from + 2)?,
            doc: Doc::kept(doc).ok_or_else(|| self.corrupt(format!("{key} has no readable document")))?,
            blob: self.column(row, from + 4)?,
            key,
        })
    }

    fn partition(&self, row: &Row) -> Result<Partition, StoreError> {
        let name = format!("{}/{}", self.column::<&str>(row, 0)?, self.column::<&str>(row, 1)?);
        let id = PartitionId::parse(&name).map_err(|error| self.corrupt(error))?;
        Ok(Partition { id, generation: self.count(row, 2)? })
    }
}

fn as_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The head of a partition, whether or not it has a row: `home.id`, `home.generation`, `home.head`, of the names $1 and
/// $2 and their hash $3.
fn home(schema: &str) -> String {
    format!(
        "(SELECT p.id, coalesce(p.generation, e.generation, 0) AS generation, coalesce(p.head, 0) AS head
          FROM (SELECT 1) AS one
          LEFT JOIN {schema}.partition p ON p.account = $1 AND p.subject = $2
          LEFT JOIN {schema}.erased e ON e.name_sha256 = $3) AS home"
    )
}

pub(crate) async fn open(link: &Link, id: &PartitionId) -> Result<Partition, StoreError> {
    let sql = format!("SELECT home.generation FROM {}", home(&link.address.schema));
    let name = name_hash(id);
    let values: [Value<'_>; 3] =
        [(&id.account(), Type::TEXT), (&id.subject(), Type::TEXT), (&name.as_slice(), Type::BYTEA)];
    let rows = link.query(&sql, &values).await?;
    let row = rows.first().ok_or_else(|| link.corrupt("a statement that has one row has none"))?;
    Ok(Partition { id: id.clone(), generation: link.count(row, 0)? })
}

pub(crate) async fn get_many(link: &Link, id: &PartitionId, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
    // PostgreSQL's texts hold no NUL, and no record is named so.
    let named = |kind: Kind| -> Vec<&str> {
        keys.iter().filter(|key| key.kind == kind && !key.id.contains('\0')).map(|key| key.id.as_str()).collect()
    };
    let wanted: Vec<(Kind, Vec<&str>)> =
        Kind::ALL.iter().map(|kind| (*kind, named(*kind))).filter(|(_, ids)| !ids.is_empty()).collect();
    if wanted.is_empty() {
        return Ok(vec![None; keys.len()]);
    }
    let schema = &link.address.schema;
    let parts: Vec<String> = wanted
        .iter()
        .zip(3..)
        .map(|((kind, _), place)| {
            format!("SELECT '{kind}', {RECORD}, t.blob FROM {schema}.\"{kind}\" t, home WHERE t.partition = home.id AND t.id = ANY (${place})")
        })
        .collect();
    let sql = format!(
        "WITH home AS MATERIALIZED (SELECT id FROM {schema}.partition WHERE account = $1 AND subject = $2) {}",
        parts.join(" UNION ALL ")
    );
    let (account, subject) = (id.account(), id.subject());
    let mut values: Vec<Value<'_>> = vec![(&account, Type::TEXT), (&subject, Type::TEXT)];
    values.extend(wanted.iter().map(|(_, ids)| (ids as &(dyn tokio_postgres::types::ToSql + Sync), Type::TEXT_ARRAY)));
    let mut found: HashMap<Key, Record> = HashMap::with_capacity(keys.len());
    for row in link.query(&sql, &values).await? {
        let kind = Kind::parse(link.column(&row, 0)?).ok_or_else(|| link.corrupt("a kind that nobody knows"))?;
        let record = link.record(kind, &row, 1)?;
        found.insert(record.key.clone(), record);
    }
    Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
}

pub(crate) async fn scan(link: &Link, id: &PartitionId, scan: &Scan) -> Result<Page<Record>, StoreError> {
    let (after, before) = scan.range()?;
    if after.id.contains('\0') || before.id.contains('\0') {
        return Err(StoreError::Invalid("that cursor was not made by this store; start without one".into()));
    }
    let direction = match scan.order {
        Order::Ascending => "ASC",
        Order::Descending => "DESC",
    };
    let schema = &link.address.schema;
    let sql = format!(
        "SELECT {RECORD}, {blob} FROM {schema}.\"{kind}\" t
         WHERE t.partition = (SELECT id FROM {schema}.partition WHERE account = $1 AND subject = $2)
           AND (t.at, t.id) > ($3, $4) AND (t.at, t.id) < ($5, $6)
         ORDER BY t.at {direction}, t.id {direction} LIMIT $7",
        blob = if scan.blobs { "t.blob" } else { "NULL::bytea" },
        kind = scan.kind,
    );
    // One more than the page holds, to know whether there is a next.
    let limit = as_limit(scan.page_size() + 1);
    let values: [Value<'_>; 7] = [
        (&id.account(), Type::TEXT),
        (&id.subject(), Type::TEXT),
        (&after.at, Type::INT8),
        (&after.id, Type::TEXT),
        (&before.at, Type::INT8),
        (&before.id, Type::TEXT),
        (&limit, Type::INT8),
    ];
    let rows = link.query(&sql, &values).await?;
    let shown = rows.iter().take(scan.page_size());
    let items = shown.map(|row| link.record(scan.kind, row, 0)).collect::<Result<Vec<Record>, StoreError>>()?;
    let more = rows.len() > items.len();
    let place = |last: &Record| Position { at: micros(last.at), id: last.key.id.clone() }.to_cursor();
    Ok(Page { next: items.last().filter(|_| more).map(place), items })
}

pub(crate) async fn changes(
    link: &Link,
    id: &PartitionId,
    kind: Kind,
    since: u64,
    limit: usize,
) -> Result<Feed, StoreError> {
    check_feed(kind, limit)?;
    let schema = &link.address.schema;
    let since_beginning = since == 0;
    let (since, limit, name) = (i64::try_from(since).unwrap_or(i64::MAX), as_limit(limit), name_hash(id));
    let there =
        format!("SELECT seq, id, false AS gone FROM {schema}.\"{kind}\" WHERE partition = home.id AND seq > $4");
    let gone = format!(
        "SELECT seq, id, true AS gone FROM {schema}.deleted WHERE partition = home.id AND kind = '{kind}' AND seq > $4"
    );
    // Each side by its index and no further than the page; `WITH TIES` cuts no commit apart. Whoever starts from
    // nothing has nothing that could be gone.
    let page = |side: &str| format!("({side} ORDER BY seq FETCH FIRST $5 ROWS WITH TIES)");
    let newest = |side: &str| format!("(SELECT max(seq) FROM ({side}) AS side)");
    let (told, last) = if since_beginning {
        (page(&there), newest(&there))
    } else {
        (
            page(&format!("SELECT * FROM ({} UNION ALL {}) AS both_sides", page(&there), page(&gone))),
            format!("greatest({}, {})", newest(&there), newest(&gone)),
        )
    };
    let sql = format!(
        "SELECT home.generation, home.head, {last}, told.seq, told.id, told.gone
         FROM {} LEFT JOIN LATERAL {told} AS told ON true ORDER BY told.seq, told.id",
        home(schema)
    );
    let values: [Value<'_>; 5] = [
        (&id.account(), Type::TEXT),
        (&id.subject(), Type::TEXT),
        (&name.as_slice(), Type::BYTEA),
        (&since, Type::INT8),
        (&limit, Type::INT8),
    ];
    let rows = link.query(&sql, &values).await?;
    let first = rows.first().ok_or_else(|| link.corrupt("a statement that has a row has none"))?;
    let mut feed = Feed {
        generation: link.count(first, 0)?,
        head: link.count(first, 1)?,
        touched: Vec::with_capacity(rows.len()),
        more: false,
    };
    let newest: Option<i64> = link.column(first, 2)?;
    for row in &rows {
        // One row without a record stands for none.
        if let Some(id) = link.column::<Option<String>>(row, 4)? {
            feed.touched.push(Touched { seq: link.count(row, 3)?, id, deleted: link.column(row, 5)? });
        }
    }
    let newest = newest.and_then(|newest| u64::try_from(newest).ok());
    feed.more = feed.touched.last().is_some_and(|last| newest > Some(last.seq));
    Ok(feed)
}

/// Jobs whose time has come. They are read, not locked: what keeps one from being done twice is the version that
/// claiming it expects. `SKIP LOCKED` would be of no use here, because a lock ends with the statement that takes it,
/// before anybody does the job; and it would write to every row it reads.
pub(crate) async fn due(link: &Link, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError> {
    let schema = &link.address.schema;
    let sql = format!(
        "SELECT p.account, p.subject, p.generation, {RECORD}, t.blob
         FROM {schema}.job t JOIN {schema}.partition p ON p.id = t.partition
         WHERE t.at <= $1 ORDER BY t.at, p.account, p.subject, t.id LIMIT $2"
    );
    let rows = link.query(&sql, &[(&micros(before), Type::INT8), (&as_limit(limit), Type::INT8)]).await?;
    rows.iter().map(|row| Ok((link.partition(row)?, link.record(Kind::Job, row, 3)?))).collect()
}

pub(crate) async fn partitions(
    link: &Link,
    limit: usize,
    cursor: Option<Cursor>,
) -> Result<Page<PartitionInfo>, StoreError> {
    let (limit, after) = partitions_page(limit, cursor.as_ref())?;
    let (account, subject) = after.as_ref().map_or(("", ""), |id| (id.account(), id.subject()));
    let sql = format!(
        "SELECT account, subject, generation, head FROM {}.partition
         WHERE (account, subject) > ($1, $2) AND account <> $3 AND records > 0
         ORDER BY account, subject LIMIT $4",
        link.address.schema
    );
    let system = PartitionId::system();
    let values: [Value<'_>; 4] = [
        (&account, Type::TEXT),
        (&subject, Type::TEXT),
        (&system.account(), Type::TEXT),
        (&as_limit(limit + 1), Type::INT8),
    ];
    let rows = link.query(&sql, &values).await?;
    let info = |row: &Row| Ok(PartitionInfo { partition: link.partition(row)?, head: link.count(row, 3)? });
    let items = rows.iter().take(limit).map(info).collect::<Result<Vec<PartitionInfo>, StoreError>>()?;
    let more = rows.len() > items.len();
    let next = items.last().filter(|_| more).map(|last| Cursor(last.partition.id.to_string()));
    Ok(Page { items, next })
}

pub(crate) async fn health(link: &Link) -> Result<StoreHealth, StoreError> {
    let sql = format!(
        "SELECT current_setting('server_version'),
                (SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
                 WHERE relnamespace = to_regnamespace($name${}$name$) AND relkind = 'r'),
                EXISTS (SELECT 1 FROM {}.partition)",
        link.address.schema, link.address.schema
    );
    let rows = link.query(&sql, &[]).await?;
    let row = rows.first().ok_or_else(|| link.corrupt("a statement that has one row has none"))?;
    let version: String = link.column(row, 0)?;
    let bytes: Option<i64> = link.column(row, 1)?;
    Ok(StoreHealth {
        // Some distributions name themselves after the number.
        engine: format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default()),
        location: link.address.location.clone(),
        bytes: bytes.and_then(|bytes| u64::try_from(bytes).ok()),
    })
}
