//! Hear: check the message, make it durable, and take its place in the person's queue.

use super::unheard::Unheard;
use super::{Brought, FailedAttempt, Incoming, Reply, Result, Sink, TurnEvent};
use crate::context::Before;
use crate::error::Error;
use crate::gate::{Lease, Pass};
use crate::learn::Lecture;
use crate::observe::{self, Step};
use crate::person::Person;
use crate::privacy::{Consents, Purpose};
use crate::records::{Versioned, read};
use crate::state::{SessionState, ThreadState};
use crate::text::{id_of, legible};
use jiff::{SignedDuration, Timestamp};
use philia_mind::interaction::Stage;
use philia_mind::{Interaction, InteractionId, Persona, PersonaId, Profile, SessionId, ThreadId};
use philia_ports::StoreError;
use philia_ports::clock::time_ordered_id;
use philia_ports::model::ToolCall;
use philia_ports::store::{Key, Kind};
use sha2::{Digest, Sha256};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::OwnedMutexGuard;

/// A turn that has been heard.
pub(super) struct Turn {
    /// The log's record as it will be completed. Version 0 while the store failed to take it.
    pub(super) interaction: Interaction,
    pub(super) version: u64,
    /// What is still to be committed for it to be durable; it counts as version 1 meanwhile.
    pub(super) unheard: Option<Unheard>,
    /// What its thread was like when it was heard.
    pub(super) before: Before,
    pub(super) persona: Arc<Persona>,
    pub(super) profile: Profile,
    /// The session's first message, for the clock that reminds of being an AI.
    pub(super) session_started: Timestamp,
    /// How long each step took, those that the log does not keep among them.
    pub(super) steps: Vec<Step>,
    queue: Option<Queue>,
    /// From where it was heard on, no other instance has this person.
    lease: Lease,
    /// What an application has handed in beside the message.
    pub(super) brought: Option<Brought>,
    /// It has been heard, felt and learned from before: tools were called since.
    pub(super) goes_on: bool,
    /// The model wants these called before it answers.
    pub(super) tool_calls: Vec<ToolCall>,
    /// The model ran into its limit.
    pub(super) cut_short: bool,
    /// What is learned with the answer, in one commit.
    pub(super) lesson: Option<Lecture>,
    /// Whether what is said may become memories, where that is known from when it was heard.
    pub(super) may_learn: Option<bool>,
    /// It counts in the operator's figures. So does what could not be asked, because the store fails.
    pub(super) counted: bool,
    /// Held from [`Turn::wait_for_turn`] on.
    pub(super) place: Option<Pass>,
}

type Queue = Pin<Box<dyn Future<Output = OwnedMutexGuard<()>> + Send + Sync>>;

impl Turn {
    /// The answer, if this message had been answered before.
    pub(super) fn answered_before(&self) -> Option<Reply> {
        let i = &self.interaction;
        (i.stage == Stage::Answered && !self.goes_on).then(|| Reply { repeated: true, ..self.reply_of(i) })
    }

    fn new(
        interaction: Interaction,
        version: u64,
        before: Before,
        persona: Arc<Persona>,
        profile: Profile,
        session_started: Timestamp,
    ) -> Self {
        Self {
            interaction,
            version,
            unheard: None,
            before,
            persona,
            profile,
            session_started,
            steps: Vec::new(),
            queue: None,
            lease: None,
            brought: None,
            goes_on: false,
            tool_calls: Vec::new(),
            cut_short: false,
            lesson: None,
            may_learn: None,
            counted: true,
            place: None,
        }
    }

    /// A turn that was heard before.
    async fn heard_before(person: &Person, known: Versioned<Interaction>, profile: Profile) -> Result<Self> {
        let persona = person.find_persona(known.value.persona.as_str()).await?;
        let session_started = known.value.at;
        let turn = Self::new(known.value, known.version, Before::Unknown, persona, profile, session_started);
        Ok(Self { counted: person.agrees_to(Purpose::Statistics).await?, ..turn })
    }

    /// Takes the next place in the person's queue, so that the order of answering is the order of calling this.
    async fn line_up(&mut self, person: &Person, lease: Lease) {
        // The first poll takes the place.
        let mut queue: Queue = Box::pin(person.line().lock_owned());
        self.lease = lease;
        match futures_util::poll!(&mut queue) {
            std::task::Poll::Ready(place) => self.place = Some(Pass::new(place, self.lease.take())),
            std::task::Poll::Pending => self.queue = Some(queue),
        }
    }

