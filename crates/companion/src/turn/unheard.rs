//! A message that becomes durable with its answer, in one commit.
//!
//! To hear a message is a commit of its own for two reasons: a model may take its time, and whoever watches the turn is
//! told that the message is kept. Where no model is asked and nobody watches, the answer is there in milliseconds and is
//! all that anybody is told, so both are kept or neither. What may take longer, or looks into the log for the message
//! itself, calls [`Turn::make_durable`] first.

use super::hear::{Turn, keeps_talking, next_session};
use super::{Incoming, Result, Sink};
use crate::context::Before;
use crate::error::Error;
use crate::learn;
use crate::person::{Person, write};
use crate::records::{draft, read};
use crate::state::{SessionState, ThreadState};
use philia_mind::Interaction;
use philia_ports::StoreError;
use philia_ports::store::{Change, Key, Kind};
use tokio::sync::OwnedMutexGuard;

/// While more turns than this are running, messages are kept before they are answered: the program's end waits for its
/// turns for some seconds only, and what it cuts off is resumed from the log.
const MOST_RUNNING: usize = 256;

/// What hearing a message changes beside the log.
pub(super) struct Unheard {
    thread: ThreadState,
    /// Version of the thread before it; 0 if it is the first message.
    version: u64,
    /// The session that it closed.
    closed: Option<SessionState>,
    /// Nobody hears this person's next message before this one.
    pub(super) order: Option<OwnedMutexGuard<()>>,
}

impl Unheard {
    pub(super) fn new(thread: ThreadState, version: u64, closed: Option<SessionState>) -> Self {
        Self { thread, version, closed, order: None }
    }

    /// May a message be kept no earlier than its answer?
    pub(super) fn may_wait(person: &Person, incoming: &Incoming, sink: &Sink) -> bool {
        let parts = &person.app.parts;
        let no_model = parts.chat.info().is_none() && parts.fast.info().is_none();
        no_model
            && !parts.embedder.info().remote
            && !sink.watched
            && incoming.brought.is_none()
            && person.app.running.len() <= MOST_RUNNING
    }

    /// What is to be committed with a message, and the message itself.
    pub(super) fn changes(&self, message: &Interaction) -> Result<Vec<Change>> {
        let thread = draft(Kind::Thread, self.thread.id.as_str(), self.thread.session.last_at, &self.thread)?;
        let mut changes = vec![
            Change::Insert(draft(Kind::Interaction, message.id.as_str(), message.at, message)?),
            write(thread, self.version),
        ];
        if let Some(closed) = &self.closed {
            changes.push(Change::Insert(draft(Kind::Session, closed.id.as_str(), closed.started_at, closed)?));
        }
        Ok(changes)
    }
}

impl Turn {
    /// Makes the message durable with the job of learning from it, if it is not durable yet.
    ///
    /// # Errors
    /// What the store says, but for what lets the turn go on unsaved.
    pub(super) async fn make_durable(&mut self, person: &Person) -> Result<()> {
        while let Some(unheard) = &self.unheard {
            let mut changes = unheard.changes(&self.interaction)?;
            changes.push(Change::Insert(learn::job(&self.interaction.id, self.interaction.at)?));
            match person.commit(changes).await {
                Ok(_) => self.unheard = None,
                Err(Error::Store(StoreError::Conflict(key))) if key.kind == Kind::Thread => self.anew(person).await?,
                // Who they are is known: only what they said cannot be kept.
                Err(Error::Store(error)) if keeps_talking(&error) => {
                    tracing::error!(%error, "the store failed; this turn goes on unsaved");
                    self.goes_unsaved();
                    self.before = Before::Unsaved;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The thread was changed meanwhile: the message is the next of what it is now.
    pub(super) async fn anew(&mut self, person: &Person) -> Result<()> {
        let Some(unheard) = &mut self.unheard else { return Ok(()) };
        let name = unheard.thread.id.clone();
        let [known] = person.get_records([Key::new(Kind::Thread, name.as_str())]).await?;
        let old = known.map(read::<ThreadState>).transpose()?;
        unheard.version = old.as_ref().map_or(0, |old| old.version);
        (unheard.thread, unheard.closed) = next_session(person, old.map(|old| old.value), &name, self.interaction.at);
        let session = &unheard.thread.session;
        self.interaction.session = session.id.clone();
        self.interaction.turn = session.turns - 1;
        self.interaction.at = session.last_at;
        self.session_started = session.started_at;
        self.before = Before::Version(unheard.version);
        Ok(())
    }
}
