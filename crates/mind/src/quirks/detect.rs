//! Finding habits by rules: how replies begin, emoji, questions, comparisons, length.

use super::{Category, EXAMPLES};
use crate::signal::Signal;
use crate::text::{Kind, fold, words};
use crate::window::Exchange;
use jiff::Timestamp;
use std::collections::BTreeMap;

pub(super) const EMOJI: &str = "emoji";
pub(super) const QUESTIONS: &str = "questions";
pub(super) const ANALOGIES: &str = "analogies";
pub(super) const SHORT: &str = "short answers";
pub(super) const LONG: &str = "long answers";
pub(super) const OPENING: &str = "opening: ";

/// Words up to which a reply is short.
const FEW_WORDS: usize = 12;

/// Words from which on a reply is long.
const MANY_WORDS: usize = 80;

/// The most characters of an example.
const EXAMPLE: usize = 120;

/// Ways to compare.
const COMPARISONS: [&str; 9] = [
    " is like ",
    "it's like ",
    " a bit like ",
    " as if ",
    " as though ",
    "reminds me of ",
    " feels like a ",
    " sounds like a ",
    " kind of like ",
];

/// A habit that may be one.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// See [`super::Quirk::name`].
    pub name: String,
    /// What sort.
    pub category: Category,
    /// See [`super::Quirk::description`].
    pub description: String,
    /// 0..1: grows with the times it was seen, and is full only where it is frequent enough to be a habit.
    pub confidence: f64,
    /// When it was seen, in order.
    pub times: Vec<Timestamp>,
    /// Replies that show it, the newest last.
    pub examples: Vec<String>,
    /// What it mostly follows.
    pub triggers: Vec<String>,
    /// The share of all replies from which on it is a habit.
    needed: f64,
}

impl Pattern {
    /// Whether it shows after `from`: at least once, and in half of the share that a habit needs.
    pub(super) fn shows(&self, window: &[Exchange<'_>], from: Timestamp) -> bool {
        let seen = self.times.iter().filter(|time| **time > from).count();
        let replies = window.iter().filter(|e| e.at > from && !e.reply.trim().is_empty()).count();
        seen > 0 && seen as f64 >= self.needed / 2.0 * replies as f64
    }
}

/// What a reply shows.
struct Found<'a> {
    name: String,
    category: Category,
    description: String,
    needed: f64,
    seen: Vec<&'a Exchange<'a>>,
}

/// Every pattern in the replies, in order of their names; openings from the second time on.
pub fn detect(window: &[Exchange<'_>]) -> Vec<Pattern> {
    let replies: Vec<&Exchange<'_>> = window.iter().filter(|exchange| !exchange.reply.trim().is_empty()).collect();
    let mut openings: BTreeMap<String, Found<'_>> = BTreeMap::new();
    let mut rates = [
        (EMOJI, Category::SpeechPattern, "use an emoji", 0.4),
        (QUESTIONS, Category::Behavior, "end with a question", 0.6),
        (ANALOGIES, Category::SpeechPattern, "explain things by a comparison", 0.25),
        (SHORT, Category::Behavior, "answer in a line or two", 0.6),
        (LONG, Category::Behavior, "answer at length", 0.6),
    ]
    .map(|(name, category, description, needed)| Found {
        name: name.into(),
        category,
        description: description.into(),
        needed,
        seen: Vec::new(),
    });
    for exchange in &replies {
        let reply = Reply::of(exchange.reply);
        for found in &mut rates {
            if reply.shows(&found.name) {
                found.seen.push(exchange);
            }
        }
        if let Some((key, shown)) = reply.opening {
            let found = openings.entry(key).or_insert_with_key(|key| Found {
                name: format!("{OPENING}{key}"),
                category: Category::SpeechPattern,
                description: format!("open with “{shown}”"),
                needed: 0.15,
                seen: Vec::new(),
            });
            found.seen.push(exchange);
        }
    }
    let often = openings.into_values().filter(|found| found.seen.len() > 1);
    let mut out: Vec<Pattern> = rates
        .into_iter()
        .filter(|found| !found.seen.is_empty())
        .chain(often)
        .map(|found| pattern(found, replies.len()))
        .collect();
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

fn pattern(found: Found<'_>, replies: usize) -> Pattern {
    let seen = found.seen.len() as f64;
    let share = seen / replies.max(1) as f64;
    // Laplace's rule of succession without the optimism: three of three is three in four.
    let confidence = seen / (seen + 1.0) * (share / found.needed).min(1.0);
    let follows = |name: &str, signal: Signal| {
        let so = found.seen.iter().filter(|e| e.signals.has(signal)).count() as f64;
        (so / seen >= 0.6).then(|| name.to_owned())
    };
    let newest = found.seen.len().saturating_sub(EXAMPLES);
    Pattern {
        confidence,
        times: found.seen.iter().map(|e| e.at).collect(),
        examples: found.seen[newest..].iter().map(|e| e.reply.chars().take(EXAMPLE).collect()).collect(),
        triggers: [follows("a question", Signal::Question), follows("something told", Signal::Telling)]
            .into_iter()
            .flatten()
            .collect(),
        name: found.name,
        category: found.category,
        description: found.description,
        needed: found.needed,
    }
}

/// A reply, looked at once.
struct Reply<'a> {
    text: &'a str,
    words: usize,
    emoji: bool,
    /// The first two words, plain, and as they are spelled.
    opening: Option<(String, &'a str)>,
}

impl<'a> Reply<'a> {
    fn of(text: &'a str) -> Self {
        let (mut count, mut emoji, mut first) = (0, false, Vec::with_capacity(2));
        words(text, |word| match word.kind {
            Kind::Emoji => emoji = true,
            kind => {
                count += 1;
                if first.len() < 2 && kind == Kind::Spaced {
                    first.push(word);
                }
            }
        });
        let opening = match first[..] {
            [a, b] => Some((format!("{} {}", fold(a.text), fold(b.text)), &text[a.start..b.end()])),
            _ => None,
        }
        // Two words far apart are no opening but two.
        .filter(|(key, shown)| shown.len() <= key.len() + 4);
        Self { text, words: count, emoji, opening }
    }

    fn shows(&self, name: &str) -> bool {
        match name {
            EMOJI => self.emoji,
            QUESTIONS => ends_with_question(self.text),
            ANALOGIES => {
                let lower = self.text.to_lowercase();
                COMPARISONS.iter().any(|comparison| lower.contains(comparison))
            }
            SHORT => (1..=FEW_WORDS).contains(&self.words),
            LONG => self.words >= MANY_WORDS,
            _ => false,
        }
    }
}

/// Whether the last thing said is a question, whatever emoji or bracket comes after it.
fn ends_with_question(text: &str) -> bool {
    text.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '?' | '？' | '؟' | '.' | '!' | '。'))
        .ends_with(['?', '？', '؟'])
}

/// The words of a text, folded, one space between.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    words(text, |word| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&fold(word.text));
    });
    out
}
