//! `philia doctor`: what is configured, what answers, and what to do about the rest.

mod machine;

use super::paint::{Paint, harmless, print};
use super::show;
use super::{Context, probe};
use crate::system::SystemClock;
use crate::wire;
use clap::Args;
use philia_models::static_table::StaticTable;
use philia_ports::model::{ChatMessage, ChatRequest, Role};
use philia_ports::store::StoreHealth;
use philia_ports::{ChatModel, Clock as _, StoreAdmin as _, StoreError};
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

const EXAMPLES: &str = "Examples:
  philia doctor
  philia doctor --online       ask the models and embedders on the network too (a few tokens each)

The exit code is 1 if something that is configured is broken.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// Ask models and embedders that are not on this machine, too
    #[arg(long)]
    online: bool,
}

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// As it should be.
    Well,
    /// Works, but deserves a look; or was not looked at.
    Look,
    /// Configured and broken.
    Broken,
    /// Not there, and need not be.
    Absent,
}

/// What was found of one part.
struct Finding {
    part: &'static str,
    state: State,
    what: String,
    /// What can be done.
    advice: Option<String>,
}

impl Finding {
    fn new(part: &'static str, state: State, what: impl Into<String>) -> Self {
        Self { part, state, what: what.into(), advice: None }
    }

    fn advising(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }
}

