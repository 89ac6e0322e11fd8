//! `GET /ws`: talking, and hearing what happens, over one WebSocket. Messages are JSON, one to a frame.
//!
//! | from the client | |
//! |---|---|
//! | `{"type": "message", "message": ..., ...}` | says something, as `POST /api/chat/message` takes it; `id` comes back with all that answers it |
//! | `{"type": "stop"}` | stops the answer that is being given; what was said is kept |
//!
//! | to the client | |
//! |---|---|
//! | `heard`, `mood`, `token`, `restart`, `done`, `error` | the turn, as `POST /api/chat/stream` tells it, each with the message's `id` |
//! | `turn` | `interaction`: a turn that came through another door |
//! | `mood` | without `id`: the companion's mood was changed by something else than a turn |
//! | `task_due` | `task`: something came up |
//!
//! Messages are answered one after the other; who is in need is answered at once, however many wait. Who reads too
//! slowly, or answers no ping, is let go of; and so is whose session or key was revoked, before they are told anything
//! more. Who is suspended is told nothing of what happens, and may speak: somebody in need is answered.

use crate::api::chat_message::Said;
use crate::api::chat_stream::told;
use crate::extract::{Caller, Params};
use crate::problem::{Kind, Problem};
use crate::{Door, Options, strict};
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use philia_companion::news::News;
use philia_companion::person::MoodView;
use philia_companion::{Error, Person, TurnEvent, TurnStream};
use philia_mind::{InteractionId, MemoryId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{HashSet, VecDeque};
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::tungstenite;

/// The most bytes of a message from the client; its text alone may have 32 KiB.
const MOST: usize = 256 * 1024;
/// What a connection reads at once: small, because most of them are idle.
const BUFFER: usize = 4 * 1024;
/// The most messages that wait for their answer.
const WAITING: usize = 16;
/// After so long without a sign of life a connection is dead.
const SILENCE: Duration = Duration::from_secs(60);
/// How long one frame may take to be taken.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn open(
    State(door): State<Door>,
    caller: Caller,
    params: Params,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    params.done()?;
    let upgrade = upgrade.map_err(|error| Problem::malformed(format!("this is a WebSocket: {}", error.body_text())))?;
    if !is_key(&headers) {
        return Err(Problem::malformed("Sec-WebSocket-Key: 16 bytes in base64 are expected"));
    }
    let person = caller.person().await?;
    match person.still_in(door.options.near).await {
        Ok(()) | Err(Error::Suspended) => {}
        Err(error) => return Err(error.into()),
    }
    let news = person.news().await?;
    let upgrade = upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(1 << 20)
        .max_message_size(MOST)
        .max_frame_size(MOST);
    Ok(upgrade.on_upgrade(async move |socket| {
        let sockets = door.sockets.clone();
        let talk = Talk::new(socket, person, news, &door.options);
        sockets.track_future(talk.run(door)).await;
    }))
}

/// What a client sends.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Sent {
    Message {
        #[serde(default)]
        id: Value,
        #[serde(flatten)]
        said: Value,
    },
    Stop,
}

/// The connection is over.
struct Over;

/// One connection.
struct Talk {
    socket: WebSocket,
    person: Person,
    news: BoxStream<'static, News>,
    /// The turn that is being answered, and the client's name for it.
    turn: Option<(Value, TurnStream)>,
    waiting: VecDeque<(Value, Said)>,
    /// Turns that came through this door, which need not be told again.
    own: VecDeque<InteractionId>,
    /// Tasks that it was told of.
    told: HashSet<MemoryId>,
    alive: Instant,
    tick: Interval,
    /// Only this machine reaches the door.
    near: bool,
}

