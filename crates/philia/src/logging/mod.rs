//! Logging: lines on stderr, and beside them, in `serve`, JSON in daily files. What is said in conversations is never
//! logged at info or above.
//!
//! Nobody waits for a log: lines go through a queue to a thread of their own ([`lane`]), and where that cannot keep up
//! (a full pipe, a full disk) lines are left out and counted.

mod files;
mod lane;

use crate::config::{Log, LogFormat};
use crate::traces::Listener;
use files::Files;
use lane::{Ended, Lane};
use std::io;
use std::path::PathBuf;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Writes what is still queued when it goes, for a moment at most.
#[must_use]
pub(crate) struct Logging {
    _lanes: Vec<Ended>,
}

/// Starts logging. `default` is the level if none is configured; `dir` is where daily files go, if there are to be any;
/// `traces` listens to spans.
///
/// # Errors
/// A thread could not be started.
pub(crate) fn start(
    log: &Log,
    default: LevelFilter,
    colours: bool,
    dir: Option<PathBuf>,
    traces: Option<Listener>,
) -> io::Result<Logging> {
    let filter = log.level.as_deref().and_then(|text| text.parse::<Targets>().ok());
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(default));
    let (lane, ended) = Lane::start("philia-log", io::stderr())?;
    let mut lanes = vec![ended];
    let lines = tracing_subscriber::fmt::layer().with_writer(lane).with_ansi(colours);
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        // The list of spans has the current one, too.
        LogFormat::Json => lines.json().with_current_span(false).boxed(),
    };
    let mut refused = None;
    let files = match dir.filter(|_| log.keep_files > 0).map(|dir| Files::open(dir, log.keep_files, log.max_file_mb)) {
        Some(Ok(files)) => {
            let (lane, ended) = Lane::start("philia-log-file", files)?;
            lanes.push(ended);
            let lines = tracing_subscriber::fmt::layer().with_writer(lane).with_ansi(false);
            Some(lines.json().with_current_span(false))
        }
        Some(Err(error)) => {
            refused = Some(error);
            None
        }
        None => None,
    };
    // A second start is a test's; the first logger stays.
    let _ = tracing_subscriber::registry().with(traces).with(lines.and_then(files).with_filter(filter)).try_init();
    if let Some(error) = refused {
        tracing::warn!("there are no log files: {error}");
    }
    Ok(Logging { _lanes: lanes })
}
