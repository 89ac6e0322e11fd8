//! Whether a text is English: the lexicon knows no other language, and "war", "die", "sin" and "pain" are harmless
//! words elsewhere. Neutral is better than wrong.

use crate::phrase::Words;

fn english(word: &str) -> bool {
    matches!(
        word,
        "i" | "you"
            | "he"
            | "she"
            | "it"
            | "we"
            | "they"
            | "my"
            | "your"
            | "his"
            | "her"
            | "our"
            | "their"
            | "the"
            | "a"
            | "an"
            | "is"
            | "are"
            | "was"
            | "were"
            | "am"
            | "be"
            | "been"
            | "have"
            | "has"
            | "had"
            | "do"
            | "does"
            | "did"
            | "not"
            | "and"
            | "or"
            | "but"
            | "of"
            | "to"
            | "for"
            | "with"
            | "at"
            | "from"
            | "that"
            | "this"
            | "what"
            | "how"
            | "who"
            | "when"
            | "where"
            | "why"
            | "so"
            | "just"
            | "got"
            | "will"
            | "would"
            | "can"
            | "could"
    )
}

fn foreign(word: &str) -> bool {
    matches!(
        word,
        // Spanish, Portuguese, Italian
        "el" | "la" | "los" | "las" | "de" | "del" | "que" | "qué" | "y" | "en" | "un" | "una" | "mi" | "es" | "está"
            | "estoy" | "por" | "con" | "para" | "muy" | "yo" | "tú" | "eres" | "soy" | "pero" | "se" | "su" | "lo"
            | "é" | "não" | "uma" | "eu" | "meu" | "minha" | "muito" | "você" | "com"
            | "il" | "che" | "di" | "sono" | "non" | "mio" | "mia" | "sin" | "hay" | "gracias" | "obrigado" | "puedo"
            // French
            | "le" | "les" | "des" | "du" | "et" | "je" | "tu" | "est" | "suis" | "mon" | "ma" | "mes" | "une" | "pas"
            | "ne" | "pour" | "avec" | "dans" | "sur" | "merci" | "très" | "ce"
            // German, Dutch
            | "der" | "die" | "das" | "und" | "ich" | "ist" | "mein" | "meine" | "ein" | "eine" | "nicht" | "zu"
            | "mit" | "auf" | "bin" | "hab" | "habe" | "sehr" | "du" | "wir" | "heute" | "het" | "een" | "ik" | "niet"
            | "van" | "mijn"
    )
}

/// Whether the words read as English. Text without any telling word counts as English if it is in Latin letters.
pub(super) fn is_english(words: &Words) -> bool {
    let (mut ours, mut theirs) = (0_usize, 0_usize);
    for word in words.iter() {
        ours += usize::from(english(word));
        theirs += usize::from(foreign(word));
    }
    theirs == 0 || ours > theirs
}

#[cfg(test)]
mod tests {
    use super::*;

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
