//! `philia persona new`: making a character by answering a few questions.

use super::known;
use crate::cli::Context;
use crate::cli::paint::print;
use anyhow::bail;
use clap::Args;
use philia_mind::Persona;
use std::io::{self, BufRead, IsTerminal as _};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia persona new                   asks what it needs to know
  philia persona new --name Juno --about \"Juno keeps a lighthouse and reads the weather.\" \\
      --warmth quite --humor very --directness somewhat --greeting \"Evening. I'm Juno, an AI.\"
  philia persona new --like supportive_friend --name Sam --about \"Sam is a calm gardener.\"

How much of something is said in words (hardly, a-little, somewhat, quite, very) or as a number from 0 to 100.";

/// How much of something, in words, on a scale of 0 to 100.
const AMOUNTS: [(&str, f64); 5] =
    [("hardly", 10.0), ("a-little", 30.0), ("somewhat", 50.0), ("quite", 70.0), ("very", 90.0)];

#[derive(Args, Clone, Default)]
#[command(after_help = EXAMPLES)]
pub(super) struct New {
    /// What it is called
    #[arg(long)]
    name: Option<String>,
    /// Who they are, in a few sentences
    #[arg(long, value_name = "TEXT")]
    about: Option<String>,
    /// Its id; by default made of the name
    #[arg(long)]
    id: Option<String>,
    /// Begin from this one instead of a plain one
    #[arg(long, value_name = "ID")]
    like: Option<String>,
    /// How warm
    #[arg(long, value_name = "HOW", value_parser = amount)]
    warmth: Option<f64>,
    /// How playful
    #[arg(long, alias = "humour", value_name = "HOW", value_parser = amount)]
    humor: Option<f64>,
    /// How curious
    #[arg(long, value_name = "HOW", value_parser = amount)]
    curiosity: Option<f64>,
    /// How plainly they say what they think
    #[arg(long, value_name = "HOW", value_parser = amount)]
    directness: Option<f64>,
    /// How outgoing
    #[arg(long, value_name = "HOW", value_parser = amount)]
    outgoing: Option<f64>,
    /// How even-tempered
    #[arg(long, value_name = "HOW", value_parser = amount)]
    calm: Option<f64>,
    /// Their first words at a first meeting
    #[arg(long, value_name = "TEXT")]
    greeting: Option<String>,
    /// Replace the one of that id
    #[arg(long)]
    force: bool,
}

fn amount(text: &str) -> Result<f64, String> {
    let word = text.trim().to_lowercase().replace([' ', '_'], "-");
    let of_word = AMOUNTS.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    let number = || word.parse::<f64>().ok().filter(|number| (0.0..=100.0).contains(number));
    of_word.or_else(number).ok_or_else(|| {
        format!("it is {text:?}; allowed: hardly, a-little, somewhat, quite, very, or a number from 0 to 100")
    })
}

