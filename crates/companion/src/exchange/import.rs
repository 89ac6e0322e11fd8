//! Writing what was said elsewhere into a person's log and memory.
//!
//! Turns have lasting names (see [`plan`]), and a turn, its memories, its facts and its thread are written in one
//! commit. So an import can be interrupted anywhere and repeated at any time: what is there is left as it is.

use super::conversation::{Conversation, Skipped, skip};
use super::plan::{Plan, Planned, Terms, plan};
use crate::error::{Error, Result};
use crate::hook::Event;
use crate::learn::{self, Lesson, LiveFact, Talk};
use crate::person::Person;
use crate::records::{draft, read};
use crate::state::{SessionState, ThreadState};
use crate::unit::Unit;
use crate::vectors::Vector;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use philia_mind::memory::Fact;
use philia_mind::voice::Readings;
use philia_mind::{Interaction, InteractionId, Memory, MemoryId, PersonaId};
use philia_ports::StoreError;
use philia_ports::store::{Key, Kind, MAX_CHANGES};
use serde::Serialize;
use std::collections::HashSet;

/// Turns looked up at once.
const WINDOW: usize = 200;
/// A message longer than this is split, whatever longer messages a door may take: message and reply must fit into
/// one record, and a memory is to be about something.
const MAX_PART: usize = 32 * 1024;

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Conversations with at least one message.
    pub conversations: usize,
    /// Messages in them that can be kept.
    pub messages: usize,
    /// Messages that are new.
    pub added: usize,
    /// Messages that were there already.
    pub known: usize,
    /// Memories made of the new ones; what was said before in the same words makes none. 0 in a dry run.
    pub memories: usize,
    /// Facts about the person that the new ones state. 0 in a dry run.
    pub facts: usize,
    /// When the first message was said.
    pub earliest: Option<Timestamp>,
    /// When the last message was said.
    pub latest: Option<Timestamp>,
    /// Messages that were too long for one turn and are kept in parts.
    pub split: usize,
    /// Messages that nothing dates; they count as said at the time of the import.
    pub undated: usize,
    /// New memories without a vector so far, because the embedder did not answer. They get one later.
    pub unembedded: usize,
    /// What is left out, and why.
    pub skipped: Vec<Skipped>,
}

impl Person {
    /// Brings conversations in: every message into the log with its original time, and what is learned from it
    /// into memory. `progress` is told (messages done, messages in all) after every commit.
    ///
    /// Bringing the same in again changes nothing; bringing in a longer export adds what is new; dropping the
    /// future stops after a whole commit, and the next import goes on there. Facts are learned from the person's
    /// own messages only, and one that was said earlier never replaces one that was said later.
    ///
    /// # Errors
    /// [`Error::Store`] if the store fails or the person is erased meanwhile; what was written until then is kept.
    pub async fn import(
        &self,
        conversations: &[Conversation],
        mut progress: impl FnMut(usize, usize) + Send,
    ) -> Result<ImportReport> {
        self.app.tell(&self.partition.id, &Event::UserAction("import"));
        let (plans, report) = self.planned(conversations).await?;
        let zone = self.zone(&self.profile().await?);
        let mut import = Import { person: self, zone, report, done: 0, deaf: false, batch: Batch::default() };
        let mut seen = HashSet::new();
        for plan in &plans {
            let mut previous = None;
            for window in plan.turns.chunks(WINDOW) {
                let known = self.known(window, &mut seen).await?;
                for (planned, known) in window.iter().zip(known) {
                    let before = said_before(&mut previous, planned);
                    match known {
                        Known::Whole => import.knew(planned),
                        Known::New | Known::Unanswered => {
                            let item = import.item(plan, planned, before, known);
                            if !import.batch.takes(&item) {
                                import.flush().await?;
                                progress(import.done, import.report.messages);
                            }
                            import.batch.push(item);
                        }
                    }
                }
            }
        }
        import.flush().await?;
        progress(import.done, import.report.messages);
        let report = import.report;
        if report.facts > 0 {
            self.take_up_name_if_none().await?;
        }
        Ok(report)
    }

    /// What [`import`](Self::import) would do. Writes nothing.
    pub async fn dry_run(&self, conversations: &[Conversation]) -> Result<ImportReport> {
        let (plans, mut report) = self.planned(conversations).await?;
        let mut seen = HashSet::new();
        for window in plans.iter().flat_map(|plan| plan.turns.chunks(WINDOW)) {
            for (planned, known) in window.iter().zip(self.known(window, &mut seen).await?) {
                let new = match known {
                    Known::Whole => 0,
                    Known::Unanswered => usize::from(planned.turn.reply.is_some()),
                    Known::New => planned.messages,
                };
                report.added += new;
                report.known += planned.messages - new.min(planned.messages);
            }
        }
        Ok(report)
    }

