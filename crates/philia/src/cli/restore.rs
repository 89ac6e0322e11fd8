//! `philia restore`: everything from a file, into an empty store.

use super::Context;
use super::backup::Passphrase;
use super::paint::{note, print};
use super::progress::Progress;
use super::show;
use crate::engines::{self, Url};
use crate::system::SystemClock;
use anyhow::Context as _;
use clap::Args;
use philia_companion::moving::{Manifest, restore, verify};
use philia_ports::{Clock as _, Partition};
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia restore philia.backup
  philia restore philia.backup --to postgres://philia@db.example/philia
  philia restore philia.backup --check                 is it whole? Nothing is changed

The whole file is read and checked before anything is written; one that is damaged or cut short is refused. The store must
be empty. If it is cut off, do it again: it goes on where it was.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Restore {
    /// The backup
    file: PathBuf,
    /// Where to, rather than the store that is configured
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// Only say whether it is whole, and what is in it
    #[arg(long, conflicts_with = "to")]
    check: bool,
    #[command(flatten)]
    passphrase: Passphrase,
    /// What was found, as JSON
    #[arg(long)]
    json: bool,
}

impl Restore {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let passphrase = self.passphrase.read(context)?;
        let open = || File::open(&self.file).with_context(|| format!("{} cannot be read", self.file.display()));
        // Before a store is even made.
        let mut manifest = verify(open()?, passphrase.as_ref())?;
        if !self.check {
            let config = &context.config;
            let url = self.to.clone().map_or_else(|| config.store.url.clone(), Url::new);
            crate::wire::private_dir(&config.data.dir)?;
            let target = engines::open(engines::STORES, &url, config).await?;
            let index = engines::open(engines::INDEXES, &config.index.url, config).await.context("index.url")?;
            let cache = engines::open(engines::CACHES, &config.cache.url, config).await.context("cache.url")?;
            let progress = Progress::new("people");
            let now = SystemClock.now();
            let tell = |how_far| progress.moved(how_far);
            // What is known of them there is of another time.
            let forget = async |partition: &Partition| {
                if let Err(error) = index.clear(partition).await {
                    note(&format!("the index still holds what it knew of {}: {error}", partition.id));
                }
                if let Err(error) = cache.clear(&partition.id).await {
                    note(&format!("the cache still holds what it knew of {}: {error}", partition.id));
                }
            };
            let restored = restore(open()?, passphrase.as_ref(), &*target, now, &tell, forget).await;
            progress.finish();
            manifest = restored?;
        }
        if self.json {
            print(&format!("{}\n", serde_json::to_string_pretty(&manifest)?))?;
        } else {
            print(&in_words(&manifest, self.check))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn in_words(manifest: &Manifest, checked: bool) -> String {
    let Manifest { header, total } = manifest;
    let what = if checked { "It is whole" } else { "Everything is restored, read again and the same" };
    let records = show::records(total);
    format!("{what}: {records}, as they were at {}\n{}\n", header.made_at, total.sum.sha256)
}
