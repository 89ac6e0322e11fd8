//! One commit: one call of a function in the database, so one round trip and one transaction.

use crate::doc::Kept;
use crate::erase::name_hash;
use crate::error::{CONFLICT, ERASED, error};
use crate::link::Link;
use philia_ports::store::{Change, Draft, Key, Partition, StoreError, micros};
use tokio_postgres::error::DbError;
use tokio_postgres::types::Type;

/// The changes, column by column.
#[derive(Default)]
struct Columns {
    kinds: Vec<&'static str>,
    actions: Vec<&'static str>,
    ids: Vec<String>,
    ats: Vec<Option<i64>>,
    docs: Vec<Option<String>>,
    exacts: Vec<Option<String>>,
    blobs: Vec<Option<Vec<u8>>>,
    versions: Vec<Option<i64>>,
}

impl Columns {
    fn of(changes: Vec<Change>) -> Self {
        let mut columns = Self::default();
        for change in changes {
            match change {
                Change::Insert(draft) => columns.draft("insert", draft, None),
                Change::Put { draft, expected } => columns.draft("put", draft, Some(version(expected))),
                Change::Delete { key, expected } => {
                    columns.name("delete", key, expected.map(version));
                    columns.ats.push(None);
                    columns.docs.push(None);
                    columns.exacts.push(None);
                    columns.blobs.push(None);
                }
            }
        }
        columns
    }

    fn draft(&mut self, action: &'static str, draft: Draft, expected: Option<i64>) {
        let Kept { doc, exact } = Kept::from(draft.doc);
        self.name(action, draft.key, expected);
        self.ats.push(Some(micros(draft.at)));
        self.docs.push(Some(doc));
        self.exacts.push(exact);
        self.blobs.push(draft.blob);
    }

    fn name(&mut self, action: &'static str, key: Key, expected: Option<i64>) {
        self.kinds.push(key.kind.as_str());
        self.actions.push(action);
        self.ids.push(key.id);
        self.versions.push(expected);
    }
}

/// No record has a version of zero or less.
fn version(expected: u64) -> i64 {
    i64::try_from(expected).unwrap_or(-1)
}

/// Makes all changes, which have been checked, or none.
pub(crate) async fn commit(link: &Link, partition: &Partition, changes: Vec<Change>) -> Result<u64, StoreError> {
    let Ok(generation) = i64::try_from(partition.generation) else { return Err(StoreError::Erased) };
    let keys: Vec<Key> = changes.iter().map(|change| change.key().clone()).collect();
    let columns = Columns::of(changes);
    let sql =
        format!("SELECT {}.philia_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", link.address.schema);
    let id = &partition.id;
    let answer = link
        .ask(
            &sql,
            &[
                (&id.account(), Type::TEXT),
                (&id.subject(), Type::TEXT),
                (&name_hash(id).as_slice(), Type::BYTEA),
                (&generation, Type::INT8),
                (&columns.kinds, Type::TEXT_ARRAY),
                (&columns.actions, Type::TEXT_ARRAY),
                (&columns.ids, Type::TEXT_ARRAY),
                (&columns.ats, Type::INT8_ARRAY),
                (&columns.docs, Type::TEXT_ARRAY),
                (&columns.exacts, Type::TEXT_ARRAY),
                (&columns.blobs, Type::BYTEA_ARRAY),
                (&columns.versions, Type::INT8_ARRAY),
            ],
        )
        .await?;
    let location = &link.address.location;
    let rows = answer.map_err(|told| {
        told.as_db_error().and_then(|told| refused(told, &keys)).unwrap_or_else(|| error(location, &told))
    })?;
    let head = rows.first().and_then(|row| row.try_get::<_, i64>(0).ok()).and_then(|head| u64::try_from(head).ok());
    head.ok_or_else(|| StoreError::Unavailable(format!("a commit was answered by nothing ({location})")))
}

/// What this store's own function and its tables' rules have against a commit.
fn refused(told: &DbError, keys: &[Key]) -> Option<StoreError> {
    let code = told.code().code();
    match code {
        ERASED => Some(StoreError::Erased),
        CONFLICT => {
            let first = told.detail()?.parse::<usize>().ok()?.checked_sub(1)?;
            Some(StoreError::Conflict(keys.get(first)?.clone()))
        }
        // A value that a column does not take, or a check that does not hold.
        _ if code.starts_with("22") || code.starts_with("23") => {
            let table = told.table().unwrap_or("a record");
            Some(StoreError::Invalid(format!("{table} breaks a rule of its table: {}", told.message())))
        }
        _ => None,
    }
}
