//! What a persona must be, checked as a whole: every problem at once, each with field, value and what is allowed.

use super::lore;
use super::schema::{Field, NAME, Need, PERSONA, Shape};
use super::{Persona, traits};
use crate::bond::{BondPolicy, Thresholds};
use serde::Deserialize as _;
use serde_json::{Map, Value};

/// One thing wrong with a persona.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where (`temperament.openness`).
    pub field: String,
    /// What it says.
    pub value: String,
    /// What is allowed.
    pub allowed: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is {}; allowed: {}", self.field, self.value, self.allowed)
    }
}

/// Everything in a file that does not fit the table of fields.
pub(super) fn file(file: &Map<String, Value>) -> Vec<Problem> {
    let mut found = Findings { problems: Vec::new(), complete: false };
    found.record("", PERSONA, file);
    found.problems
}

/// The same once all parents have had their say, when what every persona needs must be there; and what the table
/// cannot say.
pub(super) fn complete(file: &Map<String, Value>) -> Vec<Problem> {
    let mut found = Findings { problems: Vec::new(), complete: true };
    found.record("", PERSONA, file);
    found.thresholds(file);
    found.immutable_traits(file);
    found.patterns(file);
    found.problems
}

impl Persona {
    /// Everything that is wrong with this persona; nothing, if it is fit for use.
    pub fn validate(&self) -> Vec<Problem> {
        complete(&self.to_map())
    }
}

struct Findings {
    problems: Vec<Problem>,
    complete: bool,
}

impl Findings {
    fn add(&mut self, field: &str, value: impl Into<String>, allowed: impl Into<String>) {
        self.problems.push(Problem { field: field.to_owned(), value: value.into(), allowed: allowed.into() });
    }

    fn record(&mut self, path: &str, fields: &[Field], record: &Map<String, Value>) {
        let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        for field in fields {
            match record.get(field.name) {
                Some(value) => self.value(&at(field.name), &field.shape, value),
                None if field.need == Need::Always || self.complete && field.need == Need::InTheEnd => {
                    self.missing(&at(field.name), &field.shape);
                }
                None => {}
            }
        }
        for name in record.keys().filter(|name| fields.iter().all(|field| field.name != name.as_str())) {
            let meant = nearest(name, fields.iter().map(|field| field.name));
            let allowed = match meant {
                Some(meant) => format!("the known fields; did you mean {meant}?"),
                None => fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", "),
            };
            self.add(&at(name), "not a known field", allowed);
        }
    }

    fn missing(&mut self, path: &str, shape: &Shape) {
        match shape {
            Shape::Record(fields) => self.record(path, fields, &Map::new()),
            _ => self.add(path, "missing", allowed(shape)),
        }
    }

    fn value(&mut self, path: &str, shape: &Shape, value: &Value) {
        let fits = match (shape, value) {
            (Shape::Text(most), Value::String(text)) => return self.text(path, text, *most, false),
            (Shape::MaybeText(most), Value::String(text)) => return self.text(path, text, *most, true),
            (Shape::Id, Value::String(text)) => is_id(text),
            (Shape::Language, Value::String(text)) => text.is_empty() || is_language_tag(text),
            (Shape::Number(least, most), Value::Number(n)) => n.as_f64().is_some_and(|n| (*least..=*most).contains(&n)),
            (Shape::Whole(least, most), Value::Number(n)) => n.as_i64().is_some_and(|n| (*least..=*most).contains(&n)),
            (Shape::Switch, Value::Bool(_)) | (Shape::Free, Value::Object(_)) => true,
            (Shape::OneOf(values), Value::String(text)) => values.contains(&text.as_str()),
            (Shape::List(item, most), Value::Array(items)) => {
                for (i, value) in items.iter().enumerate().take(*most) {
                    self.value(&format!("{path}[{i}]"), item, value);
                }
                if items.len() > *most {
                    self.add(path, format!("{} long", items.len()), format!("at most {most}"));
                }
                true
            }
            (Shape::Map(item), Value::Object(map)) => {
                for (name, value) in map {
                    if is_id(name) {
                        self.value(&format!("{path}.{name}"), item, value);
                    } else {
                        self.add(path, format!("named {}", short(name)), allowed(&Shape::Id));
                    }
                }
                true
            }
            (Shape::Record(fields), Value::Object(map)) => {
                self.record(path, fields, map);
                true
            }
            _ => false,
        };
        if !fits {
            self.add(path, shown(shape, value), allowed(shape));
        }
    }

    fn text(&mut self, path: &str, text: &str, most: usize, may_be_empty: bool) {
        let long = if text.len() > most { text.chars().count() } else { 0 };
        if long > most {
            self.add(path, format!("{long} characters long"), format!("at most {most} characters"));
        } else if !may_be_empty && text.trim().is_empty() {
            self.add(path, "empty", "some text");
        }
    }

    /// The levels of closeness must begin one after the other.
    fn thresholds(&mut self, file: &Map<String, Value>) {
        let Some(given) = file.get("bond").and_then(|bond| bond.get("thresholds")) else { return };
        let Ok(thresholds) = Thresholds::deserialize(given) else { return };
        let policy = BondPolicy { thresholds, ..BondPolicy::default() };
        // Those out of range have been named already.
        let named: Vec<String> = self.problems.iter().map(|problem| problem.field.clone()).collect();
        self.problems.extend(policy.problems().into_iter().filter(|problem| !named.contains(&problem.field)));
    }

    fn immutable_traits(&mut self, file: &Map<String, Value>) {
        let own = file.get("traits").and_then(Value::as_object);
        let names = file.get("immutable_traits").and_then(Value::as_array).into_iter().flatten();
        for name in names.filter_map(Value::as_str).filter(|name| is_id(name)) {
            if traits::default_of(name).is_none() && !own.is_some_and(|own| own.contains_key(name)) {
                self.add("immutable_traits", short(name), "names of traits that this persona has");
            }
        }
    }

    fn patterns(&mut self, file: &Map<String, Value>) {
        let entries = file.get("lorebook").and_then(|book| book.get("entries")).and_then(Value::as_array);
        for (i, entry) in entries.into_iter().flatten().enumerate() {
            let on = |name: &str, missing: bool| entry.get(name).and_then(Value::as_bool).unwrap_or(missing);
            if !on("regex", false) || !on("enabled", true) {
                continue;
            }
            for list in ["keys", "secondary_keys"] {
                let keys = entry.get(list).and_then(Value::as_array).into_iter().flatten();
                for (k, key) in keys.filter_map(Value::as_str).enumerate() {
                    if let Err(why) = lore::pattern(key.trim(), on("case_sensitive", false)) {
                        let path = format!("lorebook.entries[{i}].{list}[{k}]");
                        self.add(&path, short(key), format!("a regular expression that runs in linear time ({why})"));
                    }
                }
            }
        }
    }
}

