//! Configuration: defaults, then philia.toml, then the environment, then flags; validated as a whole.

mod conclude;
mod explain;
mod layers;
mod schema;
mod surroundings;
mod table;

pub(crate) use explain::{configured, example, explain, reference};
pub(crate) use layers::{Problems, Settings};
pub(crate) use surroundings::Surroundings;

use crate::engines::Url;
use layers::Problem;
use philia_companion::accounts::{AccountSettings, Hashing, Mode, Rates, Registration};
use philia_companion::moving::BackupSettings;
use philia_companion::settings::Price;
use philia_mind::life::LifeConfig;
use philia_mind::memory::chunk::Sizes;
use secrecy::SecretString;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The whole configuration, complete and within its ranges.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) data: Data,
    pub(crate) store: Store,
    pub(crate) server: Server,
    pub(crate) auth: Auth,
    pub(crate) limits: Limits,
    pub(crate) models: Models,
    #[serde(default)]
    pub(crate) providers: BTreeMap<String, Provider>,
    pub(crate) index: Index,
    pub(crate) cache: Cache,
    pub(crate) backup: Backup,
    pub(crate) prompt: Prompt,
    pub(crate) blocks: Blocks,
    pub(crate) documents: Documents,
    pub(crate) turn: Turn,
    pub(crate) guard: Guard,
    pub(crate) learn: Learn,
    pub(crate) recall: Recall,
    pub(crate) mood: Mood,
    pub(crate) persona: Persona,
    pub(crate) person: Person,
    pub(crate) privacy: Privacy,
    pub(crate) metrics: Metrics,
    pub(crate) traces: Traces,
    pub(crate) log: Log,
}

/// `[data]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    pub(crate) dir: PathBuf,
}

/// `[store]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Store {
    pub(crate) url: Url,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) cors_origins: Vec<String>,
    pub(crate) head_seconds: u64,
    pub(crate) body_seconds: u64,
    pub(crate) answer_seconds: u64,
    pub(crate) write_seconds: u64,
    pub(crate) client_address: ClientAddress,
    pub(crate) grace_seconds: u64,
}

/// Where a client's address is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ClientAddress {
    /// Of the connection.
    Direct,
    /// What the proxy before it says.
    Forwarded,
}

/// `[auth]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    pub(crate) mode: Mode,
    pub(crate) registration: Registration,
    pub(crate) access_minutes: u64,
    pub(crate) session_days: u64,
    pub(crate) link_hours: u64,
    pub(crate) signing_key_days: u64,
    pub(crate) attempts: u32,
    pub(crate) hash_memory_mb: u32,
    pub(crate) hash_passes: u32,
    pub(crate) hash_at_once: usize,
}

/// `[limits.public]`, `[limits.admin]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) public: Rates,
    pub(crate) admin: Rates,
}

/// `[models]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Models {
    pub(crate) chat: Role,
    pub(crate) fast: Role,
    pub(crate) embed: Embed,
}

/// `[models.chat]`, `[models.fast]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Role {
    pub(crate) chain: Vec<String>,
    pub(crate) temperature: f64,
    pub(crate) max_tokens: u32,
    #[serde(deserialize_with = "seconds", rename = "timeout_seconds")]
    pub(crate) timeout: Duration,
    #[serde(deserialize_with = "seconds", rename = "idle_timeout_seconds")]
    pub(crate) idle_timeout: Duration,
    pub(crate) concurrency: usize,
}

/// `[models.embed]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Embed {
    pub(crate) embedder: String,
    pub(crate) path: Option<PathBuf>,
    pub(crate) dimensions: Option<usize>,
    #[serde(deserialize_with = "seconds", rename = "timeout_seconds")]
    pub(crate) timeout: Duration,
    #[serde(deserialize_with = "seconds", rename = "patience_seconds")]
    pub(crate) patience: Duration,
}

