//! Measuring recall on conversations with known evidence.
