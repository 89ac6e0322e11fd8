//! The HTTP doors: REST under `/api`, `/health`, and the chat page at `/`.
//!
//! Handlers translate and do nothing else: a request into a call of `philia-companion`, and what it answers into
//! JSON. One file per endpoint under `api/`; the page under `ui/`.
//!
//! # Who may come in
//! There are no accounts yet: whoever reaches the server is the account `local`, and says whom they are with the
//! header `X-Philia-User` or with `user` in the query or the body (`me` if they do not). That is only right where
//! nobody else can reach it, so [`serve`] listens on loopback unless the operator has named the hosts it is called
//! by, and [`gate`] turns away what a foreign web page could send (DNS rebinding, cross-site requests).

mod api;
mod extract;
mod gate;
mod log;
mod problem;
mod ui;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use philia_companion::Philia;
use std::future::{Future, pending};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower_http::catch_panic::CatchPanicLayer;

/// The most bytes of a request's body.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The most bytes of a character that comes as a file.
pub const MAX_CARD_BYTES: usize = 10 * 1024 * 1024;

/// What an operator may choose of the doors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Names, without port, by which the server may be called besides `localhost` and the loopback addresses.
    pub allowed_hosts: Vec<String>,
    /// How long running turns may take to end at a shutdown.
    pub grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { allowed_hosts: Vec::new(), grace: Duration::from_secs(30) }
    }
}

/// What handlers are given.
#[derive(Clone)]
struct Door {
    philia: Philia,
    options: Arc<Options>,
}

/// Every route, with what stands before them all.
pub fn router(philia: Philia, options: Options) -> Router {
    let door = Door { philia, options: Arc::new(options) };
    Router::new()
        .route("/api/chat/message", post(api::chat_message::post))
        .route("/api/chat/stream", post(api::chat_stream::post))
        .route("/api/chat/history", get(api::chat_history::get))
        .route("/api/chat/threads", get(api::chat_threads::get))
        .route("/api/memories/audit", get(api::memories_audit::get))
        .route("/api/memories/consolidate", post(api::memories_consolidate::post))
        .route("/api/memories/forget", post(api::memories_forget::post))
        .route("/api/memories/graph", get(api::memories_graph::get))
        .route("/api/memories/retention", get(api::memories_retention::get))
        .route("/api/memories/stats", get(api::memories_stats::get))
        .route(
            "/api/memories/{id}/attachments",
            post(api::attachments::post).layer(DefaultBodyLimit::max(upload::MAX_BYTES)),
        )
        .route("/api/memories/{id}/attachments/{n}", get(api::attachment::get).delete(api::attachment::delete))
        .route(
            "/api/documents",
            get(api::documents::get).post(api::documents::post).layer(DefaultBodyLimit::max(upload::MAX_BYTES)),
        )
        .route("/api/documents/{id}", get(api::document::get).delete(api::document::delete))
        .route("/api/documents/{id}/chunks", get(api::document_chunks::get))
        .route("/api/memories", get(api::memories::get).post(api::memories::post))
        .route("/api/memories/search", post(api::memories_search::post))
        .route("/api/memories/facts", get(api::memories_facts::get))
        .route("/api/memories/merge", post(api::memories_merge::post))
        .route("/api/memories/conflicts", get(api::memories_conflicts::get))
        .route("/api/memories/conflicts/{id}/resolve", post(api::memories_resolve::post))
        .route("/api/memories/{id}", get(api::memory::get).patch(api::memory::patch).delete(api::memory::delete))
        .route("/api/tasks", get(api::tasks::get).post(api::tasks::post))
        .route("/api/tasks/due", get(api::tasks_due::get))
        .route("/api/tasks/{id}", get(api::task::get).patch(api::task::patch).delete(api::task::delete))
        .route("/api/tasks/{id}/done", post(api::task_done::post))
        .route("/api/tasks/{id}/snooze", post(api::task_snooze::post))
        .route("/api/blocks", get(api::blocks::get))
        .route("/api/blocks/{label}", get(api::block::get).put(api::block::put).delete(api::block::delete))
        .route("/api/settings", get(api::settings::get).patch(api::settings::patch))
        .route("/api/mood", get(api::mood::get))
        .route("/api/bond", get(api::bond::get))
        .route("/api/personality", get(api::personality::get))
        .route("/api/personality/history", get(api::personality_history::get))
        .route("/api/personality/quirks", get(api::personality_quirks::get))
        .route("/api/personality/needs", get(api::personality_needs::get))
        .route("/api/personality/mood", get(api::mood::get))
        .route("/api/personality/set", post(api::personality_set::post))
        .route("/api/personality/restore", post(api::personality_restore::post))
        .route("/api/personas", get(api::personas::get).post(api::personas::post))
        .route("/api/personas/schema", get(api::personas_schema::get))
        .route("/api/personas/validate", post(api::personas_validate::post))
        .route("/api/personas/compile", post(api::personas_compile::post))
        .route("/api/personas/blend", post(api::personas_blend::post))
        .route("/api/personas/import", post(api::personas_import::post).layer(DefaultBodyLimit::max(MAX_CARD_BYTES)))
        .route("/api/personas/{id}", get(api::persona::get).put(api::persona::put).delete(api::persona::delete))
        .route("/api/personas/{id}/export", get(api::persona_export::get))
        .route("/health", get(api::health::all))
        .route("/health/{part}", get(api::health::one))
        .route("/", get(ui::page))
        .route("/assets/{version}/{file}", get(ui::asset))
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(door.clone(), gate::guard))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(gate::harden))
        .layer(from_fn_with_state(door.clone(), log::log))
        .with_state(door)
}

/// Serves until `shutdown` is ready; then takes no more requests and lets the running turns end, their learning
/// included, for [`Options::grace`] at most. What is cut off there is durable and goes on at the next start.
///
/// # Errors
/// The listener failed; or it can be reached from other machines and no [`Options::allowed_hosts`] say that this is
/// meant.
pub async fn serve(
    listener: TcpListener,
    philia: Philia,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() && options.allowed_hosts.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!(
                "{address} can be reached from other machines, and there are no accounts yet: listen on 127.0.0.1, \
                 or name the hosts by which the server may be called (server.allowed_hosts)"
            ),
        ));
    }
    let grace = options.grace;
    let (ending, ended) = oneshot::channel();
    let shutdown = async move {
        shutdown.await;
        // Nobody waits for it any more if the server has failed meanwhile.
        let _ = ending.send(());
    };
    let work = async {
        axum::serve(listener, router(philia.clone(), options)).with_graceful_shutdown(shutdown).await?;
        philia.idle().await;
        Ok(())
    };
    let patience = async {
        match ended.await {
            Ok(()) => tokio::time::sleep(grace).await,
            Err(_) => pending().await,
        }
    };
    tokio::select! {
        done = work => done,
        () = patience => {
            tracing::warn!(?grace, "turns were still running at the end; what was heard is kept");
            Ok(())
        }
    }
}
