//! A backup as one file.
//!
//! ```text
//! philia backup 1\n
//! {"id":"...","made_at":"2026-11-21T10:00:00Z","program":"0.1.0","sealed":null}\n
//! [length: u32 LE, the highest bit: this is the last][bytes] ...
//! [SHA-256 of everything before: 32 bytes]
//! ```
//!
//! The pieces, put together, are lines of JSON compressed by zstd. With a passphrase each piece is sealed by
//! XChaCha20-Poly1305 under a key that Argon2id makes of it (RFC 9106, with the salt and the costs of the second line),
//! bound to the first two lines, its number, and whether it is the last: none can be left out, moved, or put there from
//! elsewhere.
//!
//! The lines: for each partition one that names it, one for each of its records, in the form and the order of their
//! [hash](super::tally), and one with its sum; at the end one with the sum of all.
//!
//! ```text
//! {"partition":"local/me","generation":0,"head":17}
//! {"kind":"memory","id":"0193...","at":1764579600000000,"doc":{...},"blob":"AAAA..."}
//! {"end":"local/me","records":1,"kinds":{"memory":1},"bytes":1234,"sha256":"..."}
//! {"total":{"partitions":1,"records":1,"kinds":{"memory":1},"bytes":1234,"sha256":"..."}}
//! ```

use super::Total;
use super::tally::Sum;
use crate::error::{Error, Result};
use crate::privacy::MasterKey;
use crate::privacy::cipher::{open, seal};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::Timestamp;
use philia_ports::Chance;
use philia_ports::clock::random_bytes;
use philia_ports::store::{Key, Kind, Record, from_micros};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::Arc;

/// The first line.
const MAGIC: &str = "philia backup 1\n";
/// What every backup begins with, whatever its form.
const PREFIX: &str = "philia backup ";
/// Bytes of a piece before it is sealed.
const PIECE: usize = 64 * 1024;
/// The most that a piece takes.
const LONGEST: usize = PIECE + 1024;
/// Marks the last piece.
const LAST: u32 = 1 << 31;
/// Bytes of the hash at the end.
const TRAILER: u64 = 32;
/// The longest line: a record of the largest size with its blob in base64.
const LINE: u64 = 2 * 1024 * 1024;
/// How much smaller against how long: zstd's own default.
const LEVEL: i32 = 3;

/// The second line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Tells it from others.
    pub id: String,
    /// When it was begun.
    pub made_at: Timestamp,
    /// The version of the program that made it.
    pub program: String,
    /// How it is sealed; none if it is not.
    pub sealed: Option<Salted>,
}

/// How a passphrase becomes the key: Argon2id with 64 MiB and three passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Salted {
    /// What it is stretched with, in base64.
    salt: String,
}

/// One line of the file's content.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Line {
    /// A partition begins.
    Partition { partition: String, generation: u64, head: u64 },
    /// A record.
    Record {
        kind: String,
        id: String,
        at: i64,
        doc: Value,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blob: Option<String>,
    },
    /// A partition ends.
    End {
        end: String,
        #[serde(flatten)]
        sum: Sum,
    },
    /// The file ends.
    Total { total: Total },
}

impl Line {
    /// The record that a line is; none for another line.
    pub(super) fn record(self) -> Result<Option<Record>> {
        let Self::Record { kind, id, at, doc, blob } = self else { return Ok(None) };
        let Some(kind) = Kind::parse(&kind) else {
            return Err(Error::Refused(format!(
                "this backup holds records of a kind this program does not know ({kind}); use a newer Philia"
            )));
        };
        let at = from_micros(at).ok_or_else(|| damaged("a record of no time"))?;
        let blob = blob.map(|blob| STANDARD_NO_PAD.decode(blob)).transpose().map_err(|_| damaged("a blob"))?;
        Ok(Some(Record { key: Key::new(kind, id), at, version: 1, doc: doc.into(), blob }))
    }
}

pub(super) fn damaged(what: &str) -> Error {
    Error::Refused(format!("the backup is damaged: {what} cannot be read; nothing was changed"))
}

fn place(head: &[u8; 32], number: u64, last: bool) -> Vec<u8> {
    [&head[..], &number.to_le_bytes(), &[u8::from(last)]].concat()
}

