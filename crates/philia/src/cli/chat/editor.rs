//! The line editor: it reads on a thread of its own, so that signals and background work are never held up.
//!
//! What was typed before comes from the log, and nothing is kept beside it: so what is forgotten is forgotten
//! here too.

use super::command::HELP;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{Config, Context, Helper};
use std::io;
use tokio::sync::mpsc;

/// What came of asking for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// A line, without its break.
    Line(String),
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D.
    End,
}

/// A prompt to show, and whether the answer may be called back with the arrow keys.
struct Prompt {
    text: String,
    remember: bool,
}

/// The line editor.
pub(super) struct Editor {
    prompts: mpsc::Sender<Prompt>,
    typed: mpsc::Receiver<io::Result<Typed>>,
}

impl Editor {
    /// Opens an editor in which these lines were typed before, oldest first.
    pub(super) fn open(before: Vec<String>) -> anyhow::Result<Self> {
        let config = Config::builder().auto_add_history(false).build();
        let mut editor = rustyline::Editor::<Slashes, MemHistory>::with_history(config, MemHistory::new())?;
        editor.set_helper(Some(Slashes));
        for line in before {
            editor.add_history_entry(line)?;
        }
        let (prompts, mut asked) = mpsc::channel::<Prompt>(1);
        let (answer, typed) = mpsc::channel(1);
        std::thread::spawn(move || {
            while let Some(prompt) = asked.blocking_recv() {
                let line = match editor.readline(&prompt.text) {
                    Ok(line) => {
                        if prompt.remember && !line.trim().is_empty() {
                            // A full history is no reason not to talk.
                            let _ = editor.add_history_entry(&line);
                        }
                        Ok(Typed::Line(line))
                    }
                    Err(ReadlineError::Interrupted) => Ok(Typed::Interrupt),
                    Err(ReadlineError::Eof) => Ok(Typed::End),
                    Err(ReadlineError::Io(error)) => Err(error),
                    Err(other) => Err(io::Error::other(other)),
                };
                if answer.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { prompts, typed })
    }

    /// Reads a line that can be called back later.
    pub(super) async fn line(&mut self, prompt: &str) -> io::Result<Typed> {
        self.read(prompt, true).await
    }

    /// Asks a question; none if it was not answered.
    pub(super) async fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
        Ok(match self.read(question, false).await? {
            Typed::Line(line) => Some(line.trim().to_owned()).filter(|line| !line.is_empty()),
            Typed::Interrupt | Typed::End => None,
        })
    }

    /// Asks a question that is answered with yes or no; no unless it is yes.
    pub(super) async fn confirm(&mut self, question: &str) -> io::Result<bool> {
        let answer = self.ask(&format!("{question} [y/N] ")).await?;
        Ok(answer.is_some_and(|answer| is_yes(&answer)))
    }

    /// Asks whether to leave; asking for it twice is an answer.
    pub(super) async fn leave(&mut self) -> io::Result<bool> {
        Ok(match self.read("Leave? [y/N] ", false).await? {
            Typed::Line(answer) => is_yes(&answer),
            Typed::Interrupt | Typed::End => true,
        })
    }

    async fn read(&mut self, prompt: &str, remember: bool) -> io::Result<Typed> {
        let gone = || io::Error::other("the line editor has ended");
        self.prompts.send(Prompt { text: prompt.to_owned(), remember }).await.map_err(|_| gone())?;
        self.typed.recv().await.ok_or_else(gone)?
    }
}

/// Is it a yes?
pub(super) fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Completes commands.
struct Slashes;

impl Completer for Slashes {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = line.get(..at).unwrap_or_default();
        if !typed.starts_with('/') {
            return Ok((0, Vec::new()));
        }
        let names = HELP.iter().map(|(name, ..)| *name);
        Ok((0, names.filter(|name| name.starts_with(typed)).map(str::to_owned).collect()))
    }
}

impl Hinter for Slashes {
    type Hint = String;
}
impl Highlighter for Slashes {}
impl Validator for Slashes {}
impl Helper for Slashes {}
