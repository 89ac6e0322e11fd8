//! How much somebody may do in a while: counted in the cache, so that several processes count together.
//!
//! Each limit is a sliding window: what was counted in the present stretch of time, and of the one before as much as
//! the window still reaches into it. What is refused is not counted, so nobody shuts themselves out by asking.

use super::identity::Way;
use super::{Identity, Standing};
use crate::error::{Error, Result};
use crate::person::Person;
use crate::philia::{Inner, Philia, lock};
use jiff::Timestamp;
use philia_ports::{CacheError, PartitionId, cache::CacheKey};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How much an account may do. 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Rates {
    /// Messages in a minute.
    pub per_minute: u32,
    /// Messages in an hour.
    pub per_hour: u32,
    /// Messages at once, before the minute's rate is kept to.
    pub burst: u32,
    /// Requests of any kind in a minute.
    pub requests_per_minute: u32,
    /// Requests that run at the same time.
    pub concurrent: u32,
}

impl Rates {
    /// No limit at all.
    pub const fn unlimited() -> Self {
        Self { per_minute: 0, per_hour: 0, burst: 0, requests_per_minute: 0, concurrent: 0 }
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self { per_minute: 10, per_hour: 100, burst: 5, requests_per_minute: 300, concurrent: 8 }
    }
}

/// At most so many in a length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many.
    pub limit: u32,
    /// In how long.
    pub length: Duration,
}

/// How a limit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// The limit.
    pub window: Window,
    /// How many are left of it now.
    pub remaining: u32,
    /// After how long there is more, whole seconds rounded up.
    pub reset: u64,
}

impl Rates {
    /// The windows that messages are counted in.
    pub fn messages(&self) -> Vec<Window> {
        let mut windows = Vec::new();
        let minute = Duration::from_secs(60);
        if self.per_minute > 0 && self.burst > 0 && self.burst < self.per_minute {
            // The minute's rate, over as long as a burst takes of it.
            let length = minute.mul_f64(f64::from(self.burst) / f64::from(self.per_minute));
            windows.push(Window { limit: self.burst, length });
        }
        windows.push(Window { limit: self.per_minute, length: minute });
        windows.push(Window { limit: self.per_hour, length: 60 * minute });
        windows.retain(|window| window.limit > 0);
        windows
    }

    /// The windows that requests are counted in.
    pub fn requests(&self) -> Vec<Window> {
        let all = [Window { limit: self.requests_per_minute, length: Duration::from_secs(60) }];
        all.into_iter().filter(|window| window.limit > 0).collect()
    }
}

/// Counts what is done under a name.
pub(crate) struct Meter<'a> {
    app: &'a Inner,
    partition: PartitionId,
    name: String,
    forgiving: bool,
}

impl<'a> Meter<'a> {
    /// What is counted under a name of the program's own.
    pub(crate) fn new(app: &'a Inner, name: impl Into<String>) -> Self {
        Self { app, partition: PartitionId::system(), name: name.into(), forgiving: false }
    }

    /// What [`Meter::forgive`] takes off is taken off.
    pub(crate) fn forgiving(self) -> Self {
        Self { forgiving: true, ..self }
    }

    /// Takes one off that was counted.
    pub(crate) async fn forgive(&self, window: &Window) {
        let stretches = Stretches::at(self.app.parts.clock.now(), window);
        let forgiven = async {
            let key = self.key("forgiven", stretches.length, stretches.present)?;
            self.app.parts.cache.increment(&key, 1, window.length * 2).await
        };
        if let Err(error) = forgiven.await {
            tracing::warn!(%error, "a limit could not be counted");
        }
    }

