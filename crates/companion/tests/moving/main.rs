//! Moving house: from engine to engine, into a file and out of it, and what stops it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where something is not as it must be")]

mod backup;
mod furnished;
mod kept;
mod migrate;
