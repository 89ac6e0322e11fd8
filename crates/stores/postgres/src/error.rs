//! What PostgreSQL's errors mean to the port.

use crate::address::words;
use philia_ports::store::StoreError;
use std::error::Error as _;
use std::io;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

/// What a commit of this store's function fails with: a change that does not hold, and a partition that was erased.
pub(crate) const CONFLICT: &str = "PH001";
pub(crate) const ERASED: &str = "PH002";

/// The port's error for one of the engine's. `location` is where the store is.
pub(crate) fn error(location: &str, error: &Error) -> StoreError {
    if let Some(told) = error.as_db_error() {
        return told_by_server(location, told);
    }
    if is_read_only(error) {
        return only_reads(location);
    }
    StoreError::Unavailable(format!("{} ({location})", words(error)))
}

fn told_by_server(location: &str, told: &DbError) -> StoreError {
    let message = told.message();
    let invalid = |what: String| StoreError::Invalid(format!("the store at {location} {what}"));
    let corrupt = |detail: String| StoreError::Corrupt { location: location.into(), detail };
    match told.code() {
        &SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            invalid(format!("lets nobody in by that user and password: {message}"))
        }
        &SqlState::INVALID_CATALOG_NAME => invalid(format!("is not there: {message}")),
        &SqlState::INSUFFICIENT_PRIVILEGE => invalid(format!("may not be used by that user: {message}")),
        &SqlState::READ_ONLY_SQL_TRANSACTION => only_reads(location),
        &SqlState::DISK_FULL => StoreError::Full(location.into()),
        &SqlState::QUERY_CANCELED => StoreError::Unavailable(format!("it took too long: {message} ({location})")),
        // The program's own SQL is right (every statement is tested): what it does not fit is not its schema.
        code if ["42", "XX", "58P"].iter().any(|class| code.code().starts_with(class)) => corrupt(message.into()),
        _ => StoreError::Unavailable(format!("{message} ({location})")),
    }
}

/// The port's error for a server that cannot be begun with: what would be worth waiting for later is not now.
pub(crate) fn at_first(location: &str, error_then: &Error) -> StoreError {
    match error(location, error_then) {
        StoreError::Unavailable(what) if is_read_only(error_then) => StoreError::Invalid(what),
        other => other,
    }
}

fn only_reads(location: &str) -> StoreError {
    StoreError::Unavailable(format!("{location} only reads: it is a replica, or was told to; the primary is needed"))
}

/// Does the server not write?
fn is_read_only(error: &Error) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    let left =
        |source: &io::Error| source.kind() == io::ErrorKind::PermissionDenied && source.to_string().contains("writes");
    source.is_some_and(left) || error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
}

/// Does a connection with this error have to be given up?
pub(crate) fn ends_connection(error: &Error) -> bool {
    error.as_db_error().is_none_or(|told| told.code() == &SqlState::READ_ONLY_SQL_TRANSACTION)
}

/// Does a pooler refuse what a session would begin with?
pub(crate) fn refuses_options(error: &Error) -> bool {
    let told = error.as_db_error();
    told.is_some_and(|told| told.message().contains("unsupported startup parameter"))
}
