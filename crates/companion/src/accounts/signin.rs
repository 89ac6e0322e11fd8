//! Signing in, staying in, and going out.

use super::account::{Account, ApiKey, Session, SessionKind, SessionView};
use super::house::Accounts;
use super::identity::{Identity, Reach, Standing, Way};
use super::jwt::{Claims, SigningKeys, Unfit};
use super::names;
use super::secret::{self, Token, Use};
use super::throttle::Origin;
use crate::error::{Error, Result};
use jiff::SignedDuration;
use philia_ports::clock::random_bytes;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// The most sessions of an account; the one that was used longest ago goes first.
const SESSIONS: usize = 50;
/// The use of a key is noted at most so often.
pub(super) const USED: SignedDuration = SignedDuration::from_mins(5);
/// The most characters of what a client says it is.
const CLIENT: usize = 100;
/// The words for a name or password that is wrong, and for an account that waits: the same for all.
const WRONG: &str = "the name or the password is wrong, or no admin has let this account in yet";
/// The words for a token of no use.
const UNFIT: &str = "the token is not valid; sign in again";

/// What somebody shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    /// An access token or an API key, as in `Authorization: Bearer`.
    Bearer(&'a str),
    /// The cookie of a page's session.
    Cookie(&'a str),
}

/// What keeps somebody in after signing in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedIn {
    /// Tokens, for programs.
    Tokens(Tokens),
    /// A cookie, for the page, and how long it holds.
    Page(String, Duration),
}

/// Tokens, with the names of OAuth 2 (RFC 6749).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Tokens {
    /// Goes into `Authorization: Bearer`.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: &'static str,
    /// How long it holds, in seconds.
    pub expires_in: u64,
    /// Brings the next ones, once.
    pub refresh_token: String,
    /// How long that holds, in seconds.
    pub refresh_expires_in: u64,
}

