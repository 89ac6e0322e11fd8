//! The HTTP doors: REST under `/api`, `/health`, and the chat page at `/`.
//!
//! Handlers translate and do nothing else: a request into a call of `philia-companion`, and what it answers into
//! JSON. One file per endpoint under `api/`; the page under `ui/`.
//!
//! # Who may come in
//! [`auth`] finds out who asks, before every route: by an access token, an API key or the page's cookie. Alone at home,
//! where only this machine reaches the server and nobody has made an account, whoever asks is the account `local`. Whom
//! an account speaks for is said with the header `X-Philia-User` or with `user` in the query or the body (`me` if
//! nobody is named). [`gate`] turns away what a foreign web page could send (DNS rebinding, cross-site requests).

mod api;
mod auth;
mod connections;
mod cors;
mod cursor;
mod doorway;
mod extract;
mod gate;
mod idempotent;
mod letta;
mod line;
mod log;
mod mcp;
mod mem0;
mod openai;
mod patience;
mod problem;
mod reference;
mod revision;
mod strict;
mod ui;
mod upload;
mod ws;

use axum::extract::{DefaultBodyLimit, State};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Json, Router};
pub use mcp::serve_lines as serve_mcp;
use philia_companion::Philia;
use std::future::{Future, pending};
use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The most bytes of a request's body.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The most bytes of a character that comes as a file.
pub const MAX_CARD_BYTES: usize = 10 * 1024 * 1024;

pub use cors::is_origin;

/// How long is waited for what a client sends, and for what is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimits {
    /// For the head of a request, or the next request of a connection; then it is closed.
    pub head: Duration,
    /// For a body, besides a second for each 8 KiB of it.
    pub body: Duration,
    /// For an answer to begin, after the body has come.
    pub answer: Duration,
    /// For some of an answer to be taken, while there is something to take.
    pub write: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        let usual = Duration::from_secs(30);
        Self { head: usual, body: usual, answer: 10 * usual, write: usual }
    }
}

/// How long turns may take to notice that they are stopped.
const NOTICE: Duration = Duration::from_millis(500);

/// What an operator may choose of the doors.
#[derive(Clone, Debug)]
pub struct Options {
    /// Names, without port, by which the server may be called besides `localhost` and the loopback addresses.
    pub allowed_hosts: Vec<String>,
    /// Origins (`https://app.example`) whose pages may call the server; see [`is_origin`].
    pub cors_origins: Vec<String>,
    /// How long is waited.
    pub time_limits: TimeLimits,
    /// How often it is asked of every WebSocket whether the other side is there and may still be, and what came up.
    pub pulse: Duration,
    /// How long running turns may take to end at a shutdown.
    pub grace: Duration,
    /// What `/metrics` answers with; none where it is not to be read here.
    pub metrics: Option<Scrape>,
    /// Only this machine reaches the server. [`serve`] finds that out by itself.
    pub near: bool,
    /// A proxy stands before it and says in `X-Forwarded-For` who asks.
    pub behind_proxy: bool,
    /// What is configured, for admins to see; without secrets.
    pub configured: Vec<Configured>,
}

/// A key of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Configured {
    /// Its dotted name.
    pub key: String,
    /// Its value in TOML; never a secret's.
    pub value: String,
    /// Where it came from.
    pub origin: String,
}

/// Hands out what was recorded, in Prometheus' text format.
#[derive(Clone)]
pub struct Scrape(Arc<dyn Fn() -> String + Send + Sync>);

impl Scrape {
    /// From the recorder's own way to write it.
    pub fn new(text: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(text))
    }

    fn text(&self) -> String {
        (self.0)()
    }
}

impl std::fmt::Debug for Scrape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scrape")
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allowed_hosts: Vec::new(),
            cors_origins: Vec::new(),
            time_limits: TimeLimits::default(),
            pulse: Duration::from_secs(20),
            grace: Duration::from_secs(8),
            near: true,
            behind_proxy: false,
            configured: Vec::new(),
            metrics: None,
        }
    }
}

/// What handlers are given. Each step before them has its own for every request, so it is cheap to clone.
#[derive(Clone)]
struct Door(Arc<House>);