/// `[providers.NAME]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Provider {
    pub(crate) base_url: Option<String>,
    pub(crate) api_key: Option<SecretString>,
    pub(crate) context_tokens: Option<u32>,
}

/// `[privacy]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Privacy {
    pub(crate) local_hosts: Vec<String>,
    pub(crate) retention_days: u32,
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) master_key: Option<SecretString>,
    pub(crate) passphrase: Option<SecretString>,
    pub(crate) next_master_key: Option<SecretString>,
    pub(crate) next_passphrase: Option<SecretString>,
}

/// `[index]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Index {
    pub(crate) url: Url,
    pub(crate) budget_mb: usize,
    #[serde(deserialize_with = "seconds", rename = "patience_seconds")]
    pub(crate) patience: Duration,
    #[serde(deserialize_with = "seconds", rename = "rest_seconds")]
    pub(crate) rest: Duration,
}

/// `[cache]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cache {
    pub(crate) url: Url,
    pub(crate) budget_mb: usize,
}

/// `[backup]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Backup {
    pub(crate) dir: Option<PathBuf>,
    pub(crate) every_hours: f64,
    pub(crate) keep: usize,
    pub(crate) passphrase: Option<SecretString>,
}

/// `[guard]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Guard {
    #[serde(deserialize_with = "seconds", rename = "held_back_seconds")]
    pub(crate) held_back: Duration,
    pub(crate) pause_minutes: f64,
    #[serde(deserialize_with = "seconds", rename = "patience_seconds")]
    pub(crate) patience: Duration,
}

/// `[documents]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Documents {
    pub(crate) max_mb: usize,
    pub(crate) max_parts: usize,
    #[serde(deserialize_with = "seconds", rename = "patience_seconds")]
    pub(crate) patience: Duration,
    pub(crate) part_characters: usize,
    pub(crate) overlap_characters: usize,
    pub(crate) attachment_max_mb: usize,
}

/// `[blocks]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Blocks {
    pub(crate) most: usize,
    pub(crate) max_characters: usize,
}

/// `[prompt]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prompt {
    pub(crate) budget_tokens: usize,
    pub(crate) context_turns: usize,
    pub(crate) context_hours: f64,
    pub(crate) facts_tokens: usize,
}

/// `[turn]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Turn {
    pub(crate) max_message_kb: usize,
    pub(crate) session_gap_minutes: f64,
}

/// `[learn]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Learn {
    pub(crate) batch: usize,
    pub(crate) wait_seconds: f64,
}

/// `[recall]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recall {
    pub(crate) k: usize,
    pub(crate) lambda: f64,
    pub(crate) importance_weight: f64,
    pub(crate) recency_weight: f64,
    pub(crate) half_life_days: f64,
}

/// `[mood]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mood {
    pub(crate) half_life_hours: f64,
}

/// `[persona]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Persona {
    pub(crate) default: String,
}

/// `[person]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    pub(crate) time_zone: String,
    pub(crate) language: String,
    pub(crate) country: Option<String>,
}

/// `[metrics]`
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Metrics {
    pub(crate) listen: Option<SocketAddr>,
    prices: Vec<String>,
}

impl Metrics {
    /// What models cost.
    ///
    /// # Errors
    /// Names what cannot be read, and how it is written.
    pub(crate) fn prices(&self) -> anyhow::Result<Vec<(String, Price)>> {
        let price = |text: &String| {
            let (model, price) = text.rsplit_once('=')?;
            let (input, output) = price.split_once('/')?;
            let dollars =
                |text: &str| text.trim().parse().ok().filter(|price: &f64| price.is_finite() && *price >= 0.0);
            Some((model.trim().to_owned(), Price { input: dollars(input)?, output: dollars(output)? }))
        };
        let read = |text: &String| {
            price(text).ok_or_else(|| {
                anyhow::anyhow!("metrics.prices: {text:?} is not PROVIDER:MODEL=IN/OUT, such as openai:gpt-5=1.25/10")
            })
        };
        self.prices.iter().map(read).collect()
    }
}

