//! Accounts: who may come in, on whose behalf they ask, and how much.

mod identity;
pub mod limits;

pub use identity::{Identity, LOCAL_ACCOUNT, OWN_SUBJECT, Reach, Role, Scope, Standing, Way};
pub use limits::Rates;
