//! Several models in a row: the first that answers wins.

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use philia_ports::model::{Attempt, ChatDelta, ChatReply, ChatRequest, ChatStream, ModelInfo};
use philia_ports::{ChatModel, ModelError};
use std::sync::Arc;

/// A chain of models. Whatever error one gives, the next is asked; the failures travel with the reply.
///
/// A stream that breaks in the middle is begun anew by the next model, announced by [`ChatDelta::Restart`] once that
/// model has begun to speak. If no other does, the stream ends with the error, and what was said stays said.
pub struct Chain {
    info: ModelInfo,
    models: Arc<[Arc<dyn ChatModel>]>,
}

impl Chain {
    /// The models in the order in which they are asked. It is remote if any of them is; its context is the smallest.
    pub fn new(models: Vec<Arc<dyn ChatModel>>) -> Self {
        let infos = || models.iter().map(|model| model.info());
        let info = ModelInfo {
            name: infos().map(|info| info.name.as_str()).collect::<Vec<_>>().join(" > "),
            remote: infos().any(|info| info.remote),
            context_tokens: infos().map(|info| info.context_tokens).min().unwrap_or_default(),
        };
        Self { info, models: models.into() }
    }
}

fn attempt(model: &dyn ChatModel, error: &ModelError) -> Attempt {
    tracing::warn!(model = model.info().name, %error, "a model failed");
    Attempt { model: model.info().name.clone(), error: error.to_string() }
}

#[async_trait]
impl ChatModel for Chain {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, ModelError> {
        let mut failed = Vec::new();
        for model in &*self.models {
            match model.complete(request).await {
                Ok(mut reply) => {
                    failed.append(&mut reply.failed);
                    return Ok(ChatReply { failed, ..reply });
                }
                Err(error) => failed.push(attempt(&**model, &error)),
            }
        }
        Err(ModelError::Exhausted(failed))
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ModelError> {
        let mut telling = Telling {
            models: Arc::clone(&self.models),
            asked: 0,
            request: request.clone(),
            current: stream::empty().boxed(),
            failed: Vec::new(),
            ended: false,
        };
        if !telling.ask_next().await {
            return Err(ModelError::Exhausted(telling.failed));
        }
        Ok(stream::unfold(telling, |mut telling| async move {
            let delta = telling.next().await?;
            Some((delta, telling))
        })
        .boxed())
    }
}

/// A streamed reply of the chain as it is told.
struct Telling {
    models: Arc<[Arc<dyn ChatModel>]>,
    /// How many models were asked; the last of them is the one that speaks.
    asked: usize,
    request: ChatRequest,
    current: ChatStream,
    failed: Vec<Attempt>,
    ended: bool,
}

impl Telling {
    /// Asks one model after the other until one speaks. False if there is none left.
    async fn ask_next(&mut self) -> bool {
        while let Some(model) = self.models.get(self.asked) {
            self.asked += 1;
            match model.stream(&self.request).await {
                Ok(stream) => {
                    self.current = stream;
                    return true;
                }
                Err(error) => self.failed.push(attempt(&**model, &error)),
            }
        }
        false
    }

    async fn next(&mut self) -> Option<Result<ChatDelta, ModelError>> {
        if self.ended {
            return None;
        }
        let broken = match self.current.next().await {
            Some(Ok(ChatDelta::Done { finish, usage, model, failed })) => {
                self.ended = true;
                self.failed.extend(failed);
                return Some(Ok(ChatDelta::Done { finish, usage, model, failed: std::mem::take(&mut self.failed) }));
            }
            Some(Ok(delta)) => return Some(Ok(delta)),
            Some(Err(error)) => error,
            None => ModelError::Unavailable {
                model: self.speaker(),
                detail: "the stream ended before the reply was done".into(),
            },
        };
        let attempt = Attempt { model: self.speaker(), error: broken.to_string() };
        tracing::warn!(model = attempt.model, error = %broken, "a model broke off");
        self.failed.push(attempt.clone());
        let others = self.asked < self.models.len();
        if self.ask_next().await {
            return Some(Ok(ChatDelta::Restart(attempt)));
        }
        self.ended = true;
        Some(Err(if others { ModelError::Exhausted(std::mem::take(&mut self.failed)) } else { broken }))
    }

    fn speaker(&self) -> String {
        let model = self.asked.checked_sub(1).and_then(|place| self.models.get(place));
        model.map(|model| model.info().name.clone()).unwrap_or_default()
    }
}