    /// The plans, oldest first, and what can be said of them before anything is looked up.
    async fn planned(&self, conversations: &[Conversation]) -> Result<(Vec<Plan>, ImportReport)> {
        let settings = &self.app.parts.settings;
        let terms = Terms {
            session_gap: SignedDuration::try_from(settings.session_gap).unwrap_or(SignedDuration::MAX),
            max_bytes: settings.max_message_bytes.min(MAX_PART),
            now: self.now(),
            persona: PersonaId::new(&self.profile().await?.persona),
        };
        let mut plans: Vec<Plan> = conversations.iter().map(|conversation| plan(conversation, &terms)).collect();
        let mut report = ImportReport::default();
        for plan in &plans {
            report.conversations += usize::from(!plan.turns.is_empty());
            report.split += plan.split;
            report.undated += plan.undated;
            for skipped in &plan.skipped {
                skip(&mut report.skipped, &skipped.why, skipped.count);
            }
            for Planned { turn, messages, .. } in &plan.turns {
                report.messages += messages;
                let end = turn.replied_at.map_or(turn.at, |replied| replied.max(turn.at));
                report.earliest = Some(report.earliest.map_or(turn.at, |earliest| earliest.min(turn.at)));
                report.latest = Some(report.latest.map_or(end, |latest| latest.max(end)));
            }
        }
        plans.sort_by_key(|plan| plan.sessions.iter().map(|session| session.started_at).min());
        Ok((plans, report))
    }

    /// Which of these turns are in the log, or earlier in this import (`seen`).
    async fn known(&self, window: &[Planned], seen: &mut HashSet<InteractionId>) -> Result<Vec<Known>> {
        let keys: Vec<Key> = window.iter().map(|p| Key::new(Kind::Interaction, p.turn.id.as_str())).collect();
        let found = self.app.parts.store.get_many(&self.partition, &keys).await?;
        window
            .iter()
            .zip(found)
            .map(|(planned, found)| {
                let again = !seen.insert(planned.turn.id.clone());
                Ok(match found {
                    _ if again => Known::Whole,
                    None => Known::New,
                    Some(record) => Known::of(&read::<Interaction>(record)?.value, planned.turn.reply.is_some()),
                })
            })
            .collect()
    }

    /// What the person said their name is, unless they are called something already.
    async fn take_up_name_if_none(&self) -> Result<()> {
        let name = Fact { subject: "user".into(), key: "name".into(), value: String::new() };
        let Some(live) = self.get::<LiveFact>(Kind::Fact, &learn::fact_id(&name)).await? else { return Ok(()) };
        if self.profile().await?.display_name.is_some() {
            return Ok(());
        }
        self.take_up_name(live.value.value).await
    }
}

/// Is a turn in the log?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// No.
    New,
    /// Yes, from an export in which it had no answer yet.
    Unanswered,
    /// Yes; or it was, and the person had it forgotten.
    Whole,
}

impl Known {
    fn of(there: &Interaction, answered: bool) -> Self {
        if answered && there.reply.is_none() && !there.redacted { Self::Unanswered } else { Self::Whole }
    }
}

/// The person's message before this one in the same session, and this one from now on.
fn said_before<'p>(previous: &mut Option<(usize, &'p str)>, planned: &'p Planned) -> Option<&'p str> {
    let before = previous.filter(|(session, _)| *session == planned.session).map(|(_, message)| message);
    if planned.turn.speaker.is_none() && !planned.turn.message.is_empty() {
        *previous = Some((planned.session, &planned.turn.message));
    }
    before
}

/// A turn that is to be written.
struct Item<'p> {
    plan: &'p Plan,
    session: usize,
    turn: Interaction,
    memories: Vec<Memory>,
    /// As many as memories, once they have been asked for.
    vectors: Option<Vec<Option<Vector>>>,
    messages: usize,
    /// Only the reply is new.
    completes: bool,
}

impl Item<'_> {
    fn facts(&self) -> usize {
        self.memories.iter().filter(|memory| memory.fact.is_some()).count()
    }

    /// The most records that it changes: a memory also the record that finds it; a fact its key, the value before and
    /// the value after, the conflict between them, and what is known of its subject.
    fn cost(&self) -> usize {
        1 + 2 * self.memories.len() + 4 * self.facts()
    }
}

/// Turns that are written in one commit.
#[derive(Default)]
struct Batch<'p> {
    items: Vec<Item<'p>>,
    cost: usize,
}

