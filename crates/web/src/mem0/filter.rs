//! Mem0's filters: conditions on fields, joined by `AND`, `OR` and `NOT`.

use super::shape;
use jiff::Timestamp;
use jiff::civil::Date;
use philia_companion::Person;
use philia_mind::Memory;
use serde_json::{Map, Value};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// The marks of a memory besides its user.
pub(super) const MARKS: [&str; 3] = ["agent_id", "app_id", "run_id"];
const USER: &str = "user_id";
/// Anything at all.
const ANY: &str = "*";
/// Filters within filters.
const DEEPEST: usize = 16;

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    /// All of these hold.
    All(Vec<Filter>),
    /// One of these holds.
    Any(Vec<Filter>),
    /// None of these holds.
    None(Vec<Filter>),
    /// A field is so.
    Is(String, Op, Value),
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Eq,
    Ne,
    In,
    Gt,
    Gte,
    Lt,
    Lte,
    Contains,
    ContainsAnyCase,
}

/// Whom a filter may mean.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Users {
    /// It names no user.
    Nobody,
    /// These.
    Named(BTreeSet<String>),
    /// Anybody.
    Everybody,
}

impl Filter {
    /// Reads a filter, and the marks that stand beside it.
    ///
    /// # Errors
    /// What is no filter, and what is.
    pub(super) fn read(filters: Option<&Value>, beside: &Map<String, Value>) -> Result<Self, String> {
        let mut all = match filters {
            None | Some(Value::Null) => Vec::new(),
            Some(filters) => vec![parse(filters, 0)?],
        };
        for name in [USER].into_iter().chain(MARKS) {
            if let Some(value) = beside.get(name).filter(|value| !value.is_null()) {
                all.push(Self::Is(name.into(), Op::Eq, value.clone()));
            }
        }
        Ok(Self::All(all))
    }

    /// Does it name nothing at all?
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(Self::is_empty),
            _ => false,
        }
    }

    /// The value that a mark must have, if there is one such.
    pub(super) fn mark(&self, name: &str) -> Option<String> {
        match self {
            Self::All(parts) => parts.iter().find_map(|part| part.mark(name)),
            Self::Is(field, Op::Eq, Value::String(value)) if field == name && value != ANY => Some(value.clone()),
            _ => None,
        }
    }

    /// Whom it may mean.
    pub(super) fn users(&self) -> Users {
        let mut named = BTreeSet::new();
        let mut everybody = false;
        self.gather(&mut named, &mut everybody);
        match (everybody, named.is_empty()) {
            (true, _) => Users::Everybody,
            (false, true) => Users::Nobody,
            (false, false) => Users::Named(named),
        }
    }

    fn gather(&self, named: &mut BTreeSet<String>, everybody: &mut bool) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.gather(named, everybody)),
            Self::None(parts) => *everybody |= parts.iter().any(Self::names_users),
            Self::Is(field, op, value) if field == USER => match (op, value) {
                (Op::Eq, Value::String(name)) if name != ANY => drop(named.insert(name.clone())),
                (Op::In, Value::Array(names)) => {
                    named.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                _ => *everybody = true,
            },
            Self::Is(..) => {}
        }
    }

    fn names_users(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::None(parts) => parts.iter().any(Self::names_users),
            Self::Is(field, ..) => field == USER,
        }
    }

    /// Does a memory pass?
    pub(super) fn lets_pass(&self, person: &Person, memory: &Memory) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.lets_pass(person, memory)),
            Self::Any(parts) => parts.iter().any(|part| part.lets_pass(person, memory)),
            Self::None(parts) => !parts.iter().any(|part| part.lets_pass(person, memory)),
            Self::Is(field, op, wanted) => holds(&value_of(field, person, memory), *op, wanted),
        }
    }
}

