//! The record store on SQLite.
