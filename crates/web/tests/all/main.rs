//! The HTTP doors from outside: every endpoint, and everything that can be wrong with a request.

mod chat;
mod gate;
mod memories;
mod page;
mod problems;
mod settings;
mod streaming;
mod things;
mod world;
