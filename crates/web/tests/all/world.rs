//! A whole Philia in memory, with a clock, a store and a model that do what a test tells them.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use futures_util::StreamExt as _;
use philia_cache_local::LocalCache;
use philia_companion::accounts::{AccountSettings, Actor, Hashing, NewAccount, Rates, Role};
use philia_companion::privacy::Models;
use philia_companion::{Parts, Personas, Philia, Settings};
use philia_index_embedded::EmbeddedIndex;
use philia_mind::Profile;
use philia_models::static_table::StaticTable;
use philia_ports::model::{ChatDelta, ChatReply, ChatRequest, ChatStream, FinishReason, ModelInfo, Usage};
use philia_ports::{ChatModel, Embedder, EmbedderError, EmbedderInfo, ModelError, StoreAdmin};
use philia_store_memory::MemoryStore;
use philia_testkit::faulty::FaultyStore;
use philia_testkit::world::{CountingChance, ManualClock};
use philia_web::{Options, router};
use serde_json::Value;
use std::sync::{Arc, LazyLock, Mutex};
use tokio::sync::mpsc;
use tower::ServiceExt as _;

/// Everybody's, in a housed world.
pub(crate) const PASSWORD: &str = "correct horse";

/// Reading the table's vocabulary takes longer than most tests.
static TABLE: LazyLock<StaticTable> = LazyLock::new(|| StaticTable::load().unwrap());

struct SharedTable;

#[async_trait::async_trait]
impl Embedder for SharedTable {
    fn info(&self) -> &EmbedderInfo {
        TABLE.info()
    }

    async fn embed_documents(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        TABLE.embed_documents(texts).await
    }

    async fn embed_query(&self, text: &str) -> Result<Option<Vec<f32>>, EmbedderError> {
        TABLE.embed_query(text).await
    }
}

/// A model that says what the test sends it, when the test sends it; for one turn.
pub(crate) struct Puppet {
    info: ModelInfo,
    lines: Mutex<Option<mpsc::UnboundedReceiver<ChatDelta>>>,
}

/// What a test holds of a [`Puppet`].
pub(crate) struct Strings(mpsc::UnboundedSender<ChatDelta>, Arc<Puppet>);

impl Strings {
    pub(crate) fn say(&self, text: &str) {
        self.0.send(ChatDelta::Text(text.to_owned())).unwrap();
    }

    pub(crate) fn send(&self, delta: ChatDelta) {
        self.0.send(delta).unwrap();
    }

    pub(crate) fn finish(self) {
        let model = "puppet:one".to_owned();
        self.send(ChatDelta::Done { finish: FinishReason::Stop, usage: Usage::default(), model, failed: Vec::new() });
    }

    /// Was the model asked?
    pub(crate) fn is_asked(&self) -> bool {
        self.1.lines.lock().unwrap().is_none()
    }

    /// Waits until the model was stopped.
    pub(crate) async fn cut(self) {
        self.0.closed().await;
    }
}

#[async_trait::async_trait]
impl ChatModel for Puppet {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn complete(&self, _: &ChatRequest) -> Result<ChatReply, ModelError> {
        panic!("a puppet only streams")
    }

    async fn stream(&self, _: &ChatRequest) -> Result<ChatStream, ModelError> {
        let Some(mut lines) = self.lines.lock().unwrap().take() else {
            panic!("a puppet speaks once");
        };
        Ok(futures_util::stream::poll_fn(move |cx| lines.poll_recv(cx).map(|line| line.map(Ok))).boxed())
    }
}

/// A puppet, and what it hangs on.
fn puppet() -> (Arc<dyn ChatModel>, Strings) {
    let (strings, lines) = mpsc::unbounded_channel();
    let info = ModelInfo { name: "puppet:one".into(), remote: false, context_tokens: 8000 };
    let puppet = Arc::new(Puppet { info, lines: Mutex::new(Some(lines)) });
    (Arc::clone(&puppet) as _, Strings(strings, puppet))
}

