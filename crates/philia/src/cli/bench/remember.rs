//! `philia bench remember`: memories that come whether or not those before them are done.

use super::recall::draft;
use super::texts::Texts;
use super::{TempDir, apart, millis, quantile};
use crate::cli::Context;
use crate::cli::paint::print;
use crate::wire;
use anyhow::Context as _;
use clap::Args;
use philia_companion::Parts;
use philia_companion::privacy::Reach;
use philia_mind::MemoryId;
use philia_mind::memory::{Memory, Provenance, Speaker};
use philia_ports::index::Entry;
use philia_ports::store::{Change, PartitionId};
use philia_ports::{Embedder, Index, StoreAdmin};
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub(super) const EXAMPLES: &str = "Examples:
  philia bench remember --rate 5000 --seconds 10
  philia bench remember --rate 200 --people 1 --json

An open loop: each memory has a time at which it comes, and its latency counts from that time, so what waits in a queue
is not overlooked. One is done when it is embedded, durable in the store, and found by the index.";

#[derive(Args)]
pub(super) struct Remember {
    /// Memories a second
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: u32,
    /// For so long
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// People whose memories they are; those of one person are kept one after the other
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u16).range(1..=4096))]
    people: u16,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// A memory to come: its number, what it says, when it is due.
type Coming = (usize, String, Instant);

impl Remember {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let dir = TempDir::new()?;
        let config = apart(&context.config, &dir.0);
        let parts = wire::parts(&config).await?;
        let all = self.rate as usize * self.seconds as usize;
        let mut source = Texts::new(u64::from(self.rate))?;
        // Some thousands of texts, again and again: making them up must not be what takes the time.
        let texts: Vec<String> = (0..all.min(20_000)).map(|_| source.text()).collect();

        let mut people = JoinSet::new();
        let mut queues = Vec::new();
        for number in 0..self.people {
            let (queue, coming) = mpsc::unbounded_channel();
            queues.push(queue);
            people.spawn(Keeper::new(&parts, number).await?.keep(coming));
        }
        let began = Instant::now() + Duration::from_millis(100);
        for number in 0..all {
            let due = began + Duration::from_secs_f64(number as f64 / f64::from(self.rate));
            if due > Instant::now() {
                tokio::time::sleep_until(due.into()).await;
            }
            let queue = &queues[number % queues.len()];
            queue.send((number, texts[number % texts.len()].clone(), due)).ok().context("somebody gave up")?;
        }
        drop(queues);
        let mut latencies = Vec::with_capacity(all);
        while let Some(person) = people.join_next().await {
            latencies.extend(person??);
        }
        let rate = all as f64 / began.elapsed().as_secs_f64();
        latencies.sort_unstable();
        let of = |share| quantile(&latencies, share);
        let store = config.store.url.scheme();
        if self.json {
            let millis = |share| of(share).as_secs_f64() * 1000.0;
            let figures = json!({
                "asked_per_s": self.rate,
                "reached_per_s": rate,
                "memories": all,
                "people": self.people,
                "store": store,
                "p50_ms": millis(0.5),
                "p90_ms": millis(0.9),
                "p99_ms": millis(0.99),
                "most_ms": millis(1.0),
            });
            print(&format!("{figures:#}\n"))?;
        } else {
            print(&format!(
                "{all} memories of {} people, {store}\n\
                 a second          {rate:.0} of {} that came\n\
                 a memory takes    p50 {}, p90 {}, p99 {}, at most {}\n",
                self.people,
                self.rate,
                millis(of(0.5)),
                millis(of(0.9)),
                millis(of(0.99)),
                millis(of(1.0)),
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Keeps one person's memories.
struct Keeper {
    store: Arc<dyn StoreAdmin>,
    index: Arc<dyn Index>,
    embedder: Arc<dyn Embedder>,
    partition: philia_ports::Partition,
    upto: u64,
}

impl Keeper {
    async fn new(parts: &Parts, number: u16) -> anyhow::Result<Self> {
        let partition = parts.store.open(&PartitionId::new("bench", format!("person-{number}"))?).await?;
        parts.index.apply(&partition, None, Vec::new(), &[], 0).await?;
        Ok(Self {
            store: parts.store.clone(),
            index: parts.index.clone(),
            embedder: parts.embedder.within(Reach::Anywhere).clone(),
            partition,
            upto: 0,
        })
    }

    /// Keeps what comes; how long after it was due each was done.
    async fn keep(mut self, mut coming: mpsc::UnboundedReceiver<Coming>) -> anyhow::Result<Vec<Duration>> {
        let mut latencies = Vec::new();
        while let Some((number, text, due)) = coming.recv().await {
            self.remember(number, text).await?;
            latencies.push(due.elapsed());
        }
        Ok(latencies)
    }

    async fn remember(&mut self, number: usize, text: String) -> anyhow::Result<()> {
        let vector = self.embedder.embed_documents(std::slice::from_ref(&text)).await?.pop().flatten();
        let id = MemoryId::new(format!("0193ab54-7d1c-7000-8000-{number:012}.u"));
        let at = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(number as i64);
        let memory = Memory {
            embedder: Some(self.embedder.info().id.clone()),
            ..Memory::new(id, text, Speaker::User, "bench", at, Provenance::Hand)
        };
        let insert = Change::Insert(draft(&memory, vector.as_deref())?);
        let upto = self.store.commit(&self.partition, vec![insert]).await?;
        let entry = Entry {
            id: memory.id,
            text: memory.content,
            vector,
            speaker: memory.speaker,
            place: memory.place,
            occurred_at: memory.occurred_at,
            kind: memory.kind,
            category: memory.category,
            importance: memory.importance,
            reinforced: 0,
            emotion: None,
            tags: Vec::new(),
            hidden: false,
        };
        self.index.apply(&self.partition, Some(self.upto), vec![entry], &[], upto).await?;
        self.upto = upto;
        Ok(())
    }
}
