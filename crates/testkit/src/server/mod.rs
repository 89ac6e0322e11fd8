//! Real servers for tests: PostgreSQL, Redis, one that speaks DynamoDB's protocol, and one with Qdrant's engine inside, each
//! on a free port, in a directory of its own, and gone with the test process, however that ends.
//!
//! `scripts/backends/install` puts them where they are looked for: in `PHILIA_BACKENDS_DIR`, or in `target/backends`.
//! Where one is not installed, its tests say that they are skipped; in CI they fail.
//!
//! ```no_run
//! use philia_testkit::server::postgres;
//!
//! // One server for all tests of a process, a database of its own for each test.
//! let Some(server) = postgres::shared(16) else { return };
//! let url = server.database();
//! ```

pub mod dynamo;
pub mod postgres;
pub mod qdrant;
pub mod redis;

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the servers are that `scripts/backends/install` put there.
fn installed() -> PathBuf {
    let named = std::env::var_os("PHILIA_BACKENDS_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| {
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")).join("backends")
    })
}

/// Says that something is not installed.
///
/// # Panics
/// In CI, where it must be.
pub fn skip(what: &str) {
    let why = format!("{what} is not installed; scripts/backends/install installs it");
    assert!(std::env::var_os("CI").is_none(), "{why}");
    crate::skipped(&why);
}

/// A port where nobody listens, given to nobody else in this process, and outside of those that systems give away by
/// themselves.
///
/// It is tried by a connection, not by listening there: what listens while another thread starts a process is that
/// process's too for a moment, and who waits for a server would find it.
pub fn free_port() -> u16 {
    const FIRST: u16 = 15_000;
    const COUNT: u32 = 17_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Processes that start together begin far from each other.
    let begin = std::process::id().wrapping_mul(617);
    let ports = std::iter::repeat_with(|| begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT);
    let mut ports = ports.take(COUNT as usize).map(|port| FIRST + u16::try_from(port).unwrap());
    ports.find(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_err()).unwrap()
}

/// Where nobody listens: a connection there is refused.
pub fn nobody() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, free_port()).into()
}

/// A process that ends with this one: a shell waits beside it for the end of its own input, which comes when this
/// process ends or drops it, and then ends the server and removes its directory.
#[derive(Debug)]
struct Keeper(Child);

impl Keeper {
    /// Starts a command over a directory that is removed afterwards.
    fn start(command: &[String], directory: &Path) -> Self {
        const KEEP: &str = r#"
            dir=$1; shift; ulimit -c 0; exec 2>/dev/null
            "$@" </dev/null >>"$dir/server.log" 2>&1 &
            echo $! >"$dir/server.pid.new" && mv "$dir/server.pid.new" "$dir/server.pid"
            cat >/dev/null
            server=$(cat "$dir/server.pid")
            for signal in CONT QUIT TERM; do kill -$signal "$server"; done
            # Redis does not end by itself while it writes its first log.
            { sleep 5; kill -KILL "$server"; } &
            wait "$server"
            kill $!
            rm -rf "$dir""#;
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEP, "keep"]).arg(directory).args(command).stdin(Stdio::piped()).stdout(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut keeper, 0);
        Self(keeper.spawn().unwrap())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A server process that can be killed, hung, and started again where it was.
#[derive(Debug)]
pub struct Process {
    command: Vec<String>,
    directory: PathBuf,
    port: u16,
    /// The first keeper removes the directory; later ones are children of ours that end with it.
    keeper: Keeper,
}

impl Process {
    fn start(command: Vec<String>, directory: PathBuf, port: u16) -> Self {
        let keeper = Keeper::start(&command, &directory);
        let process = Self { command, directory, port, keeper };
        process.wait();
        process
    }

    /// Waits until somebody listens at its port.
    fn wait(&self) {
        let since = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(since.elapsed() < PATIENCE, "{:?} does not listen:\n{}", self.command, self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("server.log")).unwrap_or_default()
    }

    fn pid(&self) -> String {
        std::fs::read_to_string(self.directory.join("server.pid")).unwrap().trim().to_owned()
    }

    /// The port at which it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it and its children with SIGKILL: nothing is written, nobody is told.
    pub fn kill(&self) {
        // Stopped first, so that it has no further child meanwhile.
        self.signal("-STOP");
        let pid = self.pid();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let _ = Command::new("kill").arg("-KILL").arg(&pid).args(children.split_whitespace()).status().unwrap();
        let since = Instant::now();
        let lives = || children.split_whitespace().chain([pid.as_str()]).any(is_alive);
        while lives() || TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
            assert!(since.elapsed() < PATIENCE, "it was killed and lives still");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Makes it hang rather than refuse: it takes connections and says nothing, until [`Process::resume`]. Of PostgreSQL the
    /// postmaster alone hangs: who is connected already is served on.
    pub fn hang(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.pid()]).status().unwrap();
        assert!(sent.success(), "kill {signal} {}", self.pid());
    }

    /// Starts it again over the same directory, at the same port.
    fn restart(&mut self) {
        // The directory stays: a keeper that is killed removes nothing.
        let _ = self.keeper.0.kill();
        let _ = self.keeper.0.wait();
        self.keeper = Keeper::start(&self.command, &self.directory);
        self.wait();
    }
}

/// A server of a kind: a [`Process`], and how it comes back after [`Process::kill`].
pub trait Server: std::ops::Deref<Target = Process> {
    /// Starts it again, and waits until it answers.
    fn restart(&mut self);
}

/// Does a process run? One that has ended and that nobody has asked about yet does not.
fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

/// An empty directory of its own.
fn directory(name: &str) -> PathBuf {
    directory_in(&std::env::temp_dir(), name)
}

fn directory_in(base: &Path, name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let directory = base.join(format!("philia-{name}-{}-{number}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}
