//! Cards in PNG pictures: `tEXt` chunks of the keywords `chara` (V2) and `ccv3` (V3), base64 JSON.
//!
//! The chunks are walked and their checksums compared; the picture itself is never decoded, so that it makes no
//! difference how large it says to be.

use super::CardError;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The first bytes of every PNG.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The most chunks of a picture.
const MOST_CHUNKS: usize = 65_536;

/// Base64 as programs write it, with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
}

fn damaged(detail: impl Into<String>) -> CardError {
    CardError::Damaged { what: "PNG", detail: detail.into() }
}

/// The chunks from the head to the end.
fn chunks(bytes: &[u8]) -> Result<Vec<Chunk<'_>>, CardError> {
    let mut rest = bytes.strip_prefix(SIGNATURE).ok_or_else(|| damaged("it does not begin as one"))?;
    let mut chunks: Vec<Chunk<'_>> = Vec::new();
    let cut_off = || damaged("it is cut off");
    loop {
        let (length, more) = rest.split_first_chunk::<4>().ok_or_else(cut_off)?;
        let (kind, more) = more.split_first_chunk::<4>().ok_or_else(cut_off)?;
        let length = u32::from_be_bytes(*length) as usize;
        let data = more.get(..length).ok_or_else(cut_off)?;
        let (sum, more) = more[length..].split_first_chunk::<4>().ok_or_else(cut_off)?;
        let name = String::from_utf8_lossy(kind).into_owned();
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(kind);
        hasher.update(data);
        if hasher.finalize() != u32::from_be_bytes(*sum) {
            return Err(damaged(format!("the checksum of its {:?} part is wrong", name)));
        }
        if chunks.is_empty() && (kind != b"IHDR" || length != 13) {
            return Err(damaged("it has no head"));
        }
        chunks.push(Chunk { kind: *kind, data });
        if kind == b"IEND" {
            return Ok(chunks);
        }
        if chunks.len() >= MOST_CHUNKS {
            return Err(damaged(format!("it has more than {MOST_CHUNKS} parts")));
        }
        rest = more;
    }
}

/// The JSON of the card in a picture: V3 where there is one, else V2; none, where there is neither.
pub(super) fn card(bytes: &[u8]) -> Result<Option<Vec<u8>>, CardError> {
    let chunks = chunks(bytes)?;
    let found = [b"ccv3".as_slice(), b"chara"]
        .into_iter()
        .find_map(|keyword| chunks.iter().find_map(|chunk| text_of(chunk).filter(|(k, _)| *k == keyword)));
    let Some((_, text)) = found else { return Ok(None) };
    if text.len() / 4 * 3 > super::LARGEST_TEXT {
        let (size, most) = ((text.len() / 4 * 3) as u64, super::LARGEST_TEXT as u64);
        return Err(CardError::TooLarge { what: "card in the picture".into(), size, most });
    }
    let compact: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64.decode(compact).map(Some).map_err(|error| damaged(format!("the card in it is no base64 ({error})")))
}

/// Keyword and text of a `tEXt` chunk.
fn text_of<'a>(chunk: &Chunk<'a>) -> Option<(&'a [u8], &'a [u8])> {
    if &chunk.kind != b"tEXt" {
        return None;
    }
    let end = chunk.data.iter().position(|byte| *byte == 0)?;
    Some((&chunk.data[..end], &chunk.data[end + 1..]))
}

/// A picture with both cards in it, in place of those it had.
pub(super) fn with_cards(picture: Option<&[u8]>, v2: &str, v3: &str) -> Result<Vec<u8>, CardError> {
    let plain;
    let picture = match picture {
        Some(picture) => picture,
        None => {
            plain = placeholder();
            &plain
        }
    };
    let mut out = SIGNATURE.to_vec();
    for chunk in chunks(picture)? {
        if &chunk.kind == b"IEND" {
            for (keyword, json) in [("chara", v2), ("ccv3", v3)] {
                let mut text = format!("{keyword}\0").into_bytes();
                text.extend(BASE64.encode(json).into_bytes());
                push(&mut out, *b"tEXt", &text)?;
            }
        }
        let is_card = matches!(&chunk.kind, b"tEXt" | b"zTXt" | b"iTXt")
            && (chunk.data.starts_with(b"chara\0") || chunk.data.starts_with(b"ccv3\0"));
        if !is_card {
            push(&mut out, chunk.kind, chunk.data)?;
        }
    }
    Ok(out)
}

fn push(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) -> Result<(), CardError> {
    let length = u32::try_from(data.len()).ok().filter(|length| *length < 1 << 31);
    out.extend(length.ok_or_else(|| damaged("a part of it is too long"))?.to_be_bytes());
    let start = out.len();
    out.extend(kind);
    out.extend(data);
    let sum = crc32fast::hash(&out[start..]);
    out.extend(sum.to_be_bytes());
    Ok(())
}

/// A plain picture of 96 by 144 for those who have none.
fn placeholder() -> Vec<u8> {
    const WIDTH: u32 = 96;
    const HEIGHT: u32 = 144;
    // One bit a pixel, all zero, each line after its filter byte; in one stored block.
    let line = 1 + WIDTH as usize / 8;
    let pixels = vec![0; line * HEIGHT as usize];
    let length = u16::try_from(pixels.len()).unwrap_or(u16::MAX);
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(&pixels);
    // Adler-32 of zeros: the first sum stays 1, the second counts them.
    stream.extend((u32::from(length) << 16 | 1).to_be_bytes());

    let mut head = Vec::from(WIDTH.to_be_bytes());
    head.extend(HEIGHT.to_be_bytes());
    // One bit deep, with a palette, nothing else.
    head.extend([1, 3, 0, 0, 0]);
    let mut out = SIGNATURE.to_vec();
    for (kind, data) in
        [(*b"IHDR", head.as_slice()), (*b"PLTE", &[0xd8, 0xb4, 0xa0]), (*b"IDAT", &stream), (*b"IEND", &[])]
    {
        // None of these is anywhere near too long.
        let _ = push(&mut out, kind, data);
    }
    out
}
