//! What MongoDB's errors mean to the port.

use crate::Inner;
use mongodb::error::{Error, ErrorKind, Result, WriteFailure};
use philia_ports::store::StoreError;

/// Codes of the server's errors.
const OUT_OF_DISK_SPACE: i32 = 14_031;
const DISK_QUOTA: [i32; 2] = [8_000, 12_501];

impl Inner {
    /// Waits for an answer, as long as one may take.
    pub(crate) async fn ask<T>(
        &self,
        request: impl IntoFuture<Output = Result<T>>,
    ) -> std::result::Result<T, StoreError> {
        match tokio::time::timeout(self.timeout, request.into_future()).await {
            Ok(answer) => answer.map_err(|error| self.failed(&error)),
            Err(_) => Err(self.silent()),
        }
    }

    /// No answer came.
    pub(crate) fn silent(&self) -> StoreError {
        self.unavailable(&format!("no answer within {:?}", self.timeout))
    }

    /// The port's error for one of the driver's, which tells no credentials.
    pub(crate) fn failed(&self, error: &Error) -> StoreError {
        let (code, message) = match &*error.kind {
            ErrorKind::Command(command) => (Some(command.code), format!("{}: {}", command.code_name, command.message)),
            ErrorKind::Write(WriteFailure::WriteError(write)) => (Some(write.code), write.message.clone()),
            ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => (Some(concern.code), concern.message.clone()),
            kind => (None, kind.to_string()),
        };
        self.told(code, &message)
    }

    /// The port's error for one that the server told.
    pub(crate) fn told(&self, code: Option<i32>, message: &str) -> StoreError {
        match code {
            Some(code) if code == OUT_OF_DISK_SPACE || DISK_QUOTA.contains(&code) => {
                StoreError::Full(format!("{}: {message}", self.name))
            }
            _ => self.unavailable(message),
        }
    }

    /// The data is not what it should be.
    pub(crate) fn corrupt(&self, detail: impl ToString) -> StoreError {
        StoreError::Corrupt { location: self.name.clone(), detail: detail.to_string() }
    }

    /// It does not answer as it should.
    pub(crate) fn unavailable(&self, detail: &str) -> StoreError {
        StoreError::Unavailable(format!("{detail} ({})", self.name))
    }
}
