//! Time and chance, the two things no other part may take for itself.

use jiff::Timestamp;

/// Tells the time. The only implementation that reads the system's clock is in the binary's wiring.
pub trait Clock: Send + Sync + 'static {
    /// The present instant. It may go backwards (people set clocks); callers that need order say so themselves.
    fn now(&self) -> Timestamp;
}

/// Draws random bytes. The only implementation that asks the system is in the binary's wiring.
pub trait Chance: Send + Sync + 'static {
    /// Ten random bytes: what a UUID of version 7 needs besides the time.
    fn ten_bytes(&self) -> [u8; 10];
}

/// A new id that sorts by time: a UUID of version 7 from `now` and ten random bytes. Times before 1970 count
/// as 1970.
pub fn time_ordered_id(now: Timestamp, chance: &dyn Chance) -> String {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &chance.ten_bytes()).into_uuid().to_string()
}
