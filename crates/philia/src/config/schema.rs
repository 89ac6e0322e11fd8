//! What a key of the configuration is, and what it takes. The keys themselves stand in [`table`](super::table).
//!
//! Validation, `philia config --explain`, `philia config --example` and docs/configuration.md all read this
//! table, so none of them can say something else than the program does.

use super::table::SECTIONS;
use crate::engines::{self, without_secrets};
use philia_models::providers::KNOWN;
use std::net::SocketAddr;
use toml::Value;

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Takes {
    /// Any text.
    Text,
    /// A text that is never shown.
    Secret,
    /// A path of this machine.
    Path,
    /// An `http://` or `https://` address.
    Url,
    /// The URL of an engine that keeps records.
    StoreUrl,
    /// The URL of an engine that finds memories.
    IndexUrl,
    /// The URL of an engine that holds things at hand.
    CacheUrl,
    /// A socket address, `HOST:PORT`.
    Address,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A level (`info`) or a filter of `tracing` (`warn,philia_web=debug`).
    LogFilter,
    /// An IANA time zone.
    TimeZone,
    /// A whole number within a range, in a unit (which may be empty).
    Whole(i64, i64, &'static str),
    /// A number within a range, in a unit (which may be empty).
    Number(f64, f64, &'static str),
    /// A list of texts.
    Texts,
    /// A list of origins, as browsers name pages' sites.
    Origins,
    /// A list of `PROVIDER:MODEL`, or `PROVIDER` for its usual model.
    Models,
    /// `static`, `minilm`, or one of those.
    Embedder,
}

/// One key.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its dotted name; a segment `*` stands for the name of any provider.
    pub(crate) name: &'static str,
    /// What it takes.
    pub(crate) takes: Takes,
    /// Its default as TOML; none where nothing is assumed.
    pub(crate) default: Option<&'static str>,
    /// What it is for, in a line.
    pub(crate) doc: &'static str,
}

/// Every key.
pub(crate) fn keys() -> impl Iterator<Item = &'static Key> {
    SECTIONS.iter().flat_map(|section| section.iter())
}

impl Key {
    /// The section it stands in (`models.chat`).
    pub(crate) fn section(&self) -> &'static str {
        self.name.rsplit_once('.').map_or("", |(section, _)| section)
    }

    /// Its name within the section.
    pub(crate) fn leaf(&self) -> &'static str {
        self.name.rsplit_once('.').map_or(self.name, |(_, leaf)| leaf)
    }

    /// Is this dotted name meant by this key?
    fn matches(&self, name: &str) -> bool {
        let mut ours = self.name.split('.');
        let mut theirs = name.split('.');
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return true,
                (Some("*"), Some(any)) if is_provider(any) => {}
                (Some(a), Some(b)) if a == b => {}
                _ => return false,
            }
        }
    }

    /// The default as a value.
    pub(crate) fn default_value(&self) -> Option<Value> {
        self.default.and_then(|text| text.parse().ok())
    }
}

/// The key of that dotted name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    keys().find(|key| key.matches(name))
}

/// Is this the name of a section, so that a table may stand there?
pub(crate) fn is_section(name: &str) -> bool {
    let depth = name.split('.').count();
    keys().any(|key| {
        let parts: Vec<&str> = key.name.split('.').collect();
        let same = |(theirs, ours): (&str, &&str)| *ours == theirs || (*ours == "*" && is_provider(theirs));
        parts.len() > depth && name.split('.').zip(&parts).all(same)
    })
}

