//! What somebody says they feel, and about what.

use super::pattern::Pattern;
use super::{Extracted, Feeling};
use crate::memory::Category;

/// Feelings that are named with "be" and with "feel".
const FEELINGS: &str = "happy|sad|angry|furious|mad|livid|anxious|nervous|worried|stressed(?: out)?|excited|thrilled|delighted|overjoyed|ecstatic|elated|over the moon|proud|grateful|thankful|relieved|hopeful|lonely|heartbroken|devastated|crushed|depressed|miserable|upset|disappointed|frustrated|annoyed|irritated|jealous|envious|ashamed|embarrassed|guilty|scared|afraid|terrified|frightened|shocked|overwhelmed|betrayed|homesick|nostalgic|bitter|hopeless|helpless|insecure|content|joyful|cheerful|touched|gutted|fed up|mortified|humiliated|disgusted|resentful|desperate|distraught|inconsolable|on cloud nine|in pieces|panicked|petrified|optimistic|pessimistic|amazed|stunned|hurt|unhappy|glad";
/// Feelings that only "feel" makes feelings.
const FELT: &str = "empty|numb|lost|down|low|blue|alone|unloved|worthless|invisible|left out|blessed|loved|safe|calm|at peace|free|stuck|useless|ignored|rejected|abandoned|restless";
const ADVERBS: &str = r"(?:(?:so|really|very|just|a bit|a little|pretty|quite|super|extremely|incredibly|still|always|honestly|absolutely|totally|completely|truly|also|kind of|sort of|bit|rather|terribly|deeply|over the moon|too|more|increasingly|all|almost) )*";

#[derive(Debug)]
pub(super) struct Feelings {
    own: Pattern,
    made: Pattern,
}

/// Words without which there is no feeling to be read.
const TRIGGERS: &[&str] =
    &["feel", "felt", "i'm", "i am", "i was", "im ", "i've been", "i have been", "me ", "we're", "we are", "we were"];

impl Feelings {
    pub(super) fn new() -> Self {
        Self {
            own: Pattern::new(format!(
                r"(?i)\b(?:(?:I|we)(?:'m| am|'re| are| was| were|'ve been| have been)(?P<b>) {ADVERBS}(?P<e>{FEELINGS})|(?:I|we)(?:'m| am|'ve been| have been| was|'re)?(?: \w+ly| just| still| always| also| really| do| did)? (?:feel|feeling|felt) (?:like )?{ADVERBS}(?P<f>{FEELINGS}|{FELT}))\b(?P<r>[^.!?;]*)"
            )),
            made: Pattern::new(format!(
                r"(?i)(?P<r>[^.!?;]*?)\b(?:made|makes|making|left|leaves) me (?:feel |feeling )?{ADVERBS}(?P<e>{FEELINGS}|{FELT})\b(?P<t>[^.!?;]*)"
            )),
        }
    }

    /// The feeling that a sentence tells of.
    pub(super) fn find(&self, sentence: &str) -> Option<Extracted> {
        let small = sentence.to_lowercase();
        if !TRIGGERS.iter().any(|word| small.contains(word)) {
            return None;
        }
        let (emotion, about) = if let Some(found) = self.own.captures(sentence) {
            let emotion = found.name("e").or_else(|| found.name("f"))?.as_str();
            let rest = found.name("r").map_or("", |m| m.as_str()).trim();
            let first = rest.split(' ').next().unwrap_or("").to_lowercase();
            // "happy to help" is a manner; "scared of spiders" is a fear; "mad about you" a liking.
            let manner = first == "to"
                && !["to hear", "to lose", "to leave", "to see", "to be a", "to have"]
                    .iter()
                    .any(|w| rest.to_lowercase().starts_with(w))
                || first == "of"
                    && ["scared", "afraid", "terrified", "frightened", "petrified"]
                        .contains(&emotion.to_lowercase().as_str())
                || (first == "about" && emotion.eq_ignore_ascii_case("mad"))
                || (emotion.eq_ignore_ascii_case("touched") && first == "by" && rest.len() < 4)
                || (matches!(emotion.to_lowercase().as_str(), "glad" | "hurt" | "amazed" | "content")
                    && !["about", "when", "that", "because", "for", "with", "since", "by"].contains(&first.as_str()))
                || ["person", "birthday", "new", "enough", "hour", "place"].contains(&first.as_str());
            if manner {
                return None;
            }
            (emotion, rest)
        } else {
            let found = self.made.captures(sentence)?;
            let after = found.name("t").map_or("", |m| m.as_str()).trim();
            let before = found.name("r").map_or("", |m| m.as_str()).trim();
            (found.name("e")?.as_str(), if after.is_empty() { before } else { after })
        };
        let about = about.trim_matches([' ', ',']);
        let about = (!about.is_empty() && about.len() <= 120).then(|| about.to_owned());
        let feeling = Some(Feeling { emotion: emotion.to_lowercase(), about });
        Some(Extracted { feeling, confidence: 0.85, ..Extracted::new(Category::Emotion, sentence.trim()) })
    }
}
