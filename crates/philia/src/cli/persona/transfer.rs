//! `philia persona import` and `export`.

use super::known;
use crate::cli::Context;
use crate::cli::paint::{Paint, note, print};
use crate::cli::show::one_line;
use crate::wire;
use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use philia_companion::cards::{self, Asset, Imported};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const IMPORT: &str = "Examples:
  philia persona import seraphina.png
  philia persona import dr_luna.json --id luna
  philia persona import my_character.toml

Character cards (V1, V2, V3; JSON, PNG, .charx), LuminoraCore personas (v1.0, v1.1) and persona files can be brought
in. What this program does not know is kept and goes out again at an export.";

#[derive(Args)]
#[command(after_help = IMPORT)]
pub(super) struct Import {
    /// The file; what kind it is shows in it
    file: PathBuf,
    /// The id to keep it under; by default made of its name
    #[arg(long)]
    id: Option<String>,
    /// Replace the one of that id
    #[arg(long)]
    force: bool,
}

impl Import {
    pub(super) fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let Imported { mut persona, picture, assets, notes } =
            known::read(&self.file, &wire::personas(&context.config)?)?;
        if let Some(id) = self.id {
            persona.id = id;
        }
        let whole = if assets.is_empty() { None } else { Some(known::bytes(&self.file)?) };
        let card = whole.as_deref().map(|bytes| ("charx", bytes));
        let card = card.or(picture.as_deref().map(|bytes| ("png", bytes)));
        let path = known::keep(context, &persona, card, self.force)?;
        let paint = context.paint;
        let id = &persona.id;
        print(&format!(
            "{} is here. To talk: {}\n",
            paint.bold(&one_line(&persona.name)),
            paint.accent(&format!("philia chat --persona {id}"))
        ))?;
        for remark in notes {
            note(&Paint::stderr().warn(&one_line(&remark)));
        }
        note(&Paint::stderr().dim(&format!("Kept in {}.", path.display())));
        Ok(ExitCode::SUCCESS)
    }
}

const EXPORT: &str = "Examples:
  philia persona export --card v3                    the one you talk with, as a card
  philia persona export seraphina --format png --out seraphina.png
  philia persona export supportive_friend            a persona file, to begin your own from

Without --format, the name of --out says what to write; without either, it is TOML on stdout.";

#[derive(Args)]
#[command(after_help = EXPORT)]
pub(super) struct Export {
    /// Its id, as `list` names it; by default the one you talk with
    id: Option<String>,
    /// What to write
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// A character card of this version (the same as --format card-v2 or card-v3)
    #[arg(long, value_enum, conflicts_with = "format")]
    card: Option<Card>,
    /// Write to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A persona file
    Toml,
    /// A persona file
    Json,
    /// Character card V2, JSON
    CardV2,
    /// Character card V3, JSON
    CardV3,
    /// A picture with the cards V2 and V3 in it
    Png,
    /// A card V3 with the files that came with it
    Charx,
    /// LuminoraCore's persona JSON
    Luminora,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Card {
    V2,
    V3,
}

impl From<Format> for cards::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Toml => Self::Toml,
            Format::Json => Self::Json,
            Format::CardV2 => Self::CardV2,
            Format::CardV3 => Self::CardV3,
            Format::Png => Self::Png,
            Format::Charx => Self::Charx,
            Format::Luminora => Self::Luminora,
        }
    }
}

impl Export {
    fn what(&self) -> Format {
        let named = || self.out.as_deref().and_then(Path::extension).and_then(|extension| extension.to_str());
        match (self.format, self.card) {
            (Some(format), _) => format,
            (None, Some(Card::V2)) => Format::CardV2,
            (None, Some(Card::V3)) => Format::CardV3,
            (None, None) => match named() {
                Some("png") => Format::Png,
                Some("charx") => Format::Charx,
                Some("json") => Format::Json,
                _ => Format::Toml,
            },
        }
    }

    pub(super) async fn run(self, context: &Context, user: &str) -> anyhow::Result<ExitCode> {
        let format = self.what();
        let id = match &self.id {
            Some(id) => id.clone(),
            None => match known::person(context, user).await? {
                Some(person) => person.profile().await?.persona,
                None => context.config.persona.default.clone(),
            },
        };
        let persona = known::character(context, user, &id).await?;
        let (picture, assets) = came_with(context, &persona.id)?;
        let bytes = cards::write(&persona, format.into(), picture.as_deref(), &assets)?;
        match &self.out {
            Some(path) => {
                known::write_file(path, &bytes, self.force)?;
                note(&Paint::stderr().dim(&format!("{} is in {}.", one_line(&persona.name), path.display())));
            }
            None if matches!(format, Format::Png | Format::Charx) && io::stdout().is_terminal() => {
                bail!(
                    "a terminal cannot show this; name a file, as in --out {id}.{}",
                    cards::Format::from(format).extension()
                );
            }
            None => {
                let mut out = io::stdout().lock();
                out.write_all(&bytes).and_then(|()| out.flush())?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The picture and the files that the character came with.
fn came_with(context: &Context, id: &str) -> anyhow::Result<(Option<Vec<u8>>, Vec<Asset>)> {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    let Some(path) = known::card_of(&wire::personas_dir(&context.config), id) else { return Ok((None, Vec::new())) };
    let Imported { picture, assets, .. } =
        cards::read(&known::bytes(&path)?).with_context(|| path.display().to_string())?;
    let icon = || assets.iter().find(|asset| asset.path.contains("icon") && asset.bytes.starts_with(PNG));
    let picture = picture.or_else(|| icon().map(|asset| asset.bytes.clone()));
    Ok((picture, assets))
}
