//! A scripted model server: real HTTP on a port of its own, speaking the languages of OpenAI, Anthropic, Gemini and
//! Ollama. What it does with each request is a [`Behaviour`]; what it was asked is recorded.
//!
//! It runs in a thread of its own, so that it serves synchronous tests, tests with a paused clock and child processes
//! alike, and it stops when it is dropped.
//!
//! ```
//! use philia_testkit::model_server::{Behaviour, ModelServer};
//!
//! let server = ModelServer::start();
//! // The first request fails, the second is answered, and so is every further one, in other words.
//! server.will([Behaviour::status(500), Behaviour::reply("Hello, Ada.")]);
//! server.always(Behaviour::reply("Again?"));
//!
//! // Point a client at `server.openai_url()` (or `anthropic_url`, `gemini_url`, `ollama_url`), then look at what
//! // it sent:
//! assert!(server.requests().is_empty());
//! ```

mod dialect;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use dialect::Dialect;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What the server does with a request. Texts and calls are put into the language, and whole or streamed, as the
/// request asks for.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Says this.
    Reply(String),
    /// Says these one after the other; to a request for a whole reply, all at once.
    Stream(Vec<String>),
    /// Wants these tools called: name and arguments (JSON).
    ToolCalls(Vec<(String, String)>),
    /// Answers with a status, headers and a body.
    Status {
        /// The status.
        status: u16,
        /// Headers, `content-type` included if one is wanted.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// Answers 200 with this JSON.
    Json(Value),
    /// Answers 200 with these bytes as an event stream, one chunk each.
    Raw(Vec<Vec<u8>>),
    /// The same, but keeps the connection open afterwards.
    RawThenStall(Vec<Vec<u8>>),
    /// Answers 200 with a web page.
    Html,
    /// Answers 200 with the first half of a good answer.
    HalfJson,
    /// Answers 200 with nothing.
    Empty,
    /// Answers 200 with so many bytes of JSON.
    Huge(usize),
    /// Never answers, until the client goes or the server is dropped.
    Stall,
    /// Says these, then says nothing more and keeps the connection open.
    StallAfter(Vec<String>),
    /// Says these, then breaks the connection.
    BreakAfter(Vec<String>),
    /// Says these, then ends the answer cleanly without having said that it is done.
    EndAfter(Vec<String>),
    /// Says these, then sends an error inside the stream.
    ErrorAfter(Vec<String>),
    /// Waits, then does the other thing.
    After(Duration, Box<Behaviour>),
}

impl Behaviour {
    /// Says this.
    pub fn reply(text: impl Into<String>) -> Self {
        Self::Reply(text.into())
    }

    /// Says these one after the other.
    pub fn stream<T: Into<String>>(pieces: impl IntoIterator<Item = T>) -> Self {
        Self::Stream(pieces.into_iter().map(Into::into).collect())
    }

    /// Wants one tool called.
    pub fn tool_call(name: &str, arguments: &str) -> Self {
        Self::ToolCalls(vec![(name.to_owned(), arguments.to_owned())])
    }

    /// Answers with a status and an error in JSON.
    pub fn status(status: u16) -> Self {
        Self::error(status, "scripted error")
    }

    /// Answers with a status and an error in JSON with these words.
    pub fn error(status: u16, message: &str) -> Self {
        let body = serde_json::json!({"error": {"message": message}}).to_string();
        Self::Status { status, headers: vec![("content-type".into(), "application/json".into())], body }
    }

    /// The same with one header more. Only a [`Status`](Self::Status) has headers.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Status { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// `GET` or `POST`.
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query; empty if there is none.
    pub query: String,
    /// Headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; null if it is none.
    pub body: Value,
}

impl Recorded {
    /// The value of a header (its name in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All the prompt's text, whatever the language: for asking whether something was told to the model.
    pub fn prompt(&self) -> String {
        let mut texts = Vec::new();
        for part in ["system", "system_instruction", "messages", "contents"] {
            gather(self.body.get(part).unwrap_or(&Value::Null), &mut texts);
        }
        texts.join("\n")
    }
}

/// The strings under `content`, `text` and `parts`, in order.
fn gather(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        Value::Object(object) => {
            for name in ["content", "parts", "text"] {
                gather(object.get(name).unwrap_or(&Value::Null), texts);
            }
        }
        _ => {}
    }
}

type Decide = Box<dyn FnMut(&Recorded) -> Option<Behaviour> + Send>;

/// What the server knows and is told.
struct Script {
    queue: VecDeque<Behaviour>,
    embedding_queue: VecDeque<Behaviour>,
    always: Behaviour,
    decide: Option<Decide>,
    requests: Vec<Recorded>,
    models: Vec<String>,
}

