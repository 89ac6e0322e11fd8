//! What stands against guessing: attempts are counted by name and by address before anything is verified, and what
//! succeeded is taken off again. The windows slide, so that nobody is locked out for good.

use super::house::Accounts;
use super::limits::{Meter, Window};
use super::names;
use crate::error::{Error, Result};
use crate::observe;
use std::net::IpAddr;
use std::time::Duration;

const QUARTER: Duration = Duration::from_secs(15 * 60);
/// Many people may share an address, and many addresses may be one attacker's.
const SHARED: u32 = 10;
/// Refresh tokens and links that do not hold, from one address, in a minute.
const BAD_TOKENS: Window = Window { limit: 60, length: Duration::from_secs(60) };
/// Accounts that may be asked for from one address in an hour.
const REGISTRATIONS: Window = Window { limit: 10, length: Duration::from_secs(3600) };

/// Where a request came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// An address; of IPv6 the network, which one subscriber has whole.
    pub fn of(address: Option<IpAddr>) -> Self {
        Self(match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Some(IpAddr::V4(address)) => address.to_string(),
            None => "unknown".into(),
        })
    }
}

/// An attempt that was counted.
pub(super) struct Attempt<'a> {
    counted: Vec<(Meter<'a>, Window)>,
}

impl Attempt<'_> {
    /// It was right: it is not held against anybody.
    pub(super) async fn forgive(self) {
        for (meter, window) in &self.counted {
            meter.forgive(window).await;
        }
    }
}

impl Accounts {
    /// Counts an attempt to prove who one is by a password.
    ///
    /// # Errors
    /// [`Error::Limited`], whether or not anybody has that name.
    pub(super) async fn attempt(&self, name: &str, from: &Origin) -> Result<Attempt<'_>> {
        let limit = self.settings().attempts;
        let window = |limit| Window { limit, length: QUARTER };
        // The name is what somebody wrote: a hash has a length of its own, and no signs that a key may not have.
        let name = names::login_id(name);
        let Origin(from) = from;
        let counters = [
            (format!("attempt/{name}/{from}"), limit),
            (format!("attempt/from/{from}"), limit.saturating_mul(SHARED)),
            (format!("attempt/{name}"), limit.saturating_mul(SHARED)),
        ];
        let mut attempt = Attempt { counted: Vec::new() };
        for (counter, limit) in counters {
            if limit == 0 {
                continue;
            }
            let (meter, window) = (Meter::new(&self.0, counter).forgiving(), window(limit));
            if let Err(full) = meter.take(&[window]).await {
                // What was counted before this one was full is nobody's attempt.
                attempt.forgive().await;
                observe::locked_out("password");
                return Err(Error::Limited { what: "too many attempts to sign in".into(), seconds: full.reset });
            }
            attempt.counted.push((meter, window));
        }
        Ok(attempt)
    }

    /// Counts a token that did not hold, and makes a refusal of it.
    pub(super) async fn refuse(&self, from: &Origin, why: &str) -> Error {
        let meter = Meter::new(&self.0, format!("bad-token/{}", from.0));
        match meter.take(&[BAD_TOKENS]).await {
            Ok(_) => Error::Unauthenticated(why.into()),
            Err(full) => {
                observe::locked_out("token");
                Error::Limited { what: "too many tokens that do not hold".into(), seconds: full.reset }
            }
        }
    }

    /// Counts a registration.
    ///
    /// # Errors
    /// [`Error::Limited`].
    pub(super) async fn count_registration(&self, from: &Origin) -> Result<()> {
        let meter = Meter::new(&self.0, format!("register/{}", from.0));
        let full = |full: super::limits::Left| {
            observe::locked_out("registration");
            Error::Limited { what: "too many accounts".into(), seconds: full.reset }
        };
        meter.take(&[REGISTRATIONS]).await.map(|_| ()).map_err(full)
    }
}
