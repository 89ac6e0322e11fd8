//! Logging to stderr. What is said in conversations is never logged at info or above.

use crate::config::{Log, LogFormat};
use std::io;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging. `default` is the level if none is configured.
pub(crate) fn start(log: &Log, default: LevelFilter, colours: bool) {
    let filter = log.level.as_deref().and_then(|text| text.parse::<Targets>().ok());
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(default));
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(colours);
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    // A second start is a test's; the first logger stays.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}
