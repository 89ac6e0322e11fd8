//! When two texts say the same thing, so that the second strengthens the memory of the first.
//!
//! Nearness of meaning never decides this: "I am allergic" and "I am not allergic", "May 3" and "May 5", "Lahore to
//! Berlin" and "Berlin to Lahore" are all but the same to an embedder. What must agree is every word in its order, with
//! its numbers, names and negations; what may differ is how it is written (case, space, punctuation, "I'm" or "I am",
//! "three" or "3") and words that say nothing ("well", "really", "as you know"). It takes no vector, so it holds for
//! every script alike.

use crate::text::fold;
use compact_str::{CompactString, ToCompactString as _};

/// Hardly any is longer than what fits in without an allocation.
pub(super) type Word = CompactString;

/// Words that add nothing to what is said.
const FILLERS: &[&str] = &[
    "a",
    "an",
    "the",
    "really",
    "very",
    "just",
    "so",
    "well",
    "oh",
    "ah",
    "hey",
    "hi",
    "hello",
    "um",
    "uh",
    "hmm",
    "actually",
    "also",
    "too",
    "btw",
    "anyway",
    "anyways",
    "honestly",
    "basically",
    "literally",
    "truly",
    "haha",
    "lol",
    "yeah",
];

/// Turns of phrase that add nothing to what is said, as words.
const PHRASES: &[&[&str]] = &[
    &["as", "you", "know"],
    &["you", "know"],
    &["by", "the", "way"],
    &["as", "i", "said"],
    &["like", "i", "said"],
    &["as", "i", "told", "you"],
    &["as", "i", "mentioned"],
    &["did", "i", "mention", "that"],
    &["did", "i", "tell", "you", "that"],
    &["i", "think", "i", "told", "you", "that"],
    &["to", "be", "honest"],
    &["good", "morning"],
    &["good", "evening"],
];

const CONTRACTIONS: &[(&str, &[&str])] = &[
    ("i'm", &["i", "am"]),
    ("im", &["i", "am"]),
    ("ive", &["i", "have"]),
    ("cannot", &["can", "not"]),
    ("can't", &["can", "not"]),
    ("cant", &["can", "not"]),
    ("won't", &["will", "not"]),
    ("wont", &["will", "not"]),
    ("shan't", &["shall", "not"]),
    ("ain't", &["am", "not"]),
    ("dont", &["do", "not"]),
    ("doesnt", &["does", "not"]),
    ("didnt", &["did", "not"]),
    ("isnt", &["is", "not"]),
    ("arent", &["are", "not"]),
    ("wasnt", &["was", "not"]),
    ("havent", &["have", "not"]),
    ("hasnt", &["has", "not"]),
    ("let's", &["let", "us"]),
    ("y'all", &["you", "all"]),
];

const NUMBERS: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// After these, `'s` is "is"; after anything else it may be whose something is.
const BEFORE_IS: &[&str] = &["he", "she", "it", "that", "this", "there", "here", "what", "who", "where", "how"];

/// Do two texts state the same?
pub fn same_statement(a: &str, b: &str) -> bool {
    gist(a) == gist(b)
}

/// What a text states, in a form that is equal for texts that state the same. It is for comparing, not for reading.
/// A text of signs alone (an emoji) is its own gist; a question is never the gist of a statement.
pub fn gist(text: &str) -> String {
    let words = said(text);
    if words.is_empty() {
        return fold(text.trim());
    }
    let mut gist = words.join(" ");
    if text.trim_end().ends_with(['?', '？', '؟']) {
        gist.push_str(" ?");
    }
    gist
}

