//! What is to be done: reminders, promises and to-dos in what somebody says, when they are due, and when they are done.
//!
//! Only what the person asks to be reminded of, or says they have to do by a time they name, becomes a task; "I need a
//! holiday" does not.

mod due;
#[cfg(test)]
mod tests;

use super::guard::Guard;
use super::pattern::Pattern;
use super::{each_sentence, head};
use due::Dues;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::ops::Range;

/// A task that was found in talk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTask {
    /// What is to be done, in the person's words: `call mum`.
    pub text: String,
    /// When it is due, if a time was named; a day without an hour is due at 09:00 in the person's zone.
    pub due: Option<Timestamp>,
    /// The sentence it was found in.
    pub said: String,
}

/// Of a longer text only the first so many bytes are read, as for facts.
const READ: usize = 20_000;
/// The most tasks that one message gives.
const MOST: usize = 20;
/// A longer "task" is a story.
const LONGEST: usize = 200;

/// What leads to a task.
const OPENERS: &[&str] = &[
    "to ",
    "that ",
    "about ",
    "of ",
    "I'd ",
    "I have to ",
    "I need to ",
    "I must ",
    "I should ",
    "I'll ",
    "I ",
    "for ",
    "not to forget to ",
    "please ",
];
/// What a task's time leaves behind.
const CLOSERS: &[&str] = &[
    " on", " at", " by", " before", " in", " please", " ok", " okay", " until", " till", " around", " and", " though",
    " to", " for",
];
/// Verbs that begin a task of their own after "and".
const DOING: &[&str] = &[
    "call", "phone", "ring", "text", "email", "e-mail", "write", "send", "pay", "buy", "book", "pick", "collect",
    "return", "submit", "finish", "file", "clean", "fix", "renew", "cancel", "order", "post", "mail", "visit", "water",
    "feed", "walk", "make", "sign", "pack", "wash", "reply", "answer", "register", "apply", "schedule", "arrange",
    "print", "drop", "take", "give", "tell", "ask", "meet", "read", "update", "prepare", "get",
];

/// Finds tasks. Compiled once, and kept with the extractor.
#[derive(Debug)]
pub struct Tasks {
    guard: Guard,
    dues: Dues,
    /// An opener that is a task whatever follows.
    asked: Pattern,
    /// An opener that is a task only with a time.
    owed: Pattern,
    todo: Pattern,
    unreal: Pattern,
    done: Vec<Pattern>,
    snooze: Pattern,
    joined: Pattern,
    idle: Pattern,
    unasked: Pattern,
}

