//! The record store in memory: memory:// and the tests' fake.
