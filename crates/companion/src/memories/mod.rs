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
mod overview;
pub(crate) mod retention;
mod survey;

pub use about::{About, Example, Forgetting, Going, Maybe, Word};
pub use consolidate::Consolidated;
pub use overview::{Audit, Statistics};
pub use retention::{MOST_DAYS, Retention};

use crate::error::Result;
use crate::person::Person;
use crate::recall::{check_filter, felt_as};
use philia_mind::memory::Speaker;
use philia_mind::{Memory, MemoryId};
use philia_ports::index::Filter;
use philia_ports::store::{Cursor, Kind, Page, Scan};

impl Person {
    /// Memories, newest first. The companion's own words are left out unless asked for.
    pub async fn memories(&self, limit: usize, cursor: Option<Cursor>, with_companion: bool) -> Result<Page<Memory>> {
        self.browse(&Filter { include_companion: with_companion, ..Filter::default() }, limit, cursor).await
    }

    /// Memories that pass a filter, newest first. A page holds `limit` as long as there are so many.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for a filter that names what nothing has.
    pub async fn browse(&self, filter: &Filter, limit: usize, cursor: Option<Cursor>) -> Result<Page<Memory>> {
        check_filter(filter)?;
        let mut scan = Scan { cursor, ..Scan::newest(Kind::Memory, limit) };
        let mut filled: Page<Memory> = self.page(&scan).await?;
        filled.items.retain(|memory| passes(memory, filter));
        while filled.items.len() < limit
            && let Some(next) = filled.next.take()
        {
            scan = Scan { cursor: Some(next), ..Scan::newest(Kind::Memory, limit - filled.items.len()) };
            let page: Page<Memory> = self.page(&scan).await?;
            filled.items.extend(page.items.into_iter().filter(|memory| passes(memory, filter)));
            filled.next = page.next;
        }
        Ok(filled)
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
            || felt_as(memory).is_some_and(|felt| filter.emotions.iter().any(|emotion| emotion == felt)))
        && filter.tags.iter().all(|tag| memory.tags.contains(tag))
        && filter.after.is_none_or(|after| memory.occurred_at >= after)
        && filter.before.is_none_or(|before| memory.occurred_at < before)
        && memory.importance >= filter.min_importance
}
