//! Cursors as clients see them: the store's, with a sum over it, so that what was not given out by a list is known.

use sha2::{Digest, Sha256};

/// The sum over a place.
fn sum(place: &str) -> String {
    Sha256::digest(place.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// A place in a list, as it is given out.
pub(crate) fn write(place: &str) -> String {
    format!("{}.{place}", sum(place))
}

/// The place that was given out; none if it never was.
pub(crate) fn read(cursor: &str) -> Option<String> {
    let (given, place) = cursor.split_once('.')?;
    (given == sum(place)).then(|| place.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_out_is_read_and_nothing_else() {
        for place in ["", "5", "a.b", "ü/ä"] {
            assert_eq!(read(&write(place)).as_deref(), Some(place));
        }
        for forged in ["", ".", "5", "00000000.5", "a.b.c"] {
            assert_eq!(read(forged), None, "{forged}");
        }
    }
}
