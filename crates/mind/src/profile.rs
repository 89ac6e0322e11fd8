//! A person's own settings: asked lightly at the first meeting, changeable at any time.

use serde::{Deserialize, Serialize};

/// How old the person says they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
pub struct QuietHours {
    /// First quiet minute of the day, 0..1440.
    pub from: u16,
    /// First minute that is no longer quiet, 0..1440.
    pub until: u16,
}

impl Default for QuietHours {
    fn default() -> Self {
        Self { from: 23 * 60, until: 8 * 60 }
    }
}

/// The person's own settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// What to call them.
    pub display_name: Option<String>,
    /// IANA time zone (`Asia/Karachi`).
    pub time_zone: String,
    /// BCP 47 language tag (`en`).
    pub language: String,
    /// ISO 3166-1 alpha-2 country, for help lines (`PK`).
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
    pub retention_days: Option<u32>,
    /// Minutes of one session after which it is said again that this is an AI.
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
