//! A conversation from a pipe: every line a message, only the replies on stdout, mistakes on stderr.

use super::command::{self, Command};
use super::lines::{self, Line};
use super::{Talk, act};
use crate::cli::paint::{Paint, harmless, note, print};
use crate::lifecycle::Signals;
use std::io;
use std::process::ExitCode;
use tokio::sync::mpsc;

/// What a shell expects of a program that was interrupted.
const INTERRUPTED: u8 = 130;

pub(super) async fn run(talk: &mut Talk) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen()?;
    let mut lines = reader(talk.limit);
    let mut failed = false;
    let mut number = 0;
    loop {
        let line = tokio::select! {
            line = lines.recv() => line,
            _ = signals.asked() => return Ok(ExitCode::from(INTERRUPTED)),
        };
        let Some(line) = line else { break };
        number += 1;
        let outcome = match line? {
            Line::Unusable(why) => Err(anyhow::anyhow!(why)),
            Line::Message(line) => match command::parse(&line) {
                Err(why) => Err(anyhow::anyhow!(why)),
                Ok(Some(Command::Quit)) => break,
                Ok(Some(command)) => act::act(talk, command, None).await,
                Ok(None) => {
                    let said = tokio::select! {
                        said = talk.person.ask(talk.incoming(command::message(&line))) => said,
                        _ = signals.asked() => return Ok(ExitCode::from(INTERRUPTED)),
                    };
                    said.map(|reply| format!("{}\n", harmless(reply.reply.trim()))).map_err(Into::into)
                }
            },
        };
        match outcome {
            Ok(text) => print(&text)?,
            Err(error) => {
                failed = true;
                note(&format!("{} message {number}: {error:#}", Paint::stderr().bad("error:")));
            }
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Reads stdin on a thread of its own: a read cannot be interrupted, and nobody should wait for it at the end.
fn reader(limit: usize) -> mpsc::Receiver<io::Result<Line>> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Some(line) = lines::next(&mut input, limit).transpose() {
            let broken = line.is_err();
            if sender.blocking_send(line).is_err() || broken {
                return;
            }
        }
    });
    receiver
}