    /// Counts one more, if every window has room for it; how the tightest stands after that.
    ///
    /// # Errors
    /// The window that is full, by when it has room again. A cache that fails is content: limits are worth less than
    /// answers.
    pub(crate) async fn take(&self, windows: &[Window]) -> std::result::Result<Option<Left>, Left> {
        if let Some(full) = self.look(windows).await.filter(|left| left.remaining == 0) {
            return Err(full);
        }
        let mut tightest = None;
        for window in windows {
            match self.add(window, 1).await {
                Ok((count, left)) if count > f64::from(window.limit) => return Err(Left { remaining: 0, ..left }),
                Ok((_, left)) => tightest = tighter(tightest, left),
                Err(error) => tracing::warn!(%error, "a limit could not be counted"),
            }
        }
        Ok(tightest)
    }

    /// How the tightest window stands; none if there is none.
    pub(crate) async fn look(&self, windows: &[Window]) -> Option<Left> {
        let mut tightest = None;
        for window in windows {
            match self.add(window, 0).await {
                Ok((_, left)) => tightest = tighter(tightest, left),
                Err(error) => tracing::warn!(%error, "a limit could not be read"),
            }
        }
        tightest
    }

    /// Adds to a window; what is counted in it, and how it stands.
    async fn add(&self, window: &Window, by: u64) -> std::result::Result<(f64, Left), CacheError> {
        let Stretches { length, present, share } = Stretches::at(self.app.parts.clock.now(), window);
        let now = self.counted("limit", window, length, present, by).await?;
        let before = match present.checked_sub(1) {
            Some(before) => self.counted("limit", window, length, before, 0).await?,
            None => 0,
        };
        let count = now as f64 + before as f64 * share;
        let remaining = (f64::from(window.limit) - count).floor().max(0.0) as u32;
        let left = Left { window: *window, remaining, reset: reset(now, before, share, window) };
        Ok((count, left))
    }

    /// Adds to a stretch; what is counted in it.
    async fn counted(
        &self,
        what: &str,
        window: &Window,
        length: u128,
        stretch: u128,
        by: u64,
    ) -> std::result::Result<u64, CacheError> {
        let cache = &self.app.parts.cache;
        // A stretch is kept until the window has left it behind.
        let kept = window.length * 2;
        let count = cache.increment(&self.key(what, length, stretch)?, by, kept).await?;
        if !self.forgiving {
            return Ok(count);
        }
        let forgiven = cache.increment(&self.key("forgiven", length, stretch)?, 0, kept).await?;
        Ok(count.saturating_sub(forgiven))
    }

    fn key(&self, what: &str, length: u128, stretch: u128) -> std::result::Result<CacheKey, CacheError> {
        CacheKey::new(&self.partition, format!("{what}/{}/{length}/{stretch}", self.name))
    }
}

/// Time cut into stretches as long as a window.
struct Stretches {
    /// In microseconds.
    length: u128,
    /// Which it is now.
    present: u128,
    /// How much of the former one the window still reaches into, 0..=1.
    share: f64,
}

impl Stretches {
    fn at(now: Timestamp, window: &Window) -> Self {
        let length = window.length.as_micros().max(1);
        let now = u128::try_from(now.as_microsecond()).unwrap_or(0);
        Self { length, present: now / length, share: 1.0 - (now % length) as f64 / length as f64 }
    }
}

/// After how many seconds one more has room (if none has now), or the present stretch is over.
fn reset(present: u64, before: u64, share: f64, window: &Window) -> u64 {
    let length = window.length.as_secs_f64();
    let limit = f64::from(window.limit);
    let (present, before) = (present as f64, before as f64);
    let wait = if present + before * share + 1.0 <= limit {
        share * length
    } else if present + 1.0 <= limit {
        // The former stretch weighs less and less: when is there room for one?
        (share - (limit - present - 1.0) / before) * length
    } else {
        // The present stretch must become the former one first, and weigh less then.
        share * length + (1.0 - (limit - 1.0) / present) * length
    };
    wait.ceil().max(1.0) as u64
}

/// The one that has less left.
fn tighter(one: Option<Left>, other: Left) -> Option<Left> {
    match one {
        Some(one)
            if (one.remaining, std::cmp::Reverse(one.reset)) <= (other.remaining, std::cmp::Reverse(other.reset)) =>
        {
            Some(one)
        }
        _ => Some(other),
    }
}

