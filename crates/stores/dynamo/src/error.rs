//! What DynamoDB's errors mean to the port.

use crate::DynamoStore;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use philia_ports::store::StoreError;
use std::error::Error;

/// Errors that say: too much at once, or another is at it; worth another try after a while.
pub(crate) const BUSY: &[&str] = &[
    "LimitExceededException",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingError",
    "ThrottlingException",
    "TransactionConflict",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// A partition holds all that it may of a kind. A transaction says so among its reasons.
const FULL: &str = "ItemCollectionSizeLimitExceeded";

/// What an error says, and those that led to it.
fn told(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl DynamoStore {
    /// The port's error for one of the SDK's. No secret is in it: the SDK tells none.
    pub(crate) fn failed<E, R>(&self, error: SdkError<E, R>) -> StoreError
    where
        E: Error + ProvideErrorMetadata + 'static,
        R: std::fmt::Debug + 'static,
    {
        let SdkError::ServiceError(service) = &error else {
            return match &error {
                SdkError::TimeoutError(_) => {
                    self.unavailable(format!("no answer within {} s", self.place.timeout.as_secs()))
                }
                _ => self.unavailable(told(&error)),
            };
        };
        let (code, message) = (service.err().code().unwrap_or("unknown"), service.err().message().unwrap_or_default());
        match code {
            _ if code.contains(FULL) || message.contains(FULL) => {
                StoreError::Full(format!("{}: {message}", self.place.name()))
            }
            "ResourceNotFoundException" => self.unavailable("the table is not there"),
            code if BUSY.contains(&code) => self.unavailable(format!("too much at once: {code}")),
            code => self.unavailable(format!("{code}: {message}")),
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
