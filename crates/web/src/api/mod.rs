//! The REST API: one file per endpoint.
//!
//! # How an endpoint is written
//! - A file `api/NAME.rs`, and in it one function per method, of about 15 lines: it takes the request apart, calls
//!   `philia-companion`, and returns JSON or a [`Problem`](crate::problem::Problem).
//! - Above each function stands `#[utoipa::path(...)]` with method, path, `tag`, parameters, body and the answers that
//!   are no problems. Its doc comment is the summary. What a parameter may be (`minimum`, `pattern`, ...) is told as
//!   exactly as it is checked: what the description allows is accepted, and nothing else.
//! - What is read or written derives `ToSchema`, in `mind` and `companion` behind their feature `schema`. Names are
//!   unique in the whole document: `#[schema(as = Other)]` where two types are called the same. What is read has
//!   `deny_unknown_fields`. The `user` of a body is left out of its description: it says who asks.
//! - [`routes`] names it, with `routes!`; `docs/api.md` gets a line and an example. Tests compare.
//! - [`openapi`] adds what holds for all: problems, the way to log in, ids of operations.

pub(crate) mod admin_audit;
pub(crate) mod admin_backup;
pub(crate) mod admin_config;
pub(crate) mod admin_incident_review;
pub(crate) mod admin_incidents;
pub(crate) mod admin_jobs;
pub(crate) mod admin_stats;
pub(crate) mod admin_user;
pub(crate) mod admin_user_limits;
pub(crate) mod admin_user_reset_link;
pub(crate) mod admin_user_reset_personality;
pub(crate) mod admin_user_role;
pub(crate) mod admin_user_sign_out;
pub(crate) mod admin_user_standing;
pub(crate) mod admin_users;
pub(crate) mod attachment;
pub(crate) mod attachments;
pub(crate) mod auth_key;
pub(crate) mod auth_keys;
pub(crate) mod auth_login;
pub(crate) mod auth_logout;
pub(crate) mod auth_me;
pub(crate) mod auth_password;
pub(crate) mod auth_refresh;
pub(crate) mod auth_register;
pub(crate) mod auth_reset;
pub(crate) mod auth_session;
pub(crate) mod auth_sessions;
pub(crate) mod auth_setup;
pub(crate) mod block;
pub(crate) mod blocks;
pub(crate) mod bond;
mod characters;
pub(crate) mod chat_history;
pub(crate) mod chat_message;
pub(crate) mod chat_stream;
pub(crate) mod chat_threads;
pub(crate) mod consents;
pub(crate) mod document;
pub(crate) mod document_chunks;
pub(crate) mod documents;
pub(crate) mod erase;
pub(crate) mod export;
pub(crate) mod health;
pub(crate) mod import;
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
pub(crate) mod metrics;
pub(crate) mod mood;
pub(crate) mod openapi;
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
pub(crate) mod privacy;
pub(crate) mod settings;
pub(crate) mod task;
pub(crate) mod task_done;
pub(crate) mod task_snooze;
pub(crate) mod tasks;
pub(crate) mod tasks_due;

use crate::{Door, MAX_CARD_BYTES, cursor, upload};
use axum::extract::DefaultBodyLimit;
use philia_ports::store;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

