//! `philia persona validate`, `compile` and `schema`.

use super::known;
use crate::cli::Context;
use crate::cli::paint::{Paint, harmless, note, print};
use crate::cli::show::one_line;
use crate::wire::{self, Broken};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use philia_companion::cards::{self, CardError};
use philia_companion::tokens::estimate_tokens;
use philia_mind::Persona;
use philia_mind::persona::{PersonaFile, schema::json_schema};
use philia_mind::prompt::{CompileInput, Dialect, Living, Place, compile};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const VALIDATE: &str = "Examples:
  philia persona validate my_character.toml
  philia persona validate personas/*.toml      they may build on each other
  philia persona validate card.png

The exit code is 1 if anything is wrong.";

#[derive(Args)]
#[command(after_help = VALIDATE)]
pub(super) struct Validate {
    /// Persona files (TOML, JSON), cards (JSON, PNG, .charx) or LuminoraCore personas
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// What became of a file at the first look.
enum Looked {
    /// A persona file whose fields are all right; others may have to be there.
    File(PersonaFile),
    /// A whole character.
    Whole(Box<Persona>),
    /// What is wrong.
    Wrong(Vec<String>),
}

impl Validate {
    pub(super) fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let mut personas = wire::personas(&context.config)?;
        let looked: Vec<(PathBuf, Looked)> = self.files.into_iter().map(|path| (path.clone(), look(&path))).collect();
        let files = looked.iter().filter_map(|(path, looked)| match looked {
            Looked::File(file) => Some((path.clone(), file.clone())),
            _ => None,
        });
        let broken = wire::add_all(&mut personas, files.collect());
        let mut out = String::new();
        let mut sound = true;
        for (path, looked) in &looked {
            let problems = match looked {
                Looked::Wrong(problems) => problems.clone(),
                Looked::Whole(_) => Vec::new(),
                Looked::File(_) => {
                    broken.iter().filter(|b| b.file == *path).flat_map(|Broken { why, .. }| lines(why)).collect()
                }
            };
            if problems.is_empty() {
                let persona = match looked {
                    Looked::File(file) => personas.get(file.id())?.as_ref().clone(),
                    Looked::Whole(persona) => persona.as_ref().clone(),
                    Looked::Wrong(_) => continue,
                };
                let good = context.paint.good("✓");
                let _ = writeln!(out, "{good} {}: {} ({})", path.display(), one_line(&persona.name), persona.id);
                continue;
            }
            sound = false;
            let _ = writeln!(out, "{} {}", context.paint.bad("✗"), path.display());
            for problem in problems {
                let _ = writeln!(out, "    {}", harmless(&problem));
            }
        }
        print(&out)?;
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn look(path: &Path) -> Looked {
    let bytes = match known::bytes(path) {
        Ok(bytes) => bytes,
        Err(error) => return Looked::Wrong(vec![format!("{error:#}")]),
    };
    let of_ours = std::str::from_utf8(&bytes).ok().filter(|_| bytes.len() <= cards::LARGEST_TEXT).and_then(fields);
    if let Some(value) = of_ours {
        let alone = value.get("parent").is_none();
        // What a file without a parent leaves out is missing, and told with the rest.
        let problems = match (alone, value) {
            (true, Value::Object(fields)) => Persona::from_map(fields).err(),
            (_, value) => PersonaFile::new(value).err(),
        };
        if let Some(problems) = problems {
            return Looked::Wrong(problems.iter().map(ToString::to_string).collect());
        }
        let text = String::from_utf8_lossy(&bytes);
        return match cards::parse(&text) {
            Ok(file) => Looked::File(file),
            Err(error) => Looked::Wrong(vec![error.to_string()]),
        };
    }
    match cards::read(&bytes) {
        Ok(imported) => Looked::Whole(Box::new(imported.persona)),
        Err(CardError::Unsound(problems)) => Looked::Wrong(problems.iter().map(ToString::to_string).collect()),
        Err(error) => Looked::Wrong(vec![error.to_string()]),
    }
}

/// The fields of a persona file of ours; none of a text that is something else or cannot be read at all.
fn fields(text: &str) -> Option<Value> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).ok()?
    } else {
        toml::from_str(text).ok()?
    };
    let ours = ["id", "temperament", "parent", "traits"].iter().any(|name| value.get(name).is_some());
    let elsewhere = ["spec", "data", "first_mes", "persona"].iter().any(|name| value.get(name).is_some());
    (ours && !elsewhere).then_some(value)
}

const COMPILE: &str = "Examples:
  philia persona compile supportive_friend
  philia persona compile my_character.toml --dialect developer --budget 800

The same character gives the same prompt, byte by byte. What does not fit the budget is left out whole; the rules of
care always stay.";

#[derive(Args)]
#[command(after_help = COMPILE)]
pub(super) struct Compile {
    /// An id, as `list` names it, or a file
    #[arg(value_name = "ID|FILE")]
    character: String,
    /// As which kind of provider takes it
    #[arg(long, default_value = "system", value_parser = dialects())]
    dialect: Dialect,
    /// Tokens it may take, estimated; by default what a turn's prompt may take
    #[arg(long, value_name = "TOKENS")]
    budget: Option<usize>,
}

fn dialects() -> impl clap::builder::TypedValueParser<Value = Dialect> {
    PossibleValuesParser::new(Dialect::ALL.map(Dialect::as_str)).try_map(|name| {
        Dialect::ALL.into_iter().find(|dialect| dialect.as_str() == name).ok_or("there is no such dialect")
    })
}

impl Compile {
    pub(super) async fn run(self, context: &Context, user: &str) -> anyhow::Result<ExitCode> {
        let persona = known::character(context, user, &self.character).await?;
        let budget = self.budget.unwrap_or(context.config.companion_settings().prompt_tokens);
        let estimate = |text: &str| estimate_tokens(text);
        let input = CompileInput {
            persona: &persona,
            living: Living::default(),
            mood: None,
            user: None,
            budget,
            estimate: &estimate,
        };
        let sections = compile(&input).sections(self.dialect);
        let mut out = String::new();
        for (place, text) in &sections {
            if sections.len() > 1 || self.dialect != Dialect::Plain {
                let _ = writeln!(out, "{}", context.paint.accent(&format!("── {} ──", name_of(*place))));
            }
            let _ = writeln!(out, "{}", harmless(text.trim_end()));
        }
        print(&out)?;
        let tokens: usize = sections.iter().map(|(_, text)| estimate_tokens(text)).sum();
        note(&Paint::stderr().dim(&format!("About {tokens} tokens of {budget}.")));
        Ok(ExitCode::SUCCESS)
    }
}

const fn name_of(place: Place) -> &'static str {
    match place {
        Place::System => "system",
        Place::Developer => "developer",
        Place::SystemInstruction => "system_instruction",
        Place::Text => "text",
    }
}

/// Prints the schema.
pub(super) fn schema() -> anyhow::Result<ExitCode> {
    print(&format!("{:#}\n", json_schema()))?;
    Ok(ExitCode::SUCCESS)
}
