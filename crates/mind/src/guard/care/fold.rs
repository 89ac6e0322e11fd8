//! How a language's words are compared: without what people leave out when they type.

use crate::phrase::Words;
use std::borrow::Cow;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;

/// How words are folded.
#[derive(Clone, Debug)]
pub(super) enum Fold {
    /// Contractions spelled out ([`crate::phrase::Words::of`]).
    English,
    /// Without accents and apostrophes; three or more of a letter are one.
    Latin,
    /// As it sounds, from Devanagari or Latin letters.
    Hindi,
    /// Without vowel signs, forms of hamza and a leading "and".
    Arabic,
    /// Cut into the longest pieces that are known, the rest into characters.
    Pieces(BTreeSet<String>),
}

impl Fold {
    /// The words of a text.
    pub(super) fn words(&self, text: &str) -> Words {
        match self {
            Self::English => Words::of(text),
            fold => Words::folded(text, |word, push| fold.fold(word, push)),
        }
    }

    /// Hands on the words that a lower-case word is read as.
    fn fold(&self, word: &str, push: &mut dyn FnMut(&str)) {
        match self {
            Self::English => push(word),
            Self::Latin => push(&latin(word)),
            Self::Hindi => push(&hindi(word)),
            Self::Arabic => push(&arabic(word)),
            Self::Pieces(pieces) => cut(pieces, word).into_iter().for_each(push),
        }
    }

    /// A word of a table.
    pub(super) fn of(&self, word: &str) -> String {
        match self {
            Self::English | Self::Pieces(_) => word.to_owned(),
            Self::Latin => latin(word).into_owned(),
            Self::Hindi => hindi(word),
            Self::Arabic => arabic(word),
        }
    }
}

/// Cuts a text without spaces into pieces: so that the fewest characters belong to none, into the fewest, the longest
/// first.
pub(crate) fn cut<'a>(pieces: &BTreeSet<String>, text: &'a str) -> Vec<&'a str> {
    /// No piece has more characters.
    const LONGEST: usize = 12;
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let count = starts.len() - 1;
    // From each character on: how many are unknown, how many pieces there are, and how long the first one is.
    let mut best = vec![(0_usize, 0_usize, 0_usize); count + 1];
    for i in (0..count).rev() {
        let (unknown, rest, _) = best[i + 1];
        let known = usize::from(!pieces.contains(&text[starts[i]..starts[i + 1]]));
        best[i] = (unknown + known, rest + 1, 1);
        for length in 2..=LONGEST.min(count - i) {
            let (unknown, rest, _) = best[i + length];
            if (unknown, rest + 1) <= (best[i].0, best[i].1) && pieces.contains(&text[starts[i]..starts[i + length]]) {
                best[i] = (unknown, rest + 1, length);
            }
        }
    }
    let mut out = Vec::new();
    let mut i = 0;
    while i < count {
        let next = i + best[i].2;
        out.push(&text[starts[i]..starts[next]]);
        i = next;
    }
    out
}

/// Squeezes three or more of a letter into one: "sooo", "kiiill".
pub(super) fn squeezed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.as_bytes().windows(3).any(|run| run[0] == run[1] && run[1] == run[2]) {
        return Cow::Borrowed(text);
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for run in chars.chunk_by(|a, b| a == b) {
        out.extend(&run[..if run.len() > 2 { 1 } else { run.len() }]);
    }
    Cow::Owned(out)
}

fn latin(word: &str) -> Cow<'_, str> {
    if word.is_ascii() && !word.contains('\'') {
        return squeezed(word);
    }
    let bare: String = word
        .nfd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c) && *c != '\'')
        .flat_map(|c| {
            let (one, two) = match c {
                'ß' => ('s', Some('s')),
                'œ' => ('o', Some('e')),
                'æ' => ('a', Some('e')),
                other => (other, None),
            };
            std::iter::once(one).chain(two)
        })
        .collect();
    Cow::Owned(squeezed(&bare).into_owned())
}

fn arabic(word: &str) -> String {
    let bare: String = word
        .chars()
        .filter(|c| !matches!(c, '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}' | '\u{610}'..='\u{61a}' | '\''))
        .map(|c| match c {
            'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
            'ى' | 'ئ' | 'ی' => 'ي',
            'ة' => 'ه',
            'ؤ' => 'و',
            'ک' => 'ك',
            other => other,
        })
        .collect();
    let bare = squeezed(&bare);
    match bare.strip_prefix('و') {
        Some(rest) if rest.chars().count() > 2 => rest.to_owned(),
        _ => bare.into_owned(),
    }
}

