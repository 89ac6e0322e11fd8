//! Patience: how long a body may take to come, and an answer to be begun. What is sent as it comes (a reply, an export, a
//! WebSocket) has begun with its first byte.

use crate::Door;
use crate::doorway::Onward;
use crate::problem::{Kind, Problem};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http_body::{Frame, SizeHint};
use std::future::Future as _;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until};

/// A body has more time by a second for each of so many bytes that have come.
const BYTES_A_SECOND: u32 = 8 * 1024;

/// Waits for the body, and for the answer, as long as is allowed.
pub(crate) async fn wait(door: Door, request: Request, next: impl Onward) -> Response {
    let limits = door.options.time_limits;
    let begun = Instant::now();
    let (coming, mut came) = watch::channel(Coming::Begun(begun));
    let body = |body: Body| match body.is_end_stream() {
        true => body,
        false => Body::new(InTime { body, late: Box::pin(sleep_until(begun + limits.body)), coming }),
    };
    let mut answer = pin!(next(request.map(body)));
    // What is still coming is waited for by the body itself, as long as somebody reads it.
    let mut is_coming = true;
    loop {
        let now = *came.borrow_and_update();
        let until = match now {
            Coming::Begun(last) if is_coming => last + limits.body + limits.answer,
            Coming::Begun(last) | Coming::Ended(last) => last + limits.answer,
            Coming::Late => {
                let seconds = limits.body.as_secs();
                let detail = format!(
                    "the body did not come in time: {seconds} s are allowed, and one more for each 8 KiB that came"
                );
                return Problem::new(Kind::TooSlow, detail).into_response();
            }
        };
        tokio::select! {
            biased;
            changed = came.changed(), if is_coming => is_coming = changed.is_ok(),
            // What says that the body broke off is not the whole truth if it was too slow.
            response = answer.as_mut() => if !matches!(*came.borrow(), Coming::Late) { return response },
            () = sleep_until(until) => {
                tracing::error!("an answer took too long");
                let detail = format!("there was no answer within {} s, and it was given up", limits.answer.as_secs());
                return Problem::new(Kind::TimedOut, detail).into_response();
            }
        }
    }
}

/// How far a body has come.
#[derive(Clone, Copy)]
enum Coming {
    /// Some of it came, last at this instant.
    Begun(Instant),
    /// All of it came.
    Ended(Instant),
    /// It took too long.
    Late,
}

/// A body that must come in time.
struct InTime {
    body: Body,
    late: Pin<Box<Sleep>>,
    coming: watch::Sender<Coming>,
}

impl HttpBody for InTime {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
            let bytes = data.map_or(0, |data| u32::try_from(data.len()).unwrap_or(u32::MAX));
            let until = self.late.deadline() + Duration::from_secs(1) * bytes / BYTES_A_SECOND;
            self.late.as_mut().reset(until);
            let (now, has_ended) = (Instant::now(), frame.is_none() || self.body.is_end_stream());
            self.coming.send_replace(if has_ended { Coming::Ended(now) } else { Coming::Begun(now) });
            return Poll::Ready(frame);
        }
        if self.late.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.coming.send_replace(Coming::Late);
        Poll::Ready(Some(Err(axum::Error::new("it came too slowly"))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
