//! `philia bench`: how fast everything but the model is.

mod engines;
mod http;
mod load;
mod recall;
mod remember;
mod texts;
mod turns;
mod vectors;

use super::Context;
use crate::config::Config;
use crate::engines::Url;
use crate::wire;
use clap::{Args, Subcommand};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

const EXAMPLES: &str = "Examples:
  philia bench                          64 people, 20 turns each, on the configured engine
  philia bench --users 8 --turns 200
  philia bench --http                   the same through the REST API
  philia bench load                     a server under load: 1,000 people with 1,000 memories each
  philia bench recall --memories 10000,100000
  philia bench recall --texts memories.txt --queries questions.txt --json
  philia bench remember --rate 5000 --seconds 10
  philia bench engines --store sqlite:// --store redis://127.0.0.1/7
  philia bench vectors --texts memories.txt --out memories.f32
  philia --set store.url=memory:// bench

It runs in a temporary directory with the offline voice, so no model is waited for and nothing of yours is touched.";

#[derive(Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    turns: turns::Turns,
}

#[derive(Subcommand)]
enum What {
    /// Whole turns, many people at once (what `philia bench` does by itself)
    Turns(turns::Turns),
    /// Recall over many memories: from the question to the memories read from the store
    #[command(after_help = recall::EXAMPLES)]
    Recall(recall::Recall),
    /// Memories that come at a fixed rate, each embedded, durable and indexed
    #[command(after_help = remember::EXAMPLES)]
    Remember(remember::Remember),
    /// A server in a process of its own under load: turns a second, latencies, memory, idle connections
    #[command(after_help = load::EXAMPLES)]
    Load(load::Load),
    /// The same work on one engine after the other, as one table
    #[command(after_help = engines::EXAMPLES)]
    Engines(engines::Engines),
    /// The vectors of the lines of a file, to measure other systems on the same ones
    #[command(after_help = vectors::EXAMPLES)]
    Vectors(vectors::Vectors),
}

impl Bench {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self.what.unwrap_or(What::Turns(self.turns)) {
            What::Turns(turns) => turns.run(context).await,
            What::Recall(recall) => recall.run(context).await,
            What::Remember(remember) => remember.run(context).await,
            What::Load(load) => load.run(context).await,
            What::Engines(engines) => engines.run(context).await,
            What::Vectors(vectors) => vectors.run(context).await,
        }
    }
}

/// The configuration with everything of the person's own taken out: an empty directory, no model to wait for.
fn apart(config: &Config, dir: &Path) -> Config {
    let mut config = config.clone();
    if config.store.url.file().is_some() {
        config.store.url = Url::new(format!("sqlite://{}", dir.join("philia.db").display()));
    }
    config.data.dir = dir.to_owned();
    config.models.chat.chain.clear();
    config.models.fast.chain.clear();
    config
}

/// The value below which `share` of the sorted values lie.
fn quantile(sorted: &[Duration], share: f64) -> Duration {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index within the slice")]
    let at = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied().unwrap_or_default()
}

/// Processor time that this process took so far, all threads together; none where the system does not tell.
#[cfg(unix)]
fn processor() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::ProcessCPUTime).try_into().ok()
}

#[cfg(not(unix))]
fn processor() -> Option<Duration> {
    None
}

/// Of the processor time since `before`, the share of one of `count`.
fn processor_each(before: Option<Duration>, count: usize) -> Option<Duration> {
    Some(processor()?.saturating_sub(before?).div_f64(count.max(1) as f64))
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// A directory that goes when the value goes.
struct TempDir(std::path::PathBuf);

impl Drop for TempDir {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl TempDir {
    fn new() -> std::io::Result<Self> {
        use philia_ports::Chance as _;
        let name: String = crate::system::SystemChance.ten_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let dir = std::env::temp_dir().join(format!("philia-bench-{name}"));
        wire::private_dir(&dir)?;
        Ok(Self(dir))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_of_the_list() {
        let sorted: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        for (share, millis) in [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)] {
            assert_eq!(quantile(&sorted, share), Duration::from_millis(millis));
        }
        assert_eq!(quantile(&[], 0.5), Duration::ZERO);
    }
}
