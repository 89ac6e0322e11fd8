//! The frame of a message: whom it speaks of and when it is, so that a question fits before it is asked.

use super::meaning::{Meaning, Stem, Word};
use super::topics::{Ask, Fits};
use crate::memory::extract::terms::NOT_NAMES;
use compact_str::CompactString;

/// Whom a message speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Who {
    /// "Ana", "your mum", "she".
    pub(super) subject: String,
    /// "her", "him", "your parents".
    pub(super) object: String,
    pub(super) plural: bool,
    /// Only a pronoun says so.
    pub(super) pronoun: bool,
}

/// When it is, and whose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tense {
    pub(super) past: bool,
    pub(super) ahead: bool,
    pub(super) own: bool,
}

const SHE: &[&str] =
    &["mother", "sister", "daughter", "wife", "girlfriend", "grandmother", "aunt", "niece", "granddaughter"];
const HE: &[&str] = &["father", "brother", "son", "husband", "boyfriend", "grandfather", "uncle", "nephew", "grandson"];

/// Verbs in the past that do not end in "ed".
const PAST: &[&str] = &[
    "was",
    "were",
    "had",
    "went",
    "got",
    "came",
    "saw",
    "met",
    "took",
    "made",
    "did",
    "bought",
    "left",
    "began",
    "ran",
    "won",
    "lost",
    "said",
    "felt",
    "found",
    "broke",
    "ate",
    "flew",
    "wrote",
    "gave",
    "taught",
    "quit",
    "told",
    "heard",
    "fell",
    "slept",
    "spent",
    "swam",
    "sang",
    "drove",
    "thought",
    "grew",
    "brought",
    "caught",
    "kept",
    "wore",
    "woke",
    "sat",
    "stood",
    "held",
    "sent",
    "paid",
    "knew",
    "became",
    "chose",
    "forgot",
    "rode",
    "rang",
    "threw",
    "understood",
    "spoke",
    "stole",
    "learnt",
    "burnt",
    "dreamt",
    "sold",
    "drank",
    "didn't",
    "wasn't",
    "couldn't",
    "yesterday",
    "ago",
];
/// They end in "ed" and say how it is.
const NOT_PAST: &[&str] = &[
    "need",
    "tired",
    "bored",
    "excited",
    "worried",
    "scared",
    "married",
    "interested",
    "stressed",
    "exhausted",
    "bed",
    "red",
    "confused",
    "engaged",
    "overwhelmed",
    "terrified",
    "depressed",
    "used",
    "wicked",
    "naked",
    "indeed",
    "feed",
    "speed",
    "seed",
    "weed",
    "divorced",
    "retired",
    "annoyed",
    "relaxed",
    "supposed",
    "frightened",
    "related",
    "ed",
    "hundred",
    "sacred",
    "embarrassed",
    "ashamed",
    "disappointed",
    "drained",
    "named",
    "called",
    "widowed",
];
const AHEAD: &[&str] =
    &["tomorrow", "tonight", "will", "i'll", "we'll", "he'll", "she'll", "they'll", "it'll", "soon", "upcoming"];
const DAYS: &[&str] =
    &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekend", "week", "month", "year"];

impl Tense {
    pub(super) fn of(plain: &str) -> Self {
        let lower = plain.to_lowercase();
        let words: Vec<&str> = lower
            .split(|c: char| !(c.is_alphanumeric() || c == '\''))
            .map(|w| w.trim_matches('\''))
            .filter(|w| !w.is_empty())
            .collect();
        let pair = |a: &[&str], b: &[&str]| words.windows(2).any(|w| a.contains(&w[0]) && b.contains(&w[1]));
        let past = words.iter().any(|w| {
            PAST.contains(w) || (w.len() > 4 && w.ends_with("ed") && !w.ends_with("eed") && !NOT_PAST.contains(w))
        }) || pair(&["last"], DAYS)
            || pair(&["last"], &["night"]);
        let ahead = words.iter().any(|w| AHEAD.contains(w))
            || pair(&["next", "on", "this"], DAYS) && !past
            || words.contains(&"next")
            || pair(&["going"], &["to"])
            || pair(&["coming"], &["up"])
            || words.first() == Some(&"i'm") && pair(&["i'm"], &["getting", "seeing", "meeting", "visiting", "flying"]);
        let own = words.iter().any(|w| matches!(*w, "i" | "i'm" | "i've" | "i'd" | "i'll" | "we" | "we're" | "we've"))
            || words.first().is_some_and(|w| PAST.contains(w) || w.ends_with("ing"));
        Self { past, ahead, own }
    }

