//! Conformance suites and scripted servers for tests.

pub mod store;
