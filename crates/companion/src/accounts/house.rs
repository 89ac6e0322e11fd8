//! The accounts of a house: how they are kept, and who changed what.

use super::account::Account;
use super::audit::{Actor, Entry};
use super::jwt::SigningKeys;
use super::names;
use super::passwords::Passwords;
use super::settings::AccountSettings;
use crate::error::{Error, Result};
use crate::philia::{Inner, Philia, lock};
use crate::records::{Versioned, draft, read};
use jiff::{SignedDuration, Timestamp};
use lru::LruCache;
use philia_ports::clock::{random_bytes, time_ordered_id};
use philia_ports::store::{Change, Key, Kind, Scan};
use philia_ports::{Partition, PartitionId, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a running program holds of its accounts.
pub(crate) struct House {
    pub(super) passwords: Passwords,
    pub(super) signing: Mutex<Arc<SigningKeys>>,
    /// The hash of the token that may make the first admin.
    pub(super) setup: Mutex<Option<String>>,
    /// How many requests of an account are running.
    pub(super) running: Arc<Mutex<HashMap<String, u32>>>,
    /// Whether there was any account when that was last read.
    inhabited: Mutex<Option<bool>>,
    /// Accounts as they were last read: whoever came in lately is answered while the store fails.
    lately: Mutex<LruCache<String, (Account, Timestamp)>>,
}

/// So many accounts are remembered for when the store fails.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(1000).unwrap();
/// So long they count as read lately.
const LATELY: SignedDuration = SignedDuration::from_mins(10);

impl House {
    pub(crate) fn new(settings: &AccountSettings) -> Self {
        Self {
            passwords: Passwords::new(&settings.hashing),
            signing: Mutex::default(),
            setup: Mutex::default(),
            running: Arc::default(),
            inhabited: Mutex::default(),
            lately: Mutex::new(LruCache::new(REMEMBERED)),
        }
    }
}

/// The accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts(pub(super) Arc<Inner>);

/// Which account a name leads to.
#[derive(Serialize, Deserialize)]
struct Login {
    account: String,
}

impl Philia {
    /// The accounts.
    pub fn accounts(&self) -> Accounts {
        Accounts(Arc::clone(&self.0))
    }
}

impl Accounts {
    /// Is there any? What is answered without one is asked anew each time: another process may have made the first. While
    /// the store fails, what was read last holds.
    ///
    /// # Errors
    /// The store does not answer, and has not since the start.
    pub async fn exist(&self) -> Result<bool> {
        let inhabited = &self.0.house.inhabited;
        match self.look_for_any().await {
            Ok(any) => {
                *lock(inhabited) = Some(any);
                Ok(any)
            }
            Err(error) => lock(inhabited).filter(|_| error.is_passing()).ok_or(error),
        }
    }

    async fn look_for_any(&self) -> Result<bool> {
        let scan = Scan { limit: 1, ..Scan::of(Kind::Account) };
        Ok(!self.0.parts.store.scan(&self.system().await?, &scan).await?.items.is_empty())
    }

    /// How many passwords were verified since the start, those of unknown names included.
    pub fn verified(&self) -> u64 {
        self.0.house.passwords.verified()
    }

    pub(super) fn settings(&self) -> &AccountSettings {
        &self.0.parts.settings.accounts
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }

    pub(super) fn after(&self, time: Duration) -> Timestamp {
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        self.now().saturating_add(time).unwrap_or(Timestamp::MAX)
    }

    pub(super) fn fresh_id(&self) -> String {
        time_ordered_id(self.now(), &*self.0.parts.chance)
    }

    pub(super) async fn system(&self) -> Result<Partition> {
        Ok(self.0.parts.store.open(&PartitionId::system()).await?)
    }

    pub(super) async fn get<T: serde::de::DeserializeOwned>(
        &self,
        kind: Kind,
        id: &str,
    ) -> Result<Option<Versioned<T>>> {
        // An id from outside may be none at all.
        if id.is_empty() || id.len() > 128 || id.chars().any(char::is_control) {
            return Ok(None);
        }
        let mut found = self.0.parts.store.get_many(&self.system().await?, &[Key::new(kind, id)]).await?;
        found.pop().flatten().map(read).transpose()
    }

    /// The account of that id. While the store fails, it is what it was when it was last read, if that was lately: who
    /// came in then is answered, though nothing can be kept.
    pub(super) async fn account(&self, id: &str) -> Result<Option<Account>> {
        let lately = || lock(&self.0.house.lately);
        match self.get::<Account>(Kind::Account, id).await {
            Ok(found) => {
                let account = found.map(|found| found.value);
                match &account {
                    Some(account) => lately().put(id.to_owned(), (account.clone(), self.now())),
                    None => lately().pop(id),
                };
                Ok(account)
            }
            Err(error) if error.is_passing() => {
                let known = lately().get(id).filter(|(_, read)| self.now().duration_since(*read) < LATELY).cloned();
                known.map(|(account, _)| Some(account)).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The account of that name.
    pub(super) async fn named(&self, normal: &str) -> Result<Option<Account>> {
        match self.get::<Login>(Kind::Identity, &names::login_id(normal)).await? {
            Some(login) => self.account(&login.value.account).await,
            None => Ok(None),
        }
    }

    /// The account of that id or name.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] where it is the id of one and the name of another.
    pub(super) async fn find(&self, id_or_name: &str) -> Result<Account> {
        let of_id = self.account(id_or_name).await?;
        let of_name = match names::normal(id_or_name) {
            Ok(name) => self.named(&name).await?,
            Err(_) => None,
        };
        if let (Some(one), Some(other)) = (&of_id, &of_name)
            && one.id != other.id
        {
            return Err(Error::Refused(format!(
                "{id_or_name:?} is the id of the account {:?} and the name of {:?}; call them by the other",
                one.name, other.id
            )));
        }
        of_id.or(of_name).ok_or_else(|| Error::NotFound { what: "account", name: id_or_name.into(), nearest: None })
    }

    /// Keeps a new account and its name.
    ///
    /// # Errors
    /// [`Error::Taken`] if the name or the id is in use.
    pub(super) async fn insert(&self, account: &Account, by: Option<Entry>) -> Result<()> {
        let at = account.created_at;
        let login = Login { account: account.id.clone() };
        let mut changes = vec![
            Change::Insert(draft(Kind::Identity, &names::login_id(&account.name), at, &login)?),
            Change::Insert(draft(Kind::Account, &account.id, at, account)?),
        ];
        changes.extend(by.map(|entry| self.entry(entry)).transpose()?);
        match self.0.parts.store.commit(&self.system().await?, changes).await {
            Err(StoreError::Conflict(_)) => Err(Error::Taken(format!("the name {:?} is taken", account.name))),
            other => Ok(other.map(|_| ())?),
        }
    }

    /// Changes an account; what the change says is handed back. An entry of the audit log goes with it.
    ///
    /// # Errors
    /// What the change says: nothing is changed then. [`Error::NotFound`].
    pub(super) async fn change<T: Send>(
        &self,
        id: &str,
        by: Option<Entry>,
        change: impl Fn(&mut Account) -> Result<T> + Send + Sync,
    ) -> Result<(Account, T)> {
        loop {
            let found = self.get::<Account>(Kind::Account, id).await?;
            let Versioned { mut value, version } =
                found.ok_or_else(|| Error::NotFound { what: "account", name: id.into(), nearest: None })?;
            let before = value.clone();
            value.tidy(self.now());
            let said = change(&mut value)?;
            let mut changes: Vec<Change> = by.clone().map(|entry| self.entry(entry)).transpose()?.into_iter().collect();
            if value != before {
                let draft = draft(Kind::Account, id, value.created_at, &value)?;
                changes.push(Change::Put { draft, expected: version });
            }
            if changes.is_empty() {
                return Ok((value, said));
            }
            // What it was does not hold any more, whatever comes of this.
            lock(&self.0.house.lately).pop(id);
            match self.0.parts.store.commit(&self.system().await?, changes).await {
                // Somebody changed it meanwhile: again, upon what it is now.
                Err(StoreError::Conflict(_)) => {}
                other => return other.map(|_| (value, said)).map_err(Error::from),
            }
        }
    }

    /// Removes an account and its name.
    pub(super) async fn remove(&self, account: &Account, by: Entry) -> Result<()> {
        let gone = |kind, id: String| Change::Delete { key: Key::new(kind, id), expected: None };
        let changes = vec![
            gone(Kind::Identity, names::login_id(&account.name)),
            gone(Kind::Account, account.id.clone()),
            self.entry(by)?,
        ];
        lock(&self.0.house.lately).pop(&account.id);
        self.0.parts.store.commit(&self.system().await?, changes).await?;
        Ok(())
    }

    /// An entry of the audit log, to go with what it tells of.
    pub(super) fn entry(&self, entry: Entry) -> Result<Change> {
        Ok(Change::Insert(draft(Kind::Audit, &self.fresh_id(), self.now(), &entry)?))
    }

    /// Writes down something that an admin does elsewhere than to an account.
    ///
    /// # Errors
    /// The store failed: then it must not be done.
    pub async fn note(&self, by: &Actor, action: &'static str, on: &str, detail: serde_json::Value) -> Result<()> {
        let entry = self.entry(by.entry(action, on).with(detail))?;
        self.0.parts.store.commit(&self.system().await?, vec![entry]).await?;
        Ok(())
    }

    /// The keys that sign, the present one not older than it may be.
    pub(super) async fn signing_keys(&self) -> Result<Arc<SigningKeys>> {
        let fresh_enough = |keys: &SigningKeys| {
            let age = keys.present().map(|key| self.now().duration_since(key.since));
            age.is_some_and(|age| {
                age < SignedDuration::try_from(self.settings().signing_key).unwrap_or(SignedDuration::MAX)
            })
        };
        let known = Arc::clone(&lock(&self.0.house.signing));
        if fresh_enough(&known) {
            return Ok(known);
        }
        loop {
            let stored = self.get::<SigningKeys>(Kind::Identity, SIGNING).await?;
            let version = stored.as_ref().map_or(0, |stored| stored.version);
            let mut keys = stored.map(|stored| stored.value).unwrap_or_default();
            if !fresh_enough(&keys) {
                let holds = SignedDuration::try_from(self.settings().access).unwrap_or(SignedDuration::MAX);
                let secret = random_bytes(&*self.0.parts.chance);
                keys.rotate(self.fresh_id(), secret, self.now(), holds);
                let draft = draft(Kind::Identity, SIGNING, self.now(), &keys)?;
                match self.0.parts.store.commit(&self.system().await?, vec![crate::person::write(draft, version)]).await
                {
                    Err(StoreError::Conflict(_)) => continue,
                    other => other?,
                };
            }
            let keys = Arc::new(keys);
            *lock(&self.0.house.signing) = Arc::clone(&keys);
            return Ok(keys);
        }
    }

    /// The keys as they are kept now: for a token signed by one that this process has not seen.
    pub(super) async fn reread_signing_keys(&self) -> Result<Arc<SigningKeys>> {
        if let Some(stored) = self.get::<SigningKeys>(Kind::Identity, SIGNING).await? {
            *lock(&self.0.house.signing) = Arc::new(stored.value);
        }
        Ok(Arc::clone(&lock(&self.0.house.signing)))
    }

    /// Signs with a new key from now on. What the former signed holds until it runs out.
    ///
    /// # Errors
    /// The store failed.
    pub async fn rotate_signing_key(&self, by: &Actor) -> Result<()> {
        loop {
            let stored = self.get::<SigningKeys>(Kind::Identity, SIGNING).await?;
            let version = stored.as_ref().map_or(0, |stored| stored.version);
            let mut keys = stored.map(|stored| stored.value).unwrap_or_default();
            let holds = SignedDuration::try_from(self.settings().access).unwrap_or(SignedDuration::MAX);
            keys.rotate(self.fresh_id(), random_bytes(&*self.0.parts.chance), self.now(), holds);
            let draft = draft(Kind::Identity, SIGNING, self.now(), &keys)?;
            let changes = vec![crate::person::write(draft, version), self.entry(by.entry("signing-key.rotate", "-"))?];
            match self.0.parts.store.commit(&self.system().await?, changes).await {
                Err(StoreError::Conflict(_)) => {}
                other => {
                    other?;
                    *lock(&self.0.house.signing) = Arc::new(keys);
                    return Ok(());
                }
            }
        }
    }
}

/// The name of the record of the keys that sign.
const SIGNING: &str = "signing-keys";
