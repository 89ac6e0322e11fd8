//! The walk of one message: hear, care, guard, recall, feel, compose, speak, settle, learn.
//!
//! What holds at every instant:
//! - The message is durable before anything else is asked of it ([`hear`]), unless the store fails, and then the
//!   person is told that this will not be remembered; where no model is asked and nobody watches, it becomes durable
//!   with its answer ([`unheard`]).
//! - Care comes before limits (and a suspended account), locks and a failing store.
//! - One person's turns are answered one at a time, in the order they were heard; different people's side by
//!   side.
//! - The answer, the mood and the turn's number become durable in one commit ([`settle`]); learning is a job of
//!   its own that was made durable with the message, so a crash anywhere loses nothing and repeats nothing.
//! - What was heard and cut off by the end of the program is answered at its next start ([`resume`]).
//! - When the listener goes away, the model is stopped and what was said is kept.

mod brought;
mod clarify;
mod compose;
mod feel;
mod forget;
pub(crate) mod guard;
mod hear;
mod notes;
mod opinion;
mod resume;
mod settle;
mod speak;
mod tell;
mod unheard;

pub use brought::{Brought, Resent};
pub use resume::Unanswered;
pub use tell::Told;

use crate::error::{Error, Result};
use crate::gate::Pass;
use crate::learn::Taught;
use crate::news::News;
use crate::observe::{self, Step};
use crate::person::Person;
use crate::philia::Philia;
use futures_util::future::BoxFuture;
use hear::Turn;
use jiff::Timestamp;
use philia_mind::guard::care::Crisis;
use philia_mind::interaction::{FailedAttempt, Felt, UsedMemory};
use philia_mind::{InteractionId, Pad, SessionId, ThreadId};
use philia_ports::model::ToolCall;
use serde::{Deserialize, Serialize};
use std::time::Instant;
use tokio::sync::mpsc;
use tracing::{Instrument as _, debug_span};

/// What a door hands in.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// What the person said.
    pub message: String,
    /// The door's own name for this message; a repeated delivery is answered once and the same way.
    pub message_id: Option<String>,
    /// The named conversation; the main one if none is named.
    pub thread: Option<ThreadId>,
    /// Whom they talk with; the persona of their settings if none is named.
    pub persona: Option<String>,
    /// The door (`cli`, `web`, `api`).
    pub channel: String,
    /// What an application hands in beside it.
    pub brought: Option<Brought>,
    /// The turn that it belongs to, which was heard before: it is answered the same way again or, where tools were
    /// called since, answered to its end.
    pub goes_on: Option<InteractionId>,
    /// It is answered and nothing of it is kept: not in the log, not in memory, not in the mood.
    pub unrecorded: bool,
}

impl Incoming {
    /// A message through a door, with nothing else said.
    pub fn new(channel: &str, message: impl Into<String>) -> Self {
        Self { message: message.into(), channel: channel.into(), ..Self::default() }
    }
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Reply {
    /// The turn in the log.
    pub interaction_id: InteractionId,
    /// The named conversation.
    pub conversation_id: ThreadId,
    /// The run of turns.
    pub session_id: SessionId,
    /// Who answered.
    pub persona: String,
    /// What was said.
    pub reply: String,
    /// `provider:model`, `offline` or `care`.
    pub model: String,
    /// When the message was heard.
    pub at: Timestamp,
    /// The mood when the message came.
    pub mood_before: Pad,
    /// The mood after it was felt.
    pub mood_after: Pad,
    /// What it evoked.
    pub felt: Option<Felt>,
    /// The memories that were in the prompt, or that the offline voice drew on.
    pub used: Vec<UsedMemory>,
    /// Models that were asked first and failed.
    pub fallback: Vec<FailedAttempt>,
    /// Tokens of the prompt and of the answer, as the model counted them.
    pub tokens: (u64, u64),
    /// The listener went away before the end.
    pub cancelled: bool,
    /// The model ran into its limit of tokens.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut_short: bool,
    /// Tools of the application's that the model wants called before it answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<Object>))]
    pub tool_calls: Vec<ToolCall>,
    /// This message had been answered before; this is that answer.
    pub repeated: bool,
    /// It is kept. False while the store fails, and where it was not to be kept.
    pub saved: bool,
    /// Parts that were not there (`embedder`, `store`, `model`).
    pub degraded: Vec<String>,
}

/// What happens during a turn.
#[derive(Clone, Debug, PartialEq)]
pub enum TurnEvent {
    /// The message is durable.
    Heard(InteractionId),
    /// It was felt.
    Felt {
        /// The mood when it came.
        before: Pad,
        /// The mood now.
        after: Pad,
        /// What it evoked.
        felt: Felt,
    },
    /// A piece of the answer.
    Text(String),
    /// The model broke off and another begins anew: what was said so far is void.
    Restart(FailedAttempt),
    /// The end.
    Done(Box<Reply>),
}

/// A turn as it happens. Dropping it stops the answer; what was said is kept.
pub struct TurnStream(mpsc::Receiver<Result<TurnEvent>>);

impl TurnStream {
    /// The next event; none after [`TurnEvent::Done`] or an error.
    pub async fn next(&mut self) -> Option<Result<TurnEvent>> {
        self.0.recv().await
    }

