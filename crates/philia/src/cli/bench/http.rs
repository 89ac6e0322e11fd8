//! The same turns through HTTP: one connection a person, kept alive, as a browser would.

use anyhow::{Context as _, bail, ensure};
use philia_companion::Philia;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};
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

/// A server in a process of its own.
pub(super) struct Process {
    pub(super) address: SocketAddr,
    child: Child,
    /// Kept open, so that what it prints later does not break a pipe.
    _stdout: BufReader<ChildStdout>,
}

impl Process {
    /// Starts this program again as a server with its data in a directory, and nothing of the person's configuration.
    pub(super) async fn start(dir: &Path, flags: &[&str]) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.env_clear().env("HOME", dir).env("TZ", "UTC").arg("--data").arg(dir).args(flags);
        command.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.kill_on_drop(true).spawn()?;
        let mut stdout = BufReader::new(child.stdout.take().context("the server's stdout")?);
        let mut line = String::new();
        stdout.read_line(&mut line).await?;
        let address = line.trim().rsplit_once("http://").context("the server did not start")?.1.parse()?;
        Ok(Self { address, child, _stdout: stdout })
    }

    /// The number of its process.
    pub(super) fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server has ended")
    }

    pub(super) async fn end(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// One person's connection.
pub(super) struct Client {
    pub(super) user: String,
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
        self.ask(&request).await.map(drop)
    }

    /// Reads a page.
    pub(super) async fn get(&mut self, path: &str) -> anyhow::Result<String> {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host)).await
    }

    /// Opens a WebSocket and says nothing.
    pub(super) async fn socket(address: SocketAddr, user: String) -> anyhow::Result<Self> {
        let mut client = Self::connect(address, user).await?;
        let request = format!(
            "GET /ws HTTP/1.1\r\nHost: {address}\r\nX-Philia-User: {}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            client.user
        );
        client.stream.write_all(request.as_bytes()).await?;
        let mut line = String::new();
        client.stream.read_line(&mut line).await?;
        ensure!(line.contains(" 101 "), "the server opens no WebSocket at /ws: {}", line.trim());
        Ok(client)
    }

    async fn ask(&mut self, request: &str) -> anyhow::Result<String> {
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
        Ok(String::from_utf8(answer)?)
    }
}
