//! Stands between the store and the server, and lets requests pass, or not.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of a request.
pub(crate) enum Act {
    /// It is done and answered.
    Pass,
    /// It is done, and the answer is lost.
    Lose,
    /// It is not done; the answer is an error of that status and type.
    Refuse(u16, &'static str),
}

/// Says what becomes of a request, from the name of the operation and how many there were of it before.
pub(crate) type Rule = dyn Fn(&str, usize) -> Act + Send + Sync;

/// Opens a gate before a server (`http://127.0.0.1:PORT`), and says where.
pub(crate) async fn before(server: String, rule: impl Fn(&str, usize) -> Act + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let place = format!("http://{}", listener.local_addr().unwrap());
    let server = server.trim_start_matches("http://").to_owned();
    let (rule, seen): (Arc<Rule>, Arc<Mutex<HashMap<String, usize>>>) = (Arc::new(rule), Arc::default());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, server.clone(), rule.clone(), seen.clone()));
        }
    });
    place
}

/// A head and a body.
type Message = (String, Vec<u8>);

async fn read(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<Message> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let mut body = vec![0; field(&head, "content-length").parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

fn field<'a>(head: &'a str, name: &str) -> &'a str {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines
        .filter(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
        .next()
        .unwrap_or_default()
}

async fn serve(
    stream: TcpStream,
    server: String,
    rule: Arc<Rule>,
    seen: Arc<Mutex<HashMap<String, usize>>>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    while let Some((head, body)) = read(&mut stream).await {
        let operation = field(&head, "x-amz-target").rsplit('.').next().unwrap_or_default().to_owned();
        let nth = {
            let mut seen = seen.lock().unwrap();
            let count = seen.entry(operation.clone()).or_default();
            *count += 1;
            *count - 1
        };
        let act = rule(&operation, nth);
        if let Act::Refuse(status, code) = act {
            let body =
                format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"so the test says"}}"#);
            let answer = format!(
                "HTTP/1.1 {status} No\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.ok()?;
            continue;
        }
        let mut there = BufReader::new(TcpStream::connect(&server).await.ok()?);
        there.write_all(head.as_bytes()).await.ok()?;
        there.write_all(&body).await.ok()?;
        let (head, body) = read(&mut there).await?;
        if matches!(act, Act::Lose) {
            return None;
        }
        stream.write_all(head.replace("Connection: close\r\n", "").as_bytes()).await.ok()?;
        stream.write_all(&body).await.ok()?;
    }
    Some(())
}
