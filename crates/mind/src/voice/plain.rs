//! The spelling of quick hands: "whats my dogs name", "im so tired rn", "idk". Read as what it stands for, never
//! quoted so.

use compact_str::CompactString;

/// (as it is typed, what it stands for); in lower case.
const SHORT: &[(&str, &str)] = &[
    ("2day", "today"),
    ("2moro", "tomorrow"),
    ("abt", "about"),
    ("alot", "a lot"),
    ("arent", "aren't"),
    ("bc", "because"),
    ("bcs", "because"),
    ("bday", "birthday"),
    ("becuase", "because"),
    ("bf", "boyfriend"),
    ("bff", "best friend"),
    ("btw", "by the way"),
    ("cant", "can't"),
    ("couldnt", "couldn't"),
    ("coz", "because"),
    ("cuz", "because"),
    ("definately", "definitely"),
    ("didnt", "didn't"),
    ("doesnt", "doesn't"),
    ("dont", "don't"),
    ("dunno", "don't know"),
    ("fav", "favourite"),
    ("fave", "favourite"),
    ("freind", "friend"),
    ("gf", "girlfriend"),
    ("gonna", "going to"),
    ("gotta", "got to"),
    ("gramps", "grandpa"),
    ("hadnt", "hadn't"),
    ("hasnt", "hasn't"),
    ("havent", "haven't"),
    ("hes", "he's"),
    ("hows", "how's"),
    ("hw", "homework"),
    ("i", "I"),
    ("idk", "I don't know"),
    ("im", "I'm"),
    ("isnt", "isn't"),
    ("ive", "I've"),
    ("lets", "let's"),
    ("nvm", "never mind"),
    ("pls", "please"),
    ("plz", "please"),
    ("ppl", "people"),
    ("rly", "really"),
    ("rn", "right now"),
    ("shes", "she's"),
    ("shouldnt", "shouldn't"),
    ("smth", "something"),
    ("sry", "sorry"),
    ("thats", "that's"),
    ("theres", "there's"),
    ("theyre", "they're"),
    ("tmr", "tomorrow"),
    ("tmrw", "tomorrow"),
    ("tommorow", "tomorrow"),
    ("tomorow", "tomorrow"),
    ("tonite", "tonight"),
    ("u", "you"),
    ("ur", "your"),
    ("wanna", "want to"),
    ("wasnt", "wasn't"),
    ("wat", "what"),
    ("werent", "weren't"),
    ("weve", "we've"),
    ("whats", "what's"),
    ("whens", "when's"),
    ("wheres", "where's"),
    ("whos", "who's"),
    ("wont", "won't"),
    ("wouldnt", "wouldn't"),
    ("wut", "what"),
    ("youre", "you're"),
    ("youve", "you've"),
];

/// Small change of chats: it says nothing beside other words.
const SLANG: &[&str] =
    &["haha", "hahaha", "imo", "lmao", "lol", "ngl", "obv", "obvs", "omg", "smh", "tbh", "tho", "xd", "xx", "xxx"];

/// The text with everyday short forms spelled out, straight apostrophes, "for a living" as what it means, and without
/// "by the way".
pub(super) fn spelled_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let (mut slang, mut more) = (false, false);
    let straight;
    let text = if text.contains(['’', 'ʼ', '`']) {
        straight = text.replace(['’', 'ʼ', '`'], "'");
        &straight
    } else {
        text
    };
    let in_word = |c: char| c.is_alphanumeric() || c == '\'';
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let word = long_form(word).unwrap_or(word);
        if !word.is_empty() {
            if is_slang(word) { slang = true } else { more = true }
        }
        out.push_str(word);
        let marks = after.find(in_word).unwrap_or(after.len());
        out.push_str(&after[..marks]);
        rest = &after[marks..];
    }
    if slang && more {
        let kept: Vec<&str> =
            out.split(' ').filter(|w| !is_slang(w.trim_matches(|c: char| !c.is_alphanumeric()))).collect();
        out = kept.join(" ").trim_end_matches([',', ' ']).to_owned();
    }
    let lower = out.to_ascii_lowercase();
    if lower.contains("living") {
        for (living, work) in [("for a living", "for work"), ("as a living", "as work"), ("my living", "my work")] {
            if let Some(at) = out.to_ascii_lowercase().find(living) {
                out.replace_range(at..at + living.len(), work);
            }
        }
    }
    if lower.contains("by the way") {
        for aside in [", by the way", " by the way", "by the way, ", "by the way "] {
            while let Some(at) = out.to_ascii_lowercase().find(aside) {
                out.replace_range(at..at + aside.len(), "");
            }
        }
    }
    out
}

