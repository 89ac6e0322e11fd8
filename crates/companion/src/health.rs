//! What works, what does not, and what that means.

use crate::philia::Philia;
use serde::Serialize;

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Philia goes on without it, or with less.
    Degraded,
    /// Nothing can be kept.
    Down,
}

/// One part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Part {
    /// `store`, `models`, `memory`.
    pub name: &'static str,
    /// How it is.
    pub status: Status,
    /// What it is, or what is wrong with it.
    pub detail: String,
}

/// The whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Health {
    /// The worst of the parts that matter.
    pub status: Status,
    /// Version of the program.
    pub version: &'static str,
    /// The parts.
    pub parts: Vec<Part>,
}

impl Philia {
    /// Asks the store and says what is configured. Asks no model.
    pub async fn health(&self) -> Health {
        let parts = &self.0.parts;
        let (status, detail) = match parts.store.health().await {
            Ok(store) => (Status::Ok, store.engine),
            Err(error) => {
                tracing::error!(%error, "the store is not well");
                (Status::Down, "the store does not answer; turns are answered but not kept".to_owned())
            }
        };
        let store = Part { name: "store", status, detail };
        let models = match parts.chat.info() {
            Some(model) => Part { name: "models", status: Status::Ok, detail: model.name.clone() },
            None => Part { name: "models", status: Status::Ok, detail: "the offline voice".to_owned() },
        };
        let memory = self.memory_health();
        Health { status, version: env!("CARGO_PKG_VERSION"), parts: vec![store, models, memory] }
    }

    /// What finds memories, how far it is with embedding them anew, and how the model that helps with learning has done.
    fn memory_health(&self) -> Part {
        let parts = &self.0.parts;
        let mut detail = parts.embedder.info().id.clone();
        if let Some(how_far) = self.0.reembedding() {
            // Nothing is missing meanwhile: the former embedder serves.
            let (done, all, people) = (how_far.done, how_far.all, how_far.people);
            detail
                .push_str(&format!("; embedding anew: {people} people done, {done} of the next one's {all} memories"));
        }
        let lessons = self.lessons();
        if let Some(fast) = parts.fast.info() {
            let (name, asked, unusable) = (&fast.name, lessons.asked, lessons.unusable);
            let (failed, tokens) = (lessons.failed, lessons.tokens);
            detail.push_str(&format!(
                "; learning with {name}: asked {asked} times, {unusable} answers of no use, {failed} without answer, \
                 {tokens} tokens"
            ));
        }
        Part { name: "memory", status: if lessons.well { Status::Ok } else { Status::Degraded }, detail }
    }
}
