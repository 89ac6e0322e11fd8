//! Messages from a pipe: one a line, whatever the bytes are.

use std::io::{self, BufRead};

/// What one line turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A message.
    Message(String),
    /// It cannot be a message; the words say why.
    Unusable(String),
}

/// Reads the next line that is not blank; none at the end. At most `limit` bytes of a line are held in memory.
pub(super) fn next(input: &mut impl BufRead, limit: usize) -> io::Result<Option<Line>> {
    loop {
        let mut bytes = Vec::new();
        let length = read_bounded(input, limit, &mut bytes)?;
        if length == 0 {
            return Ok(None);
        }
        if length > limit {
            let why = format!("it has {length} bytes; at most {limit} are taken. Send it in parts");
            return Ok(Some(Line::Unusable(why)));
        }
        match String::from_utf8(bytes) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => return Ok(Some(Line::Message(text.trim().to_owned()))),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let byte = error.as_bytes()[at];
                let why = format!("byte {} (0x{byte:02x}) is not UTF-8; send text in UTF-8", at + 1);
                return Ok(Some(Line::Unusable(why)));
            }
        }
    }
}

/// Reads through the next line break and returns how many bytes there were, keeping the line if it is no longer
/// than `limit`.
fn read_bounded(input: &mut impl BufRead, limit: usize, kept: &mut Vec<u8>) -> io::Result<usize> {
    let mut length = 0;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let end = available.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let taken = end.unwrap_or(available.len());
        length += taken;
        if length <= limit {
            kept.extend_from_slice(&available[..taken]);
        } else {
            kept.clear();
        }
        input.consume(taken);
        if end.is_some() || taken == 0 {
            return Ok(length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn all(bytes: &[u8]) -> Vec<Line> {
        // A small buffer, so that lines are put together from pieces.
        let mut input = BufReader::with_capacity(4, bytes);
        std::iter::from_fn(|| next(&mut input, 20).unwrap()).collect()
    }

    #[test]
    fn blank_lines_are_passed_over() {
        let lines = all(b"\n  \nhello\r\n\nyou");
        assert_eq!(lines, [Line::Message("hello".into()), Line::Message("you".into())]);
    }

    #[test]
    fn what_is_no_text_is_told_and_the_rest_goes_on() {
        let lines = all(b"ab\xffc\nfine\n");
        assert_eq!(
            lines,
            [Line::Unusable("byte 3 (0xff) is not UTF-8; send text in UTF-8".into()), Line::Message("fine".into())]
        );
    }

    #[test]
    fn what_is_too_long_is_told_and_the_rest_goes_on() {
        let mut bytes = vec![b'a'; 50];
        bytes.extend(b"\nfine");
        let lines = all(&bytes);
        assert!(matches!(&lines[0], Line::Unusable(why) if why.starts_with("it has 51 bytes")), "{lines:?}");
        assert_eq!(lines[1], Line::Message("fine".into()));
    }
}
