//! A streamed reply, whatever the provider: bytes -> events -> pieces -> what the port speaks of.

use crate::client::{Answer, finish};
use crate::failure::Failure;
use crate::http::{broken, parse_json};
use crate::sse::{Decoder, Event};
use futures_util::{StreamExt, stream};
use philia_ports::model::{ChatDelta, ChatStream, FinishReason, ToolCall, Usage};
use reqwest::Response;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// More than this is no reply.
const LARGEST_STREAM: usize = 16 * 1024 * 1024;
/// How long to wait for the token count once the model has said why it stopped.
const AFTERMATH: Duration = Duration::from_secs(2);

/// What an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// More text.
    Text(String),
    /// A part of a tool call.
    Call {
        /// Which call it belongs to. None where the provider does not number them: then a new id begins a new one.
        slot: Option<u64>,
        /// Its id; only in the first part.
        id: Option<String>,
        /// Its name; only in the first part.
        name: Option<String>,
        /// More of its arguments.
        arguments: String,
    },
    /// Token counts; the greater of what was told holds.
    Usage(Usage),
    /// The model has stopped.
    Finish(FinishReason),
    /// Nothing more will come.
    End,
}

/// How a provider speaks.
pub(crate) trait Dialect: Send + 'static {
    /// A whole answer (some give one although a stream was asked for).
    fn whole(&self, answer: serde_json::Value) -> Result<Answer, Failure>;

    /// What one event says.
    fn event(&mut self, event: &Event) -> Result<Vec<Piece>, Failure>;
}

/// Reads `response` until the model has said its first word, then gives the stream. `until` is how long that may
/// take (`timeout` in all), `idle` how long a pause may be afterwards.
pub(crate) async fn start<D: Dialect>(
    response: Response,
    dialect: D,
    model: &str,
    (until, timeout): (Instant, Duration),
    idle: Duration,
) -> Result<ChatStream, Failure> {
    let mut reading = Reading {
        model: model.to_owned(),
        response,
        dialect,
        kind: Kind::Unknown(Vec::new()),
        gathered: Gathered::default(),
        ready: VecDeque::new(),
        read: 0,
        ended: false,
        failure: None,
    };
    let first = match reading.next(Patience { until, span: timeout, idle: None }).await {
        Some(first) => first?,
        None => return Err(Failure::Unusable("an empty reply".into())),
    };
    let rest = stream::unfold(reading, move |mut reading| async move {
        let patience = Patience { until: Instant::now() + idle, span: idle, idle: Some(idle) };
        let item = reading.next(patience).await?.map_err(|failure| failure.of_model(&reading.model));
        Some((item, reading))
    });
    Ok(stream::once(async move { Ok(first) }).chain(rest).boxed())
}

/// How long to wait.
#[derive(Clone, Copy)]
struct Patience {
    until: Instant,
    /// For the error: the time that `until` is the end of.
    span: Duration,
    /// Whether, and for how long, an event renews it.
    idle: Option<Duration>,
}

struct Reading<D> {
    model: String,
    response: Response,
    dialect: D,
    kind: Kind,
    gathered: Gathered,
    ready: VecDeque<ChatDelta>,
    read: usize,
    ended: bool,
    failure: Option<Failure>,
}

/// What the bytes turn out to be.
enum Kind {
    /// Only blanks yet.
    Unknown(Vec<u8>),
    Events(Decoder),
    Whole(Vec<u8>),
}

impl<D: Dialect> Reading<D> {
    async fn next(&mut self, mut patience: Patience) -> Option<Result<ChatDelta, Failure>> {
        loop {
            if let Some(delta) = self.ready.pop_front() {
                return Some(Ok(delta));
            }
            if let Some(failure) = self.failure.take() {
                return Some(Err(failure));
            }
            if self.ended {
                return None;
            }
            let until = match self.gathered.finish {
                Some(_) => patience.until.min(Instant::now() + AFTERMATH),
                None => patience.until,
            };
            let step = match timeout_at(until, self.response.chunk()).await {
                Err(_) => self.give_up(Failure::Timeout(patience.span)),
                Ok(Err(e)) => self.give_up(broken(&e)),
                Ok(Ok(None)) => self.bytes_end(),
                Ok(Ok(Some(chunk))) => self.bytes(&chunk).map(|heard| {
                    if let (true, Some(idle)) = (heard, patience.idle) {
                        patience.until = Instant::now() + idle;
                    }
                }),
            };
            if let Err(failure) = step {
                // What was said before it is said first.
                self.ended = true;
                self.failure = Some(failure);
            }
        }
    }

    /// A model that has said why it stopped is done, whatever happens to the connection then.
    fn give_up(&mut self, failure: Failure) -> Result<(), Failure> {
        if self.gathered.finish.is_some() { self.conclude() } else { Err(failure) }
    }

    /// Takes bytes; tells whether an event was among them.
    fn bytes(&mut self, chunk: &[u8]) -> Result<bool, Failure> {
        self.read += chunk.len();
        if self.read > LARGEST_STREAM {
            return Err(Failure::Unusable("more than 16 MB".into()));
        }
        if let Kind::Unknown(blanks) = &mut self.kind {
            blanks.extend_from_slice(chunk);
            let kind = match blanks.trim_ascii_start().first() {
                None => return Ok(false),
                Some(b'<') => return Err(Failure::Unusable("an HTML page".into())),
                Some(b'{' | b'[') => Kind::Whole(Vec::new()),
                Some(_) => Kind::Events(Decoder::default()),
            };
            let bytes = std::mem::take(blanks);
            self.kind = kind;
            return self.sorted_bytes(&bytes);
        }
        self.sorted_bytes(chunk)
    }

