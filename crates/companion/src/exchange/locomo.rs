//! LoCoMo: very long conversations between two people, with questions about them.
//!
//! The types here serve both the import and the measuring of recall.

use super::conversation::Conversation;
use super::file::{self, FormatError, kind_of, value_looks_like};
use super::{Format, SpokenTurn, dates};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use philia_mind::memory::Speaker;
use serde_json::{Map, Value};

/// One conversation of the file, and what is asked about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// `sample_id`, or `sample-1` and so on where the file has none.
    pub id: String,
    /// The sessions that were held, in order.
    pub sessions: Vec<Session>,
    /// What is asked about it, in the file's order.
    pub questions: Vec<Question>,
    /// Turns that were left out, because who speaks or what is said is missing.
    pub unusable: usize,
}

/// One run of talk.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Its number: `session_3` is 3.
    pub number: u32,
    /// When it was held, as the file says it (without a time zone); none if that cannot be understood.
    pub at: Option<DateTime>,
    /// What was said.
    pub turns: Vec<Turn>,
}

/// One thing that was said.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Who said it, by name.
    pub speaker: String,
    /// Its name in the file (`D3:11`).
    pub dia_id: Option<String>,
    /// What was said.
    pub text: String,
    /// What the picture shows that came with it.
    pub caption: Option<String>,
}

/// A question about a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its place in `qa`, from 0, unusable ones counted.
    pub index: usize,
    /// What is asked.
    pub question: String,
    /// The answer, as text; none for what was never said.
    pub answer: Option<String>,
    /// The names of the turns that hold the answer, as the file spells them: some are malformed.
    pub evidence: Vec<String>,
    /// 1 multi-hop, 2 temporal, 3 open-domain, 4 single-hop, 5 adversarial; 0 where the file has none.
    pub category: u8,
}

impl Turn {
    /// What was said, with a word about the picture that came with it.
    pub fn said(&self) -> String {
        match &self.caption {
            None => self.text.clone(),
            Some(caption) if self.text.is_empty() => format!("[image: {caption}]"),
            Some(caption) => format!("{} [image: {caption}]", self.text),
        }
    }
}

impl Sample {
    /// The conversation as it is brought in: both speakers by name, session times taken to be in `zone`.
    pub fn conversation(&self, zone: &TimeZone) -> Conversation {
        let names: Vec<&str> = self.speakers();
        let title = if names.is_empty() { self.id.clone() } else { names.join(" and ") };
        let mut conversation = Conversation::new(Format::Locomo, self.id.clone(), title);
        for session in &self.sessions {
            let at = session.at.and_then(|at| dates::in_zone(at, zone));
            conversation.turns.extend(session.turns.iter().map(|turn| SpokenTurn {
                speaker: Speaker::Other(turn.speaker.clone()),
                text: turn.said(),
                at,
                native_id: turn.dia_id.clone(),
                session: Some(format!("session_{}", session.number)),
            }));
        }
        for _ in 0..self.unusable {
            conversation.skip("turns without a speaker or without words");
        }
        conversation.date_the_undated(None);
        conversation
    }

    /// Who speaks, each once, in the order of their first words.
    pub fn speakers(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for turn in self.sessions.iter().flat_map(|session| &session.turns) {
            if !names.contains(&turn.speaker.as_str()) {
                names.push(&turn.speaker);
            }
        }
        names
    }
}

/// Reads a file: a list of samples, or one sample alone.
///
/// # Errors
/// [`FormatError`] if it is no such file, or one of its samples is none.
pub fn samples(bytes: &[u8]) -> Result<Vec<Sample>, FormatError> {
    let format = Format::Locomo;
    let mut value = file::json(file::text(bytes, format)?, format)?;
    let items = match &mut value {
        Value::Array(items) => std::mem::take(items),
        _ => vec![value],
    };
    match items.first() {
        None => return Err(FormatError::Nothing { expected: format.described() }),
        Some(first) if first.get("conversation").is_none() => {
            return Err(FormatError::WrongKind { expected: format.described(), found: value_looks_like(first) });
        }
        Some(_) => {}
    }
    items.iter().enumerate().map(|(n, item)| sample(item, n + 1)).collect()
}

fn sample(item: &Value, number: usize) -> Result<Sample, FormatError> {
    let Some(Value::Object(conversation)) = item.get("conversation") else {
        return Err(FormatError::Malformed {
            place: format!("sample {number}"),
            expected: "a \"conversation\" with its sessions".into(),
            found: item.get("conversation").map_or("none", kind_of).into(),
        });
    };
    let mut sample = Sample {
        id: text_of(item.get("sample_id")).unwrap_or_else(|| format!("sample-{number}")),
        sessions: Vec::new(),
        questions: questions(item.get("qa")),
        unusable: 0,
    };
    for (name, value) in conversation {
        let Some(number) = name.strip_prefix("session_").and_then(|number| number.parse::<u32>().ok()) else {
            continue;
        };
        let Some(turns) = value.as_array() else {
            return Err(FormatError::Malformed {
                place: format!("sample {}, {name}", sample.id),
                expected: "a list of turns".into(),
                found: kind_of(value).into(),
            });
        };
        let read: Vec<Turn> = turns.iter().filter_map(turn).collect();
        sample.unusable += turns.len() - read.len();
        if !read.is_empty() {
            let at = conversation.get(&format!("session_{number}_date_time")).and_then(Value::as_str);
            sample.sessions.push(Session { number, at: at.and_then(dates::civil), turns: read });
        }
    }
    sample.sessions.sort_by_key(|session| session.number);
    Ok(sample)
}

fn turn(value: &Value) -> Option<Turn> {
    let speaker = text_of(value.get("speaker"))?;
    let text = text_of(value.get("text")).unwrap_or_default();
    let caption = text_of(value.get("blip_caption"));
    if text.is_empty() && caption.is_none() {
        return None;
    }
    Some(Turn { speaker, dia_id: text_of(value.get("dia_id")), text, caption })
}

fn questions(value: Option<&Value>) -> Vec<Question> {
    let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().enumerate().filter_map(|(n, item)| question(n, item.as_object()?)).collect()
}

fn question(index: usize, item: &Map<String, Value>) -> Option<Question> {
    let evidence = match item.get("evidence") {
        Some(Value::Array(items)) => items.iter().filter_map(|item| text_of(Some(item))).collect(),
        other => text_of(other).into_iter().collect(),
    };
    Some(Question {
        index,
        question: text_of(item.get("question"))?,
        answer: text_of(item.get("answer")),
        evidence,
        category: item.get("category").and_then(Value::as_u64).and_then(|n| u8::try_from(n).ok()).unwrap_or(0),
    })
}

/// A text or a number as text, trimmed; none if nothing is left.
fn text_of(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
