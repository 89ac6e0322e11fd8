//! One transaction, tried until its outcome is known.

use crate::DynamoStore;
use crate::error::is_busy;
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

/// What is done to an item, if a condition holds for it as it is.
#[derive(Debug)]
pub(crate) struct Write {
    /// It is removed, and not put in place of what is there.
    pub(crate) removes: bool,
    /// What it is to be; of one that is removed, the name.
    pub(crate) item: Item,
    condition: Option<String>,
    value: Option<AttributeValue>,
}

impl Write {
    pub(crate) fn put(item: Item) -> Self {
        Self { removes: false, item, condition: None, value: None }
    }

    pub(crate) fn remove(name: &Name) -> Self {
        Self { removes: true, ..Self::put(name.item()) }
    }

    /// Only if a condition holds. It may name a value, `:v`.
    pub(crate) fn only_if(self, condition: &str, value: Option<AttributeValue>) -> Self {
        Self { condition: Some(condition.to_owned()), value, ..self }
    }

    /// As a step of a transaction.
    fn step(self, table: &str) -> Result<TransactWriteItem, BuildError> {
        let Self { removes, item, condition, value } = self;
        let values = value.map(|value| Item::from([(":v".to_owned(), value)]));
        let step = TransactWriteItem::builder();
        let step = if removes {
            let delete = Delete::builder().table_name(table).set_key(Some(item)).set_condition_expression(condition);
            step.delete(delete.set_expression_attribute_values(values).build()?)
        } else {
            let put = Put::builder().table_name(table).set_item(Some(item)).set_condition_expression(condition);
            step.put(put.set_expression_attribute_values(values).build()?)
        };
        Ok(step.build())
    }
}

/// The codes of an error: of the steps that were in the way, or its own.
fn codes(error: &SdkError<Failure, impl Sized>) -> Vec<&str> {
    match error.as_service_error() {
        Some(Failure::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect()
        }
        other => other.and_then(|error| error.code()).into_iter().collect(),
    }
}

impl DynamoStore {
    /// Does all of it or nothing, and says whether: false if a condition did not hold. The token makes it the same
    /// transaction however often it is sent.
    ///
    /// # Errors
    /// It may have been done or not.
    pub(crate) async fn transact(&self, steps: Vec<Write>, token: &str) -> Result<bool, StoreError> {
        let steps: Result<Vec<_>, _> = steps.into_iter().map(|write| write.step(&self.place.table)).collect();
        let steps = steps.map_err(|error| self.unavailable(error))?;
        // The first is made at once.
        let mut tries = Tries(1);
        loop {
            let request = self.client.transact_write_items().set_transact_items(Some(steps.clone()));
            // Without an answer, it is sent once more.
            let twice = Config::builder().retry_config(RetryConfig::standard().with_max_attempts(2));
            let sent = request.client_request_token(token).customize().config_override(twice).send().await;
            let Err(error) = sent else { return Ok(true) };
            let codes = codes(&error);
            if codes.contains(&"ConditionalCheckFailed") {
                return Ok(false);
            }
            if !codes.iter().any(|code| is_busy(code)) || !tries.next().await {
                return Err(self.failed(&error));
            }
        }
    }
}
