//! What may stand between a store and its server, for tests: a wire that freezes, TLS, a pooler.
#![allow(dead_code, clippy::unwrap_used, reason = "a test may panic; each test uses some of this")]

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

/// The first message of a client that wants TLS.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// A wire to a port of this machine.
pub(crate) struct Wire {
    pub(crate) port: u16,
    frozen: watch::Sender<bool>,
}

impl Wire {
    /// A wire that passes everything on.
    pub(crate) async fn to(server: u16) -> Self {
        Self::with(server, |client, server, frozen| async move { pass(client, server, frozen).await }).await
    }

    /// A wire that speaks TLS with the client.
    pub(crate) async fn with_tls(server: u16) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls");
        let chain = vec![CertificateDer::from_pem_file(format!("{folder}/server.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(format!("{folder}/server.key")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::with(server, move |mut client: TcpStream, server, frozen| {
            let acceptor = acceptor.clone();
            async move {
                let mut first = [0; 8];
                if client.read_exact(&mut first).await.is_err() || first != SSL_REQUEST {
                    return;
                }
                client.write_all(b"S").await.unwrap();
                // A client that does not believe the certificate goes away.
                if let Ok(client) = acceptor.accept(client).await {
                    pass(client, server, frozen).await;
                }
            }
        })
        .await
    }

    async fn with<T, F>(server: u16, talk: T) -> Self
    where
        T: Fn(TcpStream, TcpStream, watch::Receiver<bool>) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (frozen, thawed) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { continue };
                client.set_nodelay(true).and_then(|()| server.set_nodelay(true)).unwrap();
                tokio::spawn(talk(client, server, thawed.clone()));
            }
        });
        Self { port, frozen }
    }

    /// From now on (or no longer) nothing passes, and nobody is told.
    pub(crate) fn freeze(&self, frozen: bool) {
        self.frozen.send(frozen).unwrap();
    }
}

async fn pass<C: AsyncRead + AsyncWrite>(client: C, server: TcpStream, frozen: watch::Receiver<bool>) {
    let (from_client, to_client) = tokio::io::split(client);
    let (from_server, to_server) = tokio::io::split(server);
    tokio::join!(one_way(from_client, to_server, frozen.clone()), one_way(from_server, to_client, frozen));
}

async fn one_way(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut frozen: watch::Receiver<bool>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if frozen.wait_for(|frozen| !frozen).await.is_err() || to.write_all(&bytes[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

/// A pooler like PgBouncer in transaction mode: a few connections to the server, of which each transaction of any client
/// gets another; what a session would keep is discarded between them, and sessions begin with no settings.
pub(crate) async fn pooler(server: u16, connections: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let pool = Arc::new(Pool { idle: Mutex::default(), permits: Semaphore::new(connections), server });
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let pool = pool.clone();
            client.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                // Whoever goes away goes away.
                let _ = serve(client, &pool).await;
            });
        }
    });
    port
}

struct Pool {
    idle: Mutex<VecDeque<TcpStream>>,
    permits: Semaphore,
    server: u16,
}

/// A message of the protocol: its letter and its body.
async fn message(from: &mut TcpStream) -> std::io::Result<(u8, Vec<u8>)> {
    let letter = from.read_u8().await?;
    let mut body = vec![0; from.read_u32().await? as usize - 4];
    from.read_exact(&mut body).await?;
    Ok((letter, body))
}

async fn send(to: &mut TcpStream, letter: u8, body: &[u8]) -> std::io::Result<()> {
    let mut bytes = vec![letter];
    bytes.extend((body.len() as u32 + 4).to_be_bytes());
    bytes.extend(body);
    to.write_all(&bytes).await
}

async fn first_message(from: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    loop {
        let mut body = vec![0; from.read_u32().await? as usize - 4];
        from.read_exact(&mut body).await?;
        if body != SSL_REQUEST[4..] {
            return Ok(body);
        }
        from.write_all(b"N").await?;
    }
}

async fn serve(mut client: TcpStream, pool: &Pool) -> std::io::Result<()> {
    let hello = first_message(&mut client).await?;
    let words: Vec<&[u8]> = hello[4..].split(|byte| *byte == 0).step_by(2).collect();
    for name in words.into_iter().filter(|name| !name.is_empty()) {
        if ![&b"user"[..], b"database", b"application_name", b"client_encoding"].contains(&name) {
            let text = format!("unsupported startup parameter: {}", String::from_utf8_lossy(name));
            let body = format!("SFATAL\0VFATAL\0C08P01\0M{text}\0\0");
            return send(&mut client, b'E', body.as_bytes()).await;
        }
    }
    send(&mut client, b'R', &[0; 4]).await?;
    send(&mut client, b'Z', b"I").await?;
    loop {
        let waiting = message(&mut client).await?;
        if waiting.0 == b'X' {
            return Ok(());
        }
        let _permit = pool.permits.acquire().await.unwrap();
        let idle = pool.idle.lock().await.pop_front();
        let mut server = match idle {
            Some(server) => server,
            None => begin(pool.server, &hello).await?,
        };
        transaction(&mut client, &mut server, waiting).await?;
        send(&mut server, b'Q', b"DISCARD ALL\0").await?;
        while message(&mut server).await?.0 != b'Z' {}
        pool.idle.lock().await.push_back(server);
    }
}

/// Begins a session on the server, which lets everybody in.
async fn begin(server: u16, hello: &[u8]) -> std::io::Result<TcpStream> {
    let mut server = TcpStream::connect(("127.0.0.1", server)).await?;
    server.set_nodelay(true)?;
    server.write_all(&(hello.len() as u32 + 4).to_be_bytes()).await?;
    server.write_all(hello).await?;
    while message(&mut server).await?.0 != b'Z' {}
    Ok(server)
}

/// Passes on one transaction, beginning with a message that has come already.
async fn transaction(client: &mut TcpStream, server: &mut TcpStream, first: (u8, Vec<u8>)) -> std::io::Result<()> {
    let mut next = first;
    loop {
        send(server, next.0, &next.1).await?;
        // The server answers all that came before a `Sync`, or a simple query.
        if matches!(next.0, b'S' | b'Q') {
            loop {
                let (letter, body) = message(server).await?;
                send(client, letter, &body).await?;
                match (letter, body.as_slice()) {
                    (b'Z', b"I") => return Ok(()),
                    (b'Z', _) => break,
                    _ => {}
                }
            }
        }
        next = message(client).await?;
    }
}
