//! Time and chance under a test's control.

use jiff::{SignedDuration, Timestamp};
use philia_ports::{Chance, Clock};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// A clock that stands still until it is told otherwise.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows this instant (`2026-05-03T10:00:00Z`).
    pub fn at(instant: &str) -> Self {
        Self(Mutex::new(instant.parse().expect("an instant")))
    }

    /// Moves it, forwards or backwards.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().expect("no test panicked with the clock");
        *now = now.checked_add(by).expect("an instant in range");
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no test panicked with the clock")
    }
}

/// Chance that counts: always the same "random" bytes in the same order.
#[derive(Debug, Default)]
pub struct CountingChance(AtomicU64);

impl Chance for CountingChance {
    fn ten_bytes(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        bytes
    }
}
