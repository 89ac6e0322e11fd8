//! The rows as a table (CSV, RFC 4180), with fixed decimals: the same simulation gives the same bytes.

use super::{Row, TRAITS, Year};
use philia_mind::Pad;
use philia_mind::needs::Need;
use std::fmt::Write as _;

/// A simulated time as CSV, a row per event.
pub fn csv(year: &Year) -> String {
    let mut out = String::with_capacity(256 * (year.rows.len() + 1));
    let columns = ["time", "day", "kind", "pleasure", "arousal", "dominance"]
        .into_iter()
        .chain(["baseline_pleasure", "baseline_arousal", "baseline_dominance"])
        .chain(Need::ALL.iter().map(|need| need.as_str()))
        .chain(TRAITS)
        .chain(["bond", "level", "quirks", "score", "sent", "reason"]);
    out.push_str(&columns.collect::<Vec<_>>().join(","));
    out.push('\n');
    year.rows.iter().for_each(|row| line(row, &mut out));
    out
}

fn line(row: &Row, out: &mut String) {
    let at = row.at.strftime("%Y-%m-%dT%H:%M:%S%:z");
    // Writing to a string cannot fail.
    let _ = write!(out, "{at},{},{}", row.day, row.what.as_str());
    let pad = |pad: Pad| [pad.pleasure, pad.arousal, pad.dominance];
    for value in pad(row.mood).into_iter().chain(pad(row.baseline)).chain(row.needs) {
        let _ = write!(out, ",{}", Fixed(value, 4));
    }
    for value in row.traits.into_iter().chain([row.bond]) {
        let _ = write!(out, ",{}", Fixed(value, 2));
    }
    let score = row.score.map(|score| Fixed(score, 4).to_string()).unwrap_or_default();
    let _ = writeln!(out, ",{},{},{score},{},{}", row.level, row.quirks, u8::from(row.sent), quoted(&row.why));
}

/// A number with so many decimals, and without a minus before a zero.
struct Fixed(f64, usize);

impl std::fmt::Display for Fixed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(value, decimals) = *self;
        let text = format!("{value:.decimals$}");
        let zero = text.strip_prefix('-').filter(|rest| rest.bytes().all(|b| matches!(b, b'0' | b'.')));
        f.write_str(zero.unwrap_or(&text))
    }
}

/// A field, quoted where it needs to be.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_fixed_decimals_and_no_negative_zero() {
        for (value, expected) in [(-0.00001, "0.0000"), (-0.12345, "-0.1235"), (1.0, "1.0000")] {
            assert_eq!(Fixed(value, 4).to_string(), expected);
        }
    }

    #[test]
    fn fields_with_commas_and_quotes_are_quoted() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted(r#"a, "b""#), r#""a, ""b""""#);
    }
}
