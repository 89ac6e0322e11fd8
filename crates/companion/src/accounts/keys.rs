//! API keys: for programs that ask on an account's behalf.

use super::account::{Account, ApiKey, KeyView};
use super::audit::Actor;
use super::house::Accounts;
use super::identity::{Identity, Reach, Role, Scope};
use super::secret::{self, Use};
use crate::error::{Error, Result};
use philia_ports::PartitionId;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The most keys of an account.
const KEYS: usize = 50;
/// The most characters of what a key is called.
const LABEL: usize = 100;
/// For how many days a key may hold.
const DAYS: RangeInclusive<u32> = 1..=3650;

/// A new key.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What its owner calls it.
    pub label: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// Whom it may speak for.
    pub reach: Reach,
    /// For how many days it holds; none is until it is revoked.
    pub days: Option<u32>,
}

impl Accounts {
    /// The keys of who asks, oldest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where no login was asked.
    pub async fn keys(&self, identity: &Identity) -> Result<Vec<KeyView>> {
        let account = self.own(identity).await?;
        Ok(account.keys.iter().map(|key| key.view(&account.id)).collect())
    }

    /// Makes a key for who asks; the key itself, which is shown this once.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where no login was asked; as [`Accounts::add_key_for`].
    pub async fn add_key(&self, identity: &Identity, new: NewKey) -> Result<(String, KeyView)> {
        self.own(identity).await?;
        self.make_key(&identity.account, new, None).await
    }

    /// Makes a key for an account; the key itself, which is shown this once.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a subject that is no name and the like; [`Error::Forbidden`] for
    /// scopes it cannot have, or too many keys.
    pub async fn add_key_for(&self, id_or_name: &str, new: NewKey, by: &Actor) -> Result<(String, KeyView)> {
        let found = self.find(id_or_name).await?;
        self.make_key(&found.id, new, Some(by)).await
    }

    async fn make_key(&self, account: &str, new: NewKey, by: Option<&Actor>) -> Result<(String, KeyView)> {
        let mut problems = Vec::new();
        if !(1..=LABEL).contains(&new.label.chars().count()) {
            problems.push(format!("label: 1 to {LABEL} characters are allowed"));
        }
        if new.scopes.is_empty() {
            problems.push("scopes: at least one is needed".to_owned());
        }
        if let Reach::One(subject) = &new.reach
            && let Err(error) = PartitionId::new(account, subject.as_str())
        {
            problems.push(format!("subject: {error}"));
        }
        if new.days.is_some_and(|days| !DAYS.contains(&days)) {
            problems.push(format!("days: {} to {} are allowed", DAYS.start(), DAYS.end()));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems.join("; ")));
        }
        let id = self.fresh_id();
        let (key, hash) = secret::make(Use::Key, account, &id, &*self.0.parts.chance);
        let made = ApiKey {
            id,
            label: new.label,
            hash,
            scopes: new.scopes,
            reach: new.reach,
            created_at: self.now(),
            expires_at: new.days.map(|days| self.after(Duration::from_secs(u64::from(days) * 24 * 3600))),
            used_at: None,
        };
        let entry = by.map(|by| by.entry("key.add", account));
        let change = |account: &mut Account| {
            if made.scopes.contains(&Scope::Admin) && account.role != Role::Admin {
                return Err(Error::Forbidden("scopes: admin is for admins' keys only".into()));
            }
            if account.keys.len() >= KEYS {
                return Err(Error::Forbidden(format!("{KEYS} keys are allowed; revoke one first")));
            }
            account.keys.push(made.clone());
            Ok(())
        };
        self.change(account, entry, change).await?;
        Ok((key, made.view(account)))
    }

    /// Revokes a key of who asks.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn revoke_key(&self, identity: &Identity, id: &str) -> Result<()> {
        self.own(identity).await?;
        self.drop_key(&identity.account, id, None).await
    }

    /// The keys of an account.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn keys_of(&self, id_or_name: &str) -> Result<Vec<KeyView>> {
        let account = self.find(id_or_name).await?;
        Ok(account.keys.iter().map(|key| key.view(&account.id)).collect())
    }

    /// Revokes a key of an account.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn revoke_key_of(&self, id_or_name: &str, id: &str, by: &Actor) -> Result<()> {
        let found = self.find(id_or_name).await?;
        self.drop_key(&found.id, id, Some(by)).await
    }

    async fn drop_key(&self, account: &str, id: &str, by: Option<&Actor>) -> Result<()> {
        let change = |account: &mut Account| {
            let before = account.keys.len();
            account.keys.retain(|key| key.id != id);
            match account.keys.len() < before {
                true => Ok(()),
                false => Err(Error::NotFound { what: "key", name: id.into(), nearest: None }),
            }
        };
        self.change(account, by.map(|by| by.entry("key.revoke", account)), change).await.map(|_| ())
    }
}