    /// Waits for the end, whatever comes before it.
    ///
    /// # Errors
    /// What the turn ended with.
    pub async fn reply(mut self) -> Result<Reply> {
        while let Some(event) = self.next().await {
            if let TurnEvent::Done(reply) = event? {
                return Ok(*reply);
            }
        }
        Err(Error::BrokenOff)
    }
}

/// Where a turn's events go. Knows when nobody listens any more; none where nobody ever did.
struct Sink {
    listener: Option<mpsc::Sender<Result<TurnEvent>>>,
    /// What comes before the end is listened to as well.
    watched: bool,
}

impl Sink {
    async fn send(&self, event: TurnEvent) {
        if self.watched || matches!(event, TurnEvent::Done(_)) {
            self.tell(Ok(event)).await;
        }
    }

    async fn tell(&self, what: Result<TurnEvent>) {
        if let Some(listener) = &self.listener {
            // Nobody listening is no failure: the turn goes on, and `speak` asks `gone` where it matters.
            let _ = listener.send(what).await;
        }
    }

    async fn gone(&self) {
        match &self.listener {
            Some(listener) => listener.closed().await,
            None => std::future::pending().await,
        }
    }
}

impl Person {
    /// Says something, and hears the answer as it comes.
    pub fn say(&self, incoming: Incoming) -> TurnStream {
        self.begin(incoming, true)
    }

    fn begin(&self, incoming: Incoming, watched: bool) -> TurnStream {
        let (sender, receiver) = mpsc::channel(64);
        let person = self.clone();
        let running = self.app.running.token();
        // What the log says of the turn can be found by the request it came with.
        let span = tracing::info_span!("turn", channel = incoming.channel);
        let task = async move {
            let turn = async {
                let began = Instant::now();
                let sink = Sink { listener: Some(sender), watched };
                // The walk is large; within the task it would be moved with everything that is put around it.
                match Box::pin(walk(&person, incoming, &sink)).await {
                    Ok(walked) => walked.end(&person, sink, began).await,
                    Err(error) => {
                        observe::failed(&error);
                        sink.tell(Err(error)).await;
                    }
                }
            };
            // With the program its listeners go, too: that is no wish of theirs to hear no more. (What is waited for is moved
            // three times on the way.)
            person.app.stopped.run_until_cancelled(Box::pin(turn.instrument(span))).await;
            drop(running);
        };
        // As one type: the whole walk would be compiled anew for each of the ways in which a task is polled.
        let task: BoxFuture<'static, ()> = Box::pin(task);
        tokio::spawn(task);
        TurnStream(receiver)
    }

