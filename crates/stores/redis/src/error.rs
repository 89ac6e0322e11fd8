//! What Redis' errors mean to the port.

use philia_ports::store::StoreError;
use philia_redis::{Error, Link};

/// While it is opened: what somebody has to change is said so.
pub(crate) fn at_start(error: Error) -> StoreError {
    match error {
        Error::Refused(words) => StoreError::Invalid(words),
        Error::Unavailable(words) => StoreError::Unavailable(words),
        Error::Full => StoreError::Full("Redis".into()),
        Error::Foreign(detail) => StoreError::Corrupt { location: "Redis".into(), detail },
    }
}

/// Errors that say where.
pub(crate) trait Place {
    /// While it is used: whoever asked did nothing wrong, and a server that refuses now may be set right.
    fn error(&self, error: Error) -> StoreError;

    /// The data is not what it should be.
    fn corrupt(&self, detail: impl ToString) -> StoreError;
}

impl Place for Link {
    fn error(&self, error: Error) -> StoreError {
        match error {
            Error::Refused(words) | Error::Unavailable(words) => StoreError::Unavailable(words),
            Error::Full => StoreError::Full(self.location().to_owned()),
            Error::Foreign(detail) => self.corrupt(detail),
        }
    }

    fn corrupt(&self, detail: impl ToString) -> StoreError {
        StoreError::Corrupt { location: self.location().to_owned(), detail: detail.to_string() }
    }
}
