//! Lore: background that comes to mind when it is spoken of.
//!
//! An entry has keys; where one of them is said, its content goes into the prompt. A plain key is looked for as a word:
//! "cat" is not said in "education". In scripts without spaces any place will do. A regular expression is compiled once,
//! within limits, by an engine that runs in linear time, so that no card can make a turn slow.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

/// The most bytes of a regular expression.
pub const LONGEST_PATTERN: usize = 500;

/// The most memory one compiled regular expression may take, in bytes.
const COMPILED: usize = 256 * 1024;

/// How deep a regular expression may be nested.
const NESTING: u32 = 32;

/// The most bytes of talk that are searched; the newest are kept.
const TALK: usize = 64 * 1024;

/// A character's background, in entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lorebook {
    /// How many of the latest messages are searched for keys, 1..100.
    pub scan_depth: u32,
    /// Tokens that what came to mind may take in the prompt, 0..8192.
    pub token_budget: u32,
    /// The entries.
    pub entries: Vec<LoreEntry>,
}

impl Default for Lorebook {
    fn default() -> Self {
        Self { scan_depth: 4, token_budget: 800, entries: Vec::new() }
    }
}

impl Lorebook {
    /// There is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The entries that are always there, in the order they are told.
    pub fn constant(&self) -> Vec<&LoreEntry> {
        let mut entries: Vec<&LoreEntry> = self.entries.iter().filter(|e| e.enabled && e.constant).collect();
        entries.sort_by_key(|entry| entry.insertion_order);
        entries
    }
}

/// One piece of background.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoreEntry {
    /// What people call the entry; not in the prompt.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// It comes to mind when one of these is said.
    pub keys: Vec<String>,
    /// If there are any, one of these must have been said too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secondary_keys: Vec<String>,
    /// The keys are regular expressions, bare or as `/pattern/flags`.
    pub regex: bool,
    /// What comes to mind.
    pub content: String,
    /// Whether it is used at all.
    pub enabled: bool,
    /// Lower ones are told first, and kept first when room is short.
    pub insertion_order: i64,
    /// Always there, whatever was said.
    pub constant: bool,
    /// Capitals matter in keys.
    pub case_sensitive: bool,
}

impl Default for LoreEntry {
    fn default() -> Self {
        Self {
            name: String::new(),
            keys: Vec::new(),
            secondary_keys: Vec::new(),
            regex: false,
            content: String::new(),
            enabled: true,
            insertion_order: 100,
            constant: false,
            case_sensitive: false,
        }
    }
}

/// A lorebook, ready to be searched. Compiling it takes long next to a search: keep it.
#[derive(Clone, Debug)]
pub struct Lore {
    depth: usize,
    budget: usize,
    entries: Vec<Ready>,
}

#[derive(Clone, Debug)]
struct Ready {
    entry: LoreEntry,
    keys: Vec<Key>,
    secondary: Vec<Key>,
}

#[derive(Clone, Debug)]
enum Key {
    /// As it stands.
    Exact(String),
    /// In small letters.
    Folded(String),
    Pattern(Box<Regex>),
}

impl Lore {
    /// Makes a lorebook ready. Entries that are switched off, and keys that do not compile, are left out;
    /// [`validate`](super::Persona::validate) names the latter.
    pub fn new(book: &Lorebook) -> Self {
        let mut entries: Vec<Ready> = book
            .entries
            .iter()
            .filter(|entry| entry.enabled && !entry.constant)
            .map(|entry| {
                let ready = |keys: &[String]| keys.iter().filter_map(|key| Key::new(key, entry)).collect();
                Ready { keys: ready(&entry.keys), secondary: ready(&entry.secondary_keys), entry: entry.clone() }
            })
            .filter(|ready| {
                !ready.keys.is_empty() && (ready.secondary.is_empty() == ready.entry.secondary_keys.is_empty())
            })
            .collect();
        entries.sort_by_key(|ready| ready.entry.insertion_order);
        Self { depth: book.scan_depth as usize, budget: book.token_budget as usize, entries }
    }