/// Every endpoint.
pub(crate) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(chat_message::post))
        .routes(routes!(chat_stream::post))
        .routes(routes!(chat_history::get))
        .routes(routes!(chat_threads::get))
        .routes(routes!(memories::get, memories::post))
        .routes(routes!(memories_search::post))
        .routes(routes!(memories_facts::get))
        .routes(routes!(memories_conflicts::get))
        .routes(routes!(memories_resolve::post))
        .routes(routes!(memories_merge::post))
        .routes(routes!(memories_stats::get))
        .routes(routes!(memories_graph::get))
        .routes(routes!(memories_audit::get))
        .routes(routes!(memories_consolidate::post))
        .routes(routes!(memories_retention::get))
        .routes(routes!(memories_forget::post))
        .routes(routes!(memory::get, memory::patch, memory::delete))
        .routes(routes!(attachments::post).layer(DefaultBodyLimit::max(upload::MAX_BYTES)))
        .routes(routes!(attachment::get, attachment::delete))
        .routes(routes!(documents::get, documents::post).layer(DefaultBodyLimit::max(upload::MAX_BYTES)))
        .routes(routes!(document::get, document::delete))
        .routes(routes!(document_chunks::get))
        .routes(routes!(tasks::get, tasks::post))
        .routes(routes!(tasks_due::get))
        .routes(routes!(task::get, task::patch, task::delete))
        .routes(routes!(task_done::post))
        .routes(routes!(task_snooze::post))
        .routes(routes!(blocks::get))
        .routes(routes!(block::get, block::put, block::delete))
        .routes(routes!(settings::get, settings::patch))
        .routes(routes!(mood::get))
        .routes(routes!(mood::get_of_personality))
        .routes(routes!(bond::get))
        .routes(routes!(personality::get))
        .routes(routes!(personality_history::get))
        .routes(routes!(personality_quirks::get))
        .routes(routes!(personality_needs::get))
        .routes(routes!(personality_set::post))
        .routes(routes!(personality_restore::post))
        .routes(routes!(personas::get, personas::post).layer(DefaultBodyLimit::max(MAX_CARD_BYTES)))
        .routes(routes!(personas_schema::get))
        .routes(routes!(personas_validate::post).layer(DefaultBodyLimit::max(MAX_CARD_BYTES)))
        .routes(routes!(personas_compile::post).layer(DefaultBodyLimit::max(MAX_CARD_BYTES)))
        .routes(routes!(personas_blend::post))
        .routes(routes!(personas_import::post).layer(DefaultBodyLimit::max(MAX_CARD_BYTES)))
        .routes(routes!(persona::get, persona::put, persona::delete).layer(DefaultBodyLimit::max(MAX_CARD_BYTES)))
        .routes(routes!(persona_export::get))
        .routes(routes!(metrics::get))
        .routes(routes!(privacy::get))
        .routes(routes!(privacy::rotate))
        .routes(routes!(consents::get, consents::patch))
        .routes(routes!(export::get))
        .routes(routes!(import::post).layer(DefaultBodyLimit::max(upload::MAX_BYTES)))
        .routes(routes!(erase::post))
        .routes(routes!(auth_setup::post))
        .routes(routes!(auth_register::post))
        .routes(routes!(auth_login::post))
        .routes(routes!(auth_refresh::post))
        .routes(routes!(auth_logout::post))
        .routes(routes!(auth_me::get))
        .routes(routes!(auth_password::post))
        .routes(routes!(auth_reset::post))
        .routes(routes!(auth_keys::get, auth_keys::post))
        .routes(routes!(auth_key::delete))
        .routes(routes!(auth_sessions::get, auth_sessions::delete))
        .routes(routes!(auth_session::delete))
        .routes(routes!(admin_users::get, admin_users::post))
        .routes(routes!(admin_user::get, admin_user::delete))
        .routes(routes!(admin_user_standing::approve))
        .routes(routes!(admin_user_standing::suspend))
        .routes(routes!(admin_user_standing::deactivate))
        .routes(routes!(admin_user_standing::reactivate))
        .routes(routes!(admin_user_limits::put))
        .routes(routes!(admin_user_role::put))
        .routes(routes!(admin_user_reset_link::post))
        .routes(routes!(admin_user_sign_out::post))
        .routes(routes!(admin_user_reset_personality::post))
        .routes(routes!(admin_stats::get))
        .routes(routes!(admin_incidents::get))
        .routes(routes!(admin_incident_review::post))
        .routes(routes!(admin_backup::post))
        .routes(routes!(admin_jobs::get))
        .routes(routes!(admin_config::get))
        .routes(routes!(admin_audit::get))
        .routes(routes!(health::all))
        .routes(routes!(health::one))
}

/// A page of a longer list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    items: Vec<T>,
    /// The `cursor` that leads on; none on the last page.
    next: Option<String>,
}

impl<T> Page<T> {
    /// A page, and where the next one begins.
    pub(crate) fn of(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next: next.map(|next| cursor::write(&next)) }
    }
}

impl<T> From<store::Page<T>> for Page<T> {
    fn from(page: store::Page<T>) -> Self {
        Self::of(page.items, page.next.map(|cursor| cursor.0))
    }
}
