//! `philia serve` as a child process, and people who talk to it over HTTP.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running server. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub(crate) address: String,
}

impl Server {
    /// Starts the program over a data directory and waits until it says where it listens.
    pub(crate) fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_philia"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env_clear()
            .env("HOME", data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let address = loop {
            let line = lines.next().expect("it says where it listens before it ends").expect("text");
            if let Some(at) = line.find("http://") {
                break line[at..].split_whitespace().next().expect("an address").trim_end_matches('/').to_owned();
            }
        };
        // Whatever else it says is read away, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// Ends it at once, as a power failure would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it has ended");
    }

    /// The process, for signals.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> std::process::ExitStatus {
        self.child.wait().expect("it ends")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One person's client.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    address: String,
    user: String,
}

impl Client {
    pub(crate) fn new(address: &str, user: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { http, address: address.to_owned(), user: user.to_owned() }
    }

    /// Says something; the answer, or none if the server went away before it was given.
    pub(crate) async fn say(&self, id: &str, message: &str) -> Option<Value> {
        let request = self
            .http
            .post(format!("{}/api/chat/message", self.address))
            .header("x-philia-user", &self.user)
            .json(&json!({ "message": message, "message_id": id }));
        let response = request.send().await.ok()?;
        let status = response.status();
        let body = response.json::<Value>().await.ok()?;
        assert!(status.is_success(), "{status}: {body}");
        Some(body)
    }

    /// Everything behind a paged list, by its cursor.
    pub(crate) async fn all(&self, path: &str, field: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut url = format!("{}{path}", self.address);
            if let Some(cursor) = &cursor {
                url = format!("{url}&cursor={cursor}");
            }
            let request = self.http.get(url).header("x-philia-user", &self.user);
            let page: Value = request.send().await.expect("an answer").json().await.expect("JSON");
            items.extend(page[field].as_array().unwrap_or_else(|| panic!("no {field} in {page}")).iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }
}