impl<'p> Batch<'p> {
    /// What the seat of a turn adds: its thread and the session that this may close, and its own session.
    fn seat(&self, item: &Item<'p>) -> usize {
        let last = self.items.last();
        let thread = last.is_none_or(|last| last.plan.thread != item.plan.thread);
        let session = thread || last.is_none_or(|last| last.session != item.session);
        2 * usize::from(thread) + usize::from(session)
    }

    fn takes(&self, item: &Item<'p>) -> bool {
        // One more for the job of embedding.
        self.items.is_empty() || self.cost + self.seat(item) + item.cost() < MAX_CHANGES
    }

    fn push(&mut self, item: Item<'p>) {
        self.cost += self.seat(&item) + item.cost();
        self.items.push(item);
    }
}

/// An import under way.
struct Import<'p> {
    person: &'p Person,
    zone: TimeZone,
    report: ImportReport,
    done: usize,
    /// The embedder does not answer; it is not asked again in this import.
    deaf: bool,
    batch: Batch<'p>,
}

impl<'p> Import<'p> {
    fn knew(&mut self, planned: &Planned) {
        self.report.known += planned.messages;
        self.done += planned.messages;
    }

    fn item(&mut self, plan: &'p Plan, planned: &'p Planned, before: Option<&str>, known: Known) -> Item<'p> {
        let app = &self.person.app;
        let mut turn = planned.turn.clone();
        if turn.speaker.is_none() && !turn.message.is_empty() {
            turn.security = match app.care.check(&turn.message) {
                Some(crisis) => Some(crisis.as_str().into()),
                None => app.threats.check(&turn.message).map(|threat| threat.kind.as_str().into()),
            };
        }
        let talk = Talk { previous: before, zone: &self.zone, readings: &Readings::default(), appraisal: None };
        let mut memories = Lesson::of(app, &turn, talk).memories;
        let reply = MemoryId::of(&turn.id, "r");
        let name = plan.native_name;
        for memory in &mut memories {
            memory.created_at = self.person.now();
            let [message, answer] = &planned.native;
            let native = if memory.id == reply { answer } else { message };
            if let (Some(name), Some(native)) = (name, native) {
                memory.metadata.insert(name.to_owned(), native.clone().into());
            }
        }
        let completes = known == Known::Unanswered;
        self.person.suspect(&mut memories);
        if completes {
            memories.retain(|memory| memory.id == reply);
        }
        let messages = if completes { 1 } else { planned.messages };
        self.done += planned.messages - messages.min(planned.messages);
        self.report.known += planned.messages - messages.min(planned.messages);
        Item { plan, session: planned.session, turn, memories, vectors: None, messages, completes }
    }

    /// Writes the batch in one commit.
    async fn flush(&mut self) -> Result<()> {
        let Batch { mut items, .. } = std::mem::take(&mut self.batch);
        self.embed(&mut items).await;
        while !items.is_empty() {
            match self.commit(&items).await {
                Err(Error::Store(StoreError::Conflict(_))) => items = self.still_missing(items).await?,
                other => {
                    self.wrote(&items, &other?);
                    break;
                }
            }
        }
        Ok(())
    }

    async fn embed(&mut self, items: &mut [Item<'p>]) {
        let memories: Vec<Memory> = items.iter().flat_map(|item| &item.memories).cloned().collect();
        if memories.is_empty() || self.deaf {
            return;
        }
        match self.person.vectors_of(&memories).await {
            Some(vectors) => {
                let mut vectors = vectors.into_iter();
                for item in items {
                    item.vectors = Some(vectors.by_ref().take(item.memories.len()).collect());
                }
            }
            None => self.deaf = true,
        }
    }

    async fn commit(&self, items: &[Item<'p>]) -> Result<Vec<Memory>> {
        let mut unit = Unit::new(self.person);
        for same_thread in items.chunk_by(|a, b| a.plan.thread == b.plan.thread) {
            seat(&mut unit, same_thread).await?;
        }
        for item in items {
            let turn = match item.completes {
                true => match unit.get::<Interaction>(Kind::Interaction, item.turn.id.as_str()).await? {
                    Some(there) => {
                        Interaction { reply: item.turn.reply.clone(), replied_at: item.turn.replied_at, ..there }
                    }
                    // It was erased with everything else; the commit will say so.
                    None => item.turn.clone(),
                },
                false => item.turn.clone(),
            };
            unit.put(Kind::Interaction, turn.id.as_str(), turn.at, &turn)?;
        }
        let memories: Vec<Memory> = items.iter().flat_map(|item| &item.memories).cloned().collect();
        // One that could not be asked for is embedded later.
        let asked = |item: &Item<'_>| item.vectors.clone().unwrap_or_else(|| vec![None; item.memories.len()]);
        let vectors: Vec<Option<Vector>> = items.iter().flat_map(asked).collect();
        let new = self.person.write_memories(&mut unit, &memories, Some(&vectors)).await?;
        if let Some(first) = items.iter().find(|item| item.vectors.is_none()) {
            let waiting: HashSet<&MemoryId> = items
                .iter()
                .filter(|item| item.vectors.is_none())
                .flat_map(|item| item.memories.iter().map(|memory| &memory.id))
                .collect();
            let waiting: Vec<Memory> = new.iter().filter(|memory| waiting.contains(&memory.id)).cloned().collect();
            if !waiting.is_empty() {
                unit.write(learn::embed_job(&first.turn.id, &waiting, self.person.now())?);
            }
        }
        self.person.commit(unit.changes()).await?;
        self.person.note_planted(&new).await;
        Ok(new)
    }

    /// The items that somebody else has not written meanwhile.
    async fn still_missing(&mut self, items: Vec<Item<'p>>) -> Result<Vec<Item<'p>>> {
        let keys: Vec<Key> = items.iter().map(|item| Key::new(Kind::Interaction, item.turn.id.as_str())).collect();
        let found = self.person.app.parts.store.get_many(&self.person.partition, &keys).await?;
        let mut missing = Vec::with_capacity(items.len());
        for (item, found) in items.into_iter().zip(found) {
            let there = match found {
                Some(record) => Known::of(&read::<Interaction>(record)?.value, item.completes) == Known::Whole,
                None => false,
            };
            if there {
                self.done += item.messages;
                self.report.known += item.messages;
            } else {
                missing.push(item);
            }
        }
        Ok(missing)
    }

    fn wrote(&mut self, items: &[Item<'p>], new: &[Memory]) {
        self.report.memories += new.len();
        for item in items {
            self.done += item.messages;
            self.report.added += item.messages;
            self.report.facts += item.facts();
            if item.vectors.is_none() {
                self.report.unembedded += item.memories.len();
            }
        }
        for memory in new {
            self.person.app.tell(&self.person.partition.id, &Event::MemoryCreated(memory));
        }
    }
}

/// Gives the turns of one thread their place: counts them in the thread and writes their sessions. The newest
/// session stands in the thread, earlier ones are records of their own.
async fn seat(unit: &mut Unit<'_>, items: &[Item<'_>]) -> Result<()> {
    let Some(Item { plan, .. }) = items.first() else { return Ok(()) };
    let mut sessions: Vec<&SessionState> = Vec::new();
    for item in items {
        let session = &plan.sessions[item.session];
        if !sessions.iter().any(|known| known.id == session.id) {
            sessions.push(session);
        }
    }
    let Some(first) = sessions.first() else { return Ok(()) };
    let mut thread = match unit.get::<ThreadState>(Kind::Thread, plan.thread.as_str()).await? {
        Some(thread) => thread,
        None => ThreadState {
            id: plan.thread.clone(),
            title: Some(plan.title.clone()).filter(|title| !title.is_empty()),
            started_at: first.started_at,
            turns: 0,
            session: (*first).clone(),
        },
    };
    thread.turns += items.iter().filter(|item| !item.completes).count() as u64;
    for session in sessions {
        thread.started_at = thread.started_at.min(session.started_at);
        if session.id == thread.session.id {
            thread.session = joined(&thread.session, session);
        } else if session.started_at > thread.session.started_at {
            let closed = std::mem::replace(&mut thread.session, session.clone());
            keep_session(unit, &closed).await?;
        } else {
            keep_session(unit, session).await?;
        }
    }
    unit.put(Kind::Thread, plan.thread.as_str(), thread.session.last_at, &thread)
}

async fn keep_session(unit: &mut Unit<'_>, session: &SessionState) -> Result<()> {
    let known = unit.get::<SessionState>(Kind::Session, session.id.as_str()).await?;
    let whole = known.as_ref().map_or_else(|| session.clone(), |known| joined(known, session));
    if known.as_ref() != Some(&whole) {
        unit.write(draft(Kind::Session, whole.id.as_str(), whole.started_at, &whole)?);
    }
    Ok(())
}

/// One session from two sights of it: an export may have grown.
fn joined(known: &SessionState, seen: &SessionState) -> SessionState {
    SessionState {
        started_at: known.started_at.min(seen.started_at),
        last_at: known.last_at.max(seen.last_at),
        turns: known.turns.max(seen.turns),
        ..known.clone()
    }
}
