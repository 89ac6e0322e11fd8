//! `philia bench`: how fast everything but the model is.

mod http;

use super::Context;
use super::paint::print;
use crate::wire;
use clap::Args;
use http::{Client, Server};
use philia_companion::{Incoming, Person, Philia};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const EXAMPLES: &str = "Examples:
  philia bench                          64 people, 20 turns each, on the configured engine
  philia bench --users 8 --turns 200
  philia bench --http                   the same through the REST API
  philia --set store.url=memory:// bench

It runs in a temporary directory with the offline voice, so no model is waited for and nothing of yours is touched.";

/// What the people of the benchmark say, by turns: news, facts, a question.
const SAID: &[&str] = &[
    "I got a new puppy today!",
    "His name is Sparky and he is a golden retriever.",
    "I work as a carpenter in a small town by the sea.",
    "My sister is coming to visit me next weekend.",
    "What is my dog's name?",
    "I am a bit nervous about the interview on Monday.",
    "We planted tomatoes and basil on the balcony.",
    "Where do I work?",
];

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Bench {
    /// People who talk at once
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096))]
    users: u16,
    /// Turns of each
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    turns: u16,
    /// Talk through the REST API of a server on this machine
    #[arg(long)]
    http: bool,
}

impl Bench {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let dir = tempdir()?;
        let mut config = context.config.clone();
        if config.store.url.starts_with("sqlite://") {
            config.store.url = format!("sqlite://{}", dir.0.join("philia.db").display());
        }
        config.data.dir = dir.0.clone();
        config.models.chat.chain.clear();
        config.models.fast.chain.clear();

        let philia = wire::philia(&config).await?;
        let server = if self.http { Some(Server::start(philia.clone()).await?) } else { None };
        let address = server.as_ref().map(|server| server.address);
        let started = Instant::now();
        let mut latencies = talk(&philia, address, self.users, self.turns).await?;
        let answered = started.elapsed();
        philia.idle().await;
        let learned = started.elapsed();
        if let Some(server) = server {
            server.end().await?;
        }

        latencies.sort_unstable();
        let turns = latencies.len();
        let rate = |time: Duration| turns as f64 / time.as_secs_f64();
        print(&format!(
            "{} people, {} turns each, {}{}\n\
             turns a second   {:.0} answered, {:.0} answered and learned from\n\
             a turn takes     p50 {}, p90 {}, p99 {}, at most {}\n",
            self.users,
            self.turns,
            config.store.url.split("://").next().unwrap_or_default(),
            if self.http { ", through HTTP" } else { "" },
            rate(answered),
            rate(learned),
            millis(quantile(&latencies, 0.50)),
            millis(quantile(&latencies, 0.90)),
            millis(quantile(&latencies, 0.99)),
            millis(quantile(&latencies, 1.0)),
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Everybody says everything, side by side; how long each turn took.
async fn talk(philia: &Philia, server: Option<SocketAddr>, users: u16, turns: u16) -> anyhow::Result<Vec<Duration>> {
    let mut people = tokio::task::JoinSet::new();
    for user in 0..users {
        let (philia, user) = (philia.clone(), format!("user-{user}"));
        people.spawn(async move {
            let mut door = match server {
                Some(address) => Door::Http(Client::connect(address, user).await?),
                None => Door::Here(philia.person("bench", &user).await?),
            };
            let mut latencies = Vec::with_capacity(turns.into());
            for turn in 0..turns {
                // A number in every sentence, so that not all of them are the same memory.
                let message = format!("{} ({turn})", SAID[usize::from(turn) % SAID.len()]);
                let started = Instant::now();
                door.say(&message).await?;
                latencies.push(started.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    let mut all = Vec::new();
    while let Some(person) = people.join_next().await {
        all.extend(person??);
    }
    Ok(all)
}

/// Where somebody talks.
enum Door {
    Here(Person),
    Http(Client),
}

impl Door {
    async fn say(&mut self, message: &str) -> anyhow::Result<()> {
        match self {
            Self::Here(person) => person.ask(Incoming::new("bench", message)).await.map(drop).map_err(Into::into),
            Self::Http(client) => client.say(message).await,
        }
    }
}

/// The value below which `share` of the sorted values lie.
fn quantile(sorted: &[Duration], share: f64) -> Duration {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index within the slice")]
    let at = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied().unwrap_or_default()
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

fn tempdir() -> std::io::Result<TempDir> {
    use philia_ports::Chance as _;
    let name: String = crate::system::SystemChance.ten_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let dir = std::env::temp_dir().join(format!("philia-bench-{name}"));
    wire::private_dir(&dir)?;
    Ok(TempDir(dir))
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
