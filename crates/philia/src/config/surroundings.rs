//! What the machine says without being configured: its environment, directories, time zone and language.

use philia_models::ollama;
use philia_models::providers::{KNOWN, Protocol};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The environment as values, so that configuration can be tested without one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    variables: BTreeMap<String, String>,
    /// This machine's time zone, by its IANA name.
    pub(crate) time_zone: Option<String>,
}

impl Surroundings {
    /// Reads this process's environment. Variables that are no text are left out.
    pub(crate) fn read() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { variables: std::env::vars_os().filter_map(text).collect(), time_zone: crate::system::time_zone() }
    }

    /// An environment of these variables alone.
    #[cfg(test)]
    pub(crate) fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { variables, time_zone: None }
    }

    /// A variable that is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// Every variable whose name begins so.
    pub(crate) fn variables_under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let all = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        all.filter(move |(name, _)| name.starts_with(prefix))
    }

    /// The variables of the providers that are set: variable, key, value. Of several for one key, the first wins.
    pub(crate) fn provider_variables(&self) -> Vec<(&'static str, String, String)> {
        let first =
            |names: &[&'static str]| names.iter().find_map(|name| Some((*name, self.variable(name)?.to_owned())));
        let mut found = Vec::new();
        for provider in KNOWN {
            if let Some((variable, key)) = first(provider.key_variables) {
                found.push((variable, format!("providers.{}.api_key", provider.name), key));
            }
            if let Some((variable, url)) = first(provider.url_variables) {
                let url = if provider.protocol == Protocol::Ollama { ollama::base_url(&url) } else { url };
                found.push((variable, format!("providers.{}.base_url", provider.name), url));
            }
        }
        found
    }

    /// The configuration file that is read when none is named.
    pub(crate) fn config_file(&self) -> Option<PathBuf> {
        Some(self.place("XDG_CONFIG_HOME", ".config")?.join("philia.toml"))
    }

    /// Where data is kept when no place is named.
    pub(crate) fn data_dir(&self) -> Option<PathBuf> {
        self.place("XDG_DATA_HOME", ".local/share")
    }

    /// The platform's directory for Philia: `%APPDATA%` on Windows, `Library/Application Support` on macOS, and
    /// what the XDG directories say elsewhere.
    fn place(&self, xdg: &str, in_home: &str) -> Option<PathBuf> {
        let absolute = |name| self.variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = if cfg!(windows) {
            absolute("APPDATA")
        } else if cfg!(target_os = "macos") {
            absolute("HOME").map(|home| home.join("Library/Application Support"))
        } else {
            absolute(xdg).or_else(|| absolute("HOME").map(|home| home.join(in_home)))
        };
        base.map(|base| base.join("philia"))
    }

    /// Language and country of the machine's messages: `("en", Some("GB"))` for `en_GB.UTF-8`.
    pub(crate) fn locale(&self) -> Option<(String, Option<String>)> {
        let text = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| self.variable(name))?;
        let text = text.split(['.', '@']).next().unwrap_or_default();
        let (language, country) = text.split_once(['_', '-']).map_or((text, None), |(l, c)| (l, Some(c)));
        let letters = |word: &str, least: usize, most: usize| {
            (least..=most).contains(&word.len()) && word.chars().all(|c| c.is_ascii_alphabetic())
        };
        let country = country.filter(|country| letters(country, 2, 2)).map(str::to_uppercase);
        letters(language, 2, 3).then(|| (language.to_lowercase(), country))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_variables_wins_and_empty_ones_do_not_count() {
        let around = Surroundings::of([("GEMINI_API_KEY", "a"), ("GOOGLE_API_KEY", "b"), ("GROQ_API_KEY", " ")]);
        let found = around.provider_variables();
        assert_eq!(found, [("GEMINI_API_KEY", "providers.gemini.api_key".into(), "a".into())]);
    }

    #[test]
    fn an_ollama_host_becomes_an_address() {
        let found = Surroundings::of([("OLLAMA_HOST", "0.0.0.0:8000")]).provider_variables();
        assert_eq!(found, [("OLLAMA_HOST", "providers.ollama.base_url".into(), "http://127.0.0.1:8000".into())]);
    }

    #[test]
    fn locales_are_read() {
        let locale = |text| Surroundings::of([("LANG", text)]).locale();
        assert_eq!(locale("en_GB.UTF-8"), Some(("en".into(), Some("GB".into()))));
        assert_eq!(locale("de"), Some(("de".into(), None)));
        assert_eq!(locale("C.UTF-8"), None);
        assert_eq!(locale("POSIX"), None);
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn directories_follow_xdg_and_then_home() {
        let home = [("HOME", "/home/ana")];
        assert_eq!(Surroundings::of(home).data_dir(), Some("/home/ana/.local/share/philia".into()));
        assert_eq!(Surroundings::of(home).config_file(), Some("/home/ana/.config/philia/philia.toml".into()));
        let xdg = [("HOME", "/home/ana"), ("XDG_DATA_HOME", "/data"), ("XDG_CONFIG_HOME", "relative")];
        assert_eq!(Surroundings::of(xdg).data_dir(), Some("/data/philia".into()));
        assert_eq!(Surroundings::of(xdg).config_file(), Some("/home/ana/.config/philia/philia.toml".into()));
        assert_eq!(Surroundings::default().data_dir(), None);
    }
}