/// `[traces]`
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Traces {
    pub(crate) endpoint: Option<String>,
    #[cfg_attr(not(feature = "otel"), expect(dead_code, reason = "nothing is sent without it"))]
    pub(crate) sample: f64,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: Option<String>,
    pub(crate) format: LogFormat,
    pub(crate) dir: Option<PathBuf>,
    pub(crate) keep_files: usize,
    pub(crate) max_file_mb: u64,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    f64::deserialize(deserializer).map(Duration::from_secs_f64)
}

/// A configuration that was loaded, with the origin of every value.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The values.
    pub(crate) config: Config,
    /// Each with its origin.
    pub(crate) settings: Settings,
}

/// Loads the configuration.
///
/// `file` is the one named by a flag; `flags` are (flag, key, value).
///
/// # Errors
/// Every mistake there is, each with its place.
pub(crate) fn load(
    surroundings: &Surroundings,
    file: Option<&Path>,
    flags: &[(String, String, String)],
) -> Result<Loaded, Problems> {
    let (mut settings, mut problems) = layers::lay(surroundings, file, flags);
    conclude::fill(&mut settings, surroundings, &mut problems);
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let config = toml::Value::Table(settings.to_table()).try_into().map_err(|error: toml::de::Error| {
        // The schema and the struct disagree: a mistake of the program, which the tests rule out.
        Problems(vec![Problem { place: "schema".into(), what: error.message().to_owned() }])
    })?;
    Ok(Loaded { config, settings })
}

impl Config {
    /// Where `serve` keeps its log.
    pub(crate) fn log_dir(&self) -> PathBuf {
        self.log.dir.clone().unwrap_or_else(|| self.data.dir.join("logs"))
    }

    /// Every number of accounts.
    fn account_settings(&self) -> AccountSettings {
        const HOUR: Duration = Duration::from_secs(3600);
        const DAY: Duration = Duration::from_secs(24 * 3600);
        let Auth { access_minutes, session_days, link_hours, signing_key_days, .. } = self.auth;
        let times = |length: Duration, times: u64| Duration::from_secs(length.as_secs() * times);
        AccountSettings {
            mode: self.auth.mode,
            registration: self.auth.registration,
            access: Duration::from_secs(access_minutes * 60),
            session: times(DAY, session_days),
            link: times(HOUR, link_hours),
            signing_key: times(DAY, signing_key_days),
            attempts: self.auth.attempts,
            hashing: Hashing {
                memory_kib: self.auth.hash_memory_mb * 1024,
                passes: self.auth.hash_passes,
                at_once: self.auth.hash_at_once,
                ..AccountSettings::default().hashing
            },
            public: self.limits.public,
            admin: self.limits.admin,
        }
    }

    /// Backups by the clock.
    pub(crate) fn backup_settings(&self) -> BackupSettings {
        let Backup { dir, every_hours, keep, passphrase } = self.backup.clone();
        BackupSettings {
            dir: Some(dir.unwrap_or_else(|| self.data.dir.join("backups"))),
            every: Some(every_hours).filter(|hours| *hours > 0.0).map(|hours| Duration::from_secs_f64(hours * 3600.0)),
            keep,
            passphrase,
        }
    }

