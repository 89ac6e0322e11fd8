//! Passwords: argon2id, on threads of their own, a few at a time, so that guessing starves nobody's turn.

use super::settings::Hashing;
use crate::error::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::sync::{OnceCell, Semaphore};

/// What is verified for those who do not exist.
const NOBODY: &str = "nobody's password";

pub(super) struct Passwords {
    argon2: Argon2<'static>,
    gate: Arc<Semaphore>,
    most_waiting: usize,
    waiting: AtomicUsize,
    /// The hash of [`NOBODY`], by the present parameters.
    nobody: OnceCell<String>,
    verified: AtomicU64,
}

impl Passwords {
    pub(super) fn new(hashing: &Hashing) -> Self {
        let params = Params::new(hashing.memory_kib, hashing.passes, 1, None).unwrap_or_else(|error| {
            tracing::warn!(%error, "the parameters of argon2 are not allowed; the usual ones hold");
            Params::default()
        });
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            gate: Arc::new(Semaphore::new(hashing.at_once.max(1))),
            most_waiting: hashing.waiting,
            waiting: AtomicUsize::new(0),
            nobody: OnceCell::new(),
            verified: AtomicU64::new(0),
        }
    }

    /// The hash of a password, as a PHC string.
    pub(super) async fn hash(&self, password: &str, salt: [u8; 16]) -> Result<String> {
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        self.run(move || argon2.hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string()))
            .await?
            .map_err(|error| Error::Invalid(format!("password: {error}")))
    }

    /// Is it the password of that hash? Without a hash (nobody of that name, or nobody with a password) one is
    /// verified all the same, so that the answer takes as long.
    pub(super) async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash.to_owned(),
            None => self.nobody.get_or_try_init(|| self.hash(NOBODY, [7; 16])).await?.clone(),
        };
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        self.verified.fetch_add(1, Ordering::Relaxed);
        let holds = self
            .run(move || {
                let hash = PasswordHash::new(&hash).ok();
                hash.is_some_and(|hash| argon2.verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(holds && known)
    }

    /// Was it made with other parameters than the present ones?
    pub(super) fn is_outdated(&self, hash: &str) -> bool {
        let params = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
        params.is_none_or(|params| {
            let now = self.argon2.params();
            (params.m_cost(), params.t_cost(), params.p_cost()) != (now.m_cost(), now.t_cost(), now.p_cost())
        })
    }

    /// How many passwords were verified, those of nobody included.
    pub(super) fn verified(&self) -> u64 {
        self.verified.load(Ordering::Relaxed)
    }

    /// Runs it on a thread where it may take its time.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let busy = || Error::Limited { what: "many people are signing in just now".into(), seconds: 2 };
        let place = Place::take(&self.waiting, self.most_waiting).ok_or_else(busy)?;
        let permit = Arc::clone(&self.gate).acquire_owned().await.map_err(|_| busy())?;
        drop(place);
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        // It neither panics nor is it ever cut off, but with the program.
        done.await.map_err(|_| Error::BrokenOff)
    }
}

/// A place among those who wait.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        let place = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) <= most).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