fn parse(value: &Value, depth: usize) -> Result<Filter, String> {
    let Value::Object(fields) = value else { return Err("filters: an object is expected".into()) };
    if depth > DEEPEST {
        return Err(format!("filters: at most {DEEPEST} within each other are allowed"));
    }
    let mut all = Vec::new();
    for (name, value) in fields {
        match name.as_str() {
            "AND" | "OR" | "NOT" => {
                let parts = match value {
                    Value::Array(parts) => parts.iter().map(|part| parse(part, depth + 1)).collect::<Result<_, _>>()?,
                    one => vec![parse(one, depth + 1)?],
                };
                all.push(match name.as_str() {
                    "AND" => Filter::All(parts),
                    "OR" => Filter::Any(parts),
                    _ => Filter::None(parts),
                });
            }
            "metadata" => match value {
                Value::Object(fields) => {
                    for (name, value) in fields {
                        condition(&format!("metadata.{name}"), value, &mut all)?;
                    }
                }
                _ => return Err("filters: metadata: an object is expected".into()),
            },
            field => condition(field, value, &mut all)?,
        }
    }
    Ok(Filter::All(all))
}

fn condition(field: &str, value: &Value, all: &mut Vec<Filter>) -> Result<(), String> {
    let Value::Object(ops) = value else {
        let op = if value.is_array() { Op::In } else { Op::Eq };
        all.push(Filter::Is(field.to_owned(), op, value.clone()));
        return Ok(());
    };
    for (name, value) in ops {
        let op = match name.as_str() {
            "eq" => Op::Eq,
            "ne" => Op::Ne,
            "in" if value.is_array() => Op::In,
            "nin" if value.is_array() => {
                all.push(Filter::None(vec![Filter::Is(field.to_owned(), Op::In, value.clone())]));
                continue;
            }
            "gt" => Op::Gt,
            "gte" => Op::Gte,
            "lt" => Op::Lt,
            "lte" => Op::Lte,
            "contains" => Op::Contains,
            "icontains" => Op::ContainsAnyCase,
            other => {
                return Err(format!(
                    "filters: {field}: {other:?} is no comparison; there are eq, ne, in and nin (with lists), gt, gte, lt, \
                     lte, contains, icontains"
                ));
            }
        };
        all.push(Filter::Is(field.to_owned(), op, value.clone()));
    }
    Ok(())
}

fn value_of(field: &str, person: &Person, memory: &Memory) -> Value {
    match field {
        USER => person.id().subject().into(),
        "id" | "memory_ids" => super::people::id_of(person, &memory.id).into(),
        "created_at" | "timestamp" => memory.occurred_at.to_string().into(),
        "updated_at" => shape::updated_at(memory).into(),
        "categories" => shape::categories(memory).into(),
        "keywords" | "memory" | "text" => memory.content.as_str().into(),
        other => {
            let name = other.strip_prefix("metadata.").unwrap_or(other);
            memory.metadata.get(name).cloned().unwrap_or(Value::Null)
        }
    }
}

