//! `philia bench load`: a whole server under load, as operators meet it: a process of its own, HTTP, durable SQLite, many
//! people with many memories.

use super::http::{Client, Process};
use super::recall::draft;
use super::texts::Texts;
use super::turns::SAID;
use super::{TempDir, apart, millis, processor, quantile};
use crate::cli::Context;
use crate::cli::paint::{Paint, note, print};
use crate::cli::progress::Progress;
use crate::{lifecycle, wire};
use anyhow::{Context as _, ensure};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use philia_companion::privacy::Reach;
use philia_mind::MemoryId;
use philia_mind::memory::{Memory, Place, Provenance, Speaker};
use philia_ports::store::{Change, MAX_CHANGES, PartitionId};
use serde_json::{Value, json};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub(super) const EXAMPLES: &str = "Examples:
  philia bench load
  philia bench load --users 100 --memories 200 --seconds 5
  philia bench load --sockets 5000
  philia bench load --minutes 10 --json

First everybody talks as fast as they are answered, for turns a second at full load. Then messages come at 80 % of that,
whether or not those before them are answered, for how long an answer takes: each counts from when it was due. A soak goes
on at 60 %: what is learned in its minutes is searched in them, too, so a turn at its end takes more than one at full load
did. The load comes from this machine, too: it shares the processor with the server it measures.";

/// Texts that all memories are made of.
const DIFFERENT: usize = 4096;
/// Share of the full load at which latencies are taken.
const SHARE: f64 = 0.8;
/// Share of the full load that is kept up for minutes.
const SOAKED: f64 = 0.6;
/// How often memory is looked at during a soak.
const LOOK: Duration = Duration::from_secs(5);

#[derive(Args)]
pub(super) struct Load {
    /// People
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    users: u32,
    /// Memories of each
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    memories: u32,
    /// Connections over which they talk
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096))]
    connections: u16,
    /// How long each of the two loads lasts
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// Goes on at 60 % for so long, and looks at memory
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1440))]
    minutes: u32,
    /// Idle WebSocket connections that are opened and measured
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=60_000))]
    sockets: u32,
    /// Memory for the index; by default one and a half a person, and 100 for each of the minutes, so that everybody's stays
    /// loaded
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    index_mb: Option<u32>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// What a load came to. Latencies are sorted.
struct Measured {
    turns: usize,
    took: Duration,
    latencies: Vec<Duration>,
    /// Processor time of a turn: the server's and the load's; none where the system does not tell.
    processor: Option<[Duration; 2]>,
}

impl Measured {
    fn rate(&self) -> f64 {
        self.turns as f64 / self.took.as_secs_f64()
    }

    fn of(&self, share: f64) -> Duration {
        quantile(&self.latencies, share)
    }

    fn json(&self) -> Value {
        let ms = |share| self.of(share).as_secs_f64() * 1000.0;
        json!({
            "turns": self.turns, "turns_per_s": self.rate(),
            "p50_ms": ms(0.5), "p90_ms": ms(0.9), "p99_ms": ms(0.99), "most_ms": ms(1.0),
            "processor_ms": self.processor.map(|[server, load]| json!({
                "server": server.as_secs_f64() * 1000.0, "load": load.as_secs_f64() * 1000.0,
            })),
        })
    }

    fn line(&self, what: &str) -> String {
        let processor = self.processor.map(|[server, load]| {
            format!("{:18}of the processor a turn takes {}, and the load for it {}\n", "", millis(server), millis(load))
        });
        format!(
            "{what:18}{:.0} turns a second; a turn takes p50 {}, p90 {}, p99 {}, at most {}\n{}",
            self.rate(),
            millis(self.of(0.5)),
            millis(self.of(0.9)),
            millis(self.of(0.99)),
            millis(self.of(1.0)),
            processor.unwrap_or_default(),
        )
    }
}

/// Memory at one moment, in bytes.
#[derive(Clone, Copy)]
struct Look {
    resident: u64,
    index: u64,
}

impl Look {
    fn besides(self) -> u64 {
        self.resident.saturating_sub(self.index)
    }
}

impl Load {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        lifecycle::allow_many_files();
        let dir = TempDir::new()?;
        let mut config = apart(&context.config, &dir.0);
        config.index.budget_mb = self.index_mb.unwrap_or((self.users * 3 / 2 + self.minutes * 100).max(64)) as usize;
        ensure!(config.store.url.file().is_some(), "a process of its own needs a store on disk");
        self.fill(&config).await?;
        let budget = format!("index.budget_mb={}", config.index.budget_mb);
        let server = Process::start(&dir.0, &["--set", &budget]).await?;
        let say = Arc::new(Say { users: self.users as usize, said: AtomicUsize::new(0) });

