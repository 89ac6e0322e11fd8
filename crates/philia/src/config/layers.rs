//! Where values come from: defaults, the file, the environment, flags; the later wins. Every mistake is collected.

use super::schema::{self, Key};
use super::surroundings::Surroundings;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The schema.
    Default,
    /// A line of the file.
    File(PathBuf, usize),
    /// A variable of the environment.
    Variable(String),
    /// A flag.
    Flag(String),
    /// Concluded from something else; the words say from what.
    Concluded(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => write!(f, "${name}"),
            Self::Flag(flag) => f.write_str(flag),
            Self::Concluded(from) => f.write_str(from),
        }
    }
}

/// One mistake: where it stands, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// File and line, variable or flag.
    pub(crate) place: String,
    /// What is wrong and what is allowed.
    pub(crate) what: String,
}

/// Every mistake of a configuration.
#[derive(Debug, Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "the configuration has {count} mistake{}:", if count == 1 { "" } else { "s" })?;
        for problem in &self.0 {
            write!(f, "\n  {}: {}", problem.place, problem.what)?;
        }
        f.write_str("\n`philia config --example` shows every key with what it takes.")
    }
}

impl std::error::Error for Problems {}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    /// The value.
    pub(crate) value: Value,
    /// Where it came from.
    pub(crate) origin: Origin,
}

/// All that is set, by dotted name.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    values: BTreeMap<String, Setting>,
    /// The file that was read, or would have been.
    pub(crate) file: Option<PathBuf>,
    /// Was it there?
    pub(crate) file_read: bool,
}

impl Settings {
    /// The setting of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Setting> {
        self.values.get(name)
    }

    /// Sets a value, whatever was there.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: Value, origin: Origin) {
        self.values.insert(name.into(), Setting { value, origin });
    }

    /// Sets a value where there is none.
    pub(crate) fn conclude(&mut self, name: &str, value: impl Into<Value>, from: impl Into<String>) {
        if self.get(name).is_none() {
            self.set(name, value.into(), Origin::Concluded(from.into()));
        }
    }

    /// Every name that is set, with its setting, in order of names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.values.iter().map(|(name, setting)| (name.as_str(), setting))
    }

    /// Everything as one nested table.
    pub(crate) fn to_table(&self) -> toml::Table {
        let mut root = toml::Table::new();
        for (name, setting) in self.iter() {
            let mut table = &mut root;
            let mut parts = name.split('.').peekable();
            while let Some(part) = parts.next() {
                if parts.peek().is_none() {
                    table.insert(part.into(), setting.value.clone());
                    break;
                }
                let inner = table.entry(part).or_insert_with(|| Value::Table(toml::Table::new()));
                let Value::Table(inner) = inner else { break };
                table = inner;
            }
        }
        root
    }
}

/// Lays the layers over each other: defaults, file, environment, flags (`NAME=VALUE` with the flag's own name).
pub(crate) fn lay(
    surroundings: &Surroundings,
    file: Option<&Path>,
    flags: &[(String, String, String)],
) -> (Settings, Vec<Problem>) {
    let mut settings = Settings::default();
    let mut problems = Vec::new();
    for key in schema::keys().filter(|key| !key.name.contains('*')) {
        if let Some(value) = key.default_value() {
            settings.set(key.name, value, Origin::Default);
        }
    }
    lay_file(&mut settings, &mut problems, surroundings, file);
    lay_variables(&mut settings, &mut problems, surroundings);
    for (flag, name, text) in flags {
        lay_text(&mut settings, &mut problems, flag, name, text, Origin::Flag(flag.clone()));
    }
    (settings, problems)
}

fn lay_file(settings: &mut Settings, problems: &mut Vec<Problem>, around: &Surroundings, flag: Option<&Path>) {
    let named = flag.map(Path::to_path_buf).or_else(|| around.variable("PHILIA_CONFIG").map(PathBuf::from));
    let Some(path) = named.clone().or_else(|| around.config_file()) else { return };
    settings.file = Some(path.clone());
    let place = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            settings.file_read = true;
            read_toml(settings, problems, &path, &text);
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {}
        Err(error) => problems.push(Problem { place, what: format!("cannot be read ({error})") }),
    }
}

/// Takes in a file's text. What can be read of a file with mistakes in its syntax is checked too.
fn read_toml(settings: &mut Settings, problems: &mut Vec<Problem>, path: &Path, text: &str) {
    let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut broken_lines = Vec::new();
    for error in &errors {
        let at = error.span().map_or(1, |span| line(span.start));
        broken_lines.push(at);
        problems.push(Problem { place: format!("{}:{at}", path.display()), what: error.message().to_owned() });
    }
    let mut found = Vec::new();
    walk(String::new(), table.into_inner(), &mut found);
    for (name, at, value) in found {
        let line = line(at);
        if broken_lines.contains(&line) {
            continue;
        }
        let place = || format!("{}:{line}", path.display());
        if let Found::Section = value {
            if !schema::is_section(&name) {
                problems.push(Problem { place: place(), what: unknown("section", &name) });
            }
            continue;
        }
        let Some(key) = schema::find(&name) else {
            let what = if schema::is_section(&name) {
                format!("{name} is a section with keys of its own: write [{name}]")
            } else {
                unknown("key", &name)
            };
            problems.push(Problem { place: place(), what });
            continue;
        };
        let Found::Value(value) = value else { continue };
        match key.takes.check(value) {
            Ok(value) => settings.set(name, value, Origin::File(path.to_path_buf(), line)),
            Err(error) => problems.push(Problem { place: place(), what: format!("{name}: {error}") }),
        }
    }
}

