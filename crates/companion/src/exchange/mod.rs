//! Bringing conversations in from elsewhere, and taking everything out.
//!
//! Each format has a parser that is pure and tolerant: bytes in, [`Conversation`]s or a [`FormatError`] out. One
//! engine ([`Person::import`](crate::Person::import)) writes them, in a way that may be interrupted and repeated.
//! What goes out is one JSON document for programs ([`Person::export_json`](crate::Person::export_json)) or
//! Markdown for people.

mod archive;
mod characterai;
mod chatgpt;
mod conversation;
mod dates;
mod export;
mod file;
mod foreign_memories;
mod import;
mod import_memories;
mod jsonl;
pub mod letta;
pub mod locomo;
mod markdown;
mod plan;
mod sillytavern;

pub use archive::Restored;
pub use conversation::{Conversation, Skipped, SpokenTurn};
pub use file::FormatError;
pub use foreign_memories::{ForeignMemories, MemoryFormat};
pub use import::ImportReport;
pub use import_memories::ImportedMemories;

use jiff::tz::TimeZone;
use std::fmt;
use std::str::FromStr;

/// What an export of Philia calls itself in its field `format`.
pub const EXPORT_FORMAT: &str = "philia-export";
/// The version of the export's schema (`docs/export.md`).
pub const EXPORT_VERSION: u32 = 1;

/// A kind of file that can be brought in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// The benchmark of long conversations between two people.
    Locomo,
    /// A chat of SillyTavern, one message a line.
    SillyTavern,
    /// The `conversations.json` of a ChatGPT export.
    ChatGpt,
    /// An agent file of Letta's.
    Letta,
    /// Chats of Character.AI, as CAI Tools saves them.
    CharacterAi,
    /// A message, or a list of messages, a line.
    Jsonl,
}

impl Format {
    /// Every format, in order.
    pub const ALL: &'static [Self] =
        &[Self::Locomo, Self::SillyTavern, Self::ChatGpt, Self::Letta, Self::CharacterAi, Self::Jsonl];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Locomo => "locomo",
            Self::SillyTavern => "sillytavern",
            Self::ChatGpt => "chatgpt",
            Self::Letta => "letta",
            Self::CharacterAi => "character-ai",
            Self::Jsonl => "jsonl",
        }
    }

    /// What a file of this kind is, for a person.
    pub const fn described(self) -> &'static str {
        match self {
            Self::Locomo => "a LoCoMo file (a JSON list of samples, each with a \"conversation\")",
            Self::SillyTavern => "a SillyTavern chat (.jsonl, one message a line)",
            Self::ChatGpt => "a ChatGPT export (conversations.json)",
            Self::Letta => "a Letta agent file (.af)",
            Self::CharacterAi => "Character.AI chats saved by CAI Tools (JSON with \"histories\")",
            Self::Jsonl => {
                "messages as JSON lines (each with \"role\" and \"content\", or with a list of \"messages\")"
            }
        }
    }

    /// Reads a file of this kind. Times that name no zone of their own are taken to be in `zone`.
    ///
    /// # Errors
    /// [`FormatError`] with what was expected, what was found, and where.
    pub fn parse(self, bytes: &[u8], zone: &TimeZone) -> Result<Vec<Conversation>, FormatError> {
        let conversations = match self {
            Self::Locomo => locomo::samples(bytes)?.iter().map(|sample| sample.conversation(zone)).collect(),
            Self::SillyTavern => vec![sillytavern::parse(bytes, zone)?],
            Self::ChatGpt => chatgpt::parse(bytes)?,
            Self::Letta => letta::agents(bytes)?.into_iter().map(|agent| agent.conversation).collect(),
            Self::CharacterAi => characterai::parse(bytes, zone)?,
            Self::Jsonl => jsonl::parse(bytes, zone)?,
        };
        if conversations.iter().all(|conversation: &Conversation| conversation.turns.is_empty()) {
            return Err(FormatError::Nothing { expected: self.described() });
        }
        Ok(conversations)
    }

    /// The source that records of this import name.
    pub(crate) fn source(self) -> String {
        format!("import:{self}")
    }

    /// What the source calls the name of a turn; none if it has no names for them.
    pub(crate) const fn native_name(self) -> Option<&'static str> {
        match self {
            Self::Locomo => Some("dia_id"),
            Self::SillyTavern => None,
            Self::ChatGpt | Self::Letta | Self::CharacterAi | Self::Jsonl => Some("message_id"),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = crate::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|format| format.as_str() == name.to_lowercase()).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|format| format.as_str()).collect();
            crate::Error::Invalid(format!("{name:?} is no format that can be imported; there are {}", names.join(", ")))
        })
    }
}
