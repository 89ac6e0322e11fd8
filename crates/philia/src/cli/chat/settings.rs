//! The person's own settings by name, as they are typed and shown.

use philia_companion::personas::nearest;
use philia_mind::Profile;
use philia_mind::profile::{AgeBand, QuietHours};

/// One setting.
pub(super) struct Setting {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is, and what it takes.
    pub(super) doc: &'static str,
    /// Its value, in words.
    pub(super) show: fn(&Profile) -> String,
    /// Takes a new one, or says what is allowed.
    set: fn(&mut Profile, &str) -> Result<(), String>,
}

/// The word that takes a setting away.
const NONE: &str = "none";

/// Every setting that does something already.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        name: "name",
        doc: "what I call you",
        show: |p| p.display_name.clone().unwrap_or_else(|| NONE.into()),
        set: |p, text| {
            p.display_name = optional(text);
            Ok(())
        },
    },
    Setting {
        name: "time_zone",
        doc: "an IANA time zone, such as Europe/London",
        show: |p| p.time_zone.clone(),
        set: |p, text| {
            p.time_zone = text.into();
            Ok(())
        },
    },
    Setting {
        name: "language",
        doc: "a language tag, such as en or pt-BR",
        show: |p| p.language.clone(),
        set: |p, text| {
            p.language = text.into();
            Ok(())
        },
    },
    Setting {
        name: "country",
        doc: "two letters, such as GB, so that help lines are the right ones; or none",
        show: |p| p.country.clone().unwrap_or_else(|| NONE.into()),
        set: |p, text| {
            p.country = optional(text).map(|country| country.to_uppercase());
            Ok(())
        },
    },
    Setting {
        name: "age",
        doc: "adult, minor or unknown; a minor is spoken with accordingly",
        show: |p| word(&p.age_band),
        set: |p, text| {
            p.age_band = match text {
                "adult" => AgeBand::Adult,
                "minor" => AgeBand::Minor,
                "unknown" | NONE => AgeBand::Unknown,
                _ => return Err(format!("{text:?} is not adult, minor or unknown")),
            };
            Ok(())
        },
    },
    Setting {
        name: "persona",
        doc: "whom you talk with; see `philia persona list`",
        show: |p| p.persona.clone(),
        set: |p, text| {
            p.persona = text.into();
            Ok(())
        },
    },
    Setting {
        name: "quiet_hours",
        doc: "when you do not want to hear from me, such as 23:00-08:00",
        show: |p| format!("{}-{}", clock(p.quiet_hours.from), clock(p.quiet_hours.until)),
        set: |p, text| {
            let read = text.split_once('-').and_then(|(from, until)| Some((minute(from)?, minute(until)?)));
            let (from, until) = read.ok_or_else(|| format!("{text:?} is not two times of day, such as 23:00-08:00"))?;
            p.quiet_hours = QuietHours { from, until };
            Ok(())
        },
    },
    Setting {
        name: "may_write_first",
        doc: "yes, no or none (ask me first)",
        show: |p| p.proactive_consent.map_or(NONE, |yes| if yes { "yes" } else { "no" }).into(),
        set: |p, text| {
            p.proactive_consent = match text {
                "yes" => Some(true),
                "no" => Some(false),
                NONE => None,
                _ => return Err(format!("{text:?} is not yes, no or none")),
            };
            Ok(())
        },
    },
    Setting {
        name: "reminder_minutes",
        doc: "after so many minutes of talk I say again that I am an AI, 1 to 180",
        show: |p| p.reminder_minutes.to_string(),
        set: |p, text| {
            p.reminder_minutes = text.parse().map_err(|_| format!("{text:?} is no number of minutes"))?;
            Ok(())
        },
    },
];

/// The setting of that name; the profile's own field names are understood too.
///
/// # Errors
/// That there is none, and the nearest.
pub(super) fn find(name: &str) -> Result<&'static Setting, String> {
    let name = match name {
        "display_name" => "name",
        "age_band" => "age",
        "proactive_consent" => "may_write_first",
        other => other,
    };
    SETTINGS.iter().find(|setting| setting.name == name).ok_or_else(|| {
        let near = nearest(name, SETTINGS.iter().map(|setting| setting.name));
        let hint = near.map_or_else(|| "/settings shows all of them".into(), |near| format!("did you mean {near}?"));
        format!("there is no setting {name}; {hint}")
    })
}

impl Setting {
    /// Changes a profile.
    ///
    /// # Errors
    /// What is wrong with the value, and what is allowed.
    pub(super) fn set(&self, profile: &mut Profile, text: &str) -> Result<(), String> {
        (self.set)(profile, text.trim()).map_err(|error| format!("{}: {error}", self.name))
    }
}

fn optional(text: &str) -> Option<String> {
    (text != NONE).then(|| text.to_owned())
}

/// The name a value has in data.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed() {
        let values = [
            ("name", "Ana"),
            ("time_zone", "Asia/Karachi"),
            ("language", "pt-BR"),
            ("country", "GB"),
            ("age", "adult"),
            ("persona", "supportive_friend"),
            ("quiet_hours", "22:30-07:05"),
            ("may_write_first", "no"),
            ("reminder_minutes", "60"),
        ];
        assert_eq!(values.map(|(name, _)| name).to_vec(), SETTINGS.iter().map(|s| s.name).collect::<Vec<_>>());
        for (name, value) in values {
            let mut profile = Profile::default();
            let setting = find(name).unwrap_or_else(|error| panic!("{error}"));
            setting.set(&mut profile, value).unwrap();
            assert_eq!((setting.show)(&profile), value, "{name}");
        }
    }

    #[test]
    fn mistakes_say_what_is_allowed() {
        let mut profile = Profile::default();
        for (name, value) in
            [("quiet_hours", "late"), ("age", "12"), ("reminder_minutes", "many"), ("may_write_first", "x")]
        {
            let error = find(name).unwrap_or_else(|error| panic!("{error}")).set(&mut profile, value).unwrap_err();
            assert!(error.starts_with(name), "{error}");
        }
        assert!(find("contry").is_err_and(|error| error.contains("did you mean country?")));
        assert_eq!(profile, Profile::default());
    }
}
