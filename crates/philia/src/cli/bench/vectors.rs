//! `philia bench vectors`: the vectors that the configured embedder gives the lines of a file.

use super::{TempDir, apart};
use crate::cli::Context;
use crate::cli::paint::note;
use crate::cli::progress::Progress;
use crate::wire;
use anyhow::{Context as _, ensure};
use clap::Args;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

pub(super) const EXAMPLES: &str = "Examples:
  philia bench vectors --texts memories.txt --out memories.f32
  philia --set models.embed.embedder=openai:text-embedding-3-small bench vectors --texts memories.txt --out memories.f32

Every line of the file, an empty one too, becomes a row of little-endian 32-bit floats, one row after the other. A text
that the embedder cannot judge becomes a row of zeros. Other systems can so be measured on the same vectors.";

/// Texts that are embedded at once.
const AT_ONCE: usize = 256;

#[derive(Args)]
pub(super) struct Vectors {
    /// The texts, one a line
    #[arg(long, value_name = "FILE")]
    texts: PathBuf,
    /// Where the vectors go
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Vectors {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let text =
            std::fs::read_to_string(&self.texts).with_context(|| format!("{} cannot be read", self.texts.display()))?;
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        ensure!(!lines.is_empty(), "{} has no line", self.texts.display());
        let dir = TempDir::new()?;
        let embedder = wire::embedder(&apart(&context.config, &dir.0))?;
        let cannot = || format!("{} cannot be written", self.out.display());
        let mut out = BufWriter::new(File::create(&self.out).with_context(cannot)?);
        let zeros = vec![0.0; embedder.info().dimensions];
        let progress = Progress::new("texts");
        for (number, some) in lines.chunks(AT_ONCE).enumerate() {
            progress.tell(number * AT_ONCE, lines.len());
            for vector in embedder.embed_documents(some).await? {
                for value in vector.as_ref().unwrap_or(&zeros) {
                    out.write_all(&value.to_le_bytes()).with_context(cannot)?;
                }
            }
        }
        out.flush().with_context(cannot)?;
        progress.finish();
        note(&format!("{} rows of {} numbers, by {}", lines.len(), zeros.len(), embedder.info().id));
        Ok(ExitCode::SUCCESS)
    }
}
