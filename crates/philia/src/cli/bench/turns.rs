//! `philia bench turns`: how fast everything but the model is.

use super::http::{Client, Server};
use super::{TempDir, apart, millis, quantile};
use crate::cli::Context;
use crate::cli::paint::print;
use crate::wire;
use clap::Args;
use philia_companion::{Incoming, Person, Philia};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What the people of the benchmark say, by turns: news, facts, a question.
pub(super) const SAID: &[&str] = &[
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
pub(super) struct Turns {
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

impl Turns {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let dir = TempDir::new()?;
        let config = apart(&context.config, &dir.0);
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
            config.store.url.scheme(),
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
pub(super) async fn talk(
    philia: &Philia,
    server: Option<SocketAddr>,
    users: u16,
    turns: u16,
) -> anyhow::Result<Vec<Duration>> {
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
