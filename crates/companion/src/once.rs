//! Doing something once, however often it is asked for: a client names its request, and gets the first answer again.
//!
//! That a request was done, and how it was answered, is kept in the cache for a day: not beyond the end of the program.
//! The answer lies in the person's own partition and goes when anything of theirs is forgotten; that the request was
//! done is known all the same.

use crate::error::{Error, Result};
use crate::person::Person;
use crate::text::id_of;
use philia_ports::cache::{CacheError, CacheKey, MAX_VALUE_BYTES};
use philia_ports::{PartitionId, StoreError};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How long a request may run before another of that name may take its place.
const RUNS: Duration = Duration::from_secs(5 * 60);

/// How a named request stands.
#[derive(Debug)]
pub enum Once {
    /// It is the first: do it, and end it with [`Person::done_once`].
    First(Ticket),
    /// It was done, and answered like this.
    Answered(Vec<u8>),
    /// It was done, and the answer is not kept any more.
    Done,
    /// The name belongs to another request.
    Other,
    /// The first of that name is still running.
    Busy,
}

/// The right to do it.
#[derive(Debug)]
pub struct Ticket {
    name: String,
    owner: String,
    sum: Vec<u8>,
}

/// What came of a request.
#[derive(Debug)]
pub enum Outcome {
    /// It was done; its answer.
    Done(Vec<u8>),
    /// It was not done, and may be tried again.
    Failed,
}

impl Person {
    /// Begins a request named `name`, whose content is `request`.
    ///
    /// # Errors
    /// The cache does not answer: nobody knows whether it was done.
    pub async fn once(&self, name: &str, request: &[u8]) -> Result<Once> {
        self.look_once(name, request).await.map_err(unavailable)
    }

    async fn look_once(&self, name: &str, request: &[u8]) -> std::result::Result<Once, CacheError> {
        let name =
            id_of(Sha256::new().chain_update(self.partition.id.to_string()).chain_update([0]).chain_update(name));
        let sum = Sha256::digest(request).to_vec();
        let (cache, owner) = (&self.app.parts.cache, self.philia().fresh_id());
        let mark = mark(&name)?;
        let free = cache.lease(&mark, &owner, RUNS).await?.is_some();
        // Looked at under the lease: the first may have ended just now.
        let stands = match cache.get(&mark).await? {
            Some(known) if known == sum => match cache.get(&self.answer_key(&name)?).await? {
                Some(answer) => Once::Answered(answer),
                None => Once::Done,
            },
            Some(_) => Once::Other,
            None if free => return Ok(Once::First(Ticket { name, owner, sum })),
            None => Once::Busy,
        };
        if free {
            cache.lease(&mark, &owner, Duration::ZERO).await?;
        }
        Ok(stands)
    }

    /// Ends a request.
    ///
    /// # Errors
    /// The cache or the store does not answer: the request may be done a second time.
    pub async fn done_once(&self, ticket: Ticket, outcome: Outcome) -> Result<()> {
        let Ticket { name, owner, sum } = ticket;
        let cache = &self.app.parts.cache;
        let kept = match outcome {
            Outcome::Done(answer) => self.keep_once(&name, sum, answer).await,
            Outcome::Failed => Ok(()),
        };
        let freed = async { cache.lease(&mark(&name)?, &owner, Duration::ZERO).await };
        freed.await.map_err(unavailable)?;
        kept
    }

    async fn keep_once(&self, name: &str, sum: Vec<u8>, answer: Vec<u8>) -> Result<()> {
        let cache = &self.app.parts.cache;
        let marked = async { cache.set(&mark(name)?, sum, KEPT).await };
        marked.await.map_err(unavailable)?;
        if answer.len() > MAX_VALUE_BYTES {
            return Ok(());
        }
        // Whoever erases them lets go of everything under this lock: what was erased must not come back by an answer.
        let _one_at_a_time = self.locks.context.lock().await;
        let now = self.app.parts.store.open(&self.partition.id).await?;
        if now.generation == self.partition.generation {
            let kept = async { cache.set(&self.answer_key(name)?, answer, KEPT).await };
            kept.await.map_err(unavailable)?;
        }
        Ok(())
    }

    fn answer_key(&self, name: &str) -> std::result::Result<CacheKey, CacheError> {
        CacheKey::new(&self.partition.id, format!("once/{name}"))
    }
}

/// That a request was done. It tells nothing of what was asked, and so stays when that is forgotten.
fn mark(name: &str) -> std::result::Result<CacheKey, CacheError> {
    CacheKey::new(&PartitionId::system(), format!("once/{name}"))
}

fn unavailable(error: CacheError) -> Error {
    Error::Store(StoreError::Unavailable(error.to_string()))
}
