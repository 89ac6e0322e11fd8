//! Accounts made, let in, stopped and ended: what newcomers ask for, and what admins do.

use super::account::{Account, AccountView, KeyView, OwnLimits, SessionView};
use super::audit::Actor;
use super::house::Accounts;
use super::identity::{LOCAL_ACCOUNT, OWN_SUBJECT, Reach, Role, Standing, Way};
use super::names;
use super::secret::{self, Token, Use};
use super::settings::Registration;
use super::throttle::Origin;
use crate::error::{Error, Result};
use crate::person::Person;
use crate::personas::nearest;
use crate::philia::lock;
use crate::records::read;
use jiff::Timestamp;
use philia_ports::PartitionId;
use philia_ports::store::{Cursor, Kind, Page, Scan};
use serde_json::{Value, json};

/// A new account, made by an admin.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    /// The name they sign in by.
    pub name: &'a str,
    /// Their password; without one they set it by a link.
    pub password: Option<&'a str>,
    /// What they are.
    pub role: Role,
}

/// A link by which somebody sets their password, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetLink {
    /// What it carries.
    pub token: String,
    /// Until when it holds.
    pub expires_at: Timestamp,
}

impl Accounts {
    /// Asks for an account. Where an admin decides, the answer is the same whether or not the name is free.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if nobody may; [`Error::Invalid`]; [`Error::Taken`] where accounts are open at once;
    /// [`Error::Limited`].
    pub async fn register(&self, name: &str, password: &str, from: &Origin) -> Result<Standing> {
        let policy = self.settings().registration;
        if policy == Registration::Closed {
            return Err(Error::Forbidden("accounts are made by an admin here".into()));
        }
        if !self.exist().await? {
            return Err(Error::Forbidden("there is no admin yet; `philia user add NAME --admin` makes one".into()));
        }
        let normal = names::of_new(name, false)?;
        names::check_password(password, &normal)?;
        self.count_registration(from).await?;
        let hash = self.hash(password).await?;
        let standing = if policy == Registration::Open { Standing::Active } else { Standing::Pending };
        let account = self.new_account(self.free_id(), normal, Role::Public, standing, Some(hash));
        match self.insert(&account, None).await {
            Err(Error::Taken(_)) if policy == Registration::Approval => Ok(standing),
            other => other.map(|()| standing),
        }
    }

    /// Makes an account. The first must be an admin's, and takes over what was said at this machine before.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name or a password that is not allowed; [`Error::Forbidden`] for such a first account;
    /// [`Error::Taken`].
    pub async fn add(&self, new: &NewAccount<'_>, by: &Actor) -> Result<AccountView> {
        let first = !self.exist().await?;
        let name = names::of_new(new.name, first)?;
        if let Some(password) = new.password {
            names::check_password(password, &name)?;
        }
        if first && new.role != Role::Admin {
            return Err(Error::Forbidden("the first account must be an admin's".into()));
        }
        let id = if first { LOCAL_ACCOUNT.to_owned() } else { self.free_id() };
        let password = match new.password {
            Some(password) => Some(self.hash(password).await?),
            None => None,
        };
        let account = self.new_account(id, name, new.role, Standing::Active, password);
        let entry = by.entry("account.add", &account.id).with(json!({ "role": new.role }));
        self.insert(&account, Some(entry)).await?;
        Ok(account.view(self.settings(), self.now()))
    }

    fn new_account(
        &self,
        id: String,
        name: String,
        role: Role,
        standing: Standing,
        password: Option<String>,
    ) -> Account {
        Account {
            id,
            name,
            role,
            standing,
            created_at: self.now(),
            password,
            sessions: Vec::new(),
            keys: Vec::new(),
            link: None,
            limits: OwnLimits::default(),
        }
    }

    fn free_id(&self) -> String {
        format!("{}{}", names::ID, self.fresh_id())
    }

    /// A token by which the first admin may be made, once, by [`Accounts::set_up`].
    pub fn setup_token(&self) -> String {
        let (token, hash) = secret::make(Use::Setup, LOCAL_ACCOUNT, "setup", &*self.0.parts.chance);
        *lock(&self.0.house.setup) = Some(hash);
        token
    }

    /// Makes the first admin by the token that was printed.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for another token, or when there is an admin; [`Error::Invalid`].
    pub async fn set_up(&self, token: &str, name: &str, password: &str, from: &Origin) -> Result<AccountView> {
        let expected = lock(&self.0.house.setup).clone();
        let right = Token::parse(Use::Setup, token).zip(expected).is_some_and(|(token, hash)| token.is(&hash));
        if !right || self.exist().await? {
            return Err(self.refuse(from, "the set-up link is not valid any more").await);
        }
        let new = NewAccount { name, password: Some(password), role: Role::Admin };
        let made = self.add(&new, &Actor::set_up()).await?;
        *lock(&self.0.house.setup) = None;
        Ok(made)
    }