/// Everything.
pub(crate) struct World {
    pub(crate) philia: Philia,
    pub(crate) store: Arc<FaultyStore>,
    pub(crate) router: Router,
    pub(crate) clock: Arc<ManualClock>,
    /// The walks name every so many of what is another's: all of it, but where each call takes long.
    pub(crate) every: usize,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// As text; what is no text is replaced.
    pub(crate) body: String,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers)).to_str().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The body of a good answer.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.json()
    }

    /// The body of an answer that tells of something new, which is to be found there.
    #[track_caller]
    pub(crate) fn created(&self, location: &str) -> Value {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.body);
        assert_eq!(self.header("location"), location);
        self.json()
    }

    /// The problem this is: status, name and detail.
    pub(crate) fn problem(&self) -> (u16, String, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        assert!(!problem["title"].as_str().unwrap().is_empty());
        let name = problem["type"].as_str().unwrap().strip_prefix("urn:philia:problem:").unwrap().to_owned();
        (self.status.as_u16(), name, problem["detail"].as_str().unwrap().to_owned())
    }

    /// It is turned down, for its form or for what there is, and its detail says this.
    #[track_caller]
    pub(crate) fn is_turned_down(&self, says: &str) {
        let (found, kind, detail) = self.problem();
        let known = [(422, "invalid"), (409, "refused"), (404, "not-found")];
        assert!(known.contains(&(found, kind.as_str())), "{found} {kind}: {detail}");
        assert!(detail.contains(says), "{detail:?} does not say {says:?}");
    }

    /// It is this problem, and its detail says this.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, name: &str, says: &str) {
        let (found, kind, detail) = self.problem();
        assert_eq!((found, kind.as_str()), (status, name), "{detail}");
        assert!(detail.contains(says), "{detail:?} does not say {says:?}");
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::of(None, Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        Self::of(None, options)
    }

    pub(crate) fn with_puppet() -> (Self, Strings) {
        let (puppet, strings) = puppet();
        (Self::of(Some(puppet), Options::default()), strings)
    }

    fn of(chat: Option<Arc<dyn ChatModel>>, options: Options) -> Self {
        Self::made(chat, options, Settings::default())
    }

    /// A world with an admin, `ana`, and two others, `adam` and `bea`. Their passwords are [`PASSWORD`], and cheap to
    /// guess.
    pub(crate) async fn housed(public: Rates) -> Self {
        Self::housed_on(Arc::new(MemoryStore::new()), public).await
    }

    /// The same over another store.
    pub(crate) async fn housed_on(store: Arc<dyn StoreAdmin>, public: Rates) -> Self {
        Self::house(store, None, public, Options::default()).await
    }

    /// The same with a puppet.
    pub(crate) async fn housed_with_puppet(public: Rates) -> (Self, Strings) {
        let (puppet, strings) = puppet();
        let world = Self::house(Arc::new(MemoryStore::new()), Some(puppet), public, Options::default()).await;
        (world, strings)
    }

    /// The same with doors of its own kind.
    pub(crate) async fn housed_with(options: Options) -> Self {
        Self::house(Arc::new(MemoryStore::new()), None, Rates::unlimited(), options).await
    }

    async fn house(
        store: Arc<dyn StoreAdmin>,
        chat: Option<Arc<dyn ChatModel>>,
        public: Rates,
        options: Options,
    ) -> Self {
        let usual = AccountSettings::default();
        let hashing = Hashing { memory_kib: 64, passes: 1, ..usual.hashing };
        let accounts = AccountSettings { hashing, public, ..usual };
        let world = Self::over(store, chat, options, Settings { accounts, ..Settings::default() });
        for (name, role) in [("ana", Role::Admin), ("adam", Role::Public), ("bea", Role::Public)] {
            let new = NewAccount { name, password: Some(PASSWORD), role };
            world.philia.accounts().add(&new, &Actor::command_line()).await.unwrap();
        }
        world
    }

    /// An access token of somebody.
    pub(crate) async fn token(&self, name: &str) -> String {
        let body = serde_json::json!({ "name": name, "password": PASSWORD });
        let answer = self.post("/api/auth/login", body.to_string()).await.ok();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Sends a request with a token, and a body if there is one.
    pub(crate) async fn send_as(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut request = request(method.parse().unwrap(), path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = body.map(|body| body.to_string());
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        self.send(request.body(body.map(Body::from).unwrap_or_default()).unwrap()).await
    }

    fn made(chat: Option<Arc<dyn ChatModel>>, options: Options, settings: Settings) -> Self {
        Self::over(Arc::new(MemoryStore::new()), chat, options, settings)
    }

    fn over(
        store: Arc<dyn StoreAdmin>,
        chat: Option<Arc<dyn ChatModel>>,
        options: Options,
        settings: Settings,
    ) -> Self {
        let store = Arc::new(FaultyStore::over(store));
        let clock = Arc::new(ManualClock::at("2026-05-03T10:00:00Z"));
        let philia = Philia::new(Parts {
            store: Arc::clone(&store) as _,
            index: Arc::new(EmbeddedIndex::new(1 << 24)),
            remote_index: None,
            cache: Arc::new(LocalCache::new(clock.clone(), 1 << 24)),
            embedder: (Arc::new(SharedTable) as Arc<dyn Embedder>).into(),
            former: None,
            chat: chat.into(),
            fast: Models::default(),
            clock: clock.clone(),
            chance: Arc::new(CountingChance::default()),
            personas: Personas::built_in().unwrap(),
            default_profile: Profile::default(),
            hooks: Vec::new(),
            master_keys: Arc::new(philia_companion::privacy::HeldKeys::default()),
            settings,
        });
        Self { router: router(philia.clone(), options), philia, store, clock, every: 1 }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(request(Method::DELETE, path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(json(Method::POST, path, body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(json(Method::PATCH, path, body.to_string())).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(json(Method::PUT, path, body.to_string())).await
    }

    /// Sends a file.
    pub(crate) async fn upload(&self, path: &str, kind: &str, bytes: impl Into<Body>) -> Answer {
        let request = request(Method::POST, path).header(header::CONTENT_TYPE, kind);
        self.send(request.body(bytes.into()).unwrap()).await
    }

    /// Says something, and waits until it was learned from.
    pub(crate) async fn say(&self, message: &str) -> Value {
        let said = serde_json::json!({ "message": message });
        let reply = self.post("/api/chat/message", said.to_string()).await.ok();
        self.philia.idle().await;
        reply
    }
}

/// A request from this machine.
pub(crate) fn request(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(header::HOST, "localhost:7707")
}

/// A request with a JSON body.
pub(crate) fn json(method: Method, path: &str, body: impl Into<Body>) -> Request<Body> {
    request(method, path).header(header::CONTENT_TYPE, "application/json").body(body.into()).unwrap()
}

pub(crate) async fn read(response: Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&body).into_owned();
    Answer { status: parts.status, headers: parts.headers, body: text, bytes: body.to_vec() }
}
