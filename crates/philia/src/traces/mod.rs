//! Traces: a span for each request, turn, step of a turn and job, and for each call of an adapter, sent to an
//! OpenTelemetry collector.
//!
//! The spans are made with `tracing`, at `debug`: where nobody listens nothing is left of them. This program listens where
//! it was built with the feature `otel` and `traces.endpoint` says where to send them. A span holds names of parts,
//! counts and times: nothing that was said, and nobody's name.

#[cfg(feature = "otel")]
mod export;
mod spans;

#[cfg(feature = "otel")]
pub(crate) use export::Exporting;
pub(crate) use spans::{cache, chat, embedder, index, store};

use crate::config::Traces;
use tracing_subscriber::Registry;

/// Takes the spans of the process.
pub(crate) type Listener = Box<dyn tracing_subscriber::Layer<Registry> + Send + Sync>;

/// Nothing is sent by a program that was built without it.
#[cfg(not(feature = "otel"))]
pub(crate) enum Exporting {}

#[cfg(not(feature = "otel"))]
impl Exporting {
    pub(crate) fn end(self) {
        match self {}
    }
}

/// Begins to listen, where there is somewhere to send to.
///
/// # Errors
/// This program was built without it; or there is no HTTP client for that address.
#[cfg(feature = "otel")]
pub(crate) fn start(
    traces: &Traces,
    runtime: &tokio::runtime::Handle,
) -> anyhow::Result<Option<(Listener, Exporting)>> {
    let Some(endpoint) = &traces.endpoint else { return Ok(None) };
    export::start(endpoint, traces.sample, runtime).map(Some)
}

#[cfg(not(feature = "otel"))]
pub(crate) fn start(traces: &Traces, _: &tokio::runtime::Handle) -> anyhow::Result<Option<(Listener, Exporting)>> {
    anyhow::ensure!(
        traces.endpoint.is_none(),
        "traces.endpoint is set, and this philia was built without OpenTelemetry; build it with `--features otel`"
    );
    Ok(None)
}
