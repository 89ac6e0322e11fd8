//! `philia document`: files whose text is remembered.

use super::paint::{harmless, print};
use super::progress::Progress;
use super::show::counted;
use super::{Context, Who};
use crate::wire;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use philia_companion::Person;
use philia_companion::documents::{Document, Received, Upload};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia document add handbook.pdf notes.md
  philia document add --replace handbook.pdf
  philia document list
  philia document show 3f2a
  philia document remove 3f2a

Plain text, Markdown, HTML and PDF can be read. What a document says is recalled with its name and page.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DocumentArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Read files and remember what is in them; the same file again changes nothing
    #[command(after_help = EXAMPLES)]
    Add {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Take the place of documents of the same name
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        who: Who,
    },
    /// The documents, newest first
    List {
        /// As JSON lines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        who: Who,
    },
    /// A document and its parts
    Show {
        /// Its id, or the beginning of it
        id: String,
        /// As JSON lines, the document first
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        who: Who,
    },
    /// Remove a document and everything that is remembered of it
    Remove {
        /// Its id, or the beginning of it
        id: String,
        #[command(flatten)]
        who: Who,
    },
}

impl DocumentArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let (What::Add { who, .. } | What::List { who, .. } | What::Show { who, .. } | What::Remove { who, .. }) =
            &self.what;
        let person = wire::philia(&context.config).await?.person(wire::LOCAL_ACCOUNT, &who.user).await?;
        let mut out = String::new();
        match self.what {
            What::Add { files, replace, .. } => {
                for file in &files {
                    print(&add(&person, file, replace).await?)?;
                }
            }
            What::List { json, .. } => {
                for document in all(&person).await? {
                    out.push_str(&if json {
                        format!("{}\n", serde_json::to_string(&document)?)
                    } else {
                        told(&document)
                    });
                }
                if out.is_empty() && !json {
                    out = "There are no documents. `philia document add FILE` reads one.\n".into();
                }
            }
            What::Show { id, json, .. } => out = show(&person, &find(&person, &id).await?, json).await?,
            What::Remove { id, .. } => {
                let document = person.remove_document(&find(&person, &id).await?.id).await?;
                out = format!("{} is forgotten.\n", harmless(&document.name));
            }
        }
        print(&out)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads a file and remembers it; says what became of it.
pub(crate) async fn add(person: &Person, file: &Path, replace: bool) -> anyhow::Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let upload = Upload { name, bytes, media_type: None, source: "cli".into(), replace };
    let progress = Progress::new("parts");
    let added = person.add_document(upload, |done, all| progress.tell(done, all)).await;
    progress.finish();
    let Received { document, known } = added?;
    Ok(if known { format!("It is there already: {}", told(&document)) } else { told(&document) })
}

async fn all(person: &Person) -> anyhow::Result<Vec<Document>> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = person.documents(200, cursor).await?;
        found.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(found);
        }
    }
}

async fn find(person: &Person, id: &str) -> anyhow::Result<Document> {
    let mut fitting = all(person).await?;
    fitting.retain(|document| document.id.starts_with(id) || document.name == id);
    match fitting.len() {
        1 => Ok(fitting.remove(0)),
        0 => anyhow::bail!("there is no document {id:?}; `philia document list` shows those there are"),
        _ => anyhow::bail!("{id:?} names {} documents; write more of the id", fitting.len()),
    }
}

/// A document on a line.
fn told(document: &Document) -> String {
    let pages = document.pages.map(|pages| format!(", {}", counted(pages as u64, "page"))).unwrap_or_default();
    let parts = if document.remembered == document.parts {
        counted(document.parts as u64, "part")
    } else {
        format!("{} of {} parts so far", document.remembered, document.parts)
    };
    format!("{}  {}{pages}, {parts}\n", &document.id[..document.id.len().min(8)], harmless(&document.name))
}

async fn show(person: &Person, document: &Document, json: bool) -> anyhow::Result<String> {
    let mut out = if json { format!("{}\n", serde_json::to_string(document)?) } else { told(document) };
    let mut from = Some(0);
    while let Some(first) = from {
        let (parts, next) = person.document_parts(&document.id, first, 200).await?;
        for part in parts {
            if json {
                out.push_str(&format!("{}\n", serde_json::to_string(&part)?));
            } else {
                let place = part.citation().unwrap_or_default();
                let section = part.metadata.get("section").and_then(serde_json::Value::as_str).unwrap_or_default();
                out.push_str(&format!("\n{} {}\n{}\n", harmless(&place), harmless(section), harmless(&part.content)));
            }
        }
        from = next;
    }
    Ok(out)
}
