//! The HTTP doors from outside: every endpoint, and everything that can be wrong with a request.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where something is not as it must be")]

mod accounts;
mod by_hand;
mod chat;
mod documented;
mod files;
mod gate;
mod idempotent;
mod isolation;
mod malformed;
mod mcp;
mod memories;
mod openai;
mod page;
mod patience;
mod personality;
mod personas;
mod personas_bad;
mod privacy;
mod problems;
mod revision;
mod settings;
mod sockets;
mod streaming;
mod tasks;
mod things;
mod world;

/// The walks through everything that is another's, on the store in memory.
mod in_memory {
    use crate::world::World;
    use philia_companion::accounts::Rates;

    macro_rules! tests {
        (; $($name:ident)*) => {
            $(
                #[tokio::test]
                async fn $name() {
                    crate::isolation::$name(World::housed(Rates::unlimited()).await).await;
                }
            )*
        };
    }
    crate::isolation::walks!(tests);
}