impl Doctor {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let mut findings = vec![configuration(context), data(context), store(context).await];
        findings.push(personas(context));
        findings.push(self.embedder(context).await);
        findings.extend(self.models(context).await);
        findings.push(time_zone(context));
        findings.extend(machine::findings(context));
        findings.push(server(context));
        let broken = findings.iter().filter(|finding| finding.state == State::Broken).count();
        let mut out: String = findings.iter().map(|finding| shown(finding, context.paint)).collect();
        out.push_str(&match broken {
            0 => format!("\n{}\n", context.paint.good("Everything that is configured works.")),
            1 => format!("\n{}\n", context.paint.bad("One thing needs you.")),
            more => format!("\n{}\n", context.paint.bad(&format!("{more} things need you."))),
        });
        print(&out)?;
        Ok(if broken > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    async fn embedder(&self, context: &Context) -> Finding {
        const PART: &str = "embedder";
        let embedder = match wire::embedder(&context.config) {
            Ok(embedder) => embedder,
            Err(error) => return Finding::new(PART, State::Broken, format!("{error:#}")),
        };
        let info = embedder.info();
        if !info.remote && context.config.models.embed.embedder == "static" {
            return match StaticTable::verify() {
                Ok(()) => Finding::new(PART, State::Well, format!("{}, built in; its checksum is right", info.id)),
                Err(error) => Finding::new(PART, State::Broken, error.to_string())
                    .advising("this program is damaged; install it again"),
            };
        }
        if info.remote && !self.online {
            return not_asked(PART, &info.id);
        }
        let started = Instant::now();
        match embedder.embed_query("hello").await {
            Ok(_) => Finding::new(PART, State::Well, format!("{} answers in {}", info.id, took(started))),
            Err(error) => Finding::new(PART, State::Broken, error.to_string()).advising(
                "until it answers, memories are found by their words alone; \
                 models.embed.embedder = \"static\" needs no network",
            ),
        }
    }

    async fn models(&self, context: &Context) -> Vec<Finding> {
        let chain = &context.config.models.chat.chain;
        let mut findings = if chain.is_empty() { vec![no_model(context).await] } else { Vec::new() };
        for name in chain {
            findings.push(match wire::model(&context.config, &context.config.models.chat, name) {
                Ok(model) if model.info().remote && !self.online => not_asked("model", name),
                Ok(model) => ask(&*model, name).await,
                Err(error) => Finding::new("model", State::Broken, format!("{name}: {error:#}")),
            });
        }
        let fast = &context.config.models.fast;
        for name in &fast.chain {
            findings.push(match wire::model(&context.config, fast, name) {
                Ok(model) if model.info().remote && !self.online => not_asked("fast model", name),
                Ok(model) => {
                    let found = ask(&*model, name).await;
                    let advice = found.advice.map(|_| {
                        "look at its key, its address and its name; until it answers, rules learn alone".to_owned()
                    });
                    Finding { part: "fast model", advice, ..found }
                }
                Err(error) => Finding::new("fast model", State::Broken, format!("{name}: {error:#}")),
            });
        }
        findings
    }
}

fn not_asked(part: &'static str, name: &str) -> Finding {
    Finding::new(part, State::Look, format!("{name} is on the network and was not asked"))
        .advising("philia doctor --online asks it")
}

async fn no_model(context: &Context) -> Finding {
    let found = Finding::new("model", State::Absent, "none; the built-in offline voice speaks");
    match probe::ollama(&context.config).await {
        Some(ollama) => {
            let model = ollama.models.first().map_or("llama3.2", String::as_str);
            let fetch = if ollama.models.is_empty() { format!("`ollama pull {model}`, then ") } else { String::new() };
            found.advising(format!(
                "an Ollama answers at {}: {fetch}put [models.chat] chain = [\"ollama:{model}\"] into philia.toml, \
                 or --set models.chat.chain=ollama:{model}",
                ollama.url
            ))
        }
        None => found.advising(
            "set OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, ... or OPENAI_BASE_URL for a server of your own, \
             or run Ollama on this machine",
        ),
    }
}

/// Asks a model for a word.
async fn ask(model: &dyn ChatModel, name: &str) -> Finding {
    let request = ChatRequest {
        messages: vec![ChatMessage::new(Role::User, "Answer with the one word: ready")],
        max_tokens: Some(200),
        ..ChatRequest::default()
    };
    let started = Instant::now();
    match model.complete(&request).await {
        Ok(_) => Finding::new("model", State::Well, format!("{name} answers in {}", took(started))),
        Err(error) => Finding::new("model", State::Broken, error.to_string()).advising(
            "look at its key, its address (providers.NAME.base_url) and its name; until it answers, the next of the \
             chain does, and then the offline voice",
        ),
    }
}

fn took(since: Instant) -> String {
    format!("{:.1} s", since.elapsed().as_secs_f64())
}

fn configuration(context: &Context) -> Finding {
    let what = match (&context.settings.file, context.settings.file_read) {
        (Some(file), true) => file.display().to_string(),
        (Some(file), false) => format!("no file at {}; the defaults hold", file.display()),
        (None, _) => "no file; the defaults hold".into(),
    };
    Finding::new("configuration", State::Well, what)
}

fn data(context: &Context) -> Finding {
    const PART: &str = "data";
    let dir = &context.config.data.dir;
    let place = dir.display();
    match std::fs::metadata(dir) {
        Ok(metadata) if !metadata.is_dir() => Finding::new(PART, State::Broken, format!("{place} is no directory"))
            .advising("choose another place with --data DIR"),
        Ok(metadata) if open_to_others(&metadata) => {
            Finding::new(PART, State::Look, format!("{place} can be read by others on this machine"))
                .advising(format!("chmod 700 {place}"))
        }
        Ok(_) => Finding::new(PART, State::Well, place.to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Finding::new(PART, State::Absent, format!("{place} is not there yet; it is made when you first talk"))
        }
        Err(error) => Finding::new(PART, State::Broken, format!("{place}: {error}"))
            .advising("make it readable for you, or choose another place with --data DIR"),
    }
}

#[cfg(unix)]
fn open_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

async fn store(context: &Context) -> Finding {
    const PART: &str = "store";
    let url = &context.config.store.url;
    if url.scheme() == "memory" {
        return Finding::new(PART, State::Look, "memory:// keeps nothing beyond the process")
            .advising("leave store.url away to keep what is said");
    }
    if let Some(file) = url.file().filter(|file| !file.exists()) {
        return Finding::new(PART, State::Absent, format!("nothing at {} yet", file.display()));
    }
    let found = match url.file() {
        Some(file) => sound(file).await.map_err(Into::into),
        None => answers(context).await,
    };
    match found {
        Ok(what) => Finding::new(PART, State::Well, what),
        Err(error) => {
            let found = |state| Finding::new(PART, state, format!("{error:#}"));
            match error.downcast_ref() {
                Some(StoreError::InUse(_)) => found(State::Look)
                    .advising("that is well if it is your `philia serve`; end it to have the store checked"),
                Some(StoreError::Corrupt { .. }) if url.file().is_some() => found(State::Broken)
                    .advising("copy the file somewhere safe before anything else; nothing was overwritten"),
                _ => found(State::Broken),
            }
        }
    }
}

/// Opens the file of a store, reads all of it, and says what it is.
async fn sound(path: &Path) -> Result<String, StoreError> {
    let store = philia_store_sqlite::SqliteStore::open(path)?;
    store.verify().await?;
    Ok(format!("{}, sound", described(store.health().await?)))
}

/// Asks the server that keeps the store what it is.
async fn answers(context: &Context) -> anyhow::Result<String> {
    let health = wire::store(&context.config).await?.health().await?;
    Ok(format!("{}; `philia store check` reads all of it", described(health)))
}

fn described(health: StoreHealth) -> String {
    let size = health.bytes.map(|bytes| format!(", {}", show::size(bytes))).unwrap_or_default();
    format!("{} at {}{size}", health.engine, health.location)
}

fn personas(context: &Context) -> Finding {
    const PART: &str = "personas";
    let (personas, broken) = match wire::personas_and_broken(&context.config) {
        Ok(found) => found,
        Err(error) => return Finding::new(PART, State::Broken, format!("{error:#}")),
    };
    if !broken.is_empty() {
        let files = broken.iter().map(|wire::Broken { file, why }| format!("{}: {}", file.display(), harmless(why)));
        return Finding::new(PART, State::Broken, files.collect::<Vec<_>>().join("\n")).advising(
            "`philia persona validate FILE` says the same of a file until it is sound; without it, all else works",
        );
    }
    match personas.get(&context.config.persona.default) {
        Ok(persona) => {
            let count = personas.all().count();
            Finding::new(PART, State::Well, format!("{count}; you meet {} ({})", harmless(&persona.name), persona.id))
        }
        Err(error) => Finding::new(PART, State::Broken, format!("persona.default: {error}"))
            .advising("`philia persona list` names them"),
    }
}

fn time_zone(context: &Context) -> Finding {
    const PART: &str = "time zone";
    let name = &context.config.person.time_zone;
    match jiff::tz::TimeZone::get(name) {
        Ok(zone) => {
            let now = SystemClock.now().to_zoned(zone).strftime("%H:%M").to_string();
            Finding::new(PART, State::Well, format!("{name}, where it is {now}"))
        }
        Err(_) => Finding::new(PART, State::Broken, format!("{name} is not known"))
            .advising("set person.time_zone to one such as Europe/London"),
    }
}

fn server(context: &Context) -> Finding {
    let listen = context.config.server.listen;
    if listen.ip().is_loopback() {
        return Finding::new("server", State::Well, format!("would listen on http://{listen}, for this machine only"));
    }
    Finding::new("server", State::Look, format!("would listen on {listen}, where other machines can reach it"))
        .advising("there are no accounts yet; `philia serve` wants --i-trust-this-network and server.allowed_hosts")
}

fn shown(finding: &Finding, paint: Paint) -> String {
    let mark = match finding.state {
        State::Well => paint.good("✓"),
        State::Look => paint.warn("!"),
        State::Broken => paint.bad("✗"),
        State::Absent => paint.dim("-"),
    };
    let mut out = format!("{mark} {} {}\n", paint.bold(&format!("{:14}", finding.part)), finding.what);
    if let Some(advice) = &finding.advice {
        let _ = writeln!(out, "  {:14} {}", "", paint.dim(&format!("→ {advice}")));
    }
    out
}
