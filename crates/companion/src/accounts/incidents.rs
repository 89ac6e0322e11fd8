//! Incidents as admins see them: everybody's, newest first, without the words.
//!
//! An incident is a record of the person's, in the commit of the turn or the document that it was in. Where admins look,
//! in the system's partition, stands a note that leads to it: a job promises that in the same commit, so that none is
//! missed, and nobody has to be asked who has nothing to tell. A note that leads to nothing any more (the person was
//! erased, or has forgotten it) goes when it is come upon.

use super::audit::Actor;
use super::house::Accounts;
use crate::error::{Error, Result};
use crate::person::Person;
use crate::philia::Philia;
use crate::records::{Versioned, draft, read};
use crate::text::hex;
use crate::turn::guard::pause_key;
use jiff::Timestamp;
use philia_ports::store::{Change, Cursor, Draft, Key, Kind, MAX_CHANGES, MAX_PAGE, Page, Record, Scan};
use philia_ports::{Partition, PartitionId, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The job of noting an incident where admins look.
pub(crate) const TASK: &str = "incident";

/// That those from before there were notes have theirs.
const NOTED: &str = "incidents-noted";

/// What an admin makes of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = IncidentVerdict))]
pub enum Verdict {
    /// It was one.
    Confirmed,
    /// It was none.
    FalsePositive,
}

/// An attempt to make a companion something else, as admins see it: without the words.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = Incident))]
pub struct IncidentView {
    /// The turn it was in.
    pub id: String,
    /// Whose account.
    pub account: String,
    /// Which of its people.
    pub user: String,
    /// When.
    pub at: Timestamp,
    /// What kind of attempt.
    pub kind: String,
    /// How sure the guard is, 0..=1.
    pub confidence: f64,
    /// How grave it is.
    pub severity: String,
    /// What an admin has made of it.
    pub review: Option<Review>,
}

/// What an admin has made of an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Review {
    /// What it was.
    pub verdict: Verdict,
    /// When that was said.
    pub at: Timestamp,
    /// Who said so.
    pub by: String,
}

/// What leads to an incident.
#[derive(Serialize, Deserialize)]
struct Note {
    account: String,
    subject: String,
    incident: String,
}

impl Note {
    fn of(id: &PartitionId, incident: &str) -> Self {
        Self { account: id.account().into(), subject: id.subject().into(), incident: incident.into() }
    }

    fn key(&self) -> Key {
        let hash =
            Sha256::new().chain_update(format!("{}/{}/{}", self.account, self.subject, self.incident)).finalize();
        Key::new(Kind::Incident, hex(&hash))
    }

    fn is_of(&self, id: &PartitionId) -> bool {
        self.account == id.account() && self.subject == id.subject()
    }
}

/// The changes that write an incident down, and promise the note of it.
pub(crate) fn changes(id: &str, at: Timestamp, incident: &Value) -> Result<[Change; 2]> {
    let job = draft(Kind::Job, &job_id(id), at, &json!({ "task": TASK, "incident": id }))?;
    Ok([Change::Insert(draft(Kind::Incident, id, at, incident)?), Change::Insert(job)])
}

fn job_id(incident: &str) -> String {
    format!("incident-{incident}")
}

impl Person {
    /// Notes an incident of theirs where admins look. What fails is done by its job.
    pub(crate) async fn note_incident(&self, id: &str) {
        if let Err(error) = self.note_incident_job(id).await {
            tracing::warn!(%error, "an incident is shown to admins later");
        }
    }

    /// Does the job of noting it.
    pub(crate) async fn note_incident_job(&self, id: &str) -> Result<()> {
        let accounts = Philia(Arc::clone(&self.app)).accounts();
        let note = Note::of(self.id(), id);
        if let Some(incident) = self.record(id).await? {
            accounts.put(&[(incident.at, &note)]).await?;
            // Somebody who was erased just now leaves no note.
            if self.record(id).await?.is_none() {
                accounts.take_away(vec![note.key()]).await?;
            }
        }
        self.commit(vec![Change::Delete { key: Key::new(Kind::Job, job_id(id)), expected: None }]).await?;
        Ok(())
    }

    async fn record(&self, id: &str) -> Result<Option<Record>> {
        let [record] = self.get_records([Key::new(Kind::Incident, id)]).await?;
        Ok(record)
    }
}

impl Accounts {
    /// Incidents of everybody, newest first; only those that nobody has reviewed if `open`.
    ///
    /// # Errors
    /// A cursor that is none; the store does not answer.
    pub async fn incidents(&self, open: bool, limit: usize, cursor: Option<Cursor>) -> Result<Page<IncidentView>> {
        let system = self.system().await?;
        self.note_former(&system).await?;
        let mut page = Page { items: Vec::new(), next: cursor };
        loop {
            let scan = Scan { cursor: page.next.take(), ..Scan::newest(Kind::Incident, limit - page.items.len()) };
            let notes = self.0.parts.store.scan(&system, &scan).await?;
            let mut lost = Vec::new();
            for record in notes.items {
                let note = read::<Note>(record)?.value;
                let of = PartitionId::new(&note.account, &note.subject)?;
                let partition = self.0.parts.store.open(&of).await?;
                let key = Key::new(Kind::Incident, note.incident.as_str());
                match self.0.parts.store.get_many(&partition, &[key]).await?.pop().flatten() {
                    Some(record) => {
                        let incident = view(&of, record)?;
                        if !(open && incident.review.is_some()) {
                            page.items.push(incident);
                        }
                    }
                    None => lost.push(note.key()),
                }
            }
            self.take_away(lost).await?;
            page.next = notes.next;
            if page.next.is_none() || page.items.len() >= limit {
                return Ok(page);
            }
        }
    }

