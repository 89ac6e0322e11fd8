//! A conversation on a terminal: the welcome, the prompt, and the reply as it comes.

use super::command::{self, Command};
use super::editor::{Editor, Typed};
use super::wrap::Wrap;
use super::{Talk, act, meeting};
use crate::cli::Context;
use crate::cli::paint::{Paint, harmless, note, print};
use crate::cli::show::one_line;
use crate::lifecycle::{Asked, Signals};
use philia_companion::{Reply, TurnEvent};
use philia_mind::interaction::Stage;
use std::process::ExitCode;

/// Lines that can be called back with the arrow keys.
const CALLED_BACK: usize = 200;

pub(super) async fn run(talk: &mut Talk, context: &Context) -> anyhow::Result<ExitCode> {
    let mut editor = Editor::open(said_before(talk).await?)?;
    meeting::welcome(talk, context, &mut editor).await?;
    let mut signals = Signals::listen()?;
    let mut failed = false;
    loop {
        let prompt = format!("{} ", talk.paint.bold("›"));
        let typed = tokio::select! {
            typed = editor.line(&prompt) => typed?,
            asked = signals.asked() => match asked {
                Asked::Interrupt => Typed::Interrupt,
                Asked::Terminate => break,
            },
        };
        let line = match typed {
            Typed::Line(line) if line.trim().is_empty() => continue,
            Typed::Line(line) => line,
            Typed::End => break,
            Typed::Interrupt if editor.leave().await? => break,
            Typed::Interrupt => continue,
        };
        let outcome = match command::parse(&line) {
            Err(why) => Err(anyhow::anyhow!(why)),
            Ok(Some(Command::Quit)) => break,
            Ok(Some(command)) => match act::act(talk, command, Some(&mut editor)).await {
                Ok(text) => print(&text).map_err(Into::into),
                Err(error) => Err(error),
            },
            Ok(None) => match say(talk, command::message(&line), &mut signals).await {
                Ok(End::Answered) => Ok(()),
                Ok(End::Leave) => break,
                Err(error) => {
                    failed = true;
                    Err(error)
                }
            },
        };
        if let Err(error) = outcome {
            note(&format!("{} {error:#}", Paint::stderr().bad("×")));
        }
    }
    print(&format!("{}\n", talk.paint.dim("Take care.")))?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What this person typed lately, oldest first.
async fn said_before(talk: &Talk) -> anyhow::Result<Vec<String>> {
    let page = talk.person.history(None, CALLED_BACK, None).await?;
    let typed = page.items.into_iter().rev().filter(|turn| turn.stage != Stage::Imported && !turn.redacted);
    Ok(typed.map(|turn| turn.message).filter(|message| !message.contains('\n')).collect())
}

/// How a turn ended for the terminal.
enum End {
    /// There is an answer, or what was said of it.
    Answered,
    /// The program is asked to end.
    Leave,
}

async fn say(talk: &Talk, message: &str, signals: &mut Signals) -> anyhow::Result<End> {
    let paint = talk.paint;
    let mut stream = talk.person.say(talk.incoming(message));
    let label = format!("{} ", paint.accent(&format!("{}:", one_line(&talk.persona.name))));
    let width = usize::from(console::Term::stdout().size().1);
    let fresh = || Wrap::new(width, console::measure_text_width(&label));
    let mut wrap = fresh();
    print(&label)?;
    loop {
        let event = tokio::select! {
            event = stream.next() => event,
            asked = signals.asked() => {
                // Letting the stream go stops the model; what was said is kept before anything else begins.
                drop(stream);
                talk.philia.idle().await;
                print(&format!("{}\n{}\n\n", wrap.finish(), paint.dim("(stopped; what I said is kept)")))?;
                return Ok(if asked == Asked::Terminate { End::Leave } else { End::Answered });
            }
        };
        match event {
            Some(Ok(TurnEvent::Text(text))) => print(&wrap.push(&harmless(&text)))?,
            Some(Ok(TurnEvent::Restart(attempt))) => {
                let what = format!("({} broke off: {}; beginning anew)", attempt.model, attempt.error);
                print(&format!("{}\n{}\n{label}", wrap.finish(), paint.dim(&harmless(&what))))?;
                wrap = fresh();
            }
            Some(Ok(TurnEvent::Done(reply))) => {
                print(&format!("{}\n{}\n", wrap.finish(), footnotes(&reply, paint)))?;
                return Ok(End::Answered);
            }
            Some(Ok(TurnEvent::Heard(_) | TurnEvent::Felt { .. })) => {}
            Some(Err(error)) => {
                print(&format!("{}\n", wrap.finish()))?;
                return Err(error.into());
            }
            None => anyhow::bail!("the answer ended without an end"),
        }
    }
}

/// What should be known of how an answer came about; empty if all went well.
fn footnotes(reply: &Reply, paint: Paint) -> String {
    let mut notes = Vec::new();
    if let Some(attempt) = reply.fallback.last() {
        notes.push(format!("({} did not answer: {}; {} did)", attempt.model, attempt.error, reply.model));
    }
    if reply.degraded.iter().any(|part| part == "embedder") {
        notes.push("(the embedder did not answer: I searched my memory by words alone)".into());
    }
    notes.iter().map(|note| format!("{}\n", paint.dim(&harmless(note)))).collect()
}
