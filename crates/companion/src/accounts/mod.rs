//! Accounts: who may come in, on whose behalf they ask, and how much.
//!
//! An account is one record of the system's partition, with its sessions, keys and limits in it, so that whatever
//! happens to it (a password reset, a stolen token, a suspension) happens at once, everywhere, and can be no half.
//! Its name leads to it by a record of its own whose id is the name's hash: two cannot have the same. What opens an
//! account is kept as a hash: argon2id for passwords, SHA-256 for what is random anyway.
//!
//! Everything that is asked through a door is asked by an [`Identity`], and what it reaches is its own account's.

mod account;
mod audit;
mod house;
mod identity;
pub(crate) mod incidents;
mod jwt;
mod keys;
pub mod limits;
mod names;
mod oversight;
mod passwords;
mod people;
mod secret;
mod settings;
mod signin;
mod throttle;

pub use account::{AccountView, KeyView, OwnLimits, SessionKind, SessionView};
pub use audit::{Actor, AuditView};
pub use house::Accounts;
pub(crate) use house::House;
pub use identity::{Identity, LOCAL_ACCOUNT, OWN_SUBJECT, Reach, Role, Scope, Standing, Way};
pub use incidents::{IncidentView, Review, Verdict};
pub use keys::NewKey;
pub use limits::Rates;
pub use oversight::{JobView, Stats};
pub use people::{NewAccount, ResetLink};
pub use settings::{AccountSettings, Hashing, Mode, Registration};
pub use signin::{Credential, SignedIn, Tokens};
pub use throttle::Origin;
