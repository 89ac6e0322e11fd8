//! What DynamoDB's errors mean to the port.

use crate::DynamoStore;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use philia_ports::store::StoreError;
use std::error::Error;

/// How the codes of errors begin that say: too much at once, or another is at it; worth another try after a while.
const BUSY: &[&str] = &[
    "LimitExceeded",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "Throttling",
    "TransactionConflict",
    "TransactionInProgress",
];

pub(crate) fn is_busy(code: &str) -> bool {
    BUSY.iter().any(|busy| code.starts_with(busy))
}

/// A partition holds all that it may of a kind. A transaction says so among its reasons.
const FULL: &str = "ItemCollectionSizeLimitExceeded";

/// What an error says, and those that led to it.
fn told(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl DynamoStore {
    /// The port's error for one of the SDK's. No secret is in it: the SDK tells none.
    pub(crate) fn failed<E, R>(&self, error: &SdkError<E, R>) -> StoreError
    where
        E: Error + ProvideErrorMetadata + 'static,
        R: std::fmt::Debug + 'static,
    {
        let service = match error {
            SdkError::ServiceError(service) => service.err(),
            SdkError::TimeoutError(_) => {
                return self.unavailable(format!("no answer within {} s", self.place.timeout.as_secs()));
            }
            _ => return self.unavailable(told(error)),
        };
        let (code, message) = (service.code().unwrap_or("unknown"), service.message().unwrap_or_default());
        match code {
            _ if code.contains(FULL) || message.contains(FULL) => {
                StoreError::Full(format!("{}: {message}", self.place.name()))
            }
            "ResourceNotFoundException" => self.unavailable("the table is not there"),
            _ if is_busy(code) => self.unavailable(format!("too much at once: {code}")),
            _ => self.unavailable(format!("{code}: {message}")),
        }
    }

    /// The data is not what it should be.
    pub(crate) fn corrupt(&self, detail: impl ToString) -> StoreError {
        StoreError::Corrupt { location: self.place.name(), detail: detail.to_string() }
    }

    /// It does not answer as it should.
    pub(crate) fn unavailable(&self, detail: impl std::fmt::Display) -> StoreError {
        StoreError::Unavailable(format!("{detail} ({})", self.place.name()))
    }
}