#[derive(Clone)]
struct Shared {
    script: Arc<Mutex<Script>>,
    /// Closed when the server is dropped.
    life: watch::Receiver<()>,
}

impl Shared {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends with the server.
    async fn end(mut self) {
        while self.life.changed().await.is_ok() {}
    }
}

/// The server. See the [module](self) for an example.
pub struct ModelServer {
    port: u16,
    shared: Shared,
    life: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ModelServer {
    /// Starts it on a free port of 127.0.0.1. Until told otherwise it says "ok".
    ///
    /// # Panics
    /// If this machine has no free port or cannot start a thread.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its server")]
    pub fn start() -> Self {
        let (life, listener_life) = watch::channel(());
        let script = Script {
            queue: VecDeque::new(),
            embedding_queue: VecDeque::new(),
            always: Behaviour::reply("ok"),
            decide: None,
            requests: Vec::new(),
            models: Vec::new(),
        };
        let shared = Shared { script: Arc::new(Mutex::new(script)), life: listener_life };
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        listener.set_nonblocking(true).expect("a listener that does not block");
        let served = shared.clone();
        let thread = std::thread::spawn(move || serve(listener, served));
        Self { port, shared, life: Some(life), thread: Some(thread) }
    }

    /// What it does with the next requests, one after the other (embeddings have a [queue of their
    /// own](Self::will_embed)).
    pub fn will(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.shared.script().queue.extend(behaviours);
    }

    /// What it does with the next requests for embeddings. Afterwards they are answered with [`vector`]s.
    pub fn will_embed(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.shared.script().embedding_queue.extend(behaviours);
    }

    /// What it does with requests when the queue is empty.
    pub fn always(&self, behaviour: Behaviour) {
        self.shared.script().always = behaviour;
    }

    /// Lets a function decide before the queue is looked at; none leaves it to the queue.
    pub fn decide(&self, decide: impl FnMut(&Recorded) -> Option<Behaviour> + Send + 'static) {
        self.shared.script().decide = Some(Box::new(decide));
    }

    /// The models that Ollama's `/api/tags` and OpenAI's `/models` list.
    pub fn install<T: Into<String>>(&self, models: impl IntoIterator<Item = T>) {
        self.shared.script().models = models.into_iter().map(Into::into).collect();
    }

    /// All requests so far, in order.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.script().requests.clone()
    }

    /// The base URL of its OpenAI door.
    pub fn openai_url(&self) -> String {
        format!("{}/v1", self.url())
    }

    /// The base URL of its Anthropic door.
    pub fn anthropic_url(&self) -> String {
        self.url()
    }

    /// The base URL of its Gemini door.
    pub fn gemini_url(&self) -> String {
        format!("{}/v1beta", self.url())
    }

    /// The base URL of its Ollama door.
    pub fn ollama_url(&self) -> String {
        self.url()
    }

    /// The address without a path.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        drop(self.life.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there has failed a request already, which the test has seen.
            let _ = thread.join();
        }
    }
}

fn serve(listener: std::net::TcpListener, shared: Shared) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    // When this returns, the runtime is dropped, and with it every connection that is still open.
    runtime.block_on(async move {
        let Ok(listener) = TcpListener::from_std(listener) else { return };
        let router = Router::new().fallback(answer).with_state(shared.clone());
        tokio::select! {
            _ = async { axum::serve(listener, router).await } => {}
            () = shared.end() => {}
        }
    });
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, 64 * 1024 * 1024).await.unwrap_or_default();
    let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let recorded = Recorded {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.iter().map(header).collect(),
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    };
    let dialect = Dialect::of(&recorded);
    let behaviour = {
        let mut script = shared.script();
        script.requests.push(recorded.clone());
        let decided = script.decide.as_mut().and_then(|decide| decide(&recorded));
        decided.or_else(|| {
            if recorded.method == "GET" {
                return Some(Behaviour::Json(dialect::listing(&recorded.path, &script.models)));
            }
            if dialect.embeds() {
                let queued = script.embedding_queue.pop_front();
                return Some(queued.unwrap_or_else(|| Behaviour::Json(dialect.vectors(&recorded.body))));
            }
            Some(script.queue.pop_front().unwrap_or_else(|| script.always.clone()))
        })
    };
    behave(behaviour.unwrap_or(Behaviour::Empty), dialect, shared).await
}

