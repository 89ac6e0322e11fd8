//! Where plugins hook in. A hook is told; it cannot hold up or change a turn.

use philia_mind::Memory;
use philia_ports::PartitionId;

/// Something a plugin may want to know.
#[derive(Debug)]
pub enum Event<'a> {
    /// A memory was written and is durable.
    MemoryCreated(&'a Memory),
    /// Memories are being searched for this text.
    Query(&'a str),
    /// A memory was recalled for a turn.
    MemoryAccessed(&'a Memory),
    /// The person did something (`message`, `forget`, `settings`, `export`).
    UserAction(&'a str),
}

/// Told of what happens to one person's data.
pub trait Hook: Send + Sync + 'static {
    /// Called in the order of events, on the task that caused them: be quick, and hand over what takes long.
    fn on(&self, person: &PartitionId, event: &Event<'_>);
}