/// The consonants and the marked vowels: people write the short a or leave it out, and nobody agrees on long ones.
fn hindi(word: &str) -> String {
    let mut sounds = String::with_capacity(word.len());
    if word.is_ascii() {
        sounds.push_str(word);
    } else {
        for c in word.nfd() {
            match sound(c) {
                Some(latin) => sounds.push_str(latin),
                None => sounds.push(c),
            }
        }
    }
    let initial = sounds.starts_with('a');
    let replace = |sounds: &mut String, from: &str, to: &str| {
        if sounds.contains(from) {
            *sounds = sounds.replace(from, to);
        }
    };
    if word.is_ascii() {
        for (from, to) in [("ee", "i"), ("oo", "u"), ("ai", "E"), ("ei", "e"), ("au", "o"), ("ph", "f")] {
            replace(&mut sounds, from, to);
        }
    }
    sounds.retain(|c| !matches!(c, 'a' | '\''));
    for (from, to) in [("chch", "ch"), ("chh", "ch"), ("w", "v"), ("z", "j")] {
        replace(&mut sounds, from, to);
    }
    let mut chars: Vec<char> = sounds.chars().collect();
    chars.dedup();
    // A nasal vowel at the end is written, or not.
    if let [.., vowel, 'n'] = chars[..]
        && matches!(vowel, 'i' | 'u' | 'e' | 'E' | 'o')
        && chars.len() > 2
    {
        chars.pop();
    }
    if initial { std::iter::once('a').chain(chars).collect() } else { chars.into_iter().collect() }
}

/// How a sign of Devanagari is written in Latin letters, the short a left out.
fn sound(c: char) -> Option<&'static str> {
    Some(match c {
        'क' => "k",
        'ख' => "kh",
        'ग' => "g",
        'घ' => "gh",
        'ङ' | 'ञ' | 'ण' | 'न' | 'ं' | 'ँ' => "n",
        'च' | 'छ' => "ch",
        'ज' => "j",
        'झ' => "jh",
        'ट' | 'त' => "t",
        'ठ' | 'थ' => "th",
        'ड' | 'द' => "d",
        'ढ' | 'ध' => "dh",
        'प' => "p",
        'फ' => "f",
        'ब' => "b",
        'भ' => "bh",
        'म' => "m",
        'य' => "y",
        'र' => "r",
        'ल' | 'ळ' => "l",
        'व' => "v",
        'श' | 'ष' => "sh",
        'स' => "s",
        'ह' => "h",
        'अ' | 'आ' | 'ऑ' => "a",
        'इ' | 'ई' | 'ि' | 'ी' => "i",
        'उ' | 'ऊ' | 'ु' | 'ू' => "u",
        'ऋ' | 'ृ' => "ri",
        'ए' | 'े' => "e",
        'ऐ' | 'ै' => "E",
        'ओ' | 'औ' | 'ो' | 'ौ' => "o",
        'ा' | 'ॉ' | '्' | '़' | 'ः' | '\u{200d}' | '\u{200c}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scripts_of_hindi_read_the_same() {
        for (devanagari, latin) in [
            ("मैं", "main"),
            ("जीना", "jeena"),
            ("नहीं", "nahin"),
            ("नहीं", "nahi"),
            ("चाहता", "chahta"),
            ("हूँ", "hoon"),
            ("ज़िंदगी", "zindagi"),
            ("खुदकुशी", "khudkushi"),
            ("ख़त्म", "khatm"),
            ("आज", "aaj"),
            ("अब", "ab"),
            ("अच्छा", "accha"),
            ("जीवन", "jeevan"),
        ] {
            assert_eq!(hindi(devanagari), hindi(latin), "{devanagari} {latin}");
        }
        assert_ne!(hindi("marna"), hindi("milna"));
    }

    #[test]
    fn what_is_left_out_does_not_count() {
        assert_eq!(latin("möööchte"), "mochte");
        assert_eq!(latin("l'adieu"), "ladieu");
        assert_eq!(arabic("وأريدُ"), "اريد");
        assert_eq!(squeezed("sooo good"), "so good");
        let pieces = ["死に", "たい"].map(String::from).into();
        assert_eq!(cut(&pieces, "もう死にたいよ"), ["も", "う", "死に", "たい", "よ"]);
    }
}
