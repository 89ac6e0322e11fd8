//! Chat and embedding models behind the ports.
//!
//! - [`providers`] turns configuration into models: a table of what is known, and functions that assemble a client
//!   with everything around it.
//! - The clients: [`openai`] (and all that imitate it), [`anthropic`], [`gemini`].
//! - Around a client, from the inside out: [`limit`] (how many calls at once), [`retry`] (again, after a while),
//!   [`breaker`] (leaving it alone), and around several [`chain`] (the first that answers).
//! - The embedders: [`static_table`], which is always there, [`minilm`] for those who have its files, and the remote ones, with [`cached`] before them.

pub mod anthropic;
pub mod breaker;
pub mod cached;
pub mod chain;
pub mod client;
pub mod embedding;
mod failure;
pub mod gemini;
pub mod http;
pub mod limit;
pub mod minilm;
pub mod ollama;
pub mod openai;
pub mod providers;
pub mod retry;
mod safetensors;
mod sse;
pub mod static_table;
mod streaming;
mod wordpiece;

pub use http::Http;
