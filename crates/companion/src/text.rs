//! Texts: what is kept of one that comes from outside, and how bytes are written as one.

use sha2::{Digest as _, Sha256};

/// The text without control characters, except line breaks and tabs: they show nothing and harm where they are shown.
pub(crate) fn legible(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// The bytes in lower-case hexadecimal digits, two for each.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// The first half of a hash, as the id of a record may have it.
pub(crate) fn id_of(hash: Sha256) -> String {
    hex(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::{hex, legible};

    #[test]
    fn what_shows_stays_and_what_does_not_goes() {
        assert_eq!(legible("a\u{0}b\u{1b}[1mc\r\n\td\u{85}e\u{9f} 👩‍👩‍👧 \u{202e}"), "ab[1mc\n\tde 👩‍👩‍👧 \u{202e}");
    }

    #[test]
    fn each_byte_is_two_digits() {
        assert_eq!(hex(&[0, 7, 0x2a, 0xff]), "00072aff");
        assert_eq!(hex(&[]), "");
    }
}
