//! An account as it is kept, and as it is shown.

use super::identity::{Identity, Reach, Role, Scope, Standing, Way};
use super::limits::Rates;
use super::settings::AccountSettings;
use crate::error::{Error, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;

/// An account: one record, so that whatever happens to it happens at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) id: String,
    /// The name they sign in by, in its normal form.
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) standing: Standing,
    pub(super) created_at: Timestamp,
    /// The argon2id hash of their password; none until they have set one.
    #[serde(default)]
    pub(super) password: Option<String>,
    #[serde(default)]
    pub(super) sessions: Vec<Session>,
    #[serde(default)]
    pub(super) keys: Vec<ApiKey>,
    /// The link by which they may set a password.
    #[serde(default)]
    pub(super) link: Option<Link>,
    /// Limits of their own.
    #[serde(default)]
    pub(super) limits: OwnLimits,
}

/// What keeps somebody signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) kind: SessionKind,
    pub(super) created_at: Timestamp,
    pub(super) used_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// Of the only secret that leads on.
    pub(super) hash: String,
    /// What the client says it is.
    #[serde(default)]
    pub(super) client: Option<String>,
}

/// Which way a session is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// By access tokens, and a refresh token that changes with every use.
    Tokens,
    /// By a page's cookie.
    Page,
}

/// A key for programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ApiKey {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) hash: String,
    pub(super) scopes: BTreeSet<Scope>,
    pub(super) reach: Reach,
    pub(super) created_at: Timestamp,
    #[serde(default)]
    pub(super) expires_at: Option<Timestamp>,
    /// When it was used, to within [`super::signin::USED`].
    #[serde(default)]
    pub(super) used_at: Option<Timestamp>,
}

/// A link that works once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Link {
    pub(super) hash: String,
    pub(super) expires_at: Timestamp,
}

/// Limits of one account's own, where they are not those of its role. 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct OwnLimits {
    /// Messages in a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(maximum = 1_000_000))]
    pub per_minute: Option<u32>,
    /// Messages in an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(maximum = 1_000_000))]
    pub per_hour: Option<u32>,
    /// Messages at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(maximum = 1_000_000))]
    pub burst: Option<u32>,
    /// Requests of any kind in a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(maximum = 1_000_000))]
    pub requests_per_minute: Option<u32>,
    /// Requests that run at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(maximum = 1_000_000))]
    pub concurrent: Option<u32>,
}

impl OwnLimits {
    /// The highest that is taken for a limit.
    pub const MOST: u32 = 1_000_000;

    /// These over those of the role.
    pub(super) fn over(&self, role: Rates) -> Rates {
        Rates {
            per_minute: self.per_minute.unwrap_or(role.per_minute),
            per_hour: self.per_hour.unwrap_or(role.per_hour),
            burst: self.burst.unwrap_or(role.burst),
            requests_per_minute: self.requests_per_minute.unwrap_or(role.requests_per_minute),
            concurrent: self.concurrent.unwrap_or(role.concurrent),
        }
    }

    /// Refuses what is no limit.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming every one that is too high.
    pub(super) fn check(&self) -> Result<()> {
        let all = [
            ("per_minute", self.per_minute),
            ("per_hour", self.per_hour),
            ("burst", self.burst),
            ("requests_per_minute", self.requests_per_minute),
            ("concurrent", self.concurrent),
        ];
        let high = all.iter().filter(|(_, limit)| limit.is_some_and(|limit| limit > Self::MOST));
        let problems: Vec<String> =
            high.map(|(name, _)| format!("{name}: 0 (no limit) to {} is allowed", Self::MOST)).collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems.join("; "))) }
    }
}

impl Account {
    /// Who asks, coming in by a way.
    pub(super) fn identity(&self, way: Way, settings: &AccountSettings) -> Arc<Identity> {
        let (reach, scopes) = match &way {
            Way::Key(id) => match self.keys.iter().find(|key| &key.id == id) {
                Some(key) => (key.reach.clone(), key.scopes.clone()),
                None => (Reach::Own, BTreeSet::new()),
            },
            _ if self.role == Role::Admin => (Reach::Any, BTreeSet::from([Scope::All])),
            _ => (Reach::Own, BTreeSet::from([Scope::All])),
        };
        Arc::new(Identity {
            account: self.id.clone(),
            name: Some(self.name.clone()),
            role: self.role,
            reach,
            scopes,
            standing: self.standing,
            rates: self.rates(settings),
            way,
        })
    }