    /// Accounts, oldest first.
    ///
    /// # Errors
    /// A cursor that is none; the store does not answer.
    pub async fn list(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<AccountView>> {
        let scan = Scan { limit, cursor, ..Scan::of(Kind::Account) };
        let page = self.0.parts.store.scan(&self.system().await?, &scan).await?;
        let view = |record| read::<Account>(record).map(|read| read.value.view(self.settings(), self.now()));
        Ok(Page { items: page.items.into_iter().map(view).collect::<Result<_>>()?, next: page.next })
    }

    /// One account, by its id or name.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show(&self, id_or_name: &str) -> Result<AccountView> {
        Ok(self.find(id_or_name).await?.view(self.settings(), self.now()))
    }

    /// Everything of an account that is not its people's: how it stands, its limits, sessions and API keys; nothing of
    /// what opens it. None where there is no account.
    pub(crate) async fn told(&self, id: &str) -> Result<Option<Value>> {
        let Some(account) = self.account(id).await? else { return Ok(None) };
        let now = self.now();
        let open = account.sessions.iter().rev().filter(|session| session.expires_at > now);
        let sessions: Vec<SessionView> = open.map(|session| session.view(&Way::Open)).collect();
        let keys: Vec<KeyView> = account.keys.iter().map(|key| key.view(&account.id)).collect();
        Ok(Some(json!({ "account": account.view(self.settings(), now), "sessions": sessions, "keys": keys })))
    }

    /// Lets somebody in who waits.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] for an account that was stopped or closed.
    pub async fn approve(&self, id_or_name: &str, by: &Actor) -> Result<AccountView> {
        let found = self.find(id_or_name).await?;
        match found.standing {
            Standing::Pending => self.set_standing(&found.id, Standing::Active, by).await,
            Standing::Active => Ok(found.view(self.settings(), self.now())),
            Standing::Suspended | Standing::Deactivated => Err(Error::Refused(format!(
                "{:?} does not wait to be let in; to open what was stopped or closed is to reactivate it",
                found.name
            ))),
        }
    }

    /// Lets in, stops, closes or opens an account. Who is not let in is signed out.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for the last admin.
    pub async fn set_standing(&self, id_or_name: &str, standing: Standing, by: &Actor) -> Result<AccountView> {
        let found = self.find(id_or_name).await?;
        if standing != Standing::Active {
            self.not_the_last_admin(&found).await?;
        }
        let action = match standing {
            Standing::Active if found.standing == Standing::Pending => "account.approve",
            Standing::Active => "account.reactivate",
            Standing::Suspended => "account.suspend",
            Standing::Deactivated => "account.deactivate",
            Standing::Pending => return Err(Error::Invalid("standing: an account is pending only at first".into())),
        };
        let change = |account: &mut Account| {
            account.standing = standing;
            if standing == Standing::Deactivated {
                account.sign_out_everywhere();
            }
            Ok(())
        };
        let (account, ()) = self.change(&found.id, Some(by.entry(action, &found.id)), change).await?;
        Ok(account.view(self.settings(), self.now()))
    }

    /// Makes somebody an admin, or no longer one.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for the last admin.
    pub async fn set_role(&self, id_or_name: &str, role: Role, by: &Actor) -> Result<AccountView> {
        let found = self.find(id_or_name).await?;
        if role != Role::Admin {
            self.not_the_last_admin(&found).await?;
        }
        let entry = by.entry("account.role", &found.id).with(json!({ "role": role }));
        let change = |account: &mut Account| {
            account.role = role;
            Ok(())
        };
        let (account, ()) = self.change(&found.id, Some(entry), change).await?;
        Ok(account.view(self.settings(), self.now()))
    }

    /// Sets the limits of one account, instead of those it had of its own, if it is still such that it `fits`.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`]; [`Error::Stale`] if it does not fit any more.
    pub async fn set_limits(
        &self,
        id_or_name: &str,
        limits: OwnLimits,
        by: &Actor,
        fits: impl Fn(&AccountView) -> bool + Send + Sync,
    ) -> Result<AccountView> {
        limits.check()?;
        let found = self.find(id_or_name).await?;
        let entry = by.entry("account.limits", &found.id).with(json!(limits));
        let change = |account: &mut Account| {
            if !fits(&account.view(self.settings(), self.now())) {
                return Err(Error::Stale);
            }
            account.limits = limits;
            Ok(())
        };
        let (account, ()) = self.change(&found.id, Some(entry), change).await?;
        Ok(account.view(self.settings(), self.now()))
    }

