//! Variety without chance: a phrase is chosen by a hash of the message and the turn, and not what was said just now.

use super::Turn;

/// Chooses among phrasings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pick<'a> {
    message: &'a str,
    turn: u64,
    recent: &'a [Turn<'a>],
}

impl<'a> Pick<'a> {
    pub(super) fn new(message: &'a str, turn: u64, recent: &'a [Turn<'a>]) -> Self {
        Self { message, turn, recent }
    }

    /// One of `options`, another than those in the recent replies where there is another. Empty for no options.
    pub(super) fn one<'b>(&self, salt: &str, options: &[&'b str]) -> &'b str {
        self.fresh(salt, options).or_else(|| options.get(self.index(salt, options.len())).copied()).unwrap_or("")
    }

    /// One of `options` that the recent replies do not hold; none if they hold them all.
    pub(super) fn fresh<'b>(&self, salt: &str, options: &[&'b str]) -> Option<&'b str> {
        let start = self.index(salt, options.len());
        (0..options.len())
            .filter_map(|i| options.get((start + i) % options.len()).copied())
            .find(|option| !self.was_said(option))
    }

    /// Was this said in the recent replies? Slots such as `{x}` count as anything.
    pub(super) fn was_said(&self, option: &str) -> bool {
        let fixed = option.split(['{', '}']).max_by_key(|part| part.len()).unwrap_or(option).trim();
        fixed.len() > 3 && self.recent.iter().any(|turn| turn.reply.contains(fixed))
    }

    /// FNV-1a over the message, the salt and the turn: spread, and the same on every machine.
    fn index(&self, salt: &str, len: usize) -> usize {
        let bytes = self.message.bytes().chain(salt.bytes()).chain(self.turn.to_le_bytes());
        let hash =
            bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        usize::try_from((hash >> 17) % (len.max(1) as u64)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_that_was_just_said_is_not_chosen_again() {
        let said = [Turn { message: "a", reply: "Well, how lovely to hear.", at: jiff::Timestamp::UNIX_EPOCH }];
        let options = ["How fine.", "how lovely to hear"];
        for turn in 0..8 {
            assert_eq!(Pick::new("x", turn, &said).one("", &options), "How fine.");
        }
        assert_eq!(Pick::new("x", 0, &said).fresh("", &["how lovely to hear"]), None);
        assert_eq!(Pick::new("x", 0, &[]).one("", &[]), "");
    }
}
