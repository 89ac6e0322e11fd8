//! The server from outside: start, answer, end.

use crate::home::{Home, Ran, finish};
use crate::http;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command};
use std::thread::JoinHandle;

/// A running server. It ends with the test, however that ends.
pub(crate) struct Server {
    /// None once its end was waited for.
    child: Option<Child>,
    pub(crate) address: String,
    /// Kept open, so that what it prints later does not break a pipe.
    stdout: Option<BufReader<std::process::ChildStdout>>,
    /// What it logs, read as it comes: a full pipe would stop it.
    stderr: Option<JoinHandle<String>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Server {
    /// Starts one on a free port and waits until it says where it listens.
    pub(crate) fn start(home: &Home) -> Self {
        Self::listening(home, "127.0.0.1:0")
    }

    /// Starts one there.
    pub(crate) fn listening(home: &Home, listen: &str) -> Self {
        Self::spawned(home.command(["serve", "--listen", listen]))
    }

    /// Starts one by a command of its own, and waits until it says where it listens.
    pub(crate) fn spawned(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut log = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            log.read_to_string(&mut text).unwrap();
            text
        });
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let Some((_, address)) = line.trim().split_once("http://") else {
            panic!("{line:?}; {:?}; {}", child.wait(), stderr.join().unwrap());
        };
        Self { address: address.to_owned(), child: Some(child), stdout: Some(stdout), stderr: Some(stderr) }
    }

    /// Its page.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Sends a signal by its name.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Ends it at once, as a power failure would.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ran {
        self.stdout = None;
        let ended = finish(self.child.take().unwrap(), Vec::new());
        Ran { stderr: self.stderr.take().unwrap().join().unwrap(), ..ended }
    }
}

#[cfg(unix)]
#[test]
fn it_answers_and_ends_well_when_asked_to() {
    let home = Home::new();
    for signal in ["-TERM", "-INT"] {
        let server = Server::start(&home);
        let health = http::get(&server.address, "/health");
        assert_eq!(health.status, 200, "{}", health.body);
        let said = serde_json::json!({ "message": "I got a new puppy today! His name is Sparky." });
        let reply = http::post(&server.address, "/api/chat/message", &said.to_string());
        assert_eq!(reply.status, 200, "{}", reply.body);
        server.signal(signal);
        let ended = server.end();
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    // What was said through one door is known behind the other.
    assert!(home.say("What is my dog's name?\n").contains("Sparky"));
}

#[cfg(unix)]
#[test]
fn two_programs_do_not_share_a_store_and_the_second_says_so() {
    let home = Home::new();
    let server = Server::start(&home);
    let ran = home.run(["chat"], "hello\n");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("another philia is using this data"), "{ran:?}");
    let doctor = home.run(["doctor"], "");
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    assert!(doctor.stdout.contains("in use"), "{doctor:?}");
    server.signal("-TERM");
    assert_eq!(server.end().code, Some(0));
}

#[test]
fn other_machines_are_not_let_in_by_accident() {
    let home = Home::new();
    let ran = home.run(["serve", "--listen", "0.0.0.0:0"], "");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("--i-trust-this-network"), "{ran:?}");
    let ran = home.run(["serve", "--listen", "0.0.0.0:0", "--i-trust-this-network"], "");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("server.allowed_hosts"), "{ran:?}");
    assert_eq!(ran.stdout, "", "it does not listen");
}

#[test]
fn it_says_that_it_listens_when_nothing_can_keep_it_from_that() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let home = Home::new().with("PHILIA__METRICS__LISTEN", address.clone());
    let ran = home.run(["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
    assert!(ran.stderr.contains("metrics.listen") && ran.stderr.contains(&address), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn a_log_of_json_is_json_from_the_first_line() {
    let home = Home::new().with("PHILIA__LOG__FORMAT", "json").with("PHILIA__AUTH__MODE", "required");
    let server = Server::start(&home);
    server.signal("-TERM");
    let ended = server.end();
    let lines: Vec<serde_json::Value> =
        ended.stderr.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let says = |what: &str| lines.iter().any(|line| line["fields"]["message"].as_str().unwrap().contains(what));
    assert!(says("built-in offline voice") && says("/login#setup="), "{lines:?}");
    assert!(lines.iter().all(|line| line["timestamp"].is_string() && line["level"].is_string()), "{lines:?}");
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = Home::new().run(["serve", "--listen", &address], "");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains(&address) && ran.stderr.contains("--listen"), "{ran:?}");
}
