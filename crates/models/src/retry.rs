//! Asking the same model again, after a while that grows.

use crate::failure::Failure;
use async_trait::async_trait;
use philia_ports::model::{ChatReply, ChatRequest, ChatStream, ModelInfo};
use philia_ports::{Chance, ChatModel, ModelError};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often and how long to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, the first included; 1 tries once.
    pub attempts: u32,
    /// The pause after the first failure; it doubles with each further one.
    pub first_pause: Duration,
    /// No pause is longer, unless the provider asks for one that still fits into `within`.
    pub longest_pause: Duration,
    /// No attempt begins later than this after the first.
    pub within: Duration,
}

impl Default for RetryPolicy {
    /// Three attempts within 20 seconds: somebody is waiting for a reply.
    fn default() -> Self {
        Self {
            attempts: 3,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(8),
            within: Duration::from_secs(20),
        }
    }
}

/// An error that knows whether trying again makes sense.
pub(crate) trait Retryable {
    /// Is the same call worth another try, soon?
    fn is_retryable(&self) -> bool;
    /// How long the provider asked to be left alone.
    fn retry_after(&self) -> Option<Duration>;
}

impl Retryable for ModelError {
    fn is_retryable(&self) -> bool {
        Self::is_retryable(self)
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl Retryable for Failure {
    fn is_retryable(&self) -> bool {
        Self::is_retryable(self)
    }

    fn retry_after(&self) -> Option<Duration> {
        Self::retry_after(self)
    }
}

impl RetryPolicy {
    /// Calls `attempt` until it succeeds, fails for good, or patience ends; then gives the last error.
    pub(crate) async fn run<T, E, F>(&self, chance: &dyn Chance, mut attempt: impl FnMut() -> F) -> Result<T, E>
    where
        E: Retryable + std::fmt::Display,
        F: Future<Output = Result<T, E>>,
    {
        let started = Instant::now();
        let mut failures = 0;
        loop {
            let error = match attempt().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            failures += 1;
            let pause = self.pause(failures, error.retry_after(), chance);
            if !error.is_retryable() || failures >= self.attempts || started.elapsed() + pause > self.within {
                return Err(error);
            }
            tracing::debug!(%error, failures, ?pause, "trying again");
            sleep(pause).await;
        }
    }

    /// The pause after the `failures`th failure: exponential, the upper half of it random, so that many who failed
    /// together do not come back together. What the provider asked for is the least.
    fn pause(&self, failures: u32, asked: Option<Duration>, chance: &dyn Chance) -> Duration {
        let doubled = self.first_pause.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
        let full = doubled.min(self.longest_pause);
        let [low, high, ..] = chance.ten_bytes();
        let random = f64::from(u16::from_le_bytes([low, high])) / f64::from(u16::MAX);
        full.mul_f64(0.5 + 0.5 * random).max(asked.unwrap_or_default())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Timeout(after) => write!(f, "nothing within {after:?}"),
            Self::RateLimited(_) => f.write_str("over its limit"),
            Self::Unavailable(d) | Self::Unauthorized(d) | Self::Refused(d) | Self::Unusable(d) => f.write_str(d),
        }
    }
}

/// A model that is asked again when it fails in a way that may pass. A stream is begun again only as long as nothing
/// of it was heard.
pub struct Retry {
    model: Arc<dyn ChatModel>,
    policy: RetryPolicy,
    chance: Arc<dyn Chance>,
}

impl Retry {
    /// `model`, tried as `policy` says.
    pub fn new(model: Arc<dyn ChatModel>, policy: RetryPolicy, chance: Arc<dyn Chance>) -> Self {
        Self { model, policy, chance }
    }
}

#[async_trait]
impl ChatModel for Retry {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, ModelError> {
        self.policy.run(&*self.chance, || self.model.complete(request)).await
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ModelError> {
        self.policy.run(&*self.chance, || self.model.stream(request)).await
    }
}
