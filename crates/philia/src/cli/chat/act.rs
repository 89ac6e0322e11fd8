//! What the slash commands do. Each gives back what to print.

use super::Talk;
use super::command::{Command, HELP};
use super::editor::Editor;
use super::settings::{self, SETTINGS};
use crate::cli::show::{self, Show};
use crate::cli::{document, export, memory, personality, task};
use philia_companion::memories::About;
use philia_companion::recall::Request;
use philia_mind::{Memory, MemoryId, ThreadId};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const NOTHING: &str = "Nothing is forgotten.\n";

/// Memories shown at once.
const SHOWN: usize = 20;

/// Does what a command says. Questions are asked with the editor; without one (a pipe) nothing is asked.
pub(super) async fn act(talk: &mut Talk, command: Command, editor: Option<&mut Editor>) -> anyhow::Result<String> {
    // What was just said may still be on its way into memory.
    talk.philia.idle().await;
    match command {
        Command::Help => Ok(help(talk)),
        Command::Memories(words) => memories(talk, &words).await,
        Command::Tasks => task::shown(&talk.person, &task::listed(&talk.person, false).await?, talk.paint).await,
        Command::Done(which) => {
            let done = talk.person.finish_task(&task::find(&talk.person, &which).await?).await?;
            Ok(format!("Ticked off: {}\n", show::one_line(&done.text)))
        }
        Command::Mood => {
            let mood = talk.person.mood(talk.asked_for.as_deref()).await?;
            Ok(show::mood(&mood, &talk.persona.name, talk.paint))
        }
        Command::Personality => {
            let personality = talk.person.personality(talk.asked_for.as_deref()).await?;
            Ok(personality::short(&personality, talk.paint))
        }
        Command::Why => why(talk).await,
        Command::Forget(what) => forget(talk, &what, editor).await,
        Command::Read(file) => document::add(&talk.person, Path::new(&file), false).await,
        Command::Export(file) => {
            let file = file.map_or_else(|| PathBuf::from(export::FILE), PathBuf::from);
            export::write(&talk.person, &file).await
        }
        Command::Name(name) => {
            let profile = talk.person.update_profile(|profile| profile.display_name = Some(name.clone())).await?;
            Ok(format!("I call you {}.\n", profile.display_name.unwrap_or_default()))
        }
        Command::Settings(None) => all_settings(talk).await,
        Command::Settings(Some((name, value))) => set(talk, &name, &value).await,
        Command::Thread(name) => thread(talk, name).await,
        Command::Quit => Ok(String::new()),
    }
}

fn help(talk: &Talk) -> String {
    let mut out = String::new();
    for (name, argument, what) in HELP {
        let usage = format!("{name} {argument}");
        let _ = writeln!(out, "  {}  {what}", talk.paint.accent(&format!("{usage:26}")));
    }
    out
}

async fn show(talk: &Talk) -> anyhow::Result<Show> {
    Ok(Show::for_person(&talk.person, talk.paint).await?)
}

async fn memories(talk: &Talk, words: &str) -> anyhow::Result<String> {
    let show = show(talk).await?;
    if words.is_empty() {
        let page = talk.person.memories(SHOWN, None, false).await?;
        if page.items.is_empty() {
            return Ok("I remember nothing yet. Tell me something.\n".into());
        }
        let mut out = String::new();
        let mut shown: Option<&Memory> = None;
        for memory in page.items.iter().rev() {
            // What was understood of a sentence may be the sentence itself.
            if shown.is_none_or(|before| before.content != memory.content || before.sources != memory.sources) {
                out.push_str(&show.memory(memory));
            }
            shown = Some(memory);
        }
        if page.next.is_some() {
            out.push_str("These are the newest; /memories WORDS searches all of them.\n");
        }
        return Ok(out);
    }
    let found = talk.person.recall(&Request { k: SHOWN, ..Request::new(words) }).await?.memories;
    if found.is_empty() {
        return Ok(format!("I remember nothing about {words:?}.\n"));
    }
    Ok(found.iter().map(|recalled| show.recalled(recalled)).collect())
}

