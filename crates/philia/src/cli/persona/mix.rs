//! `philia persona blend`.

use super::known;
use crate::cli::Context;
use crate::cli::paint::{Paint, note, print};
use crate::cli::show::one_line;
use anyhow::{Context as _, bail};
use clap::Args;
use philia_companion::cards;
use philia_mind::persona::blend;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia persona blend curious_companion=0.6 supportive_friend=0.4 --id gentle_explorer
  philia persona blend intellectual_mentor=2 card.png=1 --id tutor --name Iris --out tutor.toml

Weights need not sum to one. Numbers are averaged, the words are the heaviest's, and the strictest limits hold.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Blend {
    /// Whom to mix, and how much of them: an id or a file, and a weight of at least 0
    #[arg(required = true, value_name = "WHO=WEIGHT", value_parser = part)]
    parts: Vec<(String, f64)>,
    /// The new one's id
    #[arg(long)]
    id: String,
    /// What the new one is called; by default as the heaviest
    #[arg(long)]
    name: Option<String>,
    /// Write a file here (.toml or .json; - for stdout) instead of keeping it among your characters
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace what is there
    #[arg(long)]
    force: bool,
}

fn part(text: &str) -> Result<(String, f64), String> {
    let (who, weight) = text.rsplit_once('=').ok_or("write it as WHO=WEIGHT, as in curious_companion=0.6")?;
    let number = weight.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    let number =
        number.ok_or_else(|| format!("the weight of {who} is {weight:?}; allowed: a finite number of at least 0"))?;
    Ok((who.trim().to_owned(), number))
}

impl Blend {
    pub(super) async fn run(self, context: &Context, user: &str) -> anyhow::Result<ExitCode> {
        if self.parts.len() < 2 {
            bail!("there is nobody to blend {} with; name at least two", self.parts[0].0);
        }
        let mut found = Vec::new();
        for (who, weight) in &self.parts {
            found.push((known::character(context, user, who).await?, *weight));
        }
        let of: Vec<_> = found.iter().map(|(persona, weight)| (persona.as_ref(), *weight)).collect();
        let mut persona = blend(&of)?;
        persona.id = self.id;
        persona.name = self.name.unwrap_or(persona.name);
        let problems: Vec<String> = persona.validate().iter().map(ToString::to_string).collect();
        if !problems.is_empty() {
            bail!("{}", problems.join("\n  "));
        }
        let path = match self.out {
            None => known::keep(context, &persona, None, self.force)?,
            Some(path) => {
                let json = path.extension().is_some_and(|extension| extension == "json");
                let text = if json { cards::to_json(&persona) } else { cards::to_toml(&persona) };
                if path == Path::new("-") {
                    print(&text)?;
                    return Ok(ExitCode::SUCCESS);
                }
                known::write_file(&path, text.as_bytes(), self.force).context("the new character is not kept")?;
                path
            }
        };
        note(&Paint::stderr().dim(&format!("{} ({}) is in {}.", one_line(&persona.name), persona.id, path.display())));
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_a_name_and_a_weight() {
        assert_eq!(part("a=0.5"), Ok(("a".into(), 0.5)));
        assert_eq!(part("dir=x/card.png=2"), Ok(("dir=x/card.png".into(), 2.0)));
        for wrong in ["a", "a=", "a=-1", "a=nan", "a=inf", "a=much"] {
            assert!(part(wrong).is_err(), "{wrong}");
        }
    }
}
