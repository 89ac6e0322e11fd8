//! `philia store`: the store itself.

use super::Context;
use super::paint::print;
use super::progress::Progress;
use super::show;
use crate::engines::{self, Url};
use anyhow::bail;
use clap::{Args, Subcommand};
use philia_companion::moving::{Checked, check};
use std::fmt::Write as _;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia store check
  philia store check --url postgres://philia@db.example/philia --json

It reads every record, more than once, and compares. The exit code is 1 if anything is wrong. End every Philia that uses the
store before.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Read all of it, and say what is there and what is wrong with it
    #[command(after_help = EXAMPLES)]
    Check(Check),
}

#[derive(Args)]
struct Check {
    /// Another store than the one that is configured
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// With the counts and the hash of every partition, as JSON
    #[arg(long)]
    json: bool,
}

impl StoreArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let What::Check(Check { url, json }) = self.what;
        let url = url.map_or_else(|| context.config.store.url.clone(), Url::new);
        if url.file().is_some_and(|file| !file.exists()) {
            bail!("there is nothing at {url}");
        }
        let store = engines::open(engines::STORES, &url, &context.config).await?;
        let progress = Progress::new("people");
        let checked = check(&*store, &|how_far| progress.moved(how_far)).await;
        progress.finish();
        let checked = checked?;
        print(&if json { format!("{}\n", serde_json::to_string_pretty(&checked)?) } else { table(&checked, context) })?;
        Ok(if checked.problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn table(checked: &Checked, context: &Context) -> String {
    let paint = context.paint;
    let sum = &checked.total.sum;
    let mut out = String::new();
    for (kind, count) in &sum.kinds {
        let _ = writeln!(out, "{kind:16} {count:>12}");
    }
    let _ = writeln!(out, "{}", paint.bold(&format!("{:16} {}", "in all", show::records(&checked.total))));
    if checked.sealed > 0 {
        let _ = writeln!(out, "sealed           {:>12}   whose content is their person's alone", checked.sealed);
    }
    let _ = writeln!(out, "sha256           {}\n", sum.sha256);
    for problem in &checked.listed {
        let _ = writeln!(out, "{} {} {}: {}", paint.bad("✗"), problem.partition, problem.of, problem.what);
    }
    let listed = checked.listed.len() as u64;
    if checked.problems > listed {
        let _ = writeln!(out, "{} and {} more", paint.bad("✗"), checked.problems - listed);
    }
    out.push_str(&match checked.problems {
        0 => format!("{}\n", paint.good("Everything is as it must be.")),
        1 => format!("{}\n", paint.bad("One thing is wrong.")),
        more => format!("{}\n", paint.bad(&format!("{more} things are wrong."))),
    });
    out
}
