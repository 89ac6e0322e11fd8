//! What DynamoDB's errors mean to the port.

use crate::Inner;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use philia_ports::store::StoreError;
use std::error::Error;

/// Errors that say: too much at once, or another is at it; worth another try after a while.
pub(crate) const BUSY: &[&str] = &[
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// What an error says, and those that led to it.
fn told(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Inner {
    /// The port's error for one of the SDK's. No secret is in it: the SDK tells none.
    pub(crate) fn failed<E, R>(&self, error: SdkError<E, R>) -> StoreError
    where
        E: Error + ProvideErrorMetadata + 'static,
        R: std::fmt::Debug + 'static,
    {
        let name = self.place.name();
        let SdkError::ServiceError(service) = &error else {
            let detail = match &error {
                SdkError::TimeoutError(_) => format!("no answer within {} s", self.place.timeout().as_secs()),
                _ => told(&error),
            };
            return StoreError::Unavailable(format!("{detail} ({name})"));
        };
        let (code, message) = (service.err().code().unwrap_or("unknown"), service.err().message().unwrap_or_default());
        match code {
            "ItemCollectionSizeLimitExceededException" => StoreError::Full(format!("{name}: {message}")),
            "ResourceNotFoundException" => StoreError::Unavailable(format!("the table is not there ({name})")),
            code if BUSY.contains(&code) => StoreError::Unavailable(format!("too much at once: {code} ({name})")),
            code => StoreError::Unavailable(format!("{code}: {message} ({name})")),
        }
    }

    /// The data is not what it should be.
    pub(crate) fn corrupt(&self, detail: impl ToString) -> StoreError {
        StoreError::Corrupt { location: self.place.name(), detail: detail.to_string() }
    }

    /// It does not answer as it should.
    pub(crate) fn unavailable(&self, detail: &str) -> StoreError {
        StoreError::Unavailable(format!("{detail} ({})", self.place.name()))
    }
}
