//! Splitting text into words, script by script.

use super::fold::is_apostrophe;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// What sort of word it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A word of a script that puts spaces between words.
    Spaced,
    /// A run of a script that does not.
    Unspaced,
    /// One emoji, whatever it is joined from.
    Emoji,
}

/// A word where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'t> {
    /// As the text spells it.
    pub text: &'t str,
    /// The byte at which it begins.
    pub start: usize,
    /// What sort of word it is.
    pub kind: Kind,
}

impl Word<'_> {
    /// The byte after its last.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Unspaced,
    Mark,
    Emoji,
    Other,
}

/// Calls `found` for each word of the text, in order.
///
/// A word is a run of letters and digits with their marks, apostrophes between letters ("don't") and points or
/// commas between digits ("1,000.5") included. Hyphens, underscores and other points divide.
pub fn words<'t>(text: &'t str, mut found: impl FnMut(Word<'t>)) {
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let class = class(first);
        let len = match class {
            Class::Letter | Class::Digit => spaced(&text[at..]),
            Class::Unspaced => {
                text[at..].find(|c| !matches!(self::class(c), Class::Unspaced | Class::Mark)).unwrap_or(text.len() - at)
            }
            Class::Emoji => text[at..].graphemes(true).next().map_or(first.len_utf8(), str::len),
            Class::Mark | Class::Other => first.len_utf8(),
        };
        let kind = match class {
            Class::Letter | Class::Digit => Some(Kind::Spaced),
            Class::Unspaced => Some(Kind::Unspaced),
            Class::Emoji => Some(Kind::Emoji),
            Class::Mark | Class::Other => None,
        };
        if let Some(kind) = kind {
            found(Word { text: &text[at..at + len], start: at, kind });
        }
        at += len;
    }
}

/// The length in bytes of the spaced word that `text` begins with.
fn spaced(text: &str) -> usize {
    let mut end = 0;
    let mut last = Class::Other;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let class = class(c);
        match class {
            Class::Letter | Class::Digit => last = class,
            Class::Mark => {}
            _ => {
                let next = chars.peek().map(|(_, c)| self::class(*c));
                let joins = match last {
                    Class::Letter => is_apostrophe(c) && next == Some(Class::Letter),
                    Class::Digit => matches!(c, '.' | ',') && next == Some(Class::Digit),
                    _ => false,
                };
                if !joins {
                    break;
                }
            }
        }
        end = at + c.len_utf8();
    }
    end
}

fn class(c: char) -> Class {
    if c.is_ascii() {
        return match c {
            'a'..='z' | 'A'..='Z' => Class::Letter,
            '0'..='9' => Class::Digit,
            _ => Class::Other,
        };
    }
    if is_unspaced(c) {
        Class::Unspaced
    } else if is_emoji(c) {
        Class::Emoji
    } else if is_combining_mark(c) || matches!(c, '\u{200C}' | '\u{200D}' | '\u{0640}') {
        Class::Mark
    } else if c.is_numeric() {
        Class::Digit
    } else if c.is_alphabetic() && !is_apostrophe(c) {
        Class::Letter
    } else {
        Class::Other
    }
}

/// A Chinese character (also in Japanese and Korean).
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Do two characters of unspaced scripts belong to one: Chinese characters, hiragana, katakana, or another alphabet?
pub(super) fn is_same_script(a: char, b: char) -> bool {
    let script = |c: char| match c {
        '\u{30FC}' => 2,
        c if is_han(c) => 0,
        '\u{3041}'..='\u{309F}' => 1,
        '\u{30A0}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}' => 2,
        _ => 3,
    };
    script(a) == script(b)
}

fn is_unspaced(c: char) -> bool {
    is_han(c)
        || matches!(c,
            '\u{0E01}'..='\u{0EFF}'     // Thai, Lao
            | '\u{1000}'..='\u{109F}'   // Burmese
            | '\u{1100}'..='\u{11FF}'   // Korean letters
            | '\u{1780}'..='\u{17D3}'   // Khmer
            | '\u{3041}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' // kana
            | '\u{3131}'..='\u{318E}' | '\u{AC00}'..='\u{D7A3}' // Korean
            | '\u{FF66}'..='\u{FF9F}')
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B05}'..='\u{2B55}' | '\u{231A}'..='\u{23FF}')
}
