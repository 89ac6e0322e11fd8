//! English stems by Porter's second algorithm ("The English (Porter2) stemming algorithm", snowballstem.org), for words
//! of small letters alone. Every message is read several times, so that a word is not copied unless its ending is another.

use std::borrow::Cow;

/// Nobody writes longer words; what is longer stays as it is.
const LONGEST: usize = 64;

/// Words that the rules would spoil, and what becomes of them.
const EXCEPTIONS: [(&str, &str); 18] = [
    ("andes", "andes"),
    ("atlas", "atlas"),
    ("bias", "bias"),
    ("cosmos", "cosmos"),
    ("dying", "die"),
    ("early", "earli"),
    ("gently", "gentl"),
    ("howe", "howe"),
    ("idly", "idl"),
    ("lying", "lie"),
    ("news", "news"),
    ("only", "onli"),
    ("singly", "singl"),
    ("skies", "sky"),
    ("skis", "ski"),
    ("sky", "sky"),
    ("tying", "tie"),
    ("ugly", "ugli"),
];

/// Words that stay what they are once a plural is taken off.
const DONE: [&str; 8] = ["canning", "earring", "exceed", "herring", "inning", "outing", "proceed", "succeed"];

/// Endings and what they become, if they begin within the first region; of those that fit the longest is meant, which
/// stands first. By their last letter.
const STEP_2: [(u8, &[(&str, &str)]); 6] = [
    (
        b'i',
        &[
            ("lessli", "less"),
            ("biliti", "ble"),
            ("ousli", "ous"),
            ("fulli", "ful"),
            ("entli", "ent"),
            ("iviti", "ive"),
            ("aliti", "al"),
            ("enci", "ence"),
            ("anci", "ance"),
            ("abli", "able"),
            ("alli", "al"),
            ("bli", "ble"),
            ("ogi", "og"),
            ("li", ""),
        ],
    ),
    (b'l', &[("ational", "ate"), ("tional", "tion")]),
    (b'm', &[("alism", "al")]),
    (b'n', &[("ization", "ize"), ("ation", "ate")]),
    (b'r', &[("ator", "ate"), ("izer", "ize")]),
    (b's', &[("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive")]),
];

const STEP_3: [(u8, &[(&str, &str)]); 4] = [
    (b'e', &[("alize", "al"), ("icate", "ic"), ("ative", "")]),
    (b'i', &[("iciti", "ic")]),
    (b'l', &[("ational", "ate"), ("tional", "tion"), ("ical", "ic"), ("ful", "")]),
    (b's', &[("ness", "")]),
];

/// Endings that go, if they begin within the second region.
const STEP_4: [(u8, &[(&str, &str)]); 9] = [
    (b'c', &[("ic", "")]),
    (b'e', &[("ance", ""), ("ence", ""), ("able", ""), ("ible", ""), ("ate", ""), ("ive", ""), ("ize", "")]),
    (b'i', &[("iti", "")]),
    (b'l', &[("al", "")]),
    (b'm', &[("ism", "")]),
    (b'n', &[("ion", "")]),
    (b'r', &[("er", "")]),
    (b's', &[("ous", "")]),
    (b't', &[("ement", ""), ("ment", ""), ("ent", ""), ("ant", "")]),
];

/// The stem of a word of small letters (a to z).
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    if word.len() < 3 || word.len() > LONGEST {
        return Cow::Borrowed(word);
    }
    if let Ok(at) = EXCEPTIONS.binary_search_by_key(&word, |(word, _)| word) {
        return Cow::Borrowed(EXCEPTIONS[at].1);
    }
    let mut letters = Letters::of(word);
    letters.plural();
    if DONE.binary_search(&letters.text()).is_err() {
        letters.past_and_progress();
        letters.y();
        letters.step_2();
        letters.step_3();
        letters.step_4();
        letters.step_5();
    }
    let stem = letters.text();
    match word.get(..stem.len()) {
        Some(head) if head == stem => Cow::Borrowed(head),
        _ => Cow::Owned(stem.to_owned()),
    }
}

