//! Connections: taken, read with patience that ends, and closed in order.

use crate::TimeLimits;
use crate::line::Line;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// How long to wait when no connection can be taken: there may be no file handle left.
const BREATH: Duration = Duration::from_millis(500);

/// Serves until `closing`, and then until what is running has been answered.
pub(crate) async fn serve(listener: TcpListener, router: Router, limits: TimeLimits, closing: CancellationToken) {
    let mut builder = Builder::new();
    // It runs while nothing is asked, too: a connection that is only kept open ends.
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head);
    // Who has sent all there is to send may still wait for the answer.
    builder.half_close(true);
    let connections = TaskTracker::new();
    loop {
        let taken = tokio::select! {
            taken = listener.accept() => taken,
            () = closing.cancelled() => break,
        };
        match taken {
            Ok((stream, peer)) => {
                tracing::trace!(%peer, "a connection was taken");
                // Small frames are not to wait for each other; where that cannot be said, they do.
                let _ = stream.set_nodelay(true);
                let line = Line::new(stream, limits.write, closing.clone());
                connections.spawn(connection(builder.clone(), line, peer, router.clone(), closing.clone()));
            }
            Err(error) if is_theirs(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// One connection, with everything that is asked over it.
fn connection(
    builder: Builder,
    line: Line,
    address: SocketAddr,
    router: Router,
    closing: CancellationToken,
) -> impl Future<Output = ()> + Send {
    let peer = line.peer();
    let gone = peer.clone().gone();
    let answer = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        let (answering, peer) = (router.clone().oneshot(request), peer.clone());
        async move {
            let (parts, body) = answering.await?.into_parts();
            let body = peer.asked(&parts.headers, body);
            Ok::<_, Infallible>(Response::from_parts(parts, body))
        }
    });
    async move {
        let mut running = pin!(builder.serve_connection(TokioIo::new(line), answer).with_upgrades());
        let whole = async {
            tokio::select! {
                ended = running.as_mut() => ended,
                () = closing.cancelled() => {
                    running.as_mut().graceful_shutdown();
                    running.await
                }
            }
        };
        tokio::select! {
            ended = whole => match ended {
                Ok(()) => tracing::trace!(peer = %address, "a connection was closed"),
                Err(error) => tracing::debug!(peer = %address, %error, "a connection broke off"),
            },
            () = gone => tracing::debug!(peer = %address, "a client went away"),
        }
    }
}

/// It went away before it was taken.
fn is_theirs(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}
