//! Leaving a model alone that fails and fails.

use async_trait::async_trait;
use futures_util::StreamExt;
use philia_ports::model::{ChatDelta, ChatReply, ChatRequest, ChatStream, ModelInfo};
use philia_ports::{ChatModel, ModelError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// When to stop asking, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// So many failures in a row open the breaker; at least 1.
    pub failures: u32,
    /// How long it stays open before one call may probe the model.
    pub rest: Duration,
}

impl Default for BreakerPolicy {
    /// Five failures, half a minute.
    fn default() -> Self {
        Self { failures: 5, rest: Duration::from_secs(30) }
    }
}

/// A model that is not asked while it rests. After the rest one call probes it: an answer closes the breaker, another
/// failure begins another rest. A refusal is an answer: it says something about the request, not about the model.
pub struct Breaker {
    model: Arc<dyn ChatModel>,
    circuit: Arc<Circuit>,
}

struct Circuit {
    policy: BreakerPolicy,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    /// Since when it rests.
    open: Option<Instant>,
    /// Is a probe under way?
    probing: bool,
}

impl Breaker {
    /// `model`, left alone as `policy` says.
    pub fn new(model: Arc<dyn ChatModel>, policy: BreakerPolicy) -> Self {
        Self { model, circuit: Arc::new(Circuit { policy, state: Mutex::default() }) }
    }

    fn enter(&self) -> Result<Call, ModelError> {
        let mut state = self.circuit.state();
        if let Some(since) = state.open {
            if state.probing || since.elapsed() < self.circuit.policy.rest {
                return Err(ModelError::Resting { model: self.model.info().name.clone() });
            }
            state.probing = true;
        }
        Ok(Call { circuit: Arc::clone(&self.circuit), probe: state.probing, told: false })
    }
}

impl Circuit {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic half-way, so a poisoned lock holds a good state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call's say in the matter. A call that is given up without a result has none, but frees the probe's place.
struct Call {
    circuit: Arc<Circuit>,
    probe: bool,
    told: bool,
}

impl Call {
    fn tell<T>(&mut self, result: &Result<T, ModelError>) {
        self.told = true;
        let mut state = self.circuit.state();
        if self.probe {
            state.probing = false;
        }
        match result {
            Ok(_) | Err(ModelError::Refused { .. }) => {
                state.failures = 0;
                state.open = None;
            }
            Err(_) => {
                state.failures = state.failures.saturating_add(1);
                if state.failures >= self.circuit.policy.failures.max(1) {
                    state.open = Some(Instant::now());
                }
            }
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if self.probe && !self.told {
            self.circuit.state().probing = false;
        }
    }
}

#[async_trait]
impl ChatModel for Breaker {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, ModelError> {
        let mut call = self.enter()?;
        let reply = self.model.complete(request).await;
        call.tell(&reply);
        reply
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ModelError> {
        let mut call = self.enter()?;
        let stream = match self.model.stream(request).await {
            Ok(stream) => stream,
            Err(error) => {
                let failed = Err(error);
                call.tell(&failed);
                return failed;
            }
        };
        Ok(stream
            .inspect(move |delta| {
                if matches!(delta, Err(_) | Ok(ChatDelta::Done { .. })) {
                    call.tell(delta);
                }
            })
            .boxed())
    }
}