/// What stands at a name of the file.
enum Found {
    /// A table that is no known section, or holds nothing.
    Section,
    /// A value.
    Value(Value),
}

fn walk<'i>(prefix: String, table: DeTable<'i>, found: &mut Vec<(String, usize, Found)>) {
    for (key, value) in table {
        let at = key.span().start;
        let name =
            if prefix.is_empty() { key.into_inner().into_owned() } else { format!("{prefix}.{}", key.get_ref()) };
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(inner) if schema::is_section(&name) => walk(name, inner, found),
            DeValue::Table(_) => found.push((name, at, Found::Section)),
            other => {
                let value = Value::deserialize(toml::de::ValueDeserializer::from(Spanned::new(span, other)));
                // A value that cannot be held (an integer too large) is told as wrong by its key.
                let value = value.unwrap_or_else(|error| Value::String(error.message().to_owned()));
                found.push((name, at, Found::Value(value)));
            }
        }
    }
}

fn unknown(what: &str, name: &str) -> String {
    match schema::nearest(name) {
        Some(near) => format!("there is no {what} {name}; did you mean {near}?"),
        None => format!("there is no {what} {name}"),
    }
}

fn lay_variables(settings: &mut Settings, problems: &mut Vec<Problem>, around: &Surroundings) {
    for (variable, name, text) in around.provider_variables() {
        lay_text(settings, problems, &format!("${variable}"), &name, &text, Origin::Variable(variable.to_owned()));
    }
    for (variable, text) in around.variables_under("PHILIA__") {
        let name = variable["PHILIA__".len()..].to_lowercase().replace("__", ".");
        lay_text(settings, problems, &format!("${variable}"), &name, text, Origin::Variable(variable.to_owned()));
    }
}

fn lay_text(settings: &mut Settings, problems: &mut Vec<Problem>, place: &str, name: &str, text: &str, origin: Origin) {
    let result = schema::find(name).ok_or_else(|| unknown("key", name)).and_then(|key: &Key| {
        key.takes.read(text).and_then(|value| key.takes.check(value)).map_err(|error| format!("{name}: {error}"))
    });
    match result {
        Ok(value) => settings.set(name, value, origin),
        Err(what) => problems.push(Problem { place: place.to_owned(), what }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Settings, Vec<String>) {
        let (mut settings, mut problems) = lay(&Surroundings::default(), None, &[]);
        read_toml(&mut settings, &mut problems, Path::new("philia.toml"), text);
        (settings, problems.into_iter().map(|problem| format!("{}: {}", problem.place, problem.what)).collect())
    }

    #[test]
    fn a_file_replaces_defaults_and_says_its_line() {
        let (settings, problems) =
            read("[recall]\nk = 7\nlambda = 1\n\n[providers.custom]\nbase_url = \"http://box/v1\"\n");
        assert_eq!(problems, Vec::<String>::new());
        let k = settings.get("recall.k").unwrap();
        assert_eq!((&k.value, &k.origin), (&Value::Integer(7), &Origin::File("philia.toml".into(), 2)));
        assert_eq!(settings.get("recall.lambda").unwrap().value, Value::Float(1.0));
        assert!(settings.get("providers.custom.base_url").is_some());
    }

    #[test]
    fn every_mistake_is_reported_with_its_line() {
        let (_, problems) = read("[recall]\nk = 500\nlamda = 0.5\n[server]\nlisten = 7707\n[weather]\nsun = true\n");
        assert_eq!(
            problems,
            [
                "philia.toml:2: recall.k: 500 is not a whole number from 1 to 50 memories",
                "philia.toml:3: there is no key recall.lamda; did you mean recall.lambda?",
                "philia.toml:5: server.listen: 7707 is not an address with a port, such as 127.0.0.1:7707",
                "philia.toml:6: there is no section weather",
            ]
        );
    }

    #[test]
    fn a_mistake_in_the_syntax_does_not_hide_the_others() {
        let (_, problems) = read("[recall]\nk = \nlambda = 7\n");
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("philia.toml:2:"), "{problems:?}");
        assert!(problems[1].starts_with("philia.toml:3:"), "{problems:?}");
    }

    #[test]
    fn a_value_where_a_section_belongs_is_told() {
        let (_, problems) = read("server = \"x\"\n");
        assert_eq!(problems, ["philia.toml:1: server is a section with keys of its own: write [server]"]);
    }

    #[test]
    fn flags_win_over_variables() {
        let around = Surroundings::of([("PHILIA__RECALL__K", "9"), ("PHILIA__MODELS__CHAT__CHAIN", "openai:a,groq:b")]);
        let flags = [("--set".to_owned(), "recall.k".to_owned(), "3".to_owned())];
        let (settings, problems) = lay(&around, None, &flags);
        assert!(problems.is_empty());
        assert_eq!(settings.get("recall.k").unwrap().value, Value::Integer(3));
        let chain = &settings.get("models.chat.chain").unwrap().value;
        assert_eq!(chain.as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn an_unknown_variable_is_a_mistake_with_a_suggestion() {
        let (_, problems) = lay(&Surroundings::of([("PHILIA__SERVER__LISTN", "1")]), None, &[]);
        assert_eq!(problems[0].place, "$PHILIA__SERVER__LISTN");
        assert!(problems[0].what.contains("did you mean server.listen?"), "{problems:?}");
    }
}