    /// What comes to mind by what was said, oldest message first, in the order it is told, and within the lorebook's
    /// budget as `estimate` counts it. What is constant is not among it: it is there anyway.
    pub fn triggered(&self, talk: &[&str], estimate: &dyn Fn(&str) -> usize) -> Vec<&LoreEntry> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let recent = &talk[talk.len().saturating_sub(self.depth)..];
        let said = newest(&recent.join("\n"), TALK).to_owned();
        let folded = said.to_lowercase();
        let is_said = |keys: &[Key]| keys.iter().any(|key| key.is_said(&said, &folded));
        let mut left = self.budget;
        self.entries
            .iter()
            .filter(|ready| is_said(&ready.keys) && (ready.secondary.is_empty() || is_said(&ready.secondary)))
            .map(|ready| &ready.entry)
            .filter(|entry| {
                let tokens = estimate(&entry.content);
                let fits = tokens <= left;
                left -= if fits { tokens } else { 0 };
                fits
            })
            .collect()
    }
}

/// The last `most` bytes of a text, from a character's beginning.
fn newest(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

impl Key {
    fn new(key: &str, entry: &LoreEntry) -> Option<Self> {
        let plain = key.trim();
        if plain.is_empty() {
            None
        } else if entry.regex {
            pattern(plain, entry.case_sensitive).ok().map(|regex| Self::Pattern(Box::new(regex)))
        } else if entry.case_sensitive {
            Some(Self::Exact(plain.to_owned()))
        } else {
            Some(Self::Folded(plain.to_lowercase()))
        }
    }

    fn is_said(&self, said: &str, folded: &str) -> bool {
        match self {
            Self::Exact(key) => has_word(said, key),
            Self::Folded(key) => has_word(folded, key),
            Self::Pattern(regex) => regex.is_match(said),
        }
    }
}

/// Compiles a key that is a regular expression, bare or as `/pattern/flags`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn pattern(key: &str, case_sensitive: bool) -> Result<Regex, String> {
    if key.len() > LONGEST_PATTERN {
        return Err(format!("a pattern of {} bytes; at most {LONGEST_PATTERN}", key.len()));
    }
    let (body, flags) = match key.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
        Some((body, flags)) if flags.chars().all(|c| "dgimsuvy".contains(c)) => (body, Some(flags)),
        _ => (key, None),
    };
    let flag = |c: char| flags.is_some_and(|flags| flags.contains(c));
    RegexBuilder::new(body)
        .case_insensitive(if flags.is_some() { flag('i') } else { !case_sensitive })
        .multi_line(flag('m'))
        .dot_matches_new_line(flag('s'))
        .size_limit(COMPILED)
        .dfa_size_limit(COMPILED)
        .nest_limit(NESTING)
        .build()
        .map_err(|error| error.to_string().lines().last().unwrap_or("it does not compile").trim().to_owned())
}

/// Whether `word` stands in `text` on its own: where it begins or ends with a letter or digit of a script that has
/// spaces, none may touch it.
fn has_word(text: &str, word: &str) -> bool {
    let spaced = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !has_no_spaces(c));
    let (starts, ends) = (spaced(word.chars().next()), spaced(word.chars().next_back()));
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !(starts && spaced(before) || ends && spaced(after))
    })
}

