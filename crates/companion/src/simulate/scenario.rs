//! The scenario of a simulation: what kinds of days there are, when they come, and what is said on them. See
//! `docs/simulation.md`.

use crate::error::{Error, Result};
use crate::personas::nearest;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The most days that a simulation runs for: ten years.
pub const MOST_DAYS: u32 = 3660;

/// The most messages in a day.
const MOST_MESSAGES: u32 = 100;

/// The longest that an answer takes, in minutes: a week.
const LONGEST_DELAY: u32 = 7 * 24 * 60;

/// The most characters of a line.
const LONGEST_LINE: usize = 2000;

/// A scripted relationship.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is called; its files are named by it. Lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// What it is, for people.
    pub title: String,
    /// What happens, in a sentence or two.
    #[serde(default)]
    pub about: String,
    /// The first day.
    pub start: Date,
    /// Who is simulated: the id of a persona.
    #[serde(default = "default_persona")]
    pub persona: String,
    /// The person's IANA time zone.
    #[serde(default = "default_zone")]
    pub zone: String,
    /// What to call the person.
    #[serde(default)]
    pub person: Option<String>,
    /// Whether the person has agreed to be written to.
    #[serde(default)]
    pub consent: bool,
    /// Minor mode.
    #[serde(default)]
    pub minor: bool,
    /// Lines to say, by name.
    pub pools: BTreeMap<String, Vec<String>>,
    /// Kinds of days, by name.
    pub days: BTreeMap<String, DayKind>,
    /// Which kind comes when. Of those that cover a day, the last one wins; a day that none covers is silent.
    pub calendar: Vec<Spell>,
    /// What happens once.
    #[serde(default)]
    pub events: Vec<Event>,
    /// What there is to come back to.
    #[serde(default)]
    pub matters: Vec<Told>,
    /// How the person takes it to be written to.
    #[serde(default)]
    pub answers: Answers,
}

/// A kind of day.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayKind {
    /// Fewest and most messages.
    pub messages: [u32; 2],
    /// The hours at which talks begin, 0..23.
    #[serde(default)]
    pub hours: Vec<u32>,
    /// The most messages in one talk.
    #[serde(default = "default_talk")]
    pub talk: u32,
    /// Pools that lines are taken from, each with its weight.
    #[serde(default)]
    pub lines: BTreeMap<String, f64>,
    /// How likely the person answers on such a day, if it differs from the rest, 0..1.
    #[serde(default)]
    pub answers: Option<f64>,
}

/// From when to when there are days of a kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spell {
    /// The kind of day.
    pub day: String,
    /// The first day, from 1 up.
    #[serde(default = "first_day")]
    pub from: u32,
    /// The last day.
    #[serde(default = "last_day")]
    pub to: u32,
    /// On these days of the week; all if none is named.
    #[serde(default)]
    pub on: Vec<Weekday>,
    /// How likely each of these days is of this kind, 0..1.
    #[serde(default = "always")]
    pub chance: f64,
    /// What to call it in the picture.
    #[serde(default)]
    pub label: Option<String>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "seven names that say what they are")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Something that happens once, and what the person says then.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// What to call it in the picture.
    pub label: String,
    /// The day, from 1 up.
    pub day: u32,
    /// The hour, 0..23.
    pub hour: u32,
    /// What is said, in order.
    pub say: Vec<String>,
}

/// What sort of matter there is to come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// Something to be reminded of.
    Task,
    /// Something that happens.
    Event,
    /// Something they like.
    Interest,
}

/// Something to come back to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// In the person's words.
    pub words: String,
    /// What sort.
    pub kind: Sort,
    /// The day on which it becomes known.
    pub told: u32,
    /// The day on which it is due or happens; not for an interest.
    #[serde(default)]
    pub day: Option<u32>,
    /// The hour of that day, 0..23.
    #[serde(default)]
    pub hour: u32,
    /// 0..1.
    pub importance: f64,
    /// It hurts: not to be quoted back.
    #[serde(default)]
    pub tender: bool,
}

