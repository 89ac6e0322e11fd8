//! The program driven from outside, as people drive it. One crate, so that the world is linked once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where something is not as it must be")]

#[cfg(unix)]
mod browser;
mod chat;
mod clients;
mod config;
mod crash;
mod crowd;
mod doctor;
#[cfg(unix)]
mod ending;
#[cfg(feature = "engines")]
mod engines;
mod exchange;
mod forget;
mod home;
mod http;
mod inputs;
#[cfg(all(unix, feature = "postgres", feature = "redis"))]
mod instances;
mod memory;
mod model;
mod need;
mod observed;
mod people;
mod persona;
mod privacy;
mod serve;
mod task;
#[cfg(feature = "otel")]
mod traces;
mod user;
