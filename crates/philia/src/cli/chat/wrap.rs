//! Text that comes in pieces, broken between words where the line ends.

/// Breaks lines at a width.
pub(super) struct Wrap {
    width: usize,
    column: usize,
    /// Spaces seen and not yet written: at the end of a line they are left out.
    spaces: usize,
    word: String,
}

impl Wrap {
    /// Breaks at `width` columns, the first line having `column` of them taken.
    pub(super) fn new(width: usize, column: usize) -> Self {
        Self { width, column, spaces: 0, word: String::new() }
    }

    /// Takes more text and hands out what can be written: all but the word that may go on.
    pub(super) fn push(&mut self, text: &str) -> String {
        let mut out = String::new();
        for c in text.chars() {
            match c {
                '\n' => {
                    self.place(&mut out);
                    out.push('\n');
                    (self.column, self.spaces) = (0, 0);
                }
                ' ' => {
                    self.place(&mut out);
                    self.spaces += 1;
                }
                _ => self.word.push(c),
            }
        }
        out
    }

    /// Hands out what is left.
    pub(super) fn finish(&mut self) -> String {
        let mut out = String::new();
        self.place(&mut out);
        out
    }

    fn place(&mut self, out: &mut String) {
        if self.word.is_empty() {
            return;
        }
        let length = console::measure_text_width(&self.word);
        if self.spaces > 0 && self.column + self.spaces + length > self.width {
            out.push('\n');
            self.column = 0;
        } else {
            out.extend(std::iter::repeat_n(' ', self.spaces));
            self.column += self.spaces;
        }
        out.push_str(&self.word);
        self.column += length;
        self.spaces = 0;
        self.word.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(pieces: &[&str], width: usize) -> String {
        let mut wrap = Wrap::new(width, 0);
        let mut out: String = pieces.iter().map(|piece| wrap.push(piece)).collect();
        out.push_str(&wrap.finish());
        out
    }

    #[test]
    fn lines_break_between_words_however_the_pieces_fall() {
        let expected = "one two\nthree\nfour";
        assert_eq!(wrapped(&["one two three four"], 8), expected);
        assert_eq!(wrapped(&["on", "e two thr", "ee", " four"], 8), expected);
    }

    #[test]
    fn breaks_of_the_text_and_words_too_long_are_kept() {
        assert_eq!(wrapped(&["a\n\n  - b"], 20), "a\n\n  - b");
        assert_eq!(wrapped(&["a extraordinarily b"], 6), "a\nextraordinarily\nb");
        assert_eq!(wrapped(&[""], 6), "");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(wrapped(&["你好 你好"], 8), "你好\n你好");
    }
}