impl Person {
    /// May one more message of theirs be answered? Counts it, if so. Care is asked before this.
    ///
    /// # Errors
    /// [`Error::Suspended`], [`Error::Limited`].
    pub(crate) async fn may_talk(&self) -> Result<Option<Running>> {
        let Some(asker) = &self.asker else { return Ok(None) };
        // A connection may have stood open for days: what opened it may have been taken back meanwhile.
        let asker = &self.philia().accounts().still(asker).await?;
        if asker.standing == Standing::Suspended {
            return Err(Error::Suspended);
        }
        let running = Running::begin(&self.app, "messages", asker)?;
        let meter = Meter::new(&self.app, format!("messages/{}", asker.account));
        meter.take(&asker.rates.messages()).await.map_err(|full| full.error("messages"))?;
        Ok(Some(running))
    }
}

impl Person {
    /// Does what this handle was opened by still let them in? `near` says that only this machine reaches the door.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if it was revoked or has ended, or a login is asked by now; [`Error::Suspended`].
    pub async fn still_in(&self, near: bool) -> Result<()> {
        let Some(asker) = &self.asker else { return Ok(()) };
        let accounts = self.philia().accounts();
        if asker.way == Way::Open && accounts.are_asked(near).await? {
            return Err(Error::Unauthenticated("a login is asked by now; sign in".into()));
        }
        match accounts.still(asker).await?.standing {
            Standing::Suspended => Err(Error::Suspended),
            _ => Ok(()),
        }
    }
}

impl Philia {
    /// Begins a request of an identity, which runs until what is handed back is dropped.
    ///
    /// # Errors
    /// [`Error::Limited`] if as many are running as may.
    pub fn begin_request(&self, identity: &Identity) -> Result<Running> {
        Running::begin(&self.0, "requests", identity)
    }

    /// Counts a request of an identity; how its limit stands after that, if it has one.
    ///
    /// # Errors
    /// [`Error::Limited`].
    pub async fn take_request(&self, identity: &Identity) -> Result<Option<Left>> {
        let meter = Meter::new(&self.0, format!("requests/{}", identity.account));
        meter.take(&identity.rates.requests()).await.map_err(|full| full.error("requests"))
    }

    /// How the limit of an identity's requests stands, if it has one.
    pub async fn requests_left(&self, identity: &Identity) -> Option<Left> {
        Meter::new(&self.0, format!("requests/{}", identity.account)).look(&identity.rates.requests()).await
    }

    /// How the limit of an identity's messages stands, if it has one.
    pub async fn messages_left(&self, identity: &Identity) -> Option<Left> {
        Meter::new(&self.0, format!("messages/{}", identity.account)).look(&identity.rates.messages()).await
    }
}

/// Something of an account that is running, until it is dropped.
#[derive(Debug)]
pub struct Running {
    counts: Arc<Mutex<HashMap<String, u32>>>,
    name: String,
}

impl Running {
    fn begin(app: &Inner, what: &str, identity: &Identity) -> Result<Self> {
        let most = identity.rates.concurrent;
        let (counts, name) = (Arc::clone(&app.house.running), format!("{what}/{}", identity.account));
        let mut running = lock(&counts);
        let count = running.entry(name.clone()).or_default();
        if most > 0 && *count >= most {
            return Err(Error::Limited { what: format!("{most} {what} at the same time are allowed"), seconds: 1 });
        }
        *count += 1;
        drop(running);
        Ok(Self { counts, name })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = lock(&self.counts);
        if let Some(count) = running.get_mut(&self.name) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                running.remove(&self.name);
            }
        }
    }
}

impl Left {
    /// That nothing is left.
    fn error(self, what: &str) -> Error {
        let Window { limit, length } = self.window;
        let what = format!("{limit} {what} in {} s are allowed", length.as_secs());
        Error::Limited { what, seconds: self.reset }
    }
}
