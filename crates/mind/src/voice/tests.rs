//! Conversations in miniature: what was told, what is asked, and what may and may not be said.

mod asked;
mod documents;
mod never_told;
mod shared;
mod talk;

use super::*;
use crate::appraisal::{Emotion, RuleName};
use crate::memory::recall::Signals;
use crate::memory::{Place, Provenance, Speaker};
use crate::persona::{Style, Temperament};
use crate::{InteractionId, Memory};
use std::sync::LazyLock;

static VOICE: LazyLock<Voice> = LazyLock::new(Voice::new);

/// Wednesday, 13 May 2026, noon in the person's zone.
fn now() -> Timestamp {
    "2026-05-13T12:00:00Z".parse().unwrap()
}

fn persona(id: &str) -> Persona {
    let (tags, name): (&[&str], &str) = match id {
        "base_assistant" => (&["assistant"], "Philia"),
        "supportive_friend" => (&["supportive"], "Sol"),
        "creative_collaborator" => (&["creative"], "Iris"),
        "intellectual_mentor" => (&["mentor"], "Theo"),
        _ => (&["curious"], "Philia"),
    };
    Persona {
        id: id.into(),
        name: name.into(),
        description: String::new(),
        version: String::new(),
        author: String::new(),
        tags: tags.iter().map(|t| (*t).to_owned()).collect(),
        language: "en".into(),
        greetings: vec!["Hello, I'm here and glad of it. What brings you?".into()],
        examples: Vec::new(),
        temperament: Temperament {
            openness: 0.8,
            conscientiousness: 0.6,
            extraversion: 0.6,
            agreeableness: 0.7,
            neuroticism: 0.3,
        },
        traits: std::collections::BTreeMap::new(),
        immutable_traits: Vec::new(),
        style: Style::default(),
        ..Persona::default()
    }
}

/// A memory: (days ago, text). The order is the order of telling.
fn told(list: &[(i64, &str)]) -> Vec<Recalled> {
    let mut hits: Vec<Recalled> = list
        .iter()
        .enumerate()
        .map(|(i, (days, text))| {
            let (speaker, content) = match text.split_once(">> ") {
                Some(("Philia", rest)) => (Speaker::Companion, rest),
                Some((name, rest)) => (Speaker::Other(name.into()), rest),
                None => (Speaker::User, *text),
            };
            let at = Timestamp::from_second(now().as_second() - days * 86_400 - 3_600 + i64::try_from(i).unwrap() * 60)
                .unwrap();
            let from = Provenance::Interaction(InteractionId::new(format!("i{i}")));
            let memory = Memory {
                importance: 0.5,
                place: Some(Place { group: format!("day{days}"), order: i as u64 * 2 }),
                ..Memory::new(MemoryId::new(format!("m{i}")), content, speaker, "cli", at, from)
            };
            Recalled {
                memory,
                score: 1.0,
                relevance: 1.0,
                signals: Signals::default(),
                shared: Vec::new(),
                linked: Vec::new(),
                why: String::new(),
            }
        })
        .collect();
    // Recall gives its own order; the voice must not lean on the order of telling.
    hits.reverse();
    hits
}

struct Scene<'a> {
    persona: &'a str,
    recalled: Vec<Recalled>,
    recent: Vec<Turn<'a>>,
    emotion: Emotion,
    sentiment: f64,
    display_name: Option<&'a str>,
    first: bool,
    announce: bool,
    turn: u64,
    emojis: bool,
}

impl Default for Scene<'_> {
    fn default() -> Self {
        Self {
            persona: "curious_companion",
            recalled: Vec::new(),
            recent: Vec::new(),
            emotion: Emotion::Neutral,
            sentiment: 0.0,
            display_name: None,
            first: false,
            announce: false,
            turn: 3,
            emojis: false,
        }
    }
}

impl Scene<'_> {
    /// For input that is not well-formed talk: only that there is an answer.
    fn say_anything(&self, message: &str) -> String {
        self.reply(message).text
    }

    fn say(&self, message: &str) -> Spoken {
        let spoken = self.reply(message);
        assert!(!spoken.text.trim().is_empty(), "{message:?}: an empty reply");
        assert!(
            spoken.text.matches(['?', '？', '؟']).count() <= 1,
            "{message:?}: more than one question in {:?}",
            spoken.text
        );
        assert!(!spoken.text.contains(['{', '}']), "{message:?}: an unfilled slot in {:?}", spoken.text);
        assert_eq!(spoken, self.reply(message), "{message:?}: not deterministic");
        spoken
    }

    fn reply(&self, message: &str) -> Spoken {
        let mut persona = persona(self.persona);
        persona.style.use_emojis = self.emojis;
        let profile = Profile { display_name: self.display_name.map(str::to_owned), ..Profile::default() };
        let appraisal = Appraisal {
            emotion: self.emotion,
            intensity: 0.5,
            rule: RuleName::News,
            delta: Pad::new(0.0, 0.0, 0.0),
            sentiment: self.sentiment,
        };
        let ctx = Context {
            persona: &persona,
            profile: &profile,
            mood: Pad::new(0.1, 0.1, 0.1),
            appraisal: &appraisal,
            message,
            now: now(),
            zone: &TimeZone::UTC,
            recalled: &self.recalled,
            recent: &self.recent,
            first_meeting: self.first,
            announce: self.announce,
            turn: self.turn,
            readings: &Readings::default(),
        };
        let spoken = VOICE.reply(&ctx);
        assert_eq!(spoken, VOICE.reply(&ctx), "{message:?}: another reply where it has been read before");
        spoken
    }
}

fn answer(list: &[(i64, &str)], question: &str) -> Spoken {
    Scene { recalled: told(list), ..Scene::default() }.say(question)
}
