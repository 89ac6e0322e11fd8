//! `philia bench recall`: how long a question takes, and where the time goes.

use super::texts::Texts;
use super::{TempDir, apart, processor, processor_each, quantile};
use crate::cli::Context;
use crate::cli::paint::print;
use crate::cli::progress::Progress;
use crate::wire;
use anyhow::{Context as _, ensure};
use clap::Args;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use philia_companion::edit::NewMemory;
use philia_companion::privacy::Reach;
use philia_companion::recall::Request;
use philia_companion::{Parts, Philia};
use philia_mind::MemoryId;
use philia_mind::memory::recall::{Known, POOL, Query, Ranking, analyse, rank};
use philia_mind::memory::{Memory, Place, Provenance, Speaker};
use philia_mind::text::Analyzer;
use philia_ports::StoreAdmin;
use philia_ports::index::Filter;
use philia_ports::store::{Change, Doc, Draft, Key, Kind, MAX_CHANGES, Partition, PartitionId};
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

pub(super) const EXAMPLES: &str = "Examples:
  philia bench recall
  philia bench recall --memories 10000,100000,1000000
  philia bench recall --texts memories.txt --queries questions.txt --json
  philia --set store.url=memory:// bench recall

Without files, texts and questions are made up and the same at every run. Every question is asked once, one after the
other: the whole recall as a turn does it (`recall`), then its parts alone. The first recall after a cold start fills the
index from the store.";

/// Turns of a session; sessions are half a day apart.
const SESSION: usize = 25;
/// Commits that are under way at once while the store is filled.
const AT_ONCE: usize = 16;
/// Memories that are added one by one after the questions.
const INSERTS: usize = 200;
/// Times that memory is read for its bandwidth, in turn with the scan.
const ROUNDS: usize = 15;

