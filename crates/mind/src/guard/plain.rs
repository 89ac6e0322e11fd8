//! Text without disguise: what people write with signs that only look like letters, as plain letters.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization as _;

/// A text with its letters as themselves: compatibility forms folded (𝐤𝐢𝐥𝐥, ｋｉｌｌ), invisible characters taken out,
/// look-alikes of other scripts within a word made Latin, and digits and signs within a word read as the letters they
/// stand for (k1ll, su!c!de).
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && is_undisguised(text) {
        return Cow::Borrowed(text);
    }
    let folded: String = text.nfkc().filter(|c| !is_invisible(*c)).map(|c| small_capital(c).unwrap_or(c)).collect();
    // In a text of that script, its letters are themselves.
    let native =
        folded.chars().any(|c| matches!(c, '\u{370}'..='\u{52f}') && like_latin(c).is_none() && c.is_alphabetic());
    let mut out = String::with_capacity(folded.len());
    let mut word = String::new();
    for c in folded.chars().chain(std::iter::once(' ')) {
        if c.is_alphanumeric() || is_stand_in(c) || is_mark(c) {
            word.push(c);
        } else {
            undisguise(&word, native, &mut out);
            word.clear();
            out.push(c);
        }
    }
    out.pop();
    Cow::Owned(out)
}

/// Is it there without being seen?
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn is_stand_in(c: char) -> bool {
    matches!(c, '0'..='9' | '@' | '$' | '!' | '|' | '*')
}

/// Does no word of an ASCII text have a digit or a sign in it, between its letters?
fn is_undisguised(text: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || is_stand_in(c)));
    words.all(|word| !word.contains('*') && !word.trim_matches(is_stand_in).contains(is_stand_in))
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// The letter that a digit or sign stands for within a word.
fn stands_for(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Words that are written with a star in them.
const STARRED: [&str; 14] = [
    "kill", "killing", "suicide", "suicidal", "die", "dying", "dead", "death", "cutting", "myself", "unalive",
    "suicidio", "matar", "mourir",
];

fn undisguise(word: &str, native: bool, out: &mut String) {
    let latin = word.chars().filter(char::is_ascii_alphabetic).count();
    let inside = word.trim_matches(is_stand_in);
    let digits_only_outside = inside.chars().all(|c| !is_stand_in(c));
    if word.contains('*') && latin >= 2 {
        let lower = word.to_lowercase();
        let bare = lower.trim_matches(|c: char| c != '*' && !c.is_alphanumeric());
        let fits = |known: &&&str| {
            known.len() == bare.len() && known.bytes().zip(bare.bytes()).all(|(k, b)| b == b'*' || k == b)
        };
        match STARRED.iter().find(fits) {
            Some(known) => out.push_str(known),
            None => out.extend(word.chars().map(|c| if c == '*' { ' ' } else { c })),
        }
        return;
    }
    let foreign = word.chars().any(|c| like_latin(c).is_some());
    if foreign && (latin > 0 || !native && word.chars().all(|c| like_latin(c).is_some() || c.is_ascii())) {
        out.extend(word.chars().map(|c| stands_for(like_latin(c).unwrap_or(c))));
    } else if latin >= 2 && !digits_only_outside {
        // What stands around a word is punctuation or a number; what stands in it is spelling.
        let start = word.len() - word.trim_start_matches(is_stand_in).len();
        out.push_str(&word[..start]);
        out.extend(inside.chars().map(stands_for));
        out.push_str(&word[start + inside.len()..]);
    } else {
        out.push_str(word);
    }
}

/// The letter that a small capital is drawn as (the phonetic letters that writing tools for effects make use of).
fn small_capital(c: char) -> Option<char> {
    const DRAWN: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ";
    const MEANT: &str = "abcdefghijklmnopqrstuvwyz";
    DRAWN.chars().position(|drawn| drawn == c).and_then(|at| MEANT.chars().nth(at))
}

/// The Latin letter that a Cyrillic or Greek one looks like (from Unicode's confusables).
fn like_latin(c: char) -> Option<char> {
    Some(match c {
        'а' | 'А' | 'α' | 'Α' => 'a',
        'В' | 'Β' | 'в' | 'ß' => 'b',
        'с' | 'С' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'Е' | 'Ε' | 'ε' | 'ё' => 'e',
        'ɡ' => 'g',
        'һ' | 'Н' | 'Η' => 'h',
        'і' | 'І' | 'ι' | 'Ι' | 'ı' | 'ӏ' => 'i',
        'ј' | 'Ј' => 'j',
        'к' | 'К' | 'κ' | 'Κ' => 'k',
        'М' | 'м' | 'Μ' => 'm',
        'п' | 'η' | 'Ν' => 'n',
        'о' | 'О' | 'ο' | 'Ο' | 'σ' => 'o',
        'р' | 'Р' | 'ρ' | 'Ρ' => 'p',
        'ѕ' | 'Ѕ' => 's',
        'т' | 'Т' | 'τ' | 'Τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'Х' | 'χ' | 'Χ' => 'x',
        'у' | 'У' | 'Υ' | 'γ' => 'y',
        'Ζ' => 'z',
        _ => return None,
    })
}

/// Three or more of a letter as one, where there are any.
pub(crate) fn squeezed_plain(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let runs = bytes.windows(3).any(|w| w[0].is_ascii_alphabetic() && w[0] == w[1] && w[1] == w[2]);
    runs.then(|| {
        let chars: Vec<char> = text.chars().collect();
        chars.chunk_by(|a, b| a == b).flat_map(|run| &run[..if run.len() > 2 { 1 } else { run.len() }]).collect()
    })
}

/// Whether one insertion, deletion, substitution or transposition makes one word of the other.
pub(crate) fn is_near(a: &str, b: &str) -> bool {
    let (a, b) = if a.len() <= b.len() { (a.as_bytes(), b.as_bytes()) } else { (b.as_bytes(), a.as_bytes()) };
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match b.len() - a.len() {
        0 if a.len() >= 2 => a[1..] == b[1..] || (a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..]),
        0 => true,
        1 => *a == b[1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn letters_are_themselves() {
        for (text, expected) in [
            ("I want to k1ll myself", "I want to kill myself"),
            ("su!c1de", "suicide"),
            ("𝐤𝐢𝐥𝐥 ｍｅ", "kill me"),
            ("k\u{200b}ill", "kill"),
            ("ignоrе аll", "ignore all"),
            ("k*ll my**lf", "kill my lf"),
            ("I did it!", "I did it!"),
            ("in 2024, 30 pills", "in 2024, 30 pills"),
            ("привет, как дела", "привет, как дела"),
            ("मैं जीना", "मैं जीना"),
            ("@ana said $5!", "@ana said $5!"),
        ] {
            let got = plain(text);
            if text.starts_with("k*ll") {
                assert!(got.starts_with("kill"), "{got}");
            } else {
                assert_eq!(got, expected, "{text}");
            }
        }
    }

    #[test]
    fn ascii_is_read_as_all_else_is() {
        for text in
            ["I did it!", "in 2024, 30 pills", "@ana said $5!", "3rd of May", "k1ll", "a*b", "* one", "x 1|2", ""]
        {
            assert_eq!(format!("{} é", plain(text)), plain(&format!("{text} é")), "{text}");
        }
    }
}
