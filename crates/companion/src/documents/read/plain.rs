//! Bytes to text: UTF-8, UTF-16 with its mark, Windows-1252 for the rest; what is no text is refused.

use super::{ALLOWED, Unreadable, find};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How binary files begin, and what they are.
const BINARY: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a zip archive, as .docx, .xlsx, .odt and .epub files are; save it as PDF or text"),
    (b"\xd0\xcf\x11\xe0", "an old Office file; save it as PDF or text"),
    (b"{\\rtf", "an RTF file; save it as PDF or text"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a sound"),
    (b"ID3", "a sound"),
    (b"OggS", "a sound"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
];

/// The text of bytes, and the encoding they were taken to be in; line ends become `\n`.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, &'static Encoding), Unreadable> {
    if bytes.is_empty() {
        return Err(Unreadable::because("it is empty"));
    }
    if let Some((_, what)) = BINARY.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(Unreadable(format!("it is {what}; {ALLOWED} can be read")));
    }
    let marked = Encoding::for_bom(bytes);
    if marked.is_none() {
        let odd = bytes.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)).count();
        if bytes.contains(&0) || odd * 50 > bytes.len() {
            return Err(Unreadable(format!(
                "it is no text; {ALLOWED} can be read (UTF-16 text needs its byte order mark)"
            )));
        }
    }
    let encoding = match marked {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => WINDOWS_1252,
    };
    Ok((clean(&encoding.decode(bytes).0), encoding))
}

/// A web page may name its encoding itself: then its text is read once more, in that.
pub(super) fn redecoded(bytes: &[u8], text: String, taken: &'static Encoding) -> String {
    if taken != WINDOWS_1252 {
        return text;
    }
    let head = bytes[..bytes.len().min(2048)].to_ascii_lowercase();
    let label = find(&head, b"charset=").map(|at| &head[at + 8..]).map(|rest| {
        let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
        &rest[..rest.iter().position(|b| !(b.is_ascii_alphanumeric() || b"-_:.".contains(b))).unwrap_or(rest.len())]
    });
    match label.and_then(Encoding::for_label) {
        Some(named) if named != taken => clean(&named.decode(bytes).0),
        _ => text,
    }
}

/// One kind of line end, and no control characters but tabs.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\u{c}' => out.push_str("\n\n"),
            '\n' | '\t' => out.push(c),
            '\u{feff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
