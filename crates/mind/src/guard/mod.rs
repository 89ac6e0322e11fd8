//! What is noticed before persona and model: a person in danger first, then attempts to take the companion over.

pub mod care;
mod plain;
pub mod threat;
