//! What becomes of memories: looking at them, counting how often they are recalled, and forgetting.
//!
//! - `access`: how often, and when last, a memory was recalled.
//! - `forget`: one memory with all that rests on it; the durable way in which anything is forgotten.
//! - `about`: everything about a topic, with a preview.
//! - `consolidate`: one memory of what was said again and again.
//! - `retention`: what goes by its age, where the person chose that.
//! - `survey`: the look over everything that both need.

mod about;
pub(crate) mod access;
mod consolidate;
pub(crate) mod forget;
mod retention;
mod survey;

pub use about::{About, Example, Forgetting, Going, Maybe, Word};
pub use consolidate::Consolidated;
pub use retention::{MOST_DAYS, Retention};

use crate::error::Result;
use crate::person::Person;
use philia_mind::memory::Speaker;
use philia_mind::{Memory, MemoryId};
use philia_ports::index::Filter;
use philia_ports::store::{Cursor, Kind, Page, Scan};

impl Person {
    /// Memories, newest first. The companion's own words are left out unless asked for, so a page may hold
    /// fewer than `limit` and still have a next one.
    pub async fn memories(&self, limit: usize, cursor: Option<Cursor>, with_companion: bool) -> Result<Page<Memory>> {
        self.browse(&Filter { include_companion: with_companion, ..Filter::default() }, limit, cursor).await
    }

    /// Memories that pass a filter, newest first. A page may hold fewer than `limit` and still have a next one.
    pub async fn browse(&self, filter: &Filter, limit: usize, cursor: Option<Cursor>) -> Result<Page<Memory>> {
        let scan = Scan { cursor, ..Scan::newest(Kind::Memory, limit) };
        let mut page: Page<Memory> = self.page(&scan).await?;
        page.items.retain(|memory| passes(memory, filter));
        Ok(page)
    }

    /// One memory.
    pub async fn memory(&self, id: &MemoryId) -> Result<Option<Memory>> {
        Ok(self.get(Kind::Memory, id.as_str()).await?.map(|record| record.value))
    }
}

/// Does a memory pass? What recall hides (questions, facts that are no longer true) is shown all the same: it is there.
fn passes(memory: &Memory, filter: &Filter) -> bool {
    (filter.categories.is_empty() || filter.categories.contains(&memory.category))
        && filter.kind.is_none_or(|kind| memory.kind == kind)
        && filter.speaker.as_ref().is_none_or(|speaker| memory.speaker == *speaker)
        && (filter.include_companion || filter.speaker.is_some() || memory.speaker != Speaker::Companion)
        && (filter.emotions.is_empty()
            || memory.emotion.as_ref().is_some_and(|emotion| filter.emotions.contains(emotion)))
        && filter.tags.iter().all(|tag| memory.tags.contains(tag))
        && filter.after.is_none_or(|after| memory.occurred_at >= after)
        && filter.before.is_none_or(|before| memory.occurred_at < before)
        && memory.importance >= filter.min_importance
}
