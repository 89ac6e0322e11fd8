//! The recorder behind every metric, and what only the process knows of itself.

use anyhow::Context as _;
use metrics::gauge;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use philia_web::Scrape;
use std::ops::Range;
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

/// Bytes of memory that this process has in a part of its address space; none where the system does not tell.
#[cfg(target_os = "linux")]
pub(crate) fn resident_within(place: &Range<usize>) -> Option<usize> {
    use std::os::unix::fs::FileExt as _;
    /// Bytes that are told of every page, the last bit of which says whether it is there.
    const TOLD: usize = 8;
    let page = rustix::param::page_size();
    let map = std::fs::File::open("/proc/self/pagemap").ok()?;
    let (mut there, mut next, end) = (0, place.start / page * TOLD, place.end.div_ceil(page) * TOLD);
    let mut told = vec![0; 64 * 1024];
    while next < end {
        let most = told.len().min(end - next);
        let read = map.read_at(&mut told[..most], next as u64).ok().filter(|read| *read > 0)?;
        there += told[..read].chunks_exact(TOLD).filter(|page| page[TOLD - 1] & 0x80 != 0).count();
        next += read;
    }
    Some(there * page)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn resident_within(_: &Range<usize>) -> Option<usize> {
    None
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