/// The longest of [`SHORT`] and of [`SLANG`], in bytes: most words are told from them by that.
const LONGEST: usize = 10;

/// How long the short forms are that begin with a byte: a bit for each length. It tells most words from them.
static LENGTHS: [u16; 256] = {
    let (mut lengths, mut at) = ([0; 256], 0);
    while at < SHORT.len() {
        let short = SHORT[at].0.as_bytes();
        lengths[short[0] as usize] |= 1 << short.len();
        at += 1;
    }
    lengths
};

/// What a short form stands for.
fn long_form(word: &str) -> Option<&'static str> {
    // "IM", "UR" may be initials; "Bf" at the head of a sentence is not.
    let small = |word: &str| word.len() == 1 || word.chars().skip(1).all(char::is_lowercase);
    let lengths = LENGTHS[usize::from(word.bytes().next()?.to_ascii_lowercase())];
    if word.len() > LONGEST || lengths >> word.len() & 1 == 0 || !small(word) {
        return None;
    }
    let mut lower = CompactString::from(word);
    lower.make_ascii_lowercase();
    SHORT.binary_search_by(|(short, _)| (*short).cmp(lower.as_str())).ok().map(|at| SHORT[at].1)
}

fn is_slang(word: &str) -> bool {
    (2..=LONGEST).contains(&word.len()) && SLANG.iter().any(|slang| slang.eq_ignore_ascii_case(word))
}

/// A statement with a tag ("can you believe it?", ", right?") is a statement.
pub(super) fn without_tag(text: &str) -> Option<String> {
    let trimmed = text.trim_end_matches(['?', '!', ' ']);
    if !text.get(trimmed.len()..)?.contains('?') {
        return None;
    }
    let lower = trimmed.to_ascii_lowercase();
    let tag = TAGS.iter().find(|tag| lower.ends_with(*tag))?;
    let told = trimmed.get(..trimmed.len() - tag.len())?;
    // What is left must say something, and must not ask by itself.
    (told.split_whitespace().count() >= 3 && !told.contains('?')).then(|| format!("{told}."))
}

/// Endings that ask for nothing but a nod.
const TAGS: &[&str] = &[
    ", can you believe it",
    ", can you believe that",
    " can you believe it",
    ", right",
    ", you know",
    ", huh",
    ", eh",
    ", isn't it",
    ", isnt it",
    ", innit",
    ", don't you think",
    ", what do you think",
    ", what do you say",
    ", you know what i mean",
    ", ok",
    ", okay",
    ", yeah",
    ", no",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_sorted_and_spelled_out() {
        assert!(SHORT.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(SHORT.iter().map(|(short, _)| short).chain(SLANG).all(|word| word.len() <= LONGEST));
        for (text, plain) in [
            ("whats my dogs name", "what's my dogs name"),
            ("im so tired rn", "I'm so tired right now"),
            ("Idk, u tell me", "I don't know, you tell me"),
            ("What do I do for a living?", "What do I do for work?"),
            ("I’m here", "I'm here"),
            ("I'm Tom by the way.", "I'm Tom."),
            ("Btw, im Tom", "I'm Tom"),
            ("my fav singer is taylor swift obv", "my favourite singer is taylor swift"),
            ("lol", "lol"),
            ("IM me", "IM me"),
            ("unicorn", "unicorn"),
        ] {
            assert_eq!(spelled_out(text), plain);
        }
        for (text, told) in [
            ("I got promoted, can you believe it?", Some("I got promoted.")),
            ("We want to go to Peru, what do you think??", Some("We want to go to Peru.")),
            ("what do you think?", None),
            ("Where do I live?", None),
        ] {
            assert_eq!(without_tag(text).as_deref(), told, "{text}");
        }
    }
}
