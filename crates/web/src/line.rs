//! The line to a client: what it does not take is not offered for ever, and whether it is still there can be asked.

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, header};
use http_body::{Frame, SizeHint};
use std::future::pending;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How long a line may stand still once the server ends.
const HURRY: Duration = Duration::from_secs(2);

/// Something that is waited for.
type Wait<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A connection whose writes fail when none of their bytes is taken for too long.
pub(crate) struct Line {
    read: Arc<OwnedReadHalf>,
    write: OwnedWriteHalf,
    patience: Duration,
    closing: CancellationToken,
    /// Runs while what is written is not taken.
    stalled: Option<Wait<()>>,
}

impl Line {
    pub(crate) fn new(stream: TcpStream, patience: Duration, closing: CancellationToken) -> Self {
        let (read, write) = stream.into_split();
        Self { read: Arc::new(read), write, patience, closing, stalled: None }
    }

    /// The other side.
    pub(crate) fn peer(&self) -> Peer {
        Peer(Arc::clone(&self.read))
    }

    /// What became of a write: progress begins the patience anew.
    fn in_time(&mut self, written: Poll<io::Result<usize>>, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let (patience, closing) = (self.patience, self.closing.clone());
        let stalled = self.stalled.get_or_insert_with(|| {
            Box::pin(async move {
                let at_the_end = async {
                    closing.cancelled().await;
                    sleep(HURRY).await;
                };
                tokio::select! {
                    () = sleep(patience) => {}
                    () = at_the_end => {}
                }
            })
        });
        ready!(stalled.as_mut().poll(context));
        self.stalled = None;
        Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, "the client does not take its answer")))
    }
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream: &TcpStream = self.read.as_ref().as_ref();
        loop {
            ready!(stream.poll_read_ready(context))?;
            match stream.try_read_buf(into) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                read => return Poll::Ready(read.map(|_| ())),
            }
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.write).poll_write(context, bytes);
        self.in_time(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.write).poll_write_vectored(context, bytes);
        self.in_time(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.write.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.write).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.write).poll_shutdown(context)
    }
}

/// The other side of a line.
#[derive(Clone)]
pub(crate) struct Peer(Arc<OwnedReadHalf>);

impl Peer {
    /// Waits until it is known that the other side is gone: it answered with a reset. That it sends no more says nothing,
    /// as it may still listen.
    pub(crate) async fn gone(self) {
        match self.0.ready(Interest::ERROR).await {
            Ok(ready) if ready.is_error() => {}
            _ => pending().await,
        }
    }

    /// Waits until it has said that it sends no more.
    async fn silent(self) {
        match self.0.ready(Interest::READABLE).await {
            Ok(ready) if ready.is_read_closed() => {}
            // It has asked for something more, so it is there.
            _ => pending().await,
        }
    }

    /// Whoever closes a connection looks like one who has only finished asking, until something is sent to them: then
    /// they answer that they are gone. So a stream of events says nothing to them, as soon as it may be that nobody
    /// listens.
    pub(crate) fn asked(self, headers: &HeaderMap, body: Body) -> Body {
        let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
        match kind.starts_with(b"text/event-stream") {
            true => Body::new(Asking { body, silent: Some(Box::pin(self.silent())) }),
            false => body,
        }
    }
}

/// Events, and a comment when it may be that nobody listens.
struct Asking {
    body: Body,
    silent: Option<Wait<()>>,
}

impl HttpBody for Asking {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        if let Some(silent) = &mut self.silent {
            ready!(silent.as_mut().poll(context));
            self.silent = None;
            // Each frame is a whole event, so a comment may stand between them.
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b":\n\n")))));
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::time::timeout;

    async fn pair(patience: Duration, closing: CancellationToken) -> (Line, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (Line::new(listener.accept().await.unwrap().0, patience, closing), client)
    }

    const LONG: Duration = Duration::from_secs(3600);
    /// Only what hangs takes so long.
    const ENDLESS: Duration = Duration::from_secs(60);
    /// More than the system keeps for anybody.
    const MUCH: usize = 64 << 20;

    #[tokio::test]
    async fn what_nobody_takes_is_given_up() {
        let (mut line, _client) = pair(Duration::from_millis(50), CancellationToken::new()).await;
        let written = timeout(ENDLESS, line.write_all(&vec![7; MUCH])).await.expect("it is given up");
        let error = written.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn it_is_given_up_sooner_when_the_server_ends() {
        let closing = CancellationToken::new();
        closing.cancel();
        let (mut line, _client) = pair(LONG, closing).await;
        let written = timeout(ENDLESS, line.write_all(&vec![7; MUCH])).await.expect("it is given up");
        let error = written.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn what_is_taken_is_whole() {
        let (mut line, mut client) = pair(LONG, CancellationToken::new()).await;
        let writing = tokio::spawn(async move { line.write_all(&vec![7; MUCH]).await });
        let mut taken = Vec::new();
        client.read_to_end(&mut taken).await.unwrap();
        assert_eq!(taken.len(), MUCH);
        writing.await.unwrap().unwrap();
    }
}