fn key(passphrase: &SecretString, salted: &Salted) -> Result<MasterKey> {
    let salt = STANDARD_NO_PAD.decode(&salted.salt).ok().and_then(|salt| salt.try_into().ok());
    let salt = salt.ok_or_else(|| damaged("its salt"))?;
    MasterKey::from_passphrase(passphrase, &salt).map_err(|error| Error::Invalid(error.to_string()))
}

/// Writes a backup's lines.
pub(super) struct Writer<W: Write>(zstd::Encoder<'static, Pieces<W>>);

impl<W: Write> Writer<W> {
    /// Begins a file. Stretching a passphrase takes some tenths of a second.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a passphrase that is too short; what cannot be written.
    pub(super) fn begin(
        mut out: W,
        id: String,
        made_at: Timestamp,
        passphrase: Option<&SecretString>,
        chance: Arc<dyn Chance>,
    ) -> Result<Self> {
        let salt = || Salted { salt: STANDARD_NO_PAD.encode(random_bytes::<16>(&*chance)) };
        let sealed = passphrase.map(|_| salt());
        let key = passphrase.zip(sealed.as_ref()).map(|(phrase, salted)| key(phrase, salted)).transpose()?;
        let header = Header { id, made_at, program: env!("CARGO_PKG_VERSION").into(), sealed };
        let head = format!("{MAGIC}{}\n", serde_json::to_string(&header).map_err(io::Error::from)?);
        out.write_all(head.as_bytes())?;
        let head_hash = Sha256::digest(&head).into();
        let hash = Sha256::new_with_prefix(&head);
        let pieces = Pieces { out, hash, head: head_hash, key, chance, number: 0, held: Vec::with_capacity(PIECE) };
        Ok(Self(zstd::Encoder::new(pieces, LEVEL)?))
    }

    pub(super) fn line(&mut self, line: &[u8]) -> io::Result<()> {
        self.0.write_all(line)?;
        self.0.write_all(b"\n")
    }

    /// Ends the file; the hash is the last of it.
    pub(super) fn end(self) -> io::Result<W> {
        let mut pieces = self.0.finish()?;
        pieces.piece(true)?;
        let hash = pieces.hash.finalize();
        pieces.out.write_all(&hash)?;
        pieces.out.flush()?;
        Ok(pieces.out)
    }
}

/// Cuts what comes into pieces, seals them and counts the hash.
struct Pieces<W> {
    out: W,
    hash: Sha256,
    head: [u8; 32],
    key: Option<MasterKey>,
    chance: Arc<dyn Chance>,
    number: u64,
    held: Vec<u8>,
}

impl<W: Write> Pieces<W> {
    fn piece(&mut self, last: bool) -> io::Result<()> {
        let plain = std::mem::replace(&mut self.held, Vec::with_capacity(PIECE));
        let piece = match &self.key {
            Some(key) => seal(key.bytes(), random_bytes(&*self.chance), &place(&self.head, self.number, last), &plain),
            None => plain,
        };
        let length = u32::try_from(piece.len()).map_err(io::Error::other)? | if last { LAST } else { 0 };
        for bytes in [&length.to_le_bytes()[..], &piece] {
            self.hash.update(bytes);
            self.out.write_all(bytes)?;
        }
        self.number += 1;
        Ok(())
    }
}

impl<W: Write> Write for Pieces<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.held.len() == PIECE {
            self.piece(false)?;
        }
        let some = bytes.len().min(PIECE - self.held.len());
        self.held.extend_from_slice(&bytes[..some]);
        Ok(some)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a backup's lines. What was changed, cut short or put together from others is refused as soon as it is reached;
/// [`check_whole`] finds it before.
pub(super) struct Reader<R: Read> {
    lines: BufReader<zstd::Decoder<'static, BufReader<Opened<R>>>>,
}

impl<R: Read> Reader<R> {
    /// Reads the head.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is no backup, or one of a newer program; [`Error::Invalid`] for a sealed one without
    /// the right passphrase.
    pub(super) fn begin(from: R, passphrase: Option<&SecretString>) -> Result<(Header, Self)> {
        let (header, head, from) = header(from)?;
        let key = match (&header.sealed, passphrase) {
            (Some(salted), Some(phrase)) => Some(key(phrase, salted)?),
            (Some(_), None) => {
                return Err(Error::Invalid("this backup is sealed with a passphrase; say which".into()));
            }
            (None, _) => None,
        };
        let opened = Opened { from, head, key, number: 0, last: false, held: Vec::new(), at: 0 };
        Ok((header, Self { lines: BufReader::new(zstd::Decoder::new(opened)?) }))
    }

    /// The next line; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Line>> {
        let mut line = Vec::new();
        let read = (&mut self.lines).take(LINE).read_until(b'\n', &mut line).map_err(unreadable)?;
        if read == 0 {
            return Ok(None);
        }
        serde_json::from_slice(&line).map(Some).map_err(|_| damaged("a line of it"))
    }
}

