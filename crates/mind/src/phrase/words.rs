//! Everyday text as plain words: lower case, contractions spelled out, with the little of the punctuation that counts.

use std::ops::Range;

/// One word.
#[derive(Clone, Debug)]
struct Word {
    /// Where its lower-case form stands in [`Words::folded`].
    folded: Range<usize>,
    /// Where it begins in the text.
    at: usize,
    /// Which sentence it belongs to.
    sentence: u32,
    /// Which clause (commas, semicolons, dashes, colons and sentence ends begin a new one).
    clause: u32,
    /// Written in capitals, and more than one letter.
    shouted: bool,
    /// Within quotation marks.
    quoted: bool,
}

/// How a sentence ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    /// With a question mark.
    pub(crate) question: bool,
    /// With so many exclamation marks.
    pub(crate) exclamations: u32,
}

/// A text, taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    folded: String,
    words: Vec<Word>,
    endings: Vec<Ending>,
}

/// Spellings that stand for several words; also the common ones without their apostrophe.
fn spelled_out(word: &str) -> Option<&'static [&'static str]> {
    Some(match word {
        "ain't" | "aint" | "isnt" => &["is", "not"],
        "arent" => &["are", "not"],
        "can't" | "cannot" | "cant" => &["can", "not"],
        "couldnt" => &["could", "not"],
        "couldve" => &["could", "have"],
        "didnt" => &["did", "not"],
        "doesnt" => &["does", "not"],
        "dont" => &["do", "not"],
        "dunno" => &["do", "not", "know"],
        "gimme" => &["give", "me"],
        "gonna" => &["going", "to"],
        "gotta" => &["got", "to"],
        "hadnt" => &["had", "not"],
        "hasnt" => &["has", "not"],
        "havent" => &["have", "not"],
        "i'm" | "im" => &["i", "am"],
        "ive" => &["i", "have"],
        "lemme" => &["let", "me"],
        "shan't" => &["shall", "not"],
        "shouldnt" => &["should", "not"],
        "thats" => &["that", "is"],
        "theyre" => &["they", "are"],
        "theyve" => &["they", "have"],
        "u" => &["you"],
        "ur" => &["your"],
        "wanna" => &["want", "to"],
        "wasnt" => &["was", "not"],
        "werent" => &["were", "not"],
        "whats" => &["what", "is"],
        "won't" | "wont" => &["will", "not"],
        "wouldnt" => &["would", "not"],
        "youre" => &["you", "are"],
        "youve" => &["you", "have"],
        _ => return None,
    })
}

