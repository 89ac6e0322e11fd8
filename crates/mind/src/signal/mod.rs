//! Signals: what a message shows of how the person treats the companion, what they entrust to it and what they ask of
//! it. Read once a turn; needs, bond, growth, quirks and reaching out each look for theirs.
//!
//! A signal says what the words do, never what the person is worth. Their own sadness is no signal at all.

mod tables;

use crate::Persona;
use crate::appraisal::language::is_english;
use crate::appraisal::{Appraisal, Rules};
use crate::mood::named;
use crate::phrase::{Hit, Phrases, Words};

named! {
    /// One thing that a message shows.
    Signal {
        /// They laugh.
        Laugh = "laugh",
        /// They entrust something that is not told to everybody.
        Confide = "confide",
        /// They speak of what they feel.
        Feeling = "feeling",
        /// They say that the companion means much to them.
        Devotion = "devotion",
        /// They did what was suggested, or say that it was right.
        Credit = "credit",
        /// They say sorry to the companion.
        Apology = "apology",
        /// They ask how the companion is, or what it thinks, as one asks a friend.
        AskBack = "ask-back",
        /// They wound on purpose.
        Cruel = "cruel",
        /// They are rude or contemptuous.
        Rude = "rude",
        /// They want no advice.
        Unadvised = "unadvised",
        /// A joke was out of place.
        Unamused = "unamused",
        /// Too sweet, too familiar.
        TooSweet = "too-sweet",
        /// Too deep, too emotional.
        TooDeep = "too-deep",
        /// Too many questions.
        TooManyQuestions = "too-many-questions",
        /// Too many emoji.
        TooManyEmoji = "too-many-emoji",
        /// Too long.
        TooLong = "too-long",
        /// Too short.
        TooShort = "too-short",
        /// Too many comparisons.
        TooManyAnalogies = "too-many-analogies",
        /// A phrase is said too often.
        StopSaying = "stop-saying",
        /// Something to think about.
        Thought = "thought",
        /// Something to make or to imagine.
        Making = "making",
        /// Something quiet.
        Quiet = "quiet",
        /// A greeting.
        Greeting = "greeting",
        /// They want something done.
        Demand = "demand",
        /// "Not now": a no, if it answers a message that was sent unasked.
        Decline = "decline",
        /// "Don't write to me": a no whatever it answers.
        LeaveBe = "leave-be",
        /// They tell of themselves or theirs.
        Telling = "telling",
        /// They ask something.
        Question = "question",
    }
}

impl Signal {
    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// What a message shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    set: u32,
    /// How many words it has.
    pub words: usize,
}

impl Signals {
    /// Whether it shows this.
    pub const fn has(self, signal: Signal) -> bool {
        self.set & signal.bit() != 0
    }

    /// Whether it shows any of these.
    pub fn any(self, signals: &[Signal]) -> bool {
        signals.iter().any(|signal| self.has(*signal))
    }

    /// Everything it shows.
    pub fn iter(self) -> impl Iterator<Item = Signal> {
        Signal::ALL.iter().copied().filter(move |signal| self.has(*signal))
    }

    fn add(&mut self, signal: Signal) {
        self.set |= signal.bit();
    }
}

impl FromIterator<Signal> for Signals {
    fn from_iter<I: IntoIterator<Item = Signal>>(signals: I) -> Self {
        let mut out = Self::default();
        signals.into_iter().for_each(|signal| out.add(signal));
        out
    }
}

/// The compiled tables. Built once by the wiring and passed around.
#[derive(Debug)]
pub struct Signposts {
    phrases: Phrases<Signal>,
}

impl Default for Signposts {
    fn default() -> Self {
        Self::new()
    }
}

impl Signposts {
    /// Compiles the tables (about a millisecond).
    pub fn new() -> Self {
        Self { phrases: Phrases::new(tables::CLASSES, tables::TABLES) }
    }

    /// What a message shows to this persona; a word of its expertise is something to think about. Of text in another
    /// language than English only little is understood: laughter, a refusal, a question.
    pub fn read(&self, text: &str, persona: &Persona) -> Signals {
        let words = Words::of(text);
        self.read_words(text, &words, is_english(&words), persona)
    }

    /// What a message shows and what it evokes, with the words taken apart only once: what every turn begins with.
    pub fn read_and_appraise(&self, rules: &Rules, text: &str, persona: &Persona) -> (Signals, Appraisal) {
        let words = Words::of(text);
        let english = is_english(&words);
        let appraisal = rules.appraise_words(text, &words, english, &persona.temperament);
        (self.read_words(text, &words, english, persona), appraisal)
    }

    fn read_words(&self, text: &str, words: &Words, english: bool, persona: &Persona) -> Signals {
        let mut out = Signals { words: words.len(), ..Signals::default() };
        if text.contains(['?', '？', '؟']) {
            out.add(Signal::Question);
        }
        if text.contains(['😂', '🤣', '😆', '😹']) {
            out.add(Signal::Laugh);
        }
        if !english {
            let lower = text.to_lowercase();
            if tables::DECLINES_ELSEWHERE.iter().any(|phrase| lower.contains(phrase)) {
                out.add(Signal::Decline);
            }
            if words.len() > 2 && !out.has(Signal::Question) {
                out.add(Signal::Telling);
            }
            return out;
        }
        for hit in self.phrases.find(words).filter(|hit| meant(words, hit)) {
            out.add(hit.label);
        }
        let theirs = |w: &str| matches!(w, "i" | "me" | "my" | "mine" | "we" | "us" | "our");
        if words.len() > 3 && words.iter().any(theirs) && !out.has(Signal::Demand) {
            out.add(Signal::Telling);
        }
        let known = |w: &str| w.len() > 3 && words.iter().any(|word| w.eq_ignore_ascii_case(word));
        if persona.style.expertise.iter().flat_map(|line| line.split([' ', ','])).any(known) {
            out.add(Signal::Thought);
        }
        out
    }
}

/// Whether the words stand for themselves: not denied, not quoted, not what somebody else said.
fn meant(words: &Words, hit: &Hit<Signal>) -> bool {
    use Signal::*;
    // Asking for less is said with a "not" of its own.
    let own_no = matches!(hit.label, Decline | LeaveBe | Confide | Apology);
    let denied = !own_no && words.negated(hit.start);
    let denied_within = matches!(hit.label, Cruel | Rude | Devotion | Laugh | Credit)
        && (hit.start..hit.end).any(|i| matches!(words.get(i), "not" | "never"));
    let reported = words
        .before(hit.start, 4)
        .any(|w| matches!(w, "said" | "says" | "told" | "saying" | "tells" | "wrote" | "yelled" | "screamed"));
    // "Am I stupid?", "Did you say I suck?" are questions, not blows.
    let asked = matches!(hit.label, Cruel | Rude) && words.ending(hit.start).question;
    ![words.quoted(hit.start), denied, denied_within, reported, asked].contains(&true)
}

/// The default character, for the tests of what people do to it.
#[cfg(test)]
pub(crate) fn mira() -> Persona {
    use crate::persona::{PersonaFile, resolve};
    let files = [
        include_str!("../../../../personas/base_assistant.toml"),
        include_str!("../../../../personas/curious_companion.toml"),
    ]
    .map(|text| PersonaFile::new(toml::from_str(text).unwrap()).unwrap());
    resolve("curious_companion", &files.into_iter().map(|file| (file.id().to_owned(), file)).collect()).unwrap()
}

#[cfg(test)]
mod tests;