async fn behave(mut behaviour: Behaviour, dialect: Dialect, shared: Shared) -> Response {
    while let Behaviour::After(pause, then) = behaviour {
        tokio::time::sleep(pause).await;
        behaviour = *then;
    }
    let json = |value: Value| respond(200, "application/json", Body::from(value.to_string()));
    match behaviour {
        Behaviour::Reply(text) if dialect.streams() => {
            let words = text.split_inclusive(' ').map(str::to_owned).collect::<Vec<_>>();
            events(dialect.told(&words).into_iter().chain(dialect.done()).collect(), Ending::Clean, shared)
        }
        Behaviour::Stream(pieces) if dialect.streams() => {
            events(dialect.told(&pieces).into_iter().chain(dialect.done()).collect(), Ending::Clean, shared)
        }
        Behaviour::ToolCalls(calls) if dialect.streams() => events(dialect.called(&calls), Ending::Clean, shared),
        Behaviour::Reply(text) => json(dialect.reply(&text)),
        Behaviour::Stream(pieces) => json(dialect.reply(&pieces.concat())),
        Behaviour::ToolCalls(calls) => json(dialect.calls(&calls)),
        Behaviour::Status { status, headers, body } => {
            let mut response = respond(status, "text/plain", Body::from(body));
            for (name, value) in headers {
                if let (Ok(name), Ok(value)) = (axum::http::HeaderName::try_from(name), value.parse()) {
                    response.headers_mut().insert(name, value);
                }
            }
            response
        }
        Behaviour::Json(value) => json(value),
        Behaviour::Raw(chunks) => events(chunks, Ending::Clean, shared),
        Behaviour::RawThenStall(chunks) => events(chunks, Ending::Stall, shared),
        Behaviour::Html => {
            let page = "<!doctype html><html><body><h1>Welcome to the login page</h1></body></html>";
            respond(200, "text/html; charset=utf-8", Body::from(page))
        }
        Behaviour::HalfJson => {
            let whole = dialect.reply("half of this is missing").to_string();
            respond(200, "application/json", Body::from(whole[..whole.len() / 2].to_owned()))
        }
        Behaviour::Empty => respond(200, "application/json", Body::empty()),
        Behaviour::Huge(bytes) => {
            let start = Bytes::from_static(b"{\"choices\": \"");
            let filling = stream::repeat(Bytes::from(vec![b'x'; 64 * 1024])).take(bytes / (64 * 1024) + 1);
            let body = stream::once(async { start }).chain(filling).map(Ok::<_, std::io::Error>);
            respond(200, "application/json", Body::from_stream(body))
        }
        Behaviour::Stall => {
            shared.end().await;
            respond(503, "text/plain", Body::empty())
        }
        Behaviour::StallAfter(pieces) => events(dialect.told(&pieces), Ending::Stall, shared),
        Behaviour::BreakAfter(pieces) => events(dialect.told(&pieces), Ending::Break, shared),
        Behaviour::EndAfter(pieces) => events(dialect.told(&pieces), Ending::Clean, shared),
        Behaviour::ErrorAfter(pieces) => {
            events(dialect.told(&pieces).into_iter().chain([dialect.error()]).collect(), Ending::Clean, shared)
        }
        Behaviour::After(..) => respond(500, "text/plain", Body::empty()),
    }
}

fn respond(status: u16, kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = axum::http::StatusCode::from_u16(status).unwrap_or_default();
    response.headers_mut().insert("content-type", axum::http::HeaderValue::from_static(kind));
    response
}

/// How a stream ends.
#[derive(Clone, Copy)]
enum Ending {
    Clean,
    Break,
    Stall,
}

fn events(chunks: Vec<Vec<u8>>, ending: Ending, shared: Shared) -> Response {
    // A pause between the chunks lets each go out for itself, so that what came before a break does arrive.
    let told = stream::iter(chunks).then(|chunk| async move {
        tokio::task::yield_now().await;
        Ok(Bytes::from(chunk))
    });
    let end = stream::once(async move {
        match ending {
            Ending::Clean => None,
            Ending::Break => {
                // The client should have read what was said before the connection goes.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some(Err(std::io::Error::other("scripted break")))
            }
            Ending::Stall => {
                shared.end().await;
                None
            }
        }
    });
    let body = told.chain(end.filter_map(|item| async move { item }));
    respond(200, "text/event-stream", Body::from_stream(body))
}

/// The vector the server gives for a text: the same for the same text, different for others, not normalised.
pub fn vector(text: &str, dimensions: usize) -> Vec<f64> {
    let seed = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut state = seed | 1;
    std::iter::repeat_with(|| {
        // xorshift64: any numbers will do, as long as they are always the same.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % 2001) as f64 / 1000.0 - 1.0
    })
    .take(dimensions)
    .collect()
}
