//! Who asks: an account, a role, whom it may speak for, and what it may do.

use crate::accounts::limits::Rates;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The account of those who use this machine itself; the first admin takes it over.
pub const LOCAL_ACCOUNT: &str = "local";
/// The subject of those who do not say who they are: the account's owner.
pub const OWN_SUBJECT: &str = "me";

/// What an account is in the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the house: every door, no limits.
    Admin,
    /// Lives in it: their own things, within limits.
    Public,
}

/// A part of the house that a key may open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Talking, and what was said.
    Chat,
    /// Memories, facts, conflicts, core blocks.
    Memories,
    /// What the companion has become: mood, bond, traits.
    Personality,
    /// Characters.
    Personas,
    /// Documents and attachments.
    Documents,
    /// Tasks.
    Tasks,
    /// One's own settings.
    Settings,
    /// Everybody's accounts; only for admins.
    Admin,
    /// Everything, one's own account and keys included.
    All,
}

/// Whom an identity may speak for, within its own account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The account's owner.
    Own,
    /// One person.
    One(String),
    /// Anybody of its own account.
    Any,
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It registered and waits for an admin.
    Pending,
    /// All is well.
    Active,
    /// An admin has stopped it for now: it may sign in and is answered only in need.
    Suspended,
    /// Nobody comes in by it; what is kept stays.
    Deactivated,
}

/// By which way an identity came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// No login was asked.
    Open,
    /// A session, by its id.
    Session(String),
    /// An API key, by its id.
    Key(String),
}

/// Who asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// The account everything it asks for belongs to.
    pub account: String,
    /// The name it signs in by; none where no login was asked.
    pub name: Option<String>,
    /// What it is.
    pub role: Role,
    /// Whom it may speak for.
    pub reach: Reach,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// How its account stands: active or suspended.
    pub standing: Standing,
    /// How much it may do in a while.
    pub rates: Rates,
    /// By which way it came in.
    pub way: Way,
}

impl Identity {
    /// Whoever is at this machine, where no login is asked.
    pub fn local() -> Self {
        Self {
            account: LOCAL_ACCOUNT.into(),
            name: None,
            role: Role::Admin,
            reach: Reach::Any,
            scopes: BTreeSet::from([Scope::All]),
            standing: Standing::Active,
            rates: Rates::unlimited(),
            way: Way::Open,
        }
    }

    /// May it do this? Suspended accounts may do nothing (their words still get an answer in need).
    pub fn may(&self, scope: Scope) -> bool {
        // Who speaks for one person speaks for nobody else, and runs no house.
        let runs_it = self.role == Role::Admin && !matches!(self.reach, Reach::One(_));
        let admin = scope != Scope::Admin || runs_it;
        admin && (self.scopes.contains(&Scope::All) || self.scopes.contains(&scope))
    }

    /// The subject it speaks for, if it names this one or none.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if it may not speak for that one.
    pub fn subject(&self, named: Option<&str>) -> Result<String> {
        let only = match &self.reach {
            Reach::Any => return Ok(named.unwrap_or(OWN_SUBJECT).to_owned()),
            Reach::Own => OWN_SUBJECT,
            Reach::One(subject) => subject,
        };
        match named {
            Some(other) if other != only => {
                Err(Error::Forbidden(format!("you may speak for {only:?} only, and not for {other:?}")))
            }
            _ => Ok(only.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_within_reach_or_refused() {
        let with = |reach| Identity { reach, ..Identity::local() };
        let cases = [
            (Reach::Any, None, Some("me")),
            (Reach::Any, Some("bob"), Some("bob")),
            (Reach::Own, None, Some("me")),
            (Reach::Own, Some("me"), Some("me")),
            (Reach::Own, Some("bob"), None),
            (Reach::One("ana".into()), None, Some("ana")),
            (Reach::One("ana".into()), Some("ana"), Some("ana")),
            (Reach::One("ana".into()), Some("me"), None),
        ];
        for (reach, named, expected) in cases {
            let found = with(reach.clone()).subject(named);
            assert_eq!(found.as_deref().ok(), expected, "{reach:?} {named:?}");
        }
    }

    #[test]
    fn a_public_account_never_opens_what_is_the_admins() {
        let public = Identity { role: Role::Public, ..Identity::local() };
        assert!(public.may(Scope::Chat) && !public.may(Scope::Admin));
        let key = Identity { scopes: BTreeSet::from([Scope::Chat]), ..Identity::local() };
        assert!(key.may(Scope::Chat) && !key.may(Scope::Memories) && !key.may(Scope::Admin) && !key.may(Scope::All));
    }
}
