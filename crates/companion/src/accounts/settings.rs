//! What an operator may choose of accounts.

use super::limits::Rates;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Is a login asked?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As soon as there is an account, and wherever other machines reach the server.
    #[default]
    Auto,
    /// Always; the first admin is made by a one-time link.
    Required,
    /// Never: whoever reaches the server runs it.
    Off,
}

/// May strangers make themselves an account?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// No: admins make them.
    Closed,
    /// Yes, and an admin lets them in.
    #[default]
    Approval,
    /// Yes, and they are in.
    Open,
}

/// How dear a password is to guess (argon2id), and how much of the machine that may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashing {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Hashes that are made at the same time; others wait.
    pub at_once: usize,
    /// Hashes that may wait; more are turned away.
    pub waiting: usize,
}

/// Every number of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSettings {
    /// Is a login asked?
    pub mode: Mode,
    /// May strangers make themselves an account?
    pub registration: Registration,
    /// How long an access token holds.
    pub access: Duration,
    /// How long a session holds that nobody uses.
    pub session: Duration,
    /// How long a link to set a password holds.
    pub link: Duration,
    /// After how long tokens are signed with a new key.
    pub signing_key: Duration,
    /// Wrong passwords for one name from one address that are answered in a quarter of an hour.
    pub attempts: u32,
    /// How dear a password is to guess.
    pub hashing: Hashing,
    /// How much a public account may do.
    pub public: Rates,
    /// How much an admin may do.
    pub admin: Rates,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            mode: Mode::Auto,
            registration: Registration::Approval,
            access: Duration::from_secs(15 * 60),
            session: Duration::from_secs(30 * 24 * 3600),
            link: Duration::from_secs(24 * 3600),
            signing_key: Duration::from_secs(30 * 24 * 3600),
            attempts: 10,
            hashing: Hashing { memory_kib: 19 * 1024, passes: 2, at_once: 1, waiting: 64 },
            public: Rates::default(),
            admin: Rates::unlimited(),
        }
    }
}
