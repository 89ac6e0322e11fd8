//! Reading "forget everything about my ex", and the "yes, forget it" that must follow.
//!
//! Careful on both sides: wanting to forget somebody is no order, and a yes with anything else in it is none.

use crate::text::fold;

/// What somebody wants forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Everything about something, in their words, but not about these.
    About {
        /// The topic.
        topic: String,
        /// What is to stay.
        exclude: Vec<String>,
    },
    /// Everything about themselves.
    Me,
    /// They do not say what ("everything about it").
    Unclear,
}

/// What somebody says to the question whether it shall really go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It shall go, but not these.
    Yes {
        /// What is to stay.
        exclude: Vec<String>,
    },
    /// It shall stay.
    No,
}

/// What may stand before an order.
const COURTESIES: &[&str] = &[
    "please",
    "hey",
    "hi",
    "ok",
    "okay",
    "so",
    "now",
    "well",
    "just",
    "and",
    "also",
    "then",
    "actually",
    "can you",
    "could you",
    "would you",
    "will you",
    "i want you to",
    "i would like you to",
    "i'd like you to",
    "i need you to",
    "you should",
    "kindly",
    "bitte",
    "por favor",
    "per favore",
    "пожалуйста",
];

const VERBS: &[&str] = &["forget", "delete", "erase", "remove", "wipe", "get rid of", "clear", "unlearn", "purge"];

const EVERYTHING: &[&str] = &[
    "everything",
    "anything",
    "all",
    "whatever",
    "every memory",
    "all memories",
    "all the memories",
    "all your memories",
    "all my memories",
    "every single thing",
    "the memories",
    "your memories",
];

/// What may stand between "everything" and "about".
const BETWEEN: &[&str] = &[
    "that",
    "which",
    "i",
    "i've",
    "i’ve",
    "ive",
    "have",
    "ever",
    "told",
    "tell",
    "said",
    "say",
    "you",
    "you've",
    "you’ve",
    "know",
    "remember",
    "stored",
    "kept",
    "keep",
    "there",
    "is",
    "was",
    "we",
    "we've",
    "talked",
    "spoke",
    "spoken",
    "mentioned",
    "learned",
    "learnt",
    "of",
    "in",
    "your",
    "memory",
    "memories",
    "has",
    "it",
    "to",
    "them",
    "saved",
    "recorded",
    "said",
    "from",
];

const ABOUT: &[&str] =
    &["about", "regarding", "concerning", "related to", "relating to", "to do with", "on the subject of", "involving"];

/// Orders in other languages: what stands before the topic, and after it.
const ELSEWHERE: &[(&str, &str)] = &[
    ("vergiss alles uber", ""),
    ("vergiss bitte alles uber", ""),
    ("losche alles uber", ""),
    ("olvida todo sobre", ""),
    ("olvida todo lo de", ""),
    ("olvidate de todo sobre", ""),
    ("borra todo sobre", ""),
    ("oublie tout sur", ""),
    ("oublie tout ce que je t'ai dit sur", ""),
    ("oublie tout a propos de", ""),
    ("efface tout sur", ""),
    ("dimentica tutto su", ""),
    ("dimentica tutto di", ""),
    ("cancella tutto su", ""),
    ("esquece tudo sobre", ""),
    ("esqueca tudo sobre", ""),
    ("apaga tudo sobre", ""),
    ("vergeet alles over", ""),
    ("забудь все о", ""),
    ("забудь все об", ""),
    ("забудь все про", ""),
    ("удали все о", ""),
    ("انس كل شيء عن", ""),
    ("احذف كل شيء عن", ""),
    ("", "のことは全部忘れて"),
    ("", "のことを全部忘れて"),
    ("", "のことを忘れて"),
    ("", "について全部忘れて"),
    ("忘记关于", "的一切"),
    ("忘掉关于", "的一切"),
    ("忘记关于", "的所有事情"),
    ("", "के बारे में सब कुछ भूल जाओ"),
    ("", "के बारे में सब भूल जाओ"),
];

/// What divides a topic from what is to stay.
const EXCEPT: &[&str] =
    &[", but not ", " but not ", " except for ", " except ", " apart from ", ", but keep ", " but keep "];

const YES: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "yup",
    "sure",
    "ok",
    "okay",
    "confirm",
    "confirmed",
    "please",
    "do",
    "go",
    "forget",
    "delete",
    "ja",
    "si",
    "oui",
    "sim",
    "да",
    "はい",
    "हां",
    "हाँ",
    "نعم",
    "是",
    "是的",
    "好",
    "好的",
];

/// What else a yes may hold.
const MORE: &[&str] = &[
    "please",
    "forget",
    "delete",
    "erase",
    "remove",
    "it",
    "all",
    "everything",
    "them",
    "do",
    "that",
    "this",
    "go",
    "ahead",
    "i'm",
    "im",
    "i",
    "am",
    "sure",
    "now",
    "for",
    "good",
    "forever",
    "of",
    "thanks",
    "thank",
    "you",
    "yes",
    "so",
    "really",
    "absolutely",
    "definitely",
    "vergiss",
    "alles",
    "olvidalo",
    "oublie",
    "tout",
    "забудь",
    "все",
    "bitte",
    "ok",
    "okay",
    "confirm",
    "completely",
];

const NO: &[&str] = &[
    "no",
    "nope",
    "nah",
    "don't",
    "dont",
    "keep",
    "never",
    "nevermind",
    "cancel",
    "stop",
    "wait",
    "nein",
    "non",
    "нет",
    "いいえ",
    "नहीं",
    "لا",
    "不",
    "don’t",
    "leave",
];