    fn sorted_bytes(&mut self, chunk: &[u8]) -> Result<bool, Failure> {
        let events = match &mut self.kind {
            Kind::Events(decoder) => {
                decoder.feed(chunk).map_err(|_| Failure::Unusable("an event without end".into()))?
            }
            Kind::Unknown(bytes) | Kind::Whole(bytes) => {
                bytes.extend_from_slice(chunk);
                return Ok(false);
            }
        };
        for event in &events {
            self.event(event)?;
        }
        Ok(!events.is_empty())
    }

    fn event(&mut self, event: &Event) -> Result<(), Failure> {
        if self.ended {
            return Ok(());
        }
        for piece in self.dialect.event(event)? {
            match piece {
                Piece::End => return self.conclude(),
                piece => self.ready.extend(self.gathered.take(piece)),
            }
        }
        Ok(())
    }

    fn bytes_end(&mut self) -> Result<(), Failure> {
        match std::mem::replace(&mut self.kind, Kind::Unknown(Vec::new())) {
            Kind::Unknown(_) => return Err(Failure::Unusable("nothing at all".into())),
            Kind::Whole(bytes) => {
                let answer = self.dialect.whole(parse_json(&bytes)?)?;
                let reply = answer.reply(&self.model)?;
                self.gathered.said = !reply.content.is_empty();
                if self.gathered.said {
                    self.ready.push_back(ChatDelta::Text(reply.content));
                }
                self.gathered.calls = reply.tool_calls.into_iter().map(|call| (None, call)).collect();
                self.gathered.finish = Some(reply.finish);
                self.gathered.usage = reply.usage;
            }
            Kind::Events(decoder) => {
                if let Some(event) = decoder.finish() {
                    self.event(&event)?;
                }
            }
        }
        if self.ended {
            return Ok(());
        }
        self.give_up(Failure::Unavailable("the stream ended before the reply was done".into()))
    }

    fn conclude(&mut self) -> Result<(), Failure> {
        self.ended = true;
        let gathered = std::mem::take(&mut self.gathered);
        let calls: Vec<ToolCall> =
            gathered.calls.into_iter().map(|(_, call)| call).filter(|c| !c.name.is_empty()).collect();
        let finish = finish(gathered.said, !calls.is_empty(), gathered.finish)?;
        for (number, mut call) in calls.into_iter().enumerate() {
            if call.id.is_empty() {
                call.id = format!("call_{number}");
            }
            if call.arguments.trim().is_empty() {
                call.arguments = "{}".into();
            }
            self.ready.push_back(ChatDelta::ToolCall(call));
        }
        let (usage, model) = (gathered.usage, self.model.clone());
        self.ready.push_back(ChatDelta::Done { finish, usage, model, failed: Vec::new() });
        Ok(())
    }
}

/// What has come so far and is not passed on at once.
#[derive(Debug, Default)]
struct Gathered {
    said: bool,
    calls: Vec<(Option<u64>, ToolCall)>,
    finish: Option<FinishReason>,
    usage: Usage,
}

impl Gathered {
    fn take(&mut self, piece: Piece) -> Option<ChatDelta> {
        match piece {
            // Blanks are no first word.
            Piece::Text(text) if text.is_empty() || (!self.said && text.trim().is_empty()) => None,
            Piece::Text(text) => {
                self.said = true;
                Some(ChatDelta::Text(text))
            }
            Piece::Call { slot, id, name, arguments } => {
                self.call(slot, id.filter(|id| !id.is_empty()), name, &arguments);
                None
            }
            Piece::Usage(usage) => {
                let known = &mut self.usage;
                known.prompt_tokens = known.prompt_tokens.max(usage.prompt_tokens);
                known.cached_tokens = known.cached_tokens.max(usage.cached_tokens);
                known.completion_tokens = known.completion_tokens.max(usage.completion_tokens);
                None
            }
            Piece::Finish(reason) => {
                self.finish = Some(reason);
                None
            }
            Piece::End => None,
        }
    }

    fn call(&mut self, slot: Option<u64>, id: Option<String>, name: Option<String>, arguments: &str) {
        let known = match (slot, &id) {
            (Some(_), _) => self.calls.iter().position(|(s, _)| *s == slot),
            (None, Some(id)) => self.calls.iter().position(|(_, call)| call.id == *id),
            (None, None) => self.calls.len().checked_sub(1),
        };
        let place = known.unwrap_or_else(|| {
            self.calls.push((slot, ToolCall { id: String::new(), name: String::new(), arguments: String::new() }));
            self.calls.len() - 1
        });
        let Some((_, call)) = self.calls.get_mut(place) else { return };
        if let Some(id) = id {
            call.id = id;
        }
        // Some send the name in every part; nobody sends it in halves.
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            call.name = name;
        }
        call.arguments.push_str(arguments);
    }
}
