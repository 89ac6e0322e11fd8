//! Evidence, as the published file spells it: mostly `D3:7`, but also `D8:6; D9:17` (two), `D:11:26` and `D30:05`.

use std::collections::HashSet;

/// The turns that `pieces` name, each once, in order, and how many pieces point nowhere.
pub(super) fn resolve(pieces: &[String], known: &HashSet<String>) -> (Vec<String>, usize) {
    let (mut found, mut lost): (Vec<String>, usize) = (Vec::new(), 0);
    for piece in pieces.iter().flat_map(|piece| piece.split([';', ',', ' '])).filter(|piece| !piece.trim().is_empty()) {
        match dia_id(piece.trim()).filter(|id| known.contains(id)) {
            Some(id) if !found.contains(&id) => found.push(id),
            Some(_) => {}
            None => lost += 1,
        }
    }
    (found, lost)
}

/// The name of a turn as it should be spelled; none for what is no name.
pub(super) fn dia_id(text: &str) -> Option<String> {
    let numbers = text.strip_prefix(['D', 'd'])?.trim_start_matches(':');
    let (session, turn) = numbers.split_once(':')?;
    Some(format!("D{}:{}", session.parse::<u32>().ok()?, turn.parse::<u32>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_evidence_is_understood_where_it_can_be() {
        let known: HashSet<String> = ["D1:1", "D2:1", "D11:26"].map(str::to_owned).into();
        for (pieces, expected, lost) in [
            (&["D1:1"][..], &["D1:1"][..], 0),
            (&["D1:1; D2:1"], &["D1:1", "D2:1"], 0),
            (&["D2:1,D1:1", "D1:1"], &["D2:1", "D1:1"], 0),
            (&["D1:1 D2:1"], &["D1:1", "D2:1"], 0),
            (&["D:11:26"], &["D11:26"], 0),
            (&["D2:01"], &["D2:1"], 0),
            (&["D9:9", "D", "", "nonsense", "D1:x"], &[], 4),
            (&[], &[], 0),
        ] {
            let pieces: Vec<String> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
            let expected: Vec<String> = expected.iter().map(|id| (*id).to_owned()).collect();
            assert_eq!(resolve(&pieces, &known), (expected, lost), "{pieces:?}");
        }
    }
}