impl New {
    pub(super) async fn run(self, context: &Context, user: &str) -> anyhow::Result<ExitCode> {
        let mut wanted = self;
        if wanted.name.is_none() || wanted.about.is_none() {
            if !io::stdin().is_terminal() {
                let missing = [("--name", wanted.name.is_none()), ("--about", wanted.about.is_none())];
                let missing: Vec<&str> =
                    missing.iter().filter(|(_, missing)| *missing).map(|(flag, _)| *flag).collect();
                bail!("{} missing; without a terminal nothing can be asked", missing.join(" and "));
            }
            wanted = wanted.asked(&mut io::stdin().lock(), print, |id| known::is_taken(context, id))?;
        }
        let base = match &wanted.like {
            Some(id) => known::character(context, user, id).await?.as_ref().clone(),
            None => known::character(context, user, "base_assistant").await?.as_ref().clone(),
        };
        let persona = wanted.made(base);
        let problems: Vec<String> = persona.validate().iter().map(ToString::to_string).collect();
        if !problems.is_empty() {
            bail!("{}", problems.join("\n  "));
        }
        let path = known::keep(context, &persona, None, wanted.force)?;
        let paint = context.paint;
        let name = paint.bold(&persona.name);
        let talk = paint.accent(&format!("philia chat --persona {}", persona.id));
        let place = paint.dim(&format!("All of it can be changed in {}.", path.display()));
        print(&format!("{name} is here. To talk: {talk}\n{place}\n"))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Asks for what was not said. An empty answer leaves it as it is, where it may be left.
    fn asked(
        mut self,
        input: &mut impl BufRead,
        say: impl Fn(&str) -> io::Result<()>,
        taken: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Self> {
        let mut ask = |question: &str| -> anyhow::Result<String> {
            say(question)?;
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                bail!("nobody is made: the answers ended early");
            }
            Ok(line.trim().to_owned())
        };
        while self.name.as_ref().is_none_or(String::is_empty) {
            self.name = Some(ask("What are they called? ")?);
        }
        // Before the other questions: nobody likes to answer them twice.
        let mut id = self.id.take().unwrap_or_else(|| id_of(self.name.as_deref().unwrap_or_default()));
        while id.len() < 2 || (taken(&id) && !self.force) {
            let why = if id.len() < 2 { "Their id would be too short".to_owned() } else { format!("{id:?} is taken") };
            id = id_of(&ask(&format!("{why}; an id of their own (as in sea_captain)? "))?);
        }
        self.id = Some(id);
        while self.about.as_ref().is_none_or(String::is_empty) {
            self.about = Some(ask("Who are they, in a few sentences?\n> ")?);
        }
        let questions = [
            ("How warm are they?", &mut self.warmth),
            ("How playful?", &mut self.humor),
            ("How curious?", &mut self.curiosity),
            ("How plainly do they say what they think?", &mut self.directness),
            ("How outgoing are they?", &mut self.outgoing),
            ("How even-tempered?", &mut self.calm),
        ];
        for (question, answer) in questions {
            while answer.is_none() {
                let said = ask(&format!("{question} (hardly, a little, somewhat, quite, very; Enter to skip) "))?;
                if said.is_empty() {
                    break;
                }
                match amount(&said) {
                    Ok(value) => *answer = Some(value),
                    Err(why) => say(&format!("{why}\n"))?,
                }
            }
        }
        if self.greeting.is_none() {
            let said = ask("Their first words when you meet? (Enter to skip)\n> ")?;
            self.greeting = Some(said).filter(|said| !said.is_empty());
        }
        Ok(self)
    }

    /// The character, made of `base` and what was said. A trait and the side of temperament that it rests on go together.
    fn made(&self, base: Persona) -> Persona {
        let name = self.name.clone().unwrap_or_default();
        let mut persona = Persona {
            id: self.id.clone().unwrap_or_else(|| id_of(&name)),
            description: self.about.clone().unwrap_or_default(),
            greetings: self.greeting.iter().cloned().collect(),
            version: "1.0.0".into(),
            author: String::new(),
            ..base
        };
        persona.name = name;
        if self.like.is_none() {
            persona.examples.clear();
            persona.tags.clear();
            persona.style.expertise.clear();
            persona.style.instructions.clear();
        }
        for (name, value) in [
            ("warmth", self.warmth),
            ("humor", self.humor),
            ("curiosity", self.curiosity),
            ("assertiveness", self.directness),
        ] {
            persona.traits.extend(value.map(|value| (name.to_owned(), value)));
        }
        let t = &mut persona.temperament;
        for (side, value) in [
            (&mut t.openness, self.curiosity),
            (&mut t.extraversion, self.outgoing),
            (&mut t.agreeableness, self.warmth),
            (&mut t.neuroticism, self.calm.map(|calm| 100.0 - calm)),
        ] {
            *side = value.map_or(*side, |value| value / 100.0);
        }
        persona.style.wit = self.humor.map_or(persona.style.wit, |humor| humor / 10.0);
        persona
    }
}

/// An id made of a name.
fn id_of(name: &str) -> String {
    let words = name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), " ");
    words.split_whitespace().collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use philia_companion::Personas;
    use std::io::Cursor;

    #[test]
    fn questions_are_asked_until_they_are_answered() {
        let mut answers = Cursor::new(
            "\nJuno\njuno vale\nJuno keeps a lighthouse.\nenormous\nquite\n\nvery\n20\n\na little\nEvening.\n",
        );
        let made = New::default().asked(&mut answers, |_| Ok(()), |id| id == "juno").unwrap();
        let base = Personas::built_in().unwrap().get("base_assistant").unwrap().as_ref().clone();
        let persona = made.made(base.clone());
        assert_eq!(persona.validate(), Vec::new());
        assert_eq!((persona.id.as_str(), persona.name.as_str()), ("juno_vale", "Juno"));
        assert_eq!(
            (persona.traits["warmth"], persona.traits["curiosity"], persona.traits["assertiveness"]),
            (70.0, 90.0, 20.0)
        );
        assert_eq!(persona.temperament.neuroticism, 0.7);
        assert_eq!(persona.temperament.extraversion, base.temperament.extraversion);
        assert_eq!(persona.greetings, ["Evening."]);
        assert!(New::default().asked(&mut Cursor::new("Juno\n"), |_| Ok(()), |_| false).is_err());
    }

    #[test]
    fn amounts_are_words_or_numbers() {
        assert_eq!(amount("A little"), Ok(30.0));
        assert_eq!(amount("100"), Ok(100.0));
        for wrong in ["", "101", "-1", "nan", "lots"] {
            assert!(amount(wrong).unwrap_err().contains("0 to 100"), "{wrong}");
        }
    }
}
