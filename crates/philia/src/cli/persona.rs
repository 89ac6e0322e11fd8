//! `philia persona`: the characters one can talk with.

use super::Context;
use super::paint::print;
use crate::wire;
use clap::{Args, Subcommand};
use philia_mind::Persona;
use std::fmt::Write as _;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia persona list
  philia persona show supportive_friend
  philia chat --persona supportive_friend";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PersonaArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Name them all
    List,
    /// Show one: who they are, their temperament, traits and style
    Show {
        /// Its id, as `list` names it
        id: String,
    },
}

impl PersonaArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let personas = wire::personas(&context.config)?;
        let paint = context.paint;
        let mut out = String::new();
        match self.what {
            What::List => {
                for persona in personas.all() {
                    let _ =
                        writeln!(out, "{}  {}", paint.accent(&format!("{:22}", persona.id)), paint.bold(&persona.name));
                    let _ = writeln!(out, "    {}", first_sentence(&persona.description));
                }
            }
            What::Show { id } => show(&mut out, &*personas.get(&id)?),
        }
        print(&out)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end]).trim()
}

fn show(out: &mut String, persona: &Persona) {
    let _ = writeln!(out, "{} ({})\n\n{}\n", persona.name, persona.id, persona.description.trim());
    let t = &persona.temperament;
    let five = [
        ("openness", t.openness),
        ("conscientiousness", t.conscientiousness),
        ("extraversion", t.extraversion),
        ("agreeableness", t.agreeableness),
        ("neuroticism", t.neuroticism),
    ];
    let _ = writeln!(out, "Temperament (0 to 1)");
    for (name, value) in five {
        let _ = writeln!(out, "  {name:18} {}  {value:.2}", bar(value));
    }
    let _ = writeln!(out, "\nTraits (0 to 100)");
    for (name, value) in &persona.traits {
        let fixed = if persona.immutable_traits.contains(name) { "  never changes" } else { "" };
        let _ = writeln!(out, "  {name:18} {}  {value:.0}{fixed}", bar(value / 100.0));
    }
    let s = &persona.style;
    let _ = writeln!(out, "\nStyle (0 to 10)");
    for (name, value) in
        [("formality", s.formality), ("verbosity", s.verbosity), ("wit", s.wit), ("proactivity", s.proactivity)]
    {
        let _ = writeln!(out, "  {name:18} {}  {value:.0}", bar(value / 10.0));
    }
}

/// A bar of ten, filled to `share` (0..1).
fn bar(share: f64) -> String {
    let full = (0..10).filter(|tenth| f64::from(*tenth) + 0.5 <= share * 10.0).count();
    format!("{}{}", "█".repeat(full), "░".repeat(10 - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_filled_to_their_share() {
        assert_eq!(bar(0.0), "░░░░░░░░░░");
        assert_eq!(bar(0.52), "█████░░░░░");
        assert_eq!(bar(1.0), "██████████");
    }

    #[test]
    fn a_first_sentence_ends_with_its_stop() {
        assert_eq!(first_sentence("One. Two."), "One.");
        assert_eq!(first_sentence("One, 3.5 of it"), "One, 3.5 of it");
    }
}
