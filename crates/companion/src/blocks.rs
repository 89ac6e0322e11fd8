//! Core blocks: small texts that stand in every prompt.
//!
//! There are always two: `persona`, what the companion holds of itself with this person, and `human`, what is known of
//! the person. `human` is kept up from the live facts by itself until somebody writes it; removing what was written
//! hands it back. A person may add others.

use crate::context::KnownFact;
use crate::error::{Error, Result};
use crate::hook::Event;
use crate::person::{Person, write};
use crate::records::{Versioned, draft};
use crate::text::legible;
use jiff::Timestamp;
use philia_ports::StoreError;
use philia_ports::store::{Change, Key, Kind, Scan};
use serde::{Deserialize, Serialize};

/// What the companion holds of itself with this person.
pub const PERSONA: &str = "persona";
/// What is known of the person.
pub const HUMAN: &str = "human";
/// The longest label.
const LABEL: usize = 40;

/// A block as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    pub(crate) label: String,
    pub(crate) text: String,
    pub(crate) updated_at: Timestamp,
}

/// A block as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Block {
    /// Its name.
    pub label: String,
    /// What it says; empty where nothing has been written yet.
    pub text: String,
    /// When it was written; none while it keeps itself.
    pub updated_at: Option<Timestamp>,
    /// 1 when it was first written, one more every time; 0 while it keeps itself.
    pub version: u64,
    /// It is kept up from what is known, not written by anybody.
    pub automatic: bool,
}

impl From<Versioned<Written>> for Block {
    fn from(Versioned { value, version }: Versioned<Written>) -> Self {
        let Written { label, text, updated_at } = value;
        Self { label, text, updated_at: Some(updated_at), version, automatic: false }
    }
}

impl Person {
    /// Every block: `persona` and `human`, then the others by name.
    pub async fn blocks(&self) -> Result<Vec<Block>> {
        let written = self.written_blocks().await?.into_iter();
        // Forgetting may have left nothing of one.
        let mut blocks: Vec<Block> = written.filter(|block| !block.value.text.is_empty()).map(Block::from).collect();
        for own in [PERSONA, HUMAN] {
            if !blocks.iter().any(|block| block.label == own) {
                blocks.push(self.unwritten(own).await?);
            }
        }
        blocks.sort_by(|a, b| rank(&a.label).cmp(&rank(&b.label)));
        Ok(blocks)
    }

    /// One block.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a name that nothing was written under, but for the two that are always there.
    pub async fn block(&self, label: &str) -> Result<Block> {
        match self.written_block(label).await {
            Err(Error::NotFound { .. }) if matches!(label, PERSONA | HUMAN) => self.unwritten(label).await,
            found => found,
        }
    }

    /// One block as somebody wrote it: what keeps itself is no such block.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a name that nothing was written under.
    pub async fn written_block(&self, label: &str) -> Result<Block> {
        match self.get::<Written>(Kind::Block, label).await? {
            Some(written) if !written.value.text.is_empty() => Ok(written.into()),
            _ => Err(self.no_such(label).await),
        }
    }

    /// Writes a block, instead of what it said before.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name or a text that is not allowed, and for one block too many.
    pub async fn set_block(&self, label: &str, text: &str) -> Result<Block> {
        let settings = &self.app.parts.settings;
        check_label(label)?;
        let text = legible(text);
        let text = text.trim();
        let length = text.chars().count();
        if !(1..=settings.block_characters).contains(&length) {
            return Err(Error::Invalid(format!(
                "text: {length} characters are not 1 to {}{}",
                settings.block_characters,
                if length == 0 { "; remove the block to empty it" } else { "" }
            )));
        }
        loop {
            let written = self.written_blocks().await?;
            let old = written.iter().find(|block| block.value.label == label).map_or(0, |block| block.version);
            let others = written.iter().filter(|block| rank(&block.value.label).0 == 2).count();
            if old == 0 && rank(label).0 == 2 && others + 2 >= settings.blocks {
                let most = settings.blocks;
                return Err(Error::Refused(format!("there are {most} blocks; no more are allowed, remove one first")));
            }
            let now = self.now();
            let value = Written { label: label.to_owned(), text: text.to_owned(), updated_at: now };
            match self.commit(vec![write(draft(Kind::Block, label, now, &value)?, old)]).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    other?;
                    self.app.tell(&self.partition.id, &Event::UserAction("block"));
                    return Ok(Versioned { value, version: old + 1 }.into());
                }
            }
        }
    }

    /// Removes what was written under a name. `human` then keeps itself again.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nothing was.
    pub async fn remove_block(&self, label: &str) -> Result<()> {
        if self.get::<Written>(Kind::Block, label).await?.is_none() {
            return Err(self.no_such(label).await);
        }
        self.commit(vec![Change::Delete { key: Key::new(Kind::Block, label), expected: None }]).await?;
        Ok(())
    }

    /// What somebody wrote, in the order of prompts.
    pub(crate) async fn written_blocks(&self) -> Result<Vec<Versioned<Written>>> {
        let page = self.app.parts.store.scan(&self.partition, &Scan::of(Kind::Block)).await?;
        let mut blocks: Vec<Versioned<Written>> =
            page.items.into_iter().map(crate::records::read).collect::<Result<_>>()?;
        blocks.sort_by(|a, b| rank(&a.value.label).cmp(&rank(&b.value.label)));
        Ok(blocks)
    }

    /// One of the two that are always there, as it is before anybody writes it.
    async fn unwritten(&self, label: &str) -> Result<Block> {
        let text = match label {
            HUMAN => self.facts_in_words().await?,
            _ => String::new(),
        };
        Ok(Block { label: label.to_owned(), text, updated_at: None, version: 0, automatic: label == HUMAN })
    }

    /// What is known of the person, a line each, as far as a prompt has room for it.
    async fn facts_in_words(&self) -> Result<String> {
        let facts = self.known_facts().await?.what;
        let lines: Vec<&str> = self.fitting(&facts).iter().map(|fact: &KnownFact| fact.content.as_str()).collect();
        Ok(lines.join("\n"))
    }

    async fn no_such(&self, label: &str) -> Error {
        if matches!(label, PERSONA | HUMAN) {
            return Error::NotFound { what: "written block", name: label.to_owned(), nearest: None };
        }
        let names = self.blocks().await.unwrap_or_default();
        let nearest = crate::personas::nearest(label, names.iter().map(|block| block.label.as_str()));
        Error::NotFound { what: "block", name: label.to_owned(), nearest: nearest.map(str::to_owned) }
    }
}

/// The two that are always there come first.
fn rank(label: &str) -> (u8, &str) {
    match label {
        PERSONA => (0, label),
        HUMAN => (1, label),
        _ => (2, label),
    }
}

fn check_label(label: &str) -> Result<()> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    let first = label.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    if !first || label.len() > LABEL || !label.chars().all(fine) {
        return Err(Error::Invalid(format!(
            "label: {:?} is not 1 to {LABEL} small letters, digits, _ and -, beginning with a letter",
            label.chars().take(LABEL).collect::<String>()
        )));
    }
    Ok(())
}