/// The known name nearest to an unknown one, if any is near enough to be meant.
pub(crate) fn nearest(name: &str) -> Option<String> {
    let candidates = keys().flat_map(|key| match key.name.split_once('*') {
        Some((before, after)) => {
            KNOWN.iter().map(|provider| format!("{before}{}{after}", provider.name)).collect::<Vec<_>>()
        }
        None => vec![key.name.to_owned()],
    });
    candidates
        .map(|candidate| {
            let leaf = |n: &str| n.rsplit('.').next().unwrap_or_default().to_owned();
            let whole = strsim::normalized_damerau_levenshtein(name, &candidate);
            let last = strsim::normalized_damerau_levenshtein(&leaf(name), &leaf(&candidate));
            (whole.max(last * 0.9), candidate)
        })
        .filter(|(score, _)| *score >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

impl Takes {
    /// What is allowed, in words.
    pub(crate) fn expects(self) -> String {
        let unit = |unit: &str| if unit.is_empty() { String::new() } else { format!(" {unit}") };
        match self {
            Self::Text => "a text".into(),
            Self::Secret => "a secret text".into(),
            Self::Path => "a path".into(),
            Self::Url => "an address beginning with http:// or https://".into(),
            Self::StoreUrl => engines::looks(engines::STORES),
            Self::IndexUrl => engines::looks(engines::INDEXES),
            Self::CacheUrl => engines::looks(engines::CACHES),
            Self::Address => "an address with a port, such as 127.0.0.1:7707".into(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::LogFilter => "error, warn, info, debug, trace, or a filter such as warn,philia_web=debug".into(),
            Self::TimeZone => "a time zone such as Europe/London".into(),
            Self::Whole(low, high, of) => format!("a whole number from {low} to {high}{}", unit(of)),
            Self::Number(low, high, of) => format!("a number from {low} to {high}{}", unit(of)),
            Self::Texts => "a list of texts".into(),
            Self::Origins => "a list of origins such as https://app.example".into(),
            Self::Models => format!("a list of PROVIDER:MODEL, PROVIDER being one of {}", providers()),
            Self::Embedder => "static, minilm or PROVIDER:MODEL".into(),
        }
    }

    /// Reads what a variable or a flag says.
    pub(crate) fn read(self, text: &str) -> Result<Value, String> {
        let wrong = || format!("{:?} is not {}", without_secrets(text), self.expects());
        let value = match self {
            Self::Whole(..) => Value::Integer(text.trim().parse().map_err(|_| wrong())?),
            Self::Number(..) => Value::Float(text.trim().parse().map_err(|_| wrong())?),
            Self::Texts | Self::Origins | Self::Models if text.trim_start().starts_with('[') => {
                text.trim().parse::<Value>().map_err(|_| wrong())?
            }
            Self::Texts | Self::Origins | Self::Models => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Value::Array(items.map(|item| Value::String(item.into())).collect())
            }
            Self::Secret => Value::String(text.trim().into()),
            _ => Value::String(text.into()),
        };
        self.check(value)
    }

    /// Makes sure that a value is what this key takes; whole numbers become numbers where those are taken.
    pub(crate) fn check(self, value: Value) -> Result<Value, String> {
        let shown = match self {
            Self::Secret => "what is given".into(),
            _ => value.as_str().map_or_else(|| value.to_string(), |text| format!("{:?}", without_secrets(text))),
        };
        let good = match (self, &value) {
            (Self::Text | Self::Secret | Self::Path, Value::String(text)) => !text.trim().is_empty(),
            (Self::Url, Value::String(text)) => {
                let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
                rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
            }
            (Self::StoreUrl, Value::String(url)) => return engines::check(engines::STORES, url).map(|()| value),
            (Self::IndexUrl, Value::String(url)) => return engines::check(engines::INDEXES, url).map(|()| value),
            (Self::CacheUrl, Value::String(url)) => return engines::check(engines::CACHES, url).map(|()| value),
            (Self::Address, Value::String(text)) => text.parse::<SocketAddr>().is_ok(),
            (Self::Choice(words), Value::String(text)) => words.contains(&text.as_str()),
            (Self::LogFilter, Value::String(text)) => text.split(',').all(is_log_directive),
            (Self::TimeZone, Value::String(text)) => jiff::tz::TimeZone::get(text).is_ok(),
            (Self::Whole(low, high, _), Value::Integer(number)) => (low..=high).contains(number),
            (Self::Number(low, high, _), Value::Float(number)) => (low..=high).contains(number),
            (Self::Number(low, high, _), Value::Integer(number)) => {
                #[expect(clippy::cast_precision_loss, reason = "compared with a range far below 2^53")]
                let number = *number as f64;
                return if (low..=high).contains(&number) {
                    Ok(Value::Float(number))
                } else {
                    Err(format!("{shown} is not {}", self.expects()))
                };
            }
            (Self::Texts, Value::Array(items)) => items.iter().all(Value::is_str),
            (Self::Origins, Value::Array(items)) => {
                items.iter().all(|item| item.as_str().is_some_and(philia_web::is_origin))
            }
            (Self::Models, Value::Array(items)) => items.iter().all(|item| item.as_str().is_some_and(is_model)),
            (Self::Embedder, Value::String(text)) => ["static", "minilm"].contains(&text.as_str()) || is_model(text),
            _ => false,
        };
        if good { Ok(value) } else { Err(format!("{shown} is not {}", self.expects())) }
    }
}

/// `LEVEL` or `PART=LEVEL`.
fn is_log_directive(text: &str) -> bool {
    let level = text.rsplit_once('=').map_or(text, |(_, level)| level);
    ["off", "error", "warn", "info", "debug", "trace"].contains(&level.trim())
}

/// `PROVIDER:MODEL`, or `PROVIDER` for its usual model.
fn is_model(text: &str) -> bool {
    match text.split_once(':') {
        Some((provider, model)) => is_provider(provider) && !model.trim().is_empty(),
        None => is_provider(text),
    }
}

fn is_provider(name: &str) -> bool {
    KNOWN.iter().any(|provider| provider.name == name)
}

fn providers() -> String {
    KNOWN.iter().map(|provider| provider.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_within_its_own_range() {
        for key in keys().filter(|key| key.default.is_some()) {
            let value = key.default_value().unwrap_or_else(|| panic!("{}: the default is no TOML", key.name));
            key.takes.check(value).unwrap_or_else(|error| panic!("{}: {error}", key.name));
        }
    }

    #[test]
    fn every_name_is_there_once_and_documented() {
        let mut names: Vec<_> = keys().map(|key| key.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        for key in keys() {
            assert!(key.doc.ends_with('.'), "{}", key.name);
        }
    }

    #[test]
    fn values_are_checked() {
        let allowed = [
            (Takes::Whole(1, 50, ""), "5"),
            (Takes::Number(0.0, 1.0, ""), "1"),
            (Takes::Models, "openai:a, groq"),
            (Takes::Models, "[\"ollama:llama3:8b\"]"),
            (Takes::Models, ""),
            (Takes::Address, "[::1]:0"),
            (Takes::StoreUrl, "sqlite://a.db"),
            (Takes::LogFilter, "warn,philia_web=debug"),
            (Takes::TimeZone, "Asia/Karachi"),
            (Takes::Embedder, "static"),
            (Takes::Embedder, "minilm"),
            (Takes::Origins, "https://app.example, http://localhost:3000"),
            (Takes::Origins, "[]"),
        ];
        for (takes, text) in allowed {
            assert!(takes.read(text).is_ok(), "{takes:?} refuses {text:?}");
        }
        let refused = [
            (Takes::Whole(1, 50, ""), "51"),
            (Takes::Whole(1, 50, ""), "five"),
            (Takes::Number(0.0, 1.0, ""), "NaN"),
            (Takes::Models, "gpt"),
            (Takes::Models, "opnai:gpt"),
            (Takes::Models, "openai:"),
            (Takes::Models, "[\"openai:a\", 3]"),
            (Takes::Address, "localhost"),
            (Takes::StoreUrl, "oracle://x"),
            (Takes::Url, "ftp://x"),
            (Takes::Url, "http:///v1"),
            (Takes::LogFilter, "loud"),
            (Takes::TimeZone, "Mars/Olympus"),
            (Takes::Choice(&["text", "json"]), "xml"),
            (Takes::Secret, "  "),
            (Takes::Origins, "*"),
            (Takes::Origins, "app.example"),
        ];
        for (takes, text) in refused {
            assert!(takes.read(text).is_err(), "{takes:?} takes {text:?}");
        }
    }

    #[test]
    fn a_secret_is_not_repeated_when_it_is_wrong() {
        let error = Takes::Secret.check(Value::Integer(123_456)).unwrap_err();
        assert!(!error.contains("123456"), "{error}");
    }

    #[test]
    fn the_nearest_key_is_found() {
        let cases = [
            ("server.lisen", Some("server.listen")),
            ("recal.k", Some("recall.k")),
            ("models.chat.temprature", Some("models.chat.temperature")),
            ("providers.openai.apikey", Some("providers.openai.api_key")),
            ("providers.opnai.api_key", Some("providers.openai.api_key")),
            ("temperature", Some("models.chat.temperature")),
            ("weather.sunny", None),
        ];
        for (wrong, expected) in cases {
            let found = nearest(wrong);
            match expected {
                Some("models.chat.temperature") => {
                    assert!(found.is_some_and(|name| name.ends_with(".temperature")), "{wrong}");
                }
                _ => assert_eq!(found.as_deref(), expected, "{wrong}"),
            }
        }
    }
}