    /// Takes away what leads to incidents of somebody who was erased.
    pub(crate) async fn forget_incidents(&self, of: &PartitionId) -> Result<()> {
        let system = self.system().await?;
        let mut scan = Scan::of(Kind::Incident);
        loop {
            let page = self.0.parts.store.scan(&system, &scan).await?;
            let notes = page.items.into_iter().map(|record| Ok(read::<Note>(record)?.value));
            let notes = notes.collect::<Result<Vec<_>>>()?;
            self.take_away(notes.iter().filter(|note| note.is_of(of)).map(Note::key).collect()).await?;
            scan.cursor = page.next;
            if scan.cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Notes the incidents from before there were notes, once.
    async fn note_former(&self, system: &Partition) -> Result<()> {
        let store = &self.0.parts.store;
        let done = Key::new(Kind::SyncLog, NOTED);
        if store.get_many(system, std::slice::from_ref(&done)).await?.pop().flatten().is_some() {
            return Ok(());
        }
        let mut people = None;
        loop {
            let page = store.partitions(MAX_PAGE, people).await?;
            for info in page.items {
                let mut scan = Scan::of(Kind::Incident);
                loop {
                    let records = store.scan(&info.partition, &scan).await?;
                    let notes: Vec<_> =
                        records.items.iter().map(|r| (r.at, Note::of(&info.partition.id, &r.key.id))).collect();
                    self.put(&notes.iter().map(|(at, note)| (*at, note)).collect::<Vec<_>>()).await?;
                    scan.cursor = records.next;
                    if scan.cursor.is_none() {
                        break;
                    }
                }
            }
            people = page.next;
            if people.is_none() {
                break;
            }
        }
        let mark = Draft { key: done, at: self.now(), doc: json!({ "task": "note incidents" }).into(), blob: None };
        match store.commit(system, vec![Change::Insert(mark)]).await {
            Err(StoreError::Conflict(_)) => Ok(()),
            other => Ok(other.map(drop)?),
        }
    }

    /// Writes notes, those that are not there yet.
    async fn put(&self, notes: &[(Timestamp, &Note)]) -> Result<()> {
        let (store, system) = (&self.0.parts.store, self.system().await?);
        for (at, note) in notes {
            let draft = draft(Kind::Incident, &note.key().id, *at, note)?;
            match store.commit(&system, vec![Change::Insert(draft)]).await {
                Err(StoreError::Conflict(_)) => {}
                other => drop(other?),
            }
        }
        Ok(())
    }

    async fn take_away(&self, notes: Vec<Key>) -> Result<()> {
        let system = self.system().await?;
        for some in notes.chunks(MAX_CHANGES) {
            let gone = some.iter().map(|key| Change::Delete { key: key.clone(), expected: None }).collect();
            self.0.parts.store.commit(&system, gone).await?;
        }
        Ok(())
    }

    /// Says what an incident was.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn review(&self, of: &PartitionId, id: &str, verdict: Verdict, by: &Actor) -> Result<IncidentView> {
        let partition = self.0.parts.store.open(of).await?;
        let key = Key::new(Kind::Incident, id);
        if self.0.parts.store.get_many(&partition, &[key]).await?.pop().flatten().is_none() {
            return Err(Error::NotFound { what: "incident", name: id.into(), nearest: None });
        }
        self.note(by, "incident.review", of.account(), json!({ "incident": id, "verdict": verdict })).await?;
        loop {
            let mut found = self.0.parts.store.get_many(&partition, &[Key::new(Kind::Incident, id)]).await?;
            let record = found.pop().flatten();
            let record = record.ok_or_else(|| Error::NotFound { what: "incident", name: id.into(), nearest: None })?;
            let at = record.at;
            let Versioned { value: mut doc, version } = read::<Value>(record)?;
            doc["review"] = json!(Review { verdict, at: self.now(), by: by.name().to_owned() });
            let put = Change::Put { draft: draft(Kind::Incident, id, at, &doc)?, expected: version };
            match self.0.parts.store.commit(&partition, vec![put]).await {
                Err(StoreError::Conflict(_)) => {}
                other => {
                    other?;
                    if verdict == Verdict::FalsePositive
                        && let Ok(key) = pause_key(of)
                        && let Err(error) = self.0.parts.cache.remove(&key).await
                    {
                        tracing::warn!(%error, "a pause cannot be ended; it ends by itself");
                    }
                    let key = Key::new(Kind::Incident, id);
                    return view(of, Record { key, at, version, doc: doc.into(), blob: None });
                }
            }
        }
    }
}

/// An incident as admins see it.
fn view(of: &PartitionId, record: Record) -> Result<IncidentView> {
    /// As the guard has written it down.
    #[derive(Deserialize)]
    struct Kept {
        kind: String,
        confidence: f64,
        severity: String,
        #[serde(default)]
        review: Option<Review>,
    }
    let (id, at) = (record.key.id.clone(), record.at);
    let Kept { kind, confidence, severity, review } = read::<Kept>(record)?.value;
    let (account, user) = (of.account().to_owned(), of.subject().to_owned());
    Ok(IncidentView { id, account, user, at, kind, confidence, severity, review })
}
