//! The lowercasing WordPiece tokenizer of the BERT family, exactly as the reference implementation has it:
//! text -> words (cleaned, lowercased, without accents, punctuation and CJK apart) -> the longest known pieces.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use unicode_normalization::char::decompose_canonical;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// A part of a word says something from so many letters on; shorter ones are rubble.
const TELLING: usize = 4;
/// A word of more characters than this is unknown as a whole.
const LONGEST_WORD: usize = 100;

/// As many tokens as a vocabulary of this kind usually has: room that need not be made anew.
const EXPECTED_TOKENS: usize = 25_000;

/// What a text's tokens are, and how much of the text the vocabulary really knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// Token ids in order, unknown ones included.
    pub(crate) ids: Vec<u32>,
    /// How many letters and digits the words have.
    pub(crate) letters: usize,
    /// Those of them that lie in words the vocabulary holds whole, or in pieces of at least [`TELLING`] letters.
    pub(crate) known_letters: usize,
}

/// FNV-1a: the keys are short and come from our own vocabulary, so nobody can flood the table.
#[derive(Clone)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Pieces and their ids; the pieces lie in the file they were read from.
type Pieces<'a> = HashMap<Cow<'a, str>, u32, BuildHasherDefault<Fnv>>;

/// The known pieces.
#[derive(Default)]
struct Vocabulary<'a> {
    /// Those that begin a word.
    first: Pieces<'a>,
    /// Those that go on with one, without their `##`.
    further: Pieces<'a>,
    /// Length of the longest in bytes: no longer prefix need be looked up.
    longest: usize,
}

impl<'de: 'a, 'a> Deserialize<'de> for Vocabulary<'a> {
    /// Straight into the two tables: a detour through a map of strings would double the time to load.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Token<'a>(#[serde(borrow)] Cow<'a, str>);
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Vocabulary<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of tokens and their ids")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut vocabulary = Vocabulary::default();
                vocabulary.first.reserve(EXPECTED_TOKENS);
                vocabulary.further.reserve(EXPECTED_TOKENS / 4);
                while let Some((Token(token), id)) = map.next_entry::<Token<'de>, u32>()? {
                    vocabulary.longest = vocabulary.longest.max(token.len());
                    let further = match &token {
                        Cow::Borrowed(token) => token.strip_prefix("##").map(Cow::Borrowed),
                        Cow::Owned(token) => token.strip_prefix("##").map(|rest| Cow::Owned(rest.to_owned())),
                    };
                    match further.filter(|rest| !rest.is_empty()) {
                        Some(rest) => vocabulary.further.insert(rest, id),
                        None => vocabulary.first.insert(token, id),
                    };
                }
                Ok(vocabulary)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// The tokenizer.
pub(crate) struct WordPiece<'a> {
    vocabulary: Vocabulary<'a>,
    /// Tokens that are recognised literally, before anything is normalised.
    special: Vec<(Cow<'a, str>, u32)>,
    /// Id of a word without known pieces.
    unknown: u32,
    /// At most so many tokens of a text are read.
    limit: usize,
}