async fn why(talk: &Talk) -> anyhow::Result<String> {
    let Some(turn) = talk.person.last_answered().await? else {
        return Ok("I have not answered anything yet.\n".into());
    };
    Ok(show(talk).await?.why(&talk.person, &turn).await?)
}

async fn forget(talk: &Talk, what: &str, editor: Option<&mut Editor>) -> anyhow::Result<String> {
    let memory = match (talk.person.memory(&MemoryId::new(what)).await?, what) {
        (Some(memory), _) => memory,
        (None, "last") => {
            let last = talk.person.history(None, 20, None).await?.items.into_iter().find(|turn| !turn.redacted);
            let Some(last) = last else { return Ok("There is nothing to forget yet.\n".into()) };
            let said = talk.person.memory(&MemoryId::of(&last.id, "u")).await?;
            let Some(memory) = said else { return Ok("Nothing was remembered of it.\n".into()) };
            memory
        }
        (None, words) => return forget_about(talk, words, editor).await,
    };
    if let Some(editor) = editor {
        crate::cli::paint::print(&show(talk).await?.memory(&memory))?;
        if !editor.confirm("Forget this, and all that I know only from it?").await? {
            return Ok(NOTHING.into());
        }
    }
    let gone = talk.person.forget(&memory.id).await?.len();
    Ok(format!("Forgotten: {gone} {}.\n", if gone == 1 { "memory" } else { "memories" }))
}

/// Everything about something. A script names what it means by its id: words might mean more than was thought of.
async fn forget_about(talk: &Talk, words: &str, editor: Option<&mut Editor>) -> anyhow::Result<String> {
    let about = About::new(words);
    let preview = talk.person.forgetting(&about).await?;
    if preview.goes.is_nothing() {
        return Ok(format!("I remember nothing about {words:?}.\n"));
    }
    let list = memory::preview(&preview, &show(talk).await?);
    let Some(editor) = editor else {
        return Ok(format!(
            "{list}Nothing is forgotten yet: say /forget ID, or use `philia memory forget --about WORDS --yes`.\n"
        ));
    };
    crate::cli::paint::print(&list)?;
    if !editor.confirm("Forget all of this, for good?").await? {
        return Ok(NOTHING.into());
    }
    talk.person.forget_about(&about).await?;
    Ok("It is forgotten.\n".into())
}

async fn all_settings(talk: &Talk) -> anyhow::Result<String> {
    let profile = talk.person.profile().await?;
    let mut out = String::new();
    for setting in SETTINGS {
        let value = (setting.show)(&profile);
        let doc = talk.paint.dim(setting.doc);
        let _ = writeln!(out, "  {} {value:22} {doc}", talk.paint.accent(&format!("{:17}", setting.name)));
    }
    Ok(out)
}

async fn set(talk: &mut Talk, name: &str, value: &str) -> anyhow::Result<String> {
    let setting = settings::find(name).map_err(anyhow::Error::msg)?;
    // Tried first on a copy: the change itself may be made more than once, and cannot fail.
    setting.set(&mut talk.person.profile().await?, value).map_err(anyhow::Error::msg)?;
    let profile = talk
        .person
        .update_profile(|profile| {
            let _ = setting.set(profile, value);
        })
        .await?;
    if setting.name == "persona" {
        talk.asked_for = None;
        talk.persona = talk.person.persona(None).await?;
    }
    Ok(format!("{}: {}\n", setting.name, (setting.show)(&profile)))
}

async fn thread(talk: &mut Talk, name: Option<String>) -> anyhow::Result<String> {
    if let Some(name) = name {
        talk.thread = ThreadId::new(name);
        return Ok(format!("We are in {}. What I remember is the same everywhere.\n", talk.thread));
    }
    let show = show(talk).await?;
    let mut out = String::new();
    for thread in talk.person.threads().await? {
        let here = if thread.id == talk.thread { "*" } else { " " };
        let name = talk.paint.accent(&format!("{:20}", thread.id.as_str()));
        let turns = show::counted(thread.turns, "turn");
        let _ = writeln!(out, "{here} {name} {turns}, last {}", show.day(thread.session.last_at));
    }
    if out.is_empty() {
        out.push_str("We have not talked yet.\n");
    }
    Ok(out)
}
