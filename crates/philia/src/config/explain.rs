//! The configuration for a person's eyes: what holds and why, an example file, and the reference.

use super::layers::{Origin, Setting, Settings};
use super::schema::{self, Key, Takes};
use crate::cli::paint::Paint;
use crate::engines::without_secrets;
use philia_models::providers::KNOWN;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use toml::Value;

/// Every value, where it came from and what it means. Secrets are never shown.
pub(crate) fn explain(settings: &Settings, paint: Paint) -> String {
    let mut out = String::new();
    let file = match (&settings.file, settings.file_read) {
        (Some(path), true) => path.display().to_string(),
        (Some(path), false) => format!("{} (not there; it need not be)", path.display()),
        (None, _) => "none".into(),
    };
    let _ = writeln!(out, "{} {file}", paint.bold("File:"));
    let mut section = "";
    for key in schema::keys() {
        for name in names(key, settings) {
            if key.section() != section {
                section = key.section();
                let _ = writeln!(out, "\n{}", paint.bold(&format!("[{section}]")));
            }
            let shown = if key.name.contains('*') { name.as_str() } else { key.leaf() };
            let (value, origin) = match settings.get(&name) {
                Some(setting) => (display(key, setting), setting.origin.to_string()),
                None => ("(not set)".into(), Origin::Default.to_string()),
            };
            let from = paint.dim(&format!("# {origin}"));
            let _ = writeln!(out, "{} = {value}  {from}", paint.accent(shown));
            let _ = writeln!(out, "    {} Takes {}.", key.doc, key.takes.expects());
        }
    }
    out
}

/// Every value that is set, and where it came from. Secrets are never shown.
pub(crate) fn configured(settings: &Settings) -> Vec<philia_web::Configured> {
    let set = schema::keys().flat_map(|key| names(key, settings).into_iter().map(move |name| (key, name)));
    let shown = set.filter_map(|(key, name)| {
        let setting = settings.get(&name)?;
        let (value, origin) = (display(key, setting), setting.origin.to_string());
        Some(philia_web::Configured { key: name, value, origin })
    });
    shown.collect()
}

/// The names to show for a key: itself, or for a wildcard each name that is set, or the pattern if none is.
fn names(key: &Key, settings: &Settings) -> BTreeSet<String> {
    let Some((before, after)) = key.name.split_once('*') else { return BTreeSet::from([key.name.to_owned()]) };
    let set = settings.iter().map(|(name, _)| name).filter(|name| name.starts_with(before) && name.ends_with(after));
    let set: BTreeSet<String> = set.map(str::to_owned).collect();
    if set.is_empty() { BTreeSet::from([format!("{before}NAME{after}")]) } else { set }
}

fn display(key: &Key, setting: &Setting) -> String {
    match (key.takes, &setting.value) {
        (Takes::Secret, _) => "(set, not shown)".into(),
        (Takes::Url | Takes::StoreUrl | Takes::IndexUrl | Takes::CacheUrl, Value::String(url)) => {
            format!("{:?}", without_secrets(url))
        }
        (_, value) => value.to_string(),
    }
}

/// A commented philia.toml with every key at its default.
pub(crate) fn example() -> String {
    let mut out = String::from(
        "# philia.toml: everything here is optional, and every line shows the default.\n\
         # Take the # away from what you want to change, and ask `philia config --explain` what holds.\n",
    );
    let mut section = "";
    for key in schema::keys() {
        if key.section() != section {
            section = key.section();
            let header = section.replace('*', "openai");
            let _ = writeln!(out, "\n[{header}]");
        }
        let _ = writeln!(out, "# {} Takes {}.", key.doc, key.takes.expects());
        let _ = writeln!(out, "# {} = {}", key.leaf(), key.default.unwrap_or(sample(key.takes)));
    }
    out
}

/// What a key without a default may look like.
fn sample(takes: Takes) -> &'static str {
    match takes {
        Takes::Path => "\"/srv/philia\"",
        Takes::StoreUrl => "\"sqlite:///srv/philia/philia.db\"",
        Takes::Url => "\"http://127.0.0.1:8080/v1\"",
        Takes::Secret => "\"sk-...\"",
        Takes::TimeZone => "\"Europe/London\"",
        Takes::LogFilter => "\"info\"",
        Takes::Whole(..) => "1536",
        _ => "\"...\"",
    }
}

/// The reference of docs/configuration.md: the providers, and one table a section.
pub(crate) fn reference() -> String {
    let mut out = String::from(
        "### Providers\n\n| provider | variables | its usual model | its usual embedder |\n| --- | --- | --- | --- |\n",
    );
    for provider in KNOWN {
        let variables: Vec<String> =
            provider.key_variables.iter().chain(provider.url_variables).map(|name| format!("`{name}`")).collect();
        let code = |name: Option<&str>| name.map_or_else(|| "-".to_owned(), |name| format!("`{name}`"));
        let embedder = code(provider.embedding.map(|(name, _)| name));
        let variables = if variables.is_empty() { "-".to_owned() } else { variables.join(", ") };
        let _ = writeln!(out, "| {} | {variables} | {} | {embedder} |", provider.name, code(provider.chat_model));
    }
    let mut section = "";
    for key in schema::keys() {
        if key.section() != section {
            section = key.section();
            let _ = writeln!(out, "\n### `[{}]`\n", section.replace('*', "NAME"));
            out.push_str("| key | takes | default | what it is for |\n| --- | --- | --- | --- |\n");
        }
        let default = key.default.map_or_else(|| "-".into(), |default| format!("`{default}`"));
        let _ = writeln!(out, "| `{}` | {} | {default} | {} |", key.leaf(), key.takes.expects(), key.doc);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Surroundings, load};
    use super::*;

    #[test]
    fn secrets_are_never_shown() {
        let around = Surroundings::of([
            ("HOME", "/home/ana"),
            ("APPDATA", "C:\\ana"),
            ("OPENAI_API_KEY", "sk-very-secret"),
            ("OPENAI_BASE_URL", "https://ana:hunter2@proxy.example/v1"),
        ]);
        let loaded = load(&around, None, &[]).unwrap();
        let text = explain(&loaded.settings, Paint::plain());
        assert!(!text.contains("very-secret") && !text.contains("hunter2"), "{text}");
        assert!(text.contains("https://***@proxy.example/v1"), "{text}");
        assert!(text.contains("providers.openai.api_key = (set, not shown)  # $OPENAI_API_KEY"), "{text}");
        assert!(!format!("{:?}", loaded.config).contains("very-secret"));
    }

    #[test]
    fn the_example_holds_every_key_and_is_itself_a_configuration() {
        let text = example();
        let lines = text.lines().map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')) => rest,
            _ => line,
        });
        let uncommented: String = lines.map(|line| format!("{line}\n")).collect();
        let table: toml::Table = uncommented.parse().unwrap();
        for key in schema::keys() {
            let mut place = &Value::Table(table.clone());
            for part in key.name.replace('*', "openai").split('.') {
                place = place.get(part).unwrap_or_else(|| panic!("{} is missing", key.name));
            }
        }
        for (line, default) in schema::keys().filter_map(|key| Some((key.leaf(), key.default?))) {
            assert!(text.contains(&format!("# {line} = {default}\n")));
        }
    }
}
