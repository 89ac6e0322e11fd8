//! `GET /metrics`: what is counted and timed, as Prometheus reads it. Only where nobody from another machine can ask, or
//! at an address of its own (`metrics.listen`); no label names a person.

use crate::problem::Problem;
use crate::{Door, Scrape};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use philia_companion::Philia;

/// What Prometheus takes for its text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything that is counted and timed.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "Health",
    responses((status = 200, description = "Prometheus' text format", body = String, content_type = "text/plain"))
)]
pub(crate) async fn get(State(door): State<Door>) -> Result<impl IntoResponse, Problem> {
    match &door.options.metrics {
        Some(scrape) => Ok(scraped(&door.philia, scrape).await),
        None => Err(Problem::not_found("page here: metrics are told on this machine only, or at", "metrics.listen")),
    }
}

/// The answer to a scrape.
pub(crate) async fn scraped(philia: &Philia, scrape: &Scrape) -> impl IntoResponse + use<> {
    philia.measure().await;
    ([(CONTENT_TYPE, TEXT)], scrape.text())
}