impl Talk {
    fn new(socket: WebSocket, person: Person, news: BoxStream<'static, News>, options: &Options) -> Self {
        let mut tick = interval_at(Instant::now() + options.pulse, options.pulse);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            socket,
            person,
            news,
            turn: None,
            waiting: VecDeque::new(),
            own: VecDeque::new(),
            told: HashSet::new(),
            alive: Instant::now(),
            tick,
            near: options.near,
        }
    }

    /// Until the client goes, is let go of, or the server ends: then the answer that is being given is ended first.
    async fn run(mut self, door: Door) {
        let mut ending = false;
        loop {
            if ending && self.turn.is_none() {
                self.close(close_code::AWAY, "the server ends").await;
                return;
            }
            // In this order: a turn that came through this door is known before the news of it.
            let step = tokio::select! {
                biased;
                () = door.closing.cancelled(), if !ending => {
                    ending = true;
                    self.waiting.clear();
                    Ok(())
                }
                frame = self.socket.recv() => self.heard(frame).await,
                event = next(&mut self.turn) => self.event(event).await,
                Some(news) = self.news.next() => self.news(news).await,
                _ = self.tick.tick() => self.ticked().await,
            };
            if step.is_err() {
                return;
            }
        }
    }

    /// Something came from the client.
    async fn heard(&mut self, frame: Option<Result<Message, axum::Error>>) -> Result<(), Over> {
        self.alive = Instant::now();
        let text = match frame {
            None => return Err(Over),
            Some(Ok(Message::Close(_))) => {
                // The answer to it is written as the connection is read to its end.
                let _ = timeout(PATIENCE, self.socket.recv()).await;
                return Err(Over);
            }
            Some(Err(error)) => {
                tracing::debug!(%error, "a socket broke off");
                if let Some((code, reason)) = fault(error) {
                    self.close(code, reason).await;
                }
                return Err(Over);
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Binary(_))) => return self.wrong(&Value::Null, "send text, with JSON in it").await,
            Some(Ok(Message::Text(text))) => text,
        };
        let value = match strict::parse(text.as_bytes()) {
            Ok(value) => value,
            Err(error) => {
                let problem = Problem::malformed(format!("the message is not JSON, or not clear: {error}"));
                return self.tell(json!({ "type": "error", "id": null, "problem": problem.document() })).await;
            }
        };
        match strict::read(&value) {
            Err(error) => self.wrong(&value["id"], error.to_string()).await,
            Ok(Sent::Stop) => {
                self.turn = None;
                self.begin();
                Ok(())
            }
            Ok(Sent::Message { id, said }) if self.waiting.len() >= WAITING && !self.is_in_need(&said) => {
                let detail = format!("{WAITING} messages wait for their answer already");
                self.tell(
                    json!({ "type": "error", "id": id, "problem": Problem::new(Kind::TooMany, detail).document() }),
                )
                .await
            }
            Ok(Sent::Message { id, said }) => match strict::read::<Said>(&said) {
                Err(error) => self.wrong(&id, error.to_string()).await,
                Ok(said) if said.user.is_some() => {
                    self.wrong(&id, "user: the connection says who speaks, in X-Philia-User or ?user=").await
                }
                Ok(said) => {
                    if self.person.philia().is_in_need(said.message()) {
                        // Whatever is being said can wait; what was said of it is kept.
                        self.turn = None;
                        self.waiting.push_front((id, said));
                    } else {
                        self.waiting.push_back((id, said));
                    }
                    self.begin();
                    Ok(())
                }
            },
        }
    }

    /// Does somebody speak who must not wait?
    fn is_in_need(&self, said: &Value) -> bool {
        said["message"].as_str().is_some_and(|message| self.person.philia().is_in_need(message))
    }

    /// Begins the next turn, if none is running.
    fn begin(&mut self) {
        if self.turn.is_none()
            && let Some((id, said)) = self.waiting.pop_front()
        {
            self.turn = Some((id, self.person.say(said.incoming(None))));
        }
    }

    /// Something happened in the turn.
    async fn event(&mut self, event: Result<TurnEvent, Error>) -> Result<(), Over> {
        let id = self.turn.as_ref().map(|(id, _)| id.clone()).unwrap_or_default();
        if let Ok(TurnEvent::Heard(turn)) = &event {
            self.own.truncate(WAITING);
            self.own.push_front(turn.clone());
        }
        if matches!(event, Ok(TurnEvent::Done(_)) | Err(_)) {
            self.turn = None;
            self.begin();
        }
        let (name, data) = told(event);
        let mut message = with_type(if name == "error" { json!({ "problem": data }) } else { data }, name);
        message["id"] = id;
        self.tell(message).await
    }

    /// Something happened elsewhere.
    async fn news(&mut self, news: News) -> Result<(), Over> {
        if !self.is_welcome().await? {
            return Ok(());
        }
        match news {
            News::Turn(id) if !self.own.contains(&id) => match self.person.interaction(&id).await {
                Ok(Some(turn)) => self.tell(json!({ "type": "turn", "interaction": turn })).await,
                // It was forgotten meanwhile, or cannot be read just now: the history will have it.
                Ok(None) | Err(_) => Ok(()),
            },
            News::Mood(persona) => match self.person.mood(Some(persona.as_str())).await {
                Ok(MoodView { persona, pad, octant, emotion, .. }) => {
                    let mood = json!({ "persona": persona, "after": pad, "octant": octant, "emotion": emotion });
                    self.tell(with_type(mood, "mood")).await
                }
                Err(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// May they still be told anything? Not while that cannot be known; who may not is let go of.
    async fn is_welcome(&mut self) -> Result<bool, Over> {
        match self.person.still_in(self.near).await {
            Ok(()) => Ok(true),
            Err(Error::Unauthenticated(_)) => {
                self.close(close_code::POLICY, "the session or key does not hold any more").await;
                Err(Over)
            }
            // They may speak: care answers them, too.
            Err(Error::Suspended) => Ok(false),
            Err(error) => {
                tracing::warn!(%error, "it cannot be known whether a socket may stay");
                Ok(false)
            }
        }
    }

    /// Is the other side there, and may it be? Has a task come up?
    async fn ticked(&mut self) -> Result<(), Over> {
        if self.alive.elapsed() > SILENCE {
            return Err(Over);
        }
        self.send(Message::Ping(Default::default())).await?;
        if !self.is_welcome().await? {
            return Ok(());
        }
        for task in self.person.due_tasks().await.unwrap_or_default() {
            if self.told.insert(task.id.clone()) {
                self.tell(json!({ "type": "task_due", "task": task })).await?;
            }
        }
        Ok(())
    }

    async fn wrong(&mut self, id: &Value, detail: impl Into<String>) -> Result<(), Over> {
        let problem = Problem::invalid(detail).document();
        self.tell(json!({ "type": "error", "id": id, "problem": problem })).await
    }

    async fn tell(&mut self, message: Value) -> Result<(), Over> {
        self.send(Message::Text(message.to_string().into())).await
    }

    /// Sends a frame, to somebody who takes it in time.
    async fn send(&mut self, frame: Message) -> Result<(), Over> {
        match timeout(PATIENCE, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Over),
        }
    }

    async fn close(&mut self, code: u16, reason: &'static str) {
        // Whoever does not take it is gone already.
        let _ = self.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    }
}

fn with_type(mut message: Value, name: &str) -> Value {
    message["type"] = name.into();
    message
}

/// What a frame that cannot be taken is answered with, if it is the client's fault.
fn fault(error: axum::Error) -> Option<(u16, &'static str)> {
    match *error.into_inner().downcast::<tungstenite::Error>().ok()? {
        tungstenite::Error::Capacity(_) => Some((close_code::SIZE, "a message that is too large")),
        tungstenite::Error::Utf8(_) => Some((close_code::INVALID, "a text that is not UTF-8")),
        tungstenite::Error::Protocol(_) => Some((close_code::PROTOCOL, "a frame that is not allowed")),
        _ => None,
    }
}

/// Is it the key of a WebSocket: 16 bytes in base64 (RFC 6455, 4.1)?
fn is_key(headers: &HeaderMap) -> bool {
    let Some(key) = headers.get(header::SEC_WEBSOCKET_KEY) else { return false };
    STANDARD.decode(key.as_bytes()).is_ok_and(|bytes| bytes.len() == 16)
}

/// The next event of the turn; never, while there is none.
async fn next(turn: &mut Option<(Value, TurnStream)>) -> Result<TurnEvent, Error> {
    match turn {
        Some((_, turn)) => turn.next().await.unwrap_or(Err(Error::BrokenOff)),
        None => std::future::pending().await,
    }
}