/// Endings after an apostrophe, and the word they stand for.
const SUFFIXES: &[(&str, &str)] =
    &[("n't", "not"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'d", "would"), ("'s", "'s"), ("'m", "am")];

/// After these, `'s` is "is" rather than a possessive.
const IS_AFTER: &[&str] =
    &["he", "here", "how", "it", "she", "that", "there", "this", "what", "when", "where", "who", "why"];

impl Words {
    /// Takes a text apart. Words of any script; no normalisation beyond lower case and apostrophes.
    pub(crate) fn of(text: &str) -> Self {
        Self::split(text, Self::push)
    }

    /// Takes a text apart, each word as `fold` makes it out of its lower-case form: none, one or several words.
    pub(crate) fn folded(text: &str, mut fold: impl FnMut(&str, &mut dyn FnMut(&str))) -> Self {
        Self::split(text, |out, raw, like| fold(raw, &mut |word| out.push_one(word, like)))
    }

    fn split(text: &str, mut push: impl FnMut(&mut Self, &str, &Word)) -> Self {
        // A word has four letters and the space behind it.
        let (folded, words) = (String::with_capacity(text.len() + 16), Vec::with_capacity(text.len() / 5 + 1));
        let mut out = Self { folded, words, ..Self::default() };
        let mut sentence = 0;
        let mut clause = 0;
        let mut ending = Ending::default();
        let mut ended = false;
        let mut quoted = false;
        let mut chars = text.char_indices().peekable();
        let mut raw = String::new();
        while let Some((at, c)) = chars.next() {
            if c.is_alphanumeric() {
                if ended {
                    out.endings.push(std::mem::take(&mut ending));
                    sentence += 1;
                    clause += 1;
                    ended = false;
                }
                raw.clear();
                let (mut upper, mut lower) = (0, 0);
                let mut next = Some(c);
                while let Some(c) = next {
                    upper += u32::from(c.is_uppercase());
                    lower += u32::from(c.is_lowercase());
                    if c.is_ascii() {
                        raw.push(c.to_ascii_lowercase());
                    } else {
                        raw.extend(c.to_lowercase());
                    }
                    next = match chars.peek() {
                        Some(&(_, c)) if c.is_alphanumeric() || is_mark(c) => {
                            chars.next();
                            Some(c)
                        }
                        Some(&(i, c)) if is_apostrophe(c) && continues(text, i + c.len_utf8()) => {
                            chars.next();
                            Some('\'')
                        }
                        _ => None,
                    };
                }
                let word = Word { folded: 0..0, at, sentence, clause, shouted: upper > 1 && lower == 0, quoted };
                push(&mut out, &raw, &word);
                continue;
            }
            match c {
                '.' | '…' | '\n' | '。' | '।' => ended = !out.words.is_empty(),
                '!' | '！' => {
                    ended = !out.words.is_empty();
                    ending.exclamations += 1;
                }
                '?' | '？' | '؟' => {
                    ended = !out.words.is_empty();
                    ending.question = true;
                }
                ',' | ';' | ':' | '–' | '—' | '(' | ')' | '、' | '，' | '،' | '؛' => clause += 1,
                '"' | '“' | '”' | '«' | '»' | '„' => {
                    quoted = !quoted;
                    clause += 1;
                }
                '「' | '『' | '」' | '』' => {
                    quoted = matches!(c, '「' | '『');
                    clause += 1;
                }
                _ => {}
            }
        }
        out.endings.push(ending);
        out
    }

    fn push(&mut self, raw: &str, like: &Word) {
        if let Some(parts) = spelled_out(raw) {
            parts.iter().for_each(|part| self.push_one(part, like));
            return;
        }
        let cut = raw.find('\'').and_then(|_| SUFFIXES.iter().find_map(|(s, m)| Some((raw.strip_suffix(s)?, *m))));
        if let Some((stem, meaning)) = cut.filter(|(stem, _)| !stem.is_empty()) {
            self.push_one(stem, like);
            self.push_one(if meaning == "'s" && IS_AFTER.contains(&stem) { "is" } else { meaning }, like);
            return;
        }
        self.push_one(raw, like);
    }

    fn push_one(&mut self, word: &str, like: &Word) {
        let start = self.folded.len();
        self.folded.push_str(word);
        self.words.push(Word { folded: start..self.folded.len(), ..like.clone() });
    }

    /// The same words, but for those that are meant to be others.
    pub(crate) fn respelled<'w>(self, meant: impl Fn(&str) -> Option<&'w str>) -> Self {
        let others: Vec<Option<&str>> = self.iter().map(meant).collect();
        if others.iter().all(Option::is_none) {
            return self;
        }
        let mut out = Self { folded: String::with_capacity(self.folded.len() + 16), ..Self::default() };
        for (like, other) in self.words.iter().zip(others) {
            out.push_one(other.unwrap_or(&self.folded[like.folded.clone()]), like);
        }
        out.endings = self.endings;
        out
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// The word at `i`, in lower case.
    pub(crate) fn get(&self, i: usize) -> &str {
        self.words.get(i).map_or("", |w| &self.folded[w.folded.clone()])
    }

    /// All words, in lower case.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|w| &self.folded[w.folded.clone()])
    }

    /// Where the word at `i` begins in the text, in bytes.
    pub(crate) fn offset(&self, i: usize) -> usize {
        self.words.get(i).map_or(0, |w| w.at)
    }

    /// Whether the word at `i` is in capitals.
    pub(crate) fn shouted(&self, i: usize) -> bool {
        self.words.get(i).is_some_and(|w| w.shouted)
    }

    /// Whether the word at `i` stands within quotation marks.
    pub(crate) fn quoted(&self, i: usize) -> bool {
        self.words.get(i).is_some_and(|w| w.quoted)
    }

    /// How many words stand within quotation marks.
    pub(crate) fn quoted_words(&self) -> usize {
        self.words.iter().filter(|w| w.quoted).count()
    }

    /// Whether two words are of one sentence.
    pub(crate) fn same_sentence(&self, a: usize, b: usize) -> bool {
        matches!((self.words.get(a), self.words.get(b)), (Some(a), Some(b)) if a.sentence == b.sentence)
    }

    /// Whether two words are of one clause.
    pub(crate) fn same_clause(&self, a: usize, b: usize) -> bool {
        matches!((self.words.get(a), self.words.get(b)), (Some(a), Some(b)) if a.clause == b.clause)
    }

    /// How the sentence of the word at `i` ends.
    pub(crate) fn ending(&self, i: usize) -> Ending {
        self.words.get(i).and_then(|w| self.endings.get(w.sentence as usize)).copied().unwrap_or_default()
    }

    /// The words of the sentence that `i` is in.
    pub(crate) fn sentence_of(&self, i: usize) -> Range<usize> {
        let Some(sentence) = self.words.get(i).map(|w| w.sentence) else { return 0..0 };
        let start = self.words.partition_point(|w| w.sentence < sentence);
        let end = self.words.partition_point(|w| w.sentence <= sentence);
        start..end
    }

    /// The words before `i` in its clause, at most `n`, nearest first.
    pub(crate) fn before(&self, i: usize, n: usize) -> impl Iterator<Item = &str> {
        (i.saturating_sub(n)..i).rev().take_while(move |&j| self.same_clause(j, i)).map(|j| self.get(j))
    }

    /// Whether what begins at `i` is denied by a word shortly before it ("not", "never", "hardly", ...).
    pub(crate) fn negated(&self, i: usize) -> bool {
        let only_after = self.before(i, 3).any(|w| w == "only");
        !only_after && self.before(i, 3).any(is_negation)
    }
}

/// Words that turn what follows into its opposite.
pub(crate) fn is_negation(word: &str) -> bool {
    matches!(
        word,
        "not"
            | "never"
            | "no"
            | "nothing"
            | "nobody"
            | "none"
            | "neither"
            | "nor"
            | "without"
            | "hardly"
            | "barely"
            | "scarcely"
            | "seldom"
            | "rarely"
            | "nowhere"
    )
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '`')
}