/// What may stand there, in words.
fn allowed(shape: &Shape) -> String {
    match shape {
        Shape::Text(_) => "some text".into(),
        Shape::MaybeText(_) => "text".into(),
        Shape::Id => format!("1 to {NAME} of a-z, 0-9, _ and -"),
        Shape::Language => "a BCP 47 tag such as en or pt-BR".into(),
        Shape::Number(least, most) => format!("a number from {least} to {most}"),
        Shape::Whole(i64::MIN, i64::MAX) => "a whole number".into(),
        Shape::Whole(least, most) => format!("a whole number from {least} to {most}"),
        Shape::Switch => "true or false".into(),
        Shape::OneOf(values) => values.join(", "),
        Shape::List(..) => "a list".into(),
        Shape::Map(_) | Shape::Record(_) | Shape::Free => "a table".into(),
    }
}

/// What stands there, in words. Neither JSON nor a parsed TOML file can hold a number that is none: it is null.
fn shown(shape: &Shape, value: &Value) -> String {
    match (shape, value) {
        (Shape::Number(..) | Shape::Whole(..), Value::Null) => "not a finite number".into(),
        (_, Value::Null) => "nothing".into(),
        (_, Value::String(text)) => short(text),
        (_, Value::Array(_)) => "a list".into(),
        (_, Value::Object(_)) => "a table".into(),
        (_, value) => value.to_string(),
    }
}

/// A text in quotes, cut where it is long.
fn short(text: &str) -> String {
    let cut: String = text.chars().take(60).collect();
    if cut.len() < text.len() { format!("{cut:?}...") } else { format!("{text:?}") }
}

fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    (1..=NAME).contains(&text.len()) && text.chars().all(plain)
}

fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=8).contains(&primary.len())
        && primary.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|p| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// The known name that differs in the fewest letters, if it is at most a third of them.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.to_lowercase().chars().take(NAME).collect();
    known
        .map(|candidate| (distance(&name, &candidate.chars().collect::<Vec<_>>()), candidate))
        .filter(|(distance, candidate)| *distance * 3 <= candidate.len().max(name.len()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment; Damerau 1964).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for (i, x) in a.iter().enumerate() {
        let above = &rows[i];
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_near() {
        let known = ["name", "traits", "temperament", "neuroticism"];
        for (typed, meant) in [
            ("nmae", Some("name")),
            ("Traits", Some("traits")),
            ("trait", Some("traits")),
            ("temprament", Some("temperament")),
            ("neurotisism", Some("neuroticism")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, known.into_iter()), meant, "{typed}");
        }
    }
}