        let tell = |what: &str| note(&Paint::stderr().dim(what));
        tell("everybody says hello, so that everybody is loaded");
        self.closed(&server, &say, Until::Turns(self.users as usize)).await?;
        tell("full load");
        let full = self.closed(&server, &say, Until::Seconds(self.seconds)).await?;
        tell("80 % of it");
        let part = self.open(&server, &say, full.rate() * SHARE, Duration::from_secs(self.seconds.into())).await?;
        let mut looks = vec![server.look().await?];
        let soak = if self.minutes > 0 {
            tell("soak, at 60 %");
            let minutes = Duration::from_secs(60 * u64::from(self.minutes));
            let load = self.open(&server, &say, full.rate() * SOAKED, minutes);
            tokio::pin!(load);
            Some(loop {
                tokio::select! {
                    done = &mut load => break done?,
                    () = tokio::time::sleep(LOOK) => looks.push(server.look().await?),
                }
            })
        } else {
            None
        };
        let sockets = if self.sockets > 0 { Some(self.sockets(&server).await?) } else { None };
        let last = server.look().await?;
        server.end().await?;
        print(&self.report(&full, &part, soak.as_ref(), &looks, last, sockets))?;
        Ok(ExitCode::SUCCESS)
    }

    fn report(
        &self,
        full: &Measured,
        part: &Measured,
        soak: Option<&Measured>,
        looks: &[Look],
        last: Look,
        sockets: Option<u64>,
    ) -> String {
        let besides = || looks.iter().map(|look| look.besides());
        let (least, most) = (besides().min().unwrap_or_default(), besides().max().unwrap_or_default());
        let drift = if least > 0 { (most as f64 / least as f64 - 1.0) * 100.0 } else { 0.0 };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if self.json {
            let figures = json!({
                "users": self.users, "memories_each": self.memories, "connections": self.connections, "cores": cores,
                "load_shares_the_cores": true,
                "full": full.json(), "at_80_percent": part.json(), "soak": soak.map(Measured::json),
                "memory": {
                    "resident_bytes": last.resident, "index_bytes": last.index,
                    "besides_least_bytes": least, "besides_most_bytes": most, "besides_drift_percent": drift,
                },
                "sockets": sockets.map(|bytes| json!({ "open": self.sockets, "bytes": bytes })),
            });
            return format!("{figures:#}\n");
        }
        let mb = |bytes: u64| format!("{:.0} MB", bytes as f64 / 1e6);
        let mut out = format!(
            "{} people with {} memories each, durable SQLite, through HTTP to a process of its own\n\
             on {cores} cores, which the load generator shares\n",
            self.users, self.memories
        );
        out.push_str(&full.line("full load"));
        out.push_str(&part.line("at 80 % of it"));
        out.extend(soak.map(|soak| soak.line("soak")));
        out.push_str(&format!(
            "memory            {} resident, of it {} the index's; the rest from {} to {} ({drift:.1} %)\n",
            mb(last.resident),
            mb(last.index),
            mb(least),
            mb(most)
        ));
        if let Some(bytes) = sockets {
            out.push_str(&format!("idle sockets      {}, which take {}\n", self.sockets, mb(bytes)));
        }
        out
    }

    /// Gives everybody their memories, as they would be after long talks.
    async fn fill(&self, config: &crate::config::Config) -> anyhow::Result<()> {
        if self.memories == 0 {
            return Ok(());
        }
        let parts = wire::parts(config).await?;
        let embedder = parts.embedder.within(Reach::Anywhere).clone();
        let mut source = Texts::new(7)?;
        let texts: Vec<String> = (0..DIFFERENT).map(|_| source.text()).collect();
        let vectors = embedder.embed_documents(&texts).await?;
        let by = embedder.info().id.clone();
        let progress = Progress::new("people");
        for user in 0..self.users {
            let partition = parts.store.open(&PartitionId::new(wire::LOCAL_ACCOUNT, name(user as usize))?).await?;
            let mut changes = Vec::with_capacity(self.memories as usize);
            for number in 0..self.memories {
                let which = (user as usize * 31 + number as usize) % DIFFERENT;
                let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(400_000 + i64::from(number));
                let id = MemoryId::new(format!("0193ab54-7d1c-7000-8000-{number:012}.u"));
                let memory = Memory {
                    embedder: vectors[which].as_ref().map(|_| by.clone()),
                    place: Some(Place { group: format!("s{}", number / 25), order: u64::from(number % 25) * 2 }),
                    ..Memory::new(id, &texts[which], Speaker::User, "bench", at, Provenance::Hand)
                };
                changes.push(Change::Insert(draft(&memory, vectors[which].as_deref())?));
            }
            // One person's are kept side by side, so that the disk is waited for once.
            let mut commits = JoinSet::new();
            while !changes.is_empty() {
                let rest = changes.split_off(changes.len().min(MAX_CHANGES));
                let (store, partition) = (parts.store.clone(), partition.clone());
                let some = std::mem::replace(&mut changes, rest);
                commits.spawn(async move { store.commit(&partition, some).await });
            }
            while let Some(done) = commits.join_next().await {
                done??;
            }
            progress.tell(user as usize + 1, self.users as usize);
        }
        progress.finish();
        Ok(())
    }

    /// Everybody talks as fast as they are answered.
    async fn closed(&self, server: &Process, say: &Arc<Say>, until: Until) -> anyhow::Result<Measured> {
        let mut people = JoinSet::new();
        let before = server.processor();
        let began = Instant::now();
        let started = say.said.load(Ordering::Relaxed);
        for _ in 0..self.connections {
            let (mut client, say) = (Client::connect(server.address, String::new()).await?, Arc::clone(say));
            people.spawn(async move {
                let mut latencies = Vec::new();
                loop {
                    let number = say.said.fetch_add(1, Ordering::Relaxed);
                    let done = match until {
                        Until::Turns(turns) => number - started >= turns,
                        Until::Seconds(seconds) => began.elapsed() >= Duration::from_secs(seconds.into()),
                    };
                    if done {
                        return anyhow::Ok(latencies);
                    }
                    let asked = Instant::now();
                    say.say(&mut client, number).await?;
                    latencies.push(asked.elapsed());
                }
            });
        }
        gathered(people, began, server, before).await
    }

    /// Messages come at a rate, whether or not those before them are answered.
    async fn open(&self, server: &Process, say: &Arc<Say>, rate: f64, length: Duration) -> anyhow::Result<Measured> {
        let mut people = JoinSet::new();
        let mut queues = Vec::new();
        // Enough that nobody waits for a connection while the server keeps up.
        for _ in 0..usize::from(self.connections) * 4 {
            let (queue, mut due) = mpsc::unbounded_channel::<(usize, Instant)>();
            queues.push(queue);
            let (mut client, say) = (Client::connect(server.address, String::new()).await?, Arc::clone(say));
            people.spawn(async move {
                let mut latencies = Vec::new();
                while let Some((number, due)) = due.recv().await {
                    say.say(&mut client, number).await?;
                    latencies.push(due.elapsed());
                }
                anyhow::Ok(latencies)
            });
        }
        let before = server.processor();
        let began = Instant::now();
        for turn in 0.. {
            let due = began + Duration::from_secs_f64(f64::from(turn) / rate);
            if due - began >= length {
                break;
            }
            if due > Instant::now() {
                tokio::time::sleep_until(due.into()).await;
            }
            let number = say.said.fetch_add(1, Ordering::Relaxed);
            queues[number % queues.len()].send((number, due)).ok().context("somebody gave up")?;
        }
        drop(queues);
        gathered(people, began, server, before).await
    }

    /// Opens idle sockets, and says how many bytes they take of the server.
    async fn sockets(&self, server: &Process) -> anyhow::Result<u64> {
        let before = server.look().await?;
        let mut open = Vec::with_capacity(self.sockets as usize);
        for number in 0..self.sockets {
            open.push(Client::socket(server.address, name(number as usize)).await?);
        }
        let after = server.look().await?;
        Ok(after.resident.saturating_sub(before.resident))
    }
}

