//! `philia simulate`: a scripted relationship, lived by the real mind in a moment.

use super::Context;
use super::paint::print;
use super::progress::Progress;
use crate::wire;
use anyhow::Context as _;
use clap::Args;
use philia_companion::simulate::{Received, Scenario, Year, csv, picture, simulate};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia simulate scenarios/ordinary_year.toml
  philia simulate scenarios/hard_year.toml --seed 7 --out pictures
  philia simulate mine.toml --days 90

The same file and the same seed give the same table, byte by byte. No model is asked, nothing of your own is read.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Simulate {
    /// The scenario: what happens, and what is said (see docs/simulation.md)
    #[arg(value_name = "SCENARIO.toml")]
    scenario: PathBuf,
    /// How many days, 1 to 3660
    #[arg(long, default_value_t = 365)]
    days: u32,
    /// The seed of all chances
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Where to write NAME.csv and NAME.svg
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
}

impl Simulate {
    pub(crate) fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let Self { scenario: file, days, seed, out } = self;
        let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let scenario = Scenario::parse(&text).with_context(|| file.display().to_string())?;
        let persona = wire::personas(&context.config)?.get(&scenario.persona)?;
        let progress = Progress::new("days");
        let year = simulate(&scenario, &persona, days, seed, |done| progress.tell(done as usize, days as usize));
        progress.finish();
        let year = year.with_context(|| file.display().to_string())?;
        std::fs::create_dir_all(&out).with_context(|| format!("{} cannot be made", out.display()))?;
        let table = write(&out, &format!("{}.csv", scenario.name), &csv(&year))?;
        let drawing = write(&out, &format!("{}.svg", scenario.name), &picture(&scenario, &year))?;
        print(&format!(
            "{}{}\n",
            summary(&scenario, &year),
            context.paint.dim(&format!("{}\n{}", table.display(), drawing.display()))
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn write(dir: &Path, name: &str, text: &str) -> anyhow::Result<PathBuf> {
    let path = dir.join(name);
    std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

fn summary(scenario: &Scenario, year: &Year) -> String {
    let mut out = format!("{}: {}, {} days, seed {}\n", scenario.title, year.persona, year.days, year.seed);
    // Writing to a string cannot fail.
    let _ = writeln!(out, "  {} messages heard", year.turns());
    let count = |how| year.received(how);
    let _ = writeln!(
        out,
        "  {} sent unasked: {} answered, {} declined, {} unanswered",
        year.sent.len(),
        count(Received::Answered),
        count(Received::Declined),
        count(Received::Unanswered)
    );
    if let Some(last) = year.rows.last() {
        let _ = writeln!(out, "  bond {:.1} ({}), {} quirks", last.bond, last.level, last.quirks);
    }
    let shift = year.shift();
    let _ = writeln!(
        out,
        "  baseline moved by {:+.3} pleasure, {:+.3} arousal, {:+.3} dominance in {} nights",
        shift.pleasure, shift.arousal, shift.dominance, year.nights
    );
    let moved = year.moved();
    let traits: Vec<String> = moved.iter().map(|(name, from, to)| format!("{name} {from:.1} to {to:.1}")).collect();
    let _ = writeln!(out, "  traits moved: {}", if traits.is_empty() { "none".into() } else { traits.join(", ") });
    out
}