    /// The mind's and the turn's numbers.
    pub(crate) fn companion_settings(&self) -> philia_companion::Settings {
        philia_companion::Settings {
            life: LifeConfig { half_life_hours: self.mood.half_life_hours, ..LifeConfig::default() },
            recall_k: self.recall.k,
            recall_lambda: self.recall.lambda,
            recall_importance: self.recall.importance_weight,
            recall_recency: self.recall.recency_weight,
            recency_half_life_days: self.recall.half_life_days,
            prompt_tokens: self.prompt.budget_tokens,
            context_turns: self.prompt.context_turns,
            context_age: Duration::from_secs_f64(self.prompt.context_hours * 3600.0),
            facts_tokens: self.prompt.facts_tokens,
            blocks: self.blocks.most,
            block_characters: self.blocks.max_characters,
            session_gap: Duration::from_secs_f64(self.turn.session_gap_minutes * 60.0),
            max_message_bytes: self.turn.max_message_kb * 1024,
            learn_batch: self.learn.batch,
            learn_wait: Duration::from_secs_f64(self.learn.wait_seconds),
            embed_patience: self.models.embed.patience,
            index_patience: self.index.patience,
            index_rest: self.index.rest,
            document_max_bytes: self.documents.max_mb * 1024 * 1024,
            document_max_parts: self.documents.max_parts,
            document_patience: self.documents.patience,
            chunk: Sizes { target: self.documents.part_characters, overlap: self.documents.overlap_characters },
            held_back: self.guard.held_back,
            pause: Duration::from_secs_f64(self.guard.pause_minutes * 60.0),
            opinion_patience: self.guard.patience,
            retention_days: Some(self.privacy.retention_days).filter(|days| *days > 0),
            attachment_max_bytes: self.documents.attachment_max_mb * 1024 * 1024,
            accounts: self.account_settings(),
            backup: self.backup_settings(),
            // They are read, and may be refused, where the parts are put together.
            prices: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An environment in which a default data directory can be found.
    fn home<'a>(more: impl IntoIterator<Item = (&'a str, &'a str)>) -> Surroundings {
        let home = if cfg!(windows) { ("APPDATA", "C:\\ana") } else { ("HOME", "/home/ana") };
        Surroundings::of([home].into_iter().chain(more))
    }

    #[test]
    fn the_defaults_are_complete_and_are_the_minds_own() {
        let loaded = load(&home([]), None, &[]).unwrap();
        let settings = loaded.config.companion_settings();
        assert!(settings.backup.dir.as_ref().is_some_and(|dir| dir.ends_with("backups")));
        let nowhere = BackupSettings { dir: None, ..settings.backup.clone() };
        assert_eq!(philia_companion::Settings { backup: nowhere, ..settings }, philia_companion::Settings::default());
        assert!(loaded.config.models.chat.chain.is_empty());
        assert_eq!(loaded.config.person.time_zone, "UTC");
        assert!(loaded.config.store.url.file().is_some());
    }

    #[test]
    fn every_key_of_the_schema_is_taken() {
        let flags: Vec<_> = schema::keys()
            .map(|key| {
                let text = match key.takes {
                    schema::Takes::StoreUrl => "memory://".to_owned(),
                    schema::Takes::IndexUrl => "embedded://".to_owned(),
                    schema::Takes::CacheUrl => "local://".to_owned(),
                    schema::Takes::Url => "http://x".to_owned(),
                    schema::Takes::LogFilter => "info".to_owned(),
                    schema::Takes::Address => "127.0.0.1:7707".to_owned(),
                    schema::Takes::TimeZone => "UTC".to_owned(),
                    schema::Takes::Whole(low, ..) => low.to_string(),
                    schema::Takes::Embedder | schema::Takes::Models => "openai".to_owned(),
                    _ => key.default.map_or("XX".to_owned(), |text| text.trim_matches('"').to_owned()),
                };
                ("--set".to_owned(), key.name.replace('*', "openai"), text)
            })
            .collect();
        let loaded = load(&home([]), None, &flags).unwrap();
        assert_eq!(loaded.config.server.listen.port(), 7707);
        assert!(loaded.config.providers["openai"].api_key.is_some());
    }

    #[test]
    fn mistakes_of_all_layers_are_told_together() {
        let flags = [("--set".to_owned(), "mood.half_life_hours".to_owned(), "soon".to_owned())];
        let around = home([("PHILIA__RECALL__K", "0")]);
        let problems = load(&around, Some(Path::new("/nowhere/philia.toml")), &flags).unwrap_err();
        assert_eq!(problems.0.len(), 3, "{problems}");
    }
}
