//! `philia bench engines`: the same work on one engine after the other, as one table.

use super::recall::fill;
use super::texts::Texts;
use super::turns::talk;
use super::{TempDir, apart, millis, quantile};
use crate::cli::Context;
use crate::cli::paint::{note, print};
use crate::engines::Url;
use crate::{engines, wire};
use anyhow::{Context as _, ensure};
use clap::Args;
use philia_companion::recall::Request;
use philia_companion::{Parts, Philia};
use philia_ports::store::{Change, Draft, Key, Kind};
use philia_ports::{Partition, PartitionId, StoreAdmin};
use serde_json::{Value, json};
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) const EXAMPLES: &str = "Examples:
  philia bench engines --store sqlite:// --store postgres://philia@127.0.0.1/bench
  philia bench engines --store postgres://philia@127.0.0.1/bench --index embedded:// --memories 10000,100000
  scripts/backends/bench                     starts what is installed, and writes the table of docs/benchmarks.md

Each engine must be empty, and is empty again afterwards; sqlite:// is a file of its own. One after the other: people talk at
once (turns a second, answered and learned from), one person commits again and again (two records of a turn's size), and
asks again and again, of so many memories. Recall is from the question to the memories read from the store.";

/// Commits of one person, one after the other.
const COMMITS: usize = 500;
/// The account of all who come here.
const ACCOUNT: &str = "bench";

#[derive(Args)]
pub(super) struct Engines {
    /// An engine that keeps records; as many as you like
    #[arg(long = "store", value_name = "URL", required = true)]
    stores: Vec<String>,
    /// What finds memories; by default index.url
    #[arg(long = "index", value_name = "URL")]
    indexes: Vec<String>,
    /// How many memories are recalled from; several with commas between
    #[arg(long, value_delimiter = ',', default_values_t = [1000_usize])]
    memories: Vec<usize>,
    /// People who talk at once
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=4096))]
    users: u16,
    /// Turns of each
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    turns: u16,
    /// Questions that are asked
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    questions: u16,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Engines {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let indexes = match self.indexes.as_slice() {
            [] => vec![context.config.index.url.clone()],
            urls => urls.iter().cloned().map(Url::new).collect(),
        };
        let mut rows = Vec::new();
        for store in self.stores.iter().cloned().map(Url::new) {
            for index in &indexes {
                note(&format!("{store}, {index} ..."));
                rows.push(self.measure(context, &store, index).await.with_context(|| store.to_string())?);
            }
        }
        if self.json {
            print(&format!("{:#}\n", json!({ "engines": rows.iter().flat_map(Row::json).collect::<Vec<_>>() })))?;
        } else {
            print(HEAD)?;
            rows.iter().try_for_each(|row| print(&row.table()))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn measure(&self, context: &Context, store: &Url, index: &Url) -> anyhow::Result<Row> {
        let dir = TempDir::new()?;
        let mut config = context.config.clone();
        (config.store.url, config.index.url) = (store.clone(), index.clone());
        if store.scheme() == "sqlite" {
            config.store.url = Url::new("sqlite://a.file");
        }
        let config = apart(&config, &dir.0);
        let store = engines::open(engines::STORES, &config.store.url, &config).await?;
        ensure!(store.partitions(1, None).await?.items.is_empty(), "it holds something already; it must be empty");
        let measured = self.measure_empty(&config, store.clone()).await;
        // Whatever came of it.
        while let Some(left) = store.partitions(1, None).await?.items.first() {
            store.erase(&left.partition.id).await?;
        }
        measured
    }

    async fn measure_empty(&self, config: &crate::config::Config, store: Arc<dyn StoreAdmin>) -> anyhow::Result<Row> {
        let engine = store.health().await?.engine;
        let commit = commits(&*store).await?;
        let parts = wire::parts_over(config, store.clone()).await?;
        let philia = Philia::new(parts);
        let began = Instant::now();
        let mut turn = talk(&philia, None, self.users, self.turns).await?;
        let answered = began.elapsed();
        philia.idle().await;
        let learned = began.elapsed();
        turn.sort_unstable();
        let mut recalls = Vec::new();
        for size in &self.memories {
            recalls.push((*size, self.recall(config, &store, *size).await?));
        }
        let index = config.index.url.scheme().to_owned();
        Ok(Row { engine, index, turns: turn.len(), answered, learned, turn, commit, recalls })
    }

    /// Asks somebody with so many memories, and forgets them again.
    async fn recall(
        &self,
        config: &crate::config::Config,
        store: &Arc<dyn StoreAdmin>,
        size: usize,
    ) -> anyhow::Result<Vec<Duration>> {
        ensure!(size > 0, "memories: 0 is not allowed; at least 1");
        let partition = person(&**store, &format!("asks-{size}")).await?;
        let mut source = Texts::new(size as u64)?;
        let texts: Vec<String> = (0..size).map(|_| source.text()).collect();
        let parts: Parts = wire::parts_over(config, store.clone()).await?;
        fill(&parts, &partition, &texts).await?;
        let philia = Philia::new(parts);
        let person = philia.person(ACCOUNT, partition.id.subject()).await?;
        // The first fills the index.
        person.recall(&Request::new("What did I say about the first of all?")).await?;
        let mut times = Vec::new();
        for _ in 0..self.questions {
            let question = source.question(&texts);
            let began = Instant::now();
            black_box(person.recall(&Request::new(&question)).await?);
            times.push(began.elapsed());
        }
        person.erase().await?;
        times.sort_unstable();
        Ok(times)
    }
}

async fn person(store: &dyn StoreAdmin, name: &str) -> anyhow::Result<Partition> {
    Ok(store.open(&PartitionId::new(ACCOUNT, name)?).await?)
}

/// Commits one after the other: a record of a turn's size that is new, and one that is put again.
async fn commits(store: &dyn StoreAdmin) -> anyhow::Result<Vec<Duration>> {
    let partition = person(store, "commits").await?;
    let now = jiff::Timestamp::UNIX_EPOCH;
    let mut times = Vec::with_capacity(COMMITS);
    for n in 0..COMMITS as u64 {
        let said = Draft {
            key: Key::new(Kind::Interaction, format!("turn-{n:06}")),
            at: now,
            doc: json!({ "message": "word ".repeat(40), "reply": "word ".repeat(60), "n": n }).into(),
            blob: None,
        };
        let state = Draft {
            key: Key::new(Kind::Companion, "state"),
            at: now,
            doc: json!({ "mood": [0.1, 0.2, 0.3], "n": n, "life": "number ".repeat(100) }).into(),
            blob: None,
        };
        let state = if n == 0 { Change::Insert(state) } else { Change::Put { draft: state, expected: n } };
        let began = Instant::now();
        store.commit(&partition, vec![Change::Insert(said), state]).await?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}

/// What was measured on one engine. Times are sorted.
struct Row {
    engine: String,
    index: String,
    turns: usize,
    answered: Duration,
    learned: Duration,
    turn: Vec<Duration>,
    commit: Vec<Duration>,
    recalls: Vec<(usize, Vec<Duration>)>,
}

const HEAD: &str = "\
| engine | index | turns/s answered | and learned | a turn p50 | p99 | a commit p50 | p99 | memories | recall p50 | p99 |
|---|---|---|---|---|---|---|---|---|---|---|
";

impl Row {
    fn rate(&self, time: Duration) -> f64 {
        self.turns as f64 / time.as_secs_f64()
    }

    fn table(&self) -> String {
        let both = |times: &[Duration]| format!("{} | {}", millis(quantile(times, 0.5)), millis(quantile(times, 0.99)));
        let row = |(size, recall): &(usize, Vec<Duration>)| {
            let (answered, learned) = (self.rate(self.answered), self.rate(self.learned));
            let (turn, commit, recall) = (both(&self.turn), both(&self.commit), both(recall));
            let (engine, index) = (&self.engine, &self.index);
            format!("| {engine} | {index} | {answered:.0} | {learned:.0} | {turn} | {commit} | {size} | {recall} |\n")
        };
        self.recalls.iter().map(row).collect()
    }

    fn json(&self) -> Vec<Value> {
        let seconds = |times: &[Duration]| json!({ "p50": quantile(times, 0.5).as_secs_f64(), "p99": quantile(times, 0.99).as_secs_f64() });
        let row = |(size, recall): &(usize, Vec<Duration>)| {
            json!({
                "engine": self.engine, "index": self.index,
                "answered_per_s": self.rate(self.answered), "learned_per_s": self.rate(self.learned),
                "turn_s": seconds(&self.turn), "commit_s": seconds(&self.commit),
                "memories": size, "recall_s": seconds(recall),
            })
        };
        self.recalls.iter().map(row).collect()
    }
}
