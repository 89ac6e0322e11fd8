//! Tell: what an application tells of a person's talk, to be learned from as if it had been said here. Nobody answers.

use super::Result;
use super::hear::{cleaned, new_interaction, next_session};
use super::{Error, Incoming};
use crate::hook::Event;
use crate::learn;
use crate::person::{Person, write};
use crate::records::{draft, read};
use crate::state::ThreadState;
use jiff::Timestamp;
use philia_mind::interaction::Stage;
use philia_mind::{Interaction, InteractionId, Memory, MemoryId, ThreadId};
use philia_ports::StoreError;
use philia_ports::store::{Change, Key, Kind};

/// The name of a turn that was told.
fn turn_named(name: &str, n: usize) -> InteractionId {
    InteractionId::new(format!("{name}-{n}"))
}

/// Something that was said, and answered, elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What the person said; empty where the other side spoke first.
    pub message: String,
    /// What was answered.
    pub reply: Option<String>,
    /// When; now if it is not known.
    pub at: Option<Timestamp>,
}

impl Person {
    /// Takes in what was said elsewhere, through the door `source`: it stands in the log, in that thread, and is learned
    /// from before this returns. Returns the memories that are new; what was said before strengthens those there are.
    /// `name` names it for [`Person::told`], and must be new.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is empty or too long; nothing is taken in then. A store that fails: what was taken in
    /// until then is learned from later.
    pub async fn tell(&self, source: &str, thread: &ThreadId, name: &str, told: &[Told]) -> Result<Vec<Memory>> {
        self.app.tell(&self.partition.id, &Event::UserAction("tell"));
        let most = self.app.parts.settings.max_message_bytes;
        let clean = |text: &str| if text.trim().is_empty() { Ok(String::new()) } else { cleaned(text, most) };
        let mut clear = Vec::with_capacity(told.len());
        for Told { message, reply, at } in told {
            let reply = reply.as_deref().map(clean).transpose()?.filter(|reply| !reply.is_empty());
            let message = clean(message)?;
            if message.is_empty() && reply.is_none() {
                return Err(Error::Invalid("a message is empty; leave it out".into()));
            }
            clear.push(Told { message, reply, at: *at });
        }
        let mut new = Vec::new();
        for (n, told) in clear.iter().enumerate() {
            let _between_turns = self.between_turns().await;
            let id = self.log_told(source, thread, turn_named(name, n), told).await?;
            new.extend(self.learn(&id).await?);
        }
        let (person, running) = (self.clone(), self.app.running.token());
        tokio::spawn(async move {
            if let Err(error) = person.learn_by_model().await {
                tracing::warn!(%error, "the fast model is asked later");
            }
            drop(running);
        });
        Ok(new)
    }

    /// What was learned from what was told under a name, as far as it is still there; none if nothing was told so.
    pub async fn told(&self, name: &str) -> Result<Option<Vec<Memory>>> {
        let mut memories = Vec::new();
        for n in 0.. {
            let id = turn_named(name, n);
            if self.interaction(&id).await?.is_none() {
                return Ok((n > 0).then_some(memories));
            }
            let facts = (0..learn::MAX_FACTS).map(|fact| format!("f{fact}"));
            for part in ["u".to_owned(), "r".to_owned()].into_iter().chain(facts) {
                memories.extend(self.memory(&MemoryId::of(&id, &part)).await?);
            }
        }
        Ok(None)
    }

    /// Writes it into the log, with the job of learning from it.
    async fn log_told(&self, source: &str, thread: &ThreadId, id: InteractionId, told: &Told) -> Result<InteractionId> {
        let persona = self.persona(None).await?;
        loop {
            let _order = self.locks.hear.lock().await;
            let now = self.now();
            let [known] = self.get_records([Key::new(Kind::Thread, thread.as_str())]).await?;
            let old = known.map(read::<ThreadState>).transpose()?;
            let version = old.as_ref().map_or(0, |old| old.version);
            let (state, closed) = next_session(self, old.map(|old| old.value), thread, now);
            let incoming = Incoming::new(source, told.message.clone());
            let heard = new_interaction(&incoming, &told.message, id.clone(), thread, &state.session, &persona);
            let at = told.at.unwrap_or(heard.at);
            let turn = Interaction {
                stage: Stage::Imported,
                at,
                reply: told.reply.clone(),
                replied_at: told.reply.is_some().then_some(at),
                security: match self.app.care.check(&told.message) {
                    Some(_) => Some("crisis".into()),
                    None => self.app.threats.check(&told.message).map(|threat| threat.kind.as_str().into()),
                },
                ..heard
            };
            let mut changes = vec![
                Change::Insert(draft(Kind::Interaction, turn.id.as_str(), at, &turn)?),
                Change::Insert(learn::job(&turn.id, now)?),
                write(draft(Kind::Thread, thread.as_str(), state.session.last_at, &state)?, version),
            ];
            if let Some(closed) = closed {
                changes.push(Change::Insert(draft(Kind::Session, closed.id.as_str(), closed.started_at, &closed)?));
            }
            match self.commit(changes).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => return other.map(|_| id),
            }
        }
    }
}
