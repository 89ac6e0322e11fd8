//! Conformance suites and scripted servers for tests.
