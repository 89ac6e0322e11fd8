//! At most so many calls to a model at once.

use async_trait::async_trait;
use futures_util::StreamExt;
use philia_ports::model::{ChatReply, ChatRequest, ChatStream, ModelInfo};
use philia_ports::{ChatModel, ModelError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// A model that answers a limited number of calls at a time; the others wait their turn, in order.
pub struct Limit {
    model: Arc<dyn ChatModel>,
    places: Arc<Semaphore>,
    patience: Duration,
}

impl Limit {
    /// `model` with `places` calls at once (at least one). Nobody waits longer than `patience` for a place.
    pub fn new(model: Arc<dyn ChatModel>, places: usize, patience: Duration) -> Self {
        Self { model, places: Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS))), patience }
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, ModelError> {
        let place = timeout(self.patience, Arc::clone(&self.places).acquire_owned()).await;
        // The semaphore is never closed, so the only failure is that of patience.
        place
            .ok()
            .and_then(Result::ok)
            .ok_or_else(|| ModelError::Timeout { model: self.model.info().name.clone(), after: self.patience })
    }
}

#[async_trait]
impl ChatModel for Limit {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, ModelError> {
        let _place = self.place().await?;
        self.model.complete(request).await
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ModelError> {
        let place = self.place().await?;
        let stream = self.model.stream(request).await?;
        // The place is held for as long as the stream lives.
        Ok(stream
            .map(move |delta| {
                let _ = &place;
                delta
            })
            .boxed())
    }
}