/// A word on its way to its stem.
struct Letters {
    letters: [u8; LONGEST],
    len: usize,
    /// A bit for every vowel. A y is one unless it begins the word or follows one.
    vowels: u64,
    /// Where the regions begin: each behind the first consonant that follows a vowel, the second within the first.
    first: usize,
    second: usize,
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

impl Letters {
    fn of(word: &str) -> Self {
        let mut it = Self { letters: [0; LONGEST], len: word.len(), vowels: 0, first: 0, second: 0 };
        it.letters[..word.len()].copy_from_slice(word.as_bytes());
        let mut last = true;
        for (at, letter) in word.bytes().enumerate() {
            last = is_vowel(letter) || (letter == b'y' && !last);
            it.vowels |= u64::from(last) << at;
        }
        let prefix = ["gener", "commun", "arsen"].into_iter().find(|prefix| word.starts_with(prefix));
        it.first = prefix.map_or_else(|| it.region(0), str::len);
        it.second = it.region(it.first);
        it
    }

    fn region(&self, from: usize) -> usize {
        let vowel = (from..self.len).find(|at| self.vowel(*at)).unwrap_or(self.len);
        (vowel..self.len).find(|at| !self.vowel(*at)).map_or(self.len, |at| at + 1)
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.letters[..self.len]).unwrap_or_default()
    }

    fn vowel(&self, at: usize) -> bool {
        self.vowels >> at & 1 != 0
    }

    /// There is a vowel before that letter.
    fn vowel_before(&self, at: usize) -> bool {
        self.vowels & ((1 << at) - 1) != 0
    }

    fn ends(&self, ending: &str) -> bool {
        self.letters[..self.len].ends_with(ending.as_bytes())
    }

    fn last(&self) -> u8 {
        self.letters[self.len - 1]
    }

    /// Cuts the word off and goes on with something else.
    fn go_on(&mut self, from: usize, with: &str) {
        self.vowels &= (1 << from) - 1;
        for (at, letter) in (from..).zip(with.bytes()) {
            self.letters[at] = letter;
            self.vowels |= u64::from(is_vowel(letter)) << at;
        }
        self.len = from + with.len();
    }

    /// What comes before ends in a short syllable: a vowel between consonants, of which the second is no w, x or y, or
    /// a vowel that begins the word and a consonant.
    fn short_before(&self, end: usize) -> bool {
        let consonant = |at: usize| !self.vowel(at);
        match end {
            0 | 1 => false,
            2 => self.vowel(0) && consonant(1),
            _ => {
                consonant(end - 1)
                    && !matches!(self.letters[end - 1], b'w' | b'x' | b'y')
                    && self.vowel(end - 2)
                    && consonant(end - 3)
            }
        }
    }

    /// Step 1a.
    fn plural(&mut self) {
        let len = self.len;
        if self.ends("sses") {
            self.len -= 2;
        } else if self.ends("ies") || self.ends("ied") {
            self.len -= if len > 4 { 2 } else { 1 };
        } else if self.last() == b's' && !self.ends("us") && !self.ends("ss") && self.vowel_before(len - 2) {
            self.len -= 1;
        }
    }

    /// Step 1b.
    fn past_and_progress(&mut self) {
        if let Some(ending) = ["eedly", "eed"].into_iter().find(|ending| self.ends(ending)) {
            let from = self.len - ending.len();
            if from >= self.first {
                self.go_on(from, "ee");
            }
            return;
        }
        let Some(ending) = ["ingly", "edly", "ing", "ed"].into_iter().find(|ending| self.ends(ending)) else { return };
        let from = self.len - ending.len();
        if !self.vowel_before(from) {
            return;
        }
        self.go_on(from, "");
        let [.., before, last] = self.letters[..from] else { return };
        if ["at", "bl", "iz"].into_iter().any(|ending| self.ends(ending)) {
            self.go_on(from, "e");
        } else if before == last && b"bdfgmnprt".contains(&last) {
            self.go_on(from - 1, "");
        } else if from == self.first && self.short_before(from) {
            self.go_on(from, "e");
        }
    }