/// Is this an order to forget everything about something? Only where it begins as one: "I want to forget everything
/// about him" is a wish, and "don't forget everything about" the contrary.
pub fn asked(message: &str) -> Option<Asked> {
    let message = message.trim();
    if message.chars().count() > 300 {
        return None;
    }
    let rest = without_courtesies(message);
    let topic = in_english(rest).or_else(|| elsewhere(rest))?;
    let (topic, exclude) = apart(&topic);
    let topic = trimmed(&topic);
    let words = fold(topic);
    Some(match words.as_str() {
        "me" | "myself" | "us" | "mich" | "mi" | "moi" => Asked::Me,
        "" | "it" | "that" | "this" | "him" | "her" | "them" | "everything" => Asked::Unclear,
        _ => Asked::About { topic: topic.to_owned(), exclude },
    })
}

/// Is this the answer to a question whether something shall really be forgotten? None for anything else.
pub fn answered(message: &str) -> Option<Answer> {
    let (message, exclude) = apart(message);
    let message = fold(&message.replace(',', " "));
    let words: Vec<&str> = message
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’') || is_mark(c)))
        .filter(|word| !word.is_empty())
        .collect();
    let (first, rest) = words.split_first()?;
    if NO.contains(first) && words.len() <= 8 {
        return Some(Answer::No);
    }
    let agreed = YES.contains(first) && rest.iter().all(|word| MORE.contains(word));
    // "please" or "all" alone agrees to nothing.
    let alone = rest.is_empty() && ["please", "do", "go", "forget", "delete"].contains(first);
    (agreed && !alone).then_some(Answer::Yes { exclude })
}

/// Signs that belong to a letter of scripts such as Devanagari.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0900}'..='\u{0DFF}' | '\u{064B}'..='\u{0652}')
}

fn trimmed(text: &str) -> &str {
    let text = text.trim_matches(|c: char| c.is_whitespace() || ".,!?;:\"“”。！？".contains(c));
    let ends = [" please", " for good", " forever", " for ever", " right now", " now", " thanks", " thank you"];
    match ends.iter().find_map(|end| text.strip_suffix(end)) {
        Some(shorter) => trimmed(shorter),
        None => text,
    }
}

/// The topic and what is to stay.
fn apart(text: &str) -> (String, Vec<String>) {
    let lower = text.to_lowercase();
    let cut = EXCEPT.iter().filter_map(|word| lower.find(word).map(|at| (at, word.len())));
    // The first, and the longest there.
    let cut = cut.min_by_key(|(at, length)| (*at, std::cmp::Reverse(*length)));
    match cut.filter(|_| lower.len() == text.len()) {
        None => (text.to_owned(), Vec::new()),
        Some((at, length)) => {
            let kept = text[at + length..].split(" and ").flat_map(|part| part.split(','));
            let kept = kept.map(|part| trimmed(part).to_owned()).filter(|part| !part.is_empty());
            (text[..at].to_owned(), kept.collect())
        }
    }
}

fn without_courtesies(mut text: &str) -> &str {
    loop {
        let shorter = COURTESIES.iter().find_map(|word| after(text, word));
        match shorter {
            Some(shorter) => text = shorter,
            None => return text,
        }
    }
}

/// What follows a word or phrase at the beginning of a text, whatever its case.
fn after<'t>(text: &'t str, phrase: &str) -> Option<&'t str> {
    let head = text.get(..phrase.len())?;
    let rest = &text[phrase.len()..];
    let ends = rest.chars().next().is_none_or(|c| !(c.is_alphanumeric() || c == '\''));
    (head.eq_ignore_ascii_case(phrase) && ends).then(|| rest.trim_start_matches([' ', ',', '!', ':']))
}

fn in_english(text: &str) -> Option<String> {
    let rest = VERBS.iter().find_map(|verb| after(text, verb))?;
    let rest = after(rest, "about").unwrap_or(rest);
    // The longest first: "all the memories" before "all".
    let mut everything: Vec<&str> = EVERYTHING.to_vec();
    everything.sort_by_key(|words| std::cmp::Reverse(words.len()));
    let mut rest = everything.iter().find_map(|words| after(rest, words))?;
    for _ in 0..12 {
        if let Some(topic) = ABOUT.iter().find_map(|word| after(rest, word)) {
            return Some(topic.to_owned());
        }
        rest = BETWEEN.iter().find_map(|word| after(rest, word))?;
    }
    None
}

fn elsewhere(text: &str) -> Option<String> {
    // Folding may change lengths, so the topic is taken word by word.
    let body = text.trim_end_matches(|c: char| c.is_whitespace() || ".!?。！？।".contains(c));
    let body = body.trim_end_matches("ください").trim_end_matches("下さい");
    ELSEWHERE.iter().find_map(|(before, behind)| {
        let body = if behind.is_empty() { body } else { body.strip_suffix(behind)? };
        if before.is_empty() {
            return Some(body.to_owned());
        }
        if body.is_ascii() || !before.contains(' ') {
            return strip_folded(body, before);
        }
        let mut words = body.split_whitespace();
        let same = before.split(' ').all(|word| words.next().is_some_and(|said| fold(said) == fold(word)));
        same.then(|| words.collect::<Vec<_>>().join(" "))
    })
}

fn strip_folded(body: &str, before: &str) -> Option<String> {
    if before.contains(' ') {
        after(body, before).map(str::to_owned)
    } else {
        body.strip_prefix(before).map(str::to_owned)
    }
}
