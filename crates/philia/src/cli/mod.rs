//! The command line: one file per command. Commands translate and show; what they do is the companion's.

mod backup;
mod bench;
mod block;
mod chat;
mod config;
mod doctor;
pub(crate) mod document;
mod erase;
mod eval;
mod export;
mod import;
mod key;
mod mcp;
mod memory;
mod migrate;
mod mood;
pub(crate) mod paint;
mod persona;
mod personality;
mod privacy;
mod probe;
mod progress;
mod restore;
mod serve;
mod show;
mod simulate;
mod store;
mod task;
mod user;

use crate::config::{Config, Loaded, Settings, Surroundings};
use crate::{lifecycle, logging, traces, wire};
use clap::{Args, Parser, Subcommand};
use paint::{Paint, note};
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use tracing::level_filters::LevelFilter;

const EXAMPLES: &str = "Examples:
  philia                                       talk, with nothing to set up
  echo \"What is my dog's name?\" | philia chat  ask from a script
  philia serve                                 the chat page and the REST API on 127.0.0.1:7707
  philia doctor                                what is configured, what answers, what to do about the rest

Everything is kept on this machine, in one directory (--data DIR). Nothing is sent anywhere unless you configure
a model; see `philia config --explain`.";

/// A companion that remembers, feels and can be trusted.
#[derive(Parser)]
#[command(name = "philia", version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Global {
    /// Keep everything in this directory
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Read this configuration file instead of the usual philia.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Set one key of the configuration, as in --set recall.k=8 (can be repeated)
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = key_and_value)]
    set: Vec<(String, String)>,
}

#[derive(Subcommand)]
enum Command {
    /// Talk (this is what `philia` alone does)
    Chat(chat::Chat),
    /// Serve the chat page and the REST API
    Serve(serve::Serve),
    /// Bring in conversations from elsewhere
    Import(import::Import),
    /// Write everything about a person to a file
    Export(export::Export),
    /// Where your words may go and how they are kept: cloud, hybrid or local
    Privacy(privacy::Privacy),
    /// Erase everything of a person, for good
    Erase(erase::Erase),
    /// Everything in one file, sealed if you like, while Philia is used or not
    Backup(backup::Backup),
    /// Everything from such a file, into an empty store
    Restore(restore::Restore),
    /// Everything from one engine into another
    Migrate(migrate::Migrate),
    /// The store itself: check all that is in it
    Store(store::StoreArgs),
    /// The characters one can talk with: see, check, mix, make, bring in and take out
    Persona(persona::PersonaArgs),
    /// Memories: search, add, change, merge, forget; facts and conflicts
    Memory(memory::MemoryArgs),
    /// What there is to do: list, add, tick off, put off
    Task(task::TaskArgs),
    /// The small texts that stand in every prompt
    Block(block::BlockArgs),
    /// Files whose text is remembered: read them in, see them, remove them
    Document(document::DocumentArgs),
    /// Who may come in: make, list, let in, stop, limit, erase
    User(user::UserArgs),
    /// API keys, for programs
    Key(key::KeyArgs),
    /// Show how the companion feels
    Mood(mood::MoodArgs),
    /// Show who the companion has become, how that came about, and set it by hand
    Personality(personality::PersonalityArgs),
    /// Show the configuration: what holds, where it came from, what it means
    Config(config::ConfigArgs),
    /// Tools for other assistants, over standard input and output (MCP)
    Mcp(mcp::Mcp),
    /// Check what is configured, what answers, and say what to do about the rest
    Doctor(doctor::Doctor),
    /// Live a scripted relationship, and draw what becomes of it
    Simulate(simulate::Simulate),
    /// Measure how well memories are recalled
    Eval(eval::Eval),
    /// Measure how fast turns are
    Bench(bench::Bench),
}

/// Whose conversation a command is about.
#[derive(Args, Clone, Debug)]
pub(crate) struct Who {
    /// Who you are, where several people share this machine
    #[arg(long, short, value_name = "NAME", default_value = wire::LOCAL_USER)]
    pub(crate) user: String,
}

