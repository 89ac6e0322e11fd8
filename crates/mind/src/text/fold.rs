//! Folding: what differs only in case, accent or width is the same word.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Case, accents and width folded away: "Café", "CAFE" and "ｃａｆé" are one. Vowel signs of Indic scripts, which
/// carry the sound, stay; Arabic vowel marks and the elongation stroke, which do not, go.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// [`fold`] into a buffer that is cleared first, so that a loop over words allocates once.
pub(super) fn fold_into(text: &str, out: &mut String) {
    out.clear();
    if text.is_ascii() {
        // "1,000" and "1000" are one number.
        out.extend(text.chars().filter(|c| *c != ',').map(|c| c.to_ascii_lowercase()));
        return;
    }
    let mut last = ' ';
    let is_kept = |c: &char| {
        // Russian "й" is no "и" with an accent.
        let kept = !is_folded_away(*c) || (*c == '\u{0306}' && matches!(last, 'и' | 'И'));
        last = *c;
        kept
    };
    let kept = text.nfkd().filter(is_kept).flat_map(char::to_lowercase).nfc();
    for c in kept {
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'þ' => out.push_str("th"),
            'ı' => out.push('i'),
            'ς' => out.push('σ'),
            // Forms of the same Arabic letters that people mix freely.
            'ى' | 'ی' => out.push('ي'),
            'ک' => out.push('ك'),
            'ة' => out.push('ه'),
            // The moon-dot and the dot of nasal vowels, which Hindi typists mix.
            'ँ' => out.push('ं'),
            ',' => {}
            c if is_apostrophe(c) => out.push('\''),
            c => out.push(c),
        }
    }
}

/// The apostrophes people and phones write.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '＇')
}

/// Selectors and skin tones: the same emoji with or without them.
pub(super) fn is_emoji_variant(c: char) -> bool {
    matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')
}

fn is_folded_away(c: char) -> bool {
    match c {
        // Accents of Latin, Greek and Cyrillic.
        '\u{0300}'..='\u{036F}' => true,
        // Arabic and Hebrew vowel points, and the stroke that only stretches a word.
        '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0591}'..='\u{05BD}' => {
            is_combining_mark(c) || c == '\u{0640}'
        }
        // The dot of Hindi letters for borrowed sounds, which many leave out.
        '\u{093C}' => true,
        // Joiners and other marks that are not seen.
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' => true,
        _ => false,
    }
}
