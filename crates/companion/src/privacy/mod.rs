//! What is a person's own business: where their words may go, how they are kept, and how they leave.
//!
//! - `reach`: which model or embedder may have somebody's words.
//! - `consent`: what they agreed to, and when.
//! - `cipher`: sealing a record and its name.
//! - `master`: the key that wraps people's keys, and where it is kept.
//! - `vault`: the store before the store that seals and opens.
//! - `tier`: giving what is there the form it is to have.

pub(crate) mod cipher;
mod consent;
mod master;
mod reach;
mod tier;
mod vault;

pub(crate) use consent::Consents;
pub use consent::{Consent, Decision, Purpose, WORDS};
pub use master::{HeldKeys, MasterError, MasterKey, MasterKeys, Salt};
pub(crate) use reach::Remembered;
pub use reach::{Embedders, Models, Reach};
pub use tier::PrivacyView;
pub use vault::Phase;
pub(crate) use vault::{TASK, Vault};