impl<'a> WordPiece<'a> {
    /// Reads the vocabulary of a `tokenizer.json`; of a text at most `limit` tokens will be read.
    ///
    /// # Errors
    /// If it is not a WordPiece tokenizer's file.
    pub(crate) fn parse(json: &'a [u8], limit: usize) -> Result<Self, serde_json::Error> {
        #[derive(serde::Deserialize)]
        struct File<'a> {
            #[serde(borrow)]
            model: Model<'a>,
            #[serde(borrow)]
            added_tokens: Vec<Special<'a>>,
        }
        #[derive(serde::Deserialize)]
        struct Model<'a> {
            #[serde(borrow)]
            vocab: Vocabulary<'a>,
            unk_token: String,
        }
        #[derive(serde::Deserialize)]
        struct Special<'a> {
            id: u32,
            #[serde(borrow)]
            content: Cow<'a, str>,
        }
        let File { model: Model { vocab: vocabulary, unk_token }, added_tokens } = serde_json::from_slice(json)?;
        let special = added_tokens.into_iter().map(|Special { id, content }| (content, id)).collect();
        let unknown = vocabulary.first.get(unk_token.as_str()).copied();
        let unknown =
            unknown.ok_or_else(|| serde::de::Error::custom(format!("{unk_token} is not in the vocabulary")))?;
        Ok(Self { vocabulary, special, unknown, limit })
    }

    /// The same, without the file it was read from.
    pub(crate) fn into_owned(self) -> WordPiece<'static> {
        let owned =
            |pieces: Pieces<'_>| pieces.into_iter().map(|(piece, id)| (piece.into_owned().into(), id)).collect();
        let Vocabulary { first, further, longest } = self.vocabulary;
        WordPiece {
            vocabulary: Vocabulary { first: owned(first), further: owned(further), longest },
            special: self.special.into_iter().map(|(token, id)| (token.into_owned().into(), id)).collect(),
            unknown: self.unknown,
            limit: self.limit,
        }
    }

    /// The id of a token that is recognised literally.
    pub(crate) fn special(&self, token: &str) -> Option<u32> {
        self.special.iter().find(|(known, _)| known == token).map(|(_, id)| *id)
    }

    /// The largest id.
    pub(crate) fn largest(&self) -> u32 {
        let Vocabulary { first, further, .. } = &self.vocabulary;
        let special = self.special.iter().map(|(_, id)| id);
        first.values().chain(further.values()).chain(special).copied().max().unwrap_or_default()
    }

    /// The words of Latin letters that the vocabulary holds whole, with their ids, in the order of these.
    pub(crate) fn whole_words(&self) -> Vec<(&str, u32)> {
        let is_word = |piece: &str| piece.len() > 1 && piece.bytes().all(|byte| byte.is_ascii_lowercase());
        let pieces = self.vocabulary.first.iter().map(|(piece, id)| (piece.as_ref(), *id));
        let mut words: Vec<(&str, u32)> = pieces.filter(|(piece, _)| is_word(piece)).collect();
        words.sort_unstable_by_key(|(_, id)| *id);
        words
    }

    /// The tokens of `text`, at most as many as the file's truncation allows.
    pub(crate) fn tokens(&self, text: &str) -> Tokens {
        let mut tokens = Tokens::default();
        let mut rest = text;
        while let Some((before, id, after)) = self.split_special(rest) {
            self.words(before, &mut tokens);
            tokens.ids.push(id);
            rest = after;
            if tokens.ids.len() >= self.limit {
                break;
            }
        }
        self.words(rest, &mut tokens);
        tokens.ids.truncate(self.limit);
        tokens
    }

    fn words(&self, text: &str, tokens: &mut Tokens) {
        let mut words = Words {
            word: String::with_capacity(32),
            found: |word: &str| {
                self.word(word, tokens);
                tokens.ids.len() < self.limit
            },
        };
        words.read(text);
    }

    fn word(&self, word: &str, tokens: &mut Tokens) {
        let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
        tokens.letters += letters;
        let before = tokens.ids.len();
        let fits = word.len() <= LONGEST_WORD || word.chars().count() <= LONGEST_WORD;
        match fits.then(|| self.split(word, &mut tokens.ids)).flatten() {
            None => {
                tokens.ids.truncate(before);
                tokens.ids.push(self.unknown);
            }
            Some(_) if tokens.ids.len() == before + 1 => {
                tokens.known_letters += if letters > 1 || word.is_ascii() { letters } else { 0 };
            }
            Some(in_telling_pieces) => tokens.known_letters += in_telling_pieces.min(letters),
        }
    }

    /// The first special token of the text, with what is before and behind it.
    fn split_special<'t>(&self, text: &'t str) -> Option<(&'t str, u32, &'t str)> {
        // All of them are written in brackets: most texts need not be searched for each.
        text.contains('[').then_some(())?;
        self.special
            .iter()
            .filter_map(|(token, id)| text.find(&**token).map(|at| (at, token.len(), *id)))
            .min_by_key(|(at, ..)| *at)
            .map(|(at, length, id)| (&text[..at], id, &text[at + length..]))
    }

    /// Greedy longest match. Gives how many characters lie in telling pieces; none if a part of the word has no
    /// piece at all.
    fn split(&self, word: &str, ids: &mut Vec<u32>) -> Option<usize> {
        let mut rest = word;
        let mut table = &self.vocabulary.first;
        let mut telling = 0;
        while !rest.is_empty() {
            let mut end = rest.floor_char_boundary(self.vocabulary.longest);
            let id = loop {
                if end == 0 {
                    return None;
                }
                if let Some(id) = table.get(&rest[..end]) {
                    break *id;
                }
                end = rest.floor_char_boundary(end - 1);
            };
            ids.push(id);
            let length = rest[..end].chars().count();
            telling += if length >= TELLING { length } else { 0 };
            rest = &rest[end..];
            table = &self.vocabulary.further;
        }
        Some(telling)
    }
}

/// Finds the words of a text and hands each to `found`, until that says no.
struct Words<F> {
    word: String,
    found: F,
}

impl<F: FnMut(&str) -> bool> Words<F> {
    fn read(&mut self, text: &str) {
        let more = text.chars().all(|c| match c {
            '\t' | '\n' | '\r' | ' ' => self.end_word(),
            '\0'..='\x1f' | '\x7f' => true,
            '!'..='/' | ':'..='@' | '['..='`' | '{'..='~' => self.apart(c),
            _ if c.is_ascii() => {
                self.word.push(c.to_ascii_lowercase());
                true
            }
            _ if is_dropped(c) => true,
            _ => self.beyond_ascii(c),
        });
        if more {
            self.end_word();
        }
    }

    fn beyond_ascii(&mut self, c: char) -> bool {
        let cjk = is_cjk(c);
        let mut more = !cjk || self.end_word();
        decompose_canonical(c, |part| {
            if part.general_category() == GeneralCategory::NonspacingMark {
                return;
            }
            for lower in part.to_lowercase() {
                more = more
                    && if lower.is_whitespace() {
                        self.end_word()
                    } else if is_punctuation(lower) {
                        self.apart(lower)
                    } else {
                        self.word.push(lower);
                        true
                    };
            }
        });
        more && (!cjk || self.end_word())
    }

    /// A character that is a word of its own.
    fn apart(&mut self, c: char) -> bool {
        let more = self.end_word();
        self.word.push(c);
        more && self.end_word()
    }

    fn end_word(&mut self) -> bool {
        let more = self.word.is_empty() || (self.found)(&self.word);
        self.word.clear();
        more
    }
}

/// The words of a text before they are split into pieces.
#[cfg(test)]
pub(crate) fn words_of(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    Words {
        word: String::new(),
        found: |word: &str| {
            all.push(word.to_owned());
            true
        },
    }
    .read(text);
    all
}

/// Control, format and private characters carry no meaning and vanish.
fn is_dropped(c: char) -> bool {
    use GeneralCategory::{Control, Format, PrivateUse};
    c == '\u{fffd}' || matches!(c.general_category(), Control | Format | PrivateUse)
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || c.general_category_group() == GeneralCategoryGroup::Punctuation
}

/// Ideographs, each of which is a word (the ranges of the reference implementation).
fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2b73f}'
        | '\u{2b740}'..='\u{2b81f}' | '\u{2b920}'..='\u{2ceaf}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}
