//! A PostgreSQL server for tests.

use super::{Process, Server, directory, free_port, installed, skip};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The majors that `scripts/backends/install` installs.
pub const MAJORS: [u16; 2] = [16, 18];

/// A running server over a directory of its own.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    binaries: PathBuf,
    databases: AtomicU32,
}

/// The server of a major that all tests of this process share; none (and a visible skip) if it is not installed.
pub fn shared(major: u16) -> Option<&'static Postgres> {
    static SHARED: [OnceLock<Option<Postgres>>; MAJORS.len()] = [const { OnceLock::new() }; MAJORS.len()];
    let place = MAJORS.iter().position(|known| *known == major).unwrap_or_else(|| panic!("allowed: {MAJORS:?}"));
    SHARED[place].get_or_init(|| Postgres::start(major)).as_ref()
}

impl Postgres {
    /// Starts one; none (and a visible skip) if it is not installed.
    pub fn start(major: u16) -> Option<Self> {
        let binaries = installed().join(format!("postgres-{major}/bin"));
        let Ok(binaries) = binaries.canonicalize() else {
            skip(&format!("PostgreSQL {major}"));
            return None;
        };
        let (directory, port) = (directory(&format!("postgres-{major}")), free_port());
        let data = directory.join("data");
        let mut initdb = as_somebody(&directory);
        initdb.push(path(&binaries.join("initdb")));
        initdb.extend(
            ["-A", "trust", "-U", "philia", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8", "-D"].map(str::to_owned),
        );
        initdb.push(path(&data));
        let made = Command::new(&initdb[0]).args(&initdb[1..]).output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let mut server = as_somebody(&directory);
        server.push(path(&binaries.join("postgres")));
        let listen =
            ["-D".to_owned(), path(&data), "-p".to_owned(), port.to_string(), "-k".to_owned(), path(&directory)];
        server.extend(listen);
        server.extend(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"].map(str::to_owned));
        let process = Process::start(server, directory, port);
        let server = Self { process, binaries, databases: AtomicU32::new(0) };
        server.ready();
        Some(server)
    }

    /// Waits until it takes commands: it listens some time before.
    fn ready(&self) {
        for _ in 0..3000 {
            if self.psql("postgres", "SELECT 1").is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("PostgreSQL takes no commands:\n{}", self.process.log());
    }

    /// Runs SQL in a database as its owner, and returns what it printed, unaligned.
    ///
    /// # Errors
    /// What the client said.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, String> {
        let port = self.process.port.to_string();
        let to = ["-h", "127.0.0.1", "-p", &port, "-U", "philia", "-d", database];
        let run = Command::new(self.binaries.join("psql")).args(to).args(["-XAtqc", sql]).output().unwrap();
        if run.status.success() {
            return Ok(String::from_utf8_lossy(&run.stdout).into_owned());
        }
        Err(String::from_utf8_lossy(&run.stderr).into_owned())
    }

    /// Makes an empty database, and says its URL (`postgres://philia@127.0.0.1:PORT/NAME`).
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.psql("postgres", &format!("CREATE DATABASE {name}")).unwrap();
        self.url(&name)
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://philia@127.0.0.1:{}/{database}", self.process.port)
    }
}

impl Server for Postgres {
    fn restart(&mut self) {
        // It names the process that was killed, which may wait for its parent to notice, and would be taken for alive.
        let _ = std::fs::remove_file(self.process.directory.join("data/postmaster.pid"));
        self.process.restart();
        self.ready();
    }
}

impl Deref for Postgres {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

fn path(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// What a command begins with so that it does not run as root, which PostgreSQL refuses: in a user namespace where
/// root has another number, or, where there may be none, as the user 65534, whom the directory is given then.
fn as_somebody(directory: &Path) -> Vec<String> {
    let output = |command: &str, arguments: &[&str]| Command::new(command).args(arguments).output();
    let is_root = output("id", &["-u"]).is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    if !is_root {
        return vec!["env".to_owned()];
    }
    let namespace = ["--user", "--map-user=1000", "--map-group=1000"];
    if output("unshare", &[&namespace[..], &["true"]].concat()).is_ok_and(|tried| tried.status.success()) {
        return ["unshare"].iter().chain(&namespace).map(|&word| word.to_owned()).collect();
    }
    let given = output("chown", &["65534:65534", directory.to_str().unwrap()]).unwrap();
    assert!(given.status.success(), "chown: {}", String::from_utf8_lossy(&given.stderr));
    ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"].map(str::to_owned).into()
}
