//! One transaction, tried until its outcome is known.

use crate::DynamoStore;
use crate::error::BUSY;
use crate::item::{Item, Name};
use aws_sdk_dynamodb::config::Config;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError as Failure;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use philia_ports::store::StoreError;
use std::time::Duration;
use uuid::Uuid;

/// The most items of a transaction.
pub(crate) const MOST: usize = 100;

/// So often is tried what others, or the service's limits, stand in the way of: for about ten seconds.
const TRIES: u32 = 40;

/// A name that nobody has yet.
pub(crate) fn token() -> String {
    unique().to_string()
}

/// Nothing that is kept or answered depends on which it is, only on its being another each time.
#[allow(clippy::disallowed_methods, reason = "programs that do not know of each other must not take the same name")]
fn unique() -> Uuid {
    Uuid::now_v7()
}

/// Tries of what others, or the service's limits, may stand in the way of.
#[derive(Debug, Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// Waits before each try but the first: longer each time, and not as long as others who wait for the same. False
    /// once it was tried often enough.
    pub(crate) async fn next(&mut self) -> bool {
        if (1..TRIES).contains(&self.0) {
            let most = 10_u64 << self.0.min(5);
            let chance = u64::try_from(unique().as_u128() % 1024).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(most / 2 + most * chance / 2048)).await;
        }
        self.0 += 1;
        self.0 <= TRIES
    }
}

/// What is done to an item.
#[derive(Debug)]
pub(crate) enum Write {
    Put(Item),
    Delete(Name),
}

impl Write {
    /// As long as a condition holds for the item as it is. It may name a value, `:v`.
    pub(crate) fn only_if(self, condition: &str, value: Option<AttributeValue>) -> Step {
        Step { write: self, condition: Some(condition.to_owned()), value }
    }
}

/// A step of a transaction, which is done if all others can be.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) write: Write,
    condition: Option<String>,
    value: Option<AttributeValue>,
}

impl From<Write> for Step {
    fn from(write: Write) -> Self {
        Self { write, condition: None, value: None }
    }
}

impl Step {
    fn build(self, table: &str) -> Result<TransactWriteItem, BuildError> {
        let values = self.value.map(|value| Item::from([(":v".to_owned(), value)]));
        let step = TransactWriteItem::builder();
        let step = match self.write {
            Write::Put(item) => {
                let put = Put::builder().table_name(table).set_item(Some(item));
                let put = put.set_condition_expression(self.condition).set_expression_attribute_values(values);
                step.put(put.build()?)
            }
            Write::Delete(name) => {
                let delete = Delete::builder().table_name(table).set_key(Some(name.item()));
                let delete = delete.set_condition_expression(self.condition).set_expression_attribute_values(values);
                step.delete(delete.build()?)
            }
        };
        Ok(step.build())
    }
}

/// How a transaction ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// All of it was done.
    Done,
    /// A condition did not hold: nothing was done.
    Refused,
    /// It may have been done or not.
    Unknown(StoreError),
}

impl Outcome {
    /// Was it done? For what may be done by whoever comes next, if it is not known.
    pub(crate) fn known(self) -> Result<bool, StoreError> {
        match self {
            Self::Done => Ok(true),
            Self::Refused => Ok(false),
            Self::Unknown(error) => Err(error),
        }
    }
}

/// What a try that failed says of the transaction.
enum Said {
    Refused,
    Busy,
    Silent,
    Failed,
}

fn said(error: &SdkError<Failure, impl Sized>) -> Said {
    let codes: Vec<&str> = match error {
        SdkError::ConstructionFailure(_) => return Said::Failed,
        SdkError::ServiceError(service) => match service.err() {
            Failure::TransactionCanceledException(cancelled) => {
                cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect()
            }
            other => other.code().into_iter().collect(),
        },
        _ => Vec::new(),
    };
    match codes[..] {
        // Something between us and the service may answer for it, and without a code.
        [] | ["InternalServerError"] => Said::Silent,
        _ if codes.contains(&"ConditionalCheckFailed") => Said::Refused,
        _ if codes.iter().any(|code| BUSY.contains(code)) => Said::Busy,
        _ => Said::Failed,
    }
}

impl DynamoStore {
    /// Does all of it or nothing. The token makes it the same transaction however often it is sent.
    pub(crate) async fn transact(&self, steps: Vec<Step>, token: &str) -> Result<Outcome, StoreError> {
        let steps: Result<Vec<_>, _> = steps.into_iter().map(|step| step.build(&self.place.table)).collect();
        let steps = steps.map_err(|error| self.unavailable(error))?;
        let (mut tries, mut unsure, mut failed) = (Tries::default(), false, None);
        while tries.next().await {
            let request = self.client.transact_write_items().set_transact_items(Some(steps.clone()));
            // Sent once: what is sent again is counted here.
            let once = Config::builder().retry_config(RetryConfig::disabled());
            let sent = request.client_request_token(token).customize().config_override(once).send().await;
            let Err(error) = sent else { return Ok(Outcome::Done) };
            let said = said(&error);
            failed = Some(self.failed(error));
            match said {
                Said::Refused if !unsure => return Ok(Outcome::Refused),
                // An earlier try may have been done, where the service does not know a token again.
                Said::Refused => {
                    failed = Some(self.unavailable("an answer was lost, and others have committed since"));
                    break;
                }
                Said::Silent if !unsure => unsure = true,
                Said::Busy => {}
                Said::Silent | Said::Failed => break,
            }
        }
        let failed = failed.unwrap_or_else(|| self.unavailable("it was not tried"));
        if unsure { Ok(Outcome::Unknown(failed)) } else { Err(failed) }
    }
}