impl Accounts {
    /// Is a login asked of who shows nothing? `near` says that only this machine reaches the door.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn are_asked(&self, near: bool) -> Result<bool> {
        use super::settings::Mode;
        Ok(match self.settings().mode {
            Mode::Off => false,
            Mode::Required => true,
            Mode::Auto => !near || self.exist().await?,
        })
    }

    /// Signs somebody in by name and password.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] with the same words, after the same work, whether the name or the password is wrong or
    /// the account waits; [`Error::Limited`] after too many of these; [`Error::Forbidden`] for an account that is closed.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        kind: SessionKind,
        client: Option<&str>,
        from: &Origin,
    ) -> Result<SignedIn> {
        let (account, outdated) = self.proven(name, password, from).await?;
        if account.standing == Standing::Deactivated {
            return Err(Error::Forbidden("this account is closed".into()));
        }
        let rehashed = match outdated {
            true => Some(self.hash(password).await?),
            false => None,
        };
        let (id, now) = (self.fresh_id(), self.now());
        let (token, hash) = match kind {
            SessionKind::Tokens => self.refresh_token(&account.id, &id).await?,
            SessionKind::Page => secret::make(Use::Page, &account.id, &id, &*self.0.parts.chance),
        };
        let session = Session {
            id: id.clone(),
            kind,
            created_at: now,
            used_at: now,
            expires_at: self.after(self.settings().session),
            hash,
            client: client.map(|client| client.chars().filter(|sign| !sign.is_control()).take(CLIENT).collect()),
        };
        self.change(&account.id, None, |account| {
            if let Some(rehashed) = &rehashed {
                account.password = Some(rehashed.clone());
            }
            if account.sessions.len() >= SESSIONS {
                account.sessions.sort_by_key(|session| session.used_at);
                account.sessions.remove(0);
            }
            account.sessions.push(session.clone());
            Ok(())
        })
        .await?;
        match kind {
            SessionKind::Page => Ok(SignedIn::Page(token, self.settings().session)),
            SessionKind::Tokens => Ok(SignedIn::Tokens(self.tokens(&account.id, &id, token).await?)),
        }
    }

    /// The account whose name and password these are, and whether its hash is outdated.
    async fn proven(&self, name: &str, password: &str, from: &Origin) -> Result<(Account, bool)> {
        // What is no name at all costs the same as one that nobody has.
        let normal = names::normal(name).unwrap_or_default();
        let attempt = self.attempt(&normal, from).await?;
        let account = if normal.is_empty() { None } else { self.named(&normal).await? };
        let hash = account.as_ref().and_then(|account| account.password.as_deref());
        let holds = self.0.house.passwords.verify(password, hash).await?;
        match account {
            // Who waits is told nothing else, or whoever registers would see whether the name had been free.
            Some(account) if holds && account.standing != Standing::Pending => {
                attempt.forgive().await;
                let outdated = account.password.as_ref().is_some_and(|hash| self.0.house.passwords.is_outdated(hash));
                Ok((account, outdated))
            }
            _ => Err(Error::Unauthenticated(WRONG.into())),
        }
    }

    pub(super) async fn hash(&self, password: &str) -> Result<String> {
        self.0.house.passwords.hash(password, random_bytes(&*self.0.parts.chance)).await
    }

    async fn tokens(&self, account: &str, session: &str, refresh_token: String) -> Result<Tokens> {
        let settings = self.settings();
        let holds = SignedDuration::try_from(settings.access).unwrap_or(SignedDuration::MAX);
        let claims = Claims::new(account, session, self.now(), holds);
        let signed = self.signing_keys().await?.sign(&claims);
        Ok(Tokens {
            access_token: signed.ok_or(Error::BrokenOff)?,
            token_type: "Bearer",
            expires_in: settings.access.as_secs(),
            refresh_token,
            refresh_expires_in: settings.session.as_secs(),
        })
    }

    /// A refresh token, signed so that one that was spent is told from one that somebody made up, and its hash.
    async fn refresh_token(&self, account: &str, session: &str) -> Result<(String, String)> {
        let keys = self.signing_keys().await?;
        let sign = |text: &str| keys.sign_text(text);
        secret::make_signed(Use::Refresh, account, session, &*self.0.parts.chance, sign).ok_or(Error::BrokenOff)
    }

    /// The next tokens for a refresh token, which is spent by that.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]. One of a running session that was given out before and is not its last was stolen or
    /// repeated: the session is ended with everything that came of it. What was never given out ends nothing.
    pub async fn refresh(&self, refresh_token: &str, from: &Origin) -> Result<Tokens> {
        let Some(token) = Token::parse(Use::Refresh, refresh_token) else {
            return Err(self.refuse(from, "this is no refresh token").await);
        };
        let (next, hash) = self.refresh_token(token.account, token.id).await?;
        let mut keys = self.signing_keys().await?;
        let given_out = |keys: &SigningKeys| token.is_signed(|text, mac| keys.has_signed(text, mac));
        if !given_out(&keys) {
            keys = self.reread_signing_keys().await?;
        }
        let given_out = given_out(&keys);
        let (now, until) = (self.now(), self.after(self.settings().session));
        let renewed = self.change(token.account, None, |account| {
            if !account.is_open() {
                return Ok(false);
            }
            let Some(place) = account.sessions.iter().position(|session| session.id == token.id) else {
                return Ok(false);
            };
            let session = &mut account.sessions[place];
            if session.kind != SessionKind::Tokens {
                return Ok(false);
            }
            if !token.is(&session.hash) {
                if given_out {
                    account.sessions.remove(place);
                    tracing::warn!(account = account.id, "a spent refresh token was shown; its session is ended");
                }
                return Ok(false);
            }
            (session.hash, session.used_at, session.expires_at) = (hash.clone(), now, until);
            Ok(true)
        });
        match renewed.await {
            Ok((_, true)) => self.tokens(token.account, token.id, next).await,
            Ok((_, false)) | Err(Error::NotFound { .. }) => Err(self.refuse(from, UNFIT).await),
            Err(error) => Err(error),
        }
    }

    /// Who shows this.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for everything that does not hold.
    pub async fn identify(&self, credential: Credential<'_>) -> Result<Arc<Identity>> {
        let found = match credential {
            Credential::Cookie(cookie) => self.by_cookie(cookie).await?,
            Credential::Bearer(token) => match secret::kind_of(token) {
                Some(Use::Key) => self.by_key(token).await?,
                Some(_) => Err("this is no access token and no API key"),
                None => self.by_access_token(token).await?,
            },
        };
        match found {
            Ok(identity) => Ok(identity),
            // Not counted: 256 random bits cannot be guessed, and looking costs next to nothing.
            Err(why) => Err(Error::Unauthenticated(why.into())),
        }
    }

    /// Who it is that came in some time ago, if what they came in by still holds.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`].
    pub(super) async fn still(&self, identity: &Arc<Identity>) -> Result<Arc<Identity>> {
        let now = self.now();
        let holds = |account: &Account| match &identity.way {
            Way::Open => false,
            Way::Session(id) => account.sessions.iter().any(|one| one.id == *id && one.expires_at > now),
            Way::Key(id) => account.keys.iter().any(|one| one.id == *id && one.expires_at.is_none_or(|end| end > now)),
        };
        if identity.way == Way::Open {
            return Ok(Arc::clone(identity));
        }
        let account = self.account(&identity.account).await?.filter(Account::is_open).filter(holds);
        let account = account.ok_or_else(|| Error::Unauthenticated(UNFIT.into()))?;
        Ok(account.identity(identity.way.clone(), self.settings()))
    }

    async fn by_access_token(&self, token: &str) -> Result<Result<Arc<Identity>, &'static str>> {
        let mut verified = self.signing_keys().await?.verify(token, self.now());
        if verified == Err(Unfit::UnknownKey) {
            verified = self.reread_signing_keys().await?.verify(token, self.now());
        }
        let claims = match verified {
            Ok(claims) => claims,
            Err(Unfit::Expired) => return Ok(Err("the token has expired; refresh it")),
            Err(Unfit::Early) => return Ok(Err("the token does not hold yet")),
            Err(Unfit::Forged | Unfit::UnknownKey) => return Ok(Err(UNFIT)),
        };
        let account = self.account(&claims.sub).await?.filter(Account::is_open);
        let now = self.now();
        let lives = |session: &Session| session.id == claims.sid && session.expires_at > now;
        let account = account.filter(|account| account.sessions.iter().any(lives));
        Ok(account.map(|account| account.identity(Way::Session(claims.sid), self.settings())).ok_or(UNFIT))
    }

    async fn by_key(&self, key: &str) -> Result<Result<Arc<Identity>, &'static str>> {
        const WRONG: &str = "the API key is not valid";
        let Some(token) = Token::parse(Use::Key, key) else { return Ok(Err(WRONG)) };
        let account = self.account(token.account).await?.filter(Account::is_open);
        let now = self.now();
        let holds = |account: &Account| {
            let key = account.keys.iter().find(|key| key.id == token.id);
            key.is_some_and(|key| token.is(&key.hash) && key.expires_at.is_none_or(|end| end > now))
        };
        let Some(account) = account.filter(holds) else { return Ok(Err(WRONG)) };
        self.note_use(&account, token.id).await;
        Ok(Ok(account.identity(Way::Key(token.id.into()), self.settings())))
    }

    /// Notes that a key is used, if that was not noted just now. It is worth less than the answer.
    async fn note_use(&self, account: &Account, id: &str) {
        let now = self.now();
        let is_old = |key: &ApiKey| key.id == id && key.used_at.is_none_or(|used| now.duration_since(used) >= USED);
        if !account.keys.iter().any(is_old) {
            return;
        }
        let noted = self.change(&account.id, None, |account| {
            for key in account.keys.iter_mut().filter(|key| key.id == id) {
                key.used_at = Some(now);
            }
            Ok(())
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the use of a key is not noted");
        }
    }

    async fn by_cookie(&self, cookie: &str) -> Result<Result<Arc<Identity>, &'static str>> {
        let Some(token) = Token::parse(Use::Page, cookie) else { return Ok(Err(UNFIT)) };
        let account = self.account(token.account).await?.filter(Account::is_open);
        let now = self.now();
        let holds = |session: &Session| {
            let right = session.id == token.id && session.kind == SessionKind::Page && session.expires_at > now;
            right && token.is(&session.hash)
        };
        let account = account.filter(|account| account.sessions.iter().any(holds));
        Ok(account.map(|account| account.identity(Way::Session(token.id.into()), self.settings())).ok_or(UNFIT))
    }

    /// The sessions of who asks, newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where no login was asked.
    pub async fn sessions(&self, identity: &Identity) -> Result<Vec<SessionView>> {
        let account = self.own(identity).await?;
        let now = self.now();
        let open = account.sessions.iter().rev().filter(|session| session.expires_at > now);
        Ok(open.map(|session| session.view(&identity.way)).collect())
    }

    /// Ends a session of who asks.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn end_session(&self, identity: &Identity, id: &str) -> Result<()> {
        self.own(identity).await?;
        let ended = self.change(&identity.account, None, |account| {
            let before = account.sessions.len();
            account.sessions.retain(|session| session.id != id);
            Ok(account.sessions.len() < before)
        });
        match ended.await? {
            (_, true) => Ok(()),
            _ => Err(Error::NotFound { what: "session", name: id.into(), nearest: None }),
        }
    }

    /// Ends every session of who asks; how many there were. With `others`, the one that asks goes on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where no login was asked.
    pub async fn end_sessions(&self, identity: &Identity, others: bool) -> Result<usize> {
        self.own(identity).await?;
        let ended = self.change(&identity.account, None, |account| {
            let before = account.sessions.len();
            let stays = |session: &Session| others && identity.way == Way::Session(session.id.clone());
            account.sessions.retain(stays);
            Ok(before - account.sessions.len())
        });
        Ok(ended.await?.1)
    }

    /// Ends the session that asks. With an API key, or where no login was asked, there is none.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sign_out(&self, identity: &Identity) -> Result<()> {
        let Way::Session(id) = &identity.way else { return Ok(()) };
        match self.end_session(identity, id).await {
            Err(Error::NotFound { .. }) => Ok(()),
            other => other,
        }
    }

    /// Sets another password, if the present one is known. Every other session ends.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a wrong one; [`Error::Invalid`] for one that is not allowed.
    pub async fn change_password(&self, identity: &Identity, old: &str, new: &str, from: &Origin) -> Result<()> {
        let account = self.own(identity).await?;
        names::check_password(new, &account.name)?;
        self.proven(&account.name, old, from).await?;
        let hash = self.hash(new).await?;
        self.change(&account.id, None, |account| {
            account.password = Some(hash.clone());
            account.link = None;
            account.sessions.retain(|session| identity.way == Way::Session(session.id.clone()));
            Ok(())
        })
        .await?;
        Ok(())
    }

    /// Sets a password by a link, which works once. Every session ends.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a link that does not hold; [`Error::Invalid`] for a password that is not
    /// allowed: the link then still holds.
    pub async fn reset_password(&self, link: &str, new: &str, from: &Origin) -> Result<()> {
        const WRONG: &str = "the link is not valid any more; ask for another";
        let Some(token) = Token::parse(Use::Link, link) else { return Err(self.refuse(from, WRONG).await) };
        let now = self.now();
        let holds = |account: &Account| {
            let link = account.link.as_ref();
            link.is_some_and(|link| link.expires_at > now && token.is(&link.hash))
                && account.standing != Standing::Deactivated
        };
        let Some(account) = self.account(token.account).await?.filter(holds) else {
            return Err(self.refuse(from, WRONG).await);
        };
        names::check_password(new, &account.name)?;
        let hash = self.hash(new).await?;
        let set = self.change(&account.id, None, |account| {
            if !holds(account) {
                return Err(Error::Unauthenticated(WRONG.into()));
            }
            account.password = Some(hash.clone());
            account.sign_out_everywhere();
            Ok(())
        });
        set.await.map(|_| ())
    }

    /// The account of who asks.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where no login was asked, and for a key that speaks for one person.
    pub(super) async fn own(&self, identity: &Identity) -> Result<Account> {
        if identity.way == Way::Open {
            return Err(Error::Forbidden("there is no account here: no login is asked".into()));
        }
        if matches!(identity.reach, Reach::One(_)) {
            return Err(Error::Forbidden("this key speaks for one person only, not for the account".into()));
        }
        self.account(&identity.account).await?.ok_or_else(|| Error::Unauthenticated(UNFIT.into()))
    }
}