    pub(super) fn allows(self, ask: &Ask) -> bool {
        match ask.fits {
            Fits::Always => true,
            Fits::Past => self.past && !self.ahead,
            Fits::Ahead => self.ahead && !self.past,
            Fits::Now => !self.past && !self.ahead,
            Fits::Own => self.own,
        }
    }
}

impl Who {
    /// Whom a text speaks of, if it is clearly one: a name, somebody of the person's, or a pronoun.
    pub(super) fn of(plain: &str, name: Option<&str>, meaning: &Meaning) -> Option<Self> {
        let words = meaning.words(plain);
        let mut beings = beings(plain, &words, meaning);
        beings.dedup_by(|a, b| a.1 == b.1);
        match (beings.as_slice(), name) {
            ([(phrase, key, plural)], name) => {
                let subject = name.filter(|_| !plural).map_or_else(|| phrase.clone(), str::to_owned);
                let object = if SHE.contains(&key.as_str()) {
                    "her".to_owned()
                } else if HE.contains(&key.as_str()) {
                    "him".to_owned()
                } else if *plural {
                    "them".to_owned()
                } else {
                    subject.clone()
                };
                Some(Self { subject, object, plural: *plural, pronoun: false })
            }
            ([], Some(name)) => Some(Self::named(name)),
            ([], None) => Self::by_pronoun(&words),
            _ => None,
        }
    }

    pub(super) fn named(name: &str) -> Self {
        Self { subject: name.to_owned(), object: name.to_owned(), plural: false, pronoun: false }
    }

    fn by_pronoun(words: &[Word]) -> Option<Self> {
        let has = |list: &[&str]| words.iter().any(|w| w.is_one_of(list));
        let (she, he) = (has(&["she", "she's", "her", "hers"]), has(&["he", "he's", "him", "his"]));
        let (subject, object) = match (she, he) {
            (true, false) => ("she", "her"),
            (false, true) => ("he", "him"),
            _ => return None,
        };
        Some(Self { subject: subject.into(), object: object.into(), plural: false, pronoun: true })
    }

    /// A text with this pronoun's forms replaced by whom it means.
    pub(super) fn replaced(&self, text: &str, meant: &Self) -> String {
        let name = meant.subject.strip_prefix("your ").map_or_else(|| meant.subject.clone(), |own| format!("my {own}"));
        let words: Vec<&str> = text.split(' ').collect();
        let turned = words.iter().enumerate().map(|(i, word)| {
            let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            let end = &word[bare.len()..];
            let owns = end.is_empty()
                && words.get(i + 1).is_some_and(|next| {
                    !["to", "in", "at", "on", "for", "with", "and", "about", "from", "when", "now", "today"]
                        .contains(next)
                });
            match bare.to_lowercase().as_str() {
                "he" | "she" | "him" => format!("{name}{end}"),
                "he's" | "she's" => format!("{name} is{end}"),
                "his" => format!("{name}'s{end}"),
                "her" if owns => format!("{name}'s"),
                "her" => format!("{name}{end}"),
                _ => (*word).to_owned(),
            }
        });
        turned.collect::<Vec<_>>().join(" ")
    }

    /// The question with its slots filled; none if there is nobody to fill them with.
    pub(super) fn fill(who: Option<&Self>, question: &str) -> Option<String> {
        let mut text = question.to_owned();
        if let Some((head, rest)) = question.split_once("{x|") {
            let (otherwise, tail) = rest.split_once('}')?;
            let word = who.filter(|w| !w.plural).map_or(otherwise, |w| {
                let after_verb = head.trim_end().ends_with(" about");
                if after_verb { w.object.as_str() } else { w.subject.as_str() }
            });
            text = format!("{head}{word}{tail}");
        }
        if text.contains('{') {
            let who = who?;
            let verb = if who.plural { "are" } else { "is" };
            text = text.replace("{is x}", &format!("{verb} {}", who.subject)).replace("{them}", &who.object);
        }
        Some(text)
    }
}

