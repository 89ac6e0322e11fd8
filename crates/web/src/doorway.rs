//! The doorway: what every request passes on its way to its route, and its answer on the way back.

use crate::openai::error::dress;
use crate::{Door, auth, cors, gate, idempotent, log, patience, problem, revision};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::future::Future;

/// What comes after a step of the way: the further steps, and in the end the route.
pub(crate) trait Onward: FnOnce(Request) -> Self::Answer + Send + 'static {
    /// The answer, on its way.
    type Answer: Future<Output = Response> + Send + 'static;
}

impl<N, A> Onward for N
where
    N: FnOnce(Request) -> A + Send + 'static,
    A: Future<Output = Response> + Send + 'static,
{
    type Answer = A;
}

/// All steps, the last that a request passes first. They are one service: a service of each would be copied for every
/// request, with all that are within it.
pub(crate) async fn pass(State(door): State<Door>, request: Request, next: Next) -> Response {
    let next = async move |request| next.run(request).await;
    let next = move |request| revision::tag(request, next);
    let of = door.clone();
    let next = move |request| idempotent::once(of, request, next);
    let of = door.clone();
    let next = move |request| auth::guard(of, request, next);
    let of = door.clone();
    let next = move |request| gate::guard(of, request, next);
    let of = door.clone();
    let next = move |request| patience::wait(of, request, next);
    let next = move |request| problem::catch(request, next);
    let next = move |request| dress(request, next);
    let of = door.clone();
    let next = move |request| cors::open(of, request, next);
    let next = move |request| gate::harden(request, next);
    log::log(door, request, next).await
}
