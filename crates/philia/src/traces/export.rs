//! Sending spans to a collector: OTLP as protobuf over HTTP, in batches, from a thread of its own.

use super::Listener;
use anyhow::Context as _;
use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, filter_fn};

/// How long a batch may take on its way.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the end of the program waits for the last batch.
const LAST: Duration = Duration::from_secs(2);

/// The way to the collector.
pub(crate) struct Exporting(SdkTracerProvider);

impl Exporting {
    /// Sends what is left, before the runtime ends.
    pub(crate) fn end(self) {
        // A collector that is not there keeps nobody.
        let _ = self.0.shutdown_with_timeout(LAST);
    }
}

/// Begins to send: that share of all traces, to a collector at that address.
pub(super) fn start(endpoint: &str, sample: f64, runtime: &Handle) -> anyhow::Result<(Listener, Exporting)> {
    let client =
        philia_models::Http::new().client_for(endpoint).map_err(anyhow::Error::msg).context("traces.endpoint")?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .with_http_client(Sender { client, runtime: runtime.clone(), silent: AtomicBool::new(false) })
        .build()?;
    let about = [KeyValue::new("service.name", "philia"), KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))];
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(sample))))
        .with_resource(Resource::builder_empty().with_attributes(about).build())
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("philia"))
        .with_location(false)
        .with_threads(false)
        .with_level(false);
    // Spans of our own alone: a line of the log may say more than a trace should.
    let ours = filter_fn(|about| about.is_span() && about.target().starts_with("philia"));
    Ok((layer.with_filter(ours.with_max_level_hint(LevelFilter::DEBUG)).boxed(), Exporting(provider)))
}

/// Sends batches with the program's own client, on its own runtime.
#[derive(Debug)]
struct Sender {
    client: reqwest::Client,
    runtime: Handle,
    /// The last batch did not arrive, and the log says so.
    silent: AtomicBool,
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let mut request = reqwest::Request::try_from(request)?;
        *request.timeout_mut() = Some(PATIENCE);
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request).await?.error_for_status()?;
            let status = answer.status();
            Ok::<_, reqwest::Error>((status, answer.bytes().await?))
        });
        match sent.await? {
            Ok((status, body)) => {
                self.silent.store(false, Ordering::Relaxed);
                Ok(Response::builder().status(status).body(body)?)
            }
            Err(error) => {
                if !self.silent.swap(true, Ordering::Relaxed) {
                    tracing::warn!(%error, "traces do not reach the collector; those meanwhile are lost");
                }
                Err(error.into())
            }
        }
    }
}
