//! Clients that are slow, go away, or wait in vain: over real sockets, with limits that are short.

use crate::world::World;
use futures_util::{SinkExt as _, StreamExt as _};
use philia_web::{Options, TimeLimits, serve};
use serde_json::Value;
use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::yield_now;
use tokio::time::{interval, sleep, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

const SHORT: Duration = Duration::from_millis(100);
/// Long enough that only what hangs takes it.
const LONG: Duration = Duration::from_secs(60);
const PATIENT: TimeLimits = TimeLimits { head: LONG, body: LONG, answer: LONG, write: LONG };

async fn served(world: &World, time_limits: TimeLimits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, world.philia.clone(), Options { time_limits, ..Options::default() }, pending()));
    address
}

async fn sent(address: SocketAddr, what: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(what.as_bytes()).await.unwrap();
    socket
}

/// Everything until the server closes it.
async fn rest(mut socket: TcpStream) -> String {
    let mut all = Vec::new();
    // It may be reset: what came before counts.
    let _ = timeout(LONG, socket.read_to_end(&mut all)).await.expect("the server closes it");
    String::from_utf8(all).unwrap()
}

fn post(path: &str, length: usize, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}

#[track_caller]
fn is_problem(answer: &str, status: u16, name: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(head.contains("application/problem+json"), "{answer}");
    let problem: Value = serde_json::from_str(body).unwrap();
    assert_eq!(problem["type"], format!("urn:philia:problem:{name}"));
    assert!(head.contains(problem["request_id"].as_str().unwrap()), "{answer}");
}