    /// Waits until the turns heard before this one are answered.
    pub(super) async fn wait_for_turn(&mut self, person: &Person) -> Result<()> {
        let waited = match self.queue.take() {
            Some(queue) => {
                self.place = Some(Pass::new(queue.await, self.lease.take()));
                true
            }
            None => false,
        };
        // What was heard just now and is answered at once is as it was heard.
        if !waited && self.before != Before::Unknown {
            return Ok(());
        }
        // A repeated delivery may have waited behind the first one, and what waited may have been forgotten: see what
        // has become of it.
        if self.version == 0 {
            return Ok(());
        }
        match person.get::<Interaction>(Kind::Interaction, self.interaction.id.as_str()).await {
            Ok(Some(Versioned { value, version })) => {
                self.interaction = value;
                self.version = version;
            }
            Ok(None) => {}
            Err(error) if error.is_passing() => {
                tracing::error!(%error, "the store failed; this turn goes on unsaved");
                self.goes_unsaved();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// From here on nothing of it is kept but what was heard, which is answered once more when the program next starts.
    pub(super) fn goes_unsaved(&mut self) {
        self.version = 0;
        self.unheard = None;
        self.without("store");
    }

    /// Notes how long a step took.
    pub(super) fn took(&mut self, step: &'static str, since: Instant) {
        let took = since.elapsed();
        self.steps.push((step, took));
        self.interaction.latency.push((step.to_owned(), observe::millis(took)));
    }

    /// Notes that a part was not there.
    pub(super) fn without(&mut self, part: &str) {
        if !self.interaction.degraded.iter().any(|known| known == part) {
            self.interaction.degraded.push(part.to_owned());
        }
    }

    /// The answer as doors see it.
    pub(super) fn reply_of(&self, i: &Interaction) -> Reply {
        Reply {
            interaction_id: i.id.clone(),
            conversation_id: i.thread.clone(),
            session_id: i.session.clone(),
            persona: i.persona.as_str().to_owned(),
            reply: i.reply.clone().unwrap_or_default(),
            model: i.model.clone().unwrap_or_default(),
            at: i.at,
            mood_before: i.mood_before.unwrap_or_default(),
            mood_after: i.mood_after.unwrap_or_default(),
            felt: i.felt.clone(),
            used: i.used.clone(),
            fallback: i.fallback.clone(),
            tokens: (i.prompt_tokens, i.completion_tokens),
            cancelled: i.cancelled,
            cut_short: self.cut_short,
            tool_calls: self.tool_calls.clone(),
            repeated: false,
            saved: self.version > 0,
            degraded: i.degraded.clone(),
        }
    }

    /// Notes that a model was asked and failed.
    pub(super) fn failed(&mut self, attempts: impl IntoIterator<Item = FailedAttempt>) {
        self.interaction.fallback.extend(attempts);
    }
}

/// The message without control characters, if it is one that can be answered.
///
/// # Errors
/// [`Error::Invalid`] if nothing is left, or it is longer than `max_bytes`.
pub(super) fn cleaned(message: &str, max_bytes: usize) -> Result<String> {
    if message.len() > max_bytes {
        return Err(Error::Invalid(format!(
            "the message has {} bytes; at most {max_bytes} are allowed. Send it in parts",
            message.len()
        )));
    }
    let kept = legible(message);
    let kept = kept.trim();
    if kept.is_empty() {
        return Err(Error::Invalid("the message is empty; say something in words, signs or emoji".into()));
    }
    Ok(kept.to_owned())
}

/// Makes the message durable, together with the job of learning from it.
pub(super) async fn hear(
    person: &Person,
    incoming: Incoming,
    message: String,
    in_need: bool,
    sink: &Sink,
) -> Result<Turn> {
    let thread = incoming.thread.clone().unwrap_or_else(ThreadId::main);
    check_name("conversation_id", thread.as_str())?;
    if let Some(id) = &incoming.message_id {
        check_name("message_id", id)?;
    }

    // Somebody in need waits for no other instance.
    let lease = if in_need { None } else { person.with_us().await };
    let order = Arc::clone(&person.locks.hear).lock_owned().await;
    let may_wait = !in_need && Unheard::may_wait(person, &incoming, sink);
    let mut turn = match (&incoming.goes_on, incoming.unrecorded) {
        (Some(id), _) => again(person, id).await?,
        (None, true) => unrecorded(person, &incoming, &message).await?,
        (None, false) => persist(person, &incoming, &message, &thread, may_wait).await?,
    };
    turn.goes_on = incoming.goes_on.is_some() && incoming.brought.as_ref().is_some_and(|with| !with.since.is_empty());
    turn.brought = incoming.brought;
    turn.line_up(person, lease).await;
    match &mut turn.unheard {
        Some(unheard) if turn.place.is_some() => unheard.order = Some(order),
        // It waits for others.
        _ => turn.make_durable(person).await?,
    }

    if turn.version > 0 {
        sink.send(TurnEvent::Heard(turn.interaction.id.clone())).await;
    }
    Ok(turn)
}

impl Person {
    /// Was this very delivery answered before?
    ///
    /// # Errors
    /// The store failed.
    pub async fn has_answered(&self, incoming: &Incoming) -> Result<bool> {
        let Some(delivery) = &incoming.message_id else { return Ok(false) };
        let id = delivered_id(&incoming.channel, delivery);
        Ok(self.interaction(&id).await?.is_some_and(|known| known.stage == Stage::Answered))
    }
}

/// The message as it stands in its thread; durable, unless that may wait for the answer.
async fn persist(
    person: &Person,
    incoming: &Incoming,
    message: &str,
    thread: &ThreadId,
    may_wait: bool,
) -> Result<Turn> {
    loop {
        let tried = async {
            let mut turn = try_hear(person, incoming, message, thread).await?;
            if !may_wait {
                turn.make_durable(person).await?;
            }
            Ok(turn)
        };
        match tried.await {
            // Another instance, or the same delivery twice: look again.
            Err(Error::Store(StoreError::Conflict(_))) => {}
            Err(Error::Store(error)) if keeps_talking(&error) => {
                tracing::error!(%error, "the store failed; this turn goes on unsaved");
                return unsaved(person, incoming, message);
            }
            other => return other,
        }
    }
}

/// Does a person deserve an answer although the store fails like this?
pub(super) fn keeps_talking(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(_) | StoreError::Full(_) | StoreError::InUse(_))
}

async fn try_hear(person: &Person, incoming: &Incoming, message: &str, thread: &ThreadId) -> Result<Turn> {
    let now = person.now();
    let id = match &incoming.message_id {
        Some(delivery) => delivered_id(&incoming.channel, delivery),
        None => InteractionId::new(time_ordered_id(now, &*person.app.parts.chance)),
    };
    let keys = [Person::profile_key(), Key::new(Kind::Thread, thread.as_str()), Consents::key()];
    let (known, [profile, known_thread, consents]) = match &incoming.message_id {
        Some(_) => {
            let [profile, thread, consents] = keys;
            let delivered = Key::new(Kind::Interaction, id.as_str());
            let [known, found @ ..] = person.get_records([delivered, profile, thread, consents]).await?;
            (known, found)
        }
        // Nobody has heard a name that was made just now.
        None => (None, person.get_records(keys).await?),
    };
    let profile = person.profile_of(profile)?.value;
    let wanted = incoming.persona.as_deref().unwrap_or(&profile.persona);

    if let Some(record) = known {
        let Versioned { value: interaction, version } = read::<Interaction>(record)?;
        if interaction.message != message && !interaction.redacted {
            return Err(Error::Reused(format!(
                "the message_id {:?} was used for another message",
                incoming.message_id.as_deref().unwrap_or_default()
            )));
        }
        return Turn::heard_before(person, Versioned { value: interaction, version }, profile).await;
    }

    let persona = person.find_persona(wanted).await?;
    let old = known_thread.map(read::<ThreadState>).transpose()?;
    let version = old.as_ref().map_or(0, |old| old.version);
    let (thread_state, closed) = next_session(person, old.map(|old| old.value), thread, now);
    let session = &thread_state.session;
    let interaction = new_interaction(incoming, message, id, thread, session, &persona);

    let session_started = thread_state.session.started_at;
    let turn = Turn::new(interaction, 1, Before::Version(version), persona, profile, session_started);
    let consents = Consents::of(consents)?;
    let (may_learn, counted) = (Some(consents.given(Purpose::Learning)), consents.given(Purpose::Statistics));
    let unheard = Some(Unheard::new(thread_state, version, closed));
    Ok(Turn { unheard, may_learn, counted, ..turn })
}

/// A turn that an earlier run of the program heard and did not answer, with its place in the queue; none if it is
/// answered, or was forgotten.
pub(super) async fn left_unanswered(person: &Person, id: &InteractionId) -> Result<Option<Turn>> {
    let lease = person.with_us().await;
    let _order = person.locks.hear.lock().await;
    let Some(known) = person.get::<Interaction>(Kind::Interaction, id.as_str()).await? else { return Ok(None) };
    if known.value.stage != Stage::Heard || known.value.redacted {
        return Ok(None);
    }
    let mut turn = Turn::heard_before(person, known, person.profile().await?).await?;
    turn.line_up(person, lease).await;
    Ok(Some(turn))
}

/// A turn that was heard before, to be answered again or to its end.
async fn again(person: &Person, id: &InteractionId) -> Result<Turn> {
    let known = person.get::<Interaction>(Kind::Interaction, id.as_str()).await?.filter(|known| !known.value.redacted);
    let unknown = || Error::NotFound { what: "turn", name: id.to_string(), nearest: None };
    Turn::heard_before(person, known.ok_or_else(unknown)?, person.profile().await?).await
}

/// A turn that could not be made durable, with what is known without the store.
fn unsaved(person: &Person, incoming: &Incoming, message: &str) -> Result<Turn> {
    let profile = person.app.parts.default_profile.clone();
    let persona = person.app.parts.personas.get(incoming.persona.as_deref().unwrap_or(&profile.persona))?;
    let mut turn = fleeting(person, incoming, message, persona, profile);
    turn.without("store");
    Ok(turn)
}

/// The turn of somebody in need that could not be heard as it was handed in: whoever they wanted to talk with, care
/// answers.
pub(super) fn in_need(person: &Person, incoming: &Incoming, message: &str) -> Result<Turn> {
    unsaved(person, &Incoming { persona: None, thread: None, ..incoming.clone() }, message)
}

/// A turn that is not to be kept.
async fn unrecorded(person: &Person, incoming: &Incoming, message: &str) -> Result<Turn> {
    let profile = match person.profile().await {
        Err(Error::Store(error)) if keeps_talking(&error) => return unsaved(person, incoming, message),
        other => other?,
    };
    let persona = person.find_persona(incoming.persona.as_deref().unwrap_or(&profile.persona)).await?;
    let counted = person.agrees_to(Purpose::Statistics).await?;
    Ok(Turn { counted, ..fleeting(person, incoming, message, persona, profile) })
}

/// A turn of which the store knows nothing.
fn fleeting(person: &Person, incoming: &Incoming, message: &str, persona: Arc<Persona>, profile: Profile) -> Turn {
    let thread = &incoming.thread.clone().unwrap_or_else(ThreadId::main);
    let now = person.now();
    let (state, _) = next_session(person, None, thread, now);
    let id = InteractionId::new(time_ordered_id(now, &*person.app.parts.chance));
    let interaction = new_interaction(incoming, message, id, thread, &state.session, &persona);
    Turn::new(interaction, 0, Before::Unsaved, persona, profile, now)
}

/// The thread after one more message, and the session that this message closed, if it began a new one.
pub(super) fn next_session(
    person: &Person,
    old: Option<ThreadState>,
    thread: &ThreadId,
    now: Timestamp,
) -> (ThreadState, Option<SessionState>) {
    let gap = SignedDuration::try_from(person.app.parts.settings.session_gap).unwrap_or(SignedDuration::MAX);
    let fresh = |now: Timestamp| SessionState {
        id: SessionId::new(time_ordered_id(now, &*person.app.parts.chance)),
        thread: thread.clone(),
        started_at: now,
        last_at: now,
        turns: 1,
    };
    let Some(mut state) = old else {
        let session = fresh(now);
        return (ThreadState { id: thread.clone(), title: None, started_at: now, turns: 1, session }, None);
    };
    state.turns += 1;
    // The log's order survives a clock that goes backwards: a later message is never before an earlier one.
    let now = now.max(state.session.last_at.saturating_add(SignedDuration::from_micros(1)).unwrap_or(now));
    if now.duration_since(state.session.last_at) < gap {
        state.session.last_at = now;
        state.session.turns += 1;
        return (state, None);
    }
    let closed = std::mem::replace(&mut state.session, fresh(now));
    (state, Some(closed))
}

pub(super) fn new_interaction(
    incoming: &Incoming,
    message: &str,
    id: InteractionId,
    thread: &ThreadId,
    session: &SessionState,
    persona: &Persona,
) -> Interaction {
    Interaction {
        id,
        thread: thread.clone(),
        session: session.id.clone(),
        turn: session.turns - 1,
        persona: PersonaId::new(&persona.id),
        channel: incoming.channel.clone(),
        at: session.last_at,
        message: message.to_owned(),
        speaker: None,
        stage: Stage::Heard,
        reply: None,
        replied_at: None,
        cancelled: false,
        redacted: false,
        mood_before: None,
        mood_after: None,
        felt: None,
        thought: None,
        bond: None,
        used: Vec::new(),
        model: None,
        fallback: Vec::new(),
        prompt_tokens: 0,
        completion_tokens: 0,
        latency: Vec::new(),
        security: None,
        degraded: Vec::new(),
    }
}

/// The name of a delivered message: the same for the same delivery, so that hearing it twice is one insert.
fn delivered_id(channel: &str, delivery: &str) -> InteractionId {
    let mut hash = Sha256::new();
    hash.update(channel.as_bytes());
    hash.update([0]);
    hash.update(delivery.as_bytes());
    InteractionId::new(format!("m-{}", id_of(hash)))
}

fn check_name(field: &str, name: &str) -> Result<()> {
    if name.is_empty() || name.len() > 128 || name.chars().any(char::is_control) {
        return Err(Error::Invalid(format!("{field}: 1 to 128 bytes without control characters are allowed")));
    }
    Ok(())
}