/// What went wrong while reading: the words of [`Opened`], or else that of the system.
fn unreadable(error: io::Error) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Wrong>()) {
        Some(Wrong(what)) => Error::Invalid((*what).to_owned()),
        None if error.kind() == io::ErrorKind::InvalidData => damaged("a piece of it"),
        None => Error::Refused(format!("the backup is damaged: {error}; nothing was changed")),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Wrong(&'static str);

fn header<R: Read>(mut from: R) -> Result<(Header, [u8; 32], R)> {
    let no_backup = || Error::Refused("this is no backup of Philia".into());
    let mut head = Vec::new();
    let mut byte = [0];
    // The two lines are short; what is no backup need not have any end of line.
    while head.iter().filter(|byte| **byte == b'\n').count() < 2 {
        if head.len() > 4096 || from.read(&mut byte)? == 0 {
            return Err(no_backup());
        }
        head.push(byte[0]);
    }
    let text = std::str::from_utf8(&head).map_err(|_| no_backup())?;
    if !text.starts_with(PREFIX) {
        return Err(no_backup());
    }
    let Some(line) = text.strip_prefix(MAGIC) else {
        return Err(Error::Refused("this backup was made by a newer program; use a newer Philia".into()));
    };
    let header = serde_json::from_str(line.trim_end()).map_err(|_| damaged("its head"))?;
    Ok((header, Sha256::digest(&head).into(), from))
}

/// Puts the pieces together again.
struct Opened<R> {
    from: R,
    head: [u8; 32],
    key: Option<MasterKey>,
    number: u64,
    last: bool,
    held: Vec<u8>,
    at: usize,
}

impl<R: Read> Opened<R> {
    fn piece(&mut self) -> io::Result<()> {
        let odd = || io::Error::from(io::ErrorKind::InvalidData);
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        self.last = length & LAST != 0;
        let length = (length & !LAST) as usize;
        if length > LONGEST {
            return Err(odd());
        }
        let mut piece = vec![0; length];
        self.from.read_exact(&mut piece)?;
        if let Some(key) = &self.key {
            let opened = open(key.bytes(), &place(&self.head, self.number, self.last), &piece);
            let wrong = || match self.number {
                0 => io::Error::other(Wrong("the passphrase is not the one this backup was sealed with")),
                _ => odd(),
            };
            piece = opened.ok_or_else(wrong)?.to_vec();
        }
        (self.held, self.at) = (piece, 0);
        self.number += 1;
        Ok(())
    }
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.held.len() {
            if self.last {
                return Ok(0);
            }
            self.piece()?;
        }
        let some = buffer.len().min(self.held.len() - self.at);
        buffer[..some].copy_from_slice(&self.held[self.at..self.at + some]);
        self.at += some;
        Ok(some)
    }
}

/// Reads a file once from end to end and compares the hash at its end.
///
/// # Errors
/// [`Error::Refused`] for one that was changed or cut short, or is no backup at all.
pub(super) fn check_whole(mut from: impl Read + io::Seek) -> Result<()> {
    let length = from.seek(io::SeekFrom::End(0))?;
    from.seek(io::SeekFrom::Start(0))?;
    let (_, _, mut from) = header(&mut from)?;
    from.seek(io::SeekFrom::Start(0))?;
    let mut hash = Sha256::new();
    let mut content = BufReader::with_capacity(PIECE, (&mut from).take(length.saturating_sub(TRAILER)));
    loop {
        let some = content.fill_buf()?;
        if some.is_empty() {
            break;
        }
        hash.update(some);
        let some = some.len();
        content.consume(some);
    }
    let mut trailer = Vec::new();
    from.read_to_end(&mut trailer)?;
    if trailer != hash.finalize().as_slice() {
        return Err(Error::Refused(
            "the backup is damaged or cut short: the hash at its end does not fit; nothing was changed".into(),
        ));
    }
    Ok(())
}
