//! `philia serve`: the chat page and the REST API.

use super::Context;
use super::paint::{Paint, note, print};
use crate::lifecycle::{self, Signals};
use crate::{metrics, wire};
use anyhow::{Context as _, bail};
use clap::Args;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

const EXAMPLES: &str = "Examples:
  philia serve
  philia serve --listen 127.0.0.1:0         a free port; the address is printed
  philia --set log.format=json serve

There are no accounts yet: whoever reaches the server reads and writes everything. So it listens on this machine only,
unless you say with --i-trust-this-network that everybody who can reach it may, and name the hosts it is called by
(server.allowed_hosts).";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// Listen where other machines can reach it, although there are no accounts yet
    #[arg(long)]
    i_trust_this_network: bool,
}

impl Serve {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let server = &context.config.server;
        let listen = server.listen;
        if !listen.ip().is_loopback() && !self.i_trust_this_network {
            bail!(
                "{listen} can be reached from other machines, and there are no accounts yet: everybody there could read \
                 everything. Listen on 127.0.0.1, or add --i-trust-this-network if that is what you want"
            );
        }
        lifecycle::allow_many_files();
        let scrape = metrics::start()?;
        let philia = wire::talking(&context.config).await?;
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("{listen} cannot be listened on; is another philia there? --listen chooses another address")
        })?;
        let mut signals = Signals::listen()?;
        let address = listener.local_addr()?;
        let paint = context.paint;
        print(&format!("Philia listens on {}\n", paint.accent(&format!("http://{address}"))))?;
        if context.config.models.chat.chain.is_empty() {
            let offline = "It speaks with the built-in offline voice; `philia doctor` says how to give it a model.";
            note(&Paint::stderr().dim(offline));
        }
        let options = philia_web::Options {
            allowed_hosts: server.allowed_hosts.clone(),
            grace: Duration::from_secs(server.grace_seconds),
            metrics: listen.ip().is_loopback().then(|| scrape.clone()),
        };
        let metrics = match context.config.metrics.listen {
            Some(listen) => {
                let listener = TcpListener::bind(listen)
                    .await
                    .with_context(|| format!("metrics.listen: {listen} cannot be listened on"))?;
                tracing::info!(address = %listener.local_addr()?, "metrics are told at an address of their own");
                Some(listener)
            }
            None => None,
        };
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
