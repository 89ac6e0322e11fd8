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

/// Random bytes, as many as are wanted.
pub fn random_bytes<const N: usize>(chance: &dyn Chance) -> [u8; N] {
    let mut bytes = [0; N];
    for part in bytes.chunks_mut(10) {
        part.copy_from_slice(&chance.ten_bytes()[..part.len()]);
    }
    bytes
}

/// A new id that sorts by time: a UUID of version 7 from `now` and ten random bytes. Times before 1970 count
/// as 1970.
pub fn time_ordered_id(now: Timestamp, chance: &dyn Chance) -> String {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &chance.ten_bytes()).into_uuid().to_string()
}
