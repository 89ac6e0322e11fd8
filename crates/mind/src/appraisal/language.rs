//! Whether a text is English: the lexicon knows no other language, and "war", "die", "sin" and "pain" are harmless
//! words elsewhere. Neutral is better than wrong.

use crate::phrase::Words;

/// Telling words of English, sorted.
const ENGLISH: &[&str] = &[
    "a", "am", "an", "and", "are", "at", "be", "been", "but", "can", "could", "did", "do", "does", "for", "from",
    "got", "had", "has", "have", "he", "her", "his", "how", "i", "is", "it", "just", "my", "not", "of", "or", "our",
    "she", "so", "that", "the", "their", "they", "this", "to", "was", "we", "were", "what", "when", "where", "who",
    "why", "will", "with", "would", "you", "your",
];

/// Telling words of Spanish, Portuguese, Italian, French, German and Dutch, sorted.
const FOREIGN: &[&str] = &[
    "auf", "avec", "bin", "ce", "che", "com", "con", "dans", "das", "de", "del", "der", "des", "di", "die", "du",
    "een", "ein", "eine", "el", "en", "eres", "es", "est", "estoy", "está", "et", "eu", "gracias", "hab", "habe",
    "hay", "het", "heute", "ich", "ik", "il", "ist", "je", "la", "las", "le", "les", "lo", "los", "ma", "mein",
    "meine", "merci", "mes", "meu", "mi", "mia", "mijn", "minha", "mio", "mit", "mon", "muito", "muy", "ne", "nicht",
    "niet", "non", "não", "obrigado", "para", "pas", "pero", "por", "pour", "puedo", "que", "qué", "se", "sehr", "sin",
    "sono", "soy", "su", "suis", "sur", "très", "tu", "tú", "uma", "un", "una", "und", "une", "van", "você", "wir",
    "y", "yo", "zu", "é",
];

/// The bytes of the longest telling word.
const LONGEST: usize = 8;

/// Whether the words read as English. Text without any telling word counts as English if it is in Latin letters.
pub(crate) fn is_english(words: &Words) -> bool {
    let (mut ours, mut theirs) = (0_usize, 0_usize);
    // No telling word is longer.
    for word in words.iter().filter(|w| w.len() <= LONGEST) {
        ours += usize::from(ENGLISH.binary_search(&word).is_ok());
        theirs += usize::from(FOREIGN.binary_search(&word).is_ok());
    }
    theirs == 0 || ours > theirs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_apart() {
        assert!(ENGLISH.is_sorted() && FOREIGN.is_sorted());
        assert!(ENGLISH.iter().chain(FOREIGN).all(|w| w.len() <= LONGEST));
        assert!(ENGLISH.iter().all(|w| !FOREIGN.contains(w)));
    }

    #[test]
    fn languages_are_told_apart() {
        for text in ["I got a new puppy", "amazing!", "You're the best", "die hard is my favourite film", ""] {
            assert!(is_english(&Words::of(text)), "{text}");
        }
        for text in [
            "Mi perro murió ayer",
            "El pan sin sal",
            "Das war nicht gut",
            "Je mange du pain",
            "Eu não sei",
            "No puedo más con la situación",
            "Ich habe heute Geburtstag",
        ] {
            assert!(!is_english(&Words::of(text)), "{text}");
        }
    }
}
