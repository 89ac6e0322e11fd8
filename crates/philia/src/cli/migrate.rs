//! `philia migrate`: everything from one engine into another.

use super::Context;
use super::paint::{note, print};
use super::progress::Progress;
use super::show;
use crate::engines::{self, Url};
use crate::system::SystemClock;
use anyhow::{Context as _, bail};
use clap::Args;
use philia_companion::moving::{self, Sum};
use philia_ports::{Clock as _, PartitionId};
use serde_json::json;
use std::collections::BTreeMap;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia migrate --to postgres://philia@db.example/philia
  philia migrate --from redis://127.0.0.1/0 --to sqlite:///srv/philia/philia.db
  philia migrate --to dynamodb://philia?region=eu-central-1 --json > hashes.json

End every Philia that uses either before. The target must be empty. Everything is read again there, and must have the counts and
the hash of what was here. If it is cut off, do it again: it goes on where it was. Then put the new URL into store.url.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Migrate {
    /// From where, rather than the store that is configured
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// Where to
    #[arg(long, value_name = "URL")]
    to: String,
    /// The counts and the hash of every partition, as JSON
    #[arg(long)]
    json: bool,
}

impl Migrate {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let config = &context.config;
        let from = self.from.map_or_else(|| config.store.url.clone(), Url::new);
        let to = Url::new(self.to);
        if from == to {
            bail!("--from and --to are the same store, {from}");
        }
        if from.file().is_some_and(|file| !file.exists()) {
            bail!("there is nothing at {from}");
        }
        let source = engines::open(engines::STORES, &from, config).await.with_context(|| format!("from {from}"))?;
        let target = engines::open(engines::STORES, &to, config).await.with_context(|| format!("to {to}"))?;
        let cache = engines::open(engines::CACHES, &config.cache.url, config).await.context("cache.url")?;
        if moving::is_in_use(&*cache).await {
            bail!("a philia that shares the cache {} is running; end all of them first", config.cache.url);
        }
        let progress = Progress::new("people");
        let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
        let mut each = |id: &PartitionId, sum: &Sum| {
            if self.json && sum.records > 0 {
                sums.insert(id.to_string(), sum.clone());
            }
        };
        let now = SystemClock.now();
        let moved = moving::migrate(&*source, &*target, now, &|how_far| progress.moved(how_far), &mut each).await;
        progress.finish();
        let total = moved?;
        if self.json {
            print(&format!("{:#}\n", json!({ "total": total, "partitions": sums })))?;
        } else {
            let records = show::records(&total);
            print(&format!("{records} are at {to}, read again and the same\n{}\n", total.sum.sha256))?;
            note("Put it into store.url, and keep the former store until you are sure.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
