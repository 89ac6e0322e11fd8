//! `philia serve`: the chat page and the REST API.

use super::Context;
use super::paint::{Paint, note, print};
use crate::config::{ClientAddress, Config, LogFormat};
use crate::lifecycle::{self, Signals};
use crate::{metrics, wire};
use anyhow::{Context as _, bail};
use clap::Args;
use jiff::Timestamp;
use philia_companion::accounts::Mode;
use serde_json::json;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

const EXAMPLES: &str = "Examples:
  philia serve
  philia serve --listen 127.0.0.1:0         a free port; the address is printed
  philia --set log.format=json serve

Alone on this machine nobody signs in. Make an admin (`philia user add NAME --admin`), and everybody does; other
machines can reach the server only then, by the names in server.allowed_hosts. Without anybody, `auth.mode=required`
prints a link by which the first admin is made.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// Listen where other machines can reach it, and let everybody there do everything
    #[arg(long)]
    i_trust_this_network: bool,
}

impl Serve {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let mut config = context.config.clone();
        if self.i_trust_this_network {
            config.auth.mode = Mode::Off;
        }
        let server = &config.server;
        let listen = server.listen;
        lifecycle::allow_many_files();
        let scrape = metrics::start()?;
        let options = philia_web::Options {
            allowed_hosts: server.allowed_hosts.clone(),
            grace: Duration::from_secs(server.grace_seconds),
            // Where a login is asked, it is an admin's; else only this machine may ask.
            metrics: (listen.ip().is_loopback() || config.auth.mode != Mode::Off).then(|| scrape.clone()),
            cors_origins: server.cors_origins.clone(),
            time_limits: philia_web::TimeLimits {
                head: Duration::from_secs(server.head_seconds),
                body: Duration::from_secs(server.body_seconds),
                answer: Duration::from_secs(server.answer_seconds),
                write: Duration::from_secs(server.write_seconds),
            },
            configured: crate::config::configured(&context.settings),
            behind_proxy: server.client_address == ClientAddress::Forwarded,
            ..philia_web::Options::default()
        };
        let philia = wire::talking(&config).await?;
        let accounts = philia.accounts();
        let locked = accounts.are_asked(philia_web::is_near(listen, &options)).await? && !accounts.exist().await?;
        if locked && !listen.ip().is_loopback() && config.auth.mode == Mode::Auto {
            bail!(
                "{listen} can be reached from other machines, so it needs an admin account: `philia user add NAME --admin` \
                 makes one. Or listen on 127.0.0.1; or let everybody there do everything with --i-trust-this-network"
            );
        }
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("{listen} cannot be listened on; is another philia there? --listen chooses another address")
        })?;
        let address = listener.local_addr()?;
        philia_web::may_listen(address, &options)?;
        let metrics = match config.metrics.listen {
            Some(listen) => {
                let listener = TcpListener::bind(listen)
                    .await
                    .with_context(|| format!("metrics.listen: {listen} cannot be listened on"))?;
                tracing::info!(address = %listener.local_addr()?, "metrics are told at an address of their own");
                Some(listener)
            }
            None => None,
        };
        let mut signals = Signals::listen()?;
        // Nothing is left that could keep it from listening.
        let paint = context.paint;
        print(&format!("Philia listens on {}\n", paint.accent(&format!("http://{address}"))))?;
        let told = |line: &str| match config.log.format {
            LogFormat::Text => note(line),
            // Not by way of the log: its files are no place for a link that opens something.
            LogFormat::Json => note(&as_json(line, philia.now())),
        };
        if config.models.chat.chain.is_empty() {
            let offline = "It speaks with the built-in offline voice; `philia doctor` says how to give it a model.";
            told(&styled(&config, offline, Paint::dim));
        }
        if locked {
            let link = format!("http://{address}/login#setup={}", accounts.setup_token());
            let link = styled(&config, &link, Paint::accent);
            told(&format!("Nobody can sign in yet. This link makes the first admin, once:\n  {link}"));
        }
        let telling = {
            let philia = philia.clone();
            async move {
                match metrics {
                    Some(listener) => philia_web::serve_metrics(listener, philia, scrape).await,
                    None => std::future::pending().await,
                }
            }
        };
        let (sweeping, talk) = (philia.clone(), philia.clone());
        let (end, ending) = oneshot::channel();
        let shutdown = async {
            // Dropped or sent: it is the end either way.
            let _ = ending.await;
        };
        let asked_twice = async {
            let asked = signals.asked().await;
            tracing::info!(?asked, "ending: running turns are finished; ask again to end at once");
            // If nobody waits for it, the server has ended by itself.
            let _ = end.send(());
            signals.asked().await
        };
        tokio::select! {
            served = philia_web::serve(listener, philia, options, shutdown) => served?,
            told = telling => told?,
            () = sweeping.sweep() => {}
            asked = asked_twice => {
                talk.stop();
                tracing::warn!(?asked, "ended at once; turns that were running are resumed at the next start");
                return Ok(asked.code());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A line for people in its style; for programs it has none.
fn styled(config: &Config, line: &str, style: fn(Paint, &str) -> String) -> String {
    match config.log.format {
        LogFormat::Text => style(Paint::stderr(), line),
        LogFormat::Json => line.to_owned(),
    }
}

/// A line as the log has it in JSON.
fn as_json(message: &str, now: Timestamp) -> String {
    json!({ "timestamp": now, "level": "INFO", "fields": { "message": message }, "target": module_path!() }).to_string()
}
