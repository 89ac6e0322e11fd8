//! People who talk to a server, each under a name of their own.

use crate::http::{Answer, try_ask};
use serde_json::{Value, json};

/// One person's client.
#[derive(Clone)]
pub(crate) struct Client {
    address: String,
    user: String,
}

impl Client {
    pub(crate) fn new(address: &str, user: String) -> Self {
        Self { address: address.to_owned(), user }
    }

    /// Says something; the answer, or none if the server went away before it was given.
    pub(crate) fn say(&self, id: &str, message: &str) -> Option<Value> {
        let body = json!({ "message": message, "message_id": id }).to_string();
        let head = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
        let Answer { status, body } = self.ask("POST", "/api/chat/message", &head, &body)?;
        assert_eq!(status, 200, "{body}");
        Some(serde_json::from_str(&body).unwrap())
    }

    /// Decides about a consent.
    pub(crate) fn decide(&self, purpose: &str, given: bool) {
        let mut decisions = serde_json::Map::new();
        decisions.insert(purpose.to_owned(), given.into());
        let body = Value::Object(decisions).to_string();
        let head = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
        let answer = self.ask("PATCH", "/api/consents", &head, &body).expect("a whole answer");
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Everything behind a paged list, page after page.
    pub(crate) fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut page = path.to_owned();
        loop {
            let answer = self.ask("GET", &page, "Accept: application/json", "").expect("a whole answer");
            assert_eq!(answer.status, 200, "{}", answer.body);
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            items.extend(body["items"].as_array().unwrap_or_else(|| panic!("no items in {body}")).iter().cloned());
            match body["next"].as_str() {
                Some(next) => page = format!("{path}&cursor={next}"),
                None => return items,
            }
        }
    }

    fn ask(&self, method: &str, path: &str, head: &str, body: &str) -> Option<Answer> {
        let Self { address, user } = self;
        try_ask(
            address,
            &format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\nX-Philia-User: {user}\r\n{head}\r\n\r\n{body}"),
        )
    }
}
