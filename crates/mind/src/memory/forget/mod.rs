//! Forgetting: what goes when something is to be forgotten, and what stays.
//!
//! - [`ask`]: is somebody asked to forget, and do they confirm it?
//! - [`topic`]: which words, and which names that belong to them, say that a text is about it.
//! - [`reach`]: from what was named to everything that rests on it or quotes it.
//! - [`goes_by_age`]: what a person who chose retention does not keep.

pub mod ask;
mod reach;
pub mod topic;

pub use reach::{Reach, Remembered, Said, quotes, reach};

use crate::memory::{Category, Memory};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;

/// From this importance on, age alone deletes nothing.
pub const KEPT_WHATEVER_ITS_AGE: f64 = 0.7;

/// Does a memory go, because the person keeps what is unimportant for `days` only?
///
/// Never facts and preferences (anything that states a fact), what is pinned, tasks, what is important
/// ([`KEPT_WHATEVER_ITS_AGE`]), and what a semantic memory that is there rests on (`held`).
pub fn goes_by_age(memory: &Memory, held: &HashSet<&crate::MemoryId>, days: u32, now: Timestamp) -> bool {
    let age = SignedDuration::from_hours(24 * i64::from(days));
    let young = memory.occurred_at.max(memory.created_at).saturating_add(age).is_ok_and(|until| until > now);
    let states = memory.fact.is_some() || matches!(memory.category, Category::Fact | Category::Preference);
    let to_do = memory.task.is_some() || memory.category == Category::Action;
    let kept = young || states || to_do || memory.pinned || held.contains(&memory.id);
    !kept && memory.importance < KEPT_WHATEVER_ITS_AGE
}

#[cfg(test)]
mod tests;
