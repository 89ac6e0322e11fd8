//! Connections: taken, read with patience that ends, and closed in order.

use crate::TimeLimits;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
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
                connections.spawn(connection(builder.clone(), stream, peer, router.clone(), closing.clone()));
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
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    closing: CancellationToken,
) -> impl Future<Output = ()> + Send {
    let answer = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    async move {
        let mut running = pin!(builder.serve_connection(TokioIo::new(stream), answer).with_upgrades());
        let ended = tokio::select! {
            ended = running.as_mut() => ended,
            () = closing.cancelled() => {
                running.as_mut().graceful_shutdown();
                running.await
            }
        };
        match ended {
            Ok(()) => tracing::trace!(%peer, "a connection was closed"),
            Err(error) => tracing::debug!(%peer, %error, "a connection broke off"),
        }
    }
}

/// It went away before it was taken.
fn is_theirs(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}
