//! A request runs until its answer is sent, or nobody waits for it any more.

use axum::body::{Body, Bytes, HttpBody};
use philia_companion::accounts::limits::Running;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A body that keeps its request running until it is dropped.
struct UntilSent {
    body: Body,
    _running: Running,
}

/// Keeps the request running until the body is sent.
pub(super) fn until_sent(body: Body, running: Running) -> Body {
    Body::new(UntilSent { body, _running: running })
}

impl HttpBody for UntilSent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
