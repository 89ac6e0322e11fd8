//! Tokens, estimated: no model's own tokenizer is asked.

/// About how many tokens a model counts in a text. English runs to four bytes a token; scripts without spaces
/// and with long encodings to about one token a character. It errs towards too many, so that budgets hold.
pub fn estimate_tokens(text: &str) -> usize {
    let (ascii, other) = text.chars().fold(
        (0, 0),
        |(ascii, other), c| {
            if c.is_ascii() { (ascii + 1, other) } else { (ascii, other + 1) }
        },
    );
    let ascii: usize = ascii;
    ascii.div_ceil(4) + other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_near_and_never_fall_with_more_text() {
        assert_eq!(estimate_tokens(""), 0);
        assert_eq!(estimate_tokens("four letters each ok"), 5);
        assert_eq!(estimate_tokens("私は犬が好き"), 6);
        assert!(estimate_tokens("Hello, world!") >= estimate_tokens("Hello"));
    }
}
