//! The system's clock, randomness and time zone. Nothing else in the program reads them.

use philia_ports::{Chance, Clock};

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the wiring's clock, the only one that asks the system")]
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

/// The system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemChance;

impl Chance for SystemChance {
    #[expect(
        clippy::expect_used,
        reason = "a system without randomness can name nothing safely; going on would lose data"
    )]
    fn ten_bytes(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        bytes
    }
}

/// This machine's time zone by its IANA name, if it has one.
pub(crate) fn time_zone() -> Option<String> {
    jiff::tz::TimeZone::try_system().ok()?.iana_name().map(str::to_owned)
}
