//! The use cases: what every door (terminal, page, REST, and whatever comes) calls.
//!
//! - [`Philia`] is the running program: its ports, its compiled matchers, its background work.
//! - [`Person`] is a handle for one person's partition; everything that reads or writes for somebody goes
//!   through it, so nothing can forget whose data it is.
//! - [`turn`] is the walk of one message, from hearing it to learning from it.

pub mod accounts;
pub mod attachments;
pub mod blocks;
pub mod cards;
pub mod conflicts;
pub mod documents;
pub mod edit;
pub mod embed;
pub mod error;
pub mod evaluate;
pub mod exchange;
pub mod facts;
mod finder;
mod gate;
pub mod health;
mod hook;
pub mod jobs;
pub mod knowledge;
pub mod learn;
pub mod memories;
pub mod moving;
pub mod news;
pub mod observe;
pub mod once;
mod own_personas;
pub mod person;
pub mod personality;
pub mod personas;
pub mod philia;
pub mod privacy;
pub mod recall;
pub mod reembed;
mod reflect;
pub mod revision;
pub mod settings;
pub mod simulate;
pub mod state;
mod suspect;
pub mod tasks;
pub mod tokens;
pub mod turn;

mod blobs;
mod context;
mod patch;
mod records;
mod text;
mod unit;
mod vectors;

pub use error::Error;
pub use person::Person;
pub use personas::Personas;
pub use philia::{Parts, Philia};
pub use settings::Settings;
pub use turn::{Incoming, Reply, TurnEvent, TurnStream};
