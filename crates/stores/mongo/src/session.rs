//! One transaction, tried until its outcome is known.

use crate::Inner;
use mongodb::ClientSession;
use mongodb::bson::oid::ObjectId;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT};
use mongodb::options::{Acknowledgment, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern};
use philia_ports::store::StoreError;
use std::time::Duration;

/// So often it is asked whether a commit whose answer was lost is made.
const COMMIT_TRIES: u32 = 3;

/// Why a transaction was not made.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another one was in the way: it may be begun anew.
    Transient(StoreError),
    /// For good, as far as this transaction goes.
    Final(StoreError),
    /// It may have been made or not.
    Unsure(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Final(error)
    }
}

/// A name that nobody has yet.
pub(crate) fn token() -> String {
    ObjectId::new().to_hex()
}

/// Waits before another try: longer each time, and not as long as others who wait for the same.
pub(crate) async fn back_off(tried: u32) {
    let most = 8_u64 << tried.min(6);
    let chance = ObjectId::new().bytes().into_iter().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    tokio::time::sleep(Duration::from_millis(most / 2 + most * u64::from(chance) / 512)).await;
}

impl Inner {
    /// Begins a transaction: it reads from one snapshot, and is made once the majority has it.
    pub(crate) async fn begin(&self) -> Result<ClientSession, Failure> {
        let mut session = self.ask(self.client.start_session()).await?;
        let majority = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
        let begun = session
            .start_transaction()
            .read_concern(ReadConcern::snapshot())
            .write_concern(majority)
            .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
            .max_commit_time(self.timeout);
        match tokio::time::timeout(self.timeout, begun).await {
            Ok(Ok(())) => Ok(session),
            Ok(Err(error)) => Err(self.failure(&error)),
            Err(_) => Err(Failure::Final(self.silent())),
        }
    }

    /// Waits for the answer to a request within a transaction.
    pub(crate) async fn within<T>(
        &self,
        request: impl IntoFuture<Output = mongodb::error::Result<T>>,
    ) -> Result<T, Failure> {
        match tokio::time::timeout(self.timeout, request.into_future()).await {
            Ok(answer) => answer.map_err(|error| self.failure(&error)),
            // Nothing is made of a transaction that is not committed.
            Err(_) => Err(Failure::Final(self.silent())),
        }
    }

    fn failure(&self, error: &Error) -> Failure {
        let told = self.failed(error);
        if error.contains_label(TRANSIENT_TRANSACTION_ERROR) { Failure::Transient(told) } else { Failure::Final(told) }
    }

    /// Makes a transaction. What is asked for again is answered the same way.
    pub(crate) async fn make(&self, session: &mut ClientSession) -> Result<(), Failure> {
        let mut tried = 0;
        loop {
            tried += 1;
            let told = match tokio::time::timeout(self.timeout, session.commit_transaction()).await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) => self.failed(&error),
                // After an answer that was lost, "no such transaction" does not tell what became of it.
                Ok(Err(error)) if tried > 1 => return Err(Failure::Unsure(self.failed(&error))),
                Ok(Err(error)) => return Err(self.failure(&error)),
                Err(_) => self.silent(),
            };
            if tried == COMMIT_TRIES {
                return Err(Failure::Unsure(told));
            }
            back_off(tried).await;
        }
    }

    /// Gives a transaction up. Should that not be heard, the server does so by itself after a minute.
    pub(crate) async fn give_up(&self, session: &mut ClientSession) {
        let given_up = self.ask(session.abort_transaction()).await;
        if let Err(error) = given_up {
            tracing::debug!(%error, "a transaction ends by itself");
        }
    }
}