/// How the person takes it to be written to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// How likely a message is answered, 0..1.
    pub chance: f64,
    /// Fewest and most minutes until then.
    pub minutes: [u32; 2],
    /// The pool of answers.
    pub lines: String,
    /// How likely an answer is a no, 0..1.
    #[serde(default)]
    pub decline: f64,
    /// The pool of noes.
    #[serde(default)]
    pub declines: String,
}

fn default_persona() -> String {
    "curious_companion".into()
}

fn default_zone() -> String {
    "UTC".into()
}

const fn default_talk() -> u32 {
    4
}

const fn first_day() -> u32 {
    1
}

const fn last_day() -> u32 {
    MOST_DAYS
}

const fn always() -> f64 {
    1.0
}

impl Scenario {
    /// Reads a scenario in TOML.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what the parser says, and where; or with everything that is wrong with the fields.
    pub fn parse(text: &str) -> Result<Self> {
        let scenario: Self = toml::from_str(text).map_err(|error| Error::Invalid(error.to_string()))?;
        let problems = scenario.problems();
        if problems.is_empty() { Ok(scenario) } else { Err(Error::Invalid(problems.join("\n"))) }
    }

    /// The person's time zone.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there is no such zone.
    pub fn time_zone(&self) -> Result<TimeZone> {
        TimeZone::get(&self.zone)
            .map_err(|_| Error::Invalid(format!("zone: there is no time zone {:?}, such as Europe/London", self.zone)))
    }

    /// Everything that is wrong with it, each naming the field, the value and what is allowed.
    pub fn problems(&self) -> Vec<String> {
        let mut out = Problems(Vec::new());
        let of_a_file = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        out.unless((1..=64).contains(&self.name.len()) && self.name.chars().all(of_a_file), "name", &self.name, || {
            "1 to 64 lower-case letters, digits, - or _".into()
        });
        out.unless(!self.title.trim().is_empty(), "title", &self.title, || "a few words".into());
        out.unless((1900..=2900).contains(&self.start.year()), "start", self.start, || "1900 to 2900".into());
        if let Err(error) = self.time_zone() {
            out.0.push(error.to_string());
        }
        for (name, lines) in &self.pools {
            out.lines(&format!("pools.{name}"), lines);
        }
        for (name, day) in &self.days {
            self.check_day(&format!("days.{name}"), day, &mut out);
        }
        out.unless(!self.calendar.is_empty(), "calendar", "[]", || "at least one entry".into());
        for (i, spell) in self.calendar.iter().enumerate() {
            let at = format!("calendar[{i}]");
            out.named(&format!("{at}.day"), &spell.day, self.days.keys(), "kinds of days");
            out.day(&format!("{at}.from"), spell.from);
            out.day(&format!("{at}.to"), spell.to);
            out.unless(spell.from <= spell.to, &format!("{at}.to"), spell.to, || {
                format!("not before its from, {}", spell.from)
            });
            out.share(&format!("{at}.chance"), spell.chance);
        }
        for (i, event) in self.events.iter().enumerate() {
            let at = format!("events[{i}]");
            out.unless(!event.label.trim().is_empty(), &format!("{at}.label"), &event.label, || "a few words".into());
            out.day(&format!("{at}.day"), event.day);
            out.hour(&format!("{at}.hour"), event.hour);
            out.lines(&format!("{at}.say"), &event.say);
        }
        for (i, matter) in self.matters.iter().enumerate() {
            let at = format!("matters[{i}]");
            out.unless(!matter.words.trim().is_empty(), &format!("{at}.words"), &matter.words, || "a few words".into());
            out.day(&format!("{at}.told"), matter.told);
            if let Some(day) = matter.day {
                out.day(&format!("{at}.day"), day);
            }
            out.unless((matter.kind == Sort::Interest) == matter.day.is_none(), &format!("{at}.day"), "", || {
                "a day for a task or an event, none for an interest".into()
            });
            out.hour(&format!("{at}.hour"), matter.hour);
            out.share(&format!("{at}.importance"), matter.importance);
        }
        self.check_answers(&mut out);
        out.0
    }