/// Combining marks belong to the letter before them (Hindi and Arabic vowel signs).
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{962}'..='\u{963}')
}

fn continues(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Words::of(text).iter().map(str::to_owned).collect()
    }

    #[test]
    fn contractions_are_spelled_out() {
        assert_eq!(
            words("I’m sure it didn't, dont worry"),
            ["i", "am", "sure", "it", "did", "not", "do", "not", "worry"]
        );
        assert_eq!(words("You're Dad's best; it's late"), ["you", "are", "dad", "'s", "best", "it", "is", "late"]);
        assert_eq!(words("break-up"), ["break", "up"]);
        assert_eq!(words("मैं जीना नहीं चाहता।"), ["मैं", "जीना", "नहीं", "चाहता"]);
    }

    #[test]
    fn sentences_end_and_clauses_part() {
        let w = Words::of("WOW! Is it, perhaps, \"true\"? Yes");
        assert!(w.shouted(0));
        assert_eq!(w.ending(0).exclamations, 1);
        assert!(w.ending(1).question);
        assert!(!w.same_sentence(0, 1));
        assert!(w.same_sentence(1, 3) && !w.same_clause(2, 3));
        assert!(w.quoted(4) && !w.quoted(5));
        assert_eq!(w.sentence_of(2), 1..5);
        assert_eq!(Words::of("").len(), 0);
        assert_eq!(Words::of("...!?").len(), 0);
    }

    #[test]
    fn negation_reaches_three_words_within_a_clause() {
        let w = Words::of("it was not really that amazing");
        assert!(w.negated(5));
        assert!(!Words::of("no, it was amazing").negated(3));
        assert!(!Words::of("not only amazing").negated(2));
    }
}
