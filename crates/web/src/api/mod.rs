//! The REST API: one file per endpoint.

pub(crate) mod attachment;
pub(crate) mod attachments;
pub(crate) mod block;
pub(crate) mod blocks;
pub(crate) mod bond;
mod characters;
pub(crate) mod chat_history;
pub(crate) mod chat_message;
pub(crate) mod chat_stream;
pub(crate) mod chat_threads;
pub(crate) mod document;
pub(crate) mod document_chunks;
pub(crate) mod documents;
pub(crate) mod health;
pub(crate) mod memories;
pub(crate) mod memories_audit;
pub(crate) mod memories_conflicts;
pub(crate) mod memories_consolidate;
pub(crate) mod memories_facts;
pub(crate) mod memories_forget;
pub(crate) mod memories_graph;
pub(crate) mod memories_merge;
pub(crate) mod memories_resolve;
pub(crate) mod memories_retention;
pub(crate) mod memories_search;
pub(crate) mod memories_stats;
pub(crate) mod memory;
pub(crate) mod mood;
pub(crate) mod persona;
pub(crate) mod persona_export;
pub(crate) mod personality;
pub(crate) mod personality_history;
pub(crate) mod personality_needs;
pub(crate) mod personality_quirks;
pub(crate) mod personality_restore;
pub(crate) mod personality_set;
pub(crate) mod personas;
pub(crate) mod personas_blend;
pub(crate) mod personas_compile;
pub(crate) mod personas_import;
pub(crate) mod personas_schema;
pub(crate) mod personas_validate;
pub(crate) mod settings;
pub(crate) mod task;
pub(crate) mod task_done;
pub(crate) mod task_snooze;
pub(crate) mod tasks;
pub(crate) mod tasks_due;

use philia_ports::store;
use serde::Serialize;

/// A page of a longer list.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    items: Vec<T>,
    /// The `cursor` that leads on; none on the last page.
    next: Option<String>,
}

impl<T> From<store::Page<T>> for Page<T> {
    fn from(page: store::Page<T>) -> Self {
        Self { items: page.items, next: page.next.map(|cursor| cursor.0) }
    }
}
