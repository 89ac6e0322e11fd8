//! Just enough HTTP to knock at a door.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

pub(crate) fn get(address: &str, path: &str) -> Answer {
    ask(address, &format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n"))
}

pub(crate) fn post(address: &str, path: &str, json: &str) -> Answer {
    let length = json.len();
    let head = format!(
        "POST {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}"
    );
    ask(address, &format!("{head}\r\n\r\n{json}"))
}

/// HTTP/1.0: one question, and the answer ends with the connection.
fn ask(address: &str, request: &str) -> Answer {
    try_ask(address, request).unwrap_or_else(|| panic!("no whole answer from {address}"))
}

/// The answer; none if the server was not there, or went away before the answer was whole.
pub(crate) fn try_ask(address: &str, request: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    (length.unwrap_or(body.len()) == body.len()).then(|| Answer { status, body: body.to_owned() })
}