    /// Says something, and waits for the whole answer.
    pub async fn ask(&self, incoming: Incoming) -> Result<Reply> {
        self.begin(incoming, false).reply().await
    }
}

/// A turn's end: the answer, and what is still to be learned from it.
struct Walked {
    reply: Reply,
    learn: Option<Lesson>,
    /// How long its steps took.
    steps: Vec<Step>,
    /// It counts in the operator's figures.
    counted: bool,
}

impl Walked {
    /// Hands over the answer, then learns.
    async fn end(self, person: &Person, sink: Sink, began: Instant) {
        let Self { reply, learn, mut steps, counted } = self;
        let took = began.elapsed();
        sink.send(TurnEvent::Done(Box::new(reply.clone()))).await;
        drop(sink);
        if reply.saved || reply.degraded.iter().any(|part| part == "store") {
            person.spread(&News::Turn(reply.interaction_id.clone())).await;
        }
        let Some(lesson) = learn else { return observe::turn(person, &reply, &steps, took, counted) };
        let (learning, later) = (Instant::now(), lesson.taught.is_none());
        lesson.learn(person).instrument(debug_span!("learn")).await;
        if later {
            steps.push(("learn", learning.elapsed()));
        }
        observe::turn(person, &reply, &steps, took, counted);
        // The next turn may begin meanwhile.
        if let Err(error) = person.learn_by_model().await {
            tracing::warn!(%error, "the fast model is asked later");
        }
    }
}

/// Learning from a turn, which comes after the answer, or with it, but before the person's next turn.
struct Lesson {
    interaction: InteractionId,
    /// What was learned with the answer, in one commit.
    taught: Option<Taught>,
    _turn: Option<Pass>,
}

impl Lesson {
    async fn learn(self, person: &Person) {
        let learned = match self.taught {
            Some(taught) => person.taught(taught).await,
            None => person.learn(&self.interaction).await,
        };
        if let Err(error) = learned {
            // The job is durable and will be tried again.
            tracing::warn!(%error, interaction = %self.interaction, "learning is put off");
        }
    }
}

async fn walk(person: &Person, incoming: Incoming, sink: &Sink) -> Result<Walked> {
    let message = hear::cleaned(&incoming.message, person.app.parts.settings.max_message_bytes)?;
    let caring = Instant::now();
    let (crisis, doubt) = person.app.care.examine(&message);
    let crisis = crisis.filter(|_| incoming.goes_on.is_none());
    let care = ("care", caring.elapsed());
    let hearing = Instant::now();
    let _running = match crisis {
        Some(_) => None,
        None => person.may_talk().await?,
    };

    let hear = hear::hear(person, incoming.clone(), message.clone(), crisis.is_some(), sink);
    let mut turn = match hear.instrument(debug_span!("hear")).await {
        // Whatever the store says, and whatever is wrong with what was handed in, somebody in need gets an answer.
        Err(error) if crisis.is_some() => {
            tracing::error!(%error, "this cannot be kept; care answers all the same");
            hear::in_need(person, &incoming, &message)?
        }
        other => other?,
    };
    turn.steps.extend([care, ("hear", hearing.elapsed())]);
    if let Some(answered) = turn.answered_before() {
        return Ok(Walked { reply: answered, learn: None, steps: turn.steps, counted: turn.counted });
    }
    Box::pin(answer(person, turn, (crisis, doubt), sink)).await
}

/// The walk from where the message is durable.
async fn answer(
    person: &Person,
    mut turn: Turn,
    (crisis, mut doubt): (Option<Crisis>, bool),
    sink: &Sink,
) -> Result<Walked> {
    if let Some(crisis) = crisis {
        return Ok(guard::care(person, turn, crisis, sink).instrument(debug_span!("care")).await);
    }

    turn.wait_for_turn(person).instrument(debug_span!("wait")).await?;
    if let Some(answered) = turn.answered_before() {
        return Ok(Walked { reply: answered, learn: None, steps: turn.steps, counted: turn.counted });
    }
    let guarding = Instant::now();
    let (threat, parts) = person.app.threats.examine(&turn.interaction.message);
    doubt |= parts;
    let mut threat = threat.filter(|_| !turn.goes_on);
    if threat.is_none() && !turn.goes_on {
        let found = opinion::second(person, &turn, doubt).await;
        if let Some(crisis) = found.crisis {
            return Ok(guard::care(person, turn, crisis, sink).await);
        }
        threat = found.threat;
    }
    turn.steps.push(("guard", guarding.elapsed()));
    if person.is_paused().await {
        turn.make_durable(person).await?;
        return guard::pause(person, turn, sink).await;
    }
    if let Some(threat) = threat {
        turn.make_durable(person).await?;
        return guard::deflect(person, turn, &threat, sink).await;
    }

    if !turn.goes_on {
        turn = match forget::answer(person, turn, sink).await? {
            Ok(answered) => return Ok(answered),
            Err(turn) => turn,
        };
    }
    let mut remembered = compose::recall(person, &mut turn).instrument(debug_span!("recall")).await;
    let feeling = feel::feel(person, &mut turn, sink).instrument(debug_span!("feel")).await?;
    remembered.tasks = compose::tasks(person, &mut turn, &feeling).await;
    let speak = speak::speak(person, &mut turn, &feeling, &remembered, sink);
    let mut said = speak.instrument(debug_span!("speak")).await;
    let disclosed = notes::append(person, &turn, &feeling, &mut said, sink).await;
    settle::settle(person, turn, feeling, remembered, said, disclosed).instrument(debug_span!("settle")).await
}

impl Philia {
    /// Does a message speak of a crisis, so that care answers it? For doors that let people wait.
    pub fn is_in_need(&self, message: &str) -> bool {
        self.0.care.check(message).is_some()
    }

    /// Stops the turns that are running where they are, as the last thing the program does; they are resumed at its
    /// next start. Without it they would take the loss of their listeners for a wish to hear no more.
    pub fn stop(&self) {
        self.0.stopped.cancel();
    }

    /// Is anything being answered or learned from?
    pub fn is_busy(&self) -> bool {
        !self.0.running.is_empty()
    }

    /// Waits until no turn is running any more, and writes what was counted meanwhile. New ones may begin meanwhile; who shuts down closes the doors first.
    pub async fn idle(&self) {
        self.0.running.close();
        self.0.running.wait().await;
        self.0.running.reopen();
        self.write_accesses().await;
    }
}