impl Tasks {
    pub(super) fn new() -> Self {
        Self {
            guard: Guard::new(),
            dues: Dues::new(),
            asked: Pattern::new(
                r"(?i)(?:\b(?:please |can you |could you |would you |will you )*(?:remind me|don't let me forget|do not let me forget|make sure (?:that )?I (?:don't forget|remember)|help me (?:to )?remember|I (?:must not|mustn't|can't|cannot|shouldn't|should not|don't want to) forget|remember to remind me|set (?:me )?a reminder|add (?:a )?(?:task|to-?do|reminder)(?: for me)?|put (?:it )?on my (?:to-?do )?list|ping me|nudge me)\b(?: again)?[,:]?|\bI(?:'ve| have)? (?:just )?(?:promised|swore|vowed|agreed|committed)(?: (?:my(?: \w+)?|him|her|them|\p{Lu}\w+))?(?: that I(?:'d|'ll| would| will))?)(?P<w>.*)$",
            ),
            owed: Pattern::new(
                r"(?i)\b(?:I|we)(?: really| also| still| just)?(?:'ve| have| 've)? (?:(?:got to|gotta|have to|need to|must|ought to|should|am supposed to|am meant to|am due to)|to)(?: really| also| still)? (?P<w>[a-z].*)$|\bI(?:'m| am) (?:supposed|meant|due) to (?P<w2>.*)$|\b(?:I|we)(?:'ve| have) (?:really |still )?(?:got|need) to (?P<w3>.*)$",
            ),
            todo: Pattern::new(r"(?i)^\s*(?:[-*] )?(?:to-?do|task|reminder|note to self|\[ ?\])\s*[:\-]?\s+(?P<w>.+)$"),
            unreal: Pattern::new(
                r"(?i)^\s*(?:if|unless|suppose|imagine|why|what|when|where|who|how|do|does|did|should|must)\b|\b(?:wish|used to|didn't|don't have to|do not have to|don't need to|do not need to|no longer (?:have|need) to|would have to|had to|might have to|may have to|would need to|as if|song|lyrics|just kidding|jk)\b|\b(?:he|she|they|boss|mum|mom|dad|wife|husband) (?:said|says|thinks|told)\b",
            ),
            done: vec![
                Pattern::new(
                    r"(?i)^\s*(?:ok(?:ay)?|hey|hi|yay|phew|good news|update|guess what|done|yes|yep|so|and|well)?[,:.! ]*\bI(?:'ve| have)?(?: (?:just|finally|already|now|actually|also))* (?:done|finished|completed|sorted(?: out)?|taken care of|took care of|ticked off|crossed off|dealt with|wrapped up|got .{2,40} done)(?: with)? (?P<w>.+?)[.!]*\s*$",
                ),
                Pattern::new(
                    r"(?i)^\s*(?:ok(?:ay)?|hey|hi|yay|phew|update)?[,:.! ]*(?:(?:I(?:'m| am) )?(?:all |finally )?(?:done|finished|through) with|(?:mark|tick|cross|check)(?: off)?|you can (?:mark|tick|cross|check)(?: off)?|already did|took care of|done:)\s+(?P<w>.+?)(?: (?:as )?(?:done|complete|completed|finished)| off(?: (?:the|my) list)?| from (?:the|my) list)?[.!]*\s*$",
                ),
                Pattern::new(
                    r"(?i)^\s*(?:the |my )?(?P<w>[^.!?]{2,80}?) (?:is|are|has been|have been|'s) (?:finally |now |all |already )*(?:done|finished|completed|sorted|taken care of|dealt with|off my list)[.!]*\s*$",
                ),
                Pattern::new(
                    r"(?i)^\s*(?:ok(?:ay)?|hey|hi|yay|phew|good news|update|yes|yep|so)?[,:.! ]*I(?:'ve| have)(?: (?:just|finally|already|now))* (?P<w>(?:called|phoned|rung|texted|e-?mailed|written|sent|paid|bought|booked|picked up|collected|returned|submitted|handed in|filed|cleaned|fixed|repaired|renewed|cancelled|canceled|ordered|posted|mailed|visited|watered|fed|walked|made|done|finished|signed|packed|washed|replied|answered|registered|applied|scheduled|arranged|printed|delivered|dropped off|taken|given|told|asked|spoken|talked|met|seen|read|backed up|updated|uploaded|prepared)\b.*?)[.!]*\s*$",
                ),
                Pattern::new(
                    r"(?i)^\s*(?:ok(?:ay)?|hey|hi|yay|phew|good news|update|yes|yep|so)?[,:.! ]*I (?:just |finally |already |now )+(?P<w>(?:called|phoned|rang|texted|e-?mailed|wrote|sent|paid|bought|booked|picked up|collected|returned|submitted|handed in|filed|cleaned|fixed|repaired|renewed|cancelled|canceled|ordered|posted|mailed|visited|watered|fed|walked|made|did|finished|signed|packed|washed|replied|answered|registered|applied|scheduled|arranged|printed|delivered|dropped off|took|gave|told|asked|spoke|talked|met|saw|read|backed up|updated|uploaded|prepared)\b.*?)[.!]*\s*$",
                ),
            ],
            snooze: Pattern::new(
                r"(?i)^\s*(?:please |can you |could you |let's |ok,? |okay,? )*(?:snooze|postpone|put off|push(?: back)?|delay|defer|move|remind me again|remind me (?:again )?(?:about )?(?:it|that|this))\b(?P<w>.*)$",
            ),
            joined: Pattern::new(r"(?i)\s*(?:,? and (?:then |also )?(?:to )?|; |, (?:then )?)"),
            idle: Pattern::new(
                r"(?i)^(?:be|have|feel|know|say|see|admit|tell you|think|get used|live|believe|understand|agree|confess|learn|relax|rest|sleep|go now|stop|try|laugh|cry|ask you|stay|accept|remember (?:that|how))\b",
            ),
            unasked: Pattern::new(r"(?i)\b(?:did|always|never|he|she|they|have you|you) *$"),
        }
    }

    /// The tasks that `text`, said at `at` in the time zone `zone`, gives the person.
    pub fn find(&self, text: &str, at: Timestamp, zone: &TimeZone) -> Vec<FoundTask> {
        let text = head(text, READ);
        let mut found: Vec<FoundTask> = Vec::new();
        if self.guard.is_play(text) {
            return found;
        }
        for sentence in each_sentence(&self.guard.own_words(text)) {
            for task in self.in_sentence(sentence, at, zone) {
                if found.len() < MOST && !found.iter().any(|known| known.text == task.text) {
                    found.push(task);
                }
            }
        }
        found
    }

