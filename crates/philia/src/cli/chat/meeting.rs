//! The welcome, and the two light questions of a first meeting.

use super::Talk;
use super::editor::{Editor, is_yes};
use crate::cli::paint::print;
use crate::cli::show::one_line;
use crate::cli::{Context, probe, task};
use std::fmt::Write as _;

pub(super) async fn welcome(talk: &mut Talk, context: &Context, editor: &mut Editor) -> anyhow::Result<()> {
    let paint = talk.paint;
    let mut out = String::new();
    let name = paint.bold(&one_line(&talk.persona.name));
    let _ = writeln!(
        out,
        "You are with {name}, an AI companion. {}",
        paint.dim("/help shows what there is, Ctrl-D leaves.")
    );
    if context.config.models.chat.chain.is_empty()
        && let Some(ollama) = probe::ollama(&context.config).await
    {
        let model = ollama.models.first().map_or("MODEL", String::as_str);
        let offer = format!(
            "An Ollama answers at {}. To let it speak for me: philia --set models.chat.chain=ollama:{model} chat",
            ollama.url
        );
        let _ = writeln!(out, "{}", paint.dim(&offer));
    }
    let first = talk.person.mood(talk.asked_for.as_deref()).await?.turns == 0;
    print(&format!("{out}\n"))?;
    let due = talk.person.due_tasks().await?;
    if !due.is_empty() {
        print(&format!("Due now:\n{}\n", task::shown(&talk.person, &due, paint).await?))?;
    }
    if first {
        introduce(talk, editor).await?;
    }
    Ok(())
}

/// Asks for a name and the time zone, where they are not known. Enter skips.
async fn introduce(talk: &mut Talk, editor: &mut Editor) -> anyhow::Result<()> {
    let profile = talk.person.profile().await?;
    if profile.display_name.is_some() {
        return Ok(());
    }
    if let Some(name) = editor.ask("What may I call you? (Enter to skip) ").await?
        && let Err(error) = talk.person.update_profile(|profile| profile.display_name = Some(name.clone())).await
    {
        print(&format!("{}\n", talk.paint.dim(&format!("{error}; /name sets it later"))))?;
    }
    let question = format!("Is your time zone {}? (Enter for yes, or type yours) ", profile.time_zone);
    while let Some(zone) = editor.ask(&question).await? {
        if is_yes(&zone) {
            break;
        }
        match talk.person.update_profile(|profile| profile.time_zone = zone.clone()).await {
            Ok(_) => break,
            Err(error) => print(&format!("{}\n", talk.paint.dim(&error.to_string())))?,
        }
    }
    print("\n")?;
    Ok(())
}
