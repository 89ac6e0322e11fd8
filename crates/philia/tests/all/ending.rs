//! Asked to end in the middle of talk, the server ends in time, and what it had begun is ended or resumed.

use crate::home::Home;
use crate::people::Client;
use crate::serve::Server;
use philia_testkit::model_server::{Behaviour, ModelServer};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// What an operator's service manager allows.
const AT_MOST: Duration = Duration::from_secs(10);

/// Somebody who says something and listens.
struct Listener {
    user: String,
    message: String,
    events: BufReader<TcpStream>,
}

impl Listener {
    /// Says something, and waits until it is acknowledged.
    fn heard(address: &str, user: String, message: String) -> Self {
        let body = json!({ "message": message, "message_id": "only" }).to_string();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST /api/chat/stream HTTP/1.0\r\nHost: {address}\r\nX-Philia-User: {user}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut listener = Self { user, message, events: BufReader::new(stream) };
        while listener.line().expect("an answer") != "event: heard" {}
        listener
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.events.read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim_end().to_owned()),
        }
    }

    /// Listens to the end; was the answer whole?
    fn hears_the_end(mut self) -> bool {
        std::iter::from_fn(|| self.line()).any(|line| line == "event: done")
    }
}

fn home(model: &ModelServer) -> Home {
    Home::new().with("OPENAI_BASE_URL", model.openai_url()).with("PHILIA__MODELS__CHAT__CONCURRENCY", "64")
}

/// Everybody says something at once, and all are heard.
fn crowd(server: &Server, name: &str) -> Vec<Listener> {
    let talkers: Vec<_> = (0..12)
        .map(|n| {
            let (address, user) = (server.address.clone(), format!("{name}-{n}"));
            let message = format!("My cousin number {n} lives in a lighthouse.");
            std::thread::spawn(move || Listener::heard(&address, user, message))
        })
        .collect();
    talkers.into_iter().map(|talker| talker.join().unwrap()).collect()
}

/// What is in somebody's log; waits until each turn of it is answered.
fn log_when_answered(address: &str, user: &str) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let log = Client::new(address, user.to_owned()).all("/api/chat/history?limit=200");
        if log.iter().all(|turn| turn["stage"] == "answered") {
            return log;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "never answered: {log:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_termination_under_load_ends_in_time_and_every_turn_is_ended_or_resumed() {
    let model = ModelServer::start();
    let home = home(&model);
    let server = Server::start(&home);
    // Some get an answer while the server ends, some from a model that has gone silent.
    model.always(Behaviour::After(Duration::from_secs(1), Box::new(Behaviour::reply("That sounds windy."))));
    let slow = crowd(&server, "slow");
    while model.requests().len() < slow.len() {
        std::thread::sleep(Duration::from_millis(5));
    }
    model.always(Behaviour::StallAfter(vec!["That sou".into()]));
    let stalled = crowd(&server, "stalled");

    let began = Instant::now();
    server.signal("-TERM");
    let ended = server.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(began.elapsed() < AT_MOST, "it took {:?}", began.elapsed());

    let said: Vec<(String, String)> =
        slow.iter().chain(&stalled).map(|l| (l.user.clone(), l.message.clone())).collect();
    assert!(slow.into_iter().all(Listener::hears_the_end), "what could be answered in time was");
    assert!(!stalled.into_iter().any(Listener::hears_the_end));

    model.always(Behaviour::reply("I am back: that sounds windy."));
    let server = Server::start(&home);
    for (user, message) in &said {
        let log = log_when_answered(&server.address, user);
        assert_eq!(log.len(), 1, "{log:?}");
        assert_eq!(log[0]["message"], message.as_str(), "{log:?}");
        let back = log[0]["reply"].as_str().unwrap().starts_with("I am back");
        assert_eq!(back, user.starts_with("stalled"), "{log:?}");
    }
    // Whoever delivers it again gets that answer, and the log stays as it is.
    let again = Client::new(&server.address, said[12].0.clone()).say("only", &said[12].1).unwrap();
    assert_eq!(again["repeated"], true, "{again}");
    assert!(again["reply"].as_str().unwrap().starts_with("I am back"), "{again}");
    server.kill();
}

#[test]
fn asked_twice_it_ends_at_once_and_loses_nothing() {
    let model = ModelServer::start();
    let home = home(&model).with("PHILIA__SERVER__GRACE_SECONDS", "3600");
    let server = Server::start(&home);
    model.always(Behaviour::Stall);
    let listener = Listener::heard(&server.address, "ana".into(), "Are you there?".into());
    server.signal("-TERM");
    // It has begun to end when it lets nobody in any more.
    while TcpStream::connect(&server.address).is_ok() {
        std::thread::sleep(Duration::from_millis(5));
    }
    server.signal("-TERM");
    assert_eq!(server.end().code, Some(143));
    assert!(!listener.hears_the_end());
    model.always(Behaviour::reply("Here I am."));
    let server = Server::start(&home);
    let log = log_when_answered(&server.address, "ana");
    assert!(log.len() == 1 && log[0]["reply"].as_str().unwrap().starts_with("Here I am."), "{log:?}");
    server.kill();
}
