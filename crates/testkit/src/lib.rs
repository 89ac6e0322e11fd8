//! Conformance suites and scripted servers for tests.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test kit may panic: that is how it fails a test")]

pub mod cache;
pub mod faulty;
pub mod index;
pub mod model_server;
pub mod server;
pub mod small_disk;
pub mod store;
pub mod world;

use std::io::Write as _;

/// Says that a test is skipped, past the harness, which keeps what passing tests print to itself.
pub fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}
