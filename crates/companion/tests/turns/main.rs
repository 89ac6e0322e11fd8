//! Turns over real parts: conversations, models that fail, and stores that do.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod accounts;
mod blocks;
mod context;
mod conversation;
mod documents;
mod durability;
mod facts;
mod finder;
mod forgetting;
mod growth;
mod guarding;
mod hands;
mod instances;
mod life;
mod models;
mod privacy;
mod recall;
mod reembed;
mod reflection;
mod safety;
mod second;
mod tasks;
mod world;

/// What is expected of conversations, of the store in memory.
mod in_memory {
    macro_rules! tests {
        (; $($name:ident)*) => {
            $(
                #[tokio::test]
                async fn $name() {
                    crate::conversation::$name(crate::world::World::new()).await;
                }
            )*
        };
    }
    crate::conversation::conversations!(tests);
}