/// The words of a text that say something; all of them, if none does.
pub(super) fn said(text: &str) -> Vec<Word> {
    let mut all = words(text);
    let mut says = vec![true; all.len()];
    let mut at = 0;
    while let Some(rest) = all.get(at..).filter(|rest| !rest.is_empty()) {
        let phrase = PHRASES.iter().find(|phrase| starts_with(rest, phrase)).map_or(0, |phrase| phrase.len());
        let empty = if FILLERS.contains(&rest[0].as_str()) { phrase.max(1) } else { phrase };
        says[at..at + empty].fill(false);
        at += empty.max(1);
    }
    if says.contains(&true) {
        let mut says = says.into_iter();
        all.retain(|_| says.next().unwrap_or(true));
    }
    all
}

fn starts_with(words: &[Word], phrase: &[&str]) -> bool {
    words.len() >= phrase.len() && words.iter().zip(phrase).all(|(word, wanted)| word == wanted)
}

/// The words of a text: case and width folded, contractions written out, small numbers as digits. Signs that carry
/// meaning (`+`, `%`, an emoji) are words of their own.
pub(super) fn words(text: &str) -> Vec<Word> {
    let folded = fold(text);
    let mut words = Vec::with_capacity(folded.len() / 4);
    let mut word = Word::default();
    let mut last = None;
    let nexts = folded.chars().skip(1).map(Some).chain([None]);
    for (c, after) in folded.chars().zip(nexts) {
        let before = last.replace(c);
        let digits = |c: Option<char>| c.is_some_and(|c| c.is_numeric());
        let inside = match c {
            '.' | ':' | '/' => digits(before) && digits(after),
            '-' => digits(after) && (digits(before) || before.is_none_or(char::is_whitespace)),
            '\'' => before.is_some_and(char::is_alphabetic) && after.is_some_and(char::is_alphabetic),
            c => !c.is_whitespace() && !is_punctuation(c) && !is_sign(c),
        };
        if inside {
            word.push(c);
            continue;
        }
        end(&mut word, &mut words);
        if is_sign(c) {
            words.push(c.to_compact_string());
        }
    }
    end(&mut word, &mut words);
    words
}

/// Ends a word and writes it out.
fn end(word: &mut Word, words: &mut Vec<Word>) {
    if word.is_empty() {
        return;
    }
    let whole = std::mem::take(word);
    if let Some((_, long)) = CONTRACTIONS.iter().find(|(short, _)| *short == whole) {
        words.extend(long.iter().map(|word| Word::const_new(word)));
        return;
    }
    if let Some(n) = NUMBERS.iter().position(|number| *number == whole) {
        words.push(n.to_compact_string());
        return;
    }
    if let Some((head, tail)) = whole.split_once('\'') {
        let second = match tail {
            "t" if head.ends_with('n') => {
                words.extend([head.trim_end_matches('n'), "not"].map(Word::from));
                return;
            }
            "re" => "are",
            "ve" => "have",
            "ll" => "will",
            "s" if BEFORE_IS.contains(&head) => "is",
            _ => {
                words.push(whole.replace('\'', "").into());
                return;
            }
        };
        words.extend([head, second].map(Word::from));
        return;
    }
    // "3rd" is "3".
    let ordinal = ["st", "nd", "rd", "th"].iter().find_map(|end| whole.strip_suffix(end));
    match ordinal.filter(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())) {
        Some(number) => words.push(number.into()),
        None => words.push(whole),
    }
}