#[derive(Args)]
pub(super) struct Recall {
    /// How many memories the person has; several with commas between
    #[arg(long, value_delimiter = ',', default_values_t = [10_000_usize, 100_000])]
    memories: Vec<usize>,
    /// Memories from a file instead of made-up ones, one a line; as many as it has
    #[arg(long, value_name = "FILE", conflicts_with = "memories")]
    texts: Option<PathBuf>,
    /// Questions from a file, one a line
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// How many questions to make up
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    questions: u16,
    /// How many memories a question brings back
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=50))]
    k: u8,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Recall {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let given = self.texts.as_deref().map(lines).transpose()?;
        let asked = self.queries.as_deref().map(lines).transpose()?;
        let sizes = given.as_ref().map_or(self.memories, |texts| vec![texts.len()]);
        let mut runs = Vec::new();
        for size in sizes {
            ensure!(size > 0, "memories: 0 is not allowed; at least 1");
            let mut source = Texts::new(size as u64)?;
            let texts = given.clone().unwrap_or_else(|| (0..size).map(|_| source.text()).collect());
            let questions =
                asked.clone().unwrap_or_else(|| (0..self.questions).map(|_| source.question(&texts)).collect());
            let run = Run::of(context, &texts, &questions, usize::from(self.k)).await?;
            if !self.json {
                print(&run.table())?;
            }
            runs.push(run.json());
        }
        if self.json {
            print(&format!("{:#}\n", json!({ "runs": runs })))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The lines of a file that are not empty.
fn lines(path: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let lines: Vec<String> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    ensure!(!lines.is_empty(), "{} has no line with anything on it", path.display());
    Ok(lines)
}

/// What was measured with so many memories. Times are sorted.
struct Run {
    memories: usize,
    questions: usize,
    store: String,
    fill: Duration,
    first: Duration,
    second: Duration,
    bytes: usize,
    recall: Vec<Duration>,
    recall_cpu: Option<Duration>,
    insert: Vec<Duration>,
    insert_cpu: Option<Duration>,
    embed: Vec<Duration>,
    search: Vec<Duration>,
    rank: Vec<Duration>,
    read: Vec<Duration>,
    scan: Vec<Duration>,
    memory: Vec<Duration>,
    scanned: usize,
}

impl Run {
    async fn of(context: &Context, texts: &[String], questions: &[String], k: usize) -> anyhow::Result<Self> {
        let dir = TempDir::new()?;
        let config = apart(&context.config, &dir.0);
        let mut parts = wire::parts(&config).await?;
        // As in a program that has been running for a second.
        let index = wire::embedded_index(&config);
        index.warm();
        parts.index = index;
        let store = parts.store.clone();
        let partition = store.open(&PartitionId::new("bench", "person")?).await?;
        let began = Instant::now();
        fill(&parts, &partition, texts).await?;
        let fill = began.elapsed();

        // A cold start: nothing of the person is loaded yet.
        let (index, embedder) = (parts.index.clone(), parts.embedder.within(Reach::Anywhere).clone());
        let philia = Philia::new(parts);
        let person = philia.person("bench", "person").await?;
        let request = |text: &str| Request { k, ..Request::new(text) };
        let began = Instant::now();
        person.recall(&request("What did I say about the first of all?")).await?;
        let first = began.elapsed();
        let began = Instant::now();
        person.recall(&request("What did I say about the second of all?")).await?;
        let second = began.elapsed();
        let info = index.info(&partition).await?.context("the index was dropped")?;

        let mut run = Self {
            memories: texts.len(),
            questions: questions.len(),
            store: config.store.url.scheme().to_owned(),
            fill,
            first,
            second,
            bytes: info.bytes,
            recall: Vec::new(),
            recall_cpu: None,
            insert: Vec::new(),
            insert_cpu: None,
            embed: Vec::new(),
            search: Vec::new(),
            rank: Vec::new(),
            read: Vec::new(),
            scan: Vec::new(),
            memory: Vec::new(),
            scanned: texts.len() * embedder.info().dimensions,
        };
        let before = processor();
        for question in questions {
            let began = Instant::now();
            black_box(person.recall(&request(question)).await?);
            run.recall.push(began.elapsed());
        }
        run.recall_cpu = processor_each(before, questions.len());
        let analyzer = Analyzer::new();
        let mut asked = Vec::new();
        for question in questions {
            let known = Known { user: None, speakers: &info.speakers };
            let began = Instant::now();
            let query = analyse(&analyzer, question, &known, philia.now(), &TimeZone::UTC);
            let mut vectors = Vec::with_capacity(query.dense_texts.len());
            for text in &query.dense_texts {
                vectors.push(embedder.embed_query(text).await?);
            }
            run.embed.push(began.elapsed());

            let began = Instant::now();
            let hits = index.search(&partition, &query, &vectors, &Filter::default(), POOL).await?;
            run.search.push(began.elapsed());

            let ranking = Ranking {
                k: 2 * k,
                floor: Some(f64::from(embedder.info().floor)),
                duplicate: f64::from(embedder.info().duplicate),
                ..Ranking::default()
            };
            let began = Instant::now();
            let ranked = rank(&query, hits, &ranking, philia.now());
            run.rank.push(began.elapsed());

            let keys: Vec<Key> = ranked.iter().map(|ranked| Key::new(Kind::Memory, ranked.hit.id.as_str())).collect();
            let began = Instant::now();
            black_box(store.get_many(&partition, &keys).await?);
            run.read.push(began.elapsed());
            asked.push(vectors);
        }
        let block: Vec<u64> = vec![1; run.scanned / size_of::<u64>()];
        for round in 0..ROUNDS {
            let vectors = &asked[round % asked.len()];
            let began = Instant::now();
            black_box(index.search(&partition, &Query::default(), vectors, &Filter::default(), 1).await?);
            run.scan.push(began.elapsed());
            let began = Instant::now();
            black_box(read_all(black_box(&block)));
            run.memory.push(began.elapsed());
        }
        // Last, so that everything before is measured on exactly the memories that were asked for.
        let before = processor();
        for (number, text) in texts.iter().cycle().take(INSERTS).enumerate() {
            let content = format!("{text} (once more, {number})");
            let began = Instant::now();
            person.add_memory("bench", NewMemory { content, ..NewMemory::default() }).await?;
            run.insert.push(began.elapsed());
        }
        run.insert_cpu = processor_each(before, INSERTS);
        let Self { recall, insert, embed, search, rank, read, scan, memory, .. } = &mut run;
        for times in [recall, insert, embed, search, rank, read, scan, memory] {
            times.sort_unstable();
        }
        Ok(run)
    }

    /// Bytes a second in the middle of the rounds and at best.
    fn speeds(&self, times: &[Duration]) -> (f64, f64) {
        let speed = |time: Duration| self.scanned as f64 / time.as_secs_f64() / 1e9;
        (speed(quantile(times, 0.5)), speed(quantile(times, 0.0)))
    }

    fn parts(&self) -> [(&'static str, &'static str, &[Duration]); 5] {
        [
            ("recall", "the whole, from the question to the memories", &self.recall),
            ("embed", "the question analysed and turned into vectors", &self.embed),
            ("search", "the index", &self.search),
            ("rank", "importance, recency, diversity", &self.rank),
            ("read", "the memories from the store", &self.read),
        ]
    }

    fn table(&self) -> String {
        let micros = |time: Duration| format!("{:.3}", time.as_secs_f64() * 1000.0);
        let ((scan, best_scan), (memory, best_memory)) = (self.speeds(&self.scan), self.speeds(&self.memory));
        let mut out = format!("{} memories, {} questions, {}\n", self.memories, self.questions, self.store);
        out += "            p50 ms     p99 ms\n";
        let inserts = ("insert", "one more memory: embedded, durable", &self.insert[..]);
        for (name, what, times) in self.parts().into_iter().chain([inserts]) {
            let (half, most) = (micros(quantile(times, 0.5)), micros(quantile(times, 0.99)));
            out += &format!("  {name:<8}{half:>8} {most:>10}   {what}\n");
        }
        out += &format!(
            "  the scan alone     {scan:.1} GB/s (at best {best_scan:.1}), {:.0} % of memory's {memory:.1} (at best {best_memory:.1})\n\
             \x20 a memory takes     {} bytes in the index\n\
             \x20 first recall after a cold start {:.0} ms, the second {:.1} ms; filling the store took {:.1} s\n",
            100.0 * scan / memory,
            self.bytes / self.memories.max(1),
            self.first.as_secs_f64() * 1000.0,
            self.second.as_secs_f64() * 1000.0,
            self.fill.as_secs_f64(),
        );
        out
    }

    fn json(&self) -> Value {
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        let ((scan, best_scan), (memory, best_memory)) = (self.speeds(&self.scan), self.speeds(&self.memory));
        let times: serde_json::Map<String, Value> = self
            .parts()
            .into_iter()
            .map(|(name, _, times)| {
                let of = |share| millis(quantile(times, share));
                (
                    name.to_owned(),
                    json!({ "p50_ms": of(0.5), "p90_ms": of(0.9), "p99_ms": of(0.99), "least_ms": of(0.0) }),
                )
            })
            .collect();
        json!({
            "memories": self.memories,
            "questions": self.questions,
            "store": self.store,
            "times": times,
            "scan_gb_s": scan,
            "scan_best_gb_s": best_scan,
            "memory_gb_s": memory,
            "memory_best_gb_s": best_memory,
            "bytes_per_memory": self.bytes as f64 / self.memories.max(1) as f64,
            "first_recall_ms": millis(self.first),
            "second_recall_ms": millis(self.second),
            "fill_s": self.fill.as_secs_f64(),
            "load_per_s": self.memories as f64 / self.fill.as_secs_f64(),
            "recall_s": seconds(&self.recall, self.recall_cpu),
            "insert_s": seconds(&self.insert, self.insert_cpu),
        })
    }
}

/// Sorted times in seconds, with the processor time of one.
fn seconds(times: &[Duration], cpu: Option<Duration>) -> Value {
    let of = |share| quantile(times, share).as_secs_f64();
    json!({ "p50": of(0.5), "p99": of(0.99), "cpu": cpu.map(|cpu| cpu.as_secs_f64()) })
}

/// Reads memory from one end to the other.
fn read_all(block: &[u64]) -> u64 {
    let mut sums = [0_u64; 32];
    for line in block.chunks_exact(32) {
        for (sum, number) in sums.iter_mut().zip(line) {
            *sum ^= number;
        }
    }
    sums.iter().fold(0, |sum, number| sum ^ number)
}

/// Puts texts into the store as memories with vectors, as learning would.
pub(super) async fn fill(parts: &Parts, partition: &Partition, texts: &[String]) -> anyhow::Result<()> {
    let progress = Progress::new("memories");
    let until = parts.clock.now();
    let mut commits: JoinSet<anyhow::Result<()>> = JoinSet::new();
    for (number, some) in texts.chunks(MAX_CHANGES).enumerate() {
        let vectors = parts.embedder.within(Reach::Anywhere).embed_documents(some).await?;
        let mut changes = Vec::with_capacity(some.len());
        for ((at, text), vector) in some.iter().enumerate().zip(vectors) {
            let memory = memory_of(number * MAX_CHANGES + at, texts.len(), text, until, &parts.embedder.info().id);
            changes.push(Change::Insert(draft(&memory, vector.as_deref())?));
        }
        let (store, partition): (Arc<dyn StoreAdmin>, _) = (parts.store.clone(), partition.clone());
        commits.spawn(async move { Ok(store.commit(&partition, changes).await.map(drop)?) });
        if commits.len() >= AT_ONCE
            && let Some(done) = commits.join_next().await
        {
            done??;
        }
        progress.tell(number * MAX_CHANGES, texts.len());
    }
    while let Some(done) = commits.join_next().await {
        done??;
    }
    progress.finish();
    Ok(())
}

/// A thing that the person said, in its place among the others; the last was said just now.
fn memory_of(number: usize, of: usize, text: &str, until: Timestamp, embedder: &str) -> Memory {
    let sessions_ago = ((of - 1) / SESSION - number / SESSION) as i64;
    let at = until - SignedDuration::from_hours(12 * sessions_ago.min(100_000))
        + SignedDuration::from_secs(10 * (number % SESSION) as i64)
        - SignedDuration::from_secs(10 * SESSION as i64);
    let id = MemoryId::new(format!("0193ab54-7d1c-7000-8000-{number:012}.u"));
    let place = Place { group: format!("session-{}", number / SESSION), order: (number % SESSION) as u64 };
    Memory {
        place: Some(place),
        embedder: Some(embedder.to_owned()),
        ..Memory::new(id, text, Speaker::User, "bench", at, Provenance::Hand)
    }
}

/// A memory as the store keeps it.
pub(super) fn draft(memory: &Memory, vector: Option<&[f32]>) -> anyhow::Result<Draft> {
    Ok(Draft {
        key: Key::new(Kind::Memory, memory.id.as_str()),
        at: memory.occurred_at,
        doc: Doc::of(memory)?,
        blob: vector.map(|vector| vector.iter().flat_map(|number| number.to_le_bytes()).collect()),
    })
}