#[derive(Clone, Copy)]
enum Until {
    Turns(usize),
    Seconds(u32),
}

/// What is said next, and by whom.
struct Say {
    users: usize,
    said: AtomicUsize,
}

impl Say {
    async fn say(&self, client: &mut Client, number: usize) -> anyhow::Result<()> {
        client.user = name(number % self.users);
        // A number in every sentence, so that not all of them are the same memory.
        let round = number / self.users;
        client.say(&format!("{} ({round})", SAID[round % SAID.len()])).await
    }
}

fn name(user: usize) -> String {
    format!("user-{user}")
}

async fn gathered(
    mut people: JoinSet<anyhow::Result<Vec<Duration>>>,
    began: Instant,
    server: &Process,
    before: Option<[Duration; 2]>,
) -> anyhow::Result<Measured> {
    let mut latencies = Vec::new();
    while let Some(person) = people.join_next().await {
        latencies.extend(person??);
    }
    let took = began.elapsed();
    latencies.sort_unstable();
    let turns = latencies.len();
    let each = |[before, after]: [Duration; 2]| after.saturating_sub(before).div_f64(turns.max(1) as f64);
    let both = before.zip(server.processor());
    let processor = both.map(|(before, after)| [each([before[0], after[0]]), each([before[1], after[1]])]);
    Ok(Measured { turns, took, latencies, processor })
}

impl Process {
    /// Processor time so far: the server's, and of the load that comes from here.
    fn processor(&self) -> Option<[Duration; 2]> {
        Some([crate::metrics::processor_of(&self.id().ok()?.to_string())?, processor()?])
    }

    async fn look(&self) -> anyhow::Result<Look> {
        let resident = crate::metrics::resident_of(&self.id()?.to_string()).context("memory is not told here")?;
        let metrics = Client::connect(self.address, String::new()).await?.get("/metrics").await?;
        let index = metrics.lines().find_map(|line| line.strip_prefix("philia_index_size_bytes "));
        let index: f64 = index.context("/metrics does not tell the index's size")?.trim().parse()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of bytes")]
        Ok(Look { resident, index: index as u64 })
    }
}