/// Signs that change what is said.
fn is_sign(c: char) -> bool {
    match c {
        '+' | '#' | '%' | '$' | '&' | '@' | '€' | '£' | '¥' | '₹' | '₽' => true,
        // Variants of an emoji are the same emoji.
        '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' => false,
        '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}' => true,
        _ => false,
    }
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c,
            '\u{00A1}' | '\u{00A7}' | '\u{00AB}' | '\u{00B6}' | '\u{00B7}' | '\u{00BB}' | '\u{00BF}'
            | '\u{2010}'..='\u{205E}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301F}'
            | '\u{30FB}' | '\u{060C}' | '\u{061B}' | '\u{061F}' | '\u{0964}' | '\u{0965}'
            | '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{FF01}'..='\u{FF0F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_only_written_otherwise_is_the_same() {
        for (a, b) in [
            ("I live in Berlin.", "i live in BERLIN"),
            ("I live in  Berlin!", "As you know, I live in Berlin."),
            ("I'm a nurse", "I am a nurse."),
            ("I don't eat meat.", "I do not eat meat"),
            ("I dont eat meat", "I don’t eat meat!!"),
            ("I can't swim", "I cannot swim."),
            ("My birthday is May 3rd.", "my birthday is may 3"),
            ("I have three sisters", "I have 3 sisters"),
            ("I really love hiking!", "I love hiking"),
            ("He's a teacher", "He is a teacher."),
            ("Café", "cafe"),
            ("ＴＯＫＹＯに住んでいます。", "tokyoに住んでいます"),
            ("Я живу в Москве.", "я живу в москве"),
            ("أعيش في القاهرة.", "أعيش في القاهرة"),
            ("1,000 euros", "1000 euros"),
        ] {
            assert!(same_statement(a, b), "{a:?} / {b:?}: {:?} {:?}", gist(a), gist(b));
        }
    }

    #[test]
    fn what_says_something_else_is_never_the_same() {
        for (a, b) in [
            ("I am allergic to nuts", "I am not allergic to nuts"),
            ("I'm allergic to nuts", "I'm not allergic to nuts"),
            ("I can swim", "I can't swim"),
            ("Always lock the door", "Never lock the door"),
            ("The appointment is on May 3", "The appointment is on May 5"),
            ("It costs 3.5", "It costs 35"),
            ("It is -5 outside", "It is 5 outside"),
            ("Meet at 10:30", "Meet at 1030"),
            ("I fly from Lahore to Berlin", "I fly from Berlin to Lahore"),
            ("Ana told Ben", "Ben told Ana"),
            ("My sister is Ana", "My sister is Anna"),
            ("I love you", "Do you love me?"),
            ("You like tea.", "You like tea?"),
            ("I write C", "I write C++"),
            ("I live in Berlin", "I lived in Berlin"),
            ("I think I live in Berlin", "I live in Berlin"),
            ("🎉", "😢"),
            ("I am fine 🙂", "I am fine 😢"),
            ("...", "!!!"),
            ("50 %", "50 €"),
            ("मैं खाता हूँ", "मैं नहीं खाता हूँ"),
            ("我喜欢茶", "我不喜欢茶"),
            ("มา", "ม้า"),
        ] {
            assert!(!same_statement(a, b), "{a:?} / {b:?}: {:?}", gist(a));
        }
    }

    proptest! {
        #[test]
        fn case_space_and_closing_marks_never_matter(text in "[a-zA-Z]{1,8}( [a-zA-Z0-9]{1,8}){0,6}") {
            let other = format!("  {} !!", text.to_uppercase().replace(' ', "   "));
            prop_assert_eq!(gist(&text), gist(&other));
        }

        #[test]
        fn a_number_a_negation_and_an_order_always_matter(
            words in proptest::collection::vec("[b-z]{4,8}", 2..6), n in 21u32..9999, m in 21u32..9999, turn in 1usize..5
        ) {
            let text = words.join(" ");
            prop_assume!(n != m);
            let with = |word: &str| format!("I {word} {text}");
            prop_assert!(!same_statement(&with(&n.to_string()), &with(&m.to_string())));
            prop_assert!(!same_statement(&with("do"), &with("don't")));
            let mut turned = words.clone();
            turned.rotate_left(turn % words.len());
            if said(&text) == words && turned != words {
                prop_assert!(!same_statement(&text, &turned.join(" ")));
            }
        }

        #[test]
        fn any_text_has_a_gist_and_is_the_same_as_itself(text in "\\PC{0,60}") {
            prop_assert!(same_statement(&text, &text));
            prop_assert!(text.trim().is_empty() || !gist(&text).is_empty() || fold(text.trim()).is_empty());
        }
    }
}
