//! The same turns through HTTP: one connection a person, kept alive, as a browser would.

use anyhow::{Context as _, bail, ensure};
use philia_companion::Philia;
use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server on a free port of this machine.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    end: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub(super) async fn start(philia: Philia) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (end, ended) = oneshot::channel();
        let shutdown = async {
            // Dropped or sent: it is the end either way.
            let _ = ended.await;
        };
        let options = philia_web::Options::default();
        let running = tokio::spawn(philia_web::serve(listener, philia, options, shutdown));
        Ok(Self { address, end, running })
    }

    pub(super) async fn end(self) -> anyhow::Result<()> {
        drop(self.end);
        Ok(self.running.await??)
    }
}

/// One person's connection.
pub(super) struct Client {
    user: String,
    host: SocketAddr,
    stream: BufReader<TcpStream>,
}

impl Client {
    pub(super) async fn connect(address: SocketAddr, user: String) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { user, host: address, stream: BufReader::new(stream) })
    }

    /// Says something and reads the whole answer.
    pub(super) async fn say(&mut self, message: &str) -> anyhow::Result<()> {
        let body = serde_json::json!({ "message": message }).to_string();
        let request = format!(
            "POST /api/chat/message HTTP/1.1\r\nHost: {}\r\nX-Philia-User: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.host,
            self.user,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let mut length = 0;
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let ok = line.split_whitespace().nth(1) == Some("200");
        loop {
            line.clear();
            ensure!(self.stream.read_line(&mut line).await? > 0, "the server hung up");
            let Some((name, value)) = line.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().context("the length of the answer")?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).await?;
        if !ok {
            bail!("the server answered {}", String::from_utf8_lossy(&answer));
        }
        Ok(())
    }
}
