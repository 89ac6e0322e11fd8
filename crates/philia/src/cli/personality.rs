//! `philia personality`: who the companion has become with somebody, how that came about, and setting it by hand.

use super::paint::{Paint, harmless, note, print};
use super::show::{self, Show, bar, one_line};
use super::{Context, Who};
use crate::wire;
use anyhow::{anyhow, bail};
use clap::Args;
use philia_companion::Person;
use philia_companion::personality::{Personality, Setting};
use philia_companion::personas::nearest;
use philia_mind::growth::{Cause, Change, Version};
use philia_mind::needs::Need;
use philia_mind::persona::{Temperament, band};
use std::fmt::Write as _;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia personality
  philia personality --persona supportive_friend --json
  philia personality --history
  philia personality --set humor=80 --why \"I like it when you joke\"
  philia personality --restore 1 --why \"back to the beginning\"

--set takes a trait (0 to 100), bond (0 to 100), need.NAME or quirk.NAME (0 to 1). Every change is a version with its
reason, and any version can be restored. Temperament, empathy and safety_awareness never change.";

/// Who sets something here.
const BY: &str = "person";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PersonalityArgs {
    #[command(flatten)]
    who: Who,
    /// Whose personality; by default the one you talk with
    #[arg(long, short, value_name = "ID")]
    persona: Option<String>,
    /// Every version, the newest first, and what brought it about
    #[arg(long, conflicts_with = "restore")]
    history: bool,
    /// Bring an earlier version of the traits back
    #[arg(long, value_name = "VERSION", requires = "why")]
    restore: Option<u32>,
    /// Why you change it; kept with the change
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Whether `--set` of this name is meant for a personality rather than for the configuration, whose keys have a dot.
pub(crate) fn can_set(name: &str) -> bool {
    !name.contains('.') || ["trait.", "need.", "quirk.", "bond."].iter().any(|start| name.starts_with(start))
}

impl PersonalityArgs {
    /// Shows it, after setting what `by_hand` says.
    pub(crate) async fn run(self, context: &Context, by_hand: &[(String, String)]) -> anyhow::Result<ExitCode> {
        let philia = wire::philia(&context.config).await?;
        let person = philia.person(wire::LOCAL_ACCOUNT, &self.who.user).await?;
        let persona = self.persona.as_deref();
        if self.history && !by_hand.is_empty() {
            bail!("--history shows and --set changes; say one of them");
        }
        let now = person.personality(persona).await?;
        let mut settings =
            by_hand.iter().map(|(name, value)| setting(name, value, &now)).collect::<Result<Vec<_>, _>>()?;
        settings.extend(self.restore.map(|version| Setting::Restore { version }));
        let why = self.why.as_deref().unwrap_or_default();
        match (settings.is_empty(), self.why.is_some()) {
            (false, false) => bail!("--why is missing; say why, as in --why \"I like it when you joke\""),
            (true, true) => bail!("--why belongs to --set or --restore; say what is to change"),
            _ => {}
        }
        for setting in &settings {
            if let Setting::Restore { version } = setting {
                self.known(&person, *version).await?;
            }
            person.set_personality(persona, setting, BY, why).await?;
        }
        if self.history {
            let versions = person.personality_history(persona).await?;
            let show = Show::for_person(&person, context.paint).await?;
            return written(&match self.json {
                true => json(&versions)?,
                false => history(&versions, &now.name, &show, context.paint),
            });
        }
        let after = person.personality(persona).await?;
        if !settings.is_empty() {
            note(&Paint::stderr().dim(&format!("This is version {}; --history shows them all.", after.version)));
        }
        written(&if self.json { json(&after)? } else { whole(&after, context.paint) })
    }

    /// Says which versions there are, if this is none of them.
    async fn known(&self, person: &Person, version: u32) -> anyhow::Result<()> {
        let versions = person.personality_history(self.persona.as_deref()).await?;
        let (first, last) = versions.iter().fold((u32::MAX, 0), |(a, b), v| (a.min(v.number), b.max(v.number)));
        if versions.iter().any(|known| known.number == version) {
            return Ok(());
        }
        bail!("there is no version {version}; allowed: {first} to {last} (see philia personality --history)")
    }
}

fn written(text: &str) -> anyhow::Result<ExitCode> {
    print(text)?;
    Ok(ExitCode::SUCCESS)
}

fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// What `--set NAME=VALUE` asks for.
fn setting(name: &str, value: &str, now: &Personality) -> anyhow::Result<Setting> {
    let allowed = if name.starts_with("need.") || name.starts_with("quirk.") { "0 to 1" } else { "0 to 100" };
    let number = value.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let number = number.ok_or_else(|| anyhow!("{name} is {value:?}; allowed: a number from {allowed}"))?;
    let hint = |near: Option<&str>| near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    if let Some(need) = name.strip_prefix("need.") {
        let names = || Need::ALL.iter().map(|need| need.as_str());
        let found = Need::ALL.iter().find(|known| known.as_str() == need);
        let found = found.ok_or_else(|| {
            let all = names().collect::<Vec<_>>().join(", ");
            anyhow!("there is no need {need:?}{}; there are {all}", hint(nearest(need, names())))
        })?;
        return Ok(Setting::Need { name: *found, level: number });
    }
    if let Some(quirk) = name.strip_prefix("quirk.") {
        return Ok(Setting::Quirk { name: quirk.to_owned(), strength: number });
    }
    if matches!(name, "bond" | "bond.points") {
        return Ok(Setting::Bond(number));
    }
    let name = name.strip_prefix("trait.").unwrap_or(name);
    if !now.traits.contains_key(name) {
        let names = || now.traits.keys().map(String::as_str);
        let all = names().collect::<Vec<_>>().join(", ");
        bail!("there is no trait {name:?}{}; there are {all}", hint(nearest(name, names())));
    }
    Ok(Setting::Trait { name: name.to_owned(), value: number })
}

/// The Big Five, each on a line with its bar.
pub(crate) fn temperament(out: &mut String, t: &Temperament) {
    for (name, value) in [
        ("openness", t.openness),
        ("conscientiousness", t.conscientiousness),
        ("extraversion", t.extraversion),
        ("agreeableness", t.agreeableness),
        ("neuroticism", t.neuroticism),
    ] {
        let _ = writeln!(out, "  {name:18} {}  {value:.2}", bar(value));
    }
}

/// Traits, each on a line with its bar, its band and whether it can change.
pub(crate) fn traits<'a>(
    out: &mut String,
    traits: impl Iterator<Item = (&'a str, f64)>,
    immutable: impl Fn(&str) -> bool,
    paint: Paint,
) {
    for (name, value) in traits {
        let fixed = if immutable(name) { "  never changes" } else { "" };
        let aside = paint.dim(&format!("{}{fixed}", band(value).as_str()));
        let _ = writeln!(out, "  {:18} {}  {value:3.0}  {aside}", harmless(name), bar(value / 100.0));
    }
}

fn traits_now(out: &mut String, of: &Personality, paint: Paint) {
    let values = of.traits.iter().map(|(name, value)| (name.as_str(), *value));
    traits(out, values, |name| of.immutable.iter().any(|known| known == name), paint);
}

fn bond(of: &Personality) -> String {
    let level = of.bond.level.as_str().replace('_', " ");
    format!("{}  {:3.0}  {level}", bar(of.bond.points / 100.0), of.bond.points)
}

fn wishes(of: &Personality) -> String {
    let urgent: Vec<&str> = of.needs.iter().filter(|need| need.urgent).map(|need| need.need.as_str()).collect();
    if urgent.is_empty() { "nothing urgent".into() } else { urgent.join(", ") }
}

/// All of it.
fn whole(of: &Personality, paint: Paint) -> String {
    let mut out = show::mood(&of.mood, &of.name, paint);
    let _ = writeln!(out, "\n{} {}", paint.bold("Temperament"), paint.dim("0 to 1, never changes"));
    temperament(&mut out, &of.temperament);
    let _ = writeln!(out, "\n{} {}", paint.bold("Traits"), paint.dim(&format!("0 to 100, version {}", of.version)));
    traits_now(&mut out, of, paint);
    let _ = writeln!(out, "\n{} {}", paint.bold("Needs"), paint.dim("0 to 1, growing until they are met"));
    for need in &of.needs {
        let urgent = if need.urgent { paint.warn("  urgent") } else { String::new() };
        let _ = writeln!(out, "  {:18} {}  {:.2}{urgent}", need.need.as_str(), bar(need.level), need.level);
    }
    let _ = writeln!(out, "\n{} {}", paint.bold("Bond"), paint.dim("0 to 100"));
    let _ = writeln!(out, "  {:18} {}", "with you", bond(of));
    let _ = writeln!(out, "\n{}", paint.bold("Habits with you"));
    for quirk in &of.quirks {
        let _ =
            writeln!(out, "  {:18} {}  {}", one_line(&quirk.name), bar(quirk.strength), one_line(&quirk.description));
    }
    if of.quirks.is_empty() {
        out.push_str("  none yet\n");
    }
    out
}

/// What matters of it, in a few lines.
pub(crate) fn short(of: &Personality, paint: Paint) -> String {
    let mut out = String::new();
    let mood = &of.mood;
    let _ = writeln!(
        out,
        "{} feels {} ({}); wishes: {}.",
        paint.bold(&one_line(&of.name)),
        mood.emotion,
        mood.octant,
        wishes(of)
    );
    traits_now(&mut out, of, paint);
    let _ = writeln!(out, "  {:18} {}", "bond with you", bond(of));
    for quirk in of.quirks.iter().take(3) {
        let _ = writeln!(out, "  {}", paint.dim(&format!("a habit: {}", one_line(&quirk.description))));
    }
    out
}

/// How it came to be so.
fn history(versions: &[Version], name: &str, show: &Show, paint: Paint) -> String {
    let count = show::counted(versions.len() as u64, "version");
    let mut out = format!("{}: {count}, the newest first\n", paint.bold(&one_line(name)));
    for version in versions {
        let why = one_line(&version.why);
        let how = match &version.cause {
            Cause::Born => "the beginning".to_owned(),
            Cause::Grown => format!("grown: {why}"),
            Cause::SetByHand { by } if by == BY => format!("set by you: {why}"),
            Cause::SetByHand { by } => format!("set by {}: {why}", one_line(by)),
            Cause::Restored { version } => format!("version {version} came back: {why}"),
        };
        let number = paint.accent(&format!("{:4}", version.number));
        let _ = writeln!(out, "{number}  {:>11}  {how}", show.day(version.at));
        for change in &version.changes {
            let _ = writeln!(out, "                     {}", changed(change));
        }
    }
    out
}

fn changed(change: &Change) -> String {
    let value =
        |number: Option<f64>| number.map_or_else(|| "none".to_owned(), |n| format!("{}", (n * 100.0).round() / 100.0));
    format!("{} {} → {}", one_line(&change.what), value(change.from), value(change.to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traits_are_told_from_keys_of_the_configuration() {
        for (name, ours) in
            [("humor", true), ("bond", true), ("need.social", true), ("quirk.emoji", true), ("recall.k", false)]
        {
            assert_eq!(can_set(name), ours, "{name}");
        }
    }
}
