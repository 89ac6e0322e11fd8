//! From a file's bytes to its text: what it is shows in its bytes, whatever its name says.

mod html;
mod pdf;
mod plain;

#[cfg(test)]
mod tests;

use philia_mind::memory::chunk::Form;
use serde::{Deserialize, Serialize};

/// What kinds of file can be read, as people are told.
pub const ALLOWED: &str = "plain text, Markdown, HTML and PDF";

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// A web page.
    Html,
    /// A PDF with text in it.
    Pdf,
}

impl DocumentKind {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain",
            Self::Markdown => "text/markdown",
            Self::Html => "text/html",
            Self::Pdf => "application/pdf",
        }
    }
}

/// A document's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Text {
    pub(crate) kind: DocumentKind,
    /// What it calls itself, if it does.
    pub(crate) title: Option<String>,
    pub(crate) text: String,
    /// The bytes of the text at which its pages begin; none if it has no pages.
    pub(crate) pages: Vec<usize>,
}

impl Text {
    /// How the text shows its structure. What is read from a page or a PDF is written down as Markdown.
    pub(crate) fn form(&self) -> Form {
        if self.kind == DocumentKind::Text { Form::Plain } else { Form::Markdown }
    }
}

/// Why a file was not read; fit for the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreadable(pub(crate) String);

impl Unreadable {
    fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Reads a file. `name` and `media_type` only decide between kinds of text; `most` bounds the bytes of the text.
pub(crate) fn read(bytes: &[u8], name: &str, media_type: Option<&str>, most: usize) -> Result<Text, Unreadable> {
    let head = &bytes[..bytes.len().min(1024)];
    let mut text = if find(head, b"%PDF-").is_some() {
        pdf::read(bytes, most)?
    } else {
        let (text, charset) = plain::decode(bytes)?;
        match kind_of(&text, name, media_type) {
            DocumentKind::Html => html::read(&plain::redecoded(bytes, text, charset))?,
            kind => Text { kind, title: None, text: text.trim().to_owned(), pages: Vec::new() },
        }
    };
    if !text.text.contains(|c: char| c.is_alphanumeric()) {
        return Err(Unreadable::because(match text.kind {
            DocumentKind::Pdf => "there is no text in it; if its pages are pictures, it must go through OCR first",
            _ => "there is no text in it",
        }));
    }
    if text.text.len() > most {
        return Err(Unreadable(format!("it holds more than {} of text", crate::documents::bytes_in_words(most))));
    }
    text.title = text.title.map(|title| crate::documents::line(&title)).filter(|title| !title.is_empty());
    Ok(text)
}

/// Which kind of text this is.
fn kind_of(text: &str, name: &str, media_type: Option<&str>) -> DocumentKind {
    let start: String = text.trim_start().chars().take(512).collect::<String>().to_ascii_lowercase();
    let extension = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
    let said = media_type.map(|kind| kind.split(';').next().unwrap_or_default().trim()).unwrap_or_default();
    let opens = ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| start.starts_with(tag));
    let xhtml = start.starts_with("<?xml") && start.contains("<html");
    let named = matches!(extension.as_str(), "html" | "htm" | "xhtml") || said == "text/html";
    if opens || xhtml || (named && text.contains('<')) {
        return DocumentKind::Html;
    }
    if matches!(extension.as_str(), "md" | "markdown" | "mkd") || said == "text/markdown" {
        return DocumentKind::Markdown;
    }
    let marked = |line: &str| line.starts_with("# ") || line.starts_with("## ") || line.starts_with("```");
    if !matches!(extension.as_str(), "txt" | "text" | "log") && text.lines().take(200).any(marked) {
        return DocumentKind::Markdown;
    }
    DocumentKind::Text
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
