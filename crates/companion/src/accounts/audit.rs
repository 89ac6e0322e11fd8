//! The audit log: what admins did, when, and to whom. It names accounts by their ids, never anything that was said.

use super::house::Accounts;
use super::identity::Identity;
use crate::error::Result;
use crate::records::read;
use jiff::Timestamp;
use philia_ports::store::{Cursor, Kind, Page, Scan};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who does something that is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(String);

impl Actor {
    /// Whoever holds the data directory, at the command line.
    pub fn command_line() -> Self {
        Self("command line".into())
    }

    /// Somebody who came in.
    pub fn of(identity: &Identity) -> Self {
        Self(identity.account.clone())
    }

    /// Whoever held the set-up link.
    pub(super) fn set_up() -> Self {
        Self("set-up link".into())
    }

    /// Who.
    pub(super) fn name(&self) -> &str {
        &self.0
    }

    /// What they do.
    pub(super) fn entry(&self, action: &'static str, on: &str) -> Entry {
        Entry { by: self.0.clone(), action: action.into(), on: on.into(), detail: Value::Null }
    }
}

/// An entry as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    by: String,
    action: String,
    on: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    detail: Value,
}

impl Entry {
    pub(super) fn with(self, detail: Value) -> Self {
        Self { detail, ..self }
    }
}

/// An entry as admins see it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AuditView {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who: an account's id, or `command line`.
    pub by: String,
    /// What (`account.suspend`).
    pub action: String,
    /// To whom or what: an account's id.
    pub on: String,
    /// With what.
    pub detail: Value,
}

impl Accounts {
    /// The audit log, newest first.
    ///
    /// # Errors
    /// A cursor that is none; the store does not answer.
    pub async fn audit(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<AuditView>> {
        let scan = Scan { cursor, ..Scan::newest(Kind::Audit, limit) };
        let page = self.0.parts.store.scan(&self.system().await?, &scan).await?;
        let view = |record: philia_ports::store::Record| {
            let (id, at) = (record.key.id.clone(), record.at);
            read::<Entry>(record).map(|read| {
                let Entry { by, action, on, detail } = read.value;
                AuditView { id, at, by, action, on, detail }
            })
        };
        Ok(Page { items: page.items.into_iter().map(view).collect::<Result<_>>()?, next: page.next })
    }
}
