//! Help lines by country, from `assets/help-lines.json`. Numbers change: each entry names whose page to check it against,
//! when it was written down, and whether it was then compared with a public text. None was called.

use serde::{Deserialize, Serialize};

/// The international directory, for every country that is not here and for whoever looks for something else.
pub const DIRECTORY: &str = "findahelpline.com";

/// One service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What it is called there.
    pub name: String,
    /// The number to call, as it is dialled there.
    pub call: String,
    /// How to write to it instead; empty where one cannot.
    pub write: String,
    /// Whose page says so.
    pub source: String,
    /// When it was written down, year and month.
    pub as_of: String,
    /// Whether it was compared with a public text then, rather than written from general knowledge.
    pub compared: bool,
}

/// The lines of a country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// The number for an ambulance.
    pub emergency: String,
    /// Whom to call, the first first.
    pub lines: Vec<Line>,
}

/// All lines that are known.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct HelpLines {
    /// Sorted by code.
    countries: Vec<Country>,
}

impl HelpLines {
    /// The lines that come with the program. A test reads them; if they could not be read, the directory is left.
    pub fn built_in() -> Self {
        serde_json::from_str(include_str!("../../../assets/help-lines.json")).unwrap_or_default()
    }

    /// The lines of a country, by its ISO 3166-1 alpha-2 code in any case. `UK` is understood.
    pub fn of(&self, code: &str) -> Option<&Country> {
        let code = code.trim().to_ascii_uppercase();
        let code = if code == "UK" { "GB" } else { code.as_str() };
        self.countries.binary_search_by(|c| c.code.as_str().cmp(code)).ok().map(|i| &self.countries[i])
    }

    /// All countries, by code.
    pub fn countries(&self) -> &[Country] {
        &self.countries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_that_is_promised_is_here() {
        let lines = HelpLines::built_in();
        assert!(lines.countries().windows(2).all(|w| w[0].code < w[1].code));
        for code in [
            "US", "CA", "GB", "IE", "AU", "NZ", "DE", "AT", "CH", "FR", "ES", "IT", "PT", "NL", "BE", "SE", "NO", "DK",
            "FI", "PL", "JP", "KR", "IN", "PK", "BR", "MX", "AR", "ZA", "EG", "SA", "LB", "CL", "uk", " us ",
        ] {
            assert!(lines.of(code).is_some(), "{code}");
        }
        for country in lines.countries() {
            assert!(!country.lines.is_empty() && country.emergency.chars().all(|c| c.is_ascii_digit()), "{country:?}");
            for line in &country.lines {
                let dated = line.as_of.len() == 7 && line.as_of.as_bytes()[4] == b'-';
                assert!(
                    dated && line.call.chars().any(|c| c.is_ascii_digit()) && line.source.contains('.'),
                    "{line:?}"
                );
            }
        }
        assert_eq!(lines.of("XX"), None);
        assert!(include_str!("../../../assets/help-lines.json").contains(DIRECTORY));
    }
}
