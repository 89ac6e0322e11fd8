//! What works, what does not, and what that means.

use crate::philia::Philia;
use jiff::{SignedDuration, Timestamp};
use philia_ports::{CacheKey, PartitionId};
use serde::Serialize;
use std::sync::atomic::Ordering;

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Philia goes on without it, or with less.
    Degraded,
    /// It does not work, and nothing stands in for it.
    Failed,
}

/// One part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Part {
    /// One of [`PARTS`].
    pub name: &'static str,
    /// How it is.
    pub status: Status,
    /// What it is, or what is wrong with it.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
}

impl Part {
    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, status: Status::Ok, detail: detail.into(), advice: None }
    }

    fn not_ok(name: &'static str, status: Status, detail: impl Into<String>, advice: &'static str) -> Self {
        Self { name, status, detail: detail.into(), advice: Some(advice) }
    }
}

/// The parts, by name.
pub const PARTS: [&str; 6] = ["store", "models", "memory", "personality", "jobs", "cache"];

/// A job that waits so long after it was due is a sign that jobs are not done.
const OVERDUE: SignedDuration = SignedDuration::from_mins(10);
/// Overdue jobs are counted up to here.
const JOBS: usize = 100;

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
    /// How every part is. Asks the store, the cache and an index on a server, and no model.
    pub async fn health(&self) -> Health {
        let mut parts = Vec::with_capacity(PARTS.len());
        for name in PARTS {
            parts.extend(self.part(name).await);
        }
        let failed = parts.iter().any(|part| part.status == Status::Failed);
        let degraded = parts.iter().any(|part| part.status == Status::Degraded);
        let status = match (failed, degraded) {
            (true, _) => Status::Failed,
            (_, true) => Status::Degraded,
            _ => Status::Ok,
        };
        Health { status, version: env!("CARGO_PKG_VERSION"), parts }
    }

    /// How one part is; none if there is none of that name.
    pub async fn part(&self, name: &str) -> Option<Part> {
        Some(match name {
            "store" => self.store_health().await,
            "models" => self.models_health(),
            "memory" => self.memory_health().await,
            "personality" => self.personality_health(),
            "jobs" => self.jobs_health().await,
            "cache" => self.cache_health().await,
            _ => return None,
        })
    }

    async fn store_health(&self) -> Part {
        match self.0.parts.store.health().await {
            Ok(store) => Part::ok("store", store.engine),
            Err(error) => {
                tracing::error!(%error, "the store is not well");
                let detail = "the store does not answer; turns are answered but not kept";
                Part::not_ok("store", Status::Failed, detail, "look at its disk and the log; `philia doctor` checks it")
            }
        }
    }

    fn models_health(&self) -> Part {
        let Some(model) = self.0.parts.chat.info() else { return Part::ok("models", "the offline voice") };
        match self.0.unanswered_by_models.load(Ordering::Relaxed) {
            0 => Part::ok("models", model.name.clone()),
            turns => Part::not_ok(
                "models",
                Status::Degraded,
                format!("{}: no model answered the last {turns} turns; the offline voice did", model.name),
                "`philia doctor --online` asks each of them and says what is wrong",
            ),
        }
    }

    fn personality_health(&self) -> Part {
        let parts = &self.0.parts;
        match parts.personas.get(&parts.default_profile.persona) {
            Ok(persona) => {
                Part::ok("personality", format!("{} characters; {}", parts.personas.all().count(), persona.id))
            }
            Err(error) => Part::not_ok(
                "personality",
                Status::Failed,
                format!("persona.default: {error}"),
                "`philia persona list` names the characters there are",
            ),
        }
    }

    async fn jobs_health(&self) -> Part {
        let running = self.0.running.len();
        let before = self.now().saturating_sub(OVERDUE).unwrap_or(Timestamp::MIN);
        match self.0.parts.store.due(before, JOBS).await {
            Ok(due) if due.is_empty() => Part::ok("jobs", format!("{running} turns running; no job is overdue")),
            Ok(due) => Part::not_ok(
                "jobs",
                Status::Degraded,
                format!("{} jobs or more should have been done ten minutes ago", due.len()),
                "the log says why each of them failed; they are tried again by themselves",
            ),
            Err(_) => Part::not_ok("jobs", Status::Degraded, "they cannot be read", "look at the store first"),
        }
    }

    async fn cache_health(&self) -> Part {
        let asked = match CacheKey::new(&PartitionId::system(), "health") {
            Ok(key) => self.0.parts.cache.get(&key).await.map(drop),
            Err(error) => Err(error),
        };
        match asked {
            Ok(()) => Part::ok("cache", "it answers"),
            Err(error) => Part::not_ok(
                "cache",
                Status::Degraded,
                format!("it is gone without: {error}"),
                "everything is read from the store meanwhile, which is slower; look at the cache's server",
            ),
        }
    }

    /// What finds memories, how far it is with embedding them anew, and how the model that helps with learning has done.
    async fn memory_health(&self) -> Part {
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
        if let Some(Err(why)) = self.0.index.check().await {
            detail.push_str(&format!("; {why}"));
            let advice = "the index in this process stands in, filled from the store; look at the index's server";
            return Part::not_ok("memory", Status::Degraded, detail, advice);
        }
        match lessons.well {
            true => Part::ok("memory", detail),
            false => Part::not_ok(
                "memory",
                Status::Degraded,
                detail,
                "the rules' lessons stand; `philia doctor --online` asks the fast model",
            ),
        }
    }
}
