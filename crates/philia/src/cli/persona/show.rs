//! `philia persona list` and `show`.

use super::known;
use crate::cli::Context;
use crate::cli::paint::{harmless, print};
use crate::cli::personality;
use crate::cli::show::{bar, one_line};
use clap::Args;
use philia_mind::{Persona, growth};
use std::fmt::Write as _;
use std::process::ExitCode;

#[derive(Args)]
pub(super) struct Show {
    /// Its id, as `list` names it, or a file
    id: String,
}

pub(super) async fn list(context: &Context, user: &str) -> anyhow::Result<ExitCode> {
    let paint = context.paint;
    let mut out = String::new();
    for persona in known::all(context, user).await?.all() {
        let id = paint.accent(&format!("{:22}", persona.id));
        let _ = writeln!(out, "{id}  {}", paint.bold(&one_line(&persona.name)));
        let _ = writeln!(out, "    {}", one_line(first_sentence(&persona.description)));
    }
    print(&out)?;
    Ok(ExitCode::SUCCESS)
}

impl Show {
    pub(super) async fn run(self, context: &Context, user: &str) -> anyhow::Result<ExitCode> {
        let persona = known::character(context, user, &self.id).await?;
        print(&sheet(&persona, context))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end]).trim()
}

fn sheet(persona: &Persona, context: &Context) -> String {
    let paint = context.paint;
    let name = one_line(&persona.name);
    let mut out = format!("{} ({})\n\n{}\n", paint.bold(&name), persona.id, harmless(persona.description.trim()));
    if let Some(greeting) = persona.greetings.first() {
        let _ = writeln!(out, "\n{}", paint.dim(&format!("“{}”", one_line(greeting))));
    }
    let _ = writeln!(out, "\n{} {}", paint.bold("Temperament"), paint.dim("0 to 1"));
    personality::temperament(&mut out, &persona.temperament);
    let _ = writeln!(out, "\n{} {}", paint.bold("Traits"), paint.dim("0 to 100, at the beginning"));
    let fixed = |name: &str| growth::is_immutable(persona, name);
    personality::traits(&mut out, persona.all_traits().into_iter(), fixed, paint);
    let s = &persona.style;
    let _ = writeln!(out, "\n{} {}", paint.bold("Style"), paint.dim("0 to 10"));
    for (name, value) in
        [("formality", s.formality), ("verbosity", s.verbosity), ("wit", s.wit), ("proactivity", s.proactivity)]
    {
        let _ = writeln!(out, "  {name:18} {}  {value:3.0}", bar(value / 10.0));
    }
    if !persona.lorebook.is_empty() {
        let _ = writeln!(out, "\n{} {} entries", paint.bold("Lorebook"), persona.lorebook.entries.len());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_sentence_ends_with_its_stop() {
        assert_eq!(first_sentence("One. Two."), "One.");
        assert_eq!(first_sentence("One, 3.5 of it"), "One, 3.5 of it");
    }
}
