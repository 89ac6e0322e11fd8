//! Names of things. Each is text, because records are keyed by text and a person may read them.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps text as this kind of name.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id! {
    /// One turn of the log. Ids of live turns are UUIDs of version 7, so they sort by time.
    InteractionId
}
id! {
    /// One memory. Derived from what it came from (see [`MemoryId::of`]), so learning twice yields the same id.
    MemoryId
}
id! {
    /// A persona, by its file's name (`curious_companion`).
    PersonaId
}
id! {
    /// A run of turns with gaps under 30 minutes.
    SessionId
}
id! {
    /// A named conversation of a person's (`conversation_id` in the API).
    ThreadId
}

impl MemoryId {
    /// The memory that `part` of `interaction` becomes. `part` says which: `u` the message, `r` the reply,
    /// `f0`, `f1`, ... what was extracted.
    pub fn of(interaction: &InteractionId, part: &str) -> Self {
        Self::new(format!("{interaction}.{part}"))
    }
}

impl ThreadId {
    /// The thread of those who never name one.
    pub fn main() -> Self {
        Self::new("main")
    }
}
