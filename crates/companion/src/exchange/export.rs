//! Everything about one person, as one JSON document (described in `docs/export.md`).

use super::{EXPORT_FORMAT, EXPORT_VERSION};
use crate::error::{Error, Result};
use crate::hook::Event;
use crate::person::Person;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use philia_ports::store::{Kind, Record, Scan};
use serde::Serialize;
use serde_json::{Value, json};
use std::io::Write;

/// Records of bytes that are read at once.
const BLOBS: usize = 8;
/// Other records.
const PAGE: usize = 200;

/// One record as it is written out.
#[derive(Serialize)]
struct Exported<'a> {
    id: &'a str,
    at: jiff::Timestamp,
    doc: Value,
    /// Bytes, where they are what the record is there for.
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

impl Person {
    /// Writes everything about the person as one JSON document, page by page: every record of every kind, without
    /// vectors (they can be made again).
    ///
    /// What changes while it is being written may or may not be in it.
    ///
    /// # Errors
    /// [`Error::Write`] if `out` takes no more; [`Error::Store`] if the store fails.
    pub async fn export_json(&self, out: &mut (impl Write + Send)) -> Result<()> {
        self.write_json(out, false, &mut |_, _| ()).await
    }

    /// The same, with vectors if they are wanted. `tell` hears how many records are written, of how many.
    pub(super) async fn write_json(
        &self,
        out: &mut (impl Write + Send),
        vectors: bool,
        tell: &mut (impl FnMut(usize, usize) + Send),
    ) -> Result<()> {
        self.app.tell(&self.partition.id, &Event::UserAction("export"));
        let all = if vectors { self.records().await? } else { 0 };
        let mut written = 0;
        write!(out, "{{\n\"format\": {},\n\"version\": {EXPORT_VERSION},\n", json!(EXPORT_FORMAT))?;
        writeln!(out, "\"exported_at\": {},", json!(self.now()))?;
        write!(out, "\"account\": {},\n\"user\": {},\n", json!(self.id().account()), json!(self.id().subject()))?;
        if vectors {
            writeln!(out, "\"vectors\": true,")?;
        }
        write!(out, "\"records\": {{")?;
        for (n, kind) in Kind::ALL.iter().copied().filter(is_personal).enumerate() {
            write!(out, "{}\n{}: [", if n == 0 { "" } else { "," }, json!(kind.as_str()))?;
            let mut separator = "\n";
            // Vectors can be made again; what is attached cannot.
            let bytes = vectors || kind == Kind::Blob;
            let limit = if kind == Kind::Blob { BLOBS } else { PAGE };
            let mut scan = Scan { blobs: bytes, limit, ..Scan::of(kind) };
            loop {
                let page = self.app.parts.store.scan(&self.partition, &scan).await?;
                for Record { key, at, doc, blob, .. } in &page.items {
                    out.write_all(separator.as_bytes())?;
                    let record = Exported {
                        id: &key.id,
                        at: *at,
                        doc: doc.value(),
                        base64: blob.as_ref().filter(|_| bytes).map(|blob| STANDARD.encode(blob)),
                    };
                    serde_json::to_writer(&mut *out, &record).map_err(|error| Error::Write(error.into()))?;
                    separator = ",\n";
                }
                written += page.items.len();
                tell(written.min(all), all);
                match page.next {
                    Some(next) => scan.cursor = Some(next),
                    None => break,
                }
            }
            write!(out, "]")?;
        }
        write!(out, "\n}}\n}}\n")?;
        out.flush()?;
        Ok(())
    }
}

/// Logins and the audit log are the program's own, in a partition of their own; a key is of use to nobody outside.
pub(super) fn is_personal(kind: &Kind) -> bool {
    !matches!(kind, Kind::Identity | Kind::Account | Kind::Audit | Kind::DataKey)
}