/// Every "my mum", "our kids": (said back, class, plural).
fn beings(plain: &str, words: &[Word], meaning: &Meaning) -> Vec<(String, Stem, bool)> {
    let mut found = Vec::new();
    for (i, word) in words.iter().enumerate() {
        if !word.is_one_of(&["my", "our"]) {
            continue;
        }
        let Some(at) = (i + 1..words.len().min(i + 4)).find(|&j| meaning.is_somebody(&words[j].key)) else { continue };
        // "my best friend's party" is about the party.
        let end = words[at].start + words[at].surface.len();
        let rest = plain.get(end..).unwrap_or("");
        if rest.starts_with("'s") && !rest.starts_with("'s ") || words[i + 1..at].iter().any(|w| w.stop) {
            continue;
        }
        let possessive = rest.starts_with("'s ") && !is_verb_after(rest);
        let surface = words[at].surface.to_lowercase();
        let plural = surface == "children" || (surface.ends_with('s') && !["boss", "sis"].contains(&surface.as_str()));
        let phrase: Vec<CompactString> = words[i + 1..=at].iter().map(|w| w.surface.to_lowercase()).collect();
        if !possessive {
            found.push((format!("your {}", phrase.join(" ")), words[at].key.clone(), plural));
        }
    }
    found
}

/// "my mum's ill" says how she is; "my mum's illness" speaks of hers.
fn is_verb_after(rest: &str) -> bool {
    let next = rest.trim_start_matches("'s").trim().split(' ').next().unwrap_or("");
    next.ends_with("ing")
        || ["a", "an", "the", "in", "at", "not", "so", "very", "really", "been", "ill", "sick", "back", "coming", "got"]
            .contains(&next)
}

/// A word that can be a name.
pub(super) fn may_be_name(word: &str) -> bool {
    let letters = word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\''));
    (2..=20).contains(&word.chars().count()) && letters && !NOT_NAMES.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_it_speaks_of() {
        let meaning = Meaning::new();
        for (text, name, asked, expected) in [
            ("My mum was diagnosed with cancer", None, "How {is x} now?", Some("How is your mum now?")),
            ("my parents are ill", None, "How {is x} now?", Some("How are your parents now?")),
            (
                "My sister Ana is coming",
                Some("Ana"),
                "What do you like about {x|it}?",
                Some("What do you like about her?"),
            ),
            ("My little brother left", None, "Do you miss {them}?", Some("Do you miss him?")),
            ("She died", None, "Tell me about {them}?", Some("Tell me about her?")),
            ("I have a fever", None, "How {is x} now?", None),
            ("My mum and my dad argued", None, "How {is x} now?", None),
            ("my mum's illness", None, "How {is x} now?", None),
            ("My mum's in hospital", None, "How {is x} now?", Some("How is your mum now?")),
            ("I got it", None, "What is {x|the little one} like?", Some("What is the little one like?")),
            ("He told her", None, "How {is x} now?", None),
        ] {
            let who = Who::of(text, name, &meaning);
            assert_eq!(Who::fill(who.as_ref(), asked).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn pronouns_are_replaced() {
        let meaning = Meaning::new();
        for (said, asked, expected) in [
            ("My sister is here", "what's her name?", "what's my sister's name?"),
            ("My sister is here", "Where does she live?", "Where does my sister live?"),
            ("My dad is ill", "Do you remember what I gave him?", "Do you remember what I gave my dad?"),
        ] {
            let (meant, pronoun) = (Who::of(said, None, &meaning).unwrap(), Who::of(asked, None, &meaning).unwrap());
            assert!(pronoun.pronoun);
            assert_eq!(pronoun.replaced(asked, &meant), expected);
        }
    }

    #[test]
    fn when_it_is() {
        for (text, past, ahead, own) in [
            ("I went to the sea", true, false, true),
            ("I'm tired", false, false, true),
            ("My exam is tomorrow", false, true, false),
            ("We're flying to Lisbon next week.", false, true, true),
            ("I have an interview on Friday.", false, true, true),
            ("I met her on Friday", true, false, true),
            ("He is going to be fine", false, true, false),
        ] {
            assert_eq!(Tense::of(text), Tense { past, ahead, own }, "{text}");
        }
    }
}
