//! A person's own settings: asked lightly at the first meeting, changeable at any time.

use serde::{Deserialize, Serialize};

/// How old the person says they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AgeBand {
    /// Not said.
    #[default]
    Unknown,
    /// Under 18: minor mode.
    Minor,
    /// 18 or older.
    Adult,
}

/// Where this person's words may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PrivacyTier {
    /// As stored; remote models allowed.
    #[default]
    Cloud,
    /// Sealed at rest; remote models allowed.
    Hybrid,
    /// Sealed at rest; nothing ever goes to a remote model or embedder.
    Local,
}

/// Local hours in which nobody is disturbed; `from` may be later than `until` (over midnight).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct QuietHours {
    /// First quiet minute of the day, 0..1440.
    #[cfg_attr(feature = "schema", schema(maximum = 1439))]
    pub from: u16,
    /// First minute that is no longer quiet, 0..1440.
    #[cfg_attr(feature = "schema", schema(maximum = 1439))]
    pub until: u16,
}

impl Default for QuietHours {
    fn default() -> Self {
        Self { from: 23 * 60, until: 8 * 60 }
    }
}

/// The person's own settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// What to call them.
    #[cfg_attr(
        feature = "schema",
        schema(
            min_length = 1,
            max_length = 64,
            pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$"
        )
    )]
    pub display_name: Option<String>,
    /// IANA time zone (`Asia/Karachi`).
    pub time_zone: String,
    /// BCP 47 language tag (`en`).
    #[cfg_attr(
        feature = "schema",
        schema(min_length = 2, max_length = 35, pattern = "^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$")
    )]
    pub language: String,
    /// ISO 3166-1 alpha-2 country, for help lines (`PK`).
    #[cfg_attr(feature = "schema", schema(pattern = "^[A-Z]{2}$"))]
    pub country: Option<String>,
    /// Age band.
    pub age_band: AgeBand,
    /// When not to be disturbed.
    pub quiet_hours: QuietHours,
    /// The persona they talk with.
    pub persona: String,
    /// Where their words may go.
    pub privacy: PrivacyTier,
    /// May the companion write first? Asked, never assumed.
    pub proactive_consent: Option<bool>,
    /// Delete what is unimportant after so many days; never by default.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 36500))]
    pub retention_days: Option<u32>,
    /// Minutes of one session after which it is said again that this is an AI.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 180))]
    pub reminder_minutes: u32,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            display_name: None,
            time_zone: "UTC".into(),
            language: "en".into(),
            country: None,
            age_band: AgeBand::Unknown,
            quiet_hours: QuietHours::default(),
            persona: "curious_companion".into(),
            privacy: PrivacyTier::Cloud,
            proactive_consent: None,
            retention_days: None,
            reminder_minutes: 180,
        }
    }
}

impl Profile {
    /// What is not allowed, each naming the field, the value and what is; empty if all is well. The time zone's
    /// and the persona's existence are checked where they are known.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some(name) = &self.display_name
            && (name.trim().is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control))
        {
            problems.push(format!("display_name: {name:?} is not 1 to 64 characters without control characters"));
        }
        let well_formed = |tag: &str| {
            tag.len() <= 35
                && tag
                    .split('-')
                    .all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
        };
        if self.language.len() < 2 || !well_formed(&self.language) {
            problems.push(format!("language: {:?} is no language tag, such as en or pt-BR", self.language));
        }
        if let Some(country) = &self.country
            && (country.len() != 2 || !country.chars().all(|c| c.is_ascii_uppercase()))
        {
            problems.push(format!("country: {country:?} is no two-letter country code, such as PK or DE"));
        }
        for (field, minute) in [("from", self.quiet_hours.from), ("until", self.quiet_hours.until)] {
            if minute >= 24 * 60 {
                problems.push(format!("quiet_hours.{field}: {minute} is no minute of a day (0 to 1439)"));
            }
        }
        if let Some(days) = self.retention_days.filter(|days| !(1..=36_500).contains(days)) {
            problems.push(format!("retention_days: {days} is not 1 to 36500; leave it out to keep everything"));
        }
        if !(1..=180).contains(&self.reminder_minutes) {
            problems.push(format!("reminder_minutes: {} is not 1 to 180", self.reminder_minutes));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold() {
        assert_eq!(Profile::default().problems(), Vec::<String>::new());
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let profile = Profile {
            display_name: Some("a\u{7}".into()),
            language: "e".into(),
            country: Some("Germany".into()),
            quiet_hours: QuietHours { from: 1440, until: 0 },
            retention_days: Some(0),
            reminder_minutes: 600,
            ..Profile::default()
        };
        let fields: Vec<String> =
            profile.problems().iter().map(|problem| problem.split(':').next().unwrap_or_default().into()).collect();
        assert_eq!(
            fields,
            ["display_name", "language", "country", "quiet_hours.from", "retention_days", "reminder_minutes"]
        );
    }
}
