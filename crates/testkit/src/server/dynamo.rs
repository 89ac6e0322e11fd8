//! A server for tests that speaks DynamoDB's protocol: moto's, made to keep a transaction together (see `dynamo.py`).

use super::{Process, Server, directory, free_port, installed, skip};
use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A running server. It keeps everything in memory: what is killed is empty when it comes back.
#[derive(Debug)]
pub struct Dynamo {
    process: Process,
    tables: AtomicU32,
}

/// The server that all tests of this process share; none (and a visible skip) if it is not installed.
pub fn shared() -> Option<&'static Dynamo> {
    static SHARED: OnceLock<Option<Dynamo>> = OnceLock::new();
    SHARED.get_or_init(Dynamo::start).as_ref()
}

impl Dynamo {
    /// Starts one; none (and a visible skip) if it is not installed.
    pub fn start() -> Option<Self> {
        let virtual_environment = installed().join("venv/bin");
        if !virtual_environment.join("moto_server").exists() {
            skip("moto's server");
            return None;
        }
        let (python, directory, port) = (virtual_environment.join("python"), directory("dynamo"), free_port());
        let server = directory.join("dynamo.py");
        std::fs::write(&server, include_str!("dynamo.py")).unwrap();
        let place = ["-H", "127.0.0.1", "-p", &port.to_string()].map(str::to_owned);
        let command = [&[python, server].map(|path| path.to_str().unwrap().to_owned())[..], &place].concat();
        Some(Self { process: Process::start(command, directory, port), tables: AtomicU32::new(0) })
    }

    /// Where it answers (`http://127.0.0.1:PORT`).
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.process.port)
    }

    /// A table's name that nobody else uses.
    pub fn table(&self) -> String {
        format!("philia_test_{}", self.tables.fetch_add(1, Ordering::Relaxed))
    }

    /// The URL of a table that nobody else uses, with credentials.
    pub fn url(&self) -> String {
        format!("dynamodb://test:test@{}?region=eu-central-1&endpoint={}", self.table(), self.endpoint())
    }
}

impl Server for Dynamo {
    fn restart(&mut self) {
        self.process.restart();
    }
}

impl Deref for Dynamo {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}