    fn check_day(&self, at: &str, day: &DayKind, out: &mut Problems) {
        let [least, most] = day.messages;
        out.unless(
            least <= most && most <= MOST_MESSAGES,
            &format!("{at}.messages"),
            format!("[{least}, {most}]"),
            || format!("the fewest and the most, 0 to {MOST_MESSAGES}"),
        );
        for hour in &day.hours {
            out.hour(&format!("{at}.hours"), *hour);
        }
        out.unless((1..=MOST_MESSAGES).contains(&day.talk), &format!("{at}.talk"), day.talk, || {
            format!("1 to {MOST_MESSAGES}")
        });
        for (pool, weight) in &day.lines {
            out.named(&format!("{at}.lines"), pool, self.pools.keys(), "pools");
            out.unless(weight.is_finite() && *weight > 0.0, &format!("{at}.lines.{pool}"), weight, || {
                "a weight above 0".into()
            });
        }
        if let Some(chance) = day.answers {
            out.share(&format!("{at}.answers"), chance);
        }
        if most > 0 {
            out.unless(!day.hours.is_empty(), &format!("{at}.hours"), "[]", || "at least one hour".into());
            out.unless(!day.lines.is_empty(), &format!("{at}.lines"), "{}", || "at least one pool".into());
        }
    }

    fn check_answers(&self, out: &mut Problems) {
        let Answers { chance, minutes: [least, most], lines, decline, declines } = &self.answers;
        out.share("answers.chance", *chance);
        out.share("answers.decline", *decline);
        out.unless(least <= most && *most <= LONGEST_DELAY, "answers.minutes", format!("[{least}, {most}]"), || {
            format!("the fewest and the most, 0 to {LONGEST_DELAY}")
        });
        if *chance > 0.0 || self.days.values().any(|day| day.answers.is_some_and(|chance| chance > 0.0)) {
            out.named("answers.lines", lines, self.pools.keys(), "pools");
            if *decline > 0.0 {
                out.named("answers.declines", declines, self.pools.keys(), "pools");
            }
        }
    }
}

/// What is wrong, in words.
struct Problems(Vec<String>);

impl Problems {
    fn unless(&mut self, holds: bool, field: &str, value: impl std::fmt::Display, allowed: impl FnOnce() -> String) {
        if !holds {
            self.0.push(format!("{field} is {:?}; allowed: {}", value.to_string(), allowed()));
        }
    }

    fn lines(&mut self, field: &str, lines: &[String]) {
        self.unless(!lines.is_empty(), field, "[]", || "at least one line".into());
        for line in lines {
            let holds = !line.trim().is_empty() && line.chars().count() <= LONGEST_LINE;
            let shown: String = line.chars().take(40).collect();
            self.unless(holds, field, shown, || format!("lines of 1 to {LONGEST_LINE} characters"));
        }
    }

    fn hour(&mut self, field: &str, hour: u32) {
        self.unless(hour <= 23, field, hour, || "0 to 23".into());
    }

    fn day(&mut self, field: &str, day: u32) {
        self.unless((1..=MOST_DAYS).contains(&day), field, day, || format!("1 to {MOST_DAYS}"));
    }

    fn share(&mut self, field: &str, share: f64) {
        self.unless((0.0..=1.0).contains(&share), field, share, || "0 to 1".into());
    }

    fn named<'a>(&mut self, field: &str, name: &str, known: impl Iterator<Item = &'a String> + Clone, what: &str) {
        if known.clone().any(|one| one == name) {
            return;
        }
        let all = known.clone().map(String::as_str).collect::<Vec<_>>().join(", ");
        let hint = nearest(name, known.map(String::as_str)).map(|near| format!("; did you mean {near:?}?"));
        self.0.push(format!("{field} is {name:?}; the {what} are {all}{}", hint.unwrap_or_default()));
    }
}
