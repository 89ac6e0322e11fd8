//! `.charx`: a zip with `card.json` and the files it speaks of.

use super::{Asset, CardError};
use std::io::{Cursor, Read as _, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The most files in an archive.
const MOST_FILES: usize = 2048;

/// The most bytes that all files have together, unpacked.
const LARGEST_WHOLE: u64 = 128 << 20;

/// The card's place in the archive.
const CARD: &str = "card.json";

fn damaged(detail: impl ToString) -> CardError {
    CardError::Damaged { what: "archive", detail: detail.to_string() }
}

/// The card's JSON, if there is one, and the other files.
pub(super) fn read(bytes: &[u8]) -> Result<(Option<Vec<u8>>, Vec<Asset>), CardError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MOST_FILES {
        return Err(damaged(format!("it has {} files; allowed: at most {MOST_FILES}", archive.len())));
    }
    let mut card = None;
    let mut assets = Vec::new();
    let mut left = LARGEST_WHOLE;
    for i in 0..archive.len() {
        let mut file = archive.by_index(i).map_err(damaged)?;
        if file.is_dir() {
            continue;
        }
        let path = file.name().map_err(damaged)?.into_owned();
        if !is_inside(&path) {
            return Err(damaged(format!("{path:?} would lie outside of it")));
        }
        let most = if path == CARD { left.min(super::LARGEST_TEXT as u64) } else { left };
        // What a file says of its size need not be true: no more than allowed is ever unpacked.
        let mut content = Vec::new();
        (&mut file).take(most + 1).read_to_end(&mut content).map_err(damaged)?;
        let size = content.len() as u64;
        if size > most {
            let size = size.max(file.size());
            return Err(CardError::TooLarge { what: format!("file {path:?} in the archive, unpacked,"), size, most });
        }
        left -= size;
        if path == CARD {
            card = Some(content);
        } else {
            assets.push(Asset { path, bytes: content });
        }
    }
    Ok((card, assets))
}

/// A plain relative path that leads nowhere else.
fn is_inside(path: &str) -> bool {
    !path.starts_with('/') && !path.contains(['\\', ':', '\0']) && path.split('/').all(|part| part != "..")
}

/// An archive of a card and its files. The same in gives the same bytes: no file has a time.
pub(super) fn write(card: &[u8], assets: &[Asset]) -> Result<Vec<u8>, CardError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let files = std::iter::once((CARD, card)).chain(assets.iter().map(|a| (a.path.as_str(), a.bytes.as_slice())));
    for (path, bytes) in files.filter(|(path, _)| is_inside(path)) {
        archive.start_file(path, packed).map_err(damaged)?;
        archive.write_all(bytes).map_err(damaged)?;
    }
    Ok(archive.finish().map_err(damaged)?.into_inner())
}
