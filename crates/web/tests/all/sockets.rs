//! Talking over a real WebSocket.

use crate::world::World;
use futures_util::{SinkExt as _, StreamExt as _};
use philia_companion::accounts::{Actor, NewAccount, Rates, Role};
use philia_web::{Options, serve};
use serde_json::{Value, json};
use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn served(world: &World, shutdown: impl Future<Output = ()> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, world.philia.clone(), Options::default(), shutdown));
    address
}

/// The same where sockets are looked after all the time.
async fn lively(world: &World) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let options = Options { pulse: Duration::from_millis(20), ..Options::default() };
    tokio::spawn(serve(listener, world.philia.clone(), options, pending()));
    address
}

async fn open_as(address: SocketAddr, token: &str) -> Result<Socket, Error> {
    let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    connect_async(request).await.map(|(socket, _)| socket)
}

/// It is closed for good reason, and nothing was told before.
async fn is_let_go(mut socket: Socket) {
    loop {
        match timeout(Duration::from_secs(60), socket.next()).await.unwrap() {
            Some(Ok(Message::Ping(_))) => {}
            Some(Ok(Message::Close(Some(frame)))) => return assert_eq!(u16::from(frame.code), 1008),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn who_is_not_let_in_any_more_is_told_nothing_more() {
    let world = World::housed(Rates::unlimited()).await;
    let (ana, adam) = (world.token("ana").await, world.token("adam").await);
    let address = served(&world, pending()).await;
    let key = world.send_as(&adam, "POST", "/api/auth/keys", Some(json!({ "label": "script" }))).await.json();
    let other = world.token("adam").await;
    let by_key = open_as(address, key["key"].as_str().unwrap()).await.unwrap();
    let by_session = open_as(address, &other).await.unwrap();
    let mut stays = open_as(address, &adam).await.unwrap();
    world.send_as(&adam, "DELETE", &format!("/api/auth/keys/{}", key["id"].as_str().unwrap()), None).await;
    world.send_as(&adam, "DELETE", "/api/auth/sessions?others=true", None).await.ok();
    // Something happens: who may not hear of it is let go of at once.
    world.send_as(&adam, "POST", "/api/chat/message", Some(json!({ "message": "Hello." }))).await.ok();
    assert_eq!(hear(&mut stays).await["type"], "turn");
    tokio::join!(is_let_go(by_key), is_let_go(by_session));
    assert!(matches!(open_as(address, &other).await, Err(Error::Http(answer)) if answer.status() == 401));

    // Nothing happens: they are let go of all the same.
    let address = lively(&world).await;
    let socket = open_as(address, &world.token("adam").await).await.unwrap();
    world.send_as(&ana, "POST", "/api/admin/users/adam/deactivate", None).await.ok();
    is_let_go(socket).await;
    assert!(matches!(open_as(address, &adam).await, Err(Error::Http(answer)) if answer.status() == 401));
}

#[tokio::test]
async fn the_suspended_are_told_nothing_and_answered_in_need() {
    let world = World::housed(Rates::unlimited()).await;
    let (ana, adam) = (world.token("ana").await, world.token("adam").await);
    let address = lively(&world).await;
    let before = open_as(address, &adam).await.unwrap();
    world.send_as(&ana, "POST", "/api/admin/users/adam/suspend", None).await.ok();
    let after = open_as(address, &adam).await.unwrap();
    // Something happens that is theirs.
    let mood = json!({ "mood": { "pleasure": 0.5, "arousal": 0, "dominance": 0 } });
    let account = world.send_as(&adam, "GET", "/api/auth/me", None).await.ok()["account"].as_str().unwrap().to_owned();
    let adams = world.philia.person(&account, "me").await.unwrap();
    adams.set_personality(None, &serde_json::from_value(mood).unwrap(), "person", "a gift").await.unwrap();
    for mut socket in [before, after] {
        tell(&mut socket, json!({ "type": "message", "message": "Hello." })).await;
        let refused = hear(&mut socket).await;
        assert_eq!((&refused["type"], &refused["problem"]["status"]), (&json!("error"), &json!(403)), "{refused}");
        tell(&mut socket, json!({ "type": "message", "message": "I want to kill myself." })).await;
        let answered = async {
            loop {
                let event = hear(&mut socket).await;
                if event["type"] == "done" {
                    return event;
                }
            }
        };
        assert_eq!(answered.await["model"], "care");
    }
}

#[tokio::test]
async fn who_needed_no_login_needs_one_as_soon_as_there_are_accounts() {
    let world = World::new();
    let socket = open(lively(&world).await, "me").await;
    let new = NewAccount { name: "ana", password: None, role: Role::Admin };
    world.philia.accounts().add(&new, &Actor::command_line()).await.unwrap();
    is_let_go(socket).await;
}

#[tokio::test]
async fn a_mood_that_others_changed_and_what_came_up_is_told() {
    let world = World::new();
    let address = lively(&world).await;
    let (mut ana, mut bob) = (open(address, "ana").await, open(address, "bob").await);
    let mood = json!({ "set": { "mood": { "pleasure": 0.5, "arousal": 0, "dominance": 0 } }, "reason": "a gift", "user": "ana" });
    world.post("/api/personality/set", mood.to_string()).await.ok();
    let told = hear(&mut ana).await;
    assert_eq!((&told["type"], &told["id"]), (&json!("mood"), &Value::Null), "{told}");
    assert_eq!(told["after"], world.get("/api/mood?user=ana").await.ok()["pad"]);
    world.post("/api/tasks", r#"{"text": "call mum", "due": "2026-05-03T09:00:00Z", "user": "ana"}"#).await;
    let told = hear(&mut ana).await;
    assert_eq!((&told["type"], &told["task"]["text"]), (&json!("task_due"), &json!("call mum")), "{told}");
    // None of it is Bob's.
    tell(&mut bob, json!({ "type": "message", "message": "Hello" })).await;
    assert_eq!(hear(&mut bob).await["type"], "heard");
}

async fn open(address: SocketAddr, user: &str) -> Socket {
    connect_async(format!("ws://{address}/ws?user={user}")).await.unwrap().0
}

async fn tell(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

async fn hear(socket: &mut Socket) -> Value {
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str(text.as_str()).unwrap(),
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Everything up to and with the end of a turn.
async fn turn(socket: &mut Socket) -> Vec<Value> {
    let mut heard = Vec::new();
    loop {
        heard.push(hear(socket).await);
        if matches!(heard.last().unwrap()["type"].as_str(), Some("done" | "error")) {
            return heard;
        }
    }
}

#[tokio::test]
async fn a_turn_comes_as_it_is_said_and_messages_are_answered_in_order() {
    let world = World::new();
    let mut socket = open(served(&world, pending()).await, "ana").await;
    tell(&mut socket, json!({ "type": "message", "id": 1, "message": "My dog is called Bruno." })).await;
    tell(&mut socket, json!({ "type": "message", "id": "two", "message": "What is my dog called?" })).await;
    let (one, two) = (turn(&mut socket).await, turn(&mut socket).await);
    assert!(
        one.iter().all(|event| event["id"] == 1) && two.iter().all(|event| event["id"] == "two"),
        "{one:?} {two:?}"
    );
    let kinds: Vec<&str> = one.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], kinds[1], kinds.last()), ("heard", "mood", Some(&"done")));
    let text: String = one.iter().filter_map(|event| event["text"].as_str()).collect();
    assert_eq!(text, one.last().unwrap()["reply"].as_str().unwrap());
    assert!(two.last().unwrap()["reply"].as_str().unwrap().contains("Bruno"), "{two:?}");
}

#[tokio::test]
async fn what_comes_through_another_door_is_told_to_them_and_nobody_else() {
    let world = World::new();
    let address = served(&world, pending()).await;
    let (mut ana, mut bob) = (open(address, "ana").await, open(address, "bob").await);
    let said = json!({ "message": "I am back.", "user": "ana" }).to_string();
    world.post("/api/chat/message", said).await.ok();
    let told = hear(&mut ana).await;
    assert_eq!((&told["type"], &told["interaction"]["message"]), (&json!("turn"), &json!("I am back.")), "{told}");
    // Bob hears his own turn first: nothing of Ana's came before it.
    tell(&mut bob, json!({ "type": "message", "message": "Hello" })).await;
    assert_eq!(hear(&mut bob).await["type"], "heard");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_the_connection_goes_on() {
    let world = World::new();
    let mut socket = open(served(&world, pending()).await, "ana").await;
    for (message, says) in [
        ("{}", "missing field `type`"),
        (r#"{"type": "shout"}"#, "unknown variant `shout`"),
        (r#"{"type": "message"}"#, "missing field `message`"),
        (r#"{"type": "message", "message": 7}"#, "invalid type"),
        (r#"{"type": "message", "message": "x", "colour": 1}"#, "unknown field `colour`"),
        (r#"{"type": "message", "message": "x", "user": "bob"}"#, "the connection says who speaks"),
    ] {
        socket.send(Message::text(message)).await.unwrap();
        let told = hear(&mut socket).await;
        assert_eq!(told["type"], "error", "{told}");
        assert!(told["problem"]["detail"].as_str().unwrap().contains(says), "{told}");
        assert_eq!(told["problem"]["status"], 422, "{told}");
    }
    for (message, says) in [("nonsense", "expected"), (r#"{"type": "stop", "type": "stop"}"#, "twice")] {
        socket.send(Message::text(message)).await.unwrap();
        let problem = hear(&mut socket).await["problem"].clone();
        assert_eq!(problem["type"], "urn:philia:problem:malformed", "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{problem}");
    }
    socket.send(Message::binary(vec![1, 2])).await.unwrap();
    assert_eq!(hear(&mut socket).await["problem"]["status"], 422);
    tell(&mut socket, json!({ "type": "message", "message": "  " })).await;
    assert!(hear(&mut socket).await["problem"]["detail"].as_str().unwrap().contains("empty"));
    tell(&mut socket, json!({ "type": "message", "message": "Hello" })).await;
    assert_eq!(turn(&mut socket).await.last().unwrap()["type"], "done");
}

#[tokio::test]
async fn a_frame_that_is_too_large_ends_it() {
    let world = World::new();
    let mut socket = open(served(&world, pending()).await, "ana").await;
    // The server may hang up while it is still being sent.
    let _ = socket.send(Message::text("x".repeat(300 * 1024))).await;
    let ended = loop {
        match socket.next().await {
            None | Some(Err(_)) => break true,
            Some(Ok(Message::Close(_))) => break true,
            Some(Ok(Message::Ping(_))) => {}
            Some(Ok(other)) => panic!("{other:?}"),
        }
    };
    assert!(ended);
}

#[tokio::test]
async fn turns_over_several_sockets_count_together() {
    let (world, strings) = World::housed_with_puppet(Rates { concurrent: 1, ..Rates::unlimited() }).await;
    let adam = world.token("adam").await;
    let address = served(&world, pending()).await;
    let mut one = open_as(address, &adam).await.unwrap();
    let mut other = open_as(address, &adam).await.unwrap();
    tell(&mut one, json!({ "type": "message", "message": "Hello." })).await;
    assert_eq!(hear(&mut one).await["type"], "heard");
    tell(&mut other, json!({ "type": "message", "message": "Hello, too." })).await;
    let refused = hear(&mut other).await;
    assert_eq!(refused["problem"]["type"], "urn:philia:problem:too-many", "{refused}");
    let said = world.send_as(&adam, "POST", "/api/chat/message", Some(json!({ "message": "Good morning." }))).await;
    said.is_problem(429, "too-many", "at the same time");
    strings.say("Hello, Adam.");
    strings.finish();
    assert_eq!(turn(&mut one).await.last().unwrap()["type"], "done");
}

/// Opens a socket by hand, sends these bytes, and hears what comes until it is closed.
async fn raw(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(OPENING.replace("KEY", "MDEyMzQ1Njc4OTAxMjM0NQ==").as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    stream.write_all(bytes).await.unwrap();
    let mut heard = Vec::new();
    // It may be reset: what came before counts.
    let _ = timeout(Duration::from_secs(60), stream.read_to_end(&mut heard)).await.expect("the server closes it");
    heard
}

const OPENING: &str = "GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
    sec-websocket-version: 13\r\nsec-websocket-key: KEY\r\n\r\n";

#[tokio::test]
async fn it_says_why_it_is_closed() {
    let world = World::new();
    let address = served(&world, pending()).await;
    // Masked with nothing, so that the bytes are what they say.
    for (sent, code) in [
        (&b"\x88\x82\0\0\0\0\x03\xe8"[..], 1000_u16),
        (b"\x81\x82\0\0\0\0\xff\xfe", 1007),
        (b"\x81\x02{}", 1002),
        (b"\xc1\x82\0\0\0\0{}", 1002),
        (b"\x83\x82\0\0\0\0{}", 1002),
        (b"\x81\xff\0\0\0\0\x7f\0\0\0\0\0\0\0", 1009),
    ] {
        let heard = raw(address, sent).await;
        assert!(heard.len() >= 4 && heard[0] == 0x88, "{sent:?}: {heard:?}");
        assert_eq!(u16::from_be_bytes([heard[2], heard[3]]), code, "{sent:?}: {heard:?}");
    }
}

#[tokio::test]
async fn its_key_is_16_bytes() {
    let world = World::new();
    let address = served(&world, pending()).await;
    for key in ["x", "MDEyMzQ1Njc4OTAxMjM0", "MDEyMzQ1Njc4OTAxMjM0NTY=", "MDEyMzQ1Njc4OTAxMjM0NQ"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(OPENING.replace("KEY", key).as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await.unwrap();
        assert!(heard.starts_with("HTTP/1.1 400 ") && heard.contains("Sec-WebSocket-Key"), "{key}: {heard}");
    }
}

#[tokio::test]
async fn it_is_closed_in_order_when_the_server_ends() {
    let world = World::new();
    let (end, ended) = oneshot::channel::<()>();
    let address = served(&world, async move { ended.await.unwrap_or_default() }).await;
    let mut socket = open(address, "ana").await;
    end.send(()).unwrap();
    let Some(Ok(Message::Close(Some(frame)))) = socket.next().await else { panic!("no close") };
    assert_eq!(u16::from(frame.code), 1001);
}

#[tokio::test]
async fn another_sites_page_opens_nothing() {
    let world = World::new();
    let address = served(&world, pending()).await;
    let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    let Err(Error::Http(refused)) = connect_async(request).await else { panic!("it was let in") };
    assert_eq!(refused.status(), 403);
    world.get("/ws").await.is_problem(400, "malformed", "this is a WebSocket");
}