/// What is behind the door.
struct House {
    philia: Philia,
    options: Options,
    /// Cancelled when the server ends, so that what is open for long is closed.
    closing: CancellationToken,
    /// What is open for long.
    sockets: TaskTracker,
}

/// Every route, with what stands before them all.
pub fn router(philia: Philia, options: Options) -> Router {
    routes(Door::new(philia, options))
}

impl Door {
    fn new(philia: Philia, options: Options) -> Self {
        let (closing, sockets) = (CancellationToken::new(), TaskTracker::new());
        Self(Arc::new(House { philia, options, closing, sockets }))
    }
}

impl Deref for Door {
    type Target = House;

    fn deref(&self) -> &House {
        &self.0
    }
}

fn routes(door: Door) -> Router {
    let (rest, described) =
        api::routes().merge(openai::routes()).merge(mem0::routes()).merge(letta::routes()).split_for_parts();
    let described = Arc::new(api::openapi::whole(&described));
    let describe = move |State(door): State<Door>| {
        let described = Arc::clone(&described);
        async move { api::openapi::for_now(&described, &door).await.map(Json) }
    };
    rest.route("/api/openapi.json", get(describe))
        .route("/docs", get(reference::page))
        .route("/docs/scalar.js", get(reference::script))
        .route("/mcp", post(mcp::post))
        .route("/ws", get(ws::open))
        .route("/", get(ui::page))
        .route("/login", get(ui::login))
        .route("/assets/{version}/{file}", get(ui::asset))
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(door.clone(), doorway::pass))
        .with_state(door)
}

/// Answers `/metrics` and nothing else, for as long as it is polled.
///
/// # Errors
/// The listener failed.
pub async fn serve_metrics(listener: TcpListener, philia: Philia, scrape: Scrape) -> io::Result<()> {
    let answer = get(async move || api::metrics::scraped(&philia, &scrape).await);
    let router = Router::new().route("/metrics", answer);
    connections::serve(listener, router, TimeLimits::default(), CancellationToken::new()).await;
    Ok(())
}

/// Does only this machine reach a server that listens there? Not if it has names by which others call it, as behind a
/// proxy.
pub fn is_near(address: SocketAddr, options: &Options) -> bool {
    address.ip().is_loopback() && options.allowed_hosts.is_empty()
}

/// May a server listen there? Others may reach it only by names that it was given.
///
/// # Errors
/// It can be reached from other machines and no [`Options::allowed_hosts`] say that this is meant.
pub fn may_listen(address: SocketAddr, options: &Options) -> io::Result<()> {
    if address.ip().is_loopback() || !options.allowed_hosts.is_empty() {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!(
            "{address} can be reached from other machines: listen on 127.0.0.1, or name the hosts by which the \
             server may be called (server.allowed_hosts)"
        ),
    ))
}

/// Serves until `shutdown` is ready; then takes no more requests and lets the running turns end, their learning
/// included, for [`Options::grace`] at most. What is cut off there is durable and goes on at the next start.
///
/// # Errors
/// The listener failed; as [`may_listen`].
pub async fn serve(
    listener: TcpListener,
    philia: Philia,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    may_listen(address, &options)?;
    let (grace, talk) = (options.grace, philia.clone());
    let near = is_near(address, &options);
    let options = Options { near, ..options };
    let (ending, ended) = oneshot::channel();
    let door = Door::new(philia.clone(), options);
    let (closing, sockets) = (door.closing.clone(), door.sockets.clone());
    tokio::spawn(async move {
        shutdown.await;
        closing.cancel();
        // Nobody waits for it any more if the server has failed meanwhile.
        let _ = ending.send(());
    });
    let (limits, ends) = (door.options.time_limits, door.closing.clone());
    let work = async {
        connections::serve(listener, routes(door), limits, ends).await;
        sockets.close();
        sockets.wait().await;
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
            let is_busy = talk.is_busy();
            talk.stop();
            if is_busy {
                tracing::warn!(?grace, "turns were still running at the end; they are resumed at the next start");
            } else {
                tracing::warn!(?grace, "clients that had not taken their answers by the end were let go of");
            }
            // They are to know that the program ends before their listeners go with it: who goes away wants no answer.
            let _ = tokio::time::timeout(NOTICE, talk.idle()).await;
            Ok(())
        }
    }
}
