//! A Redis server for tests.

use super::{Process, Server, directory, free_port, skip};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Deref;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How many databases one server has: more than a test binary has tests.
const DATABASES: u32 = 4096;

/// A running server over a directory of its own.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    databases: AtomicU32,
    bus: Option<u16>,
}

/// The server that all tests of this process share; none (and a visible skip) if it is not installed.
pub fn shared() -> Option<&'static Redis> {
    static SHARED: OnceLock<Option<Redis>> = OnceLock::new();
    SHARED.get_or_init(Redis::start).as_ref()
}

impl Redis {
    /// Starts one that keeps what it acknowledged (an append-only file, synced at every write) and evicts nothing;
    /// none (and a visible skip) if it is not installed.
    pub fn start() -> Option<Self> {
        Self::start_with(&["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"])
    }

    /// Starts one with other settings.
    pub fn start_with(settings: &[&str]) -> Option<Self> {
        if Command::new("redis-server").arg("--version").output().is_err() {
            skip("redis-server");
            return None;
        }
        let (directory, port) = (directory("redis"), free_port());
        let (port_text, databases) = (port.to_string(), DATABASES.to_string());
        let mut command: Vec<String> =
            ["redis-server", "--port", &port_text, "--bind", "127.0.0.1"].map(str::to_owned).into();
        command.extend(["--save", "", "--databases", &databases, "--dir"].map(str::to_owned));
        command.push(directory.to_str().unwrap().to_owned());
        command.extend(settings.iter().map(|&setting| setting.to_owned()));
        let process = Process::start(command, directory, port);
        let started = Self { process, databases: AtomicU32::new(0), bus: None };
        started.loaded();
        Some(started)
    }

    /// Starts a node of a cluster with further settings. Its bus has a free port, too: the one that Redis takes by itself
    /// (10,000 above) may be among those that the system gives to connections.
    pub fn start_node(settings: &[&str]) -> Option<Self> {
        let bus = free_port();
        let node = ["--cluster-enabled", "yes", "--cluster-port", &bus.to_string()];
        Some(Self { bus: Some(bus), ..Self::start_with(&[&node, settings].concat())? })
    }

    /// The port of its bus, if it is a node of a cluster.
    pub fn bus(&self) -> Option<u16> {
        self.bus
    }

    /// The URL of a database that nobody else uses (`redis://127.0.0.1:PORT/N`).
    pub fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        assert!(number < DATABASES, "there are {DATABASES} databases");
        format!("redis://127.0.0.1:{}/{number}", self.process.port)
    }

    /// Waits until it answers: it listens before it has read what it kept, and before it has the port of its bus. Whether it
    /// asks for a password does not matter here.
    fn loaded(&self) {
        let since = Instant::now();
        loop {
            let mut said = String::new();
            let asked = TcpStream::connect((Ipv4Addr::LOCALHOST, self.process.port)).and_then(|mut stream| {
                stream.write_all(b"PING\r\nQUIT\r\n")?;
                stream.read_to_string(&mut said)
            });
            if asked.is_ok() && !said.is_empty() && !said.starts_with("-LOADING") {
                return;
            }
            assert!(since.elapsed() < super::PATIENCE, "Redis is not ready: {asked:?} {said}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Server for Redis {
    fn restart(&mut self) {
        self.process.restart();
        self.loaded();
    }
}

impl Deref for Redis {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}