/// The server goes on as if nothing had been.
async fn is_well(address: SocketAddr) {
    let socket = sent(address, "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    assert!(rest(socket).await.starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let world = World::new();
    let address = served(&world, TimeLimits { head: SHORT, ..PATIENT }).await;
    for head in ["", "GET / HTTP/1.1\r\nhost: localhost\r\n", "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"] {
        let answer = rest(sent(address, head).await).await;
        // The last is answered, and then waited for the next.
        assert_eq!(answer.starts_with("HTTP/1.1 200"), head.contains("live"), "{answer}");
    }
    is_well(address).await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let world = World::new();
    let address = served(&world, TimeLimits { body: SHORT, ..PATIENT }).await;
    for path in ["/api/tasks", "/api/chat/message", "/api/chat/stream", "/api/auth/login"] {
        let answer = rest(sent(address, &post(path, 1000, "{\"text\": ")).await).await;
        is_problem(&answer, 408, "too-slow");
    }
    // Now and then a byte is no better.
    let mut socket = sent(address, &post("/api/tasks", 1_000_000, "{")).await;
    let mut tick = interval(SHORT / 10);
    let mut answer = Vec::new();
    loop {
        tokio::select! {
            read = socket.read_buf(&mut answer) => if !matches!(read, Ok(1..)) { break },
            _ = tick.tick() => { let _ = socket.write_all(b" ").await; }
        }
    }
    is_problem(&String::from_utf8(answer).unwrap(), 408, "too-slow");
    is_well(address).await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_given_up() {
    let (world, strings) = World::with_puppet();
    let address = served(&world, TimeLimits { answer: SHORT, ..PATIENT }).await;
    let said = r#"{"message": "Hello"}"#;
    let answer = rest(sent(address, &post("/api/chat/message", said.len(), said)).await).await;
    is_problem(&answer, 504, "timed-out");
    // Nobody waits for it, so the model is stopped.
    timeout(LONG, strings.cut()).await.unwrap();
    is_well(address).await;
}

#[tokio::test]
async fn what_comes_as_it_is_made_may_take_longer() {
    let (world, strings) = World::with_puppet();
    let address = served(&world, TimeLimits { head: SHORT, body: SHORT, answer: SHORT, write: LONG }).await;
    let (mut socket, _) = connect_async(format!("ws://{address}/ws?user=bob")).await.unwrap();
    let said = r#"{"message": "Hello"}"#;
    let stream = tokio::spawn(rest(sent(address, &post("/api/chat/stream", said.len(), said)).await));
    sleep(5 * SHORT).await;
    strings.say("At last.");
    strings.finish();
    let told = stream.await.unwrap();
    assert!(told.contains("event: heard") && told.contains("At last.") && told.contains("event: done"), "{told}");
    socket.send(Message::text("{}")).await.unwrap();
    let Some(Ok(Message::Text(told))) = socket.next().await else { panic!("it was closed") };
    assert!(told.contains("missing field `type`"), "{told}");
}

#[tokio::test]
async fn who_closes_one_half_ends_it() {
    let world = World::new();
    let address = served(&world, PATIENT).await;
    let whole = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
    for begun in [whole, "GET / HTT", "", &post("/api/tasks", 1000, "{\"te"), &post("/api/tasks", 2, "")] {
        let mut socket = sent(address, begun).await;
        socket.shutdown().await.unwrap();
        let answer = rest(socket).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 "), "{answer}");
    }
    assert_eq!(world.get("/api/tasks").await.ok()["items"], serde_json::json!([]));
    is_well(address).await;
}

/// Closes the writing half, and waits until the server must have noticed.
async fn half_closed(address: SocketAddr, what: &str) -> TcpStream {
    let mut socket = sent(address, what).await;
    socket.shutdown().await.unwrap();
    is_well(address).await;
    is_well(address).await;
    socket
}

#[tokio::test]
async fn who_sends_no_more_may_still_listen() {
    let said = r#"{"message": "Hello"}"#;
    for (path, end) in [("/api/chat/message", "\"reply\":\"Still here."), ("/api/chat/stream", "event: done")] {
        let (world, strings) = World::with_puppet();
        let address = served(&world, PATIENT).await;
        let socket = half_closed(address, &post(path, said.len(), said)).await;
        strings.say("Still here.");
        strings.finish();
        let answer = rest(socket).await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains(end), "{answer}");
    }
}

#[tokio::test]
async fn who_goes_away_while_nothing_is_said_stops_the_stream() {
    let (world, strings) = World::with_puppet();
    let address = served(&world, PATIENT).await;
    let said = r#"{"message": "Hello"}"#;
    let mut socket = sent(address, &post("/api/chat/stream", said.len(), said)).await;
    let mut told = Vec::new();
    while !String::from_utf8_lossy(&told).contains("event: mood") {
        assert!(socket.read_buf(&mut told).await.unwrap() > 0);
    }
    drop(socket);
    timeout(LONG, strings.cut()).await.unwrap();
}

#[tokio::test]
async fn a_reset_stops_what_was_asked_for_as_a_whole() {
    let (world, strings) = World::with_puppet();
    let address = served(&world, PATIENT).await;
    let said = r#"{"message": "Hello"}"#;
    let socket = sent(address, &post("/api/chat/message", said.len(), said)).await;
    while !strings.is_asked() {
        yield_now().await;
    }
    socket.set_zero_linger().unwrap();
    drop(socket);
    timeout(LONG, strings.cut()).await.unwrap();
}

#[tokio::test]
async fn who_takes_nothing_of_an_answer_is_let_go_of() {
    let (world, strings) = World::with_puppet();
    let address = served(&world, TimeLimits { write: SHORT, ..PATIENT }).await;
    let said = r#"{"message": "Hello"}"#;
    let _socket = sent(address, &post("/api/chat/stream", said.len(), said)).await;
    // More than the system keeps for anybody.
    for _ in 0..32 {
        strings.say(&"a ".repeat(1 << 19));
    }
    timeout(LONG, strings.cut()).await.unwrap();
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_not_waited_for() {
    let world = World::new();
    let address = served(&world, PATIENT).await;
    for (path, length) in [
        ("/api/tasks", 1024 * 1024 + 1),
        ("/api/personas", 10 * 1024 * 1024 + 1),
        ("/api/documents", 101 * 1024 * 1024 + 1),
        ("/api/tasks", 1 << 60),
    ] {
        let answer = rest(sent(address, &post(path, length, "{")).await).await;
        is_problem(&answer, 413, "too-large");
    }
}
