//! A server for tests with Qdrant's own engine inside, and the part of its REST API that the index speaks (see `qdrant.py`).

use super::{Process, Server, directory_in, free_port, installed, skip};
use std::ops::Deref;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where each new index would wait for the disk some twenty times, memory is used instead.
const MEMORY: &str = "/dev/shm";

/// A running server. What it was told is there again when it was killed and comes back.
#[derive(Debug)]
pub struct Qdrant {
    process: Process,
    prefixes: AtomicU32,
}

/// The server that all tests of this process share; none (and a visible skip) if it is not installed.
pub fn shared() -> Option<&'static Qdrant> {
    static SHARED: OnceLock<Option<Qdrant>> = OnceLock::new();
    SHARED.get_or_init(Qdrant::start).as_ref()
}

impl Qdrant {
    /// Starts one; none (and a visible skip) if it is not installed.
    pub fn start() -> Option<Self> {
        let python = installed().join("venv/bin/python");
        let engine = installed().join("venv/lib");
        let is_there = |versions: std::fs::ReadDir| {
            versions.flatten().any(|version| version.path().join("site-packages/qdrant_edge").exists())
        };
        if !std::fs::read_dir(engine).is_ok_and(is_there) {
            skip("Qdrant's engine");
            return None;
        }
        let memory = Path::new(MEMORY);
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let (directory, port) = (directory_in(&base, "qdrant"), free_port());
        let server = directory.join("qdrant.py");
        std::fs::write(&server, include_str!("qdrant.py")).unwrap();
        let paths = [&python, &server, &directory].map(|path| path.to_str().unwrap().to_owned());
        let command = [&paths[..], &[port.to_string(), "key".to_owned()]].concat();
        Some(Self { process: Process::start(command, directory, port), prefixes: AtomicU32::new(0) })
    }

    /// The URL of an index with collections of its own, with the key.
    pub fn url(&self) -> String {
        let number = self.prefixes.fetch_add(1, Ordering::Relaxed);
        format!("qdrant://:key@127.0.0.1:{}?prefix=test_{number}", self.process.port)
    }
}

impl Server for Qdrant {
    fn restart(&mut self) {
        self.process.restart();
    }
}

impl Deref for Qdrant {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}
