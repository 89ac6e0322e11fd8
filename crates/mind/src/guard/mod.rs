//! What is noticed before persona and model: a person in danger first, then attempts to take the companion over.

pub mod care;
pub mod classifier;
pub mod opinion;
mod plain;
pub mod threat;
