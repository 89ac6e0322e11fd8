//! Characters from elsewhere, in and out: character cards (V1 in; V2 and V3 in and out; as JSON, in a PNG, in a
//! `.charx`), LuminoraCore's persona JSON, and Philia's own persona files.
//!
//! What was imported is kept whole beside the persona made of it, and an export starts from it: what nobody changed goes
//! out as it came in, down to the fields this program has never heard of. Only what the persona says otherwise is
//! written anew.
//!
//! Whatever comes in is somebody else's: sizes are limited before anything is unpacked, no picture is ever decoded, and
//! every text stays data (the prompt fences it).

mod card;
mod charx;
mod guess;
mod lore;
mod luminora;
mod own;
mod png;
mod read;

#[cfg(test)]
mod tests;

pub use own::{parse, to_json, to_toml};
pub use read::{Imported, read};

use philia_mind::Persona;
use philia_mind::persona::Problem;
use serde_json::Value;

/// The most bytes of a file.
pub const LARGEST_FILE: usize = 64 << 20;

/// The most bytes of a card's own text (its JSON).
pub const LARGEST_TEXT: usize = 8 << 20;

/// Where an imported card is kept in [`Persona::extensions`].
const CARD: &str = "character_card";

/// Where an imported LuminoraCore persona is kept.
const LUMINORA: &str = "luminoracore";

/// Why a file gave no character.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// It is something else.
    #[error(
        "this is {found}, not a character; allowed: a character card (JSON, PNG or .charx), a LuminoraCore persona or a persona file (TOML or JSON)"
    )]
    NotACard {
        /// What it is.
        found: String,
    },
    /// It is cut off or broken.
    #[error("the {what} is damaged: {detail}")]
    Damaged {
        /// What is.
        what: &'static str,
        /// How.
        detail: String,
    },
    /// It is larger than can be meant.
    #[error("the {what} has {size} bytes; allowed: at most {most}")]
    TooLarge {
        /// What is.
        what: String,
        /// How large it is, or says to be.
        size: u64,
        /// How large it may be.
        most: u64,
    },
    /// It can be read, and no character comes of it.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unsound(Vec<Problem>),
}

/// A file of a `.charx` besides the card itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Where in the archive (`assets/icon/images/main.png`).
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What to write a character as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Character card V2, JSON.
    CardV2,
    /// Character card V3, JSON.
    CardV3,
    /// A picture with both cards in it.
    Png,
    /// A V3 card with its files.
    Charx,
    /// LuminoraCore's persona JSON.
    Luminora,
    /// A persona file, TOML.
    Toml,
    /// A persona file, JSON.
    Json,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::CardV2, Self::CardV3, Self::Png, Self::Charx, Self::Luminora, Self::Toml, Self::Json];

    /// The name, as people type it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CardV2 => "v2",
            Self::CardV3 => "v3",
            Self::Png => "png",
            Self::Charx => "charx",
            Self::Luminora => "luminora",
            Self::Toml => "toml",
            Self::Json => "json",
        }
    }

    /// The usual end of such a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::CardV2 | Self::CardV3 | Self::Luminora | Self::Json => "json",
            Self::Png => "png",
            Self::Charx => "charx",
            Self::Toml => "toml",
        }
    }
}

/// Writes a character out. A picture is kept as it is but for the cards in it; without one, a plain one is made.
/// Assets go into a `.charx` only.
///
/// # Errors
/// [`CardError::Damaged`] if `picture` is no sound PNG, or the archive cannot be built.
pub fn write(
    persona: &Persona,
    format: Format,
    picture: Option<&[u8]>,
    assets: &[Asset],
) -> Result<Vec<u8>, CardError> {
    Ok(match format {
        Format::CardV2 => pretty(&card::export(persona, card::Spec::V2)),
        Format::CardV3 => pretty(&card::export(persona, card::Spec::V3)),
        Format::Png => {
            let (v2, v3) = (card::export(persona, card::Spec::V2), card::export(persona, card::Spec::V3));
            png::with_cards(picture, &v2.to_string(), &v3.to_string())?
        }
        Format::Charx => charx::write(&pretty(&card::export(persona, card::Spec::V3)), assets)?,
        Format::Luminora => pretty(&luminora::export(persona)),
        Format::Toml => to_toml(persona).into_bytes(),
        Format::Json => to_json(persona).into_bytes(),
    })
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

/// A text of at most so many characters.
fn clipped(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// An id made of a name: what of it is a-z and 0-9, and a number of its letters where that is too little.
fn id_of(name: &str) -> String {
    let mut id = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            id.push(c);
        } else if !id.is_empty() && !id.ends_with('_') {
            id.push('_');
        }
    }
    let id: String = id.trim_matches('_').chars().take(60).collect();
    if id.len() >= 2 { id } else { format!("character_{:08x}", crc32fast::hash(name.as_bytes())) }
}
