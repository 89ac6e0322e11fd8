//! The REST API: one file per endpoint.

pub(crate) mod chat_history;
pub(crate) mod chat_message;
pub(crate) mod chat_stream;
pub(crate) mod chat_threads;
pub(crate) mod health;
pub(crate) mod memories;
pub(crate) mod memory;
pub(crate) mod mood;
pub(crate) mod personas;
pub(crate) mod settings;

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
