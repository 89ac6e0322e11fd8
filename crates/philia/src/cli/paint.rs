//! Colours and output. Colours are used on terminals only, and never where NO_COLOR is set.

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

/// Paints text, or leaves it as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    on: bool,
}

const ACCENT: Style = AnsiColor::Cyan.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const WARN: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default();

impl Paint {
    /// For what goes to stdout.
    pub(crate) fn stdout() -> Self {
        Self { on: AutoStream::choice(&io::stdout()) != ColorChoice::Never }
    }

    /// For what goes to stderr.
    pub(crate) fn stderr() -> Self {
        Self { on: AutoStream::choice(&io::stderr()) != ColorChoice::Never }
    }

    /// No colours at all.
    #[cfg(test)]
    pub(crate) const fn plain() -> Self {
        Self { on: false }
    }

    /// Are colours used?
    pub(crate) fn is_on(self) -> bool {
        self.on
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Headings and names.
    pub(crate) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// Asides.
    pub(crate) fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// What can be typed.
    pub(crate) fn accent(self, text: &str) -> String {
        self.with(ACCENT, text)
    }

    /// What is well.
    pub(crate) fn good(self, text: &str) -> String {
        self.with(GOOD, text)
    }

    /// What deserves a look.
    pub(crate) fn warn(self, text: &str) -> String {
        self.with(WARN, text)
    }

    /// What is broken.
    pub(crate) fn bad(self, text: &str) -> String {
        self.with(BAD, text)
    }
}

/// Writes to stdout at once. A reader that has gone away is an error like any other; `main` takes it calmly.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes a line to stderr. If nobody can read it, there is nobody to tell.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Text from elsewhere made harmless for a terminal: control characters but line breaks and tabs are taken out,
/// so that no message can move the cursor or set colours.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paint_adds_nothing() {
        assert_eq!(Paint::plain().bad("x"), "x");
        assert_eq!(Paint { on: true }.bad("x"), "\u{1b}[31mx\u{1b}[0m");
    }

    #[test]
    fn control_characters_are_taken_out() {
        assert_eq!(harmless("a\u{1b}[31mb\u{7}\n\tc\r"), "a[31mb\n\tc");
    }
}