    /// A link by which somebody sets their password; a former one no longer holds.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn reset_link(&self, id_or_name: &str, by: &Actor) -> Result<ResetLink> {
        let found = self.find(id_or_name).await?;
        let (token, hash) = secret::make(Use::Link, &found.id, "reset", &*self.0.parts.chance);
        let expires_at = self.after(self.settings().link);
        let change = |account: &mut Account| {
            account.link = Some(super::account::Link { hash: hash.clone(), expires_at });
            Ok(())
        };
        self.change(&found.id, Some(by.entry("account.reset-link", &found.id)), change).await?;
        Ok(ResetLink { token, expires_at })
    }

    /// Ends every session of an account; how many there were.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn sign_out_of(&self, id_or_name: &str, by: &Actor) -> Result<usize> {
        let found = self.find(id_or_name).await?;
        let change = |account: &mut Account| {
            let ended = account.sessions.len();
            account.sessions.clear();
            Ok(ended)
        };
        Ok(self.change(&found.id, Some(by.entry("account.sign-out", &found.id)), change).await?.1)
    }

    /// Erases an account: everything of everybody it spoke for, for good, and then itself. If it breaks off, it can be
    /// asked again; meanwhile nobody comes in by it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for the last admin; the store failed.
    pub async fn erase(&self, id_or_name: &str, by: &Actor) -> Result<usize> {
        let found = self.find(id_or_name).await?;
        self.not_the_last_admin(&found).await?;
        let close = |account: &mut Account| {
            account.standing = Standing::Deactivated;
            account.keys.clear();
            account.sign_out_everywhere();
            Ok(())
        };
        self.change(&found.id, None, close).await?;
        let people = self.people_of(&found.id).await?;
        for id in &people {
            self.person(id).await?.erase().await?;
        }
        self.remove(&found, by.entry("account.erase", &found.id)).await?;
        self.0.parts.store.scrub().await?;
        Ok(people.len())
    }

    /// The people that an account speaks for.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn people_of(&self, account: &str) -> Result<Vec<PartitionId>> {
        let mut people = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.0.parts.store.partitions(philia_ports::store::MAX_PAGE, cursor).await?;
            let ids = page.items.into_iter().map(|info| info.partition.id);
            people.extend(ids.filter(|id| id.account() == account));
            cursor = page.next;
            if cursor.is_none() {
                return Ok(people);
            }
        }
    }

    /// Nobody of that name is known in an account; who is, and is called much like it, is named.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn nobody(&self, account: &str, subject: &str) -> Result<Error> {
        let known = self.people_of(account).await?;
        let others = known.iter().map(PartitionId::subject).filter(|known| *known != subject);
        let nearest = nearest(subject, others).map(str::to_owned);
        Ok(Error::NotFound { what: "person", name: subject.to_owned(), nearest })
    }

    pub(super) async fn person(&self, id: &PartitionId) -> Result<Person> {
        crate::philia::Philia(std::sync::Arc::clone(&self.0)).person(id.account(), id.subject()).await
    }

    /// Somebody must be able to let people in.
    async fn not_the_last_admin(&self, account: &Account) -> Result<()> {
        if account.role != Role::Admin || account.standing != Standing::Active {
            return Ok(());
        }
        let mut cursor = None;
        loop {
            let page = self.list(philia_ports::store::MAX_PAGE, cursor).await?;
            let other = |other: &AccountView| {
                other.id != account.id && other.role == Role::Admin && other.standing == Standing::Active
            };
            if page.items.iter().any(other) {
                return Ok(());
            }
            cursor = page.next;
            if cursor.is_none() {
                return Err(Error::Forbidden("this is the last admin; make another one first".into()));
            }
        }
    }
}

impl Person {
    /// The account of its owner, as [`Accounts::told`] tells it; none for whoever else it speaks for, as it is not theirs.
    pub(crate) async fn own_account(&self) -> Result<Option<Value>> {
        let speaks_for_one = self.asker.as_ref().is_some_and(|asker| matches!(asker.reach, Reach::One(_)));
        if self.partition.id.subject() != OWN_SUBJECT || speaks_for_one {
            return Ok(None);
        }
        self.philia().accounts().told(self.partition.id.account()).await
    }
}
