//! What an operator sees of everybody: figures and jobs. Nothing here shows what was said.

use super::account::AccountView;
use super::audit::Actor;
use super::house::Accounts;
use super::identity::{Role, Standing};
use crate::error::{Error, Result};
use crate::observe::tag;
use crate::personality::Personality;
use jiff::Timestamp;
use philia_ports::PartitionId;
use philia_ports::store::{MAX_PAGE, Record};
use serde::Serialize;
use serde_json::json;

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
            task: job.doc.value()["task"].as_str().unwrap_or("unknown").to_owned(),
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
        let person = self.person(&id).await?;
        // What cannot be done is not written down as done.
        person.check_reset(persona, why).await?;
        self.note(by, "personality.reset", &account.id, json!({ "person": tag(&id), "persona": persona })).await?;
        person.reset_personality(persona, "admin", why).await
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
