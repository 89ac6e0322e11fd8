//! Merging a patch into a person's settings, naming everything in it that cannot be.

use philia_mind::Profile;
use serde_json::{Map, Value};

/// The profile with the patch merged into it, and each field of the patch that does not exist or has a value of the
/// wrong type. Those are left out of the merged profile.
pub(crate) fn merged(
    profile: &Profile,
    patch: &Map<String, Value>,
) -> Result<(Profile, Vec<String>), serde_json::Error> {
    let mut whole = serde_json::to_value(profile)?;
    let mut problems = Vec::new();
    lay(&mut Vec::new(), patch, &mut whole, &mut problems);
    Ok((serde_json::from_value(whole)?, problems))
}

/// Lays a patch, or the part of it under `path`, over the whole, value by value: each is taken only if the whole is
/// still a profile with it.
fn lay<'a>(path: &mut Vec<&'a str>, patch: &'a Map<String, Value>, whole: &mut Value, problems: &mut Vec<String>) {
    for (name, value) in patch {
        path.push(name);
        match (at(whole, path).map(|value| value.is_object()), value) {
            (None, _) => problems.push(format!("{}: there is no such setting", path.join("."))),
            (Some(true), Value::Object(inner)) => lay(path, inner, whole, problems),
            _ => {
                let mut tried = whole.clone();
                if let Some(place) = at(&mut tried, path) {
                    *place = value.clone();
                }
                match serde_json::from_value::<Profile>(tried.clone()) {
                    Ok(_) => *whole = tried,
                    Err(error) => problems.push(format!("{}: {error}", path.join("."))),
                }
            }
        }
        path.pop();
    }
}

fn at<'v>(whole: &'v mut Value, path: &[&str]) -> Option<&'v mut Value> {
    path.iter().try_fold(whole, |value, name| value.get_mut(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use philia_mind::profile::{AgeBand, QuietHours};
    use serde_json::json;

    fn merge(patch: Value) -> (Profile, Vec<String>) {
        let profile = Profile { display_name: Some("Ana".into()), ..Profile::default() };
        merged(&profile, patch.as_object().unwrap()).unwrap()
    }

    #[test]
    fn what_a_patch_does_not_name_stays() {
        let (profile, problems) = merge(json!({ "age_band": "adult", "quiet_hours": { "from": 60 } }));
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            profile,
            Profile {
                display_name: Some("Ana".into()),
                age_band: AgeBand::Adult,
                quiet_hours: QuietHours { from: 60, ..QuietHours::default() },
                ..Profile::default()
            }
        );
    }

    #[test]
    fn null_takes_away_what_may_be_missing() {
        let (profile, problems) = merge(json!({ "display_name": null, "time_zone": null }));
        assert_eq!(profile, Profile::default());
        assert_eq!(problems, ["time_zone: invalid type: null, expected a string"]);
    }

    #[test]
    fn every_wrong_field_is_named_and_the_right_ones_are_merged() {
        let (profile, problems) = merge(json!({
            "naem": "x",
            "language": "de",
            "age_band": "old",
            "quiet_hours": { "form": 3, "until": "late" },
            "reminder_minutes": -4,
        }));
        let fields: Vec<&str> = problems.iter().filter_map(|problem| problem.split(": ").next()).collect();
        assert_eq!(fields, ["age_band", "naem", "quiet_hours.form", "quiet_hours.until", "reminder_minutes"]);
        assert_eq!(profile.language, "de");
    }
}
