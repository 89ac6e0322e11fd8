//! What an operator sees of everybody: figures, incidents and jobs. Nothing here shows what was said.

use super::account::AccountView;
use super::audit::Actor;
use super::house::Accounts;
use super::identity::{Role, Standing};
use crate::error::{Error, Result};
use crate::personality::Personality;
use crate::records::{Versioned, draft, read};
use crate::turn::guard::pause_key;
use jiff::Timestamp;
use philia_ports::store::{Change, Cursor, Key, Kind, MAX_PAGE, Order, Page, Record, Scan, from_micros, micros};
use philia_ports::{PartitionId, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The house in figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = HouseStats))]
pub struct Stats {
    /// Accounts.
    pub accounts: usize,
    /// Accounts that run the house.
    pub admins: usize,
    /// Accounts that wait for an admin.
    pub pending: usize,
    /// Accounts that are suspended.
    pub suspended: usize,
    /// Accounts that are closed.
    pub deactivated: usize,
    /// Sessions that are open.
    pub sessions: usize,
    /// API keys.
    pub keys: usize,
    /// People whose memory is kept.
    pub people: usize,
    /// Commits of all of them.
    pub commits: u64,
    /// Jobs that are due, 1000 at most.
    pub jobs_due: usize,
    /// Passwords that were verified since the start, those of unknown names included.
    pub passwords_verified: u64,
    /// The store's engine.
    pub store: String,
    /// Bytes of the store's files, where known.
    pub store_bytes: Option<u64>,
}

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

/// Work that is to be done, as admins see it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = Job))]
pub struct JobView {
    /// Its id.
    pub id: String,
    /// Whose account.
    pub account: String,
    /// Which of its people.
    pub user: String,
    /// What is to be done.
    pub task: String,
    /// When it is due.
    pub due: Timestamp,
    /// It is due, and not done yet.
    pub overdue: bool,
}

/// A place in the order of incidents, newest first: what is older than it comes after.
struct Place {
    at: i64,
    key: String,
}

impl Place {
    fn of(incident: &IncidentView) -> Self {
        Self { at: micros(incident.at), key: format!("{}/{}/{}", incident.account, incident.user, incident.id) }
    }

    fn parse(cursor: &Cursor) -> Option<Self> {
        let (at, key) = cursor.0.split_once(':')?;
        Some(Self { at: at.parse().ok()?, key: key.to_owned() })
    }

    fn is_before(&self, other: &Self) -> bool {
        (std::cmp::Reverse(self.at), &self.key) < (std::cmp::Reverse(other.at), &other.key)
    }
}

impl Accounts {
    /// The house in figures.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn stats(&self) -> Result<Stats> {
        let health = self.0.parts.store.health().await?;
        let mut stats = Stats {
            accounts: 0,
            admins: 0,
            pending: 0,
            suspended: 0,
            deactivated: 0,
            sessions: 0,
            keys: 0,
            people: 0,
            commits: 0,
            jobs_due: self.0.parts.store.due(self.now(), MAX_PAGE).await?.len(),
            passwords_verified: self.verified(),
            store: health.engine,
            store_bytes: health.bytes,
        };
        let mut cursor = None;
        loop {
            let page = self.list(MAX_PAGE, cursor).await?;
            page.items.iter().for_each(|account| stats.count(account));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        loop {
            let page = self.0.parts.store.partitions(MAX_PAGE, cursor).await?;
            stats.people += page.items.len();
            stats.commits += page.items.iter().map(|info| info.head).sum::<u64>();
            cursor = page.next;
            if cursor.is_none() {
                return Ok(stats);
            }
        }
    }

    /// Incidents of everybody, newest first; only those that nobody has reviewed if `open`.
    ///
    /// # Errors
    /// A cursor that is none; the store does not answer.
    pub async fn incidents(&self, open: bool, limit: usize, cursor: Option<Cursor>) -> Result<Page<IncidentView>> {
        let unknown = || Error::Invalid("cursor: it was not made here; start without one".into());
        let after = cursor.map(|cursor| Place::parse(&cursor).ok_or_else(unknown)).transpose()?;
        let until = after.as_ref().and_then(|place| from_micros(place.at.saturating_add(1)));
        let mut found: Vec<IncidentView> = Vec::new();
        let mut partitions = None;
        loop {
            let page = self.0.parts.store.partitions(MAX_PAGE, partitions).await?;
            for info in page.items {
                let mut of_one = None;
                loop {
                    let scan = Scan { until, order: Order::Descending, cursor: of_one, ..Scan::of(Kind::Incident) };
                    let records = self.0.parts.store.scan(&info.partition, &scan).await?;
                    let views = records.items.into_iter().map(|record| view(&info.partition.id, record));
                    for incident in views.collect::<Result<Vec<_>>>()? {
                        let comes = after.as_ref().is_none_or(|after| after.is_before(&Place::of(&incident)));
                        if comes && !(open && incident.review.is_some()) {
                            found.push(incident);
                        }
                    }
                    of_one = records.next;
                    if of_one.is_none() {
                        break;
                    }
                }
            }
            partitions = page.next;
            if partitions.is_none() {
                break;
            }
        }
        found.sort_by_cached_key(|incident| {
            let Place { at, key } = Place::of(incident);
            (std::cmp::Reverse(at), key)
        });
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| {
            let Place { at, key } = Place::of(last);
            Cursor(format!("{at}:{key}"))
        });
        Ok(Page { items: found, next })
    }

    /// Says what an incident was.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn review(&self, of: &PartitionId, id: &str, verdict: Verdict, by: &Actor) -> Result<IncidentView> {
        let partition = self.0.parts.store.open(of).await?;
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
                    return view(of, Record { key, at, version, doc, blob: None });
                }
            }
        }
    }

    /// Work that is to be done, the longest due first.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn jobs(&self, limit: usize) -> Result<Vec<JobView>> {
        let (now, jobs) = (self.now(), self.0.parts.store.due(Timestamp::MAX, limit).await?);
        let view = |(partition, job): (philia_ports::Partition, Record)| JobView {
            id: job.key.id,
            account: partition.id.account().to_owned(),
            user: partition.id.subject().to_owned(),
            task: job.doc["task"].as_str().unwrap_or("unknown").to_owned(),
            due: job.at,
            overdue: job.at <= now,
        };
        Ok(jobs.into_iter().map(view).collect())
    }

    /// Makes the companion of one of an account's people a newborn again, as a new version; memories stay.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an account, a person or a persona that is not there; [`Error::Invalid`] for no reason.
    pub async fn reset_personality(
        &self,
        id_or_name: &str,
        subject: &str,
        persona: Option<&str>,
        why: &str,
        by: &Actor,
    ) -> Result<Personality> {
        let account = self.find(id_or_name).await?;
        let id = PartitionId::new(account.id.as_str(), subject)?;
        if !self.people_of(&account.id).await?.contains(&id) {
            return Err(Error::NotFound { what: "user", name: subject.into(), nearest: None });
        }
        self.note(by, "personality.reset", &account.id, json!({ "persona": persona })).await?;
        self.person(&id).await?.reset_personality(persona, "admin", why).await
    }
}

impl Stats {
    fn count(&mut self, account: &AccountView) {
        self.accounts += 1;
        self.admins += usize::from(account.role == Role::Admin);
        self.sessions += account.sessions;
        self.keys += account.keys;
        match account.standing {
            Standing::Active => {}
            Standing::Pending => self.pending += 1,
            Standing::Suspended => self.suspended += 1,
            Standing::Deactivated => self.deactivated += 1,
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