    /// How much it may do.
    pub(super) fn rates(&self, settings: &AccountSettings) -> Rates {
        self.limits.over(match self.role {
            Role::Admin => settings.admin,
            Role::Public => settings.public,
        })
    }

    /// May somebody come in by it at all?
    pub(super) fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Active | Standing::Suspended)
    }

    /// Drops what has run out.
    pub(super) fn tidy(&mut self, now: Timestamp) {
        self.sessions.retain(|session| session.expires_at > now);
        self.link.take_if(|link| link.expires_at <= now);
    }

    /// Ends every session and drops the link.
    pub(super) fn sign_out_everywhere(&mut self) {
        self.sessions.clear();
        self.link = None;
    }

    /// As admins see it.
    pub(super) fn view(&self, settings: &AccountSettings, now: Timestamp) -> AccountView {
        AccountView {
            id: self.id.clone(),
            name: self.name.clone(),
            role: self.role,
            standing: self.standing,
            created_at: self.created_at,
            has_password: self.password.is_some(),
            sessions: self.sessions.iter().filter(|session| session.expires_at > now).count(),
            keys: self.keys.len(),
            limits: self.rates(settings),
            own_limits: self.limits,
            last_seen_at: self.sessions.iter().map(|session| session.used_at).max(),
        }
    }
}

/// An account as admins see it: nothing of what opens it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AccountView {
    /// Its id: what its data is kept under.
    pub id: String,
    /// The name they sign in by.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// How it stands.
    pub standing: Standing,
    /// Since when.
    pub created_at: Timestamp,
    /// They have set a password.
    pub has_password: bool,
    /// Sessions that are open.
    pub sessions: usize,
    /// API keys.
    pub keys: usize,
    /// What holds for it: its own limits over those of its role; 0 is no limit.
    pub limits: Rates,
    /// Its own.
    pub own_limits: OwnLimits,
    /// When a session was last signed in or refreshed.
    pub last_seen_at: Option<Timestamp>,
}

impl AccountView {
    /// A number that is another as soon as an admin has changed the account; who signs in changes nothing of it.
    pub fn revision(&self) -> u64 {
        let what = json!([self.name, self.role, self.standing, self.own_limits]).to_string();
        let sum: [u8; 32] = Sha256::digest(what).into();
        sum.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// By what it is revoked.
    pub id: String,
    /// How it is kept.
    pub kind: SessionKind,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last refreshed.
    pub used_at: Timestamp,
    /// Until when it holds if nobody uses it.
    pub expires_at: Timestamp,
    /// What the client said it is.
    pub client: Option<String>,
    /// It is the one that asks.
    pub current: bool,
}

impl Session {
    pub(super) fn view(&self, current: &Way) -> SessionView {
        SessionView {
            id: self.id.clone(),
            kind: self.kind,
            created_at: self.created_at,
            used_at: self.used_at,
            expires_at: self.expires_at,
            client: self.client.clone(),
            current: matches!(current, Way::Session(id) if *id == self.id),
        }
    }
}

/// A key as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct KeyView {
    /// By what it is revoked.
    pub id: String,
    /// What its owner calls it.
    pub label: String,
    /// How it begins, to know it again.
    pub prefix: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// Whom it may speak for.
    pub reach: Reach,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when; none is until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to within five minutes.
    pub used_at: Option<Timestamp>,
}

impl ApiKey {
    pub(super) fn view(&self, account: &str) -> KeyView {
        KeyView {
            id: self.id.clone(),
            label: self.label.clone(),
            prefix: format!("phk_{account}.{}.", self.id),
            scopes: self.scopes.clone(),
            reach: self.reach.clone(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            used_at: self.used_at,
        }
    }
}