fn holds(found: &Value, op: Op, wanted: &Value) -> bool {
    if wanted == ANY && matches!(op, Op::Eq | Op::Ne) {
        return found.is_null() == (op == Op::Ne);
    }
    if let Value::Array(found) = found {
        return match op {
            Op::Ne => !found.iter().any(|one| same(one, wanted)),
            Op::Eq | Op::Contains => found.iter().any(|one| same(one, wanted)),
            _ => found.iter().any(|one| holds(one, op, wanted)),
        };
    }
    let order = || compare(found, wanted);
    match op {
        Op::Eq => same(found, wanted),
        Op::Ne => !same(found, wanted),
        Op::In => wanted.as_array().is_some_and(|wanted| wanted.iter().any(|one| same(found, one))),
        Op::Gt => order() == Some(Ordering::Greater),
        Op::Gte => matches!(order(), Some(Ordering::Greater | Ordering::Equal)),
        Op::Lt => order() == Some(Ordering::Less),
        Op::Lte => matches!(order(), Some(Ordering::Less | Ordering::Equal)),
        Op::Contains => text(found).is_some_and(|found| text(wanted).is_some_and(|wanted| found.contains(&wanted))),
        Op::ContainsAnyCase => text(found)
            .is_some_and(|found| text(wanted).is_some_and(|w| found.to_lowercase().contains(&w.to_lowercase()))),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn same(found: &Value, wanted: &Value) -> bool {
    found == wanted || compare(found, wanted) == Some(Ordering::Equal)
}

/// Numbers as numbers, times as times, all else as text.
fn compare(found: &Value, wanted: &Value) -> Option<Ordering> {
    if let (Some(found), Some(wanted)) = (found.as_f64(), wanted.as_f64()) {
        return found.partial_cmp(&wanted);
    }
    if let (Some(found), Some(wanted)) = (instant(found), instant(wanted)) {
        return Some(found.cmp(&wanted));
    }
    match (found, wanted) {
        (Value::String(found), Value::String(wanted)) => Some(found.cmp(wanted)),
        _ => None,
    }
}

/// A time as a timestamp, a date, or seconds since 1970.
pub(super) fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.parse().ok().or_else(|| {
            let date: Date = text.get(..10).filter(|_| text.len() == 10)?.parse().ok()?;
            Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
        }),
        Value::Number(seconds) => Timestamp::from_second(seconds.as_f64()? as i64).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_compared_as_what_they_are() {
        for (found, op, wanted, expected) in [
            (json!("a"), Op::Eq, json!("a"), true),
            (json!("a"), Op::Ne, json!("a"), false),
            (json!(3), Op::Gte, json!(3.0), true),
            (json!("2026-05-03T10:00:00Z"), Op::Gte, json!("2026-05-03"), true),
            (json!("2026-05-03T10:00:00Z"), Op::Lt, json!("2026-05-03"), false),
            (json!("Berlin trip"), Op::Contains, json!("berlin"), false),
            (json!("Berlin trip"), Op::ContainsAnyCase, json!("berlin"), true),
            (json!(["fact", "home"]), Op::In, json!(["home"]), true),
            (json!(["fact"]), Op::Contains, json!("home"), false),
            (json!(["fact"]), Op::Ne, json!("home"), true),
            (json!("x"), Op::Eq, json!("*"), true),
            (Value::Null, Op::Eq, json!("*"), false),
            (Value::Null, Op::Gt, json!(1), false),
        ] {
            assert_eq!(holds(&found, op, &wanted), expected, "{found} {op:?} {wanted}");
        }
    }

    #[test]
    fn whom_a_filter_means_is_found_wherever_it_says_so() {
        let users = |filters: Value| Filter::read(Some(&filters), &Map::new()).unwrap().users();
        let named = |names: &[&str]| Users::Named(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(users(json!({})), Users::Nobody);
        assert_eq!(users(json!({ "agent_id": "a" })), Users::Nobody);
        assert_eq!(users(json!({ "user_id": "ada" })), named(&["ada"]));
        assert_eq!(
            users(json!({ "OR": [{ "user_id": "ada" }, { "user_id": { "in": ["bo"] } }] })),
            named(&["ada", "bo"])
        );
        assert_eq!(users(json!({ "AND": [{ "user_id": "*" }] })), Users::Everybody);
        assert_eq!(users(json!({ "NOT": { "user_id": "ada" } })), Users::Everybody);
        assert_eq!(users(json!({ "user_id": { "ne": "ada" } })), Users::Everybody);
    }

    #[test]
    fn what_is_no_filter_is_told() {
        for wrong in
            [json!([]), json!("x"), json!({ "a": { "near": 1 } }), json!({ "AND": [1] }), json!({ "metadata": 1 })]
        {
            assert!(Filter::read(Some(&wrong), &Map::new()).is_err(), "{wrong}");
        }
        let deep = (0..40).fold(json!({}), |inner, _| json!({ "NOT": inner }));
        assert!(Filter::read(Some(&deep), &Map::new()).is_err());
    }
}