impl Default for Who {
    fn default() -> Self {
        Self { user: wire::LOCAL_USER.into() }
    }
}

/// What every command is given.
pub(crate) struct Context {
    /// The whole configuration.
    pub(crate) config: Config,
    /// Each value with its origin.
    pub(crate) settings: Settings,
    /// Colours on stdout.
    pub(crate) paint: Paint,
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE, as in recall.k=8")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let paint = Paint::stderr();
            note(&format!("{} {error:#}", paint.bad("error:")));
            ExitCode::from(if error.is::<crate::config::Problems>() { 2 } else { 1 })
        }
    }
}

/// The reader of our output has gone (`philia ... | head`): no reason to complain.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    error.chain().any(broken)
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let command = cli.command.unwrap_or_else(|| Command::Chat(chat::Chat::default()));
    if let Command::Config(args) = &command
        && args.needs_no_configuration()
    {
        return args.run_without();
    }
    // `--set` is the configuration's; what `philia personality` can set is none of its keys.
    let (by_hand, keys): (Vec<_>, Vec<_>) = cli
        .global
        .set
        .into_iter()
        .partition(|(key, _)| matches!(command, Command::Personality(_)) && personality::can_set(key));
    let mut flags: Vec<(String, String, String)> =
        keys.into_iter().map(|(key, value)| (format!("--set {key}"), key, value)).collect();
    if let Some(dir) = cli.global.data {
        flags.push(("--data".into(), "data.dir".into(), dir.display().to_string()));
    }
    if let Command::Serve(serve::Serve { listen: Some(listen), .. }) = &command {
        flags.push(("--listen".into(), "server.listen".into(), listen.clone()));
    }
    let Loaded { config, settings } = crate::config::load(&Surroundings::read(), cli.global.config.as_deref(), &flags)?;
    let serves = matches!(command, Command::Serve(_));
    let level = if serves { LevelFilter::INFO } else { LevelFilter::WARN };
    let files = serves.then(|| config.log_dir());
    let runtime = lifecycle::runtime()?;
    let (listener, exporting) = traces::start(&config.traces, runtime.handle())?.unzip();
    let _logging = logging::start(&config.log, level, Paint::stderr().is_on(), files, listener)?;
    let context = Context { config, settings, paint: Paint::stdout() };
    // As one type: all of it would be compiled anew for each of the runtime's ways to wait.
    let run: Pin<Box<dyn Future<Output = anyhow::Result<ExitCode>>>> = Box::pin(async {
        match command {
            Command::Chat(args) => args.run(&context).await,
            Command::Serve(args) => args.run(&context).await,
            Command::Import(args) => args.run(&context).await,
            Command::Export(args) => args.run(&context).await,
            Command::Privacy(args) => args.run(&context).await,
            Command::Erase(args) => args.run(&context).await,
            Command::Backup(args) => args.run(&context).await,
            Command::Restore(args) => args.run(&context).await,
            Command::Migrate(args) => args.run(&context).await,
            Command::Store(args) => args.run(&context).await,
            Command::Persona(args) => args.run(&context).await,
            Command::Memory(args) => args.run(&context).await,
            Command::Task(args) => args.run(&context).await,
            Command::Block(args) => args.run(&context).await,
            Command::Document(args) => args.run(&context).await,
            Command::User(args) => args.run(&context).await,
            Command::Key(args) => args.run(&context).await,
            Command::Mood(args) => args.run(&context).await,
            Command::Personality(args) => args.run(&context, &by_hand).await,
            Command::Mcp(args) => args.run(&context).await,
            Command::Config(args) => args.run(&context),
            Command::Doctor(args) => args.run(&context).await,
            Command::Simulate(args) => args.run(&context),
            Command::Eval(args) => args.run(&context).await,
            Command::Bench(args) => args.run(&context).await,
        }
    });
    let ended = runtime.block_on(run);
    if let Some(exporting) = exporting {
        exporting.end();
    }
    lifecycle::end(runtime);
    ended
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }
}
