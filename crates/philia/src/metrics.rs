//! The recorder behind every metric, and what only the process knows of itself.

use anyhow::Context as _;
use metrics::gauge;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use philia_web::Scrape;
use std::time::Duration;

/// Upper bounds of the classes of every time, in seconds: from what a step takes to what a slow model takes.
const SECONDS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// How often what was recorded is put together, where nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts recording for the whole process.
///
/// # Errors
/// Somebody records already.
pub(crate) fn start() -> anyhow::Result<Scrape> {
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_duration_seconds".into()), SECONDS)?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok().context("metrics are recorded already")?;
    philia_companion::observe::describe();
    metrics::describe_gauge!("process_resident_memory_bytes", metrics::Unit::Bytes, "Resident memory");
    gauge!("philia_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    tokio::spawn(upkeep(handle.clone()));
    Ok(Scrape::new(move || {
        if let Some(bytes) = resident() {
            gauge!("process_resident_memory_bytes").set(bytes as f64);
        }
        handle.render()
    }))
}

async fn upkeep(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        handle.run_upkeep();
    }
}

/// Bytes of memory that this process has; none where the system does not tell.
pub(crate) fn resident() -> Option<u64> {
    resident_of("self")
}

/// The same of a process by its number.
pub(crate) fn resident_of(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Processor time that a process took so far, by its number; none where the system does not tell.
pub(crate) fn processor_of(process: &str) -> Option<Duration> {
    // What Linux counts these in, whatever its own clock is.
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name comes second, in brackets, and may hold anything.
    let mut numbers = stat.rsplit_once(')')?.1.split_whitespace().skip(11).map_while(|ticks| ticks.parse::<f64>().ok());
    Some(Duration::from_secs_f64((numbers.next()? + numbers.next()?) / TICKS_A_SECOND))
}
