//! One transaction, tried until its outcome is known.

use crate::Inner;
use crate::error::BUSY;
use crate::head::{Head, SEQ};
use crate::item::{GENERATION, Item, number, text};
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError as Failure;
use aws_sdk_dynamodb::types::{CancellationReason, Delete, Put, TransactWriteItem, Update};
use philia_ports::store::StoreError;
use std::time::Duration;
use uuid::Uuid;

/// The most items of a transaction.
pub(crate) const MOST: usize = 100;

/// So often a transaction is sent that others, or the service's limits, stand in the way of: about ten seconds.
const TRIES: u32 = 12;

/// So often it is sent when no answer comes.
const SILENT_TRIES: u32 = 2;

/// How a transaction ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// All of it was done.
    Done,
    /// A condition did not hold: nothing was done by the last try. If an earlier one was not answered, that one may
    /// have been done (where the service does not know a token again).
    Refused { unsure: bool },
    /// It may have been done or not.
    Unsure(StoreError),
}

/// A name that nobody has yet.
pub(crate) fn token() -> String {
    unique().to_string()
}

/// Nothing that is kept or answered depends on which it is, only on its being another each time.
#[allow(clippy::disallowed_methods, reason = "programs that do not know of each other must not take the same name")]
fn unique() -> Uuid {
    Uuid::now_v7()
}

/// Waits before another try: longer each time, and not as long as others who wait for the same.
pub(crate) async fn back_off(tried: u32) {
    let most = 20_u64 << tried.min(6);
    let chance = u64::try_from(unique().as_u128() % 1024).unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(most / 2 + most * chance / 2048)).await;
}

/// The steps of a transaction.
pub(crate) struct Transaction<'a> {
    table: &'a str,
    steps: Vec<Result<TransactWriteItem, BuildError>>,
}

impl<'a> Transaction<'a> {
    /// How many steps it has.
    pub(crate) fn len(&self) -> usize {
        self.steps.len()
    }

    fn step(&mut self, step: Result<TransactWriteItem, BuildError>) {
        self.steps.push(step);
    }

    /// Writes a head in place of another, if that one is still as it was.
    pub(crate) fn head(mut self, old: &Head, new: &Head) -> Self {
        let put = Put::builder().table_name(self.table).set_item(Some(new.write()));
        let put = if old.exists {
            let rest = if old.rest.is_empty() { "not_exists" } else { "exists" };
            put.condition_expression(format!("{GENERATION} = :g AND {SEQ} = :n AND w = :w AND attribute_{rest}(rest)"))
                .expression_attribute_values(":g", number(old.generation))
                .expression_attribute_values(":n", number(old.seq))
                .expression_attribute_values(":w", text(&old.by))
        } else {
            put.condition_expression("attribute_not_exists(pk)")
        };
        self.step(put.build().map(|put| TransactWriteItem::builder().put(put).build()));
        self
    }

    /// Writes an item.
    pub(crate) fn put(mut self, item: Item) -> Self {
        let put = Put::builder().table_name(self.table).set_item(Some(item)).build();
        self.step(put.map(|put| TransactWriteItem::builder().put(put).build()));
        self
    }

    /// Removes an item.
    pub(crate) fn delete(mut self, key: Item) -> Self {
        let delete = Delete::builder().table_name(self.table).set_key(Some(key)).build();
        self.step(delete.map(|delete| TransactWriteItem::builder().delete(delete).build()));
        self
    }

    /// Removes an item of a generation before this one, or that is not there.
    pub(crate) fn delete_older(mut self, key: Item, generation: u64) -> Self {
        let delete = Delete::builder().table_name(self.table).set_key(Some(key));
        let delete = delete
            .condition_expression(format!("attribute_not_exists(pk) OR {GENERATION} < :g"))
            .expression_attribute_values(":g", number(generation));
        self.step(delete.build().map(|delete| TransactWriteItem::builder().delete(delete).build()));
        self
    }

    /// Marks a note of contents as done, unless it was swept (see `content`).
    pub(crate) fn mark_done(mut self, note: Item) -> Self {
        let update = Update::builder().table_name(self.table).set_key(Some(note)).update_expression("SET done = :t");
        let update = update
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(swept)")
            .expression_attribute_values(":t", aws_sdk_dynamodb::types::AttributeValue::Bool(true));
        self.step(update.build().map(|update| TransactWriteItem::builder().update(update).build()));
        self
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
    match error {
        SdkError::ConstructionFailure(_) => Said::Failed,
        SdkError::ServiceError(service) => match service.err() {
            Failure::TransactionCanceledException(cancelled) => {
                let of = |wanted: &str| cancelled.cancellation_reasons().iter().any(|r| r.code() == Some(wanted));
                let busy = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
                match () {
                    () if of("ConditionalCheckFailed") => Said::Refused,
                    () if busy.into_iter().any(of) => Said::Busy,
                    () => Said::Failed,
                }
            }
            Failure::InternalServerError(_) => Said::Silent,
            other if other.code().is_some_and(|code| BUSY.contains(&code)) => Said::Busy,
            // Something between us and the service may answer for it.
            _ if service.err().code().is_none() => Said::Silent,
            _ => Said::Failed,
        },
        _ => Said::Silent,
    }
}

impl Inner {
    pub(crate) fn transaction(&self) -> Transaction<'_> {
        Transaction { table: &self.place.table, steps: Vec::new() }
    }

    /// Does all of it or nothing. The token makes it the same transaction however often it is sent.
    pub(crate) async fn transact(&self, transaction: Transaction<'_>, token: &str) -> Result<Outcome, StoreError> {
        let steps: Result<Vec<_>, _> = transaction.steps.into_iter().collect();
        let steps = steps.map_err(|error| self.unavailable(&format!("no transaction can be asked for: {error}")))?;
        let (mut unsure, mut silent) = (false, 0);
        for tried in 0.. {
            let request = self.client.transact_write_items().set_transact_items(Some(steps.clone()));
            // Sent once: what is sent again is counted here.
            let once = aws_sdk_dynamodb::config::Config::builder()
                .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled());
            let sent = request.client_request_token(token).customize().config_override(once).send().await;
            let Err(error) = sent else { return Ok(Outcome::Done) };
            match said(&error) {
                Said::Refused => return Ok(Outcome::Refused { unsure }),
                Said::Busy if tried + 1 < TRIES => {}
                Said::Silent => {
                    (unsure, silent) = (true, silent + 1);
                    if silent == SILENT_TRIES {
                        return Ok(Outcome::Unsure(self.failed(error)));
                    }
                }
                Said::Busy | Said::Failed if unsure => return Ok(Outcome::Unsure(self.failed(error))),
                Said::Busy | Said::Failed => return Err(self.cancelled(error)),
            }
            back_off(tried).await;
        }
        Err(self.unavailable("it was tried too often"))
    }

    /// The port's error for a transaction that was not done.
    fn cancelled<R: std::fmt::Debug + 'static>(&self, error: SdkError<Failure, R>) -> StoreError {
        let reasons: &[CancellationReason] = match error.as_service_error() {
            Some(Failure::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
            _ => &[],
        };
        let reason = reasons.iter().find(|reason| !matches!(reason.code(), None | Some("None")));
        let Some(reason) = reason else { return self.failed(error) };
        let (code, message) = (reason.code().unwrap_or_default(), reason.message().unwrap_or_default());
        match code {
            "ItemCollectionSizeLimitExceeded" => StoreError::Full(format!("{}: {message}", self.place.name())),
            code => self.unavailable(&format!("{code}: {message}")),
        }
    }
}
