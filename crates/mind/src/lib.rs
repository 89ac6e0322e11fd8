//! The pure model of the mind.
//!
//! Values in, values out. Nothing in this crate reads a clock, draws a random number, touches a file or awaits:
//! `now`, seeds, lexicons and token estimators are arguments. That is what lets a year of a relationship be
//! simulated in a second and replayed exactly.
//!
//! Decay is a function, not a job: what drifts with time is stored as a value and the instant at which it was
//! true, and read through a closed form of (value, then, now).

pub mod appraisal;
pub mod bond;
pub mod growth;
pub mod guard;
pub mod id;
pub mod interaction;
pub mod life;
mod measure;
pub mod memory;
pub mod mood;
pub mod needs;
pub mod persona;
mod phrase;
pub mod proactive;
pub mod profile;
pub mod prompt;
pub mod quirks;
pub mod signal;
pub mod text;
pub mod thought;
pub mod voice;
pub mod window;

pub use id::{InteractionId, MemoryId, PersonaId, SessionId, ThreadId};
pub use interaction::Interaction;
pub use memory::Memory;
pub use mood::{Mood, Pad};
pub use persona::Persona;
pub use profile::Profile;
