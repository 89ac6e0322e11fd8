//! What SQLite's errors mean to the port.

use crate::place::Place;
use philia_ports::store::StoreError;
use rusqlite::{Error, ErrorCode, ffi};

impl Place {
    /// The port's error for one of the engine's.
    pub(crate) fn error(&self, error: Error) -> StoreError {
        let Error::SqliteFailure(failure, _) = &error else {
            return match error {
                // A column that does not hold what this program wrote there.
                Error::FromSqlConversionFailure(..)
                | Error::IntegralValueOutOfRange(..)
                | Error::Utf8Error(..)
                | Error::InvalidColumnType(..) => self.corrupt(error),
                _ => StoreError::Unavailable(format!("{} ({})", error, self.name())),
            };
        };
        match failure.code {
            ErrorCode::DiskFull => StoreError::Full(self.name()),
            // The shared memory of the log could not grow.
            ErrorCode::SystemIoFailure if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE => {
                StoreError::Full(self.name())
            }
            // The program's own SQL is right (every statement is tested): what it does not fit is not its schema.
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown => self.corrupt(error),
            _ => StoreError::Unavailable(format!("{} ({})", error, self.name())),
        }
    }

    /// The data is not what it should be.
    pub(crate) fn corrupt(&self, detail: impl ToString) -> StoreError {
        StoreError::Corrupt { location: self.name(), detail: detail.to_string() }
    }

    /// The system refused something, other than by SQLite.
    pub(crate) fn refused(&self, what: &str, error: &std::io::Error) -> StoreError {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return StoreError::Full(self.name());
        }
        StoreError::Unavailable(format!("{what} at {}: {error}", self.name()))
    }
}
