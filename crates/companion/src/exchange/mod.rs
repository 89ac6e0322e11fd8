//! Bringing conversations in from elsewhere, and taking everything out.
