//! The stream of a turn, over real HTTP: as it comes, when the listener goes away, and at the end of the program.

use crate::world::{Strings, World};
use philia_ports::model::{Attempt, ChatDelta};
use philia_web::Options;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server on a free port.
struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

async fn serve(world: &World, options: Options) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { stopped.await.unwrap_or_default() };
    let served = tokio::spawn(philia_web::serve(listener, world.philia.clone(), options, shutdown));
    Server { address, stop, served }
}

fn client() -> Client {
    // Another test of this process may have installed it before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

impl Server {
    async fn say(&self, message: &str) -> Response {
        let to = format!("http://{}/api/chat/stream", self.address);
        let body = json!({ "message": message }).to_string();
        client().post(to).header("content-type", "application/json").body(body).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let answer = client().get(format!("http://{}{path}", self.address)).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
    }
}

/// Reads events one by one.
struct Events {
    response: Response,
    pending: String,
}

impl Events {
    fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, pending: String::new() }
    }

    /// The next event; none at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((block, rest)) = self.pending.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let event = field("event: ").zip(field("data: "));
                self.pending = rest.to_owned();
                if let Some((event, data)) = event {
                    return Some((event, serde_json::from_str(&data).unwrap()));
                }
                continue;
            }
            let piece = self.response.chunk().await.unwrap()?;
            self.pending.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }

    async fn expect(&mut self, event: &str) -> Value {
        let (found, data) = self.next().await.expect("another event");
        assert_eq!(found, event, "{data}");
        data
    }

    async fn rest(mut self) -> Vec<String> {
        let mut names = Vec::new();
        while let Some((event, _)) = self.next().await {
            names.push(event);
        }
        names
    }
}

async fn begun(message: &str) -> (World, Strings, Server, Events) {
    let (world, strings) = World::with_puppet();
    let server = serve(&world, Options::default()).await;
    let mut events = Events::of(server.say(message).await);
    assert!(events.expect("heard").await["interaction_id"].is_string());
    (world, strings, server, events)
}

#[tokio::test]
async fn words_come_as_they_are_said() {
    let (_world, strings, server, mut events) = begun("I won the race!").await;
    let mood = events.expect("mood").await;
    assert!(mood["after"]["pleasure"].as_f64() > mood["before"]["pleasure"].as_f64(), "{mood}");
    assert!(mood["emotion"].is_string() && mood["felt"]["emotion"].is_string(), "{mood}");
    strings.say("Well\n\ndone");
    assert_eq!(events.expect("token").await, json!({ "text": "Well\n\ndone" }));
    strings.send(ChatDelta::Restart(Attempt { model: "puppet:zero".into(), error: "it broke off".into() }));
    assert_eq!(events.expect("restart").await, json!({ "model": "puppet:zero", "error": "it broke off" }));
    strings.say("Bravo, ");
    assert_eq!(events.expect("token").await, json!({ "text": "Bravo, " }));
    strings.say("you.");
    strings.finish();
    let mut done = None;
    while let Some((event, data)) = events.next().await {
        assert!(done.is_none(), "nothing comes after the end");
        if event == "done" {
            done = Some(data);
        }
    }
    let done = done.unwrap();
    assert!(done["reply"].as_str().unwrap().starts_with("Bravo, you."), "{done}");
    assert_eq!(done["cancelled"], false);
    server.stop().await;
}

#[tokio::test]
async fn who_goes_away_stops_the_answer_and_what_was_said_is_kept() {
    let (world, strings, server, mut events) = begun("Tell me a long story.").await;
    events.expect("mood").await;
    strings.say("Once upon a time");
    events.expect("token").await;
    drop(events);
    strings.cut().await;
    world.philia.idle().await;
    let turn = server.get("/api/chat/history").await["items"][0].clone();
    assert_eq!(turn["message"], "Tell me a long story.");
    assert_eq!(turn["reply"], "Once upon a time");
    assert_eq!(turn["cancelled"], true);
    server.stop().await;
}

#[tokio::test]
async fn a_shutdown_lets_running_turns_end_and_takes_no_new_ones() {
    let (world, strings, server, mut events) = begun("Are you still there?").await;
    events.expect("mood").await;
    let address = server.address;
    server.stop.send(()).unwrap();
    // It has begun to end as soon as nobody is let in any more.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.served.is_finished());
    strings.say("Still here.");
    strings.finish();
    assert_eq!(events.rest().await.last().map(String::as_str), Some("done"));
    server.served.await.unwrap().unwrap();
    assert!(world.get("/api/memories").await.body.contains("Are you still there?"), "it was learned from");
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_ever() {
    let (world, _strings) = World::with_puppet();
    let server = serve(&world, Options { grace: Duration::from_millis(50), ..Options::default() }).await;
    let mut events = Events::of(server.say("Say nothing.").await);
    events.expect("heard").await;
    server.stop().await;
}

#[tokio::test]
async fn what_fails_at_once_is_an_ordinary_error() {
    let world = World::new();
    let server = serve(&world, Options::default()).await;
    let answer = server.say("").await;
    assert_eq!(answer.status(), 422);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    server.stop().await;
}

#[tokio::test]
async fn the_offline_voice_streams_too() {
    let world = World::new();
    let server = serve(&world, Options::default()).await;
    let answer = server.say("Hello!").await;
    assert_eq!(answer.headers()["cache-control"], "no-cache");
    assert_eq!(answer.headers()["x-accel-buffering"], "no");
    let names = Events::of(answer).rest().await;
    assert_eq!(names.first().map(String::as_str), Some("heard"));
    assert_eq!(names.last().map(String::as_str), Some("done"));
    server.stop().await;
}

#[tokio::test]
async fn it_listens_where_others_reach_it_only_by_name() {
    let world = World::new();
    let open = async |options| {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        philia_web::serve(listener, world.philia.clone(), options, async {}).await
    };
    let error = open(Options::default()).await.unwrap_err().to_string();
    assert!(error.contains("can be reached from other machines"), "{error}");
    open(Options { allowed_hosts: vec!["philia.example".into()], ..Options::default() }).await.unwrap();
}