    fn in_sentence(&self, sentence: &str, at: Timestamp, zone: &TimeZone) -> Vec<FoundTask> {
        let plain = sentence.trim_end_matches(['.', '!', '?', ' ']);
        let (what, timeless) = if let Some(found) = self.todo.captures(plain) {
            (written(&found), true)
        } else if let Some(found) = self.asked.captures(plain) {
            // "Can you remind me ...?" asks for it; "did you remind me?" does not.
            let before = &plain[..found.get(0).map_or(0, |m| m.start())];
            if self.unasked.is_match(before) {
                return Vec::new();
            }
            (written(&found), true)
        } else {
            let Some(found) = self.owed.captures(plain) else { return Vec::new() };
            if sentence.ends_with('?') || self.unreal.is_match(plain) {
                return Vec::new();
            }
            (written(&found), false)
        };
        let said = &plain[what];
        let within = self.dues.find(said, at, zone);
        let text = tidy(said, within.as_ref().map_or(&[], |due| due.words.as_slice()));
        let due = within.or_else(|| self.dues.find(plain, at, zone)).map(|due| due.at);
        if text.is_empty() || text.len() > LONGEST || (!timeless && (due.is_none() || self.idle.is_match(&text))) {
            return Vec::new();
        }
        self.apart(&text).into_iter().map(|text| FoundTask { text, due, said: sentence.to_owned() }).collect()
    }

    /// "buy milk and call mum" are two tasks; "buy milk and bread" is one: what follows must begin with a verb.
    fn apart(&self, text: &str) -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        let mut from = 0;
        for seam in self.joined.regex().find_iter(text) {
            let next = text[seam.end()..].split(' ').next().unwrap_or("").to_lowercase();
            if DOING.contains(&next.as_str()) && seam.start() > from {
                parts.push(text[from..seam.start()].trim().to_owned());
                from = seam.end();
            }
        }
        parts.push(text[from..].trim().to_owned());
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// What `text` says is done, in the person's words ("I've called mum": `called mum`; "done with the tax return":
    /// `the tax return`), to be matched against the open tasks by whoever knows them.
    pub fn done<'t>(&self, text: &'t str) -> Option<&'t str> {
        let text = head(text, READ);
        // It comes first, or it is a story.
        let sentence = each_sentence(text).next()?;
        if sentence.ends_with('?') || self.guard.is_play(text) {
            return None;
        }
        self.done.iter().find_map(|pattern| {
            let found = pattern.captures(sentence)?.name("w")?.as_str().trim();
            (!found.is_empty() && !found.to_lowercase().starts_with("not ")).then_some(found)
        })
    }

    /// The time that words such as "tomorrow at 5pm" name, as seen from `at` in the time zone `zone`.
    pub fn due(&self, words: &str, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.dues.find(head(words, LONGEST), at, zone).map(|due| due.at)
    }

    /// "Snooze that until tomorrow": what is put off (`that`, or its name), and until when.
    pub fn snoozed(&self, text: &str, at: Timestamp, zone: &TimeZone) -> Option<(String, Timestamp)> {
        let plain = head(text.trim(), LONGEST).trim_end_matches(['.', '!', '?', ' ']);
        let said = self.snooze.captures(plain)?.name("w")?.as_str();
        let due = self.dues.find(said, at, zone)?;
        let what = tidy(said, &due.words);
        Some((if what.is_empty() { "that".into() } else { what }, due.at))
    }
}

/// Where the task itself stands.
fn written(found: &regex::Captures<'_>) -> Range<usize> {
    ["w", "w2", "w3"].iter().find_map(|name| found.name(name)).map(|m| m.range()).unwrap_or_default()
}

/// The task without its time and its joints: "to call mum on Sunday" is `call mum`.
fn tidy(said: &str, times: &[Range<usize>]) -> String {
    let mut text: String = said
        .char_indices()
        .map(|(at, c)| if times.iter().any(|time| time.contains(&at)) { ' ' } else { c })
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    loop {
        let before = text.len();
        for opener in OPENERS {
            if text.get(..opener.len()).is_some_and(|head| head.eq_ignore_ascii_case(opener)) {
                text = text[opener.len()..].trim_start().to_owned();
            }
        }
        text = text.trim_matches([' ', ',', ':', ';', '.', '!', '?', '-']).to_owned();
        for closer in CLOSERS {
            if let Some(short) = text.strip_suffix(closer) {
                text = short.trim_end().to_owned();
            }
        }
        if text.len() == before || text.is_empty() {
            break;
        }
    }
    let bare = ["it", "that", "this", "again", "to", "on", "at", "in", "until"];
    if bare.contains(&text.as_str()) { String::new() } else { text }
}