/// Scripts written without spaces between words: Thai, Lao, Khmer, Burmese, kana and Han.
fn has_no_spaces(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(keys: &[&str], content: &str) -> LoreEntry {
        LoreEntry {
            keys: keys.iter().map(|k| (*k).to_owned()).collect(),
            content: content.into(),
            ..LoreEntry::default()
        }
    }

    fn told(entries: Vec<LoreEntry>, talk: &[&str]) -> Vec<String> {
        let lore = Lore::new(&Lorebook { entries, token_budget: 20, ..Lorebook::default() });
        lore.triggered(talk, &|text| text.split_whitespace().count()).iter().map(|e| e.content.clone()).collect()
    }

    #[test]
    fn a_key_is_a_word() {
        for (key, text, said) in [
            ("cat", "My Cat sleeps.", true),
            ("cat", "It's about education", false),
            ("cat", "cats are fine", false),
            ("old mill", "behind the OLD mill, at night", true),
            ("c++", "I write C++ all day", true),
            ("naïve", "NAÏVE of me", true),
            ("猫", "私の猫は寝ています", true),
            ("ロン", "ロンドン", true),
            ("Ola", "Viola plays", false),
            ("don't", "please don't!", true),
        ] {
            assert_eq!(!told(vec![entry(&[key], "x")], &[text]).is_empty(), said, "{key} in {text}");
        }
    }

    #[test]
    fn capitals_matter_where_they_should() {
        let sensitive = LoreEntry { case_sensitive: true, ..entry(&["Hope"], "a person") };
        assert!(told(vec![sensitive.clone()], &["I hope so"]).is_empty());
        assert_eq!(told(vec![sensitive], &["I met Hope"]), ["a person"]);
    }

    #[test]
    fn secondary_keys_must_be_said_too() {
        let both = LoreEntry { secondary_keys: vec!["moon".into()], ..entry(&["wolf"], "x") };
        assert!(told(vec![both.clone()], &["a wolf"]).is_empty());
        assert_eq!(told(vec![both], &["a wolf", "under the moon"]), ["x"]);
    }

    #[test]
    fn patterns_are_found_in_linear_time_or_not_at_all() {
        let regex = |key: &str| LoreEntry { regex: true, ..entry(&[key], "x") };
        assert_eq!(told(vec![regex(r"/dragons?\b/i")], &["DRAGON!"]), ["x"]);
        assert!(told(vec![regex(r"/dragons?\b/")], &["DRAGON!"]).is_empty());
        assert_eq!(told(vec![regex(r"drag(on|ged)")], &["Dragged"]), ["x"]);
        // This one takes a backtracking engine longer than the age of the world.
        assert!(told(vec![regex(r"^(a+)+$")], &[&format!("{}b", "a".repeat(60_000))]).is_empty());
        for bad in ["(", "(?=look)", "((((a{1,999}){1,999}){1,999}){1,999})", r"(a)\1", &"x".repeat(501)] {
            assert!(pattern(bad, false).is_err(), "{bad}");
            assert!(told(vec![regex(bad)], &["look aaaa xxxx"]).is_empty());
        }
    }

    #[test]
    fn what_is_told_first_is_kept_first() {
        let at = |order: i64, words: usize| LoreEntry {
            insertion_order: order,
            ..entry(&["go"], format!("{order} {}", "w ".repeat(words - 1)).trim_end())
        };
        let kept = told(vec![at(3, 9), at(1, 9), at(2, 9), at(4, 2)], &["go"]);
        let order: Vec<&str> = kept.iter().filter_map(|c| c.split(' ').next()).collect();
        assert_eq!(order, ["1", "2", "4"]);
    }

    #[test]
    fn only_recent_talk_counts_and_what_is_off_or_constant_is_not_triggered() {
        assert!(told(vec![entry(&["x"], "y")], &["x", "1", "2", "3", "4"]).is_empty());
        assert!(told(vec![LoreEntry { enabled: false, ..entry(&["x"], "y") }], &["x"]).is_empty());
        assert!(told(vec![LoreEntry { constant: true, ..entry(&["x"], "y") }], &["x"]).is_empty());
        let book = Lorebook { entries: vec![LoreEntry { constant: true, ..entry(&[], "y") }], ..Lorebook::default() };
        assert_eq!(book.constant().len(), 1);
    }
}