    /// Step 1c.
    fn y(&mut self) {
        if self.last() == b'y' && self.len > 2 && !self.vowel(self.len - 2) {
            self.go_on(self.len - 1, "i");
        }
    }

    /// Which of the endings it has, where that begins, and what it becomes.
    fn ending(&self, endings: &[(u8, &[(&'static str, &'static str)])]) -> Option<(usize, &'static str, &'static str)> {
        let last = self.last();
        let (_, endings) = endings.iter().find(|(letter, _)| *letter == last)?;
        let (ending, with) = endings.iter().find(|(ending, _)| self.ends(ending))?;
        Some((self.len - ending.len(), ending, with))
    }

    fn step_2(&mut self) {
        let Some((from, ending, with)) = self.ending(&STEP_2).filter(|(from, ..)| *from >= self.first) else { return };
        let before = self.letters[..from].last().copied().unwrap_or_default();
        let fits = match ending {
            "ogi" => before == b'l',
            "li" => b"cdeghkmnrt".contains(&before),
            _ => true,
        };
        if fits {
            self.go_on(from, with);
        }
    }

    fn step_3(&mut self) {
        let Some((from, ending, with)) = self.ending(&STEP_3).filter(|(from, ..)| *from >= self.first) else { return };
        if ending != "ative" || from >= self.second {
            self.go_on(from, with);
        }
    }

    fn step_4(&mut self) {
        let Some((from, ending, with)) = self.ending(&STEP_4).filter(|(from, ..)| *from >= self.second) else { return };
        if ending != "ion" || matches!(self.letters[from - 1], b's' | b't') {
            self.go_on(from, with);
        }
    }

    fn step_5(&mut self) {
        let from = self.len - 1;
        let goes = match self.last() {
            b'e' => from >= self.second || (from >= self.first && !self.short_before(from)),
            b'l' => from >= self.second && self.ends("ll"),
            _ => false,
        };
        if goes {
            self.go_on(from, "");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_stemmers::{Algorithm, Stemmer};

    /// What words are made of, so that every rule is met.
    const PIECES: &[&str] = &[
        "a", "e", "i", "o", "u", "y", "b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w",
        "x", "z", "at", "bl", "iz", "tt", "ll", "ss", "gener", "commun", "arsen", "sses", "ied", "ies", "us", "eed",
        "eedly", "ed", "edly", "ing", "ingly", "tional", "enci", "anci", "abli", "entli", "izer", "ization", "ational",
        "ation", "ator", "alism", "aliti", "alli", "fulness", "ousli", "ousness", "iveness", "iviti", "biliti", "bli",
        "logi", "ogi", "fulli", "lessli", "li", "alize", "icate", "iciti", "ical", "ful", "ness", "ative", "al",
        "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ism", "ate", "iti", "ous", "ive",
        "ize", "ion", "sion", "inn", "out", "cann", "herr", "earr", "proc", "exc", "succ",
    ];

    proptest! {
        #[test]
        fn stems_are_those_of_the_reference(pieces in proptest::collection::vec(0..PIECES.len(), 1..6)) {
            let word: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
            let reference = Stemmer::create(Algorithm::English);
            if word.len() > 2 {
                prop_assert_eq!(stem(&word), reference.stem(&word), "{}", word);
            }
        }
    }

    #[test]
    fn exceptions_are_in_order_and_those_of_the_reference() {
        let reference = Stemmer::create(Algorithm::English);
        assert!(EXCEPTIONS.is_sorted() && DONE.is_sorted());
        for word in EXCEPTIONS.iter().map(|(word, _)| *word).chain(DONE).chain(["innings", "proceeds", "skying", "bye"])
        {
            assert_eq!(stem(word), reference.stem(word), "{word}");
        }
        assert_eq!((stem("ab"), stem(&"x".repeat(65)).len()), (Cow::Borrowed("ab"), 65));
    }

    #[test]
    fn a_word_that_is_only_cut_is_not_copied() {
        assert!(matches!(stem("swimming"), Cow::Borrowed("swim")));
        assert!(matches!(stem("happily"), Cow::Owned(stem) if stem == "happili"));
    }
}
