//! Turns over real parts: conversations, models that fail, and stores that do.

mod conversation;
mod durability;
mod models;
mod world;
